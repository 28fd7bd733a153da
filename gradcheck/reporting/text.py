"""A result as plain text: the first line is complete alone, the rest says where, why, how sure and at what price."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from gradcheck.reporting.blocks import block_lines, block_table, glossary_lines
from gradcheck.reporting.disagreement import FAULTS, disagreement_sections
from gradcheck.reporting.equations import equation_lines
from gradcheck.reporting.layout import Line, Row, Style, Table, printable, sentence
from gradcheck.reporting.levels import Explain, notes_at, where_alone
from gradcheck.reporting.nearby import nearby_lines
from gradcheck.reporting.own_passes import own_pass_lines
from gradcheck.reporting.points import elsewhere
from gradcheck.reporting.undecided import undecided_lines
from gradcheck.reporting.words import deciding, essence, headline, subject, teller
from gradcheck.results import BlockResult, CheckResult, Verdict

if TYPE_CHECKING:
    from rich.text import Text

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


def render(result: CheckResult, explain: Explain = Explain.NUMBERS) -> str:
    """Return the report as plain text, without a line break at its end; below `Explain.NUMBERS` without any right value.

    Examples
    --------
    >>> print(render(CheckResult("gradient", Verdict.AGREE, parameters=2, forward_passes=24, gradient_calls=6, seed=1)))
    AGREE  gradient
    <BLANKLINE>
    forward passes: 24, gradient calls: 6; equation (46) would take 3 (P + 1)
    seed: 1
    """
    return "\n".join(line.text for line in lines(result, explain))


def render_styled(result: CheckResult, explain: Explain = Explain.NUMBERS) -> Text:
    """Return the same text for a rich console, which knows whether it is a terminal and whether colours are wanted.

    Examples
    --------
    >>> result = CheckResult("gradient", Verdict.AGREE)
    >>> render_styled(result).plain == render(result)
    True
    """
    from rich.text import Text

    return Text("\n").join(Text(line.text, style=COLOURS[line.style]) for line in lines(result, explain))


def lines(result: CheckResult, explain: Explain = Explain.NUMBERS) -> list[Line]:
    """Return the lines of the report, each with its style; `render` and `render_styled` both print these.

    Examples
    --------
    >>> lines(CheckResult("gradient", Verdict.DISAGREE))[0]
    Line(text='DISAGREE  gradient', style=<Style.DISAGREE: 'disagree'>)
    """
    first = [Line(headline(result, explain), Style[result.verdict.name])]
    said = sections(result, explain)
    every = [first, *said.why, *said.details, price_lines(result)]
    return [line for i, section in enumerate(every) for line in ([Line("")] if i else []) + section]


@dataclasses.dataclass(frozen=True)
class Sections:
    """What stands between the first line and the price, none of it empty: why first, then how sure and what was looked at.

    Examples
    --------
    >>> Sections((), ()).details
    ()
    """

    why: tuple[list[Line], ...]
    details: tuple[list[Line], ...]


def sections(result: CheckResult, explain: Explain = Explain.NUMBERS) -> Sections:
    """Return the sections that a level may show.

    Examples
    --------
    >>> sections(CheckResult("gradient", Verdict.AGREE))
    Sections(why=(), details=())
    """
    if explain is Explain.VERDICT:
        return Sections((), ())
    notes = _notes(result, explain)
    if result.verdict is Verdict.INCONCLUSIVE:
        why = [undecided_lines(result, explain), notes, *_equations(result)]
        details = [*_blocks(result), _parts(result, explain)]
    else:
        why = _why(result, explain)
        shown = result
        if result.verdict is Verdict.DISAGREE and explain is not Explain.NUMBERS:
            shown = where_alone(result)
        details = [*_blocks(shown), _parts(shown, explain), notes]
    details.append(own_pass_lines(result.own_passes))
    return Sections(tuple(filter(None, why)), tuple(filter(None, details)))


def _why(result: CheckResult, explain: Explain) -> list[list[Line]]:
    """Return the sections on what is wrong and why; of an agreement, what was found nearby and its equations."""
    told = deciding(result)
    why = [nearby_lines(teller(result), explain)]
    if result.verdict is Verdict.AGREE or not told.equations:
        why += _equations(result)
    if result.verdict is Verdict.DISAGREE:
        first = headline(result, explain)
        why += [section for section in disagreement_sections(told, explain) if not _is_said(section, first)]
    return why


def _is_said(section: list[Line], first: str) -> bool:
    """Tell whether a section holds no more, below its heading, than one fault that the first line has told."""
    if not section or section[0].text != FAULTS:
        return False
    words = " ".join(line.text.strip() for line in section[1:])
    return words.startswith("- ") and words.removeprefix("- ") in first


def _equations(result: CheckResult) -> list[list[Line]]:
    """Tabulate the equations of the result, or of those parts that have some."""
    if result.equations:
        return [equation_lines(result.equations)]
    return [equation_lines(part.equations, f" of {printable(part.title)}") for part in result.parts]


def _blocks(result: CheckResult) -> list[list[Line]]:
    """Tabulate the blocks of the result, or of those parts that have some."""
    found = _tables(result, "")
    shown = [result] if found else list(result.parts)
    if not found:
        found = [lines for part in result.parts for lines in _tables(part, f" of {printable(part.title)}")]
    if found:
        found[-1] = [*found[-1], *glossary_lines(*(blocks for one in shown for blocks in _tabulated(one)))]
    return found


def _tabulated(result: CheckResult) -> list[tuple[BlockResult, ...]]:
    """Return the blocks of each table of a result."""
    nearby = result.nearby
    hidden = nearby is None or result.verdict is Verdict.INCONCLUSIVE
    return [result.blocks] if nearby is None or hidden else [result.blocks, nearby.blocks]


def _tables(result: CheckResult, of: str) -> list[list[Line]]:
    """Tabulate the blocks at the point given and at the nearby one: first, and in full, where it was decided."""
    nearby = result.nearby
    own = block_lines(result.blocks, f"Blocks{of}") if result.blocks else []
    if nearby is None or not nearby.blocks or result.verdict is Verdict.INCONCLUSIVE:
        return [own] if own else []
    beside = block_lines(nearby.blocks, f"Blocks{of} at the point nearby")
    if elsewhere(result) is None:
        return [own, beside] if own else [beside]
    given = block_table(result.blocks, f"Blocks{of} at the point given")
    return [beside, given] if result.blocks and result.blocks != nearby.blocks else [beside]


def _parts(result: CheckResult, explain: Explain) -> list[Line]:
    """List the parts, each with its own headline."""
    width = max((len(part.verdict.name) for part in result.parts), default=0)
    rows = [Row((part.verdict.name, subject(part, explain)), Style[part.verdict.name]) for part in result.parts]
    piece = Table(("verdict", "part"), tuple(rows), left=2)
    found = [
        Line(f"  {verdict.ljust(width)}  {words}".rstrip(), row.style, piece)
        for row in rows
        for verdict, words in [row.cells]
    ]
    return [Line("What was checked, in this order:", Style.HEADING), *found] if found else []


def _notes(result: CheckResult, explain: Explain) -> list[Line]:
    """List the notes, then those of parts that stand nowhere else."""
    notes = _notes_of(result)
    for part in result.parts:
        told = essence(part, explain)
        notes += [f"{part.title}: {note}" for note in _notes_of(part) if note not in notes and note != told]
    shown = [note for note in notes_at(tuple(notes), explain) if note != essence(result, explain)]
    found = [line for note in dict.fromkeys(shown) for line in sentence(note, mark="- ")]
    return [Line("Notes:", Style.HEADING), *found] if found else []


def _notes_of(result: CheckResult) -> list[str]:
    """Return the notes of one result, then those of the point nearby."""
    nearby = result.nearby.notes if result.nearby is not None else ()
    return [*result.notes, *(f"at the point nearby: {note}" for note in nearby if note not in result.notes)]


def price_lines(result: CheckResult) -> list[Line]:
    """Say what the check cost, beside equation (46), and how to repeat it.

    Examples
    --------
    >>> price_lines(CheckResult("gradient", Verdict.AGREE, forward_passes=24))[0].text
    'forward passes: 24, gradient calls: 0'
    """
    price = f"forward passes: {result.forward_passes:,}, gradient calls: {result.gradient_calls:,}"
    if result.parameters > 0:
        where = "\non the smallest case alone," if deciding(result).counterexample else ";"
        price += f"{where} equation (46) would take {result.parameters + 1:,} (P + 1)"
    found = [Line(one, Style.FAINT) for one in price.split("\n")]
    if result.example_passes > 0:
        found.append(Line(f"examples times passes: {result.example_passes:,}", Style.FAINT))
    if result.steps is not None:
        passes = f"{result.steps.forward_passes:,} forward passes and {result.steps.gradient_calls:,} gradient calls"
        found.append(Line(f"beside the check, for the pictures of the steps: {passes}", Style.FAINT))
    together = max((block.leaves_together for block in _every_block(result)), default=1)
    if together > 1:
        words = f"several blocks were measured together, up to {together:,} along one direction"
        found.append(Line(words, Style.FAINT))
    found.append(Line(f"seed: {result.seed}", Style.FAINT))
    if result.reproduce:
        found.append(Line(f"reproduce: {printable(result.reproduce)}", Style.FAINT))
    return found


def _every_block(result: CheckResult) -> Iterator[BlockResult]:
    """Yield the blocks of a result, of its parts and of the points nearby."""
    yield from result.blocks
    for one in (*result.parts, *([result.nearby] if result.nearby is not None else [])):
        yield from _every_block(one)
