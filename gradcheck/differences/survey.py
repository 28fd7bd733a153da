"""Where a function is looked at for its noise, and what the values found so far look like."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.differences.lines import Line
from gradcheck.differences.quantisation import quantum
from gradcheck.differences.smoothness import QUADRATIC, Samples, polynomial, spread

TABLE_POINTS: Final = 7
"""Values a table is made of: the one at the point and six more, as Moré and Wild's (a count)."""

GOLDEN: Final = (math.sqrt(5.0) - 1.0) / 2.0
"""Multiples of it, less their whole part, are spread evenly and share no lattice: equally spaced points would make one of a linear
cost, and meet the rounding of a * w in a regular order that looks smooth (dimensionless)."""

FAR: Final = 3e-6
"""The farthest first points [in units of the direction]. There, and with the pair at `NEAR`, the third derivative leaves less than a
rounding of float64 where it is below 1000 times the cost; nearer, fewer of the jumps of a solver that stops early would show."""

NEAR: Final = 1.0 / 50.0
"""The middle pair's distance as a share of the farthest (dimensionless): a jump between the two pairs shows in the residuals of the
middle one from 100 roundings on."""

APART: Final = 3.0
"""Each pair is at least this much farther than the one within (dimensionless): in float16 there is no room for more."""

CLOSEST: Final = 0.01
"""How near points are set at last, as a share of the nearest pair's distance (dimensionless): 1e-12, for costs that change by their
own size within 1e-9; a few roundings of the parameters at least."""

EVEN: Final = 5.0
"""The middle pair's residuals may be this many times those of the pair within (dimensionless): normal noise, 2 degrees of freedom
each, passes it once in 26 tables, and 6 more evaluations are spent; what a bend leaves below it raises the noise 4 times at most."""

CROWDED: Final = 8.0
"""Values nearer to each other than this many quanta share their rounding (a count)."""

STIRRING: Final = 8.0
"""A value that stands still where the slope would move it by this many of its last digits is computed from rounded parameters (a
count)."""


class Survey:
    """The values of a function along a line, taken where they tell the noise.

    The first table is the point itself, a pair of points so near that all but the slope is gone, a pair as far away as a quadratic
    goes, and one between: noise that is the same at all of them is what the ladder meets. Six evaluations.

    Parameters
    ----------
    line : Line
    centre : float
        phi(0), already evaluated.
    spacing : float
        Distance of the nearest pair [in units of the direction].
    eps : float
        Machine precision of the parameters (dimensionless).

    Examples
    --------
    >>> survey = Survey(Line(lambda w: float(w[0] ** 2), np.ones(1), np.ones(1), lambda w: w), 1.0, spacing=1e-10, eps=2.2e-16)
    >>> survey.look_first()
    >>> survey.forward_passes, survey.is_crowded, survey.is_even
    (6, False, True)
    """

    def __init__(self, line: Line, centre: float, *, spacing: float, eps: float) -> None:
        self.line, self.centre, self.eps = line, centre, eps
        self.fine = spacing
        self.far = max(FAR, APART**2 * spacing)
        self.near = max(NEAR * self.far, APART * spacing)
        self.closest = max(CLOSEST * spacing, APART * STIRRING * eps * line.distance)
        self.first = self.samples = Samples.of([0.0], [centre])
        self.forward_passes = 0

    def look_first(self) -> None:
        """Evaluate the first table."""
        pairs = [self.fine, self.fine, self.near, self.near, self.far, self.far]
        shares = [sign * (0.75 + 0.5 * share) for sign, share in zip([-1.0, 1.0] * 3, self._spread(), strict=True)]
        self._look([share * pair for share, pair in zip(shares, pairs, strict=True)])
        self.first = self.samples

    def look_within(self, reach: float) -> None:
        """Evaluate six points spread over both sides of the point up to a distance, or over the side that is in the domain."""
        side = self._only_side()
        shares = [2.0 * share - 1.0 for share in self._spread()]
        self._look([reach * (side * abs(share) if side else share) for share in shares])

    @property
    def quantum(self) -> float:
        """The step that all values so far are multiples of; 0 where there is none [cost]."""
        return quantum(self.samples.values)

    @property
    def has_moved(self) -> bool:
        """Whether any value differs from the one at the point."""
        return bool(np.any(self.samples.values != self.centre))

    @property
    def is_crowded(self) -> bool:
        """Whether the first values share their rounding: the function's steps are wider than the points are apart."""
        return not self.has_moved or self._stands_still() or self._is_within_a_few_steps()

    @property
    def is_even(self) -> bool:
        """Whether the first table is in the domain and its noise of one size at all distances."""
        if len(self.first) < TABLE_POINTS:
            return False
        residuals = polynomial(self.first, QUADRATIC).residuals
        distances = np.abs(self.first.places)
        within = residuals[distances <= 2.0 * self.fine]
        between = residuals[(distances > 2.0 * self.fine) & (distances <= 2.0 * self.near)]
        # Less their mean: what they have in common is no noise between them, a kink at the point leaves it.
        nearest = spread(within - float(np.mean(within)), 2)
        return bool(spread(between, 2) <= EVEN * max(nearest, self.eps / 2.0 * abs(self.centre)))

    def _stands_still(self) -> bool:
        """Whether one of the nearest pair has the point's value although the slope, as the farthest show it, would move it."""
        nearest = self.first.between(0.0, 2.0 * self.fine)
        slope = np.ptp(self.first.values) / max(float(np.ptp(self.first.places)), math.ulp(0.0))
        stirred = slope * self.fine >= STIRRING * math.ulp(float(np.max(np.abs(self.first.values))))
        return bool(stirred and np.count_nonzero(nearest.values == self.centre) > 1)

    def _is_within_a_few_steps(self) -> bool:
        """Whether the values are on a lattice and the middle pair is only a few of its steps away."""
        step = quantum(self.first.values)
        middle = self.first.between(0.0, 2.0 * self.near)
        return bool(step > 0.0 and np.ptp(middle.values) < CROWDED * step)

    def _look(self, steps: list[float]) -> None:
        """Evaluate at some steps, and note where along the direction the points really are."""
        places: list[float] = []
        values = self.line.at(self._walked(steps, places))
        self.forward_passes += len(places)
        self.samples = Samples.of([*self.samples.places, *places], [*self.samples.values, *values])

    def _walked(self, steps: list[float], places: list[float]) -> Iterator[npt.NDArray[Any]]:
        """Give the points at some steps, and add to `places` where along the direction each really is."""
        # Divided first: the squares of 1e-200 or 1e200 are 0 or infinite.
        largest = np.max(np.abs(self.line.direction))
        direction = self.line.direction / largest
        squared = direction @ direction
        for t in steps:
            point = self.line.point(t)
            displacement = point - self.line.w
            displacement /= largest
            places.append(float(displacement @ direction / squared))
            yield point

    def _spread(self) -> list[float]:
        """Return six numbers between 0 and 1, others every time."""
        return [math.fmod((self.forward_passes + i) * GOLDEN, 1.0) for i in range(1, TABLE_POINTS)]

    def _only_side(self) -> float:
        """Return the side of the point, -1 or 1, that all finite values are on; 0 where they are on both."""
        signs = np.unique(np.sign(self.samples.places[self.samples.places != 0.0]))
        return float(signs[0]) if signs.size == 1 else 0.0
