"""Which point a verdict is about: the one given, or one nearby where the given one could not decide."""

from __future__ import annotations

from typing import Final

from gradcheck.results import CheckResult, Reason, Status, Verdict

ELSEWHERE: Final = "at a point nearby, not at the one given"
"""Said wherever a verdict is about a nearby point."""


def why_not_here(result: CheckResult) -> Reason | None:
    """Return why the point given could not decide: a kink before anything else; None where that was not recorded.

    Examples
    --------
    >>> from gradcheck.results import BlockResult
    >>> block = BlockResult("w", (2,), Status.VACUOUS)
    >>> why_not_here(CheckResult("gradient", Verdict.AGREE, blocks=(block,)))
    <Reason.VACUOUS: 'vacuous'>
    """
    reasons = [result.reason, *(block.reason for block in result.blocks)]
    if Reason.KINK in reasons:
        return Reason.KINK
    if any(block.status is Status.VACUOUS for block in result.blocks):
        return Reason.VACUOUS
    return next((reason for reason in reasons if reason is not None), None)


def elsewhere(result: CheckResult) -> CheckResult | None:
    """Return the check at the nearby point where the verdict is that one's, else None.

    A DISAGREE with a nearby point is always of that point: one is looked for only where the point given could not decide.
    An AGREE is of the point given as far as blocks agree there, unless they do so only because a kink was accepted.

    Examples
    --------
    >>> nearby = CheckResult("gradient", Verdict.DISAGREE)
    >>> elsewhere(CheckResult("gradient", Verdict.DISAGREE, nearby=nearby)) is nearby
    True
    >>> elsewhere(nearby) is None
    True
    """
    nearby = result.nearby
    if nearby is None or nearby.verdict is not result.verdict or result.verdict is Verdict.INCONCLUSIVE:
        return None
    agrees_here = any(block.status is Status.AGREE for block in result.blocks)
    if result.verdict is Verdict.AGREE and agrees_here and why_not_here(result) is not Reason.KINK:
        return None
    return nearby
