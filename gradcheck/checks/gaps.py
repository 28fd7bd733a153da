"""The error of a claim along a direction, measured on as few points as it takes; such errors add."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.measuring import SAFETY, Measurement, Setting, norm
from gradcheck.differences.estimates import Stencil
from gradcheck.differences.ladder import RATIO
from gradcheck.differences.rungs import EXTRAPOLATED_CONDITION
from gradcheck.errors import BudgetExceeded

Vector = npt.NDArray[Any]

SMALLEST_SHARE: Final = RATIO**-6
"""A central difference uses at least this share of the step that the ladder came to (dimensionless): below it lies rounding."""

CLEAR: Final = 8.0
"""A way to measure is good enough for a gap of this many times its bound (dimensionless): among 10 errors of one size, spread over the
two halves of a block, the smaller half keeps a tenth of the whole or so."""

NEXT_TERM: Final = 2.7
"""The extrapolation's truncation, 9 h**4 phi5 / 120, in units of (h**2 phi3 / 6)**2 / phi1, where the derivatives grow evenly, phi5 phi1 =
phi3**2 (dimensionless)."""


@dataclasses.dataclass(frozen=True)
class Gap:
    """A claimed slope less the true one, and how far off that may be [cost per unit of step].

    Examples
    --------
    >>> whole, half = Gap(3.0, 0.1), Gap(2.0, 0.1)
    >>> whole.less(half)
    Gap(value=1.0, bound=0.2)
    >>> whole.less(half).stands_out, Gap(math.nan, 1.0).stands_out
    (True, False)
    """

    value: float
    bound: float

    @property
    def stands_out(self) -> bool:
        """Whether there certainly is an error; NaN is no error that could be followed."""
        return math.isfinite(self.bound) and abs(self.value) > self.bound

    def less(self, part: Gap) -> Gap:
        """Return the error of the rest: directions add, and so do errors along them, and so do their bounds."""
        return Gap(self.value - part.value, self.bound + part.bound)

    def times(self, factor: float) -> Gap:
        """Return the error along a multiple of the direction."""
        return Gap(factor * self.value, abs(factor) * self.bound)


@dataclasses.dataclass(frozen=True)
class Gauge:
    """One way to measure a slope: where, and with what errors [cost per unit of step].

    Examples
    --------
    >>> Gauge(((0.5, 1.0), (-0.5, -1.0)), 1e-9, 1e-12).bound > 4e-9
    True
    """

    stencil: Stencil
    truncation_error: float
    condition_error: float

    @property
    def bound(self) -> float:
        """The gap that is allowed, the gradient's own noise left out."""
        return SAFETY * (self.truncation_error + self.condition_error)


class Allowance:
    """The forward passes that one block's location may take.

    Examples
    --------
    >>> from gradcheck.checks.options import Options
    >>> from gradcheck.checks.problem import Problem
    >>> from gradcheck.subjects.protocol import GradientSubject
    >>> problem = Problem(GradientSubject("square", lambda w: w @ w, lambda w: 2 * w, at=np.ones(3)), Options())
    >>> Allowance(problem, most=0).check()
    Traceback (most recent call last):
    ...
    gradcheck.errors.BudgetExceeded: the 0 forward passes for locating errors in one block are used up
    """

    def __init__(self, problem: Any, most: float) -> None:
        self._problem, self._most, self._start = problem, most, problem.forward_passes

    def check(self, passes: int = 1) -> None:
        """Raise BudgetExceeded where not so many are left."""
        if self._problem.forward_passes - self._start + passes > self._most:
            raise BudgetExceeded(f"the {self._most} forward passes for locating errors in one block are used up")


def gap_of(setting: Setting, measurement: Measurement) -> Gap:
    """Return the gap of a measurement as that of its direction; one at a kink has no meaning.

    Examples
    --------
    >>> gap_of.__name__
    'gap_of'
    """
    if not measurement.is_measured or measurement.estimate.is_kinked:
        return Gap(math.nan, math.inf)
    line = setting.line(measurement.direction)
    value = measurement.claimed - measurement.estimate.value
    slack = _deviation(measurement.estimate.tangent(line), measurement.direction) * abs(value)
    return Gap(value, measurement.bound + slack)


def gauges_of(setting: Setting, whole: Measurement) -> list[Gauge]:
    """Return the ways to measure parts of a direction that was measured whole, from 2 passes to 4; takes 2 passes.

    What the whole took its slope from serves its parts: the same points on another line, whose truncation is hardly larger
    because they are parts. The central difference there shows its own truncation error beside the better estimate, and that,
    falling as h**2, says which smaller step would be best for it. It is taken for no less than the geometric mean of the slope and
    the better estimate's error, between which it stands as h**2 does between 1 and h**4, and the better estimate's for no less
    than the next term after it: the whole's may vanish by chance.

    Examples
    --------
    >>> gauges_of.__name__
    'gauges_of'
    """
    estimate = whole.estimate
    fine = Gauge(tuple(estimate.stencil), estimate.truncation_error, estimate.condition_error)
    steps = [t for t, _ in fine.stencil]
    if not steps or min(steps) >= 0.0 or max(steps) <= 0.0:
        return [fine] if steps else []
    h = estimate.step
    plus, minus = setting.line(whole.direction).values([h, -h])
    seen = abs((plus - minus) / (2.0 * h) - estimate.value)
    if not math.isfinite(seen) or not estimate.condition_error > 0.0:
        return [fine]
    size = abs(estimate.value)
    truncation = max(seen, math.sqrt(estimate.error) * math.sqrt(size))
    next_term = NEXT_TERM * truncation * (truncation / size) if size > 0.0 else 0.0
    fine = dataclasses.replace(fine, truncation_error=max(fine.truncation_error, next_term))
    return [_central(h, truncation, estimate.condition_error / EXTRAPOLATED_CONDITION), fine]


def _central(h: float, truncation: float, noise: float) -> Gauge:
    """Return the best central difference, where one with step h has these errors: the least of truncation s**2 + noise / s."""
    share = (noise / (2.0 * truncation)) ** (1.0 / 3.0) if truncation > 0.0 else 1.0
    share = min(1.0, max(SMALLEST_SHARE, share))
    t = share * h
    return Gauge(((t, 0.5 / t), (-t, -0.5 / t)), truncation * share**2, noise / share)


def measure_by(setting: Setting, gauge: Gauge | None, direction: Vector) -> Gap:
    """Return the gap along a direction of shape (P,): on the points of a gauge, or on a ladder of its own where there is none.

    A gauge's bound holds where a part is no more curved than its whole, which is usual and not certain: what it shows guides a
    search, and a ladder has the last word.

    Examples
    --------
    >>> measure_by.__name__
    'measure_by'
    """
    if gauge is None:
        return gap_of(setting, setting.measure(direction))
    line = setting.line(direction)
    values = line.values([t for t, _ in gauge.stencil])
    # Differences from the centre first: what is common to all values is no part of the slope.
    slope = sum(c * (value - setting.centre) for (_, c), value in zip(gauge.stencil, values, strict=True))
    if not math.isfinite(slope):
        return Gap(math.nan, math.inf)
    tangent = line.displacement(gauge.stencil)
    value = float(setting.claimed @ tangent) - slope
    bound = gauge.bound + SAFETY * norm(setting.gradient_noise * tangent)
    return Gap(value, bound + _deviation(tangent, direction) * abs(value))


def _deviation(tangent: Vector, direction: Vector) -> float:
    """Return the largest share by which a component of a direction was not realised: rounded points lie beside the line."""
    moved = direction != 0.0
    return float(np.max(np.abs(tangent[moved] / direction[moved] - 1.0), initial=0.0))
