"""A class in which all but one are hostile, graded as a class is: with a planted secret wherever one could look for it."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gradcheck.examples import network_right
from gradcheck.grading.class_run import grade_class, settings_for
from gradcheck.grading.isolation import Tier
from gradcheck.grading.jobs import Jobs
from gradcheck.grading.parts import SubmissionProtocol
from gradcheck.grading.results_folder import ResultsFolder
from gradcheck.grading.seeds import seeds_of
from gradcheck.grading.starting_rubric import starting_rubric
from gradcheck.grading.submissions import submissions_in
from gradcheck.grading.worker import Course
from gradcheck.results.grades import GradeSheet
from tests.grading.hostile_shell_for_tests import MARK

HONEST: Final = "honest"
"""The name of the one that is right, and has the secret in a comment."""

FORMATS: Final = ("markdown", "gradescope", "junit", "prairielearn", "github-classroom")

LIMITS: Final = {"wall_seconds": 20.0, "cpu_seconds": 1.5, "memory_mb": 300, "output_kb": 16}
"""Of processor time little, but enough for what is honest; by the clock as many seconds as by default, for a busy machine."""


@dataclasses.dataclass(frozen=True)
class Attacked:
    """A hostile class that was graded.

    Attributes
    ----------
    sheets : mapping of str to GradeSheet
        By name.
    results : Path
        The folder of results.
    written : tuple of str
        What is new where nothing should have been written.
    left : tuple of str
        Command lines of processes that should have ended and have not.
    """

    sheets: Mapping[str, GradeSheet]
    results: Path
    written: tuple[str, ...]
    left: tuple[str, ...]


def graded(hostile: Mapping[str, str], folder: Path, *, jobs: int = 2) -> Attacked:
    """Grade hostile submissions beside an honest one."""
    rubric = starting_rubric(SubmissionProtocol.NETWORK)
    rubric = dataclasses.replace(rubric, limits=rubric.limits.model_copy(update=LIMITS))
    handed = folder / "handed in"
    handed.mkdir()
    for name, source in hostile.items():
        (handed / f"{name}.py").write_text(source)
    (handed / f"{HONEST}.py").write_text(Path(network_right.__file__).read_text() + f"# {MARK}\n")
    (folder / "secret").write_text(MARK)
    results = ResultsFolder(folder / "results", FORMATS)
    before = _files(folder)
    with _planted():
        course = Course(rubric, seeds_of(MARK), settings_for(rubric, Tier.T2))
        sheets = grade_class(course, submissions_in(handed, rubric), results, jobs=Jobs(jobs))
        results.write_tables(sheets)
    made = sorted(str(one) for one in _files(folder) - before if not one.is_relative_to(results.path))
    return Attacked({one.submission: one for one in sheets}, results.path, tuple(made), tuple(_left_running()))


def told(attacked: Attacked) -> dict[str, str]:
    """Return all that is written of a class, by file."""
    files = (one for one in attacked.results.rglob("*") if one.is_file())
    return {str(one.relative_to(attacked.results)): one.read_text(errors="replace") for one in files}


def _files(folder: Path) -> set[Path]:
    """Return the files that an attack would leave behind."""
    notes = [Path(top) for top in ("/tmp", "/dev/shm")]
    return {
        *folder.rglob("*"),
        *(one for top in notes for pattern in ("*hostile*", "pwned*") for one in top.glob(pattern)),
    }


@contextmanager
def _planted() -> Iterator[None]:
    """Have the secret in the environment of the grader for a while."""
    os.environ["COURSE_SECRET"] = MARK
    try:
        yield
    finally:
        del os.environ["COURSE_SECRET"]


def _left_running() -> Iterator[str]:
    """Yield the command lines of zygotes and their forks that were started for a class and are there still."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            parent = (path.parent / "stat").read_text().rsplit(")", 1)[1].split()[1]
        except OSError:
            continue
        if ("gradcheck-grading-" in words and str(os.getpid()) in words) or (
            words.startswith("sleep 600") and parent == "1"
        ):
            yield words
