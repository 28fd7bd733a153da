"""Values that move in steps: the quantum they are multiples of, and the dtype they fit in."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt

CLEAR: Final = 16.0
"""A common divisor counts as a quantum when it is this many times its own error (dimensionless): an arbitrary difference is a
multiple of it, to within that error, once in 8 times, and five more that are not noticed make it once in 30,000."""

COARSE_DTYPES: Final = (np.float16, np.float32)
"""The dtypes a cost may be computed in that are coarser than Python's float, the coarsest first."""

TELLING: Final = 3
"""Different values in a short dtype that show it (a count): one or two may be numbers that happen to fit, such as 178.5."""

LONG: Final = 24
"""Digits of a dtype whose single value shows it (a count of binary digits): float32's."""

SPARE: Final = 3
"""Of some values in a dtype the longest has all but this many of its digits (a count of binary digits): all are shorter once in 8**n.
Values of few digits are multiples of something else, such as 1 - tanh^2 near 0."""


def quantum(values: npt.NDArray[Any]) -> float:
    """Return the greatest step that all differences of some values are multiples of; 0 where there is none above rounding [cost].

    A cost computed in float32 or less, rounded, printed, or freed of a large offset takes values on a lattice. Euclid's
    algorithm on the differences finds its spacing, each remainder carrying the rounding error of what it was made of.

    Parameters
    ----------
    values : ndarray, shape (n,)
        At points in no regular order: equally spaced values of a linear cost are a lattice of their own [cost].

    Examples
    --------
    >>> import numpy as np
    >>> round(quantum(np.array([1.000001, 1.000004, 1.000006, 1.000011])), 9)
    1e-06
    >>> quantum(np.sqrt([2.0, 3.0, 5.0, 7.0]))
    0.0
    """
    different = np.unique(values[np.isfinite(values)])
    with np.errstate(over="ignore"):
        differences = sorted(map(float, np.diff(different)))
    if not differences or not math.isfinite(differences[-1]):
        return 0.0
    rounding = math.ulp(float(np.max(np.abs(different))))
    return max(_binary(differences, rounding), _common(differences, rounding))


def _binary(differences: list[float], rounding: float) -> float:
    """Return the greatest power of two that divides all differences exactly; 0 where it may be chance."""
    ratios = [difference.as_integer_ratio() for difference in differences]
    lowest = min((numerator & -numerator) / denominator for numerator, denominator in ratios)
    return lowest if lowest >= CLEAR * rounding else 0.0


def _common(differences: list[float], rounding: float) -> float:
    """Return the greatest number that divides all differences to within their rounding; 0 where that says nothing."""
    found, error = 0.0, rounding
    for difference in differences:
        found, error = _common_divisor((found, error), (difference, rounding))
        if not found > CLEAR * error:
            return 0.0
        # The more of them a difference holds, the better it tells their size.
        times = max(round(difference / found), 1)
        found, error = difference / times, rounding / times
    return found


def _common_divisor(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    """Return the greatest common divisor of two numbers with errors, and the error of what it leaves."""
    (small, small_error), (large, large_error) = sorted((one, other))
    while small > small_error:
        times = round(large / small)
        rest = abs(large - times * small)
        large, small, large_error, small_error = small, rest, small_error, large_error + times * small_error
    return large, max(large_error, small_error)


def fitting_eps(values: npt.NDArray[Any], *, eps: float) -> float:
    """Return the machine precision of the coarsest dtype that all values fit in; `eps` where none coarser fits (dimensionless).

    A number of float64 fits in float32 once in 2**29 by chance.

    Examples
    --------
    >>> import numpy as np
    >>> fitting_eps(np.sin(np.arange(1.0, 5.0)).astype(np.float32).astype(float), eps=2.0**-52) == 2.0**-23
    True
    >>> fitting_eps(np.full(7, 3.0), eps=2.0**-52) == 2.0**-52
    True
    """
    finite = np.unique(values[np.isfinite(values) & (values != 0.0)])
    for dtype in COARSE_DTYPES:
        information = np.finfo(dtype)
        bits = information.nmant + 1
        told = finite.size >= TELLING or bits >= LONG
        if told and _fit(finite, dtype) and max(map(_significant_bits, finite)) >= bits - SPARE:
            return max(eps, float(information.eps))
    return eps


def _fit(values: npt.NDArray[Any], dtype: type[np.floating[Any]]) -> bool:
    with np.errstate(over="ignore", under="ignore"):
        return bool(values.size) and bool(np.all(values.astype(dtype).astype(np.float64) == values))


def _significant_bits(value: float) -> int:
    """Return how many binary digits a number has from its first to its last that is not 0."""
    numerator = abs(float(value).as_integer_ratio()[0])
    return numerator.bit_length() - ((numerator & -numerator).bit_length() - 1)
