"""Numbers that a reader knows: how many rows, columns or entries what a cost is made from has."""

from __future__ import annotations

import dataclasses
import fractions
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.limits import MISS_PROBABILITY
from gradcheck.subjects.protocol import GradientSubject

LARGEST_DENOMINATOR: Final = 12
"""Of fractions that are said as such (dimensionless)."""

FRACTIONS_PER_UNIT: Final = 46
"""Fractions with denominators of at most 12 between 0 and 1 (a count): what a wide interval holds one of by chance."""


@dataclasses.dataclass(frozen=True)
class Size:
    """A whole number, and what there are so many of.

    Examples
    --------
    >>> Size(5, "the number of rows of X").m
    5
    """

    m: int
    words: str


def sizes_of(subject: GradientSubject) -> tuple[Size, ...]:
    """Return the sizes of a subject's data that are 2 or more, each number once.

    Examples
    --------
    >>> data = (("X", np.ones((5, 3))), ("y", np.ones(5)), ("decay", 0.1))
    >>> subject = GradientSubject("loss", abs, abs, at=1.0, data=data)
    >>> [(size.m, size.words) for size in sizes_of(subject)]
    [(5, 'the number of rows of X'), (3, 'the number of columns of X'), (15, 'the number of entries of X')]
    """
    words: dict[int, str] = {}
    for name, value in subject.data:
        array = as_array(value)
        for m, what in _sizes(array) if array is not None else []:
            if m > 1:
                words.setdefault(m, f"the number of {what} of {name}")
    return tuple(Size(m, each) for m, each in words.items())


def as_array(value: Any) -> npt.NDArray[Any] | None:
    """Return numbers as an array, None for what is none.

    Examples
    --------
    >>> as_array([1, 2]), as_array("text")
    (array([1, 2]), None)
    """
    try:
        array = np.asarray(value)
    except ValueError:  # a list of arrays of several shapes
        return None
    return array if array.dtype.kind in "fiubc" else None


def _sizes(array: npt.NDArray[Any]) -> list[tuple[int, str]]:
    if array.ndim == 0:
        return []
    if array.ndim == 1:
        return [(array.size, "entries")]
    return [(array.shape[0], "rows"), (array.shape[-1], "columns"), (array.size, "entries")]


def simple_fraction(low: float, high: float) -> fractions.Fraction | None:
    """Return the fraction p/q with q of at most 12 that lies in an interval, None where there is none or it may be chance.

    Examples
    --------
    >>> simple_fraction(0.7499999999, 0.7500000001), simple_fraction(0.74, 0.76), simple_fraction(0.7071067, 0.7071068)
    (Fraction(3, 4), None, None)
    """
    # One of the FRACTIONS_PER_UNIT must not be there by accident.
    if not (high - low) * FRACTIONS_PER_UNIT <= MISS_PROBABILITY:
        return None
    found = fractions.Fraction(0.5 * (low + high)).limit_denominator(LARGEST_DENOMINATOR)
    return found if found and low <= float(found) <= high else None
