"""The verdict on one block, from measurements along independent random directions."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.preflight import Preflight
from gradcheck.checks.problem import Problem
from gradcheck.differences.directions import block_scale, gaussian_direction
from gradcheck.differences.ladder import RATIO, Accuracy, LadderEstimate, climb, first_step
from gradcheck.differences.lines import Line
from gradcheck.differences.noise import measure_noise
from gradcheck.errors import BudgetExceeded
from gradcheck.parameters import Leaf
from gradcheck.results import BlockResult, Reason, Status

Vector = npt.NDArray[Any]

SAFETY: Final = 4.0
"""The allowed gap is this many times the sum of the errors (dimensionless). The errors are estimates, not bounds; over the random
networks of tests/test_calibration.py the true error stays below 1.5 times the sum: the rest of the factor is margin."""

NOISE_SAFETY: Final = 4.0
"""Noise taken for one evaluation, in measured standard deviations (dimensionless): a normal error passes 4 once in 16,000."""

MISS_PROBABILITY: Final = 1e-6
"""The probability at which the detection limit is stated (dimensionless)."""

WANTED_LIMIT: Final = 1e-5
"""Directions are added until an error of this share of the block's norm would be seen with probability 1 - 1e-6 (dimensionless)."""

MOST_DIRECTIONS: Final = 4
"""Directions after which a block that is still open is INCONCLUSIVE (a count)."""

SHARE_OF_DIGITS: Final = 1 / 5
"""An agreement counts when at least this share of the dtype's decimal digits was measured: 3.1 of float64, 1.4 of float32."""

PASSING_CHANCE: Final = math.sqrt(2.0 / math.pi)
"""P(|e . v| <= delta) <= 0.80 delta / |e| for a Gaussian v: the density at 0 times the width (dimensionless)."""


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
        return Line(self.problem.probe, self.problem.w, direction, self.problem.layout.realise)

    def accuracy(self) -> Accuracy:
        """Return how well the cost can be evaluated, and the accuracy at which two directions reach the wanted limit."""
        wanted = WANTED_LIMIT * math.sqrt(MISS_PROBABILITY) / (2.0 * PASSING_CHANCE * SAFETY)
        return Accuracy(self.noise, NOISE_SAFETY * self.eps / 2.0, wanted)

    def measure(self, direction: Vector) -> Measurement:
        """Measure the cost's slope along `direction` and put the claim beside it; 6 forward passes or more."""
        line = self.line(direction)
        estimate = climb(line, self.preflight.centre, accuracy=self.accuracy(), step=first_step(self.eps))
        tangent = estimate.tangent(line) if math.isfinite(estimate.value) else direction
        gradient_noise = _norm(self.preflight.gradient_noise * tangent)
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
    """Measure the noise of the cost along one direction over all blocks; 6 to 18 forward passes."""
    eps = max(problem.layout.eps(leaf) for leaf in problem.layout.leaves if leaf.size)
    direction = np.zeros(problem.w.size)
    for leaf in problem.layout.leaves:
        if leaf.size:
            direction += gaussian_direction(problem.w, leaf.place, generator)
    line = Line(problem.probe, problem.w, direction, problem.layout.realise)
    # The points of the table must differ in the parameters' own dtype: a few roundings in float32, far above them in float64.
    noise = measure_noise(line, preflight.centre, spacing=max(1e-10, 8.0 * eps), eps=eps)
    return Setting(problem, preflight, NOISE_SAFETY * noise.level, eps)


def judge_block(setting: Setting, leaf: Leaf, generator: np.random.Generator) -> BlockResult:
    """Judge one block: DISAGREE needs two independent directions, AGREE needs digits, the rest is INCONCLUSIVE or VACUOUS.

    Examples
    --------
    >>> from gradcheck.checks.gradient import check
    >>> check(lambda w: w**3, lambda w: 3 * w**2, 2.0).blocks[0].status
    <Status.AGREE: 'agree'>
    """
    if leaf.size == 0:
        return BlockResult(leaf.name, leaf.shape, Status.VACUOUS)
    measured: list[Measurement] = []
    try:
        while len(measured) < MOST_DIRECTIONS and not _is_settled(setting, leaf, measured):
            measured.append(setting.measure(gaussian_direction(setting.problem.w, leaf.place, generator)))
    except BudgetExceeded:
        if not measured:
            return BlockResult(leaf.name, leaf.shape, Status.INCONCLUSIVE, Reason.BUDGET)
    status, reason = _decide(setting, leaf, measured)
    return _describe(setting, leaf, measured, status, reason)


def sensitivity(setting: Setting, leaf: Leaf) -> float:
    """Return the typical claimed slope along a direction of this block: the norm of its gradient times its scale [cost per unit of step]."""
    return _norm(setting.claimed[leaf.place]) * block_scale(setting.problem.w[leaf.place])


def _norm(vector: Vector) -> float:
    """Return the Euclidean norm, also of components whose squares would be 0 or infinite."""
    largest = float(np.max(np.abs(vector), initial=0.0))
    return largest * float(np.linalg.norm(vector / largest)) if largest > 0.0 else 0.0


def _is_settled(setting: Setting, leaf: Leaf, measured: list[Measurement]) -> bool:
    """Tell whether the directions measured so far are enough to decide."""
    flagged = sum(m.stands_out for m in measured)
    if not measured or flagged == 1:
        return False
    if flagged >= 2 or any(m.estimate.is_kinked for m in measured):
        return True
    if not any(m.is_measured for m in measured):
        return len(measured) >= 2
    size = max(sensitivity(setting, leaf), *(abs(m.estimate.value) for m in measured if m.is_measured))
    limit = _detection_limit(measured, size)
    return limit <= WANTED_LIMIT or max(m.bound for m in measured) >= size or len(measured) >= 2


def _decide(setting: Setting, leaf: Leaf, measured: list[Measurement]) -> tuple[Status, Reason | None]:
    """Return the status of a block and, where it is inconclusive, the reason."""
    usable = [m for m in measured if m.is_measured]
    if not usable:
        return Status.INCONCLUSIVE, Reason.DOMAIN
    if any(m.estimate.is_kinked for m in usable):
        return Status.INCONCLUSIVE, Reason.KINK
    flagged = [m for m in usable if m.stands_out]
    if len(flagged) >= 2:
        return Status.DISAGREE, None
    worst = max(usable, key=lambda m: m.bound)
    claimed = sensitivity(setting, leaf)
    largest = max(claimed, *(abs(m.estimate.value) for m in usable))
    if flagged:
        return Status.INCONCLUSIVE, _limiting(worst)
    if not largest > worst.bound:
        return Status.VACUOUS, None
    if not _digits(worst.bound, largest) >= _wanted_digits(setting, leaf):
        return Status.INCONCLUSIVE, _limiting(worst)
    return Status.AGREE, None


def _describe(
    setting: Setting, leaf: Leaf, measured: list[Measurement], status: Status, reason: Reason | None
) -> BlockResult:
    """Return the block's result, told by the direction with the largest gap in units of its bound."""
    usable = [m for m in measured if m.is_measured]
    if not usable:
        return BlockResult(leaf.name, leaf.shape, status, reason, directions=len(measured))
    told = max(usable, key=lambda m: m.gap / m.bound if m.bound > 0.0 else m.gap)
    size = max(sensitivity(setting, leaf), *(abs(m.estimate.value) for m in usable))
    agrees = status is Status.AGREE
    return BlockResult(
        name=leaf.name,
        shape=leaf.shape,
        status=status,
        reason=reason,
        claimed=told.claimed,
        estimated=told.estimate.value,
        truncation_error=told.estimate.truncation_error,
        condition_error=told.estimate.condition_error,
        gradient_noise=told.gradient_noise,
        bound=told.bound,
        step=told.estimate.step,
        directions=len(measured),
        digits=max(map(_agreeing_digits, usable)) if agrees else None,
        detection_limit=_detection_limit(usable, size) if agrees else None,
        miss_probability=MISS_PROBABILITY if agrees else None,
    )


def _detection_limit(measured: list[Measurement], size: float) -> float:
    """Return the error, as a share of the block's norm, that k directions miss with probability 1e-6.

    A gap within its bound leaves the true slope within another one: an error e passes one direction with probability at most
    0.80 * 2 bound / |e|, and k of them with the product of those.
    """
    usable = [m for m in measured if m.is_measured]
    if not usable or not size > 0.0:
        return math.inf
    chances = [PASSING_CHANCE * 2.0 * m.bound / size for m in usable]
    return float((math.prod(chances) / MISS_PROBABILITY) ** (1.0 / len(chances)))


def _digits(bound: float, size: float) -> float:
    """Return the decimal digits of `size` that `bound` leaves standing."""
    return math.inf if bound == 0.0 else math.log10(size / bound) if size > 0.0 else 0.0


def _agreeing_digits(measurement: Measurement) -> float:
    """Return the decimal digits to which one claimed slope is known to be the true one: a gap within the bound, and an error beyond it."""
    size = max(abs(measurement.claimed), abs(measurement.estimate.value))
    return _digits(measurement.bound * (1.0 + 1.0 / SAFETY), size)


def _wanted_digits(setting: Setting, leaf: Leaf) -> float:
    """Return the digits that an agreement must have measured."""
    eps = max(setting.eps, setting.problem.layout.eps(leaf))
    return -SHARE_OF_DIGITS * math.log10(eps)


def _limiting(measurement: Measurement) -> Reason:
    """Return which error keeps a measurement from deciding."""
    estimate = measurement.estimate
    if measurement.gradient_noise > estimate.error:
        return Reason.DTYPE
    # Two estimates at steps in ratio 3 differ by up to 1 + 3 condition errors of the larger step from noise alone.
    return Reason.TRUNCATION if estimate.truncation_error > (1.0 + RATIO) * estimate.condition_error else Reason.NOISE
