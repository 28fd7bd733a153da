"""`items.csv`: how a class did on each item, and by which mistakes."""

from __future__ import annotations

import collections
import dataclasses
import statistics
from collections.abc import Iterable, Sequence
from typing import Final

from gradcheck.grading.formats.escaping import in_cell
from gradcheck.grading.formats.gradebook import as_csv
from gradcheck.grading.formats.standing import is_left_out, item_counts
from gradcheck.grading.formats.words import numeral
from gradcheck.results.grades import GradeSheet, ItemGrade, ItemStatus, SheetStatus

HEADER: Final = ("item", "title", "equation", "max", "n", "mean", "pass_rate", "inconclusive", "ungraded", "mistakes")
MOST_MISTAKES: Final = 5
"""How many mistakes are named for an item."""


@dataclasses.dataclass(frozen=True)
class ItemFigures:
    """How a class did on one item.

    Attributes
    ----------
    id, title, equation : str
    max_points : float
    counted, inconclusive, ungraded : int
        Submissions: those whose points count, those of them that showed nothing, and those that are not graded. What was left out
        and counts neither way is none of these.
    mean : float or None
        Points, of those that count; None where there are none.
    pass_rate : float or None
        Share of those that count, 0 to 1.
    mistakes : tuple of CountedMistake
        The commonest first.

    Examples
    --------
    >>> ItemFigures("bp1", "BP1", "BP1", 2.0, 0, 0, 0).mean is None
    True
    """

    id: str
    title: str
    equation: str
    max_points: float
    counted: int
    inconclusive: int
    ungraded: int
    mean: float | None = None
    pass_rate: float | None = None
    mistakes: tuple[CountedMistake, ...] = ()


@dataclasses.dataclass(frozen=True)
class CountedMistake:
    """A mistake with how many submissions made it.

    Examples
    --------
    >>> CountedMistake("bp1-sign", 3).count
    3
    """

    id: str
    count: int


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
    return as_csv([HEADER, *map(_row, figures(sheets))])


def figures(sheets: Iterable[GradeSheet]) -> tuple[ItemFigures, ...]:
    """Return how a class did on each item, in the rubric's order.

    Examples
    --------
    >>> figures([])
    ()
    """
    by_id: dict[str, list[ItemGrade]] = {}
    for sheet in sorted(sheets, key=lambda sheet: (-len(sheet.items), sheet.submission)):
        for item in sheet.items:
            by_id.setdefault(item.id, []).append(_as_counted(item, sheet.status))
    return tuple(map(_figures, by_id.values()))


def _as_counted(item: ItemGrade, status: SheetStatus) -> ItemGrade:
    """Return an item as ungraded where its whole sheet is."""
    return dataclasses.replace(item, status=ItemStatus.UNGRADED) if status is SheetStatus.UNGRADED else item


def _figures(items: Sequence[ItemGrade]) -> ItemFigures:
    """Return the figures of one item, from what every submission got for it."""
    counted = [item for item in items if item_counts(item) and not is_left_out(item)]
    statuses = collections.Counter(item.status for item in counted)
    first = items[0]
    return ItemFigures(
        first.id,
        first.title,
        first.equation,
        max((item.max_points for item in counted), default=first.max_points),
        len(counted),
        statuses[ItemStatus.INCONCLUSIVE],
        sum(not item_counts(item) for item in items),
        mean=statistics.fmean(item.points for item in counted) if counted else None,
        pass_rate=statuses[ItemStatus.PASS] / len(counted) if counted else None,
        mistakes=commonest(item.diagnosis for item in counted),
    )


def commonest(diagnoses: Iterable[Iterable[str]]) -> tuple[CountedMistake, ...]:
    """Return mistakes with how many made each, the commonest first, equals by name.

    Parameters
    ----------
    diagnoses : iterable of iterable of str
        The ids that fit, one iterable for each who made them.

    Examples
    --------
    >>> [f"{one.id}: {one.count}" for one in commonest([("bp1-sign", "factor-two", "bp1-sign")])]
    ['bp1-sign: 1', 'factor-two: 1']
    """
    counts = collections.Counter(name for diagnosis in diagnoses for name in dict.fromkeys(diagnosis))
    return tuple(CountedMistake(*pair) for pair in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _row(item: ItemFigures) -> list[str]:
    """Return the row of one item."""
    mistakes = "; ".join(f"{one.id}: {one.count}" for one in item.mistakes[:MOST_MISTAKES])
    return [
        *map(in_cell, (item.id, item.title, item.equation)),
        numeral(item.max_points),
        str(item.counted),
        *("" if value is None else numeral(value) for value in (item.mean, item.pass_rate)),
        str(item.inconclusive),
        str(item.ungraded),
        in_cell(mistakes),
    ]
