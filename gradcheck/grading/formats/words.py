"""The sentences that all formats share: about one item, about a sheet. Plain text; all of a submission's is made visible."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from gradcheck.grading.formats.escaping import shortened, visible
from gradcheck.grading.formats.standing import is_settled, item_counts, shown, withheld
from gradcheck.results.grades import GradeSheet, ItemGrade, ItemStatus, SheetStatus

STATUS: Final[Mapping[ItemStatus, str]] = {
    ItemStatus.PASS: "right",
    ItemStatus.PARTIAL: "partly right",
    ItemStatus.FAIL: "not right",
    ItemStatus.MISSING: "missing",
    ItemStatus.ERROR: "your program raised an error, or its answer is none",
    ItemStatus.TIMEOUT: "your program did not answer in time",
    ItemStatus.LIMIT: "your program was stopped at a limit",
    ItemStatus.INCONCLUSIVE: "inconclusive, which is noted for whoever runs the course",
    ItemStatus.UNGRADED: "not graded, by a fault of the grader",
}
"""What became of an item, to the student."""

NOT_GRADED: Final = "Not graded, by a fault of the grader and not of the submission: this is neither points nor their loss. It has to be graded again."

CARRIED: Final = "Judged by what follows from your own earlier results: an earlier mistake is not counted twice."

NOT_SHOWN: Final = "Items that are not shown"

PRECISION: Final = 9
"""Decimals of points; what lies beyond is the rounding of a sum."""


def rounded(value: float) -> float:
    """Return points, or a share of them, without the rounding of a sum.

    Examples
    --------
    >>> rounded(0.1 + 0.2)
    0.3
    """
    return round(float(value), PRECISION)


def numeral(value: float) -> str:
    """Return points as people write them.

    Examples
    --------
    >>> numeral(2.0), numeral(0.1 + 0.2)
    ('2', '0.3')
    """
    return f"{rounded(value):.{PRECISION}f}".rstrip("0").rstrip(".")


def points(items: Iterable[ItemGrade]) -> str:
    """Return the points of some items, of those possible.

    Examples
    --------
    >>> points([ItemGrade("bp1", "The output error", ItemStatus.PARTIAL, 1.5, 2.0)])
    '1.5 of 2 points'
    """
    given = tuple(items)
    return f"{numeral(sum(item.points for item in given))} of {numeral(sum(item.max_points for item in given))} points"


def item_headline(item: ItemGrade) -> str:
    """Return what became of an item, and its points.

    Examples
    --------
    >>> item_headline(ItemGrade("bp1", "The output error", ItemStatus.FAIL, 0.0, 2.0))
    'not right: 0 of 2 points'
    """
    return f"{STATUS[item.status]}: {points((item,))}" if item_counts(item) else STATUS[ItemStatus.UNGRADED]


def item_text(item: ItemGrade, limit: int = 20_000) -> str:
    """Return all that a student reads of an item they may see, each of its texts cut to `limit` characters.

    Examples
    --------
    >>> print(item_text(ItemGrade("bp1", "BP1", ItemStatus.FAIL, 0.0, 2.0, feedback="(BP1) fails", student_output="hi")))
    not right: 0 of 2 points
    <BLANKLINE>
    (BP1) fails
    <BLANKLINE>
    Your program printed:
    hi
    """
    output = visible(shortened(item.student_output, limit))
    parts = (
        item_headline(item),
        CARRIED if item.carried_forward else "",
        visible(shortened(item.feedback, limit)),
        f"Your program printed:\n{output}" if output.strip() else "",
    )
    return "\n\n".join(part for part in parts if part)


def summary(sheet: GradeSheet) -> str:
    """Return what a student reads of a whole submission; the points are those of the items shown.

    Examples
    --------
    >>> summary(GradeSheet("ada", SheetStatus.ERROR, reason="network.py: line 3: invalid syntax"))
    'No points, for it could not be run: network.py: line 3: invalid syntax'
    """
    return "\n".join([standing_sentence(sheet), *map(visible, sheet.notes)])


def standing_sentence(sheet: GradeSheet) -> str:
    """Return one sentence on a sheet's points, or on why it has none.

    Examples
    --------
    >>> standing_sentence(GradeSheet("ada", SheetStatus.GRADED, (ItemGrade("a", "A", ItemStatus.PASS, 1.0, 1.0),)))
    '1 of 1 points.'
    """
    reason = visible(sheet.reason)
    if not is_settled(sheet):
        return f"{NOT_GRADED} {reason}".strip()
    if sheet.status is SheetStatus.ERROR:
        return f"No points, for it could not be run: {reason}"
    if withheld(sheet):
        return f"{points(shown(sheet))} on the items shown; {len(withheld(sheet))} more are not shown."
    return f"{points(sheet.items)}."


def as_json(data: Mapping[str, Any]) -> str:
    """Return data as strict JSON in ASCII, ended by a line end.

    Raises
    ------
    ValueError
        If a number is none.

    Examples
    --------
    >>> as_json({"score": 1.0})
    '{\\n  "score": 1.0\\n}\\n'
    """
    return json.dumps(data, indent=2, allow_nan=False) + "\n"
