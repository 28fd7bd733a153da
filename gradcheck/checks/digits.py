"""How many digits two answers share."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.mistakes.program import Answer

Array = npt.NDArray[Any]

NEGLIGIBLE: Final = 2.0**12
"""An array below this many rounding units of the answer's largest entry is nothing but rounding (dimensionless)."""


def common_digits(one: Answer, other: Answer) -> float:
    """Return the fewest decimal digits that two answers share in any of their arrays, beside the array's largest entry.

    An array that is nothing but rounding, as a sum of errors that cancel is, is compared beside the largest entry of all. 0 where shapes differ, one holds whole numbers and the other does not, or one of them is not finite.

    Examples
    --------
    >>> same = Answer((np.ones(2),), (np.ones((2, 2)),))
    >>> common_digits(same, same), round(common_digits(same, same.each(lambda leaf: 1.001 * leaf)), 2)
    (inf, 3.0)
    """
    if len(one.nabla_b) != len(other.nabla_b) or len(one.nabla_w) != len(other.nabla_w):
        return 0.0
    fewest, whole = math.inf, max(one.largest, other.largest)
    for a, b in zip(one.leaves, other.leaves, strict=True):
        fewest = min(fewest, digits_of_leaf(a, b, whole))
        if fewest == 0.0:
            break
    return fewest


def digits_of_leaf(one: Array, other: Array, whole: float = 0.0) -> float:
    """Return the digits that two arrays share, beside their largest entry, or that of a whole they are rounding errors of.

    0 where shapes differ.

    Examples
    --------
    >>> digits_of_leaf(np.zeros(2), np.zeros(2)), digits_of_leaf(np.zeros(2), np.zeros((2, 1)))
    (inf, 0.0)
    >>> digits_of_leaf(np.array([1e-17]), np.array([2e-17])) < 1, digits_of_leaf(np.array([1e-17]), np.array([2e-17]), 1.0)
    (True, 17.0)
    """
    one, other = np.asarray(one), np.asarray(other)
    if one.shape != other.shape or (one.dtype.kind == "f") is not (other.dtype.kind == "f"):
        return 0.0
    with np.errstate(all="ignore"):  # inf - inf, or beyond the largest number: not finite, and told below
        gap = float(np.abs(one - other).max(initial=0.0))
    if gap == 0.0:
        return math.inf
    size = max(float(np.abs(one).max()), float(np.abs(other).max()))
    if one.dtype.kind == "f" and size < NEGLIGIBLE * float(np.finfo(np.result_type(one, other)).eps) * whole:
        size = whole
    return max(0.0, -math.log10(gap / size)) if math.isfinite(gap) and math.isfinite(size) else 0.0


def is_finite(answer: Answer) -> bool:
    """Tell whether every entry of an answer is a finite number.

    Examples
    --------
    >>> is_finite(Answer((np.ones(1),), (np.array([[np.nan]]),)))
    False
    """
    return all(bool(np.isfinite(leaf).all()) for leaf in answer.leaves)


def digits_held(answer: Answer) -> float:
    """Return the decimal digits of the coarsest floating dtype of an answer; integers are cut off after the fact.

    Examples
    --------
    >>> round(digits_held(Answer((np.ones(1, np.float32),), (np.ones((1, 1)),))), 1)
    6.9
    """
    floating = [leaf.dtype for leaf in map(np.asarray, answer.leaves) if leaf.dtype.kind == "f"]
    return min((-math.log10(float(np.finfo(dtype).eps)) for dtype in floating), default=15.65)
