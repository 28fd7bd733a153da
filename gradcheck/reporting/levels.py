"""How much a report tells: five levels, and what those below the last withhold. No right value is told below level 4."""

from __future__ import annotations

import dataclasses
import enum
import re
from collections.abc import Mapping
from typing import Final

from gradcheck.results import CheckResult, Fault, FaultKind


class Explain(enum.IntEnum):
    """How much a report tells; each level tells all that those before it do.

    Examples
    --------
    >>> [f"{int(level)} {level.name}" for level in Explain]
    ['0 VERDICT', '1 WHERE', '2 HOW', '3 MISTAKE', '4 NUMBERS']
    """

    VERDICT = 0
    """Pass or fail."""
    WHERE = 1
    """The equation, the layer, the block; shapes, dtypes and other faults; the smallest case as code."""
    HOW = 2
    """How the claim differs, how many components are wrong and how they lie; a hint in place of a mistake."""
    MISTAKE = 3
    """The mistake by its name."""
    NUMBERS = 4
    """The values claimed and estimated, and all else."""


MEASURED: Final = re.compile(r"\d(?:\.\d|e[-+]?\d)[\d.e+-]*(?![\d.e+-]| digits)")
"""A measured number in a sentence: one with decimals or an exponent, unless it counts digits."""

WITHOUT_VALUES: Final[Mapping[FaultKind, str]] = {
    FaultKind.OUTPUT: "the output returned is not the one that the function gives",
    FaultKind.LINEARITY: "{where}: the answer is not linear in what it must be linear in",
}
"""In place of the sentences of faults that tell values, and among them right ones."""


def fault_sentence(fault: Fault, explain: Explain) -> str:
    """Return what a fault says at a level.

    Examples
    --------
    >>> fault = Fault(FaultKind.OUTPUT, "out", "the jvp returned 2 for out where the function gives 1: they must be the same")
    >>> fault_sentence(fault, Explain.WHERE)
    'the output returned is not the one that the function gives'
    """
    if explain is Explain.NUMBERS or fault.kind not in WITHOUT_VALUES:
        return fault.sentence
    return WITHOUT_VALUES[fault.kind].format(where=fault.where)


def where_alone(result: CheckResult) -> CheckResult:
    """Return a result whose blocks tell their shape and status alone, not how closely each was measured.

    Examples
    --------
    >>> from gradcheck.results import BlockResult, Status, Verdict
    >>> block = BlockResult("w", (2,), Status.AGREE, digits=9.3, detection_limit=1e-9)
    >>> where_alone(CheckResult("gradient", Verdict.DISAGREE, blocks=(block,))).blocks[0].digits is None
    True
    """
    blocks = [dataclasses.replace(one, digits=None, detection_limit=None, covered=None) for one in result.blocks]
    return dataclasses.replace(
        result,
        blocks=tuple(blocks),
        nearby=result.nearby and where_alone(result.nearby),
        parts=tuple(map(where_alone, result.parts)),
    )


def notes_at(notes: tuple[str, ...], explain: Explain) -> tuple[str, ...]:
    """Return the notes that a level may show: below the last, those without a measured number.

    Examples
    --------
    >>> notes_at(("each block to 9.3 digits or more", "it differs by 2.1e-04 of 0.5"), Explain.HOW)
    ('each block to 9.3 digits or more',)
    """
    return notes if explain is Explain.NUMBERS else tuple(note for note in notes if not MEASURED.search(note))
