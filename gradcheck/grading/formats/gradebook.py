"""`gradebook.csv`: a row a submission; the same bytes for equal sheets, in whatever order they come."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from gradcheck.grading.formats.escaping import in_cell
from gradcheck.grading.formats.standing import is_settled, item_counts
from gradcheck.grading.formats.words import numeral
from gradcheck.results.grades import GradeSheet, ItemGrade, ItemStatus, SheetStatus

BEFORE_ITEMS: Final = ("submission", "status", "total", "max", "percent")
POINTS_POSSIBLE: Final = "points possible"
"""What stands in place of a name in the second row."""


def render(sheets: Iterable[GradeSheet]) -> str:
    """Return a class as CSV (RFC 4180), ordered by name; the second row tells the points possible.

    Where points do not count the status is "ungraded" and their cells are empty: an empty cell is no zero.

    Examples
    --------
    >>> item = ItemGrade("bp1", "BP1", ItemStatus.PASS, 2.0, 2.0)
    >>> print(render([GradeSheet("ada", SheetStatus.GRADED, (item,))]).replace("\\r", ""), end="")
    submission,status,total,max,percent,bp1,flags
    points possible,,2,2,100,2,
    ada,graded,2,2,100,2,
    """
    ordered = sorted(sheets, key=lambda sheet: (sheet.submission, sheet.sha256))
    possible = points_possible(ordered)
    most = numeral(sum(possible.values()))
    rows = [
        [*BEFORE_ITEMS, *map(in_cell, possible), "flags"],
        [POINTS_POSSIBLE, "", most, most, "100", *map(numeral, possible.values()), ""],
        *(_row(sheet, tuple(possible), most) for sheet in ordered),
    ]
    return as_csv(rows)


def points_possible(sheets: Iterable[GradeSheet]) -> dict[str, float]:
    """Return the points possible by the items' ids, in the rubric's order.

    Examples
    --------
    >>> points_possible([GradeSheet("ada", SheetStatus.GRADED, (ItemGrade("bp1", "BP1", ItemStatus.PASS, 2.0, 2.0),))])
    {'bp1': 2.0}
    """
    found = sorted(sheets, key=lambda sheet: len(sheet.items), reverse=True)
    most: dict[str, float] = {}
    for item in (item for sheet in found for item in sheet.items):  # of an item that was left out there are none
        most[item.id] = max(most.get(item.id, 0.0), item.max_points)
    return most


def as_csv(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as CSV, its lines ended as RFC 4180 wants them.

    Examples
    --------
    >>> as_csv([["a", "b,c"]])
    'a,"b,c"\\r\\n'
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def flags(sheet: GradeSheet) -> str:
    """Return what a person should look at: the flags' codes, and the items that showed nothing.

    Examples
    --------
    >>> flags(GradeSheet("ada", SheetStatus.GRADED, (ItemGrade("bp1", "BP1", ItemStatus.INCONCLUSIVE, 0.0, 2.0),)))
    'inconclusive: bp1'
    """
    codes = dict.fromkeys(flag.code.value for flag in sheet.flags)
    open_items = (f"inconclusive: {item.id}" for item in sheet.items if item.status is ItemStatus.INCONCLUSIVE)
    return "; ".join([*codes, *open_items])


def _row(sheet: GradeSheet, ids: Sequence[str], most: str) -> list[str]:
    """Return the row of one submission."""
    settled = is_settled(sheet)
    status = sheet.status if settled else SheetStatus.UNGRADED
    by_id = {item.id: item for item in sheet.items}
    own = numeral(sheet.max_points) if sheet.items else most
    total = [numeral(sheet.total), own, numeral(sheet.percent)] if settled else ["", own, ""]
    cells = [_cell(by_id.get(name), sheet.status) for name in ids]
    return [in_cell(sheet.submission), status.value, *total, *cells, in_cell(flags(sheet))]


def _cell(item: ItemGrade | None, status: SheetStatus) -> str:
    """Return the points of one item, or nothing where they do not count; what could not be run has zero of each."""
    if item is None:
        return "0" if status is SheetStatus.ERROR else ""
    return numeral(item.points) if item_counts(item) and status is not SheetStatus.UNGRADED else ""
