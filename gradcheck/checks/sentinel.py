"""A look far ahead: does the slope that small steps show account for what the cost does over a long one?"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Final

import numpy as np

from gradcheck.checks.measuring import NOISE_SAFETY, SAFETY, Measurement, Setting
from gradcheck.differences.jumps import Trend, find_jump
from gradcheck.differences.lines import Line
from gradcheck.differences.rungs import RATIO
from gradcheck.differences.settling import UNIFORM
from gradcheck.differences.smoothness import QUADRATIC, QUARTIC, SEXTIC, polynomial
from gradcheck.differences.survey import Survey

FAR: Final = 0.1
"""How far the sentinel looks [in units of the direction]: 25 roundings of bfloat16, where a smooth cost is still told from it."""

NEAREST: Final = FAR / RATIO**3
"""A ladder's longest step must be at least this for its own bend to be continued to FAR (dimensionless): one that began at its
usual first step has 3.9e-3."""

CURVED: Final = FAR**4 / 120.0
"""What is left of a smooth cost at FAR when its cube is taken away, as a share of its slope, where derivatives are of the size of C
(dimensionless)."""

CALM: Final = 1.0 / 8.0
"""A part that did not move at a step jumps less often than once in this share of it (dimensionless)."""

ABOUT: Final = 1.01
"""More than the rounding of a power of the ratio (dimensionless)."""

FEWEST: Final = 4.0
"""So many jumps must fit in what was not accounted for (a count): fewer are a cost that has another branch there."""


@dataclasses.dataclass(frozen=True)
class FarLook:
    """What the cost does at a long step beside what the small ones say of it.

    Examples
    --------
    >>> FarLook(1.0, 0.0, 3.0, 0.01, 0.1).is_unexplained
    True
    """

    slope: float
    bend: float
    """Of the difference quotient at the long step [cost per unit of step]."""
    seen: float
    allowed: float
    step: float

    @property
    def unexplained(self) -> float:
        """The slope that small steps do not have [cost per unit of step]."""
        return abs(self.seen - self.slope - self.bend)

    @property
    def is_unexplained(self) -> bool:
        """Whether small steps miss some of it; not where the far point is outside the domain."""
        return self.unexplained > self.allowed

    def favours(self, seen: Measurement) -> bool:
        """Tell whether the claim is refuted at small steps, and nearer than their slope to what the long one shows."""
        missing = seen.claimed - self.slope
        return seen.stands_out and abs(self.seen - self.slope - self.bend - missing) < abs(missing) / 2.0

    @property
    def trend(self) -> Trend:
        """The slope and the bend as a function."""
        return Trend(self.slope, self.bend / self.step**2)


def coarser(setting: Setting, seen: Measurement) -> Setting | None:
    """Return the setting with the noise of a part that stands still at the steps a measurement was made with; None where there is none.

    What (46) measures at small steps is not the slope of a part that is rounded more coarsely than the whole: 1 - cos(q) at a
    small q, a loss in float32 beside a regulariser in float64. 2 or 4 forward passes where nothing is amiss.
    """
    line = setting.line(seen.direction)
    look = _look_far(setting, line, seen)
    if look is None or not (look.is_unexplained or look.favours(seen)):
        return None
    rounding = NOISE_SAFETY * setting.eps / 2.0 * abs(setting.centre)
    calm = CALM * seen.estimate.step
    jump = find_jump(line, look.trend, reach=look.step, calm=calm, rounding=rounding)
    if not 0.0 < FEWEST * jump < look.unexplained * look.step:
        return None
    noise = max(setting.noise, NOISE_SAFETY * max(_wide_noise(setting, line, look.step), UNIFORM * jump))
    return dataclasses.replace(setting, noise=noise, is_stepped=True)


def _look_far(setting: Setting, line: Line, seen: Measurement) -> FarLook | None:
    estimate = seen.estimate
    top, slope = estimate.farthest
    if not seen.is_measured or RATIO * top >= FAR or len({t < 0.0 for t, _ in estimate.stencil}) < 2:
        return None
    quotient = _quotient_at(line)
    far = quotient(FAR)
    errors = SAFETY * (estimate.error + setting.noise / FAR)
    if top >= NEAREST and top <= RATIO**2 * ABOUT * estimate.step:
        bend = (slope - estimate.value) * (FAR / top) ** 2
        errors += SAFETY * (setting.noise / top + estimate.error) * (FAR / top) ** 2
    else:
        near = quotient(FAR / RATIO)
        bend = (far - near) * RATIO**2 / (RATIO**2 - 1.0)
        errors += SAFETY * RATIO * setting.noise / FAR
    size = max(abs(estimate.value), abs(far))
    falling = min(1.0, max(abs(bend) / size, FAR)) if size > 0.0 else 1.0
    higher = max(CURVED * size, abs(bend) * falling)
    return FarLook(estimate.value, bend, far, errors + SAFETY * higher, FAR)


def _quotient_at(line: Line) -> Callable[[float], float]:
    def quotient(t: float) -> float:
        plus, minus = line.values([t, -t])
        return (plus - minus) / (2.0 * t)

    return quotient


def _wide_noise(setting: Setting, line: Line, reach: float) -> float:
    """Return the noise of values so far apart that a coarse part moves by many of its steps; 12 forward passes."""
    survey = Survey(line, setting.centre, spacing=reach, eps=setting.eps)
    survey.look_within(reach)
    survey.look_within(reach)
    levels = [polynomial(survey.samples, degree).level for degree in (QUADRATIC, QUARTIC, SEXTIC)]
    finite = [level for level in levels if math.isfinite(level)]
    return float(np.min(finite)) if finite else 0.0
