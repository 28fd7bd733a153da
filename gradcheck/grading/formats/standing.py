"""Whether a sheet's points may be counted, and which of its items a student sees."""

from __future__ import annotations

import math

from gradcheck.results.grades import GradeSheet, ItemGrade, ItemStatus, SheetStatus, Visibility


def is_settled(sheet: GradeSheet) -> bool:
    """Return whether the points count: no fault of the grader's stands in the way, in any item.

    A graded sheet without items settles nothing either, nor does one whose points are no numbers.

    Examples
    --------
    >>> is_settled(GradeSheet("ada", SheetStatus.UNGRADED)), is_settled(GradeSheet("ada", SheetStatus.GRADED))
    (False, False)
    """
    if sheet.status is SheetStatus.UNGRADED or any(not item_counts(item) for item in sheet.items):
        return False
    return bool(sheet.items) or sheet.status is SheetStatus.ERROR


def item_counts(item: ItemGrade) -> bool:
    """Return whether the item's points are points.

    Examples
    --------
    >>> item_counts(ItemGrade("bp1", "The output error", ItemStatus.UNGRADED, 0.0, 2.0))
    False
    """
    return item.status is not ItemStatus.UNGRADED and math.isfinite(item.points) and math.isfinite(item.max_points)


def is_left_out(item: ItemGrade) -> bool:
    """Return whether the submission lacks the item, and the rubric lets it: it counts neither way.

    Examples
    --------
    >>> is_left_out(ItemGrade("linear", "Linear neurons", ItemStatus.MISSING, 0.0, 0.0))
    True
    """
    return item.status is ItemStatus.MISSING and item.max_points == 0.0


def shown(sheet: GradeSheet) -> tuple[ItemGrade, ...]:
    """Return the items that a student sees at once.

    Examples
    --------
    >>> item = ItemGrade("bp1", "The output error", ItemStatus.PASS, 2.0, 2.0, visibility=Visibility.AFTER_DUE_DATE)
    >>> shown(GradeSheet("ada", SheetStatus.GRADED, (item,)))
    ()
    """
    return tuple(item for item in sheet.items if item.visibility is Visibility.VISIBLE)


def withheld(sheet: GradeSheet) -> tuple[ItemGrade, ...]:
    """Return the items that a student sees later or never: where a format cannot wait, they are told of as one sum.

    Examples
    --------
    >>> withheld(GradeSheet("ada", SheetStatus.GRADED, (ItemGrade("bp1", "The output error", ItemStatus.PASS, 2.0, 2.0),)))
    ()
    """
    return tuple(item for item in sheet.items if item.visibility is not Visibility.VISIBLE)
