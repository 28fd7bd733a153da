"""How sure a result is: the error that would have been seen, and with what probability."""

from __future__ import annotations

import math
from typing import Final

from gradcheck.reporting import numerals
from gradcheck.reporting.layout import Line, Style, sentence
from gradcheck.reporting.words import listed
from gradcheck.results import Arbiter, BlockResult, Status

MOST_NAMED: Final = 10
"""Blocks named at most in one sentence (a count)."""


def certainty_lines(blocks: tuple[BlockResult, ...]) -> list[Line]:
    """Return the detection limit of the weakest block as a sentence; nothing where none has a limit.

    Examples
    --------
    >>> block = BlockResult("w", (2,), Status.AGREE, digits=9.0, detection_limit=3.1e-9, miss_probability=1e-6)
    >>> for line in certainty_lines((block,)):
    ...     print(line.text)
    An error above 3.1e-09 of the norm of w would have been seen with probability
    1 - 1e-06.
    """
    limits = {block.name: block.detection_limit for block in blocks if _is_limited(block)}
    limited = [block for block in blocks if _is_limited(block)]
    known = [limit for limit in limits.values() if limit is not None]
    if not known:
        return []
    worst = max(known)
    weakest = next(name for name, limit in limits.items() if limit == worst)
    if len(limited) == 1:
        where, whose, which = "", f"the norm of {weakest}", ""
    else:
        everywhere = len(limited) == sum(block.size > 0 for block in blocks)
        where = "" if everywhere else f"In the {len(limited):,} blocks with a detection limit, "
        whose, which = "a block's norm", f" ({weakest} is the weakest)" if min(known) < worst else ""
    error = f"{where}an error above {numerals.limit(worst)} of {whose} would have been seen"
    return sentence(f"{error[0].upper()}{error[1:]}{_chance(limited)}{which}.")


def has_numbers(blocks: tuple[BlockResult, ...]) -> bool:
    """Tell whether digits or a detection limit were measured for any block.

    Examples
    --------
    >>> has_numbers(())
    False
    """
    return any(block.digits is not None or block.detection_limit is not None for block in blocks)


def arbiter_lines(blocks: tuple[BlockResult, ...]) -> list[Line]:
    """Name the blocks that the complex step decided.

    Examples
    --------
    >>> arbiter_lines((BlockResult("w", (2,), Status.AGREE, arbiter=Arbiter.COMPLEX_STEP),))[0].text
    '(w: decided by the complex step, where differences see too little)'
    """
    decided = (Status.AGREE, Status.DISAGREE)
    names = [one.name for one in blocks if one.arbiter is Arbiter.COMPLEX_STEP and one.status in decided]
    words = f"({listed(names, MOST_NAMED)}: decided by the complex step, where differences see too little)"
    return sentence(words, style=Style.FAINT) if names else []


def _is_limited(block: BlockResult) -> bool:
    """Tell whether a block has a detection limit that means something, with its probability."""
    known = block.detection_limit is not None and block.miss_probability is not None
    return known and math.isfinite(block.detection_limit or 0.0) and math.isfinite(block.miss_probability or 0.0)


def _chance(limited: list[BlockResult]) -> str:
    """Return the probability at which all these limits hold: without one where nothing was left to chance."""
    chances = {block.miss_probability for block in limited if block.miss_probability is not None}
    if chances == {0.0}:
        return ", since every component was measured"
    return f" with probability {'at least ' if len(chances) > 1 else ''}1 - {numerals.chance(max(chances))}"
