"""What to look at next where the first values did not settle the noise, and what all of them say then."""

from __future__ import annotations

import dataclasses
import enum
import math
from typing import Final

import numpy as np

from gradcheck.differences.smoothness import QUADRATIC, QUARTIC, SEXTIC, Model, Rest, Samples, polynomial
from gradcheck.differences.survey import CROWDED, TABLE_POINTS, Survey

UNIFORM: Final = 1.0 / math.sqrt(12.0)
"""The standard deviation of rounding to a quantum, as a share of it (dimensionless)."""

BETTER: Final = 5.0
"""A model with more terms is believed when it leaves this many times less (dimensionless): two terms more on 13 values of normal
noise do so once in 10 million tables."""

BROKEN: Final = 10.0
"""A break is believed when it leaves this many times less (dimensionless): it may be anywhere, and a few jumps can look like one."""

SUSPECT: Final = 30.0
"""What fits few values with many terms, a break in the first table or a sextic across a few jumps, is a reason to look again when
it leaves this many times less (dimensionless)."""

SETTLED: Final = 4.0
"""What a model leaves is noise when a polynomial of two more terms leaves no less than its share by this factor: normal noise,
8 and 6 degrees of freedom, passes it once in 1e4 tables (dimensionless)."""

WIDE: Final = 20.0
"""How much wider than the first table points are set whose values hardly move (dimensionless): 6e-5, 500 roundings of float32."""

WIDER: Final = 100.0
"""How much wider they are set again when nothing moved at all (dimensionless)."""

BENDING: Final = 0.01
"""From this distance on what is far above the values' own step may be a bend, and points are set nearer again (dimensionless)."""

WITH_RETURN: Final = 3
"""From so many tables before the end on, points whose values never moved are set as far as any may be (a count)."""

WIDEST: Final = 0.3
"""No point is set farther: there a direction's typical parameter has changed by a third of its size (dimensionless)."""

OWN_ROUNDING: Final = 50.0
"""Of the values so far, those count among the wide ones that are at most this many times nearer (dimensionless): the others are
rounded together."""

SMOOTH: Final = 1e-3
"""A curve counts as resolved when less than this share of its range is left of it (dimensionless): beside a pole nothing is."""


class Spacing(enum.Enum):
    """What a difference table says of the spacing of its points.

    Examples
    --------
    >>> Spacing.FINE.value
    'too fine'
    """

    GOOD = "good"
    FINE = "too fine"
    COARSE = "too coarse"


@dataclasses.dataclass(frozen=True)
class Settled:
    """The noise that the values of a survey show [cost], and how they settled on it.

    Examples
    --------
    >>> Settled.on(Rest(np.array([3.0, -4.0]), 1), Spacing.GOOD).level
    5.0
    """

    level: float
    spacing: Spacing

    @classmethod
    def on(cls, rest: Rest, spacing: Spacing) -> Settled:
        """Return the noise in what a model left; 0 where it had nothing to spare."""
        return cls(rest.level if math.isfinite(rest.level) else 0.0, spacing)


def settle(survey: Survey, breaking: Model, *, wide_tables: int) -> Settled:
    """Look until the noise is settled, at least once.

    Parameters
    ----------
    survey : Survey
        Nothing has been looked at yet.
    breaking : Model
        The one break that the function may have without being noisy.
    wide_tables : int
        How often points are set wider where the values stand still.

    Examples
    --------
    >>> from gradcheck.differences.lines import Line
    >>> from gradcheck.differences.smoothness import kinked
    >>> line = Line(lambda w: abs(float(w[0])), np.zeros(1), np.ones(1), lambda w: w)
    >>> settle(Survey(line, 0.0, spacing=1e-10, eps=2.2e-16), kinked, wide_tables=3).level < 1e-20
    True
    """
    survey.look_first()
    if survey.is_crowded:
        return _look_farther(survey, wide_tables)
    plain = polynomial(survey.samples, QUADRATIC)
    # A break would be a reason for almost all that is left: it deserves another look.
    if survey.is_even and not SUSPECT * breaking(survey.samples).level < plain.level:
        return Settled.on(plain, Spacing.GOOD)
    return _look_again(survey, breaking)


def _look_farther(survey: Survey, tables: int) -> Settled:
    """Set points wider until their values move by many steps, but not by so many that they bend."""
    reach, earlier = min(WIDE * survey.far, WIDEST), 0.0
    for table in range(tables):
        survey.look_within(reach)
        level = _level_at(survey, reach)
        moved, many = _range_of(survey.samples.between(0.0, reach)), 2.0 * CROWDED * survey.quantum
        is_enough = moved > many or reach == WIDEST
        is_too_much = reach > BENDING and 0.0 < BROKEN * UNIFORM * survey.quantum < level
        if (is_enough and not is_too_much) or table + 1 == tables:
            break
        # The last table but one goes as far as any may, the last may come back.
        wider = 2.0 * many / moved if moved else WIDER if table + WITH_RETURN < tables else math.inf
        reach, earlier = min(reach * wider, WIDEST), level
    # Where values have moved only a few steps before, what is far above a step is a bend.
    is_bend = 0.0 < SETTLED * earlier < level
    return Settled(earlier if is_bend else level, Spacing.GOOD if survey.has_moved else Spacing.FINE)


def _level_at(survey: Survey, reach: float) -> float:
    """Return the noise of values about a distance away; at least that of rounding to their step if they moved at all."""
    samples = survey.samples.between(reach / OWN_ROUNDING, reach)
    level = Settled.on(_plainest(samples, _cubic), Spacing.GOOD).level
    return max(level, UNIFORM * survey.quantum) if np.any(samples.values != survey.centre) else 0.0


def _look_again(survey: Survey, breaking: Model) -> Settled:
    """Set more points as far as the first and tell noise from a bend or a break."""
    survey.look_within(survey.far)
    plain, found = polynomial(survey.samples, QUADRATIC), _plainest(survey.samples, _quartic, breaking)
    least = polynomial(survey.samples, SEXTIC).level
    is_inside = len(survey.samples) == 2 * TABLE_POINTS - 1
    if is_inside and found.level == plain.level <= SUSPECT * least:
        # Nearer values may have been rounded together.
        apart = polynomial(survey.samples.between(2.0 * survey.near, math.inf), QUADRATIC)
        return Settled(max(plain.level, apart.level), Spacing.GOOD)
    if is_inside and found.level <= SETTLED * least:
        return Settled.on(found, Spacing.GOOD)
    return _look_nearer(survey, breaking)


def _look_nearer(survey: Survey, breaking: Model) -> Settled:
    """Set points nearer until a quartic takes all there is to take of the function between them."""
    found = Rest(survey.samples.values, 0)
    for reach in (survey.near, survey.closest):
        survey.look_within(reach)
        # The pairs of the first table are up to a quarter farther.
        samples = survey.samples.between(0.0, 1.25 * reach)
        found = _plainest(samples, _quartic, breaking)
        is_curve = found.level <= SMOOTH * _range_of(samples)
        if is_curve and found.level <= SETTLED * polynomial(samples, SEXTIC).level < math.inf:
            break
    return Settled.on(found, Spacing.COARSE)


def _range_of(samples: Samples) -> float:
    """Return the largest value less the smallest; 0 where none is finite, and none kept."""
    return float(np.ptp(samples.values)) if len(samples) else 0.0


def _plainest(samples: Samples, smoother: Model, breaking: Model | None = None) -> Rest:
    """Return what a quadratic leaves, or another polynomial or a break where that is far less."""
    plain, smooth = polynomial(samples, QUADRATIC), smoother(samples)
    found = smooth if BETTER * smooth.level < plain.level else plain
    if breaking is None:
        return found
    broken = breaking(samples)
    return broken if BROKEN * broken.level < found.level else found


def _cubic(samples: Samples) -> Rest:
    return polynomial(samples, QUADRATIC + 1)


def _quartic(samples: Samples) -> Rest:
    return polynomial(samples, QUARTIC)
