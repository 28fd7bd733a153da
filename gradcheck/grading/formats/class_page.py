"""`class.html`: a class on one page, for whoever runs the course: its points, its mistakes, and each submission in a table."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Final

from gradcheck.grading.formats.class_figures import MistakeMade, Share, mistakes_made, overview, spread, to_look_at
from gradcheck.grading.formats.escaping import one_line, visible
from gradcheck.grading.formats.gradebook import flags, points_possible
from gradcheck.grading.formats.item_analysis import ItemFigures, figures
from gradcheck.grading.formats.outcome_words import outcome_shown
from gradcheck.grading.formats.places import link_to_page
from gradcheck.grading.formats.standing import is_left_out, is_settled, item_counts
from gradcheck.grading.formats.words import numeral
from gradcheck.reporting.html.templates import fill
from gradcheck.results.grades import GradeSheet, ItemGrade, SheetStatus

MOST_MISTAKES: Final = 20
"""Mistakes that are listed (a count)."""

SCRIPTS: Final = ("page.js", "table.js")


@dataclasses.dataclass(frozen=True)
class Cell:
    """The points of one item in the table.

    Examples
    --------
    >>> Cell("1.5", "disagree").points
    '1.5'
    """

    points: str
    style: str


@dataclasses.dataclass(frozen=True)
class SubmissionRow:
    """One row of the table.

    Attributes
    ----------
    name, link, status, points, percent : str
    cells : tuple of Cell
        In the order of the items.
    flags : str
        In short, what a person should look at.
    reasons : tuple of str
        The same in sentences.

    Examples
    --------
    >>> SubmissionRow("ada", "ada/report.html", "graded", "2", "100").reasons
    ()
    """

    name: str
    link: str
    status: str
    points: str
    percent: str
    cells: tuple[Cell, ...] = ()
    flags: str = ""
    reasons: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class ItemRow:
    """How the class did on one item, as it is shown.

    Examples
    --------
    >>> ItemRow(ItemFigures("bp1", "BP1", "BP1", 2.0, 0, 0, 0), "", Share("right", 0, 0)).mean
    ''
    """

    item: ItemFigures
    mean: str
    right: Share
    mistake: str = ""


def render(sheets: Iterable[GradeSheet]) -> str:
    """Return the page of a class, which stands alone but for its links; the same for the same sheets, byte by byte, in any order.

    Raises
    ------
    MissingExtra
        If jinja2 is not installed.

    Examples
    --------
    >>> page = render([GradeSheet("<b>", SheetStatus.ERROR, rubric="Backpropagation")])
    >>> "&lt;b&gt;" in page, "<b>" in page
    (True, False)
    """
    ordered = sorted(sheets, key=lambda sheet: (sheet.submission, sheet.sha256))
    possible = points_possible(ordered)
    titles = dict.fromkeys(sheet.rubric for sheet in ordered if sheet.rubric)
    rows = [_row(sheet, possible) for sheet in ordered]
    mistakes = mistakes_made(ordered)
    return fill(
        "class.html.j2",
        scripts=SCRIPTS,
        title=f"{one_line(', '.join(titles)) or 'A class'}: {len(ordered)} submissions",
        heading=one_line(", ".join(titles)) or "A class",
        overview=overview(ordered),
        spread=spread(ordered),
        items=[_item(one) for one in figures(ordered)],
        mistakes=[_mistake(one) for one in mistakes[:MOST_MISTAKES]],
        more_mistakes=max(0, len(mistakes) - MOST_MISTAKES),
        columns=[(one_line(name), numeral(most)) for name, most in possible.items()],
        rows=rows,
        to_look_at=[row for row in rows if row.reasons],
    )


def _row(sheet: GradeSheet, possible: dict[str, float]) -> SubmissionRow:
    """Return the row of one submission; where its points do not count there are none."""
    settled = is_settled(sheet)
    by_id = {item.id: item for item in sheet.items}
    return SubmissionRow(
        one_line(sheet.submission),
        link_to_page(sheet.submission),
        (sheet.status if settled else SheetStatus.UNGRADED).value,
        numeral(sheet.total) if settled else "",
        f"{sheet.percent:.0f}" if settled else "",
        tuple(_cell(by_id.get(name), sheet.status) for name in possible),
        one_line(flags(sheet)) or ("" if settled else "not graded"),
        tuple(visible(words) for words in to_look_at(sheet)),
    )


def _cell(item: ItemGrade | None, status: SheetStatus) -> Cell:
    """Return the points of one item; nothing where they do not count."""
    if item is None or not item_counts(item) or status is SheetStatus.UNGRADED:
        return Cell("", "")
    shown = outcome_shown(item)
    return Cell(shown.mark if is_left_out(item) else numeral(item.points), shown.style)


def _item(one: ItemFigures) -> ItemRow:
    """Return the row of one item."""
    passed = round((one.pass_rate or 0.0) * one.counted)
    commonest = "; ".join(f"{one_line(made.id)}: {made.count}" for made in one.mistakes[:1])
    named = dataclasses.replace(one, id=one_line(one.id), title=one_line(one.title), equation=one_line(one.equation))
    return ItemRow(named, "" if one.mean is None else f"{one.mean:.2f}", Share("right", passed, one.counted), commonest)


def _mistake(one: MistakeMade) -> MistakeMade:
    """Return a mistake with all its texts made visible."""
    return dataclasses.replace(
        one, id=one_line(one.id), sentence=visible(one.sentence), items=tuple(map(one_line, one.items))
    )
