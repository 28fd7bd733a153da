"""A whole class graded: side by side, whole results only, and to be gone on with wherever it was ended."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Sequence
from concurrent.futures.process import BrokenProcessPool
from typing import Final

from gradcheck.grading.engine import hash_of_rubric
from gradcheck.grading.isolation import Tier, layers_of, probe
from gradcheck.grading.jobs import ONE_JOB, Jobs, side_by_side
from gradcheck.grading.packages import ALWAYS
from gradcheck.grading.results_folder import ResultsFolder
from gradcheck.grading.rubric import Rubric
from gradcheck.grading.settings import Settings, chosen_layers
from gradcheck.grading.submissions import Submission
from gradcheck.grading.worker import Course, not_graded
from gradcheck.results.grades import GradeSheet, SheetStatus

log = logging.getLogger("gradcheck.grading")

ATTEMPTS: Final = 3
"""How often the grading of a class is begun again after a process of it was ended (a count)."""

Shown = Callable[[GradeSheet, int, int], None]
"""Told of each sheet that was finished, how many are, and of how many."""


def settings_for(rubric: Rubric, tier: Tier) -> Settings:
    """Return how the submissions of an assignment are shut in.

    Raises
    ------
    SandboxError
        If this machine does not have the layers of the tier: then nothing is graded.

    Examples
    --------
    >>> from gradcheck.grading.parts import SubmissionProtocol
    >>> from gradcheck.grading.starting_rubric import starting_rubric
    >>> settings_for(starting_rubric(SubmissionProtocol.NETWORK), Tier.T0).packages
    ()
    """
    packages = tuple(name for name in rubric.assignment.packages if name.lower() != ALWAYS)
    settings = Settings(packages, require=layers_of(tier))
    chosen_layers(settings, probe(settings.python))
    return settings


def grade_class(
    course: Course,
    submissions: Sequence[Submission],
    results: ResultsFolder,
    *,
    jobs: Jobs = ONE_JOB,
    shown: Shown = lambda *_: None,
) -> tuple[GradeSheet, ...]:
    """Grade submissions and write what was found of each as soon as it is known; return the sheets, by name.

    What is there already, made of the same submission, rubric and secret, is taken as it is; what is ungraded is graded again.

    Raises
    ------
    UsageError
        If joblib or Dask is not installed, or there is no scheduler at the address.
    KeyboardInterrupt
        Whatever is finished is whole.
    """
    kept = [finished(course, one, results) for one in submissions]
    sheets = {one.submission: one for one in kept if one is not None}
    to_do = [one for one in submissions if one.name not in sheets]
    of = len(submissions)
    graded = grade_again(
        course, to_do, results, jobs=jobs, shown=lambda sheet, done, _: shown(sheet, of - len(to_do) + done, of)
    )
    sheets |= {one.submission: one for one in graded}
    return tuple(sheets[name] for name in sorted(sheets))


def grade_again(
    course: Course,
    submissions: Sequence[Submission],
    results: ResultsFolder,
    *,
    jobs: Jobs = ONE_JOB,
    shown: Shown = lambda *_: None,
) -> tuple[GradeSheet, ...]:
    """Grade submissions whatever is there of them; return the sheets, by name. Errors: as for `grade_class`."""
    sheets: dict[str, GradeSheet] = {}
    for _ in range(ATTEMPTS):
        to_do = [one for one in submissions if one.name not in sheets]
        try:
            with contextlib.closing(side_by_side(course, to_do, jobs)) as graded:
                for sheet in graded:
                    results.keep(sheet)
                    sheets[sheet.submission] = sheet
                    shown(sheet, len(sheets), len(submissions))
        except BrokenProcessPool:  # a process of ours was ended from outside, for its memory say
            log.exception("a process that graded was ended")
    for one in submissions:
        if one.name not in sheets:
            sheets[one.name] = not_graded(course, one)
            results.keep(sheets[one.name])
    return tuple(sheets[name] for name in sorted(sheets))


def finished(course: Course, submission: Submission, results: ResultsFolder) -> GradeSheet | None:
    """Return what was found of a submission before, if it would be found again; None where it is to be graded.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from gradcheck.grading.parts import SubmissionProtocol
    >>> from gradcheck.grading.seeds import seeds_of
    >>> from gradcheck.grading.starting_rubric import starting_rubric
    >>> course = Course(starting_rubric(SubmissionProtocol.PAIR), seeds_of("correct horse battery staple"))
    >>> finished(course, Submission("ada"), ResultsFolder(Path(tempfile.mkdtemp()))) is None
    True
    """
    kept = results.kept(submission.name)
    wanted = submission.sha256, hash_of_rubric(course.rubric), course.seeds.id
    if kept is None or has_ungraded(kept) or (kept.sha256, kept.rubric_sha256, kept.seed_id) != wanted:
        return None
    if not results.is_complete(submission.name):  # another format was asked for
        results.keep(kept)
    return kept


def has_ungraded(sheet: GradeSheet) -> bool:
    """Tell whether a sheet, or an item of it, counts for nothing until it is graded again.

    Examples
    --------
    >>> has_ungraded(GradeSheet("ada", SheetStatus.UNGRADED))
    True
    """
    return sheet.status is SheetStatus.UNGRADED or any(item.status.value == "ungraded" for item in sheet.items)
