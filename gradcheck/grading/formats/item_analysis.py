"""`items.csv`: how a class did on each item, and by which mistakes."""

from __future__ import annotations

import collections
import dataclasses
import statistics
from collections.abc import Iterable, Sequence
from typing import Final

from gradcheck.grading.formats.escaping import in_cell
from gradcheck.grading.formats.gradebook import as_csv
from gradcheck.grading.formats.standing import item_counts
from gradcheck.grading.formats.words import numeral
from gradcheck.results.grades import GradeSheet, ItemGrade, ItemStatus, SheetStatus

HEADER: Final = ("item", "title", "equation", "max", "n", "mean", "pass_rate", "inconclusive", "ungraded", "mistakes")
MOST_MISTAKES: Final = 5
"""How many mistakes are named for an item."""


def render(sheets: Iterable[GradeSheet]) -> str:
    """Return a row an item, in the rubric's order.

    `n` counts the submissions whose points count, `mean` [points] and `pass_rate` [share of n, 0 to 1] are of those;
    `mistakes` names the commonest with how many made each.

    Examples
    --------
    >>> item = ItemGrade("bp1", "BP1", ItemStatus.FAIL, 0.0, 2.0, diagnosis=("bp1-sign",))
    >>> print(render([GradeSheet("ada", SheetStatus.GRADED, (item,))]).splitlines()[1])
    bp1,BP1,,2,1,0,0,0,0,bp1-sign: 1
    """
    by_id: dict[str, list[ItemGrade]] = {}
    for sheet in sorted(sheets, key=lambda sheet: (-len(sheet.items), sheet.submission)):
        for item in sheet.items:
            by_id.setdefault(item.id, []).append(_as_counted(item, sheet.status))
    return as_csv([HEADER, *map(_row, by_id.values())])


def _as_counted(item: ItemGrade, status: SheetStatus) -> ItemGrade:
    """Return an item as ungraded where its whole sheet is."""
    return dataclasses.replace(item, status=ItemStatus.UNGRADED) if status is SheetStatus.UNGRADED else item


def _row(items: Sequence[ItemGrade]) -> list[str]:
    """Return the row of one item, from what every submission got for it."""
    counted = [item for item in items if item_counts(item)]
    statuses = collections.Counter(item.status for item in counted)
    mean = statistics.fmean(item.points for item in counted) if counted else None
    pass_rate = statuses[ItemStatus.PASS] / len(counted) if counted else None
    first = items[0]
    return [
        *map(in_cell, (first.id, first.title, first.equation)),
        numeral(first.max_points),
        str(len(counted)),
        *("" if value is None else numeral(value) for value in (mean, pass_rate)),
        str(statuses[ItemStatus.INCONCLUSIVE]),
        str(len(items) - len(counted)),
        in_cell(mistakes(counted)),
    ]


def mistakes(items: Iterable[ItemGrade]) -> str:
    """Return the commonest mistakes with how many submissions made each, the commonest first, equals by name.

    Examples
    --------
    >>> mistakes([ItemGrade("bp1", "BP1", ItemStatus.FAIL, 0.0, 2.0, diagnosis=("bp1-sign", "factor-two"))])
    'bp1-sign: 1; factor-two: 1'
    """
    counts = collections.Counter(name for item in items for name in dict.fromkeys(item.diagnosis))
    commonest = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_MISTAKES]
    return "; ".join(f"{name}: {count}" for name, count in commonest)
