"""What a student reads, as a piece of HTML that is well-formed XML too: what Coursera, edX and CodeRunner show."""

from __future__ import annotations

from gradcheck.grading.formats.escaping import in_html, one_line
from gradcheck.grading.formats.standing import is_settled, shown
from gradcheck.grading.formats.words import item_text, summary
from gradcheck.results.grades import GradeSheet


def render(sheet: GradeSheet) -> str:
    """Return one element with the summary and every item shown; of a sheet that does not count, the summary alone.

    Examples
    --------
    >>> from gradcheck.results.grades import SheetStatus
    >>> render(GradeSheet("ada", SheetStatus.ERROR, reason="<b>"))
    '<div><p>No points, for it could not be run: &lt;b&gt;</p></div>'
    """
    items = shown(sheet) if is_settled(sheet) else ()
    pieces = [f"<h4>{in_html(one_line(item.title))}</h4><pre>{in_html(item_text(item))}</pre>" for item in items]
    return f"<div><p>{in_html(summary(sheet))}</p>{''.join(pieces)}</div>"
