"""A part of a cost that stands still at small steps and jumps at longer ones, told from one that bends, breaks or waves."""

from __future__ import annotations

import dataclasses
import math
from typing import Final

import numpy as np

from gradcheck.differences.lines import Line

HOLDS: Final = 0.9
"""A change that keeps this share of itself as its interval is halved is held by one of the halves (dimensionless): of a straight line
each half holds 1/2, of a cube the outer one 7/8."""

HALVINGS: Final = 10
"""Halvings in a row that a jump must hold through (a count): a slope would have to be 1000 times the others."""

MOST_HALVINGS: Final = 60
"""Halvings at most (a count): from the size of the parameters to their last digit it takes 52."""

VISIBLE: Final = 8.0
"""A change smaller than this many roundings of the values is none (a count): it is the difference of four of them."""


@dataclasses.dataclass(frozen=True)
class Trend:
    """What a smooth cost does on both sides of the point, less its even part: slope * t + bend * t**3 [cost].

    Examples
    --------
    >>> Trend(2.0, 1.0)(3.0)
    33.0
    """

    slope: float
    bend: float

    def __call__(self, t: float) -> float:
        return self.slope * t + self.bend * t**3


def find_jump(line: Line, trend: Trend, *, reach: float, calm: float, rounding: float) -> float:
    """Return the size of a jump of the cost within some reach of the point; 0 where it changes without one.

    What the cost does more than its trend is followed into the half of the interval that holds more of it: of a cost that
    bends, or has a kink, half of it is left each time, or less; a jump is left as it is. 2 forward passes a halving.

    Parameters
    ----------
    line : Line
    trend : Trend
        What the small steps say that the cost does.
    reach : float
        [in units of the direction]
    calm : float
        Where no jump has shown at half of this, there is none [in units of the direction].
    rounding : float
        Of one value [cost].

    Examples
    --------
    >>> import numpy as np
    >>> coarse = lambda w: float(w[0] + np.round(w[0], 3))
    >>> line = Line(coarse, np.array([0.3]), np.array([1.0]), lambda w: w)
    >>> round(find_jump(line, Trend(1.0, 0.0), reach=0.1, calm=1e-4, rounding=1e-16), 6)
    0.001
    """
    low, high = 0.0, reach
    at_low, at_high = 0.0, _more(line, trend, reach)
    shortest = VISIBLE * float(np.finfo(np.float64).eps) * line.distance
    held = 0
    for _ in range(MOST_HALVINGS):
        change = abs(at_high - at_low)
        is_still = held == 0 and high - low <= calm
        # NaN, outside the domain, is no jump.
        if is_still or high - low <= shortest or not change > VISIBLE * rounding:
            return 0.0
        if held == HALVINGS:
            return change
        middle = (low + high) / 2.0
        at_middle = _more(line, trend, middle)
        if not math.isfinite(at_middle):
            return 0.0
        if abs(at_middle - at_low) > abs(at_high - at_middle):
            high, at_high = middle, at_middle
        else:
            low, at_low = middle, at_middle
        held = held + 1 if abs(at_high - at_low) >= HOLDS * change else 0
    return 0.0


def _more(line: Line, trend: Trend, t: float) -> float:
    """Return what the cost does more than its trend, half the difference of both sides."""
    plus, minus = line.values([t, -t])
    return (plus - minus) / 2.0 - trend(t)
