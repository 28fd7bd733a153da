"""A look far ahead: does the slope that small steps show account for what the cost does over a long one?"""

from __future__ import annotations

import contextlib
import dataclasses
import math
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from gradcheck.checks.measuring import NOISE_SAFETY, SAFETY, Measurement, Setting
from gradcheck.differences.jumps import Trend, find_jump
from gradcheck.differences.lines import Line
from gradcheck.differences.rungs import RATIO
from gradcheck.differences.settling import UNIFORM
from gradcheck.differences.smoothness import QUADRATIC, QUARTIC, SEXTIC, polynomial
from gradcheck.differences.survey import Survey
from gradcheck.errors import UserCodeError

FAR: Final = 0.1
"""How far the sentinel looks [in units of the direction]: 25 roundings of bfloat16, where a smooth cost is still told from it."""

SHORTEST: Final = FAR / RATIO**3
"""The shortest step that others in ratio 3 are looked at beside [in units of the direction]: at 3.7e-3 a function of logits of 30
changes by a tenth."""

STEPS: Final = 4
"""How many steps longer than the shortest there are (a count): the longest is RATIO * FAR."""

NEAREST: Final = FAR / RATIO**3
"""A ladder's longest step must be at least this for its own bend to be continued to FAR (dimensionless): one that began at its
usual first step has 3.9e-3."""

CURVED: Final = FAR**4 / 120.0
"""What is left of a smooth cost at FAR when its cube is taken away, as a share of its slope, where derivatives are of the size of C
(dimensionless)."""

CLOSER: Final = 1e-3
"""Share of that where long steps favour a claim that small ones refute (dimensionless): what moved in equal jumps on all rungs of a
ladder did so many times within its step."""

CALM: Final = 1.0 / 2.0
"""A part that did not move at a step jumps less often than once in this share of it (dimensionless)."""

ABOUT: Final = 1.01
"""More than the rounding of a power of the ratio (dimensionless)."""

FEWEST: Final = 4.0
"""So many jumps must fit in what was not accounted for (a count): fewer are a cost that has another branch there."""


STRAIGHT: Final = 3.0 / 8.0
"""Share that a part with a slope of its own has moved by at half of a step, at the least (dimensionless): a half, give or take one of
its jumps; of a wave or a bend an eighth is there, of many kinks a quarter, of one kink nothing in half of the cases."""

MOST_IN_VAIN: Final = 1
"""Times a jump is looked for where there is none, in one problem (a count): kinks and waves are met along all directions."""


MOST_WHERE_UNSETTLED: Final = 2
"""The same where a ladder went down, or refutes its claim (a count)."""


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
        """Tell whether the claim is refuted at small steps, and nearer than their slope to what the long one shows.

        A claim that is off by less than the long step can tell is favoured by one in seven, by chance.
        """
        missing = seen.claimed - self.slope
        is_nearer = abs(self.seen - self.slope - self.bend - missing) < abs(missing) / 2.0
        return seen.stands_out and is_nearer and abs(missing) > self.allowed

    def refutes(self, seen: Measurement, noise: float) -> bool:
        """Tell whether the long step refutes a claim that small ones refute, beside the noise that the steps of the cost are."""
        # RATIO times: its own and that of the shorter step, for the bend.
        allowed = self.allowed + seen.bound + SAFETY * RATIO * noise / self.step
        return seen.stands_out and abs(self.seen - self.bend - seen.claimed) > allowed

    @property
    def trend(self) -> Trend:
        """The slope and the bend as a function."""
        return Trend(self.slope, self.bend / self.step**2)


class Sentinel:
    """Looks at long steps along directions that were measured with small ones.

    What (46) measures at small steps is not the slope of a part that is rounded more coarsely than the whole: 1 - cos(q) at a
    small q, a loss in float32 beside a regulariser in float64.

    Examples
    --------
    >>> from gradcheck.checks.gradient import check
    >>> from gradcheck.checks.options import Options
    >>> pendulum = lambda z: 0.5 * z[1] ** 2 + (1.0 - np.cos(z[0]))
    >>> check(pendulum, lambda z: np.array([0.0, z[1]]), np.array([1e-5, -1e-5]), options=Options(seed=0)).verdict
    <Verdict.DISAGREE: 'disagree'>
    """

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self._in_vain = 0

    def coarser(self, seen: Measurement) -> Setting | None:
        """Return the setting with the noise of a part that stands still at a measurement's steps; None where there is none.

        2 forward passes where nothing is amiss, 6 where the ladder went down. What the cost raises so far away is no matter.
        """
        with contextlib.suppress(UserCodeError):
            return self._coarser(seen)
        return None

    def _coarser(self, seen: Measurement) -> Setting | None:
        setting, line = self.setting, self.setting.line(seen.direction)
        for look in _look_far(setting, line, seen):
            if self._in_vain >= (MOST_IN_VAIN if _is_ordinary(seen) and not seen.stands_out else MOST_WHERE_UNSETTLED):
                break
            favours = look.favours(seen)
            if not (favours or (look.is_unexplained and _grows_straight(line, look))):
                continue
            jump = _jump(setting, line, look, seen)
            if jump > 0.0 and (favours or FEWEST * jump < look.unexplained * look.step):
                found = self._with_steps(line, look, jump)
                return None if found.may_be_meant and look.refutes(seen, found.noise) else found
            self._in_vain += jump == 0.0
        return None

    def _with_steps(self, line: Line, look: FarLook, jump: float) -> Setting:
        level = NOISE_SAFETY * max(_wide_noise(self.setting, line, look.step), UNIFORM * jump)
        return dataclasses.replace(
            self.setting,
            noise=max(self.setting.noise, level),
            steps=max(self.setting.steps, jump / look.unexplained if look.unexplained > 0.0 else look.step),
        )


def _grows_straight(line: Line, look: FarLook) -> bool:
    """Tell whether half of what is not explained is there at half of the step, as of a part with a slope of its own; 2 forward passes."""
    half = look.step / 2.0
    at_half = (_quotient_at(line)(half) - look.slope) * half - look.trend.bend * half**3
    whole = (look.seen - look.slope - look.bend) * look.step
    return not at_half / whole < STRAIGHT


def _jump(setting: Setting, line: Line, look: FarLook, seen: Measurement) -> float:
    """Return the size of a jump in what is not explained; 0 where there is none.

    Down from its first steps a ladder comes to where jumps as large as the noise do not show: there they are looked for among
    what no more than rounding hides.
    """
    rounding = NOISE_SAFETY * setting.eps / 2.0 * abs(setting.centre)
    if _is_ordinary(seen):
        rounding = max(rounding, setting.noise)
    calm, trend = CALM * seen.estimate.step, look.trend
    if look.favours(seen):
        calm *= CLOSER
        trend = dataclasses.replace(trend, slope=_quotient_at(line)(calm))
    return find_jump(line, trend, reach=look.step, calm=calm, rounding=rounding)


def _is_ordinary(seen: Measurement) -> bool:
    """Tell whether a ladder ended near its longest step, and that is long enough for its bend to be continued."""
    top = seen.estimate.farthest[0]
    return bool(NEAREST <= top <= RATIO**3 * ABOUT * seen.estimate.step)


def _look_far(setting: Setting, line: Line, seen: Measurement) -> Iterator[FarLook]:
    """Look at a long step beside the ladder's longest, or where the ladder went down from there, at several beside each other."""
    estimate = seen.estimate
    top, slope = estimate.farthest
    if (
        not seen.is_measured
        or estimate.is_kinked
        or RATIO * estimate.step >= FAR
        or len({t < 0.0 for t, _ in estimate.stencil}) < 2
    ):
        return
    quotient = _quotient_at(line)
    if _is_ordinary(seen):
        look = _beside(setting, seen, (top, slope), (FAR, quotient(FAR)))
        yield look
        if not look.allowed > FAR * abs(look.slope):
            return
    nearer = (SHORTEST, quotient(SHORTEST))
    for power in range(STEPS):
        step = SHORTEST * RATIO ** (power + 1)
        farther = (step, quotient(step))
        yield _beside(setting, seen, nearer, farther)
        nearer = farther


def _beside(setting: Setting, seen: Measurement, near: tuple[float, float], far: tuple[float, float]) -> FarLook:
    """Put two difference quotients beside an estimate: the bend between the ladder and the near one, or between both, is continued."""
    estimate = seen.estimate
    ratio = (far[0] / near[0]) ** 2
    if near[0] == estimate.farthest[0]:
        bend = (near[1] - estimate.value) * ratio
        noise = ratio * (setting.noise / near[0] + estimate.error)
    else:
        bend = (far[1] - near[1]) * ratio / (ratio - 1.0)
        noise = RATIO * setting.noise / far[0]
    size = max(abs(estimate.value), abs(far[1]))
    falling = min(1.0, max(abs(bend) / size, FAR)) if size > 0.0 else 1.0
    higher = max(CURVED * size, abs(bend) * falling)
    allowed = SAFETY * (estimate.error + setting.noise / far[0] + noise + higher)
    return FarLook(estimate.value, bend, far[1], allowed, far[0])


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
