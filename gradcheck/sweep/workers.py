"""The pieces of a sweep, here or in several processes: the same numbers, in the same order."""

from __future__ import annotations

import contextlib
import dataclasses
import signal
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any, Final

from gradcheck.errors import UsageError
from gradcheck.network.arrays import Array
from gradcheck.network.model import Network
from gradcheck.sweep.estimating import Estimated, Sweeping, prepared
from gradcheck.sweep.partition import Unit, pieces
from gradcheck.sweep.settings import SweepSettings

BATCHES: Final = 32
"""Batches of pieces that are handed out to processes (a count) where there are many: enough that none waits long for the last."""

LEAST_PIECES: Final = 5
"""Pieces in a batch (a count), where that leaves each process two: with fewer it takes as long to hand them out as to work on them."""


def estimates(sweeping: Sweeping, y: Array, found: Sequence[Unit]) -> Generator[Estimated, None, None]:
    """Yield what each piece estimates, in their order.

    Parameters
    ----------
    sweeping : Sweeping
    y : ndarray, shape (n_L, m)
        Targets: a process makes its own prefixes from them.
    found : sequence of Unit

    Raises
    ------
    UsageError
        If several processes are wanted and joblib is not installed.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.sweep.partition import units
    >>> network = Network.random([2, 3, 1], np.random.default_rng(0))
    >>> sweeping = prepared(network, np.ones((2, 1)), np.ones((1, 1)), SweepSettings())
    >>> len(list(estimates(sweeping, np.ones((1, 1)), units(network, 2))))
    2
    """
    if sweeping.settings.jobs == 1:
        yield from map(sweeping.estimate, found)
        return
    joblib = _joblib()
    jobs = min(sweeping.settings.jobs, joblib.cpu_count())
    x, settings = sweeping.forward.activations[0], _quiet(sweeping.settings)
    work: Callable[..., Any] = joblib.delayed(_estimates)
    # ctrl-C is sent to the whole group of processes, and is the first one's to answer.
    deaf = {"initializer": signal.signal, "initargs": (signal.SIGINT, signal.SIG_IGN)}
    with joblib.parallel_config(backend="loky", inner_max_num_threads=1, **deaf):
        parallel = joblib.Parallel(n_jobs=jobs, return_as="generator", batch_size=1)
        batches = [found[some] for some in pieces(len(found), batch_pieces(len(found), jobs))]
        with _ended(joblib, parallel(work(sweeping.network, x, y, settings, batch) for batch in batches)) as answers:
            for batch in answers:
                yield from batch


def batch_pieces(count: int, jobs: int) -> int:
    """Return how many pieces of a sweep are handed out together.

    Examples
    --------
    >>> batch_pieces(3, 2), batch_pieces(40, 2), batch_pieces(400, 2)
    (1, 5, 13)
    """
    return max(1, -(-count // BATCHES), min(LEAST_PIECES, -(-count // (2 * jobs))))


@contextlib.contextmanager
def _ended(joblib: Any, answers: Generator[Any, None, None]) -> Iterator[Iterator[Any]]:
    """Give the answers of joblib's processes; on ctrl-C, or when whoever asked loses interest, no process of ours works on."""
    try:
        yield answers
    except BaseException:
        joblib.externals.loky.get_reusable_executor().shutdown(wait=True, kill_workers=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # joblib's word that work was left undone, which is what was asked for
            answers.close()
        raise


def _estimates(network: Network, x: Array, y: Array, settings: SweepSettings, found: Sequence[Unit]) -> list[Estimated]:
    """Return what some pieces estimate, in a process of its own."""
    sweeping = prepared(network, x, y, settings)
    return [sweeping.estimate(unit) for unit in found]


def _quiet(settings: SweepSettings) -> SweepSettings:
    """Return the settings without what cannot be sent."""
    return dataclasses.replace(settings, progress=None)


def _joblib() -> Any:
    try:
        import joblib
    except ImportError as error:
        raise UsageError(
            'more than one process needs joblib, and it is not installed: pip install "gradcheck[grade]", or one job'
        ) from error
    return joblib
