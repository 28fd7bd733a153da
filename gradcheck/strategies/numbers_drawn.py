"""The numbers that arrays are drawn from: short, of order one, never 0, and never one value for a whole array."""

from __future__ import annotations

import functools
from typing import Any, Final

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gradcheck.network.arrays import Array
from gradcheck.network.costs import LOG_LIKELIHOOD
from gradcheck.network.model import Network

SIMPLEST: Final = (1.0, 0.5, 2.0, 1.5)
"""The numbers a case shrinks towards, simplest first (dimensionless): 1 alone would hide a missing factor, so others stay within reach."""

# Fewer than 101 values each: in a larger range of integers Hypothesis also draws numbers that stand in whatever files happen to be
# imported, and a seed would mean another network in another session.
ORDER_ONE: Final = (
    *(sign * size for sign in (1.0, -1.0) for size in SIMPLEST),
    *(sign * k / 20.0 for sign in (1.0, -1.0) for k in range(1, 41) if k / 20.0 not in SIMPLEST),
)
"""What weights, biases and inputs are drawn from: twentieths from -2 to 2, never 0 (dimensionless). Short numbers read well in a report,
and weights of order one neither saturate a small network nor leave it linear."""

LABELS: Final = (0.0, 1.0, 0.5, *(k / 50.0 for k in range(1, 50) if k != 25))
"""What desired outputs are drawn from: fiftieths from 0 to 1 (dimensionless)."""


def generic(shape: tuple[int, ...], elements: st.SearchStrategy[Any] | None = None) -> st.SearchStrategy[Array]:
    """Return float64 arrays without a shared fill value, which would make matrices of rank 1; of short numbers other than 0 by default.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(generic((1, 2)), lambda array: True)
    array([[1., 1.]])
    """
    return _of_short_numbers(ORDER_ONE, shape) if elements is None else _arrays(shape, elements)


@functools.lru_cache(
    maxsize=1024
)  # Hypothesis looks through a strategy once, and what a network consists of is drawn again and again
def _of_short_numbers(numbers: tuple[float, ...], shape: tuple[int, ...]) -> st.SearchStrategy[Array]:
    return _arrays(shape, st.sampled_from(numbers))


def _arrays(shape: tuple[int, ...], elements: st.SearchStrategy[Any]) -> st.SearchStrategy[Array]:
    return arrays(np.float64, shape, elements=elements, fill=st.nothing())


def generic_matrix(shape: tuple[int, int], elements: st.SearchStrategy[Any] | None = None) -> st.SearchStrategy[Array]:
    """Return `generic` matrices of full rank; of numbers that a caller chose, whatever rank they have.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(generic_matrix((1, 2)), lambda array: True)
    array([[1., 1.]])
    """
    return generic(shape, elements).filter(has_full_rank) if elements is None else generic(shape, elements)


def has_full_rank(matrix: Array) -> bool:
    """Tell whether neither rows nor columns more than needed depend on each other.

    Examples
    --------
    >>> has_full_rank(np.ones((1, 3))), has_full_rank(np.ones((2, 2)))
    (True, False)
    """
    return min(matrix.shape) == 1 or bool(np.linalg.matrix_rank(matrix) == min(matrix.shape))


def targets(network: Network, m: int) -> st.SearchStrategy[Array]:
    """Return labels (n_L, m): one class an example for the log-likelihood, anything between 0 and 1 for the other costs.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(targets(Network.random([2, 1], np.random.default_rng(0)), 1), lambda y: True)
    array([[0.]])
    """
    n = network.sizes[-1]
    if network.cost is LOG_LIKELIHOOD:
        classes = st.lists(st.integers(0, n - 1), min_size=m, max_size=m)
        return classes.map(lambda labels: np.eye(n)[:, labels])
    return _of_short_numbers(LABELS, (n, m))
