"""What the complex step says of leaves that differences see too coarsely, where the cost is analytic."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.claims import GRADIENT_ROUNDINGS
from gradcheck.checks.evidence import Evidence, decimal_digits
from gradcheck.checks.grouping import Group, sensitivity
from gradcheck.checks.measuring import SAFETY, Measurement, Setting, norm
from gradcheck.checks.second_look import look
from gradcheck.differences.analytic import HandedOut
from gradcheck.differences.complex_step import COMPLEX_STEP
from gradcheck.differences.directions import block_scale, gaussian_direction
from gradcheck.differences.estimates import LadderEstimate
from gradcheck.errors import BudgetExceeded
from gradcheck.parameters import Leaf
from gradcheck.results import Inexact, Reason, Status

Vector = npt.NDArray[Any]

DIRECTIONS: Final = 3
"""Directions along which the complex step is taken (a count): with half of the digits of each, an error of 1e-5 of a block's norm is
seen with probability 1 - 1e-6."""

BELIEVED_DIGITS: Final = 1 / 2
"""Share of the digits of a complex slope that is believed (dimensionless): nothing cancels in the step itself, but the cost's own sums
may cancel. Over the networks of tests/test_complex_arbiter.py 12 digits are right: the rest is margin."""

DISTANCES: Final = (float(np.finfo(np.float64).eps) ** 0.5, 1e-2)
"""How far the parameters are moved to see whether a cost that returns a float is the number it was made of (dimensionless): the
second where the cost is so large, 1e12 beside slopes of 1, that the first does not change it."""

SATURATION: Final = -math.log(float(np.finfo(np.float64).eps))
"""How many of a term's roundings a step of a parameter's own size makes of one (dimensionless): s * (1 - s) has lost its last digit
where its argument is this, 36, and such a step moves the argument by as much. Over 6,000 random right programs with 1 - tanh(z)**2 at
z of 3 to 25 the gap was once more than SAFETY * GRADIENT_ROUNDINGS of these, and not more than that many of the terms alone."""

SMALL: Final = 8.0
"""Parameters are divided by this to see the terms of a gradient that cancel where a function is saturated (dimensionless): tanh has
lost its last digit at 19 and is far from it at 2.4."""

BRANCH: Final = COMPLEX_STEP**0.5
"""An imaginary part of this size is no slope times the step, but another branch of the cost: log of a number below 0 has pi
(dimensionless)."""


@dataclasses.dataclass(frozen=True)
class Refutation:
    """What the complex step says of one leaf whose claim it does not confirm.

    Examples
    --------
    >>> [field.name for field in dataclasses.fields(Refutation)]
    ['evidence', 'status', 'reason', 'inexact']
    """

    evidence: Evidence
    status: Status
    reason: Reason | None
    inexact: Inexact | None = None


class ComplexArbiter:
    """The complex step on one problem: one forward pass a direction, none any more once the cost has refused it.

    An agreement needs no more than that its slopes are not 0. A disagreement needs that the complex step was right where
    differences could tell, and a gap above what the rounding of a gradient can explain: a gradient that loses its digits to
    cancellation, 1 - tanh(z)**2 for large z, is inaccurate, not wrong.

    Examples
    --------
    >>> from gradcheck.checks.gradient import check
    >>> check(lambda w: 1e12 + np.exp(w), np.exp, 0.5).blocks[0].arbiter
    <Arbiter.COMPLEX_STEP: 'complex step'>
    """

    def __init__(self, setting: Setting, generator: np.random.Generator) -> None:
        self.setting, self.generator = setting, generator
        self.is_possible = True
        self._is_handed_out = False

    def agreement(self, leaves: Sequence[Leaf]) -> list[Evidence]:
        """Return the evidence for each leaf if all of them agree, else none.

        Each is moved in inverse proportion to its claimed sensitivity: nothing cancels in a complex step, however small.
        """
        w, claimed = self.setting.problem.w, self.setting.claimed
        scales = [block_scale(w[leaf.place]) for leaf in leaves]
        each = [norm(claimed[leaf.place]) * scale for leaf, scale in zip(leaves, scales, strict=True)]
        if not min(each) > 0.0:
            return []
        weights = [max(each) / size for size in each]
        moved = list(zip(leaves, weights, scales, strict=True))
        measured = self._measure(lambda: self._even_direction(moved), max(each), _count(leaves))
        if not measured or any(m.stands_out or m.estimate.value == 0.0 for m in measured):
            return []
        found = [
            Evidence(
                self.setting,
                leaf,
                tuple(measured),
                (weight,) * len(measured),
                len(leaves),
                np.full(leaf.size, scale),
            )
            for leaf, weight, scale in moved
        ]
        return found if all(evidence.has_digits for evidence in found) else []

    def look(self, direction: Vector, size: float) -> Measurement:
        """Measure along a direction by the complex step where that agrees with the claim, else by differences."""
        measured = self._measure(lambda: direction, size, 1)
        if measured and not measured[0].stands_out and measured[0].estimate.value != 0.0:
            return measured[0]
        return look(self.setting, direction, size=size)

    def _even_direction(self, moved: Sequence[tuple[Leaf, float, float]]) -> Vector:
        """Return a Gaussian direction that moves all components of a leaf alike; for a single number its own axis.

        No step is too long for a component here, and one that moved less could hide more.
        """
        direction = np.zeros(self.setting.problem.w.size)
        for leaf, weight, scale in moved:
            one = len(moved) == 1 and leaf.size == 1
            direction[leaf.place] = weight * scale * (1.0 if one else self.generator.standard_normal(leaf.size))
        return direction

    def refutation(self, leaf: Leaf, known: Sequence[Measurement]) -> Refutation | None:
        """Return what is known of a leaf whose claim stands out, None where the complex step says nothing of it."""
        group = Group((leaf,), (1.0,))
        measured = self._measure(
            lambda: group.direction(self.setting, self.generator), sensitivity(self.setting, leaf), _count([leaf])
        )
        # A slope of 0 to the last digit: the leaf is not used here, or its imaginary part was dropped.
        if not measured or not all(m.stands_out and m.estimate.value != 0.0 for m in measured):
            return None
        evidence = Evidence(self.setting, leaf, tuple(measured), (1.0,) * len(measured))
        if self._is_rounding(leaf, measured):
            return Refutation(evidence, Status.INCONCLUSIVE, Reason.DTYPE, Inexact.CANCELLATION)
        if self._is_validated(known):
            return Refutation(evidence, Status.DISAGREE, None)
        return Refutation(evidence, Status.INCONCLUSIVE, None)  # no differences speak for the step: it decides nothing

    def slope(self, direction: Vector) -> float | None:
        """Return the slope along a direction, None where the cost does not take complex parameters or the budget is used up."""
        if not self.is_possible:
            return None
        setting, value = self.setting, None
        try:
            value = setting.problem.probe_complex(setting.problem.w + 1j * COMPLEX_STEP * direction)
            self.is_possible = value is not None and abs(value.real - setting.centre) <= SAFETY * setting.noise
            if self.is_possible and isinstance(value, HandedOut) and not self._is_handed_out:
                self._is_handed_out = self.is_possible = self._is_handed_out_beside(direction)
        except BudgetExceeded:
            self.is_possible = False
        return value.imag / COMPLEX_STEP if value is not None and self.is_possible else None

    def _is_handed_out_beside(self, direction: Vector) -> bool:
        """Tell whether the cost hands out its value and returns it as it is at another point too; one forward pass or two.

        At the point alone x * x may be x, and a part that is added 0: the point has to be one where the cost is another.
        """
        problem = self.setting.problem
        for distance in DISTANCES:
            moved = problem.w.copy()
            for leaf in problem.layout.leaves:
                if leaf.size:
                    moved += distance * gaussian_direction(problem.w, leaf.place, self.generator)
            value = problem.probe_complex(moved + 1j * COMPLEX_STEP * direction)
            if not isinstance(value, HandedOut) or value.real != self.setting.centre:
                return isinstance(value, HandedOut)
        return False

    def _measure(self, draw: Callable[[], Vector], size: float, count: int) -> list[Measurement]:
        """Measure along a few directions; none where that is not possible."""
        measured = []
        for _ in range(count):
            direction = draw()
            slope = self.slope(direction)
            if slope is None:
                return []
            error = float(np.finfo(np.float64).eps) ** BELIEVED_DIGITS * max(abs(slope), size) / SAFETY
            estimate = LadderEstimate(slope, 0.0, error, COMPLEX_STEP, 0.0, math.inf, 0)
            noise = norm(self.setting.gradient_noise * direction)
            measured.append(Measurement(float(self.setting.claimed @ direction), estimate, noise, direction))
        return measured

    def _is_rounding(self, leaf: Leaf, measured: Sequence[Measurement]) -> bool:
        """Tell whether the gaps are no more than a rounding of the terms that a gradient like this one is made of."""
        setting, eps = self.setting, float(np.finfo(np.float64).eps)
        largest = max(sensitivity(setting, one) for one in setting.problem.layout.leaves if one.size)
        alone = eps * max(self._unsaturated(leaf, m.direction) for m in measured)
        rounding = max(alone, SATURATION * max(eps * abs(setting.centre), eps * largest, setting.noise))
        return max(m.gap for m in measured) <= SAFETY * GRADIENT_ROUNDINGS * rounding

    def _unsaturated(self, leaf: Leaf, direction: Vector) -> float:
        """Return the largest slope along a direction where the leaf is 0, or all parameters are small; infinity at the budget's end.

        Terms that cancel at the point, as 1 and tanh(z)**2 do, stand there alone. Where the cost is beyond its domain there is no slope.
        """
        problem = self.setting.problem
        without = problem.w.copy()
        without[leaf.place] = 0.0
        try:
            values = [problem.probe_complex(w + 1j * COMPLEX_STEP * direction) for w in (without, problem.w / SMALL)]
        except BudgetExceeded:
            return math.inf
        imaginary = [abs(value.imag) for value in values if value is not None]
        return max((one / COMPLEX_STEP for one in imaginary if one < BRANCH), default=0.0)

    def _is_validated(self, known: Sequence[Measurement]) -> bool:
        """Tell whether the complex step gives what differences gave, along the direction they measured most closely."""
        by_differences = [m for m in known if m.estimate.step != COMPLEX_STEP and self._has_digits(m)]
        if not by_differences:
            return False
        best = min(by_differences, key=lambda m: m.bound / max(abs(m.estimate.value), m.bound))
        slope = self.slope(best.direction)
        # The differences' own direction is the realised one, a rounding away.
        allowed = best.bound + float(np.finfo(np.float64).eps) ** BELIEVED_DIGITS * abs(best.estimate.value)
        return slope is not None and abs(slope - best.estimate.value) <= allowed

    def _has_digits(self, measurement: Measurement) -> bool:
        """Tell whether a slope was measured closely enough to validate another."""
        size = abs(measurement.estimate.value)
        return measurement.is_measured and decimal_digits(measurement.bound, size) >= self.setting.wanted_digits


def _count(leaves: Sequence[Leaf]) -> int:
    """Return how many directions are taken of some leaves: one of a single number."""
    return 1 if sum(leaf.size for leaf in leaves) == 1 else DIRECTIONS
