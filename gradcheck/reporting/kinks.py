"""Claims at a kink, in words: whether they lie between the slopes of both sides, and what to do next."""

from __future__ import annotations

from typing import Final

from gradcheck.reporting import numerals
from gradcheck.results import BlockResult, CheckResult, Reason

ACCEPT: Final = (
    "If yours takes one of the two slopes on purpose, as a relu program must, say so: --subgradients accept on the "
    "command line, --gradcheck-subgradients=accept in pytest, or gradcheck.Options(subgradients=gradcheck.Subgradients.ACCEPT)."
)


def side_words(blocks: tuple[BlockResult, ...]) -> str:
    """Return in a few sentences where the claims at kinks lie; empty where that was not measured.

    Examples
    --------
    >>> from gradcheck.results import Status
    >>> side_words((BlockResult("w", (2,), Status.INCONCLUSIVE, Reason.KINK, between_slopes=True),))
    'Your claim lies between the slopes of both sides (a subgradient), as it may at a kink.'
    """
    known = [block for block in blocks if block.reason is Reason.KINK and block.between_slopes is not None]
    outside = [block for block in known if not block.between_slopes]
    if not known:
        return ""
    if not outside:
        return "Your claim lies between the slopes of both sides (a subgradient), as it may at a kink."
    names = ", ".join(block.name for block in outside[:3]) + (", ..." if len(outside) > 3 else "")
    of = "" if len(blocks) == len(outside) == 1 else f" for {names}"
    return (
        f"Your claim{of} lies outside the slopes of both sides: no convention at the kink makes it right along the direction "
        "that was measured. That is no proof that it is wrong: where several kinks meet, a right program may lie outside too."
    )


def slopes_told(block: BlockResult) -> str:
    """Return the sentence with the slopes of both sides and the claim beside them; empty where they were not measured.

    Examples
    --------
    >>> from gradcheck.results import Status
    >>> kink = BlockResult("w", (1,), Status.INCONCLUSIVE, Reason.KINK, claimed=0.5, slope_left=0, slope_right=1)
    >>> slopes_told(kink)
    'w: along the direction measured the slope is 0 on one side and 1.00000 on the other; your gradient claims 0.500000.'
    """
    if block.reason is not Reason.KINK or block.slope_left is None or block.slope_right is None:
        return ""
    slopes = sorted((block.slope_left, block.slope_right))
    low, high = numerals.values_apart(*slopes)
    nearest = block.claimed if block.between_slopes else min(slopes, key=lambda slope: abs(slope - block.claimed))
    claimed, _ = numerals.values_apart(block.claimed, nearest)
    shared = " moved together with others" if block.leaves_together > 1 else ""
    if low == high:
        return f"{block.name}{shared}: along the direction measured the slope is {low} on both sides; your gradient claims {claimed}."
    return (
        f"{block.name}{shared}: along the direction measured the slope is {low} on one side and {high} on the other; "
        f"your gradient claims {claimed}."
    )


def kink_advice(result: CheckResult, advice: str) -> str:
    """Return what to do at a kink: to accept subgradients only where that was not done.

    Examples
    --------
    >>> from gradcheck.results import Verdict
    >>> refused = CheckResult("gradient", Verdict.INCONCLUSIVE, Reason.KINK, accepts_subgradients=True)
    >>> kink_advice(refused, "check elsewhere.")
    'check elsewhere.'
    """
    return advice if result.accepts_subgradients else f"{advice} {ACCEPT}"
