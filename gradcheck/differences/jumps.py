"""A part of a cost that stands still at small steps and jumps at longer ones, told from one that bends, breaks or waves."""

from __future__ import annotations

import dataclasses
import math
from typing import Final

import numpy as np

from gradcheck.differences.lines import Line

HOLDS: Final = 0.9
"""A change that keeps this share of itself as its interval is cut is held by one of the parts (dimensionless): of a straight line the
larger part holds 0.62."""

CUTS: Final = 10
"""Cuts in a row that a jump must hold through (a count): the steepest slope would have to be a few hundred times the others."""

MOST_CUTS: Final = 80
"""Cuts at most (a count): from the size of the parameters to their last digit it takes 75 that leave the larger part."""

SHARE: Final = (3.0 - math.sqrt(5.0)) / 2.0
"""Where an interval is cut, the golden section (dimensionless): of equal steps the halves of an interval may hold equally many, as a
straight line's do."""

VISIBLE: Final = 8.0
"""A change smaller than this many roundings of the values is none (a count): it is the difference of four of them."""


STEEP: Final = 3.0
"""What is more than so many times steeper than the whole interval is followed on (dimensionless): a jump in a third of the distance to
the next is three times as steep, and most kinks and waves are not."""


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

    What the cost does more than its trend is followed into the steeper part of the interval: of a cost that bends, or has a
    kink, less is left each time, until it is straight; a jump is left as it is. 2 forward passes a cut.

    Parameters
    ----------
    line : Line
    trend : Trend
        What the small steps say that the cost does.
    reach : float
        [in units of the direction]
    calm : float
        Where nothing steep has shown within this, there is no jump [in units of the direction].
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
    interval = _Interval(0.0, reach, 0.0, _more(line, trend, reach))
    shortest = VISIBLE * float(np.finfo(np.float64).eps) * line.distance
    least, held, steepness = VISIBLE * rounding, 0, interval.steepness
    for _ in range(MOST_CUTS):
        is_still = interval.width <= calm and interval.steepness <= STEEP * steepness
        # NaN, outside the domain, is no jump.
        if is_still or interval.width <= shortest or not interval.change > least:
            return 0.0
        if held == CUTS:
            return interval.change
        at = interval.low + SHARE * interval.width
        value = _more(line, trend, at)
        if not abs(value - interval.straight(at)) > least:
            return 0.0
        steeper = interval.steeper_part(at, value)
        held = held + 1 if steeper.change >= HOLDS * interval.change else 0
        interval = steeper
    return 0.0


@dataclasses.dataclass(frozen=True)
class _Interval:
    low: float
    high: float
    at_low: float
    at_high: float

    @property
    def width(self) -> float:
        return self.high - self.low

    @property
    def change(self) -> float:
        return abs(self.at_high - self.at_low)

    @property
    def steepness(self) -> float:
        return self.change / self.width

    def straight(self, at: float) -> float:
        """Return the value of the straight line between the ends."""
        return self.at_low + (self.at_high - self.at_low) * (at - self.low) / self.width

    def steeper_part(self, at: float, value: float) -> _Interval:
        """Return the part before or behind a point, where there is more change for its width."""
        before, behind = (
            dataclasses.replace(self, high=at, at_high=value),
            dataclasses.replace(self, low=at, at_low=value),
        )
        return before if before.steepness > behind.steepness else behind


def _more(line: Line, trend: Trend, t: float) -> float:
    """Return what the cost does more than its trend, half the difference of both sides."""
    plus, minus = line.values([t, -t])
    return (plus - minus) / 2.0 - trend(t)
