"""Hostile submissions that use up time, memory, disk or patience, that end under the grader's hands, or go for its processes."""

from __future__ import annotations

from typing import Final

from tests.grading.hostile_shell_for_tests import at_import, in_every_call

WASTERS: Final = {
    "never_returns": in_every_call("while True:\n    pass"),
    "never_is_imported": at_import("while True:\n    pass"),
    "sleeps_forever": in_every_call("time.sleep(1e6)"),
    "ignores_sigterm": in_every_call(
        """
        for number in range(1, 32):
            try:
                signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError):
                pass
        while True:
            pass
        """
    ),
    "swallows_every_exception": in_every_call(
        """
        while True:
            try:
                while True:
                    time.sleep(0.01)
            except BaseException:
                pass
        """
    ),
    "forks_a_bomb": in_every_call("while True:\n    os.fork()"),
    "leaves_a_daemon": in_every_call("if os.fork() == 0:\n    os.setsid()\n    time.sleep(600)"),
    "starts_a_thousand_threads": in_every_call(
        "for _ in range(1000):\n    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()"
    ),
    "runs_another_program": in_every_call(
        "tell(subprocess.run(['/bin/sh', '-c', 'sleep 600 & id'], capture_output=True).stdout)"
    ),
    "becomes_another_program": in_every_call("os.execv('/bin/sleep', ['sleep', '600'])"),
    "fills_the_memory": in_every_call("kept = []\nwhile True:\n    kept.append(np.ones(10**7))"),
    "fills_the_memory_at_import": at_import("kept = []\nwhile True:\n    kept.append(bytearray(10**8))"),
    "fills_the_disk": in_every_call(
        """
        number = 0
        while True:
            with open(os.path.join(os.environ.get("TMPDIR", "."), f"full-{number}"), "wb") as file:
                file.write(b"x" * 10**6)
            number += 1
        """
    ),
    "uses_up_the_names_of_files": in_every_call(
        "for n in range(10**9):\n    open(os.path.join(os.environ.get('TMPDIR', '.'), f'n{n}'), 'w').close()"
    ),
    "floods_the_output": in_every_call("while True:\n    print('x' * 10**5)"),
    "floods_the_errors": in_every_call("while True:\n    sys.stderr.write('x' * 10**5 + '\\n')"),
    "prints_one_endless_line": in_every_call("while True:\n    sys.stdout.write('x' * 10**5)"),
    "recurses_deeply": in_every_call(
        "sys.setrecursionlimit(10**9)\ndef deeper(n):\n    return deeper(n + 1)\ndeeper(0)"
    ),
    "compiles_nested_code": in_every_call("eval('(' * 10**5 + ')' * 10**5)"),
    "crashes_by_ctypes": in_every_call("ctypes.string_at(0)"),
    "aborts": in_every_call("os.abort()"),
    "kills_itself": in_every_call("os.kill(os.getpid(), signal.SIGKILL)"),
    "kills_its_parent": in_every_call("os.kill(os.getppid(), signal.SIGKILL)"),
    "kills_its_group": in_every_call("os.killpg(0, signal.SIGKILL)"),
    "kills_everybody": in_every_call("os.kill(-1, signal.SIGKILL)"),
    "stops_its_parent": in_every_call("os.kill(os.getppid(), signal.SIGSTOP)"),
    "closes_its_socket": in_every_call("os.close(3)\ntime.sleep(600)"),
    "closes_everything": in_every_call("os.closerange(0, 256)"),
    "gives_a_giant_answer": at_import(
        "Network.feedforward = lambda self, a: np.zeros(10**8)\nsigmoid_prime = lambda z: np.zeros(10**8)"
    ),
    "gives_an_endless_list": at_import(
        """
        class Endless(list):
            __iter__ = lambda self: iter(int, 1)
            __len__ = lambda self: 2
        Network.backprop = lambda self, x, y: (Endless(), Endless())
        """
    ),
    "raises_an_endless_message": in_every_call("raise ValueError('x' * 10**8)"),
    "raises_what_cannot_be_told": in_every_call(
        """
        class Untold(Exception):
            def __str__(self):
                while True:
                    pass
            __repr__ = __str__
        raise Untold
        """
    ),
    "is_slow_to_be_let_go": at_import(
        """
        import atexit
        class Clinging:
            def __del__(self):
                while True:
                    pass
        kept = Clinging()
        atexit.register(time.sleep, 600)
        """
    ),
    "computes_a_huge_power": in_every_call("9 ** 9 ** 9"),
}
