"""One component after the other moved within one buffer, and put back bit for bit: nothing of a pass grows with P."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradcheck.differences.points import Vector, VectorFunction


def values_moved(cost: VectorFunction, buffer: Vector, places: range, moved: Vector) -> Vector:
    """Return the cost with one component at a time at other values, all else of `buffer` as it is.

    The evaluations of equation (46): C(w + step e_j) for every j of `places`.

    Parameters
    ----------
    cost : callable
        It is handed a view that it cannot write to, another object every time: what it changed would stay for the next pass.
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
    view = read_only(buffer).view
    cells = _cells(buffer)
    values: list[float] = []
    repeated = np.repeat(places, moved.shape[1]).tolist()
    for place, value in zip(repeated, moved.ravel().tolist(), strict=True):
        original = cells[place]
        cells[place] = value
        try:
            found = cost(view())
        finally:
            # Written back, not subtracted: floating-point addition is not associative.
            cells[place] = original
        values.append(found if isinstance(found, float) else real(found))
    return np.reshape(values, moved.shape)


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
    return float(np.asarray(value).reshape(()))


def _cells(buffer: Vector) -> Any:
    """Return what reads and writes one number of a vector fastest; a memoryview knows no half precision."""
    return memoryview(buffer) if buffer.dtype in (np.float64, np.float32) else buffer
