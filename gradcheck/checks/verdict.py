"""The verdict on one block, from measurements along independent random directions."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from gradcheck.checks.measuring import SAFETY, Measurement, Setting, norm
from gradcheck.differences.directions import block_scale, gaussian_direction
from gradcheck.differences.ladder import RATIO
from gradcheck.errors import BudgetExceeded
from gradcheck.parameters import Leaf
from gradcheck.results import BlockResult, Reason, Status

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
    out_of_budget = False
    try:
        while len(measured) < MOST_DIRECTIONS and not _is_settled(setting, leaf, measured):
            measured.append(setting.measure(gaussian_direction(setting.problem.w, leaf.place, generator)))
    except BudgetExceeded:
        out_of_budget = True
        if not measured:
            return BlockResult(leaf.name, leaf.shape, Status.INCONCLUSIVE, Reason.BUDGET)
    status, reason = _decide(setting, leaf, measured)
    if out_of_budget and status is not Status.DISAGREE:
        reason, status = Reason.BUDGET, Status.INCONCLUSIVE
    return _describe(setting, leaf, measured, status, reason)


def sensitivity(setting: Setting, leaf: Leaf) -> float:
    """Return the typical claimed slope along a direction of this block: the norm of its gradient times its scale [cost per unit of step]."""
    return norm(setting.claimed[leaf.place]) * block_scale(setting.problem.w[leaf.place])


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
    return limit <= WANTED_LIMIT or max(m.bound for m in measured) >= size


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
        # A claim other than 0 below the resolution may be anything: that nothing was seen of it is no agreement.
        return (Status.VACUOUS, None) if claimed == 0.0 else (Status.INCONCLUSIVE, _limiting(worst))
    if (
        not _digits(worst.bound, largest) >= _wanted_digits(setting, leaf)
        or not _detection_limit(usable, largest) < 1.0
    ):
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
