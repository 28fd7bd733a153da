"""The rungs of a ladder: phi at h = step * 3**k on both sides, and what the values so far say of the slope."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from gradcheck.differences.estimates import Accuracy, LadderEstimate, Stencil
from gradcheck.differences.lockstep import Procedure

RATIO: Final = 3.0
"""Ratio of neighbouring steps: phi(3h) - 3 phi(h) + 3 phi(-h) - phi(-3h) is then the step test of Shi and others
(dimensionless)."""

FIRST_RUNGS: Final = 3
"""Rungs measured before anything is decided: one extrapolation, and one at a smaller step that must agree with it (a
count)."""

MOST_RUNGS: Final = 20
"""Rungs after which the ladder ends (a count): from a first step of 4e-4 it reaches 3e-12, where float64 leaves 4 digits of a slope
beside a kink."""

LARGEST_STEP: Final = 1.0
"""No rung stands higher: at 1 the direction's typical parameter has changed by its own size (dimensionless)."""

EXTRAPOLATED_CONDITION: Final = 7.0 / 6.0
"""(9 D(h) - D(3h)) / 8 amplifies the noise of one evaluation by at most (9 + 1/3) / 8 = 7/6 of noise / h
(dimensionless)."""

THEORY: Final = (6.0, 13.0)
"""Where the three-rung ratio [D(9h) - D(3h)] / [D(3h) - D(h)] lies in this range its theory, 9, may be believed
(dimensionless)."""

BELIEVED_SHARE: Final = 1.0 / 20.0
"""Share of |R(h) - R(3h)| taken for the truncation error of R(h) where the theory holds: 1/80 in theory, four times
that here (dimensionless)."""

SLOWEST: Final = RATIO
"""Estimates at steps in ratio 3 come nearer each other by this factor a rung, as at x |x|, where less is not seen
(dimensionless): the error of one is then 3/2 of its distance to the next."""


class Rungs:
    """The values measured so far on both sides of the point, and the estimates they give.

    Parameters
    ----------
    centre : float
        phi(0) [cost].
    accuracy : Accuracy
    step : float
        Of rung 0 [in units of the direction].
    distance : float
        The size of the parameters that move, in units of the direction.

    Examples
    --------
    >>> rungs = Rungs(0.0, Accuracy(1e-16, 1e-16), 0.5, 1.0)
    >>> rungs.steps_of(1)
    [1.5, -1.5]
    """

    needed = 2
    """Neighbouring rungs that one extrapolation takes (a count)."""

    def __init__(self, centre: float, accuracy: Accuracy, step: float, distance: float) -> None:
        self.centre, self.accuracy, self.step, self.distance = centre, accuracy, step, distance
        self.values: dict[int, list[float]] = {}
        self.asked = 0

    def steps_of(self, k: int) -> list[float]:
        """Return the steps of rung k."""
        h = self.height(k)
        return [h, -h]

    def height(self, k: int) -> float:
        """Return h of rung k."""
        return self.step * RATIO**k

    def measure(self, rungs: list[int]) -> Procedure[bool]:
        """Measure some rungs in one batch; false if any leaves the domain."""
        each = [self.steps_of(k) for k in rungs]
        self.asked += len(rungs)
        found = iter((yield [t for steps in each for t in steps]))
        inside = True
        for k, steps in zip(rungs, each, strict=True):
            values = [next(found) for _ in steps]
            if all(map(math.isfinite, values)):
                self.values[k] = values
            else:
                inside = False
        return inside

    def best(self) -> LadderEstimate:
        """Return the estimate of least error among those that a smaller step supports."""
        extrapolated = self._extrapolable()
        if len(extrapolated) < 2:
            return LadderEstimate(math.nan, math.inf, math.inf, math.nan, math.nan, math.inf, self.asked)
        gap, gap_error = self._slope_gap()
        condition = {k: self.condition(k) for k in extrapolated}
        value = {k: self._extrapolated(k) for k in extrapolated}
        found = []
        for i, k in enumerate(extrapolated[1:], start=1):
            unexplained = [abs(value[j] - value[k]) - condition[j] for j in extrapolated[:i]]
            truncation = max(self._truncation(k), *unexplained)
            found.append((truncation + condition[k], k, truncation))
        _, k, truncation = min(found)
        return LadderEstimate(
            value[k],
            truncation,
            condition[k],
            self.height(k),
            gap,
            gap_error,
            self.asked,
            self.stencil(k),
            self.farthest(),
        )

    def farthest(self) -> tuple[float, float]:
        """Return the longest step below any hole in the domain and the difference quotient with it."""
        top = self._extrapolable()[-1] + self.needed - 1
        return self.height(top), self._slope(top)

    def lowest_condition(self) -> float:
        """Return the condition error at the smallest step, 0 if unknown: as long as truncation is larger, there is room below."""
        extrapolable = self._extrapolable()
        return self.condition(extrapolable[0]) if extrapolable else 0.0

    def condition(self, k: int) -> float:
        """Return the condition error of the extrapolation that starts at rung k."""
        return EXTRAPOLATED_CONDITION * self.noise(k) / self.height(k)

    def noise(self, k: int) -> float:
        """Return the noise of one value at rung k: at least the rounding of that value, and that of its point."""
        # A program that rounds its arguments once computes phi at a point one rounding of w away: the slope carries
        # that into the value.
        steepest = max(abs(value - self.centre) for value in self.values[k]) / self.height(k)
        rounded = max(*map(abs, self.values[k]), steepest * self.distance)
        return max(self.accuracy.noise, self.accuracy.relative_noise * rounded)

    def stencil(self, k: int) -> Stencil:
        """Return the steps and coefficients of the extrapolation that starts at rung k."""
        h = self.height(k)
        near, far = 9.0 / (16.0 * h), 1.0 / (48.0 * h)
        return (h, near), (-h, -near), (RATIO * h, -far), (-RATIO * h, far)

    def _extrapolable(self) -> list[int]:
        """Return the rungs an extrapolation can start at, lowest first: none above a hole in the domain."""
        found = []
        k = min(self.values, default=0)
        while all(k + i in self.values for i in range(self.needed)):
            found.append(k)
            k += 1
        return found

    def _slope(self, k: int) -> float:
        plus, minus = self.values[k]
        return (plus - minus) / (2.0 * self.height(k))

    def _extrapolated(self, k: int) -> float:
        return (9.0 * self._slope(k) - self._slope(k + 1)) / 8.0

    def _truncation(self, k: int) -> float:
        """Estimate the truncation error of R(3**k): from the rung below, or from the one above where that makes it less.

        A rung above may lie beyond a kink; that it differs says nothing against the two below it.
        """
        shrinking = self._shrinking(k)
        below = self._rest_below(k, shrinking)
        if shrinking < SLOWEST or k + self.needed not in self.values:
            return below
        above = abs(self._extrapolated(k) - self._extrapolated(k + 1))
        with np.errstate(all="ignore"):
            ratio = np.divide(self._slope(k + 2) - self._slope(k + 1), self._slope(k + 1) - self._slope(k))
        return min(below, BELIEVED_SHARE * above if THEORY[0] < ratio < THEORY[1] else above)

    def _rest_below(self, k: int, shrinking: float) -> float:
        """Estimate the error of R(3**k) from its distance to the rung below: that and all further ones as they shrink."""
        return shrinking / (shrinking - 1.0) * abs(self._extrapolated(k) - self._extrapolated(k - 1))

    def _shrinking(self, k: int) -> float:
        """Return by how much distances shrink from rung k to the next below, or higher up where rounding hides it there.

        At x**1.1 it is 3**0.1, and all further distances are ten times the next one.
        """
        while k + self.needed - 1 in self.values:
            farther, nearer = (abs(self._coarser(i) - self._coarser(i - 1)) for i in (k + 1, k))
            if nearer > self.condition(k) + self.condition(k - 1):
                return min(farther / nearer, SLOWEST) if farther > nearer else SLOWEST
            k += 1
        return SLOWEST

    def _coarser(self, k: int) -> float:
        """Return the estimate with one extrapolation fewer: of these there is one more."""
        return self._slope(k)

    def _slope_gap(self) -> tuple[float, float]:
        """Extrapolate [phi(h) - 2 phi(0) + phi(-h)] / h to h = 0 and estimate the error of that.

        Without a kink it is h phi'' + h**3 phi''''/12 + ..., so that two extrapolations leave h**5.
        """
        lowest = min(self.values)
        gaps = [self._one_sided_gap(k) for k in range(lowest, lowest + FIRST_RUNGS) if k in self.values]
        if len(gaps) < FIRST_RUNGS:
            return math.nan, math.inf
        first = [(RATIO * gaps[i] - gaps[i + 1]) / (RATIO - 1.0) for i in range(2)]
        cube = RATIO**3
        second = (cube * first[0] - first[1]) / (cube - 1.0)
        # 4 evaluations' worth of each rung's own noise: beside a minimum of value 0 it grows with the square of the
        # step.
        parts = [4.0 * self.noise(lowest + i) / self.height(lowest + i) for i in range(FIRST_RUNGS)]
        condition = (cube * RATIO * parts[0] + (cube + RATIO) * parts[1] + parts[2]) / (RATIO - 1.0) / (cube - 1.0)
        # RATIO times: where the third derivative jumps, at the knot of a spline, h**2 is left and not h**3.
        return second, condition + RATIO * abs(second - first[0])

    def _one_sided_gap(self, k: int) -> float:
        plus, minus = self.values[k]
        return ((plus - self.centre) + (minus - self.centre)) / self.height(k)
