"""The blocks of a result as a table: which agree, to how many digits, and what could still hide."""

from __future__ import annotations

import math
from typing import Final

from gradcheck.reporting import numerals
from gradcheck.reporting.certainty import MOST_NAMED, arbiter_lines, certainty_lines, has_numbers
from gradcheck.reporting.coverage import coverage_lines
from gradcheck.reporting.layout import Line, Row, Style, sentence, table
from gradcheck.reporting.locating import bounds_apart
from gradcheck.reporting.words import listed
from gradcheck.results import BlockResult, Reason, Status

MOST_ROWS: Final = 20
"""Rows of a table at most (a count): that is less than a screen. All blocks alike, half of them are enough."""

GLOSSARY: Final = (
    "(digits: how many digits of the slope were compared; detection limit: an error above this share of its norm "
    "would have been seen in that block; norm: the length of the block's gradient)"
)

LEAST_TOLD: Final = 1e-290
"""Slopes below this are not told as a limit (cost per unit of step): beside a cost of exactly 0 it is the smallest number there is."""

WORST_FIRST: Final = (Status.DISAGREE, Status.INCONCLUSIVE, Status.VACUOUS, Status.AGREE)


def block_lines(blocks: tuple[BlockResult, ...], heading: str) -> list[Line]:
    """Return the table of the blocks of one result and, below it, how sure it is.

    Examples
    --------
    >>> block = BlockResult("w", (2,), Status.AGREE, digits=9.0, detection_limit=1e-9, miss_probability=1e-6)
    >>> for line in block_lines((block,), "Blocks"):
    ...     print(line.text)
    Blocks:
      block  shape  status  digits  detection limit
      w      (2,)   AGREE      9.0          1.0e-09
    An error above 1.0e-09 of the norm of w would have been seen with probability
    1 - 1e-06.
    """
    sure = [*certainty_lines(blocks), *coverage_lines(blocks)]
    return [*block_table(blocks, heading), *sure, *_vacuous(blocks), *arbiter_lines(blocks)]


def block_table(blocks: tuple[BlockResult, ...], heading: str) -> list[Line]:
    """Return the table alone, without the strongest blocks of a long one.

    Examples
    --------
    >>> block_table((BlockResult("w", (2,), Status.VACUOUS),), "Blocks")[2].text
    '  w      (2,)   VACUOUS'
    """
    shown, left = _shown(blocks)
    heading += ", weakest first:" if left else ":"
    return [Line(heading, Style.HEADING), *_table(shown, of=blocks), *_left(left)]


def glossary_lines(*tables: tuple[BlockResult, ...]) -> list[Line]:
    """Return what the columns mean, where there are numbers in any of these tables.

    Examples
    --------
    >>> glossary_lines((BlockResult("w", (2,), Status.VACUOUS),))
    []
    """
    return sentence(GLOSSARY, style=Style.FAINT) if any(map(has_numbers, tables)) else []


def _shown(blocks: tuple[BlockResult, ...]) -> tuple[list[BlockResult], list[BlockResult]]:
    """Return the blocks of the table's rows, and those left out of a long one: the strongest of each status."""
    if len(blocks) <= MOST_ROWS:
        return list(blocks), []
    most = MOST_ROWS // max(2, len({block.status for block in blocks}))
    shown: list[BlockResult] = []
    left: list[BlockResult] = []
    for status in WORST_FIRST:
        alike = sorted((block for block in blocks if block.status is status), key=_strength)
        shown += alike[:most]
        left += alike[most:]
    return shown, left


def _strength(block: BlockResult) -> tuple[float, float]:
    """Return what sorts the weakest block of one status first; what was not measured is weakest."""
    if block.status is Status.DISAGREE:
        return -bounds_apart(block), 0.0
    if block.status is not Status.AGREE:
        return 0.0, 0.0
    limit, digits = block.detection_limit, block.digits
    weakness = math.inf if limit is None or math.isnan(limit) else limit
    return -weakness, -math.inf if digits is None or math.isnan(digits) else digits


def _table(shown: list[BlockResult], *, of: tuple[BlockResult, ...]) -> list[Line]:
    """Return the rows under their header, with columns for numbers where any of all the blocks has some."""
    columns = ["block", "shape", "status", "digits", "detection limit"]
    kept = columns if has_numbers(of) else columns[:3]
    rows = [Row(_cells(block)[: len(kept)], Style[block.status.name]) for block in shown]
    return table(kept, rows, left=3)


def _cells(block: BlockResult) -> tuple[str, ...]:
    """Return the row of a block."""
    digits = "-" if block.digits is None else numerals.digits(block.digits)
    limit = "-" if block.detection_limit is None else numerals.limit(block.detection_limit)
    return block.name, str(block.shape), _status(block.status, block.reason), digits, limit


def _status(status: Status, reason: Reason | None) -> str:
    """Return a status, with its reason where it has one."""
    return status.name if reason is None else f"{status.name} ({reason.value})"


def _left(left: list[BlockResult]) -> list[Line]:
    """Say how many more blocks there are of each status, and how well those agree."""
    found = []
    for status, reason in dict.fromkeys((block.status, block.reason) for block in left):
        alike = [block for block in left if block.status is status and block.reason is reason]
        words = f"and {len(alike):,} more {_status(status, reason)}{_least(alike)}"
        found += sentence(words, mark="  ", style=Style[status.name])
    return found


def _least(alike: list[BlockResult]) -> str:
    """Return the fewest digits and the largest detection limit of blocks, where all of them have some."""
    digits = [block.digits for block in alike if block.digits is not None]
    limits = [block.detection_limit for block in alike if block.detection_limit is not None]
    words = f", to {numerals.digits(min(digits))} digits or more" if len(digits) == len(alike) else ""
    return words + (f", limit {numerals.limit(max(limits))} or less" if len(limits) == len(alike) else "")


def _vacuous(blocks: tuple[BlockResult, ...]) -> list[Line]:
    """Name the blocks that this point proves nothing about."""
    vacuous = [block for block in blocks if block.status is Status.VACUOUS]
    zero = [block.name for block in vacuous if block.size]
    empty = [block.name for block in vacuous if not block.size]
    found = []
    if zero:
        whose = f"{listed(zero, MOST_NAMED)}: {'its' if len(zero) == 1 else 'their'}"
        both = "claimed and estimated gradients are both zero, as far as can be measured."
        bounds = [block.bound for block in vacuous if block.size and LEAST_TOLD < block.bound < math.inf]
        least = f" A slope below {numerals.limit(max(bounds))} would not have been seen." if bounds else ""
        found += sentence(f"This point proves nothing about {whose} {both}{least}", style=Style.VACUOUS)
    if empty:
        has = f"{listed(empty, MOST_NAMED)} {'has' if len(empty) == 1 else 'have'}"
        found += sentence(f"{has} no components: nothing was checked there.", style=Style.VACUOUS)
    return found
