"""The grader ended from outside: what is finished is whole, and nothing that it started goes on."""

from __future__ import annotations

import dataclasses
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from gradcheck.grading.parts import SubmissionProtocol
from gradcheck.grading.results_folder import ResultsFolder
from gradcheck.grading.starting_rubric import write_rubric
from tests.grading.asking_for_tests import needs_sandbox
from tests.grading.classes_for_tests import PAIRS, command, handed_in

STAYING: Final = PAIRS["ada"] + "\nimport time\n\nwhile True:\n    time.sleep(1.0)\n"
"""A submission that is still being graded when the grader is ended, and takes no processor until then."""

WATCH: Final = """
import json, os, signal, subprocess, sys, time
from gradcheck.grading import confinement

told, number, send, patience = sys.argv[1], int(sys.argv[2]), getattr(os, sys.argv[3]), 60.0
confinement.adopt_orphans()
with open(told, "w") as errors:
    grader = subprocess.Popen(sys.argv[4:], stdout=errors, stderr=errors, start_new_session=True)
while "1 of 3" not in open(told).read() and grader.poll() is None:
    time.sleep(0.05)
send(grader.pid, number)
code = grader.wait()
until = time.monotonic() + patience
try:
    while os.waitpid(-1, os.WNOHANG) != (0, 0) or time.monotonic() < until:
        time.sleep(0.02)
except ChildProcessError:
    print(json.dumps([code, []]))
    sys.exit()
left = [int(word) for word in open(f"/proc/self/task/{os.getpid()}/children").read().split()]
print(json.dumps([code, [open(f"/proc/{one}/cmdline").read().replace(chr(0), " ") for one in left]]))
for one in left:
    os.kill(one, signal.SIGKILL)
"""
"""Starts the grader, sends it a signal when one submission is finished, and tells how it ended and what of all it started goes on."""


@dataclasses.dataclass(frozen=True)
class End:
    """How a grader ended, what still ran when all should have been gone, and what it said."""

    code: int
    left: list[str]
    told: str


def ended(folder: Path, jobs: int, number: signal.Signals, send: str = "kill") -> End:
    """End a grader of three submissions, two of which never end, by a signal to it or to its whole group."""
    submissions = handed_in(folder / "submissions", ("ada",))
    for name in ("sue", "tom"):
        (submissions / f"{name}.py").write_text(STAYING)
    rubric = write_rubric(SubmissionProtocol.PAIR, folder)
    grader = command(rubric, submissions, folder / "results", "--jobs", str(jobs))
    words = [sys.executable, "-c", WATCH, str(folder / "told"), str(int(number)), send, *grader]
    watched = subprocess.run(words, capture_output=True, text=True, cwd=Path(__file__).parents[2], check=True)
    code, left = json.loads(watched.stdout)
    return End(code, left, (folder / "told").read_text())


@needs_sandbox
@pytest.mark.parametrize(
    ("jobs", "number", "send"),
    [(1, signal.SIGTERM, "kill"), (2, signal.SIGTERM, "killpg"), (2, signal.SIGHUP, "kill")],
    ids=["one job, SIGTERM", "two jobs, SIGTERM to all", "two jobs, SIGHUP"],
)
def test_a_signal_that_ends_is_answered_as_ctrl_c_is(
    tmp_path: Path, jobs: int, number: signal.Signals, send: str
) -> None:
    end = ended(tmp_path, jobs, number, send)
    assert (end.code, end.left) == (128 + number, [])
    assert "interrupted: 1 of 3 are graded and whole; --resume goes on" in end.told
    assert "Traceback" not in end.told
    assert [one.submission for one in ResultsFolder(tmp_path / "results").all_kept(("ada", "sue", "tom"))] == ["ada"]
    assert (tmp_path / "results" / "gradebook.csv").exists()


@needs_sandbox
@pytest.mark.parametrize("jobs", [1, 2])
def test_nothing_outlives_a_grader_that_is_killed(tmp_path: Path, jobs: int) -> None:
    end = ended(tmp_path, jobs, signal.SIGKILL)
    assert (end.code, end.left) == (-signal.SIGKILL, [])
