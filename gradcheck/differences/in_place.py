"""One component after the other moved within one buffer, and put back bit for bit: nothing of a pass grows with P."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, islice, repeat
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
    cells, k = _cells(buffer), moved.shape[1]
    # The originals are read from the buffer itself, each just before another number is written there.
    moves = zip(_each(places, k), _each(cells[places.start : places.stop], k), _cells(moved.ravel()), strict=True)
    fresh = read_only(buffer).view
    first = [fresh() for _ in range(FIRST)]
    values = [value for w in first for value in _evaluated(cost, cells, islice(moves, 1), w)]
    if all(unshared(first)) and {w.shape for w in first} == {buffer.shape}:
        values += _evaluated(cost, cells, moves, fresh())
    else:
        for move in moves:
            values += _evaluated(cost, cells, [move], fresh())
    return np.fromiter(values, np.float64, len(values)).reshape(moved.shape)


def _evaluated(cost: VectorFunction, cells: Any, moves: Iterable[tuple[int, float, float]], w: Vector) -> list[float]:
    """Return the costs of `w` with one component moved at a time, given as (place, original, moved)."""
    values: list[float] = []
    for place, original, value in moves:
        cells[place] = value
        try:
            found = cost(w)
        finally:
            # Written back, not subtracted: floating-point addition is not associative.
            cells[place] = original
        values.append(found if found.__class__ is float else real(found))
    return values


def _cells(vector: Vector) -> Any:
    """Return what reads and writes one number of a vector fastest: a memoryview, where it knows the dtype."""
    cells = vector.data
    return cells if cells.format in ("d", "f") else vector


def _each(values: Any, times: int) -> Any:
    """Return every value so many times before the next."""
    return values if times == 1 else chain.from_iterable(zip(*repeat(values, times), strict=True))


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
