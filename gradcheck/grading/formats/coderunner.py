"""What a combinator grader of Moodle's CodeRunner prints; without the fraction the question is not graded.

CodeRunner escapes the cells of its table itself.
"""

from __future__ import annotations

from typing import Any

from gradcheck.grading.formats.escaping import in_html, one_line
from gradcheck.grading.formats.standing import is_settled, shown, withheld
from gradcheck.grading.formats.words import NOT_SHOWN, as_json, item_text, points, rounded, summary
from gradcheck.results.grades import GradeSheet, ItemStatus


def render(sheet: GradeSheet) -> str:
    """Return a sheet as the combinator's JSON.

    Examples
    --------
    >>> from gradcheck.results.grades import SheetStatus
    >>> "fraction" in render(GradeSheet("ada", SheetStatus.UNGRADED))
    False
    """
    prologue = {"prologuehtml": f"<p>{in_html(summary(sheet))}</p>"}
    if not is_settled(sheet):
        return as_json(prologue)
    rows: list[list[Any]] = [
        [int(item.status is ItemStatus.PASS), one_line(item.title), points((item,)), item_text(item)]
        for item in shown(sheet)
    ]
    hidden = withheld(sheet)
    if hidden:
        rows.append([int(all(item.status is ItemStatus.PASS for item in hidden)), NOT_SHOWN, points(hidden), ""])
    table = [["iscorrect", "Check", "Points", "Feedback"], *rows]
    return as_json({"fraction": rounded(sheet.percent / 100.0), **prologue, "testresults": table})
