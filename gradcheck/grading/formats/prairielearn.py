"""PrairieLearn's `results.json`, of at most a megabyte.

PrairieLearn escapes names, messages and outputs itself; they are plain text. It has no time at which hidden items are
shown, so those are one test with their sum. What could not be read, and what does not count, is not gradable: no attempt
is lost by it.
"""

from __future__ import annotations

from typing import Any, Final

from gradcheck.grading.formats.escaping import one_line, shortened
from gradcheck.grading.formats.standing import is_settled, shown, withheld
from gradcheck.grading.formats.words import NOT_SHOWN, as_json, item_text, rounded, standing_sentence, summary
from gradcheck.results.grades import GradeSheet, ItemGrade, SheetStatus

MOST_BYTES: Final = 1_000_000
"""What PrairieLearn reads; a larger file is an error of its own."""

TEXT_LIMIT: Final = 64_000
"""How many characters of each text are shown at first; halved until the file is small enough."""


def render(sheet: GradeSheet) -> str:
    """Return a sheet as `results.json`.

    Examples
    --------
    >>> import json
    >>> json.loads(render(GradeSheet("ada", SheetStatus.ERROR, reason="network.py: line 3: invalid syntax")))["gradable"]
    False
    """
    if not is_settled(sheet):
        return as_json(_not_gradable(sheet))
    if sheet.status is SheetStatus.ERROR:
        return as_json({"score": 0.0, **_not_gradable(sheet)})
    limit = TEXT_LIMIT
    while len(text := as_json(_graded(sheet, limit))) > MOST_BYTES and limit:
        limit //= 2
    return text


def _not_gradable(sheet: GradeSheet) -> dict[str, Any]:
    """Return that a submission could not be graded, and why."""
    return {"gradable": False, "format_errors": [standing_sentence(sheet)], "message": summary(sheet)}


def _graded(sheet: GradeSheet, limit: int) -> dict[str, Any]:
    """Return a graded sheet, each text cut to `limit` characters."""
    tests = [_test(item, limit) for item in shown(sheet)]
    hidden = withheld(sheet)
    if hidden:
        given, possible = (
            rounded(sum(values)) for values in zip(*((i.points, i.max_points) for i in hidden), strict=True)
        )
        tests.append({"name": NOT_SHOWN, "points": given, "max_points": possible, "message": ""})
    return {
        "gradable": True,
        "score": rounded(sheet.percent / 100.0),
        "message": shortened(summary(sheet), limit),
        "tests": tests,
    }


def _test(item: ItemGrade, limit: int) -> dict[str, Any]:
    """Return one item as a test."""
    return {
        "name": one_line(item.title),
        "description": one_line(item.equation),
        "points": rounded(item.points),
        "max_points": rounded(item.max_points),
        "message": item_text(item, limit),
    }
