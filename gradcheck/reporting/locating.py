"""Where a result disagrees, without a number of it."""

from __future__ import annotations

import math

from gradcheck.reporting.equations import broken_words
from gradcheck.reporting.levels import Explain, fault_sentence
from gradcheck.results import BlockResult, CheckResult, Status


def failing_place(result: CheckResult, explain: Explain) -> str:
    """Return where it fails: an equation, a fault, a component or a block; empty where the result does not say.

    Examples
    --------
    >>> from gradcheck.results import Verdict
    >>> failing_place(CheckResult("g", Verdict.DISAGREE, blocks=(BlockResult("w", (2,), Status.DISAGREE),)), Explain.WHERE)
    'w is wrong'
    """
    equations = broken_words(result.equations)
    if equations:
        return equations
    worst = result.worst or (result.wrong[0] if result.wrong else None)
    if worst is None and result.faults:
        return fault_sentence(result.faults[0], explain)
    whole = worst or worst_block(result)
    if whole is None:
        return ""
    several = max(len(result.wrong), sum(block.components_wrong for block in result.blocks)) > 1
    return f"wrong in several components, most in {whole.name}" if worst and several else f"{whole.name} is wrong"


def worst_block(result: CheckResult) -> BlockResult | None:
    """Return the block that disagrees by most, in units of its bound.

    Examples
    --------
    >>> from gradcheck.results import Verdict
    >>> worst_block(CheckResult("gradient", Verdict.AGREE)) is None
    True
    """
    blocks = [block for block in result.blocks if block.status is Status.DISAGREE]
    return max(blocks, key=bounds_apart, default=None)


def bounds_apart(block: BlockResult) -> float:
    """Return how far apart the slopes of a block are, in units of its bound; 0 where that is unknown.

    Examples
    --------
    >>> bounds_apart(BlockResult("w", (2,), Status.DISAGREE, claimed=1.0, estimated=2.0, bound=0.25))
    4.0
    """
    gap = abs(block.claimed - block.estimated)
    if math.isnan(gap) or math.isnan(block.bound):
        return 0.0
    return gap / block.bound if block.bound > 0.0 else math.inf
