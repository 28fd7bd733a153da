"""What became of one leaf, and how its result is told from the evidence."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from gradcheck.checks.evidence import Evidence
from gradcheck.checks.limits import MISS_PROBABILITY
from gradcheck.checks.locate import Location
from gradcheck.checks.measuring import Measurement
from gradcheck.results import Arbiter, BlockResult, Inexact, Matrix, Reason, Status

LARGEST_MAP: Final = 40
"""Rows or columns of a block of which the size of each component is kept (a count): of more, no map could be read."""


@dataclasses.dataclass(frozen=True)
class Finding:
    """What became of one leaf: its result, the evidence it stands on, and its wrong components where they were looked for already.

    Examples
    --------
    >>> [field.name for field in dataclasses.fields(Finding)]
    ['block', 'evidence', 'location']
    """

    block: BlockResult
    evidence: Evidence | None
    location: Location | None = None


def describe(
    evidence: Evidence,
    status: Status,
    reason: Reason | None,
    arbiter: Arbiter = Arbiter.DIFFERENCES,
    inexact: Inexact | None = None,
) -> BlockResult:
    """Return the block's result, told by the direction with the largest gap in units of its bound, or farthest outside a kink."""
    leaf, usable = evidence.leaf, [m for m, _ in evidence.usable]
    apart = [m for portion in evidence.portions for m in portion.measurements]
    blank = BlockResult(
        leaf.name,
        leaf.shape,
        status,
        reason,
        directions=len(evidence.measurements) + len(apart),
        leaves_together=evidence.leaves_together,
        arbiter=arbiter,
        inexact=inexact or (evidence.inexact if reason is Reason.DTYPE else None),
    )
    if not usable:
        return blank
    if reason is Reason.KINK:
        return at_kink(blank, usable)
    seen = usable if status is not Status.DISAGREE else usable + apart
    told = _numbers_of(max(seen, key=lambda m: m.gap / m.bound if m.bound > 0.0 else m.gap))
    if status in (Status.AGREE, Status.VACUOUS):
        told |= {"sizes": _sizes(evidence)}
    if status is Status.AGREE:
        told |= _limit_of(evidence)
    if status is Status.INCONCLUSIVE:
        told |= {"claimed_alone": evidence.claimed_size, "least_seen": evidence.bound}
    return dataclasses.replace(blank, **told)


def _sizes(evidence: Evidence) -> Matrix | None:
    """Return the claim in units of its resolution, where some of it is below that and it is no more than a small map."""
    shape = evidence.leaf.shape
    if len(shape) > 2 or max(shape, default=1) > LARGEST_MAP:
        return None
    sizes = np.abs(evidence.claim) / evidence.resolutions
    if np.all(sizes > 1.0):
        return None
    rows, columns = shape if len(shape) == 2 else (1, evidence.leaf.size)
    return Matrix(rows, columns, tuple(map(float, sizes)))


def at_kink(block: BlockResult, usable: Sequence[Measurement]) -> BlockResult:
    """Return the result of a leaf at a kink, told by the direction along which the claim lies farthest outside the slopes of both sides.

    Where no direction shows a gap between them, kinks that hide each other, the slopes are one.
    """
    told = max(usable, key=lambda m: m.gap - 0.5 * abs(m.slopes[1] - m.slopes[0]))
    return dataclasses.replace(
        block,
        **_numbers_of(told),
        between_slopes=all(m.is_subgradient for m in usable),
        slope_left=told.slopes[0],
        slope_right=told.slopes[1],
    )


def _numbers_of(told: Measurement) -> dict[str, Any]:
    """Return what a result tells of one direction."""
    return {
        "claimed": told.claimed,
        "estimated": told.estimate.value,
        "truncation_error": told.estimate.truncation_error,
        "condition_error": told.estimate.condition_error,
        "gradient_noise": told.gradient_noise,
        "bound": told.bound,
        "step": told.estimate.step,
    }


def _limit_of(evidence: Evidence) -> dict[str, Any]:
    """Return what the agreement of a leaf is worth: digits, detection limit, coverage."""
    resolutions = evidence.resolutions
    return {
        "digits": evidence.digits,
        "detection_limit": evidence.detection_limit,
        "miss_probability": MISS_PROBABILITY,
        "resolution": float(np.max(resolutions)),
        "finest_resolution": float(np.min(resolutions)),
        "covered": int(np.count_nonzero(np.abs(evidence.claim) > resolutions)),
    }
