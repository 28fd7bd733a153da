"""Whether the complex step sees the whole slope: an imaginary part may be lost on its way through some terms of a cost, silently."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.measuring import NOISE_SAFETY, SAFETY, Measurement, Setting
from gradcheck.checks.problem import Problem
from gradcheck.checks.sentinel import Sentinel
from gradcheck.differences.complex_step import COMPLEX_STEP
from gradcheck.differences.directions import gaussian_direction
from gradcheck.differences.noise import measure_noise
from gradcheck.errors import BudgetExceeded
from gradcheck.parameters import Leaf

Vector = npt.NDArray[Any]
Slope = Callable[[Vector], float | None]

TELLING: Final = 1.0 / 2.0
"""Differences tell whether a part is lost where their bound is at most this share of a slope (dimensionless): what they cannot see is
then less than what they can."""

MOST_COMPARED: Final = 2
"""Directions of differences that a complex slope is compared along (a count): one of which it would pass by chance is followed by
another."""

NUDGES: Final = 2
"""Points a last digit away at which a complex slope is taken again (a count): rounding is the same at both and here by a chance
of a few in a hundred, along one direction, and it has to be so along all."""

SMALLER: Final = 8.0
"""All parameters are divided by this to see a slope that is hidden where they are (dimensionless): a saturated function is far from
it there."""


def is_whole(setting: Setting, slope: Slope, leaves: Sequence[Leaf], known: Sequence[Measurement]) -> bool:
    """Tell whether the complex step gives what differences give of some leaves, here, or elsewhere where they tell nothing here.

    What it gives is the derivative of what keeps the imaginary part; (46) sees all of the cost, if coarsely.
    """
    known = [m for m in known if m.is_measured and not m.estimate.is_kinked]
    closest = sorted(known, key=lambda m: m.bound / max(abs(m.estimate.value), m.bound))[:MOST_COMPARED]
    flagged = [m for m in known if m.stands_out][:MOST_COMPARED]
    for m in {id(m): m for m in (*closest, *flagged)}.values():
        there = slope(m.direction)
        if there is None or _differ(there, m):
            return False
    if any(_tells(m) for m in known):
        return True
    # Of a cost that moves in steps nothing says that the same part moves elsewhere.
    return not setting.is_stepped and all(_is_whole_elsewhere(setting, leaf) for leaf in leaves)


def is_steady(setting: Setting, measured: Sequence[Measurement]) -> bool:
    """Tell whether gaps that the complex step shows are more than its own rounding: what a last digit of the parameters changes.

    Constants times a softmax, of which the sum is a constant, have a slope of 0, and a complex one of what is left of the terms.
    2 forward passes a direction.
    """
    generator = np.random.default_rng(len(measured))
    try:
        return all(m.gap > SAFETY * _unsteadiness(setting.problem, m, generator) for m in measured)
    except BudgetExceeded:
        return False


def _unsteadiness(problem: Problem, m: Measurement, generator: np.random.Generator) -> float:
    """Return how much a complex slope changes when all parameters change in their last digit; infinity where it is lost."""
    eps = float(np.finfo(np.float64).eps)
    found = []
    for _ in range(NUDGES):
        nudged = problem.w * (1.0 + eps * generator.choice([-1.0, 0.0, 1.0], problem.w.size))
        value = problem.probe_complex(nudged + 1j * COMPLEX_STEP * m.direction)
        found.append(math.inf if value is None else abs(value.imag / COMPLEX_STEP - m.estimate.value))
    return max(found)


def _tells(m: Measurement) -> bool:
    return m.bound <= TELLING * abs(m.estimate.value)


def _differ(slope: float, m: Measurement) -> bool:
    """Tell whether a complex slope is not that of differences; half of its digits are believed."""
    rounding = math.sqrt(float(np.finfo(np.float64).eps)) * abs(slope)
    return abs(slope - m.estimate.value) > SAFETY * m.estimate.error + rounding


def _is_whole_elsewhere(setting: Setting, leaf: Leaf) -> bool:
    """Tell whether both give the same where differences tell something of a leaf; false where that is nowhere."""
    generator = np.random.default_rng(leaf.size)
    try:
        for problem in _elsewhere(setting.problem, leaf, generator):
            found = _compared(setting, problem, gaussian_direction(problem.w, leaf.place, generator))
            if found is not None:
                return found
    except BudgetExceeded:
        pass
    return False


def _elsewhere(problem: Problem, leaf: Leaf, generator: np.random.Generator) -> Iterator[Problem]:
    """Yield the problem at points where the other leaves are 0, or the leaf is, or all are small or large, or the leaf a little moved."""
    alone = np.zeros_like(problem.w)
    alone[leaf.place] = problem.w[leaf.place]
    without = problem.w.copy()
    without[leaf.place] = 0.0
    moved = gaussian_direction(problem.w, leaf.place, generator) / SMALLER
    # Beside the end of a domain one of two opposite moves leads away from it.
    beside = (problem.w + moved, problem.w - moved, problem.w + moved / SMALLER, problem.w - moved / SMALLER)
    for w in (alone, problem.w / SMALLER, without, problem.w * SMALLER, *beside):
        if not np.array_equal(w, problem.w):
            yield problem.at(problem.layout.realise(w))


def _compared(setting: Setting, problem: Problem, direction: Vector) -> bool | None:
    """Compare along one direction; None where nothing is told."""
    centre = problem.probe(problem.w)
    if not math.isfinite(centre):
        return None
    there = dataclasses.replace(setting, problem=problem, centre=centre)
    noise = measure_noise(there.line(direction), centre, spacing=max(1e-10, 8.0 * setting.eps), eps=setting.eps)
    there = dataclasses.replace(there, noise=max(NOISE_SAFETY * noise.level, float(np.finfo(np.float64).tiny)))
    value = problem.probe_complex(problem.w + 1j * COMPLEX_STEP * direction)
    if value is None:
        return None
    slope = value.imag / COMPLEX_STEP
    seen = there.measure(direction, size=max(abs(slope), there.resolvable))
    if not seen.is_measured or not SAFETY * seen.estimate.error <= TELLING * abs(seen.estimate.value):
        return None
    return None if Sentinel(there).coarser(seen) else not _differ(slope, seen)
