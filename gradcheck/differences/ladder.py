"""Central differences at steps in ratio 3: one set of points gives the estimate, its errors, and a kink if there is
one."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.differences.lines import Line

Vector = npt.NDArray[Any]

RATIO: Final = 3.0
"""Ratio of neighbouring steps: phi(3h) - 3 phi(h) + 3 phi(-h) - phi(-3h) is then the step test of Shi and others
(dimensionless)."""

FIRST_RUNGS: Final = 3
"""Rungs measured before anything is decided: one extrapolation, and one at a smaller step that must agree with it (a
count)."""

MOST_RUNGS: Final = 15
"""Rungs after which the ladder ends (a count): from a first step of 4e-4 it reaches 1e-9, the finest that float64 can
use."""

LARGEST_STEP: Final = 1.0
"""No rung stands higher: at 1 the direction's typical parameter has changed by its own size (dimensionless)."""

SHRINK_OUTSIDE_DOMAIN: Final = RATIO**3
"""How much smaller the ladder starts again when a first step leaves the domain (dimensionless)."""

MOST_RESTARTS: Final = 8
"""Restarts at a smaller step before the point is said to be at the end of the domain (a count): 27**-8 of a step is
below its rounding."""

EXTRAPOLATED_CONDITION: Final = 7.0 / 6.0
"""(9 D(h) - D(3h)) / 8 amplifies the noise of one evaluation by at most (9 + 1/3) / 8 = 7/6 of noise / h
(dimensionless)."""

THEORY: Final = (6.0, 13.0)
"""Where the three-rung ratio [D(9h) - D(3h)] / [D(3h) - D(h)] lies in this range its theory, 9, may be believed
(dimensionless)."""

BELIEVED_SHARE: Final = 1.0 / 20.0
"""Share of |R(h) - R(3h)| taken for the truncation error of R(h) where the theory holds: 1/80 in theory, four times
that here (dimensionless)."""

IMPROVEMENT: Final = 0.5
"""Another rung is worth its two passes when it at least halves the error (dimensionless)."""


@dataclasses.dataclass(frozen=True)
class LadderEstimate:
    """A directional derivative measured on a ladder of steps, with its errors [cost per unit of step].

    Attributes
    ----------
    value : float
        NaN where nothing could be measured.
    truncation_error, condition_error : float
        Infinite where nothing could be measured.
    step : float
        The smaller of the two steps that were extrapolated [in units of the direction].
    slope_gap : float
        The forward slope at the point less the backward one, extrapolated to step 0; 0 to within `slope_gap_error`
        unless there is a kink.
    slope_gap_error : float
    rungs : int
        Pairs of evaluations.

    Examples
    --------
    >>> LadderEstimate(1.0, 1e-12, 2e-12, 1e-3, 0.0, 1e-10, 3).is_kinked
    False
    """

    value: float
    truncation_error: float
    condition_error: float
    step: float
    slope_gap: float
    slope_gap_error: float
    rungs: int

    @property
    def error(self) -> float:
        """The sum of the truncation error and the condition error."""
        return self.truncation_error + self.condition_error

    @property
    def is_kinked(self) -> bool:
        """Whether the two one-sided slopes do not close."""
        return abs(self.slope_gap) > self.slope_gap_error

    def tangent(self, line: Line) -> Vector:
        """Return the direction this estimate is of, as floating point realised it, of shape (P,)."""
        return (9.0 * line.tangent(self.step) - line.tangent(RATIO * self.step)) / 8.0


def first_step(eps: float) -> float:
    """Return the smallest step of a new ladder, in units over which the cost changes by its own size.

    The middle rung h of the first three balances the errors of its extrapolation where derivatives are of the size of
    C: 81 h**4 / 1080 = 7/6 * eps / h, that is h = (15.6 eps)**(1/5); the smallest is a third of it.

    Examples
    --------
    >>> f"{first_step(2.2e-16):.1e}"
    '4.3e-04'
    """
    return float((EXTRAPOLATED_CONDITION * 1080.0 / 81.0 * eps) ** 0.2 / RATIO)


@dataclasses.dataclass(frozen=True)
class Accuracy:
    """How well the cost can be evaluated, and how well its derivative is to be known.

    Attributes
    ----------
    noise : float
        Error of one evaluation at the point [cost].
    relative_noise : float
        Least error of any evaluation as a share of its value: its rounding (dimensionless).
    wanted : float
        The error to stop at, as a share of the derivative (dimensionless); 0 asks for the least.

    Examples
    --------
    >>> Accuracy(noise=1e-16, relative_noise=1e-16).wanted
    0.0
    """

    noise: float
    relative_noise: float
    wanted: float = 0.0


def climb(line: Line, centre: float, *, accuracy: Accuracy, step: float) -> LadderEstimate:
    """Measure phi'(0) by extrapolated central differences at the step where their two errors have the least sum.

    The errors are those of equation (46), for the central and the extrapolated formula; the ladder takes 2 forward
    passes a rung, 6 at least. An estimate counts only with its distance from every estimate at smaller steps that
    their own errors do not explain: that is what shows aliasing, kinks beside the point and steps that are too long.

    Parameters
    ----------
    line : Line
    centre : float
        phi(0), already evaluated [cost].
    accuracy : Accuracy
    step : float
        Smallest of the first three steps [in units of the direction].

    Examples
    --------
    >>> import numpy as np
    >>> line = Line(lambda w: float(np.exp(w[0])), np.array([0.0]), np.array([1.0]), lambda w: w)
    >>> estimate = climb(line, 1.0, accuracy=Accuracy(noise=2e-16, relative_noise=1e-16), step=5e-4)
    >>> abs(estimate.value - 1.0) <= estimate.error < 1e-11
    True
    """
    ladder = _Ladder(line, centre, accuracy, step)
    ladder.start()
    best = ladder.best()
    while ladder.rungs < MOST_RUNGS and not best.error <= accuracy.wanted * abs(best.value):
        upward = best.condition_error > best.truncation_error
        if not upward and not ladder.lowest_condition() < best.truncation_error:
            break
        extended = ladder.extend_up() if upward else ladder.extend_down()
        better = ladder.best()
        worth = not upward or better.error <= IMPROVEMENT * best.error
        best = better
        if not (extended and worth):
            break
    return best


class _Ladder:
    """The rungs measured so far: phi(h) and phi(-h) for h = step * 3**k."""

    def __init__(self, line: Line, centre: float, accuracy: Accuracy, step: float) -> None:
        self.line, self.centre, self.step = line, centre, step
        self.noise, self.relative_noise = accuracy.noise, accuracy.relative_noise
        self.pairs: dict[int, tuple[float, float]] = {}
        self.rungs = 0

    def start(self) -> None:
        """Measure the first rungs, again at smaller steps while the smallest of them leaves the domain."""
        for _ in range(MOST_RESTARTS):
            if self._measure(0):
                break
            self.step /= SHRINK_OUTSIDE_DOMAIN
        for k in range(1, FIRST_RUNGS):
            self._measure(k)
        while 0 in self.pairs and len(self.pairs) < FIRST_RUNGS and self.rungs < MOST_RUNGS:
            if not self._measure(min(self.pairs) - 1):
                break

    def extend_up(self) -> bool:
        """Measure one rung more above; false where it would be too long or outside the domain."""
        above = max(self.pairs, default=-1) + 1
        return bool(self.pairs) and self._step(above) <= LARGEST_STEP and self._measure(above)

    def extend_down(self) -> bool:
        """Measure one rung more below; false where there is none to start from."""
        return bool(self.pairs) and self._measure(min(self.pairs) - 1)

    def lowest_condition(self) -> float:
        """Return the condition error of the smallest step: as long as truncation is larger, there is room below."""
        return self._condition(min(self.pairs)) if self.pairs else math.inf

    def best(self) -> LadderEstimate:
        """Return the estimate of least error among those that a smaller step supports."""
        steps = sorted(k for k in self.pairs if k + 1 in self.pairs)
        candidates = [self._estimate(k) for k in steps[1:]]
        if not candidates:
            return LadderEstimate(math.nan, math.inf, math.inf, math.nan, math.nan, math.inf, self.rungs)
        return min(candidates, key=lambda estimate: estimate.error)

    def _step(self, k: int) -> float:
        return self.step * RATIO**k

    def _measure(self, k: int) -> bool:
        h = self._step(k)
        self.rungs += 1
        pair = self.line.value(h), self.line.value(-h)
        if not all(map(math.isfinite, pair)):
            return False
        self.pairs[k] = pair
        return True

    def _central(self, k: int) -> float:
        plus, minus = self.pairs[k]
        return (plus - minus) / (2.0 * self._step(k))

    def _extrapolated(self, k: int) -> float:
        return (9.0 * self._central(k) - self._central(k + 1)) / 8.0

    def _noise(self, k: int) -> float:
        """Return the noise of one value at rung k: never less than the rounding of that value, nor than that of its
        point."""
        # A program that rounds its arguments once computes phi at a point one rounding of w away: the slope carries
        # that into the value.
        steepest = max(abs(value - self.centre) for value in self.pairs[k]) / self._step(k)
        return max(self.noise, self.relative_noise * max(*map(abs, self.pairs[k]), steepest * self.line.distance))

    def _condition(self, k: int) -> float:
        return EXTRAPOLATED_CONDITION * self._noise(k) / self._step(k)

    def _truncation(self, k: int) -> float:
        """Estimate the truncation error of R(3**k): from the rung above where there is one, else from the one below."""
        if k + 2 not in self.pairs:
            return abs(self._extrapolated(k) - self._extrapolated(k - 1))
        gap = abs(self._extrapolated(k) - self._extrapolated(k + 1))
        with np.errstate(all="ignore"):
            ratio = np.divide(self._central(k + 2) - self._central(k + 1), self._central(k + 1) - self._central(k))
        return BELIEVED_SHARE * gap if THEORY[0] < ratio < THEORY[1] else gap

    def _estimate(self, k: int) -> LadderEstimate:
        value, condition, truncation = self._extrapolated(k), self._condition(k), self._truncation(k)
        smaller = [j for j in self.pairs if j < k and j + 1 in self.pairs]
        unexplained = [abs(self._extrapolated(j) - value) - self._condition(j) for j in smaller]
        truncation = max(truncation, *unexplained)
        gap, gap_error = self._slope_gap()
        return LadderEstimate(value, truncation, condition, self._step(k), gap, gap_error, self.rungs)

    def _slope_gap(self) -> tuple[float, float]:
        """Extrapolate [phi(h) - 2 phi(0) + phi(-h)] / h to h = 0 and estimate the error of that.

        Without a kink it is h phi'' + h**3 phi''''/12 + ..., so that two extrapolations leave h**5.
        """
        lowest = min(self.pairs)
        gaps = [self._one_sided_gap(k) for k in range(lowest, lowest + FIRST_RUNGS) if k in self.pairs]
        if len(gaps) < FIRST_RUNGS:
            return math.nan, math.inf
        first = [(RATIO * gaps[i] - gaps[i + 1]) / (RATIO - 1.0) for i in range(2)]
        cube = RATIO**3
        second = (cube * first[0] - first[1]) / (cube - 1.0)
        # 4 evaluations' worth of each rung's own noise: beside a minimum of value 0 it grows with the square of the
        # step.
        parts = [4.0 * self._noise(lowest + i) / self._step(lowest + i) for i in range(FIRST_RUNGS)]
        condition = (cube * RATIO * parts[0] + (cube + RATIO) * parts[1] + parts[2]) / (RATIO - 1.0) / (cube - 1.0)
        return second, condition + abs(second - first[0])

    def _one_sided_gap(self, k: int) -> float:
        plus, minus = self.pairs[k]
        return ((plus - self.centre) + (minus - self.centre)) / self._step(k)
