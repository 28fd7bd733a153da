"""Open blocks whose cause the numbers tell: a claim below the resolution, a gradient that loses its own digits."""

from __future__ import annotations

import math
from typing import Final

from gradcheck.reporting import numerals
from gradcheck.reporting.reasons import LOSES_DIGITS, SLIGHTLY_OFF, TOO_SMALL, Explanation, explanation
from gradcheck.results import BlockResult, CheckResult, Reason, Status

SEEN_AT_ONCE: Final = 1e-3
"""Gaps above this share of a slope are not told as slight (dimensionless): the reader sees them in the first four digits."""


def explanation_of(result: CheckResult, reason: Reason | None) -> Explanation:
    """Return what a reason means in this result: a claim too small to be seen is no fault of the cost.

    Examples
    --------
    >>> from gradcheck.results import Verdict
    >>> block = BlockResult("w", (2,), Status.INCONCLUSIVE, Reason.NOISE, claimed=1e-15, estimated=0.0, bound=3e-13)
    >>> explanation_of(CheckResult("gradient", Verdict.INCONCLUSIVE, blocks=(block,)), Reason.NOISE).short
    'your gradient is too small here to be judged'
    """
    open_for_it = [block for block in still_open(result) if reason is not None and block.reason is reason]
    if open_for_it and all(map(is_slightly_off, open_for_it)):
        return SLIGHTLY_OFF
    if open_for_it and all(map(is_too_small, open_for_it)):
        return TOO_SMALL
    return LOSES_DIGITS if open_for_it and all(map(loses_digits, open_for_it)) else explanation(reason)


def still_open(result: CheckResult) -> list[BlockResult]:
    """Return the blocks that are inconclusive.

    Examples
    --------
    >>> from gradcheck.results import Verdict
    >>> still_open(CheckResult("gradient", Verdict.AGREE, blocks=(BlockResult("w", (2,), Status.AGREE),)))
    []
    """
    return [block for block in result.blocks if block.status is Status.INCONCLUSIVE]


def is_slightly_off(block: BlockResult) -> bool:
    """Tell whether a block was left open although its gap stands out: it is smaller than mistakes make.

    Examples
    --------
    >>> is_slightly_off(
    ...     BlockResult("w", (2,), Status.INCONCLUSIVE, Reason.DTYPE, claimed=1.0, estimated=1.00000001, bound=1e-12)
    ... )
    True
    """
    gap = abs(block.claimed - block.estimated)
    return block.reason is Reason.DTYPE and block.bound < gap < SEEN_AT_ONCE * abs(block.estimated)


def is_too_small(block: BlockResult) -> bool:
    """Tell whether an open block claims a slope other than zero which is below its resolution, as is the measured one.

    Examples
    --------
    >>> is_too_small(BlockResult("w", (2,), Status.INCONCLUSIVE, Reason.NOISE, claimed=1.0, estimated=1.0, bound=0.1))
    False
    """
    if block.reason not in (Reason.NOISE, Reason.TRUNCATION, Reason.DTYPE, Reason.VACUOUS) or loses_digits(block):
        return False
    larger = max(abs(block.claimed), abs(block.estimated))
    return block.claimed != 0.0 and larger <= block.bound < math.inf


def loses_digits(block: BlockResult) -> bool:
    """Tell whether an open block is limited by the rounding of the user's own gradient.

    Examples
    --------
    >>> errors = {"truncation_error": 1e-12, "condition_error": 1e-12, "gradient_noise": 1e-9}
    >>> loses_digits(BlockResult("w", (2,), Status.INCONCLUSIVE, Reason.DTYPE, **errors))
    True
    """
    return block.reason is Reason.DTYPE and block.gradient_noise > block.truncation_error + block.condition_error


def told_by_numbers(block: BlockResult) -> str:
    """Return the sentence for a block that is too small or loses digits, with the sizes; empty for any other.

    Examples
    --------
    >>> told_by_numbers(
    ...     BlockResult("w", (2,), Status.INCONCLUSIVE, Reason.NOISE, claimed=1e-15, estimated=0.0, bound=3e-13)
    ... )
    'w: a slope of at least 3.0e-13 would have been seen here; yours is 1.0e-15.'
    """
    if is_too_small(block):
        needed, given = numerals.needed_and_given(block.bound, abs(block.claimed))
        return f"{block.name}: a slope of at least {needed} would have been seen here; yours is {given}."
    if loses_digits(block):
        own = numerals.error(block.gradient_noise)
        measured = numerals.error(block.truncation_error + block.condition_error)
        return (
            f"{block.name}: the slope that your gradient claims is uncertain by {own} through its own rounding, the "
            f"measured one by only {measured}."
        )
    return ""
