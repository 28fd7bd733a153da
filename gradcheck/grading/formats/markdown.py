"""`feedback.md`: what a student reads, to be sent or put up as a page."""

from __future__ import annotations

from typing import Final

from gradcheck.grading.formats.escaping import fenced, in_markdown
from gradcheck.grading.formats.standing import is_settled, shown
from gradcheck.grading.formats.words import item_text, numeral, summary
from gradcheck.results.grades import GradeSheet, ItemGrade

HEAD: Final = "| item | points | of |\n|---|---:|---:|"


def render(sheet: GradeSheet) -> str:
    """Return a table of the items shown, then each in full; of a sheet that does not count, only that and why.

    Examples
    --------
    >>> from gradcheck.results.grades import SheetStatus
    >>> print(render(GradeSheet("ada", SheetStatus.ERROR, reason="no file")).splitlines()[0])
    # ada
    """
    parts = [f"# {in_markdown(sheet.submission)}", fenced(summary(sheet))]
    if is_settled(sheet) and shown(sheet):
        parts.append("\n".join([HEAD, *map(_row, shown(sheet))]))
        parts.extend(f"## {in_markdown(item.title)}\n\n{fenced(item_text(item))}" for item in shown(sheet))
    return "\n\n".join(parts) + "\n"


def _row(item: ItemGrade) -> str:
    """Return one row of the table."""
    return f"| {in_markdown(item.title)} | {numeral(item.points)} | {numeral(item.max_points)} |"
