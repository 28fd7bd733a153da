"""Hostile submissions that want to know what is not theirs: answers, secrets, other students' work; and to tell it to somebody."""

from __future__ import annotations

from typing import Final

from tests.grading.hostile_shell_for_tests import MARK, at_import, in_every_call

READERS: Final = {
    "reads_the_environment": in_every_call("tell(dict(os.environ))"),
    "reads_the_environment_of_all_processes": in_every_call(
        """
        for path in glob.glob("/proc/[0-9]*/environ"):
            tell(open(path, "rb").read())
        """
    ),
    "reads_the_environment_of_its_parent": in_every_call("tell(open(f'/proc/{os.getppid()}/environ', 'rb').read())"),
    "reads_the_command_lines": in_every_call(
        """
        for path in glob.glob("/proc/[0-9]*/cmdline"):
            tell(open(path, "rb").read())
        """
    ),
    "reads_the_memory_of_its_parent": in_every_call(
        """
        maps = open(f"/proc/{os.getppid()}/maps").read()
        tell(maps)
        with open(f"/proc/{os.getppid()}/mem", "rb", 0) as memory:
            memory.seek(int(maps.split("-")[0], 16))
            tell(memory.read(4096))
        """
    ),
    "reads_its_own_memory": in_every_call("tell(open('/proc/self/maps').read())"),
    "reads_the_users_of_the_machine": in_every_call("tell(open('/etc/passwd').read())"),
    "reads_other_submissions": in_every_call(
        """
        for folder, _, names in os.walk(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))):
            for name in names:
                tell(open(os.path.join(folder, name), errors="replace").read())
        """
    ),
    "climbs_out_of_its_folder": in_every_call("tell(open('../../../../../../../../../../etc/hostname').read())"),
    "searches_the_disk": in_every_call(
        """
        for top in ("/tmp", "/home", "/root", "/var", "/autograder", "/run", "/dev/shm"):
            for path in glob.glob(top + "/*") + glob.glob(top + "/*/*"):
                try:
                    tell(open(path, errors="replace").read(4000))
                except OSError:
                    pass
        """
    ),
    "follows_a_link_it_made": in_every_call(
        """
        link = os.path.join(os.environ.get("TMPDIR", "."), "link")
        os.symlink("/etc/passwd", link)
        tell(open(link).read())
        """
    ),
    "walks_the_frames": in_every_call(
        """
        frame = sys._getframe()
        while frame is not None:
            for name, value in {**frame.f_globals, **frame.f_locals}.items():
                if any(word in name.lower() for word in ("expected", "answer", "secret", "rubric", "seed", "verdict", "right")):
                    tell((name, repr(value)[:200]))
            frame = frame.f_back
        """
    ),
    "walks_the_garbage": in_every_call(
        f"""
        for one in gc.get_objects():
            if isinstance(one, str) and {MARK[:9]!r} in one and "tell" not in one:
                tell(one[:200])
        """
    ),
    "looks_into_main": in_every_call(
        "tell({name: repr(one)[:80] for name, one in vars(sys.modules['__main__']).items()})"
    ),
    "looks_at_inherited_descriptors": in_every_call(
        """
        for descriptor in range(4, 256):
            try:
                tell((descriptor, os.fstat(descriptor).st_mode, os.read(descriptor, 100)))
            except OSError:
                pass
        """
    ),
    "traces_its_parent": in_every_call("tell(ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0))"),
    "reads_memory_of_another_process": in_every_call(
        "tell(ctypes.CDLL(None, use_errno=True).process_vm_readv(os.getppid(), 0, 0, 0, 0, 0))"
    ),
    "profiles_whoever_calls_it": at_import(
        """
        def spy(frame, event, argument):
            for name in ("expected", "right", "answer", "points"):
                if name in frame.f_locals:
                    FOUND.append(repr(frame.f_locals[name])[:100])
        sys.setprofile(spy)
        sys.settrace(spy)
        """
    ),
    "calls_home_by_tcp": in_every_call("socket.create_connection(('127.0.0.1', 9), 0.2).sendall(b'hello')"),
    "calls_home_by_udp": in_every_call(
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'hello', ('127.0.0.1', 9))"
    ),
    "calls_home_by_a_unix_socket": in_every_call("socket.socket(socket.AF_UNIX).connect('/tmp/nobody.sock')"),
    "calls_home_by_an_abstract_socket": in_every_call("socket.socket(socket.AF_UNIX).connect('\\\\0nobody')"),
    "listens_for_a_call": in_every_call("socket.create_server(('127.0.0.1', 0)).accept()"),
    "leaves_a_note_for_the_next": in_every_call(
        """
        for folder in ("/tmp", "/dev/shm", os.environ.get("TMPDIR", ".")):
            path = os.path.join(folder, "gradcheck-hostile-note")
            if os.path.exists(path):
                tell("found a note")
            with open(path, "w") as file:
                file.write("the answers")
        """
    ),
    "marks_up_its_messages": in_every_call(
        """
        tell("\\x1b[2J\\x1b[31mred\\x1b]0;title\\x07 <script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1)) | a | b |")
        """
    ),
    "turns_its_text_around": in_every_call(
        "tell('\\u202eSSAP\\u2066 \\u200b\\ufeff\\x00 =HYPERLINK(1) @SUM(1) +1 -1')"
    ),
}
