"""A whole class graded: side by side, whole results only, and to be gone on with wherever it was ended."""

from __future__ import annotations

import contextlib
import dataclasses
import enum
import logging
import multiprocessing
import multiprocessing.util
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Final, cast

from gradcheck.errors import UsageError
from gradcheck.grading.engine import grade, hash_of_rubric
from gradcheck.grading.failures import SandboxError
from gradcheck.grading.isolation import Tier, layers_of, probe
from gradcheck.grading.packages import ALWAYS
from gradcheck.grading.results_folder import ResultsFolder
from gradcheck.grading.rubric import Rubric
from gradcheck.grading.sandbox import Zygote
from gradcheck.grading.seeds import Seeds
from gradcheck.grading.settings import DEFAULT_SETTINGS, Settings, chosen_layers
from gradcheck.grading.submissions import Submission
from gradcheck.results.grades import GradeSheet, SheetStatus

log = logging.getLogger("gradcheck.grading")

JOBLIB: Final = "python -m pip install 'gradcheck[grade]'"
CONNECTING: Final = 5.0
"""How long a Dask scheduler may take to answer [seconds]."""

DASK: Final = "python -m pip install 'gradcheck[grade,dask]'"


class Backend(enum.Enum):
    """Where the jobs run.

    Examples
    --------
    >>> Backend("dask").name
    'DASK'
    """

    LOKY = "loky"
    """In processes of this machine."""
    DASK = "dask"
    """On a Dask cluster."""


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


@dataclasses.dataclass(frozen=True)
class Jobs:
    """How the work is spread; the results do not depend on it.

    Attributes
    ----------
    count : int
    backend : Backend
    scheduler : str
        The address of a Dask cluster's scheduler.

    Examples
    --------
    >>> Jobs(2).backend
    <Backend.LOKY: 'loky'>
    """

    count: int = 1
    backend: Backend = Backend.LOKY
    scheduler: str = ""


ONE_JOB: Final = Jobs()

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
            with contextlib.closing(_graded(course, to_do, jobs)) as graded:
                for sheet in graded:
                    results.keep(sheet)
                    sheets[sheet.submission] = sheet
                    shown(sheet, len(sheets), len(submissions))
        except BrokenProcessPool:  # a process of ours was ended from outside, for its memory say
            log.exception("a process that graded was ended")
    for one in submissions:
        if one.name not in sheets:
            sheets[one.name] = _not_graded(course, one)
            results.keep(sheets[one.name])
    return tuple(sheets[name] for name in sorted(sheets))


def finished(course: Course, submission: Submission, results: ResultsFolder) -> GradeSheet | None:
    """Return what was found of a submission before, if it would be found again; None where it is to be graded."""
    kept = results.kept(submission.name)
    if kept is None or kept.status is SheetStatus.UNGRADED:
        return None
    wanted = submission.sha256, hash_of_rubric(course.rubric), course.seeds.id
    if (kept.sha256, kept.rubric_sha256, kept.seed_id) != wanted or has_ungraded(kept):
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


def _graded(course: Course, submissions: list[Submission], jobs: Jobs) -> Generator[GradeSheet, None, None]:
    """Yield the sheets, in whatever order they are finished."""
    if not submissions:
        return
    joblib = _joblib()
    with _scratch() as scratch, _backend(joblib, jobs) as (backend, workers):
        count = min(workers, len(submissions))
        with joblib.parallel_config(backend=backend, n_jobs=count):
            parallel = joblib.Parallel(return_as="generator_unordered", batch_size=1, pre_dispatch=2 * count)
            found = parallel(joblib.delayed(grade_one)(course, one, scratch) for one in submissions)
            try:
                yield from found
            except BaseException:
                _stop(joblib, jobs)  # no job is waited for
                raise
            finally:
                found.close()


@contextlib.contextmanager
def _backend(joblib: Any, jobs: Jobs) -> Iterator[tuple[str, int]]:
    if jobs.backend is Backend.LOKY:
        try:
            yield ("loky" if jobs.count > 1 else "sequential"), jobs.count
        finally:
            close_zygotes()
            if jobs.count > 1:
                joblib.externals.loky.get_reusable_executor().shutdown(wait=True, kill_workers=False)
        return
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError(
            f"to grade on a Dask cluster distributed is needed, and it is not installed: {DASK}"
        ) from error
    if not jobs.scheduler:
        raise UsageError("a Dask cluster has a scheduler: say where, as in --scheduler tcp://127.0.0.1:8786")
    try:
        client: Any = cast(Any, Client)(jobs.scheduler, timeout=CONNECTING)
    except (OSError, ValueError) as error:
        raise UsageError(f"there is no Dask scheduler at {jobs.scheduler}: {error}") from error
    with client:
        try:
            yield "dask", max(1, len(client.scheduler_info()["workers"]))
        finally:
            client.run(close_zygotes)


def _stop(joblib: Any, jobs: Jobs) -> None:
    """End the jobs of this machine at once."""
    if jobs.backend is Backend.LOKY and jobs.count > 1:
        joblib.externals.loky.get_reusable_executor().shutdown(wait=True, kill_workers=True)


def _joblib() -> Any:
    try:
        import joblib
    except ImportError as error:
        raise UsageError(f"to grade a class joblib is needed, and it is not installed: {JOBLIB}") from error
    return joblib


@contextlib.contextmanager
def _scratch() -> Iterator[str]:
    """Give a folder that all sandboxes are made in, so that nothing of a job that is ended is left behind."""
    with tempfile.TemporaryDirectory(prefix="gradcheck-grading-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o711)
        yield folder


_zygotes: Final[dict[tuple[int, str], Zygote]] = {}
"""What this process keeps between submissions: a zygote for each thread and run; a zygote takes one submission at a time."""


def grade_one(course: Course, submission: Submission, scratch: str) -> GradeSheet:
    """Grade one submission in whatever process this is, with the zygote that it keeps."""
    if multiprocessing.parent_process() is not None and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl-C is the first process's to answer
    try:
        zygote = _zygote(course.settings, scratch)
    except SandboxError:
        log.exception("the grader failed at %s", submission.name)
        return _not_graded(course, submission)
    return grade(submission, course.rubric, zygote, course.seeds)


def _not_graded(course: Course, submission: Submission) -> GradeSheet:
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
    """End the zygotes that this process keeps, but those of one run."""
    for key in [key for key in _zygotes if key[1] != but or not but]:
        _zygotes.pop(key).__exit__(None, None, None)
    tempfile.tempdir = None
