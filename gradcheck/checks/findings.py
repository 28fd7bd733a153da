"""What became of one leaf, and how its result is told from the evidence."""

from __future__ import annotations

import dataclasses

import numpy as np

from gradcheck.checks.evidence import Evidence
from gradcheck.checks.limits import MISS_PROBABILITY
from gradcheck.checks.locate import Location
from gradcheck.results import Arbiter, BlockResult, Reason, Status


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
    evidence: Evidence, status: Status, reason: Reason | None, arbiter: Arbiter = Arbiter.DIFFERENCES
) -> BlockResult:
    """Return the block's result, told by the direction with the largest gap in units of its bound."""
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
    )
    if not usable:
        return blank
    told = max(
        usable if status is not Status.DISAGREE else usable + apart,
        key=lambda m: m.gap / m.bound if m.bound > 0.0 else m.gap,
    )
    block = dataclasses.replace(
        blank,
        claimed=told.claimed,
        estimated=told.estimate.value,
        truncation_error=told.estimate.truncation_error,
        condition_error=told.estimate.condition_error,
        gradient_noise=told.gradient_noise,
        bound=told.bound,
        step=told.estimate.step,
    )
    return with_limit(evidence, block) if status is Status.AGREE else block


def with_limit(evidence: Evidence, block: BlockResult) -> BlockResult:
    """Return the result of a leaf that agrees with what that agreement is worth: digits, detection limit, coverage."""
    resolutions = evidence.resolutions
    return dataclasses.replace(
        block,
        digits=evidence.digits,
        detection_limit=evidence.detection_limit,
        miss_probability=MISS_PROBABILITY,
        resolution=float(np.max(resolutions)),
        finest_resolution=float(np.min(resolutions)),
        covered=int(np.count_nonzero(np.abs(evidence.claim) > resolutions)),
    )
