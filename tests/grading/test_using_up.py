"""Submissions that use up time, memory, disk or patience, or end when they should answer: each fails in its own words, the next one answers."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from gradcheck.errors import UsageError
from gradcheck.grading.failures import Failure, SandboxError, SubmissionError
from gradcheck.grading.isolation import Tier
from gradcheck.grading.limits import Limits
from gradcheck.grading.sandbox import Zygote
from gradcheck.grading.staging import MOST_BYTES
from tests.grading.asking_for_tests import SMALL, answers_honestly, needs_sandbox, settings_of, written

pytestmark = needs_sandbox

BRIEF = dataclasses.replace(SMALL, call_seconds=0.3, import_seconds=5.0)

BEGINNING = "import ctypes, os, signal, sys, time\nimport numpy as np\nSCRATCH = os.environ['TMPDIR']\n"


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    with Zygote(settings_of(Tier.T2)) as started:
        yield started


def running(folder: str) -> list[str]:
    """Return the processes that have a folder in their command lines."""
    found = []
    for number in filter(str.isdigit, os.listdir("/proc")):
        try:
            if folder.encode() in Path(f"/proc/{number}/cmdline").read_bytes():
                found.append(number)
        except OSError:  # it has ended
            continue
    return found


def processes_of(zygote: Zygote) -> list[str]:
    """Return the processes that this zygote and its forks are, by the folder that is in their command lines."""
    return running(str(zygote.folder))


def failure_of(zygote: Zygote, folder: Path, body: str, limits: Limits = BRIEF) -> SubmissionError:
    """Return how a submission fails whose function `attack` has this body; nothing of it is left, and an honest one answers after it."""
    lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
    before = len(processes_of(zygote))
    with zygote.submission(written(folder, f"{BEGINNING}def attack():\n{lines}\n"), limits) as session:
        with pytest.raises(SubmissionError) as caught:
            session.call("attack")
        if session.failure is not None:
            with pytest.raises(SubmissionError, match="after the end") as late:
                session.call("attack")
            assert late.value.failure is Failure.LATE
    assert len(processes_of(zygote)) == before
    assert answers_honestly(zygote)
    return caught.value


ENDS = {
    "exits_at_once": ("os._exit(0)", "exit code 0"),
    "exits_with_the_code_of_success_or_failure": ("os._exit(1)", "exit code 1"),
    "crashes_through_ctypes": ("ctypes.string_at(0)", "SIGSEGV"),
    "closes_its_socket": ("os.close(3)\nwhile True:\n    time.sleep(1)", "SIGKILL"),
    "aborts": ("os.abort()", "SIG(SEGV|ABRT|ILL)"),
}


@pytest.mark.parametrize("attack", ENDS)
def test_ends_instead_of_answering(zygote: Zygote, tmp_path: Path, attack: str) -> None:
    body, words = ENDS[attack]
    failure = failure_of(zygote, tmp_path, body, SMALL)
    assert failure.failure is Failure.KILLED
    with pytest.raises(SubmissionError, match=words):
        raise failure


def test_crashes_the_stack(zygote: Zygote, tmp_path: Path) -> None:
    body = "sys.setrecursionlimit(10**9)\nclass A:\n    def __getattr__(self, name):\n        return getattr(self, name + 'a')\nA().a"
    failure = failure_of(zygote, tmp_path, body, SMALL)
    if failure.failure is Failure.RAISED:  # Python 3.12 and later stop before the stack ends
        assert failure.raised is not None
        assert failure.raised.builtin == "RecursionError"
    else:
        assert (failure.failure, "SIGSEGV" in str(failure)) == (Failure.KILLED, True)


STAYS = {
    "never_returns": "while True:\n    pass",
    "sleeps_forever": "time.sleep(1e6)",
    "ignores_signals": "for n in (1, 2, 3, 13, 14, 15, 24):\n    signal.signal(n, signal.SIG_IGN)\nwhile True:\n    time.sleep(1)",
    "catches_everything": "while True:\n    try:\n        time.sleep(1)\n    except BaseException:\n        pass",
    "blocks_in_compiled_code": "np.random.default_rng(0).random(2 * 10**7).sort()\nwhile True: pass",
    "computes_a_huge_power": "9**(9**9)",
    "loops_in_a_finaliser": "class A:\n    def __del__(self):\n        while True:\n            pass\nA()",
    "says_half_an_answer": "os.write(3, b'GCK1')\ntime.sleep(1e6)",
    "stops_in_its_exceptions_words": "class E(Exception):\n    def __str__(self):\n        while True:\n            pass\nraise E",
    "stops_in_an_arrays_method": "class A(np.ndarray):\n    def __array_finalize__(self, other):\n        while True: pass\nreturn np.zeros(3).view(A)",
}


@pytest.mark.parametrize("attack", STAYS)
def test_does_not_come_to_an_end(zygote: Zygote, tmp_path: Path, attack: str) -> None:
    assert failure_of(zygote, tmp_path, STAYS[attack]).failure is Failure.TIMEOUT


@pytest.mark.parametrize(
    "before", ["pass", "signal.signal(signal.SIGXCPU, signal.SIG_IGN)"], ids=["honest", "ignores_it"]
)
def test_uses_up_its_processor_time(zygote: Zygote, tmp_path: Path, before: str) -> None:
    limits = dataclasses.replace(SMALL, cpu_seconds=1, call_seconds=20.0)
    failure = failure_of(zygote, tmp_path, f"{before}\nwhile True:\n    pass", limits)
    assert failure.failure is Failure.TIMEOUT
    assert str(failure) == "attack used more than 1 s of processor time"


def test_answers_each_question_in_time_and_all_of_them_too_late(zygote: Zygote, tmp_path: Path) -> None:
    source = "import time\ndef slow():\n    time.sleep(0.4)\n    return 1.0\n"
    with zygote.submission(written(tmp_path, source), dataclasses.replace(SMALL, wall_seconds=2.0)) as session:
        with pytest.raises(SubmissionError, match=r"the 2 s for this item were over") as caught:
            for _ in range(10):
                session.call("slow")
        assert caught.value.failure is Failure.LATE
        assert 2 <= session.requests <= 6
    assert answers_honestly(zygote)


@pytest.mark.parametrize(
    ("source", "failure"),
    [
        ("import time\ntime.sleep(1e6)", Failure.TIMEOUT),
        ("while True: pass", Failure.TIMEOUT),
        ("import os\nos._exit(0)", Failure.KILLED),
        ("raise SystemExit(0)", Failure.RAISED),
        ("import sys\nsys.exit()", Failure.RAISED),
        ("raise KeyboardInterrupt", Failure.RAISED),
        ("def f(:", Failure.RAISED),
        ("\0", Failure.RAISED),
        ("x = [0] * 10**10", Failure.MEMORY),
        ("input()", Failure.RAISED),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else value.name,
)
def test_misbehaves_when_it_is_imported(zygote: Zygote, tmp_path: Path, source: str, failure: Failure) -> None:
    limits = dataclasses.replace(SMALL, import_seconds=0.4 if failure is Failure.TIMEOUT else 10.0)
    with pytest.raises(SubmissionError) as caught, zygote.submission(written(tmp_path, source), limits):
        pytest.fail("it was imported")
    assert caught.value.failure is failure
    assert answers_honestly(zygote)


MEMORY = {
    "one_array": "return float(np.ones(10**9).sum())",
    "a_list": "x = []\nwhile True:\n    x.append(np.ones(10**6))",
    "a_text": "return len('a' * 10**10)",
    "a_mapping": "import mmap\nreturn len(mmap.mmap(-1, 2**31))",
}


@pytest.mark.parametrize("attack", MEMORY)
def test_uses_up_memory(zygote: Zygote, tmp_path: Path, attack: str) -> None:
    failure = failure_of(zygote, tmp_path, MEMORY[attack], SMALL)
    assert failure.failure is (Failure.RAISED if attack == "a_mapping" else Failure.MEMORY)
    if attack == "a_mapping":
        assert "Cannot allocate memory" in str(failure)


def test_fills_the_disk_with_one_file(zygote: Zygote, tmp_path: Path) -> None:
    body = "with open(SCRATCH + '/a', 'wb') as file:\n    for _ in range(64):\n        file.write(bytes(2**18))\n"
    failure = failure_of(zygote, tmp_path, body, SMALL)
    assert failure.raised is not None
    assert failure.raised.builtin == "OSError"


FILLS = """
for i in range(64):
    with open(f"{SCRATCH}/{i}", "wb") as file:
        file.write(bytes(2**19))
time.sleep(1e6)
"""


def test_fills_the_disk_with_many_files_and_is_ended(zygote: Zygote, tmp_path: Path) -> None:
    failure = failure_of(zygote, tmp_path, FILLS, dataclasses.replace(BRIEF, call_seconds=10.0))
    assert failure.failure is Failure.OUTPUT
    assert "scratch folder" in str(failure)


def test_fills_the_disk_with_many_files_and_the_folder_of_a_namespace_is_full(tmp_path: Path) -> None:
    with Zygote(settings_of(Tier.T3)) as zygote:
        failure = failure_of(zygote, tmp_path, FILLS, dataclasses.replace(BRIEF, call_seconds=10.0))
        assert "No space left" in str(failure)
        fits = f"""{BEGINNING}
def attack():
    stored = 0
    try:
        for i in range(64):
            with open(f"{{SCRATCH}}/{{i}}", "wb", buffering=0) as file:
                stored += file.write(bytes(2**18))
    except OSError:
        return stored
"""
        with zygote.submission(
            written(tmp_path, fits), SMALL
        ) as session:  # empty again, and of the size that is allowed
            assert 2**19 <= session.call("attack") <= SMALL.scratch_bytes


def test_prints_without_end(zygote: Zygote, tmp_path: Path) -> None:
    body = "while True:\n    os.write(1, b'100 points! ' * 1000)"
    failure = failure_of(zygote, tmp_path, body, SMALL)
    assert failure.failure is Failure.OUTPUT
    assert str(failure) == "it printed more than 1048576 bytes"


def test_prints_a_little_at_every_call_and_still_answers(zygote: Zygote, tmp_path: Path) -> None:
    source = "import sys\ndef f(x):\n    print('x is', x, file=sys.stderr)\n    print('z' * 4000, flush=True)\n    return 2 * x\n"
    with zygote.submission(written(tmp_path, source), SMALL) as session:
        assert [session.call("f", float(i)) for i in range(100)] == [2.0 * i for i in range(100)]
    assert session.usage.output.startswith("x is 0.0\nzzz")
    assert len(session.usage.output) == SMALL.kept_output_bytes
    assert session.usage.output_bytes > 400_000


@pytest.mark.parametrize(
    "ending",
    [
        "os._exit(0)",
        "os.abort()",
        "ctypes.string_at(0)",
        "while True: pass",
        "x = [0]\nwhile True: x *= 2",
        "return 1.0",
    ],
    ids=["leaves", "aborts", "crashes", "does not come to an end", "takes all memory", "answers"],
)
def test_what_it_printed_before_its_end_is_kept(zygote: Zygote, tmp_path: Path, ending: str) -> None:
    body = f"print('a line')\nprint('and half of', end='')\nprint(' one', end='', file=sys.stderr)\n{ending}"
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    source = written(tmp_path, f"{BEGINNING}def attack():\n{lines}\n")
    with zygote.submission(source, BRIEF) as session, contextlib.suppress(SubmissionError):
        session.call("attack")
    assert session.usage.output == "a line\nand half of one"


def test_keeps_nothing_from_one_item_to_the_next(zygote: Zygote, tmp_path: Path) -> None:
    source = "import numpy as np\ncalls = []\ndef f():\n    calls.append(1)\n    np.calls = getattr(np, 'calls', 0) + 1\n    return len(calls) + np.calls\n"
    path = written(tmp_path, source)
    for _ in range(2):
        with zygote.submission(path, SMALL) as session:
            assert [session.call("f"), session.call("f")] == [2, 4]


@pytest.mark.parametrize("letter", ["w", "\U0001f600"])
def test_an_exception_with_words_without_end_is_cut(zygote: Zygote, tmp_path: Path, letter: str) -> None:
    failure = failure_of(zygote, tmp_path, f"raise ValueError('{letter}' * 10**7)", SMALL)
    assert failure.failure is Failure.RAISED
    assert 1900 < len(str(failure)) < 2200


def test_deep_recursion_is_an_exception_like_others(zygote: Zygote, tmp_path: Path) -> None:
    failure = failure_of(zygote, tmp_path, "return attack()", SMALL)
    assert failure.raised is not None
    assert failure.raised.builtin == "RecursionError"


def test_an_exception_in_disguise_cannot_dress_its_report_up(zygote: Zygote, tmp_path: Path) -> None:
    body = "raise type('E\\x1b[31m\\u202e<b>', (Exception,), {})('\\x1b]0;pwned\\x07 <script>alert(1)</script> \\x00 \\u202e \\r [x](javascript:1)')"
    failure = failure_of(zygote, tmp_path, body, SMALL)
    assert failure.raised is not None
    for text in (str(failure), failure.raised.exception, failure.raised.words):
        assert not set(text) & set("\x1b\x07\x00\u202e\r")


def test_what_it_prints_is_stripped_of_control_characters(zygote: Zygote, tmp_path: Path) -> None:
    source = "import os\nos.write(1, '\\x1b[2J\\x1b[31mFAIL\\u202e\\x9b \\udc80'.encode('utf-8', 'surrogateescape') + b'\\xff')\n"
    with zygote.submission(written(tmp_path, source), SMALL) as session:
        pass
    assert session.usage.output == "[2J[31mFAIL \ufffd\ufffd"


def test_a_submission_too_large_is_refused(zygote: Zygote, tmp_path: Path) -> None:
    path = tmp_path / "large.py"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(UsageError, match="a submission has less"), zygote.submission(path):
        pass
    assert answers_honestly(zygote)


def test_what_gets_away_by_setsid_and_two_forks_is_ended_even_with_limits_alone(tmp_path: Path) -> None:
    source = """
import os, signal, time
def attack():
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            os.write(writing, b"started")
            time.sleep(60)
        os._exit(0)
    return len(os.read(reading, 7))
"""
    with Zygote(settings_of(Tier.T0)) as zygote:
        before = len(processes_of(zygote))
        with zygote.submission(written(tmp_path, source), SMALL) as session:
            try:
                assert session.call("attack") == 7
            except SubmissionError as error:
                pytest.skip(f"limits alone keep this user from forking: {error}")
            assert len(processes_of(zygote)) == before + 2
        assert len(processes_of(zygote)) == before
        assert answers_honestly(zygote)


def test_whoever_kills_the_zygote_where_there_are_limits_alone_gets_nothing_and_stops_nobody(tmp_path: Path) -> None:
    source = "import os, signal\ndef attack():\n    os.kill(os.getppid(), signal.SIGKILL)\n    return 1.0\n"
    with Zygote(settings_of(Tier.T0)) as zygote:
        with (
            pytest.raises((SandboxError, SubmissionError)),
            zygote.submission(written(tmp_path, source), SMALL) as session,
        ):
            session.call("attack")
            session.call("attack")
        assert answers_honestly(zygote)


def test_a_zygote_ends_with_its_block_and_leaves_no_folder() -> None:
    with Zygote(settings_of(Tier.T2)) as zygote:
        folder = zygote.folder
        assert running(str(folder))
    assert running(str(folder)) == []
    assert not folder.exists()


def test_a_session_that_is_left_by_an_exception_of_the_graders_is_ended(zygote: Zygote, tmp_path: Path) -> None:
    before = len(processes_of(zygote))
    with pytest.raises(RuntimeError, match="of the grader's"), zygote.submission(written(tmp_path, "x = 1"), SMALL):
        raise RuntimeError("a fault of the grader's")
    assert len(processes_of(zygote)) == before
    assert answers_honestly(zygote)


GRADER = """
import sys
from pathlib import Path
from gradcheck.grading.sandbox import Zygote
from tests.grading.asking_for_tests import SMALL, settings_of
from gradcheck.grading.isolation import Tier
with Zygote(settings_of(Tier[sys.argv[2]])) as zygote, zygote.submission(Path(sys.argv[1]), SMALL) as session:
    session.call("attack")
    sys.stdout.write(f"{zygote.folder}\\n")
    sys.stdout.flush()
    session.call("stay")
"""

STAYING = """
import os, time
def attack():
    reading, writing = os.pipe()
    try:
        if os.fork() == 0:
            os.setsid()
            os.write(writing, b"started")
            stay()
        os.read(reading, 7)
    except OSError:
        pass
def stay():
    while True:
        time.sleep(1)
"""


@pytest.mark.parametrize("tier", [Tier.T0, Tier.T2], ids=lambda tier: tier.name)
def test_a_submission_does_not_outlive_a_grader_that_is_killed(tmp_path: Path, tier: Tier) -> None:
    words = [sys.executable, "-c", GRADER, str(written(tmp_path, STAYING)), tier.name]
    here = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2], env=here) as grader:
        assert grader.stdout is not None
        folder = grader.stdout.readline().strip()
        assert folder
        assert running(folder)
        grader.kill()
    until = time.monotonic() + 30.0
    while running(folder) and time.monotonic() < until:
        time.sleep(0.02)
    assert running(folder) == []


def test_an_exception_tells_the_line_of_the_submission_it_came_from(zygote: Zygote, tmp_path: Path) -> None:
    source = "import numpy as np\n\ndef f(x):\n    return np.reshape(x, (7, 7))\n"
    with zygote.submission(written(tmp_path, source), SMALL) as session, pytest.raises(SubmissionError) as caught:
        session.call("f", np.zeros(3))
    assert caught.value.raised is not None
    assert (caught.value.raised.exception, caught.value.raised.line) == ("ValueError", 4)
    assert str(caught.value).endswith("(line 4)")
