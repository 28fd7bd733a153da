"""Coverage: how many components have a gradient that is large enough to be judged, and how many have not."""

from __future__ import annotations

from typing import Final

from gradcheck.reporting import numerals
from gradcheck.reporting.layout import Line, Style, sentence
from gradcheck.reporting.words import listed
from gradcheck.results import BlockResult, Status

MOST_LISTED: Final = 10
"""Blocks listed at most with components below the resolution (a count)."""

MOST_NAMED: Final = 3
"""Blocks named at most where not all of them were judged (a count)."""

EVEN: Final = 2.0
"""Resolutions of components within this factor of each other are told as one, the coarsest (dimensionless)."""

BELOW: Final = "(below: the gradient of these components is so small that all of it could be wrong without being seen)"


def coverage_lines(blocks: tuple[BlockResult, ...]) -> list[Line]:
    """Return one sentence where all components of the judged blocks are covered, else a line for each block where not.

    Examples
    --------
    >>> block = BlockResult("w1", (30, 784), Status.AGREE, covered=23_472, resolution=2.1e-13)
    >>> for line in coverage_lines((block,))[:2]:
    ...     print(line.text)
    Coverage: 23,472 of 23,520 components; in the others an error could have hidden:
      w1: coverage 23,472 of 23,520; below 2.1e-13: 48
    """
    judged = [block for block in blocks if block.status in (Status.AGREE, Status.DISAGREE) and block.size]
    known = [block for block in judged if block.covered is not None]
    if not known:
        return []
    whole = len(known) == sum(block.size > 0 for block in blocks)
    whose = f" of {len(known):,} blocks" if len(known) > MOST_NAMED else f" of {listed([one.name for one in known])}"
    components = f"component{'s' if _size(known) > 1 else ''}{'' if whole else whose}"
    partial = sorted((block for block in known if _hidden(block) > 0), key=_hidden, reverse=True)
    if not partial:
        return sentence(f"Coverage: all {_size(known):,} {components}.")
    start = f"Coverage: {_covered(known):,} of {_size(known):,} {components}"
    found = sentence(f"{start}; in the others an error could have hidden:")
    for block in partial[:MOST_LISTED]:
        found += sentence(f"{block.name}: {_share([block])}; {_below(block)}: {_hidden(block):,}", mark="  ")
    if more := partial[MOST_LISTED:]:
        found += sentence(f"and {len(more):,} more block{'s' if len(more) > 1 else ''}: {_share(more)}", mark="  ")
    return [*found, *sentence(BELOW, style=Style.FAINT)]


def _below(block: BlockResult) -> str:
    """Say below what the hidden components of a block are: each has its own resolution where their scales are uneven."""
    finest, coarsest = block.finest_resolution, block.resolution
    if coarsest is None:
        return "below the resolution"
    if finest is None or coarsest <= EVEN * finest:
        return f"below {numerals.limit(coarsest)}"
    return f"below the resolution of each, {numerals.limit(finest)} to {numerals.limit(coarsest)}"


def _share(blocks: list[BlockResult]) -> str:
    """Return how many components of some blocks are covered, of how many."""
    return f"coverage {_covered(blocks):,} of {_size(blocks):,}"


def _size(blocks: list[BlockResult]) -> int:
    """Return the number of components of some blocks."""
    return sum(block.size for block in blocks)


def _covered(blocks: list[BlockResult]) -> int:
    """Return the number of covered components of some blocks."""
    return _size(blocks) - sum(map(_hidden, blocks))


def _hidden(block: BlockResult) -> int:
    """Return the number of components of one block in which an error could have hidden."""
    return 0 if block.covered is None else max(block.size - block.covered, 0)
