"""What one process of a class run does: it keeps a zygote, and grades one submission after the other."""

from __future__ import annotations

import dataclasses
import logging
import multiprocessing.util
import os
import signal
import sys
import tempfile
import threading
from typing import Final

from gradcheck.grading.engine import grade, hash_of_rubric
from gradcheck.grading.failures import SandboxError
from gradcheck.grading.rubric import Rubric
from gradcheck.grading.sandbox import Zygote
from gradcheck.grading.seeds import Seeds
from gradcheck.grading.settings import DEFAULT_SETTINGS, Settings
from gradcheck.grading.submissions import Submission
from gradcheck.results.grades import GradeSheet, SheetStatus

log = logging.getLogger("gradcheck.grading")

ENDING: Final = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""The signals that are sent to a whole group of processes, and are the first one's to answer."""


@dataclasses.dataclass(frozen=True)
class Course:
    """All that grading takes beside the submissions.

    Attributes
    ----------
    rubric : Rubric
    seeds : Seeds
    settings : Settings
        How submissions are shut in.

    Examples
    --------
    >>> [field.name for field in dataclasses.fields(Course)]
    ['rubric', 'seeds', 'settings']
    """

    rubric: Rubric
    seeds: Seeds
    settings: Settings = DEFAULT_SETTINGS


_zygotes: Final[dict[tuple[int, str], Zygote]] = {}
"""What this process keeps between submissions: a zygote for each thread and run; a zygote takes one submission at a time."""


def belong_to(grader: int) -> None:
    """Have this process end when the grader does, however it ends, and leave to the grader what ends both.

    Only Linux ends it with a grader that is killed; `isolation` says what is missing elsewhere.

    Parameters
    ----------
    grader : int
        The number of its process.
    """
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)
    if sys.platform == "linux":
        from gradcheck.grading import confinement

        confinement.die_with_parent()
    if os.getppid() != grader:  # it was gone before it could be belonged to
        os._exit(1)


def grade_one(course: Course, submission: Submission, scratch: str) -> GradeSheet:
    """Grade one submission in whatever process this is, with the zygote that it keeps."""
    try:
        zygote = _zygote(course.settings, scratch)
    except SandboxError:
        log.exception("the grader failed at %s", submission.name)
        return not_graded(course, submission)
    return grade(submission, course.rubric, zygote, course.seeds)


def not_graded(course: Course, submission: Submission) -> GradeSheet:
    """Return the sheet of a submission that the grader failed at.

    Examples
    --------
    >>> from gradcheck.grading.parts import SubmissionProtocol
    >>> from gradcheck.grading.seeds import seeds_of
    >>> from gradcheck.grading.starting_rubric import starting_rubric
    >>> course = Course(starting_rubric(SubmissionProtocol.PAIR), seeds_of("correct horse battery staple"))
    >>> not_graded(course, Submission("ada")).status.value
    'ungraded'
    """
    return GradeSheet(
        submission.name,
        SheetStatus.UNGRADED,
        reason="It could not be graded: a fault of the grader's, not yours.",
        sha256=submission.sha256,
        rubric=course.rubric.assignment.title,
        rubric_sha256=hash_of_rubric(course.rubric),
        seed_id=course.seeds.id,
        notes=submission.notes,
    )


def _zygote(settings: Settings, scratch: str) -> Zygote:
    """Return this thread's zygote of this run, started; those of earlier runs are ended."""
    key = threading.get_ident(), scratch
    if key not in _zygotes:
        close_zygotes(but=scratch)
        if os.path.isdir(scratch):  # on another machine of a cluster there is no such folder
            tempfile.tempdir = scratch
        zygote = Zygote(settings)
        zygote.__enter__()
        _zygotes[key] = zygote
        multiprocessing.util.Finalize(None, close_zygotes, exitpriority=10)
    return _zygotes[key]


def close_zygotes(but: str = "") -> None:
    """End the zygotes that this process keeps, but those of one run.

    Examples
    --------
    >>> close_zygotes()
    """
    for key in [key for key in _zygotes if key[1] != but or not but]:
        _zygotes.pop(key).__exit__(None, None, None)
    tempfile.tempdir = None
