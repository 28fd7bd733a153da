"""Submissions a second: forked from a zygote that is kept, beside a fresh interpreter for each, at one job and at two."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import functools
import multiprocessing.util
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from gradcheck.grading.class_run import settings_for
from gradcheck.grading.engine import grade
from gradcheck.grading.isolation import Tier
from gradcheck.grading.parts import SubmissionProtocol
from gradcheck.grading.sandbox import Zygote
from gradcheck.grading.seeds import seeds_of
from gradcheck.grading.starting_rubric import starting_rubric
from gradcheck.grading.submissions import Submission, submissions_in
from gradcheck.grading.worker import Course
from tests.evidence.sandbox_speed import SOURCE, forked, fresh

SECRET = "correct horse battery staple"
JOBS = (1, 2)

QUESTIONS, INTERPRETERS = 40, 4
"""Submissions a turn of each job that are asked one question (counts): a fresh interpreter takes longer."""

Way = Callable[[int], None]


@dataclasses.dataclass(frozen=True)
class Speed:
    """Two ways to do the same work, side by side.

    Attributes
    ----------
    work : str
    jobs : int
    forked, fresh : float
        Submissions a second, the median of the turns.
    ratio : float
        Of the two, the median of the turns' ratios.
    """

    work: str
    jobs: int
    forked: float
    fresh: float
    ratio: float


@functools.cache
def course() -> Course:
    """Return the course of the class, once in each process."""
    rubric = starting_rubric(SubmissionProtocol.NETWORK)
    return Course(rubric, seeds_of(SECRET), settings_for(rubric, Tier.T2))


@functools.cache
def kept_zygote() -> Zygote:
    """Return the zygote of this process, started; it ends with the process."""
    zygote = Zygote(course().settings)
    zygote.__enter__()
    multiprocessing.util.Finalize(None, zygote.__exit__, args=(None, None, None), exitpriority=10)
    return zygote


@functools.cache
def submission() -> Submission:
    """Return a right submission."""
    (one,) = submissions_in(Path(SOURCE), course().rubric)
    return one


def ask_forked(count: int) -> None:
    """Ask so many submissions one question each, forked."""
    for _ in range(count):
        forked(kept_zygote())


def ask_fresh(count: int) -> None:
    """Ask so many submissions one question each, in interpreters of their own."""
    for _ in range(count):
        fresh()


def grade_forked(count: int) -> None:
    """Grade so many submissions with the zygote of this process."""
    for _ in range(count):
        grade(submission(), course().rubric, kept_zygote(), course().seeds)


def grade_fresh(count: int) -> None:
    """Grade so many submissions, a zygote for each."""
    for _ in range(count):
        with Zygote(course().settings) as zygote:
            grade(submission(), course().rubric, zygote, course().seeds)


def speeds(rounds: int) -> list[Speed]:
    """Return the speeds of all works, at one job and at two."""
    works = {
        "one question": ((ask_forked, QUESTIONS), (ask_fresh, INTERPRETERS)),
        "whole grading": ((grade_forked, 1), (grade_fresh, 1)),
    }
    found = []
    for work, (kept, new) in works.items():
        for jobs in JOBS:
            with concurrent.futures.ProcessPoolExecutor(jobs) as pool:
                for way, _ in (kept, new):
                    _rate(pool, jobs, way, 1)  # the first of each starts what is kept
                turns = [(_rate(pool, jobs, *kept), _rate(pool, jobs, *new)) for _ in range(rounds)]
            print(f"timed: {work}, {jobs} jobs", file=sys.stderr)
            medians = [statistics.median(rates) for rates in zip(*turns, strict=True)]
            ratio = statistics.median(fast / slow for fast, slow in turns)
            found.append(Speed(work, jobs, medians[0], medians[1], ratio))
    return found


def _rate(pool: concurrent.futures.Executor, jobs: int, way: Way, count: int) -> float:
    """Return the submissions a second of so many in each job."""
    started = time.perf_counter()
    list(pool.map(way, [count] * jobs))
    return jobs * count / (time.perf_counter() - started)
