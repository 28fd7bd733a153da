"""A result as plain text: the first line is complete alone, the rest says where, why, how sure and at what price."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from gradcheck.reporting import numerals
from gradcheck.reporting.blocks import block_table
from gradcheck.reporting.layout import Line, Row, Style, code, printable, sentence, table
from gradcheck.reporting.reasons import explanation
from gradcheck.reporting.words import (
    compared,
    deciding,
    essence,
    headline,
    parts_of_bound,
    subject,
    worst_block,
)
from gradcheck.results import BlockResult, CheckResult, Component, Reason, Status, Verdict

if TYPE_CHECKING:
    from rich.text import Text

MOST_LISTED: Final = 10
"""Wrong components listed at most (a count)."""

GLOSSARY: Final = (
    "(claimed: what your gradient says; estimated: the slope measured from values of the cost; "
    "truncation: the cost is curved; condition: rounding in the cost, divided by the step)"
)

COLOURS: Final = {
    Style.PLAIN: "",
    Style.HEADING: "bold",
    Style.CODE: "cyan",
    Style.FAINT: "dim",
    Style.AGREE: "green",
    Style.DISAGREE: "red",
    Style.INCONCLUSIVE: "yellow",
    Style.VACUOUS: "yellow",
}


def render(result: CheckResult) -> str:
    """Return the report as plain text, without a line break at its end.

    Examples
    --------
    >>> print(render(CheckResult("gradient", Verdict.AGREE, parameters=2, forward_passes=24, gradient_calls=6, seed=1)))
    AGREE  gradient
    <BLANKLINE>
    forward passes: 24, gradient calls: 6; equation (46) would take 3 (P + 1)
    seed: 1
    """
    return "\n".join(line.text for line in lines(result))


def render_styled(result: CheckResult) -> Text:
    """Return the same text for a rich console, which knows whether it is a terminal and whether colours are wanted.

    Examples
    --------
    >>> result = CheckResult("gradient", Verdict.AGREE)
    >>> render_styled(result).plain == render(result)
    True
    """
    from rich.text import Text

    return Text("\n").join(Text(line.text, style=COLOURS[line.style]) for line in lines(result))


def lines(result: CheckResult) -> list[Line]:
    """Return the lines of the report, each with its style; `render` and `render_styled` both print these.

    Examples
    --------
    >>> lines(CheckResult("gradient", Verdict.DISAGREE))[0]
    Line(text='DISAGREE  gradient', style=<Style.DISAGREE: 'disagree'>)
    """
    sections = [
        [Line(headline(result), Style[result.verdict.name])],
        *_explained(result),
        *_blocks(result),
        _parts(result),
        [] if result.verdict is Verdict.INCONCLUSIVE else _notes(result),
        _price(result),
    ]
    filled = [section for section in sections if section]
    return [line for i, section in enumerate(filled) for line in ([Line("")] if i else []) + section]


def _explained(result: CheckResult) -> list[list[Line]]:
    """Return the sections that explain the verdict."""
    if result.verdict is Verdict.INCONCLUSIVE:
        return [_undecided(result), _notes(result)]
    if result.verdict is Verdict.AGREE:
        return []
    told = deciding(result)
    return [_faults(told), _worst(told), _counts(told), _wrong(told), _diagnosis(told), _counterexample(told)]


def _undecided(result: CheckResult) -> list[Line]:
    """Say why nothing was decided, and what to do next, for each reason there is."""
    told = deciding(result)
    reasons = dict.fromkeys([result.reason or told.reason, *(block.reason for block in told.blocks)])
    known: list[Reason | None] = [reason for reason in reasons if reason is not None]
    found = sentence("Nothing was decided: your gradient may be right, and it may be wrong.")
    for reason in known or [None]:
        words = explanation(reason)
        found += [Line(""), *sentence(words.sentence), *sentence(f"What to do: {words.advice}")]
    return found


def _faults(told: CheckResult) -> list[Line]:
    """List the faults that are no matter of numbers."""
    found = [line for fault in told.faults for line in sentence(fault.sentence, mark="- ")]
    return [Line("What is wrong:", Style.HEADING), *found] if found else []


def _worst(told: CheckResult) -> list[Line]:
    """Say how far apart the worst component (or block) is, and what the allowed gap is made of."""
    component = told.worst or (told.wrong[0] if told.wrong else None)
    worst = component or worst_block(told)
    if worst is None or (math.isnan(worst.claimed) and math.isnan(worst.estimated)):
        return []
    difference, allowed = numerals.errors_apart(abs(worst.claimed - worst.estimated), worst.bound)
    made_of = parts_of_bound(worst)
    start = f"Worst {'block' if component is None else 'component'}, {worst.name}: difference {difference},"
    if not made_of:
        return sentence(f"{start} allowed {allowed}.")
    # What the allowed gap is made of is one formula: it starts a line, so that it seldom has to be broken.
    return [*sentence(start), *sentence(f"allowed {allowed}{made_of}."), *sentence(GLOSSARY, style=Style.FAINT)]


def _counts(told: CheckResult) -> list[Line]:
    """Say for each wrong block how many of its components are wrong, of how many measured."""
    blocks = [block for block in told.blocks if block.status is Status.DISAGREE]
    return [line for block in blocks if (words := _count(block)) for line in sentence(f"{block.name}: {words}.")]


def _count(block: BlockResult) -> str:
    """Return how many components of one block are wrong; empty where nothing was measured of it."""
    wrong, measured, size = block.components_wrong, block.components_measured, block.size
    if not measured:
        if math.isnan(block.claimed) and math.isnan(block.estimated):
            return ""
        slopes = compared("along a random direction", block.claimed, block.estimated, "slope ")
        return f"{slopes}; its components were not measured one by one"
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
    left = max(len(told.wrong), sum(block.components_wrong for block in told.blocks)) - len(shown)
    heading = "Wrong components, worst first:" if len(shown) + left > 1 else "Wrong component:"
    more = [Line(f"  and {left:,} more")] if left else []
    return [Line(heading, Style.HEADING), *found, *more]


def _component(one: Component) -> Row:
    """Return the row of one wrong component."""
    difference, _ = numerals.errors_apart(abs(one.claimed - one.estimated), one.bound)
    return Row((one.name, *numerals.values_apart(one.claimed, one.estimated), difference))


def _diagnosis(told: CheckResult) -> list[Line]:
    """List the explanations, best first."""
    heading = "What explains it:" if len(told.diagnosis) == 1 else "What explains it, best first:"
    explained = [f"{one.equation}: {one.sentence}" if one.equation else one.sentence for one in told.diagnosis]
    found = [line for words in explained for line in sentence(words, mark="- ")]
    return [Line(heading, Style.HEADING), *found] if found else []


def _counterexample(told: CheckResult) -> list[Line]:
    """Show the smallest case as code."""
    if not told.counterexample:
        return []
    return [Line("The smallest case found on which it fails:", Style.HEADING), *code(told.counterexample)]


def _blocks(result: CheckResult) -> list[list[Line]]:
    """Tabulate the blocks of the result, or of those parts that have some."""
    if result.blocks:
        return [block_table(result, "Blocks:")]
    return [block_table(part, f"Blocks of {printable(part.title)}:") for part in result.parts if part.blocks]


def _parts(result: CheckResult) -> list[Line]:
    """List the parts, each with its own headline."""
    width = max((len(part.verdict.name) for part in result.parts), default=0)
    found = [
        Line(f"  {part.verdict.name.ljust(width)}  {subject(part)}".rstrip(), Style[part.verdict.name])
        for part in result.parts
    ]
    return [Line("What was checked, in this order:", Style.HEADING), *found] if found else []


def _notes(result: CheckResult) -> list[Line]:
    """List the notes, then those of parts that stand nowhere else."""
    notes = list(result.notes)
    for part in result.parts:
        notes += [f"{part.title}: {note}" for note in part.notes if note not in result.notes and note != essence(part)]
    shown = [note for note in notes if note != essence(result)]
    found = [line for note in dict.fromkeys(shown) for line in sentence(note, mark="- ")]
    return [Line("Notes:", Style.HEADING), *found] if found else []


def _price(result: CheckResult) -> list[Line]:
    """Say what the check cost, beside equation (46), and how to repeat it."""
    price = f"forward passes: {result.forward_passes:,}, gradient calls: {result.gradient_calls:,}"
    if result.parameters > 0:
        where = "\non the smallest case alone," if deciding(result).counterexample else ";"
        price += f"{where} equation (46) would take {result.parameters + 1:,} (P + 1)"
    found = [Line(one, Style.FAINT) for one in price.split("\n")]
    if result.example_passes > 0:
        found.append(Line(f"examples times passes: {result.example_passes:,}", Style.FAINT))
    found.append(Line(f"seed: {result.seed}", Style.FAINT))
    if result.reproduce:
        found.append(Line(f"reproduce: {printable(result.reproduce)}", Style.FAINT))
    return found
