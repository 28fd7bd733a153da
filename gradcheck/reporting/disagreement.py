"""The sections of a disagreement: what is wrong, by how much, in how many components, and the smallest case."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from gradcheck.reporting import numerals
from gradcheck.reporting.census import census_lines
from gradcheck.reporting.diagnoses import diagnosis_sections
from gradcheck.reporting.equations import equation_lines, residual_lines
from gradcheck.reporting.layout import Line, Row, Style, code, sentence, table
from gradcheck.reporting.levels import Explain, fault_sentence
from gradcheck.reporting.locating import bounds_apart, worst_block
from gradcheck.reporting.words import compared, listed, parts_of_bound
from gradcheck.results import BlockResult, CheckResult, Component, Status

MOST_LISTED: Final = 10
"""Faults, blocks and wrong components listed at most (a count)."""

FAULTS: Final = "What is wrong:"
"""The heading of the faults."""

GLOSSARY: Final = (
    "(claimed: what your gradient says; estimated: the slope measured from values of the cost; "
    "truncation: the cost is curved; condition: rounding in the cost, divided by the step; "
    "gradient rounding: that of your own gradient)"
)


def disagreement_sections(told: CheckResult, explain: Explain = Explain.NUMBERS) -> list[list[Line]]:
    """Return the sections that say where and why a result disagrees: what a learner needs first comes first.

    Examples
    --------
    >>> from gradcheck.results import Fault, FaultKind, Verdict
    >>> fault = Fault(FaultKind.NAN, "w", "the gradient of w holds 3 NaN")
    >>> disagreement_sections(CheckResult("gradient", Verdict.DISAGREE, faults=(fault,)))[0][1].text
    '- the gradient of w holds 3 NaN'
    """
    where = [_faults(told, explain), equation_lines(told.equations)]
    why = [*diagnosis_sections(told.diagnosis, explain), _counterexample(told)]
    if explain is Explain.NUMBERS:
        residuals = residual_lines(told.equations)
        return [*where, *why, residuals, _worst(told), _counts(told, _slopes), _wrong(told), census_lines(told)]
    if explain < Explain.HOW:
        return [*where, *why]
    return [*where, *why, _counts(told, _seen), _wrong_names(told), census_lines(told)]


def _faults(told: CheckResult, explain: Explain) -> list[Line]:
    """List the faults that are no matter of numbers."""
    shown = [fault_sentence(fault, explain) for fault in told.faults[:MOST_LISTED]]
    found = [line for words in shown for line in sentence(words, mark="- ")]
    return [Line(FAULTS, Style.HEADING), *found, *_more(len(told.faults) - MOST_LISTED, "faults")] if found else []


def _worst(told: CheckResult) -> list[Line]:
    """Say how far apart the worst component (or block) is, and what the allowed gap is made of."""
    component = told.worst or (told.wrong[0] if told.wrong else None)
    worst = component or worst_block(told)
    if worst is None or (math.isnan(worst.claimed) and math.isnan(worst.estimated)):
        return []
    difference, allowed = numerals.errors_apart(abs(worst.claimed - worst.estimated), worst.bound)
    made_of = parts_of_bound(worst)
    kind = "block" if component is None else "component"
    found = sentence(f"Worst {kind}, {worst.name}: difference {difference}, allowed {allowed}{'' if made_of else '.'}")
    # What the allowed gap is made of is one formula: it starts a line, so that it seldom has to be broken.
    return [*found, *sentence(f"{made_of}."), *sentence(GLOSSARY, style=Style.FAINT)] if made_of else found


def _counts(told: CheckResult, unmeasured: Callable[[BlockResult], str]) -> list[Line]:
    """Say for each wrong block how many of its components are wrong, of how many measured; a census says it better."""
    counted_below = {census.block for census in told.census if census.measured > 0}
    blocks = [block for block in told.blocks if block.status is Status.DISAGREE and block.name not in counted_below]
    worst_first = sorted(blocks, key=bounds_apart, reverse=True)
    counted = [(block, words) for block in worst_first if (words := _count(block, unmeasured))]
    found = [line for block, words in counted[:MOST_LISTED] for line in sentence(f"{block.name}: {words}.")]
    found += _more(len(counted) - MOST_LISTED, "blocks")
    whole = [block.name for block, _ in counted if not block.components_measured]
    return [*found, *(sentence(f"The components of {listed(whole)} were not measured one by one.") if whole else [])]


def _slopes(block: BlockResult) -> str:
    """Return both slopes along a random direction; empty where neither is known."""
    if math.isnan(block.claimed) and math.isnan(block.estimated):
        return ""
    return compared("along a random direction", block.claimed, block.estimated, "slope ").replace(": ", " ", 1)


def _seen(block: BlockResult) -> str:
    """Return that a block is wrong along a random direction, without its slopes."""
    return "wrong along a random direction" if _slopes(block) else ""


def _count(block: BlockResult, unmeasured: Callable[[BlockResult], str]) -> str:
    """Return how many components of one block are wrong; what `unmeasured` says where none was measured."""
    wrong, measured, size = block.components_wrong, block.components_measured, block.size
    if not measured:
        return unmeasured(block)
    if not wrong:
        return f"none of {measured:,} measured stands out alone; along random directions, which add them up, they do"
    words = f"{wrong:,} component{'s' if wrong > 1 else ''} wrong of {measured:,} measured"
    if measured >= size:
        return words
    return f"{words}; the other {size - measured:,} of its {size:,} were not measured and may be wrong too"


def _wrong(told: CheckResult) -> list[Line]:
    """Tabulate the located wrong components, worst first."""
    if not told.wrong:
        return []
    shown = told.wrong[:MOST_LISTED]
    found = table(["component", "claimed", "estimated", "difference"], [_component(one) for one in shown], left=1)
    left = _left_out(told)
    heading = "Wrong components, worst first:" if len(shown) + left > 1 else "Wrong component:"
    return [Line(heading, Style.HEADING), *found, *_more(left, "of those measured" if told.census else "")]


def _wrong_names(told: CheckResult) -> list[Line]:
    """Name the located wrong components, worst first, without their values."""
    if not told.wrong:
        return []
    left = _left_out(told)
    names = ", ".join(one.name for one in told.wrong[:MOST_LISTED])
    many = "Wrong components, worst first" if len(told.wrong) + left > 1 else "Wrong component"
    return sentence(f"{many}: {names}{f' and {left:,} more' if left > 0 else ''}.")


def _left_out(told: CheckResult) -> int:
    """Return how many wrong components are known beside those that are listed."""
    known = max(len(told.wrong), sum(block.components_wrong for block in told.blocks))
    return known - len(told.wrong[:MOST_LISTED])


def _component(one: Component) -> Row:
    """Return the row of one wrong component."""
    difference, _ = numerals.errors_apart(abs(one.claimed - one.estimated), one.bound)
    return Row((one.name, *numerals.values_apart(one.claimed, one.estimated), difference))


def _counterexample(told: CheckResult) -> list[Line]:
    """Show the smallest case as code."""
    if not told.counterexample:
        return []
    return [Line("The smallest case found on which it fails:", Style.HEADING), *code(told.counterexample)]


def _more(left: int, what: str) -> list[Line]:
    """Say how many more there are than were listed."""
    return [Line(f"  and {left:,} more {what}".rstrip())] if left > 0 else []
