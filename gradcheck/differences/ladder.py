"""A slope from steps in ratio 3: one set of points gives the estimate, its errors, and a kink if there is one."""

from __future__ import annotations

import dataclasses
import math
from typing import Final

from gradcheck.differences.estimates import Accuracy, LadderEstimate
from gradcheck.differences.lines import Line
from gradcheck.differences.lockstep import Procedure, follow
from gradcheck.differences.one_sided import OneSidedRungs
from gradcheck.differences.rungs import (
    EXTRAPOLATED_CONDITION,
    FIRST_RUNGS,
    LARGEST_STEP,
    MOST_RUNGS,
    RATIO,
    Rungs,
)

__all__ = [
    "FIRST_RUNGS",
    "LARGEST_STEP",
    "MOST_RUNGS",
    "RATIO",
    "Accuracy",
    "LadderEstimate",
    "climb",
    "climbing",
    "first_step",
]

CLOSER: Final = RATIO**3
"""How much smaller the steps of a ladder are that starts again: all of its first three rungs are new (dimensionless)."""

MOST_RESTARTS: Final = 8
"""Times a ladder starts again at most (a count): 27**-8 of a step is below its rounding."""

KINK_SIGHT: Final = 32.0
"""A gap between the slopes is looked for again at the step where it is 8 times the noise of its 4 evaluations (dimensionless)."""

IMPROVEMENT: Final = 0.5
"""Another rung is worth its two passes when it at least halves the error (dimensionless)."""


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
    return follow(line, climbing(centre, line.distance, accuracy=accuracy, step=step))


def climbing(centre: float, distance: float, *, accuracy: Accuracy, step: float) -> Procedure[LadderEstimate]:
    """Do what `climb` does, as a procedure that asks for its points; `distance` is that of the line.

    Examples
    --------
    >>> next(climbing(1.0, 1.0, accuracy=Accuracy(1e-16, 1e-16), step=1.0))
    [1.0, -1.0, 3.0, -3.0, 9.0, -9.0]
    """
    rungs = Rungs(centre, accuracy, step, distance)
    side = yield from _start(rungs)
    if side:
        return (yield from _one_sided(rungs, side))
    best = yield from _refine(rungs)
    return (yield from _look_closer(rungs, best)) if best.is_kinked else best


def _start(rungs: Rungs) -> Procedure[float]:
    """Measure the first rungs, at smaller steps while the smallest leaves the domain; return the only side that is in it, or 0."""
    yield from rungs.measure(list(range(FIRST_RUNGS)))
    side = 0.0
    rounding = rungs.accuracy.relative_noise * rungs.distance
    for _ in range(MOST_RESTARTS):
        # Points nearer than their rounding are the point itself, which is in the domain.
        if 0 in rungs.values or rungs.step / CLOSER < rounding:
            break
        rungs.step /= CLOSER
        rungs.values.clear()
        plus, minus = yield rungs.steps_of(0)
        rungs.asked += 1
        if math.isfinite(plus) and math.isfinite(minus):
            rungs.values[0] = [plus, minus]
            yield from rungs.measure(list(range(1, FIRST_RUNGS)))
        side = float(math.isfinite(plus)) - float(math.isfinite(minus))
    while 0 in rungs.values and len(rungs.values) < FIRST_RUNGS and rungs.asked < MOST_RUNGS:
        if not (yield from rungs.measure([min(rungs.values) - 1])):
            break
    return side if not rungs.values else 0.0


def _refine(rungs: Rungs) -> Procedure[LadderEstimate]:
    """Add rungs above where rounding is the larger error and below where truncation is, as long as that pays."""
    best = rungs.best()
    while rungs.asked < MOST_RUNGS and not rungs.accuracy.suffices(best.error, best.value):
        upward = best.condition_error > best.truncation_error
        if not rungs.values or (not upward and not rungs.lowest_condition() < best.truncation_error):
            break
        k = max(rungs.values) + 1 if upward else min(rungs.values) - 1
        if rungs.height(k) > LARGEST_STEP:
            break
        extended = yield from rungs.measure([k])
        better = rungs.best()
        worth = not upward or better.error <= IMPROVEMENT * best.error
        best = better
        if not (extended and worth):
            break
    return best


def _look_closer(rungs: Rungs, kinked: LadderEstimate) -> Procedure[LadderEstimate]:
    """Tell a kink at the point, whose gap stays however small the step, from one beside it, under which the ladder starts again."""
    lowest = min(rungs.values)
    finest = KINK_SIGHT * rungs.noise(lowest) / abs(kinked.slope_gap)
    if finest >= rungs.height(lowest) / RATIO:
        return kinked
    plus, minus = yield [finest, -finest]
    gap = ((plus - rungs.centre) + (minus - rungs.centre)) / finest
    if not abs(gap) < 0.5 * abs(kinked.slope_gap):
        return kinked
    best, asked, step = kinked, rungs.asked + 1, rungs.height(lowest)
    for _ in range(MOST_RESTARTS):
        step /= CLOSER
        if not best.is_kinked or step < finest / CLOSER:
            break
        closer = Rungs(rungs.centre, rungs.accuracy, step, rungs.distance)
        yield from closer.measure(list(range(FIRST_RUNGS)))
        best = yield from _refine(closer)
        asked += closer.asked
    return dataclasses.replace(best, rungs=asked)


def _one_sided(rungs: Rungs, side: float) -> Procedure[LadderEstimate]:
    """Climb on the side of the point that is in the domain, from where a smooth cost's errors balance."""
    one = OneSidedRungs(
        rungs.centre, rungs.accuracy, first_step(rungs.accuracy.relative_noise) / CLOSER, rungs.distance, side=side
    )
    for _ in range(MOST_RESTARTS):
        if (yield from one.measure(list(range(FIRST_RUNGS + 1)))) or 0 in one.values:
            break
        one.step /= CLOSER
    best = yield from _refine(one)
    return dataclasses.replace(best, rungs=one.asked + rungs.asked)
