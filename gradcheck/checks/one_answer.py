"""A gradient that gives one answer whatever it is asked: of the first point it ever saw, of the point given, or rightly so."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.claims import GRADIENT_ROUNDINGS
from gradcheck.checks.elsewhere import ELSEWHERE, Nearby
from gradcheck.checks.problem import Problem
from gradcheck.differences.directions import block_scale
from gradcheck.results import Fault, FaultKind

Vector = npt.NDArray[Any]

STEPS: Final = (0.25, 0.0625, 0.015625)
"""Steps of the three central differences, in units of a direction whose components are ELSEWHERE of their block's scale (dimensionless)."""

DIRECTIONS: Final = 4
"""Directions along which an answer is put to the test (a count)."""

QUORUM: Final = 3
"""Directions of these along which it has to be wrong, or right (a count): one may by chance lie across the error."""

COST_ROUNDINGS: Final = 64.0
"""What a cost may be off, in roundings of itself and of the terms it is compared with (dimensionless): as between equal calls."""

CLEARLY: Final = 4.0
"""A gap this many times its error is one (dimensionless), as in the verdict; here the error is the sum of what three steps differ by,
which a kink, a jump or a rounded cost makes as large as the gap."""

CLOSE: Final = 2.0**-10
"""A gap is closed if it and its error are within this share of the slope, and below a quarter of that it is none (dimensionless). Of right
constant gradients of float32 costs 3 % have a gap of more than its error along one direction, all below that quarter. Of costs rounded to
2 to 8 decimals, whose error a step may hide, 2 in 16,000 were named before a closed gap had to be known so well and the bends were
looked at, none of 24,000 since."""


@dataclasses.dataclass(frozen=True)
class Answers:
    """What one gradient function said at the point, beside it, and far away where it could be asked.

    Examples
    --------
    >>> here, beside = (Nearby(np.array([w]), w**2, np.array([2.0])) for w in (1.0, 1.01))
    >>> Answers(here, beside, None, cost_noise=0.0, gradient_eps=2**-52).are_one
    True
    """

    here: Nearby
    beside: Nearby
    far: Nearby | None
    cost_noise: float
    gradient_eps: float

    @property
    def are_one(self) -> bool:
        """Whether they are the same array bit for bit, not zero, at points that differ in every component."""
        others = [self.beside] if self.far is None else [self.beside, self.far]
        claimed = self.here.claimed
        same = all(np.array_equal(claimed, other.claimed) and np.all(self.here.w != other.w) for other in others)
        return bool(same and np.any(claimed))

    @property
    def explain_the_cost(self) -> bool:
        """Whether the answer is the slope of a straight line through the costs here and beside: that of a linear cost is."""
        steps = self.here.claimed * (self.beside.w - self.here.w)
        size = abs(self.here.centre) + abs(self.beside.centre) + float(np.sum(np.abs(steps)))
        rounding = COST_ROUNDINGS * self.gradient_eps * size + self.cost_noise
        return abs(self.beside.centre - self.here.centre - float(np.sum(steps))) <= rounding


@np.errstate(all="ignore")
def one_answer_for_all(problem: Problem, answers: Answers, generator: np.random.Generator) -> Fault | None:
    """Return a fault where one answer is given at every point, right at one of them and wrong beside the point of (46).

    A right gradient is never named: what convicts is a gap, measured along three directions, at a point where the cost is smooth.
    An answer that is right nowhere is a wrong formula, and left to the numbers. No forward pass unless the answers are one
    and the cost is not linear; then 12 to 72.

    Examples
    --------
    >>> from gradcheck.checks.options import Options
    >>> from gradcheck.subjects.protocol import GradientSubject
    >>> problem = Problem(GradientSubject("square", lambda w: w @ w, lambda _: np.full(1, 2.0), at=np.ones(1)), Options())
    >>> here, beside = (Nearby(np.array([w]), w**2, np.array([2.0])) for w in (1.0, 1.01))
    >>> answers = Answers(here, beside, None, cost_noise=0.0, gradient_eps=2**-52)
    >>> one_answer_for_all(problem, answers, np.random.default_rng(0)).kind
    <FaultKind.STALE: 'stale'>
    """
    if not answers.are_one or answers.explain_the_cost:
        return None
    directions = [_direction(problem, generator) for _ in range(DIRECTIONS)]
    if not _quorum(_gap(problem, answers, answers.beside, along).is_clear for along in directions):
        return None
    if answers.far is not None and _quorum(
        _gap(problem, answers, answers.far, along).is_closed for along in directions
    ):
        return _stale(problem, "the first point it was asked at", "compute it from its own argument")
    if _quorum(_gap(problem, answers, answers.here, along).is_closed for along in directions):
        return _stale(
            problem,
            "the point given",
            "compute it from its own argument, or, if it is meant for this point alone, give its value in place of a function",
        )
    return None


def _quorum(votes: Iterable[bool]) -> bool:
    """Tell whether enough directions say yes, and ask no more of them than that takes."""
    yes = no = 0
    for vote in votes:
        yes, no = yes + vote, no + (not vote)
        if yes == QUORUM or no > DIRECTIONS - QUORUM:
            break
    return yes == QUORUM


def _stale(problem: Problem, where: str, remedy: str) -> Fault:
    """Return the fault of a gradient that is right at one point only."""
    sentence = (
        f"the gradient is the same array, digit for digit, wherever it is asked: the right one for {where} "
        f"and wrong elsewhere (a kept result); {remedy}"
    )
    return Fault(FaultKind.STALE, problem.layout.leaves[0].name, sentence)


def _direction(problem: Problem, generator: np.random.Generator) -> Vector:
    """Return a Gaussian direction over all blocks, of the length of a small step."""
    direction = np.zeros(problem.w.size)
    for leaf in problem.layout.leaves:
        if leaf.size:
            scale = ELSEWHERE * block_scale(problem.w[leaf.place])
            direction[leaf.place] = scale * generator.standard_normal(leaf.size)
    return direction


@dataclasses.dataclass(frozen=True)
class _Gap:
    """How far a claimed slope is from the measured one, how well that is known, and the slope [cost per unit of step]."""

    value: float
    error: float
    slope: float

    @property
    def is_clear(self) -> bool:
        """Whether there is a gap; NaN is none."""
        return self.value > max(CLEARLY * self.error, CLOSE / 4.0 * self.slope)

    @property
    def is_closed(self) -> bool:
        """Whether there is no gap, and one would have been seen; NaN is one."""
        return max(self.value, CLEARLY * self.error) <= CLOSE * self.slope


def _gap(problem: Problem, answers: Answers, at: Nearby, direction: Vector) -> _Gap:
    """Measure the gap at a point by three central differences; 6 forward passes."""
    gaps, bends, largest = [], [], 0.0
    for step in STEPS:
        plus, minus = (problem.layout.realise(at.w + sign * step * direction) for sign in (1.0, -1.0))
        above, below = problem.probe(plus), problem.probe(minus)
        gaps.append((above - below - float(at.claimed @ (plus - minus))) / (2.0 * step))
        bends.append(above + below - 2.0 * at.centre)
        largest = max(largest, abs(above), abs(below))
    # Of a smooth cost the bends fall as the square of the step; what they differ by is noise, or no smooth cost.
    ragged = abs(bends[1] - bends[0] / 16.0) + abs(bends[2] - bends[1] / 16.0)
    slope = float(np.sum(np.abs(at.claimed * direction)))
    noise = COST_ROUNDINGS / 16.0 * answers.gradient_eps * largest + answers.cost_noise
    error = abs(gaps[0] - gaps[1]) + abs(gaps[1] - gaps[2]) + (ragged + noise) / STEPS[0]
    return _Gap(abs(gaps[0]), error + GRADIENT_ROUNDINGS * answers.gradient_eps * slope, slope)
