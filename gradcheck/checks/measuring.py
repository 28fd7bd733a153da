"""Measuring one problem: the noise of its cost, and its slope along a direction with the claim beside it."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.preflight import Preflight
from gradcheck.checks.problem import Problem
from gradcheck.differences.directions import gaussian_direction
from gradcheck.differences.ladder import Accuracy, LadderEstimate, climb, first_step
from gradcheck.differences.lines import Line
from gradcheck.differences.noise import measure_noise

Vector = npt.NDArray[Any]

SAFETY: Final = 4.0
"""The allowed gap is this many times the sum of the errors (dimensionless). The errors are estimates, not bounds; over the random
networks of tests/test_calibration.py the true error stays below 1.5 times the sum: the rest of the factor is margin."""

NOISE_SAFETY: Final = 4.0
"""Noise taken for one evaluation, in measured standard deviations (dimensionless): a normal error passes 4 once in 16,000."""

WANTED_ACCURACY: Final = 1.5e-9
"""A ladder stops at an error of this share of the slope (dimensionless): with it two directions see an error of 1e-5 of a block's norm
with probability 1 - 1e-6, since 0.80 * 2 * SAFETY * 1.5e-9 < 1e-8 = 1e-5 * sqrt(1e-6)."""


@dataclasses.dataclass(frozen=True)
class Setting:
    """What every measurement of one problem shares.

    Attributes
    ----------
    problem : Problem
    preflight : Preflight
    noise : float
        Error of one evaluation of the cost [cost].
    eps : float
        Machine precision of the coarsest dtype among the parameters (dimensionless).

    Examples
    --------
    >>> [field.name for field in dataclasses.fields(Setting)]
    ['problem', 'preflight', 'noise', 'eps']
    """

    problem: Problem
    preflight: Preflight
    noise: float
    eps: float

    @property
    def claimed(self) -> Vector:
        """The claimed gradient, of shape (P,)."""
        return np.zeros(0) if self.preflight.claimed is None else self.preflight.claimed

    def line(self, direction: Vector) -> Line:
        """Return the cost along a direction of shape (P,)."""
        return Line(self.problem.probe, self.problem.w, direction, self.problem.layout.realise, self.problem.probes)

    def accuracy(self) -> Accuracy:
        """Return how well the cost can be evaluated, and how well its slope is to be known."""
        return Accuracy(self.noise, NOISE_SAFETY * self.eps / 2.0, WANTED_ACCURACY)

    def measure(self, direction: Vector) -> Measurement:
        """Measure the cost's slope along `direction` and put the claim beside it; 6 forward passes or more."""
        line = self.line(direction)
        estimate = climb(line, self.preflight.centre, accuracy=self.accuracy(), step=first_step(self.eps))
        tangent = estimate.tangent(line) if math.isfinite(estimate.value) else direction
        gradient_noise = norm(self.preflight.gradient_noise * tangent)
        return Measurement(float(self.claimed @ tangent), estimate, gradient_noise)


@dataclasses.dataclass(frozen=True)
class Measurement:
    """One direction: the claimed slope, the measured one, and the gap between them that is allowed [cost per unit of step].

    Examples
    --------
    >>> right = Measurement(1.0, LadderEstimate(1.0, 1e-12, 1e-12, 1e-3, 0.0, 1e-9, 3), 1e-16)
    >>> right.stands_out
    False
    """

    claimed: float
    estimate: LadderEstimate
    gradient_noise: float

    @property
    def bound(self) -> float:
        """The gap that is allowed."""
        return SAFETY * (self.estimate.error + self.gradient_noise)

    @property
    def gap(self) -> float:
        """The gap that is seen."""
        return abs(self.claimed - self.estimate.value)

    @property
    def is_measured(self) -> bool:
        """Whether anything could be measured at all."""
        return math.isfinite(self.bound)

    @property
    def stands_out(self) -> bool:
        """Whether the gap is more than the errors allow; NaN stands out."""
        return self.is_measured and not (self.gap <= self.bound)


def prepare(problem: Problem, preflight: Preflight, generator: np.random.Generator) -> Setting:
    """Measure the noise of the cost along one direction over all blocks; 6 to 24 forward passes."""
    eps = max(problem.cost_eps, *(problem.layout.eps(leaf) for leaf in problem.layout.leaves if leaf.size))
    direction = np.zeros(problem.w.size)
    for leaf in problem.layout.leaves:
        if leaf.size:
            direction += gaussian_direction(problem.w, leaf.place, generator)
    line = Line(problem.probe, problem.w, direction, problem.layout.realise)
    # The points of the table must differ in the parameters' own dtype: a few roundings in float32, far above them in float64.
    noise = measure_noise(line, preflight.centre, spacing=max(1e-10, 8.0 * eps), eps=eps)
    # Near the smallest numbers there are, their spacing is the noise.
    level = max(noise.level, float(np.finfo(np.float64).tiny) * eps)
    return Setting(problem, preflight, NOISE_SAFETY * level, eps)


def norm(vector: Vector) -> float:
    """Return the Euclidean norm, also of components whose squares would be 0 or infinite.

    Examples
    --------
    >>> norm(np.array([3e-200, 4e-200]))
    5e-200
    """
    largest = float(np.max(np.abs(vector), initial=0.0))
    return largest * float(np.linalg.norm(vector / largest)) if largest > 0.0 else 0.0
