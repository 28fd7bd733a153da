"""Where the jobs of a class run: in processes of this machine, or on a Dask cluster."""

from __future__ import annotations

import contextlib
import dataclasses
import enum
import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any, Final, cast

from gradcheck.errors import UsageError
from gradcheck.grading.submissions import Submission
from gradcheck.grading.worker import Course, belong_to, close_zygotes, grade_one
from gradcheck.results.grades import GradeSheet

JOBLIB: Final = "python -m pip install 'gradcheck[grade]'"
CONNECTING: Final = 5.0
"""How long a Dask scheduler may take to answer [seconds]."""

SCRATCH: Final = "gradcheck-grading-"
"""What the folder of a run's sandboxes is called, with the number of its process behind it."""

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


def side_by_side(course: Course, submissions: list[Submission], jobs: Jobs) -> Generator[GradeSheet, None, None]:
    """Yield the sheets of submissions, in whatever order they are finished.

    Raises
    ------
    UsageError
        If joblib or Dask is not installed, or there is no scheduler at the address.
    """
    if not submissions:
        return
    joblib = _joblib()
    with _scratch() as scratch, _backend(joblib, jobs) as (backend, workers):
        count = min(workers, len(submissions))
        own = {"initializer": belong_to, "initargs": (os.getpid(),)} if backend == "loky" else {}
        with joblib.parallel_config(backend=backend, n_jobs=count, **own):
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
def _scratch() -> Iterator[str]:
    """Give a folder that all sandboxes are made in, so that nothing of a job that is ended is left behind."""
    clear_scratch(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=f"{SCRATCH}{os.getpid()}-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o711)
        yield folder


def clear_scratch(folder: Path) -> None:
    """Take away what graders of this user that were killed have left.

    Examples
    --------
    >>> clear_scratch(Path(tempfile.mkdtemp()))
    """
    if not Path("/proc/self").exists():  # nobody can be told to be gone
        return
    for left in folder.glob(f"{SCRATCH}*-*"):
        number = left.name.removeprefix(SCRATCH).partition("-")[0]
        with contextlib.suppress(OSError):  # another grader may take it away meanwhile
            is_ours = not left.is_symlink() and left.is_dir() and left.stat().st_uid == os.getuid()
            if number.isdigit() and is_ours and not Path(f"/proc/{number}").exists():
                shutil.rmtree(left, ignore_errors=True)


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
        try:  # of one thread each: a worker's threads would share its interpreter
            yield "dask", max(1, len(client.ncores()))
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
