"""Points: exact, shared as the rubric says, and never given for what proves nothing."""

from __future__ import annotations

from fractions import Fraction

import pytest

from gradcheck.grading.outcomes import Outcome
from gradcheck.grading.points import grade_of, with_requirements
from gradcheck.grading.rubric import Rubric
from gradcheck.grading.rubric_model import Assignment, Item, Limits, Policy
from gradcheck.results import CheckResult, Verdict
from gradcheck.results.grades import GradeSheet, ItemGrade, ItemStatus, SheetStatus


def item(id: str = "bp2", **more: object) -> Item:
    return Item.model_validate({"id": id, "title": id.upper(), "points": 4.0, "part": "BP2", **more})


def rubric(*items: Item) -> Rubric:
    from pathlib import Path

    assignment = Assignment.model_validate({"title": "T", "protocol": "network", "names": ["Network"]})
    return Rubric(assignment, None, {}, items, Policy(), Limits(), Path("rubric.toml"), "")


@pytest.mark.parametrize("status", [one for one in ItemStatus if one is not ItemStatus.PASS])
def test_nothing_but_a_pass_has_the_points(status: ItemStatus) -> None:
    assert grade_of(item(), Outcome(status)).points == 0.0


def test_what_proves_nothing_is_no_pass() -> None:
    outcome = Outcome(ItemStatus.INCONCLUSIVE, CheckResult("backprop", Verdict.INCONCLUSIVE), share=Fraction(1))
    assert grade_of(item(partial="layers"), outcome).points == 0.0


def test_a_share_is_given_where_the_rubric_shares() -> None:
    outcome = Outcome(ItemStatus.FAIL, share=Fraction(3, 4))
    assert grade_of(item(), outcome).points == 0.0
    shared = grade_of(item(partial="layers"), outcome)
    assert (shared.points, shared.status) == (3.0, ItemStatus.PARTIAL)


def test_no_share_is_a_fail_and_not_partial() -> None:
    assert grade_of(item(partial="layers"), Outcome(ItemStatus.FAIL, share=Fraction(0))).status is ItemStatus.FAIL


def test_tenths_add_up_to_what_they_should() -> None:
    items = tuple(ItemGrade(str(i), "", ItemStatus.PASS, 0.1, 0.1) for i in range(3))
    sheet = GradeSheet("ada", SheetStatus.GRADED, items)
    assert (sheet.total, sheet.max_points, sheet.percent) == (0.3, 0.3, 100.0)


def test_what_is_left_out_counts_neither_way() -> None:
    grade = grade_of(item(if_missing="leave_out"), Outcome(ItemStatus.MISSING))
    assert (grade.points, grade.max_points) == (0.0, 0.0)
    assert grade_of(item(), Outcome(ItemStatus.MISSING)).max_points == 4.0


def test_what_is_required_must_have_earned_something_be_it_through_others() -> None:
    first, second, third = item("a"), item("b", requires=["a"]), item("c", requires=["b"])
    grades = tuple(grade_of(one, Outcome(ItemStatus.PASS)) for one in (second, third))
    lost = grade_of(first, Outcome(ItemStatus.FAIL))
    found = with_requirements(rubric(first, second, third), (lost, *grades))
    assert [one.points for one in found] == [0.0, 0.0, 0.0]
    assert "without those of: A" in found[2].feedback


def test_what_stands_on_an_item_we_could_not_grade_is_not_graded() -> None:
    first, second = item("a"), item("b", requires=["a"])
    grades = (grade_of(first, Outcome(ItemStatus.UNGRADED)), grade_of(second, Outcome(ItemStatus.PASS)))
    assert with_requirements(rubric(first, second), grades)[1].status is ItemStatus.UNGRADED


def test_what_is_left_out_is_required_of_nobody() -> None:
    first, second = item("a", if_missing="leave_out"), item("b", requires=["a"])
    grades = (grade_of(first, Outcome(ItemStatus.MISSING)), grade_of(second, Outcome(ItemStatus.PASS)))
    assert with_requirements(rubric(first, second), grades)[1].points == 4.0
