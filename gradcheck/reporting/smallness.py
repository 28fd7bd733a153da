"""What keeps each open block open, in words: the reason itself, or what was recorded of the gradient beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from gradcheck.reporting import numerals
from gradcheck.reporting.kinks import slopes_told
from gradcheck.reporting.reasons import (
    CANCELS,
    COARSE,
    JUMPS,
    LOSES_DIGITS,
    SLIGHTLY_OFF,
    TOO_SMALL,
    Explanation,
    explanation,
)
from gradcheck.results import BlockResult, CheckResult, Inexact, Reason, Status

BY_INEXACTNESS: Final[Mapping[Inexact, Explanation]] = {
    Inexact.COARSE: COARSE,
    Inexact.ROUNDING: LOSES_DIGITS,
    Inexact.CANCELLATION: CANCELS,
    Inexact.SLIGHT: SLIGHTLY_OFF,
    Inexact.JUMPS: JUMPS,
}
"""What is said in place of the reason, where it was recorded why the gradient is inaccurate."""


def explanation_of(result: CheckResult, reason: Reason | None) -> Explanation:
    """Return what a reason means in this result: a claim too small to be seen is no fault of the cost.

    Examples
    --------
    >>> from gradcheck.results import Verdict
    >>> block = BlockResult("w", (2,), Status.INCONCLUSIVE, Reason.NOISE, claimed=1e-15, estimated=0.0, bound=3e-13)
    >>> explanation_of(CheckResult("gradient", Verdict.INCONCLUSIVE, blocks=(block,)), Reason.NOISE).short
    'your gradient is too small here to be judged'
    """
    meant = [words for words, (one, _) in explained(result).items() if one is reason]
    return explanation(reason) if not meant or explanation(reason) in meant else meant[0]


def explained(result: CheckResult) -> dict[Explanation, tuple[Reason | None, list[BlockResult]]]:
    """Return every explanation that is needed, each with its reason and the blocks that are open for it; that of the result first.

    Examples
    --------
    >>> from gradcheck.results import Verdict
    >>> [words.short for words in explained(CheckResult("gradient", Verdict.INCONCLUSIVE, Reason.BUDGET))]
    ['the budget of forward passes ran out']
    """
    blocks = still_open(result)
    found: dict[Explanation, tuple[Reason | None, list[BlockResult]]] = {}
    known = [block for block in blocks if block.reason is not None]
    for block in sorted(known, key=lambda one: one.reason is not result.reason):
        alike = [one for one in blocks if one.reason is block.reason]
        found.setdefault(_meaning(block, alike), (block.reason, []))[1].append(block)
    if all(reason is not result.reason for reason, _ in found.values()):
        own: dict[Explanation, tuple[Reason | None, list[BlockResult]]] = {}
        if result.reason is not None or not found:
            own = {explanation(result.reason): (result.reason, [])}
        return {**own, **found}
    return found


def still_open(result: CheckResult) -> list[BlockResult]:
    """Return the blocks that are inconclusive.

    Examples
    --------
    >>> from gradcheck.results import Verdict
    >>> still_open(CheckResult("gradient", Verdict.AGREE, blocks=(BlockResult("w", (2,), Status.AGREE),)))
    []
    """
    return [block for block in result.blocks if block.status is Status.INCONCLUSIVE]


def is_too_small(block: BlockResult) -> bool:
    """Tell whether an open block claims a slope other than zero which is below its resolution, as is the measured one.

    Examples
    --------
    >>> is_too_small(BlockResult("w", (2,), Status.INCONCLUSIVE, Reason.NOISE, claimed=1.0, estimated=1.0, bound=0.1))
    False
    """
    if block.reason not in (Reason.NOISE, Reason.TRUNCATION, Reason.DTYPE, Reason.VACUOUS) or block.inexact:
        return False
    yours, larger, least = _sizes(block)
    return yours != 0.0 and larger <= least < math.inf


def told_by_numbers(block: BlockResult) -> str:
    """Return the sentence with the sizes for a block that is too small, inaccurate, or at a kink; empty for any other.

    Examples
    --------
    >>> told_by_numbers(
    ...     BlockResult("w", (2,), Status.INCONCLUSIVE, Reason.NOISE, claimed=1e-15, estimated=0.0, bound=3e-13)
    ... )
    'w: a slope of at least 3.0e-13 would have been seen here; yours is 1.0e-15.'
    """
    if is_too_small(block):
        yours, _, least = _sizes(block)
        needed, given = numerals.needed_and_given(least, yours)
        return f"{block.name}: a slope of at least {needed} would have been seen here; yours is {given}."
    if block.inexact in (Inexact.COARSE, Inexact.ROUNDING):
        own = numerals.error(block.gradient_noise)
        measured = numerals.error(block.truncation_error + block.condition_error)
        return (
            f"{block.name}: the slope that your gradient claims is uncertain by {own} through its own rounding, the "
            f"measured one by only {measured}."
        )
    if block.inexact in (Inexact.CANCELLATION, Inexact.JUMPS):
        gap, size = numerals.error(abs(block.claimed - block.estimated)), numerals.error(abs(block.estimated))
        return f"{block.name}: the slope that your gradient claims differs by {gap} from the measured one of {size}."
    return slopes_told(block)


def _sizes(block: BlockResult) -> tuple[float, float, float]:
    """Return the claimed slope of a block, the larger of it and the measured one, and the least that would have been seen."""
    if block.leaves_together > 1 and block.claimed_alone is not None and block.least_seen is not None:
        return block.claimed_alone, block.claimed_alone, block.least_seen  # what was measured is of all leaves together
    return abs(block.claimed), max(abs(block.claimed), abs(block.estimated)), block.bound


def _meaning(block: BlockResult, alike: list[BlockResult]) -> Explanation:
    """Return what the reason of one open block means, beside the other blocks that are open for it."""
    if block.inexact is not None:
        return BY_INEXACTNESS[block.inexact]
    measured = math.isfinite(block.bound) and block.claimed != 0.0
    # Where one block is too small to be seen, those with too few digits are small too: they share the noise of one cost.
    if is_too_small(block) or (block.reason is Reason.NOISE and measured and any(map(is_too_small, alike))):
        return TOO_SMALL
    return explanation(block.reason)
