"""One component after the other moved within one buffer, and put back bit for bit: nothing of a pass grows with P."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import repeat
from typing import Any, Final

import numpy as np

from gradcheck.differences.holders import unshared
from gradcheck.differences.points import Vector, VectorFunction

FIRST: Final = 2
"""Passes after which it is known what a cost does with what it is handed (a count): the second has what the first may have kept."""


def values_moved(cost: VectorFunction, buffer: Vector, places: range, moved: Vector) -> Vector:
    """Return the cost with one component at a time at other values, all else of `buffer` as it is.

    The evaluations of equation (46): C(w + step e_j) for every j of `places`.

    Parameters
    ----------
    cost : callable
        It is handed a view that it cannot write to: what it changed would stay for the next pass. To the first passes each a view of its
        own; to the others one and the same, unless the cost was seen to keep what it was handed or to change its shape.
    buffer : ndarray, shape (P,)
        Perturbed in place and restored bit for bit, also when `cost` raises.
    places : range
        The components, n of them.
    moved : ndarray, shape (n, k)
        The values that each one takes, in the buffer's dtype.

    Returns
    -------
    ndarray, shape (n, k)
        float64 [cost].

    Examples
    --------
    >>> w = np.array([1.0, 2.0])
    >>> values_moved(lambda w: w @ w, w, range(2), np.array([[0.0], [3.0]]))
    array([[ 4.],
           [10.]])
    >>> w
    array([1., 2.])
    """
    fresh = read_only(buffer).view
    each = np.arange(places.start, places.stop).repeat(moved.shape[1])
    moves = each.tolist(), buffer[each].tolist(), moved.ravel().tolist()
    first = [fresh() for _ in range(FIRST)]
    values = _evaluated(cost, buffer, zip(*(numbers[:FIRST] for numbers in moves), first, strict=False))
    is_left_alone = all(unshared(first)) and all(view.shape == buffer.shape for view in first)
    handed = repeat(fresh()) if is_left_alone else (fresh() for _ in repeat(None))
    values += _evaluated(cost, buffer, zip(*(numbers[FIRST:] for numbers in moves), handed, strict=False))
    return np.fromiter(values, np.float64, len(values)).reshape(moved.shape)


def _evaluated(cost: VectorFunction, buffer: Vector, moves: Iterable[tuple[int, float, float, Vector]]) -> list[float]:
    """Return the costs with one component moved at a time, given as (place, original, moved, what the cost is handed)."""
    # A memoryview reads and writes one number fastest, and knows no half precision.
    cells: Any = buffer.data if buffer.dtype in (np.float64, np.float32) else buffer
    values: list[float] = []
    for place, original, value, w in moves:
        cells[place] = value
        try:
            found = cost(w)
        finally:
            # Written back, not subtracted: floating-point addition is not associative.
            cells[place] = original
        values.append(found if type(found) is float else real(found))
    return values


def read_only(buffer: Vector) -> Vector:
    """Return a view that the cost cannot write to.

    Examples
    --------
    >>> read_only(np.ones(1)).flags.writeable
    False
    """
    view = buffer.view()
    view.flags.writeable = False
    return view


def real(value: Any) -> float:
    """Return the cost as a float.

    Examples
    --------
    >>> real(np.ones((1, 1)))
    1.0
    """
    return float(value if isinstance(value, float) else np.asarray(value).reshape(()))
