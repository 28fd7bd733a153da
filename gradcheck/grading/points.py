"""Points: an outcome as an item's grade, shares of points, and items that stand on others."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Final

from gradcheck.grading.dependence import reached
from gradcheck.grading.feedback import diagnosis_of, feedback_of
from gradcheck.grading.outcomes import OUR_FAULT, Outcome
from gradcheck.grading.rubric import Rubric
from gradcheck.grading.rubric_model import IfMissing, Item, Partial
from gradcheck.results.grades import ItemGrade, ItemStatus

DECIMALS: Final = 9
"""Decimals that points are kept to: shares are exact fractions until then."""

LEFT_OUT: Final = "It is not in what you handed in, and counts neither way."


def grade_of(item: Item, outcome: Outcome) -> ItemGrade:
    """Return an item's grade.

    Examples
    --------
    >>> item = Item(id="bp2", title="BP2", points=4.0, part="BP2", partial="layers")
    >>> grade = grade_of(item, Outcome(ItemStatus.FAIL, share=Fraction(1, 3)))
    >>> grade.status.value, grade.points
    ('partial', 1.333333333)
    >>> grade_of(item, Outcome(ItemStatus.INCONCLUSIVE)).points
    0.0
    """
    blank = ItemGrade(
        item.id,
        item.title,
        outcome.status,
        points=0.0,
        max_points=item.points,
        equation=item.part.equation,
        visibility=item.visibility,
        explain=item.explain,
        feedback=feedback_of(outcome, item.explain),
        diagnosis=diagnosis_of(outcome),
        seed=outcome.seed,
        result=outcome.result,
    )
    if outcome.status is ItemStatus.PASS:
        return dataclasses.replace(blank, points=item.points, carried_forward=outcome.carried)
    if outcome.status is ItemStatus.MISSING and item.if_missing is IfMissing.LEAVE_OUT:
        return dataclasses.replace(blank, max_points=0.0, feedback=LEFT_OUT)
    share = outcome.share if outcome.status is ItemStatus.FAIL and item.partial is not Partial.NONE else None
    if not share:
        return blank
    points = round(float(Fraction(str(item.points)) * share), DECIMALS)
    return dataclasses.replace(blank, status=ItemStatus.PARTIAL, points=points, carried_forward=outcome.carried)


def with_requirements(rubric: Rubric, grades: tuple[ItemGrade, ...]) -> tuple[ItemGrade, ...]:
    """Take the points of items that require another which has none.

    Examples
    --------
    >>> from gradcheck.grading.parts import SubmissionProtocol
    >>> from gradcheck.grading.starting_rubric import starting_rubric
    >>> with_requirements(starting_rubric(SubmissionProtocol.LOSS), ())
    ()
    """
    by_id = {one.id: one for one in grades}
    found = []
    for item, grade in zip(rubric.items, grades, strict=False):
        ids = reached(rubric, item, "requires")
        needed = [one for one in by_id.values() if one.id in ids and one.max_points > 0.0]
        if any(one.status is ItemStatus.UNGRADED for one in needed):
            found.append(ungraded(grade))
        elif grade.points > 0.0 and any(one.points <= 0.0 for one in needed):
            titles = ", ".join(one.title for one in needed if one.points <= 0.0)
            found.append(without_points(grade, f"It earns no points without those of: {titles}."))
        else:
            found.append(grade)
    return tuple(found)


def ungraded(grade: ItemGrade) -> ItemGrade:
    """Return a grade that counts neither way until it is made again.

    Examples
    --------
    >>> ungraded(ItemGrade("bp1", "BP1", ItemStatus.PASS, 2.0, 2.0)).status.value
    'ungraded'
    """
    return dataclasses.replace(grade, status=ItemStatus.UNGRADED, points=0.0, feedback=OUR_FAULT, carried_forward=False)


def without_points(grade: ItemGrade, why: str) -> ItemGrade:
    """Return a grade whose points were taken, with the reason before all else.

    Examples
    --------
    >>> without_points(ItemGrade("bp1", "BP1", ItemStatus.PASS, 2.0, 2.0), "It is made by differences.").points
    0.0
    """
    words = f"{why}\n\n{grade.feedback}" if grade.feedback else why
    return dataclasses.replace(grade, status=ItemStatus.FAIL, points=0.0, feedback=words, carried_forward=False)
