"""The blocks of a result as a table: which agree, to how many digits, and what could still hide."""

from __future__ import annotations

from gradcheck.reporting import numerals
from gradcheck.reporting.layout import Line, Row, Style, sentence, table
from gradcheck.reporting.words import listed
from gradcheck.results import BlockResult, CheckResult, Status


def block_table(told: CheckResult, heading: str) -> list[Line]:
    """Return the table of the blocks of one result: digits measured, and what error could still hide.

    Examples
    --------
    >>> from gradcheck.results import Verdict
    >>> block = BlockResult("w", (2,), Status.AGREE, digits=9.0, detection_limit=1e-9, miss_probability=1e-6)
    >>> for line in block_table(CheckResult("gradient", Verdict.AGREE, blocks=(block,)), "Blocks:")[:3]:
    ...     print(line.text)
    Blocks:
      block  shape  status  digits  detection limit
      w      (2,)   AGREE      9.0          1.0e-09
    """
    header = ["block", "shape", "status"]
    rows = [Row(_block(block), Style[block.status.name]) for block in told.blocks]
    measured = [block for block in told.blocks if block.digits is not None or block.detection_limit is not None]
    if measured:
        header += ["digits", "detection limit"]
        rows = [Row((*row.cells, *_certainty(block)), row.style) for row, block in zip(rows, told.blocks, strict=True)]
    return [Line(heading, Style.HEADING), *table(header, rows, left=3), *_limits(measured), *_vacuous(told.blocks)]


def _block(block: BlockResult) -> tuple[str, ...]:
    """Return the first cells of a block's row."""
    reason = f" ({block.reason.value})" if block.reason is not None else ""
    return block.name, str(block.shape), f"{block.status.name}{reason}"


def _certainty(block: BlockResult) -> tuple[str, str]:
    """Return the digits and the detection limit of a block."""
    return (
        "-" if block.digits is None else numerals.digits(block.digits),
        "-" if block.detection_limit is None else numerals.limit(block.detection_limit),
    )


def _limits(measured: list[BlockResult]) -> list[Line]:
    """Say what the digits and the detection limits mean."""
    chances = {block.miss_probability for block in measured if block.detection_limit is not None} - {None}
    found = "Digits: how many decimal digits of the slope were compared."
    if chances:
        least = "at least " if len(chances) > 1 else ""
        chance = f"{max(one for one in chances if one is not None):.0e}"
        found += (
            " Detection limit: an error above this share of the block's norm would have been seen with "
            f"probability {least}1 - {chance}."
        )
    return sentence(found, style=Style.FAINT) if measured else []


def _vacuous(blocks: tuple[BlockResult, ...]) -> list[Line]:
    """Name the blocks that this point proves nothing about."""
    vacuous = [block for block in blocks if block.status is Status.VACUOUS]
    zero = [block.name for block in vacuous if block.size]
    empty = [block.name for block in vacuous if not block.size]
    found = []
    if zero:
        whose = f"{listed(zero, len(zero))}: {'its' if len(zero) == 1 else 'their'}"
        both = "claimed and estimated gradients are both zero, as far as can be measured."
        found += sentence(f"This point proves nothing about {whose} {both}", style=Style.VACUOUS)
    if empty:
        has = f"{listed(empty, len(empty))} {'has' if len(empty) == 1 else 'have'}"
        found += sentence(f"{has} no components: nothing was checked there.", style=Style.VACUOUS)
    return found
