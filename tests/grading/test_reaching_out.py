"""Submissions that reach for files, processes, the network or the grader: what each of them did not get, at every tier."""

from __future__ import annotations

import errno
import hashlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import gradcheck
from gradcheck.errors import UsageError
from gradcheck.grading.failures import Failure, SubmissionError
from gradcheck.grading.isolation import Tier
from gradcheck.grading.sandbox import Zygote
from tests.grading.asking_for_tests import SMALL, answers_honestly, attempted, needs_sandbox, settings_of, written

pytestmark = needs_sandbox

SECRET = "the answer to item 7 is 0.8125"

REFUSED = (-errno.EACCES, -errno.EPERM)


@pytest.fixture(scope="module", params=[Tier.T2, Tier.T3, Tier.T4], ids=lambda tier: tier.name)
def zygote(request: pytest.FixtureRequest) -> Iterator[Zygote]:
    with Zygote(settings_of(request.param)) as started:
        yield started


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "rubric.toml"
    path.write_text(SECRET)
    path.chmod(0o666)
    return path


READS = {
    "reads_a_secret": "return len(open(target[0]).read())",
    "lists_a_folder": "return len(os.listdir(os.path.dirname(target[0])))",
    "maps_a_secret": "return os.open(target[0], os.O_RDONLY)",
    "reads_by_numpy": "return np.fromfile(target[0], dtype=np.uint8).size",
    "climbs_out_of_its_folder": "return len(open('../../../../../../../../' + target[0]).read())",
    "reads_the_users_of_the_machine": "return len(open('/etc/passwd').read())",
    "reads_the_memory_of_the_grader": "return os.open(f'/proc/{target[1]}/mem', os.O_RDONLY)",
    "reads_the_environment_of_the_grader": "return os.open(f'/proc/{target[1]}/environ', os.O_RDONLY)",
    "reads_its_own_maps": "return os.open('/proc/self/maps', os.O_RDONLY)",
    "reads_the_zygotes_memory": "return os.open(f'/proc/{os.getppid()}/mem', os.O_RDWR)",
    "reads_the_sandbox_itself": "return os.open(os.path.dirname(os.getcwd()) + '/child/runner.py', os.O_RDONLY)",
}


@pytest.mark.parametrize("attack", READS)
def test_reads_what_it_must_not(zygote: Zygote, secret: Path, tmp_path: Path, attack: str) -> None:
    refused = (*REFUSED, -errno.ENOENT) if "_memory" in attack else REFUSED
    assert attempted(zygote, tmp_path, READS[attack], str(secret), os.getpid()) in refused


WRITES = {
    "overwrites_a_file": "return open(target[0], 'w').write('100 points')",
    "appends_to_a_file": "return open(target[0], 'a').write('100 points')",
    "truncates_a_file": "return os.truncate(target[0], 0) or 1",
    "makes_a_file_beside_it": "return open(target[0] + '.new', 'w').write('100 points')",
    "deletes_a_file": "return os.unlink(target[0]) or 1",
    "renames_a_file": "return os.rename(target[0], target[0] + '.old') or 1",
    "changes_a_mode": "return os.chmod(target[0], 0o777) or 1",
    "changes_an_owner": "return os.chown(target[0], 65534, 65534) or 1",
    "changes_a_time": "return os.utime(target[0], (0, 0)) or 1",
    "links_to_it": "return os.symlink(target[0], os.environ['TMPDIR'] + '/link') or 1",
    "links_hard_to_it": "return os.link(target[0], os.environ['TMPDIR'] + '/link') or 1",
    "makes_a_folder": "return os.mkdir(os.environ['TMPDIR'] + '/folder') or 1",
    "makes_a_pipe_by_name": "return os.mkfifo(os.environ['TMPDIR'] + '/pipe') or 1",
    "rewrites_its_own_code": "return open(__file__, 'w').write('')",
    "rewrites_numpy": "return open(np.__file__, 'a').write('')",
    "writes_results_in_the_current_folder": "return open('results.json', 'w').write('100 points')",
}


@pytest.mark.parametrize("attack", WRITES)
def test_writes_where_it_must_not(zygote: Zygote, secret: Path, tmp_path: Path, attack: str) -> None:
    before = {path.name for path in tmp_path.iterdir()} | {"stranger.py"}
    status = secret.stat()
    assert attempted(zygote, tmp_path, WRITES[attack], str(secret)) in (*REFUSED, -errno.EXDEV)
    after = secret.stat()
    assert secret.read_text() == SECRET
    assert (after.st_mode, after.st_uid, after.st_mtime) == (status.st_mode, status.st_uid, status.st_mtime)
    assert {path.name for path in tmp_path.iterdir()} == before


def test_writes_in_its_scratch_folder_and_nothing_of_it_is_left_to_the_next(zygote: Zygote, tmp_path: Path) -> None:
    write = "return open(os.environ['TMPDIR'] + '/note', 'w').write('4')"
    assert attempted(zygote, tmp_path, write) == 1
    assert attempted(zygote, tmp_path, "return len(os.listdir(os.environ['TMPDIR']))") == 0


CALLS = {
    "forks": (57,),
    "starts_a_thread": (56, 0x50F00),
    "starts_a_process_by_clone3": (435, 0, 88),
    "executes_a_program": (59, 0, 0, 0),
    "makes_a_user_namespace": (272, 0x10000000),
    "enters_a_namespace": (308, 0, 0),
    "mounts": (165, 0, 0, 0, 0, 0),
    "changes_its_root": (161, 0),
    "traces_by_ptrace": (101, 16, "parent"),
    "reads_memory_by_process_vm_readv": (310, "parent", 0, 0, 0, 0, 0),
    "writes_memory_by_process_vm_writev": (311, "parent", 0, 0, 0, 0, 0),
    "opens_a_process": (434, "parent", 0),
    "takes_a_descriptor_of_a_process": (438, 0, 0, 0),
    "kills_the_grader": (62, "grader", 9),
    "kills_its_parent": (62, "parent", 9),
    "kills_everything": (62, -1, 0),
    "kills_a_thread": (234, "parent", "parent", 9),
    "queues_a_signal": (129, "parent", 9, 0),
    "lowers_the_limits_of_the_grader": (302, "grader", 0, 0, 0),
    "changes_the_priority_of_the_grader": (141, 0, "grader", 19),
    "pins_the_grader_to_a_processor": (203, "grader", 8, 0),
    "uses_io_uring": (425, 1, 0),
    "loads_bpf": (321, 0, 0, 0),
    "counts_by_perf": (298, 0, 0, 0, 0, 0),
    "handles_page_faults": (323, 0),
    "makes_a_file_in_memory": (319, 0, 0),
    "shares_memory": (29, 0, 4096, 0o1600),
    "queues_messages": (240, 0, 0, 0, 0),
    "reads_keys": (250, 0, 0, 0, 0),
    "loads_a_module": (313, 0, 0, 0),
    "sets_the_clock": (227, 0, 0),
    "reboots": (169, 0, 0, 0, 0),
    "calls_prctl": (157, 4, 1),
    "changes_its_user": (105, 0),
    "locks_memory": (151, 1),
    "opens_a_socket": (41, 2, 1, 0),
    "makes_a_pair_of_sockets": (53, 1, 1, 0, 0),
    "sends_to_a_socket": (44, 3, 0, 0, 0, 0, 0),
    "sends_a_descriptor": (46, 3, 0, 0),
}
"""System calls of x86_64, with arguments that would do no harm if they were let through."""


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers are those of x86_64")
@pytest.mark.parametrize("attack", CALLS)
def test_makes_a_system_call_that_is_none_of_its_business(zygote: Zygote, tmp_path: Path, attack: str) -> None:
    words = [{"parent": "os.getppid()", "grader": "target[0]"}.get(str(word), str(word)) for word in CALLS[attack]]
    body = f"""
libc = ctypes.CDLL(None, use_errno=True)
answer = libc.syscall({", ".join(f"ctypes.c_long({word})" for word in words)})
return -ctypes.get_errno() if answer < 0 else answer
"""
    assert attempted(zygote, tmp_path, body, os.getpid()) in (-errno.EPERM, -errno.ENOSYS)


def test_makes_a_system_call_of_the_other_word_length_and_is_ended(zygote: Zygote, tmp_path: Path) -> None:
    if os.uname().machine != "x86_64":
        pytest.skip("only x86_64 has a second table of system calls")
    with pytest.raises(SubmissionError, match="SIGSYS") as caught:
        attempted(zygote, tmp_path, "return ctypes.CDLL(None).syscall(ctypes.c_long(0x40000000 | 39))")
    assert caught.value.failure is Failure.KILLED
    assert answers_honestly(zygote)


SIGNALS = {
    "has_the_grader_sent_a_signal_by_a_pipe": "return fcntl.fcntl(os.pipe()[0], fcntl.F_SETOWN, target[0]) or 1",
    "chooses_the_signal": "return fcntl.fcntl(os.pipe()[0], fcntl.F_SETSIG, signal.SIGKILL) or 1",
    "has_a_signal_sent_by_its_socket": "return fcntl.ioctl(3, 0x8902, struct.pack('i', target[0])) and 1",
    "types_into_a_terminal": "return fcntl.ioctl(0, 0x5412, b'x') and 1",
    "takes_a_lease_of_a_file": "return fcntl.fcntl(os.open('/dev/null', 0), fcntl.F_SETLEASE, fcntl.F_RDLCK) or 1",
    "lowers_a_limit_of_the_grader": "return resource.prlimit(target[0], resource.RLIMIT_CPU, (1, 1)) and 1",
    "kills_the_grader": "return os.kill(target[0], signal.SIGKILL) or 1",
    "kills_a_group": "return os.killpg(target[0], signal.SIGKILL) or 1",
    "runs_a_program": "return subprocess.run(['/bin/true']).returncode + 1",
    "forks": "return os.fork() or os._exit(0)",
}


@pytest.mark.parametrize("attack", SIGNALS)
def test_acts_on_other_processes(zygote: Zygote, tmp_path: Path, attack: str) -> None:
    # A process that is not there, in place of the grader: what is refused must be refused before anybody looks for it.
    assert attempted(zygote, tmp_path, SIGNALS[attack], 2**22 - 1) == -errno.EPERM


def test_a_bomb_of_forks_does_not_fork_once(zygote: Zygote, tmp_path: Path) -> None:
    body = """
born = 0
for _ in range(200):
    try:
        if os.fork() == 0:
            os._exit(0)
        born += 1
    except OSError:
        pass
return born
"""
    assert attempted(zygote, tmp_path, body) == 0


def test_threads_are_not_started_and_none_is_left_running(zygote: Zygote, tmp_path: Path) -> None:
    source = (
        "import threading, time\ndef f():\n    threading.Thread(target=time.sleep, args=(99,), daemon=True).start()\n"
    )
    with zygote.submission(written(tmp_path, source), SMALL) as session, pytest.raises(SubmissionError) as caught:
        session.call("f")
    assert caught.value.raised is not None
    assert caught.value.raised.exception == "RuntimeError"


SOCKETS = {
    "tcp": "socket.create_connection(('127.0.0.1', target[0]), 0.2)",
    "udp": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', target[0]))",
    "tcp_of_ipv6": "socket.create_connection(('::1', target[0]), 0.2)",
    "listening": "socket.create_server(('127.0.0.1', 0))",
    "unix": "socket.socket(socket.AF_UNIX).connect(target[1])",
    "abstract_unix": "socket.socket(socket.AF_UNIX).connect('\\0gradcheck test')",
    "netlink": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "raw_packets": "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
}


@pytest.mark.parametrize("attack", SOCKETS)
def test_opens_a_socket(zygote: Zygote, tmp_path: Path, attack: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as unix:
        unix.bind(str(tmp_path / "socket"))
        unix.listen()
        tcp.settimeout(0.0)
        got = attempted(
            zygote, tmp_path, f"return {SOCKETS[attack]} and 1", tcp.getsockname()[1], str(tmp_path / "socket")
        )
        assert got == -errno.EPERM
        with pytest.raises(BlockingIOError):
            tcp.accept()


def test_the_environment_holds_no_secret(zygote: Zygote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_TOKEN", SECRET)
    with Zygote(zygote.settings) as fresh:
        names = attempted(fresh, tmp_path, "return sorted(os.environ)")
    assert names == [
        "HOME",
        "LANG",
        "MKL_NUM_THREADS",
        "MPLBACKEND",
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "TMPDIR",
    ]


def test_it_inherits_no_descriptor_but_its_own(zygote: Zygote, secret: Path, tmp_path: Path) -> None:
    body = """
found = []
for number in range(1100):
    try:
        os.fstat(number)
        found.append(number)
    except OSError:
        pass
return found
"""
    with secret.open() as held:
        os.set_inheritable(held.fileno(), True)  # noqa: FBT003
        with Zygote(zygote.settings) as fresh:
            assert attempted(fresh, tmp_path, body) == [0, 1, 2, 3]


def test_a_walk_through_all_it_can_reach_finds_no_answer(zygote: Zygote, tmp_path: Path) -> None:
    held_here = f"{SECRET}, held in a frame of the grader"
    body = """
import hashlib
seen, stack, found = set(), [gc.get_objects(), sys.modules, sys._current_frames()], 0
frame = sys._getframe()
while frame:
    stack += [frame.f_locals, frame.f_globals]
    frame = frame.f_back
while stack and len(seen) < 300000:
    one = stack.pop()
    if id(one) in seen:
        continue
    seen.add(id(one))
    if type(one) is str:
        found += len(one) == target[1] and hashlib.sha256(one.encode()).hexdigest() == target[0]
    else:
        stack += gc.get_referents(one)
ours = sum('gradcheck' in name for name in sys.modules)
return [found, ours, len(seen) > 10000]
"""
    digest = hashlib.sha256(held_here.encode()).hexdigest()
    assert attempted(zygote, tmp_path, body, digest, len(held_here)) == [0, 0, 1]


def test_importing_gradcheck_fails(zygote: Zygote, tmp_path: Path) -> None:
    with (
        pytest.raises(SubmissionError, match="No module named 'gradcheck'"),
        zygote.submission(written(tmp_path, "import gradcheck")),
    ):
        pass
    assert answers_honestly(zygote)


def test_importing_gradcheck_fails_with_its_folder_on_the_path(zygote: Zygote, tmp_path: Path) -> None:
    folder = Path(gradcheck.__file__).parent.parent
    source = f"import sys\nsys.path.insert(0, {str(folder)!r})\nimport gradcheck.network"
    with pytest.raises(SubmissionError, match="gradcheck"), zygote.submission(written(tmp_path, source)):
        pass
    assert attempted(zygote, tmp_path, "return len(open(target[0]).read())", gradcheck.__file__) in REFUSED


def test_a_package_beside_numpy_that_is_not_allowed_cannot_be_imported(zygote: Zygote, tmp_path: Path) -> None:
    packages = Path(np.__file__).parent.parent
    assert (packages / "hypothesis").is_dir()
    source = f"import sys\nsys.path.insert(0, {str(packages)!r})\nimport numpy.polynomial\nimport hypothesis"
    with pytest.raises(SubmissionError, match="hypothesis") as caught, zygote.submission(written(tmp_path, source)):
        pass
    assert caught.value.raised is not None
    assert caught.value.raised.line == 4
    assert answers_honestly(zygote)


def test_the_standard_library_is_there(zygote: Zygote, tmp_path: Path) -> None:
    source = (
        "import collections, csv, dataclasses, decimal, json, math, pickle, random, sqlite3, tempfile, typing\n"
        "import numpy.polynomial, numpy.testing\n"
        "def f():\n    with tempfile.NamedTemporaryFile() as file:\n        return random.Random(0).random() + file.write(b'a')\n"
    )
    with zygote.submission(written(tmp_path, source), SMALL) as session:
        assert session.call("f") == 1.8444218515250481


def test_a_symbolic_link_in_a_submission_is_refused(zygote: Zygote, secret: Path, tmp_path: Path) -> None:
    folder = tmp_path / "submission"
    folder.mkdir()
    (folder / "network.py").write_text("")
    (folder / "data.txt").symlink_to(secret)
    with pytest.raises(UsageError, match="is a symbolic link"), zygote.submission(folder, entry="network.py"):
        pass
    (folder / "data.txt").unlink()
    (folder / "data").symlink_to(tmp_path)
    with pytest.raises(UsageError, match="is a symbolic link"), zygote.submission(folder, entry="network.py"):
        pass
    with pytest.raises(UsageError, match="is a symbolic link"), zygote.submission(folder / "data"):
        pass
    assert answers_honestly(zygote)


def test_a_folder_of_files_is_imported_whole(zygote: Zygote, tmp_path: Path) -> None:
    folder = tmp_path / "submission"
    (folder / "parts").mkdir(parents=True)
    (folder / "network.py").write_text("from parts.layers import double\ndata = open('data.txt').read()")
    (folder / "parts" / "layers.py").write_text("def double(x):\n    return 2 * x\n")
    (folder / "data.txt").write_text("seven")
    with zygote.submission(folder, SMALL, entry="network.py") as session:
        assert session.call("double", 4.0) == 8.0
        assert session.get(None, "data") == "seven"


def test_where_there_is_seccomp_and_no_landlock_nothing_is_written_and_nobody_is_called(
    secret: Path, tmp_path: Path
) -> None:
    with Zygote(settings_of(Tier.T1)) as zygote:
        assert attempted(zygote, tmp_path, READS["reads_a_secret"], str(secret)) == len(SECRET)  # why more is required
        for attack in WRITES:
            assert attempted(zygote, tmp_path, WRITES[attack], str(secret)) == -errno.EPERM, attack
        assert attempted(zygote, tmp_path, "return open(os.environ['TMPDIR'] + '/a', 'w').write('')") == -errno.EPERM
        assert attempted(zygote, tmp_path, "return socket.socket() and 1") == -errno.EPERM
        assert secret.read_text() == SECRET
        assert answers_honestly(zygote)
