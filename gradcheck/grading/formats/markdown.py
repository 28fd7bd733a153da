"""`feedback.md`: what a student reads, to be sent or put up as a page."""

from __future__ import annotations

from gradcheck.grading.formats.escaping import fenced, in_markdown
from gradcheck.grading.formats.standing import is_settled, shown, withheld
from gradcheck.grading.formats.words import NOT_SHOWN, item_text, numeral, summary
from gradcheck.results.grades import GradeSheet, ItemGrade

HEAD = "| item | points | of |\n|---|---:|---:|"


def render(sheet: GradeSheet) -> str:
    """Return a table of points, then each item in full; of a sheet that does not count, only that and why.

    Examples
    --------
    >>> from gradcheck.results.grades import SheetStatus
    >>> print(render(GradeSheet("ada", SheetStatus.ERROR, reason="no file")).splitlines()[0])
    # ada
    """
    parts = [f"# {in_markdown(sheet.submission)}", fenced(summary(sheet))]
    if is_settled(sheet) and sheet.items:
        parts.append("\n".join([HEAD, *_rows(sheet)]))
        parts.extend(f"## {in_markdown(item.title)}\n\n{fenced(item_text(item))}" for item in shown(sheet))
    return "\n\n".join(parts) + "\n"


def _rows(sheet: GradeSheet) -> list[str]:
    """Return the rows of the table: the items shown, and the sum of the others."""
    rows = [_row(item.title, (item,)) for item in shown(sheet)]
    return [*rows, _row(NOT_SHOWN, withheld(sheet))] if withheld(sheet) else rows


def _row(name: str, items: tuple[ItemGrade, ...]) -> str:
    """Return one row."""
    given, possible = sum(item.points for item in items), sum(item.max_points for item in items)
    return f"| {in_markdown(name)} | {numeral(given)} | {numeral(possible)} |"
