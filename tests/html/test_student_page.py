"""The student's page: what is wrong and what to do next first, and of nothing more than the rubric lets a student read."""

from __future__ import annotations

import dataclasses
import re

import pytest

from gradcheck.grading.formats.student_page import render
from gradcheck.results.grades import GradeSheet, ItemGrade, ItemStatus, SheetStatus
from tests.golden.grading.cases import CASES
from tests.golden.pieces import CODE
from tests.html.graded_for_tests import (
    SEED,
    hidden_sheet,
    hostile_sheet,
    planted,
    right_values_told,
    told_at,
)
from tests.html.pages_for_tests import Page

NUMBER_OF_PLANTED = 3


@pytest.mark.parametrize("level", range(4))
@pytest.mark.parametrize("number", range(NUMBER_OF_PLANTED))
def test_below_the_last_level_no_right_value_is_anywhere_in_the_file(number: int, level: int) -> None:
    item = planted()[number]
    assert item.result is not None
    assert right_values_told(render(told_at(level, (item,))), item.result) == []


@pytest.mark.parametrize("number", [0, NUMBER_OF_PLANTED - 1], ids=["sigma_prime", "by hand"])
def test_the_search_finds_right_values_where_they_may_be_told(number: int) -> None:
    item = planted()[number]
    assert item.result is not None
    assert right_values_told(render(told_at(4, (item,))), item.result)


def test_each_level_tells_more_than_the_one_before() -> None:
    told = [Page(render(told_at(level, planted()))).text for level in range(5)]
    assert [len(one) for one in told] == sorted({len(one) for one in told})
    verdict, where, how, mistake, numbers = told
    assert "3 of 3 items not right" in verdict and "0 of 1 points" in verdict
    assert "WRONG" not in verdict and CODE.split("\n")[0] not in verdict
    assert "BP2 WRONG" in where and CODE.split("\n")[0] in where and "Hint: " not in where
    assert "Hint: " in how and "sigma-prime-missing" not in how
    assert "sigma-prime-missing" in mistake and "0.73123" not in mistake
    assert "0.73123" in numbers


@pytest.mark.parametrize("level", range(5))
def test_no_level_tells_seeds_commands_or_isolation(level: int) -> None:
    page = render(told_at(level, planted()))
    assert str(SEED) not in page and "seed" not in Page(page).text
    assert "reproduce" not in page and "gradcheck check" not in page and "Landlock" not in page


@pytest.mark.parametrize("level", range(5))
def test_an_item_tells_its_feedback_and_no_more(level: int) -> None:
    for item in told_at(level, planted()).items:
        page = render(GradeSheet("ada", SheetStatus.GRADED, (item,)))
        article = "".join(re.findall(r"<article.*?</article>", page, re.DOTALL))
        ours = f"{item.title} ✗ not right: 0 of {item.max_points:g} points What was looked at of: and 1. verdict part"
        more = set(Page(article).text.split()) - set(f"{item.feedback} {ours}".replace(":", "").split())
        assert {one for one in more if one.rstrip(":") not in f"{item.feedback} {ours}"} == set()
        assert bool(article) == (level > 0)


def test_feedback_that_a_person_wrote_is_shown_as_it_is_and_no_report_with_it() -> None:
    (item,) = told_at(4, planted()[-1:]).items
    page = render(GradeSheet("ada", SheetStatus.GRADED, (dataclasses.replace(item, feedback="See me."),)))
    assert "See me." in Page(page).text
    assert "WRONG" not in page and item.result is not None and right_values_told(page, item.result) == []


def test_what_is_hidden_is_nowhere_in_the_file_and_is_counted() -> None:
    page = render(hidden_sheet())
    assert re.findall(r"(?:id|title|feedback|output)-(?:hidden|after\w+)", page) == []
    assert {"title-visible", "feedback-visible", "output-visible"} <= set(re.findall(r"\w+-visible", page))
    assert "id-visible" not in page and "secret-mistake" not in page and "spring" not in page and "812" not in page
    assert "0 of 2 points on the items shown; 3 more are not shown." in Page(page).text


def test_what_is_wrong_and_what_to_do_next_comes_first() -> None:
    right = ItemGrade("bp1", "The output error", ItemStatus.PASS, 2.0, 2.0, carried_forward=True)
    items = told_at(2, planted()[1:3]).items
    told = Page(render(GradeSheet("ada", SheetStatus.GRADED, (right, *items), rubric="Backpropagation"))).text
    order = [
        "✗ 2 of 3 items not right",
        "Backpropagation: ada",
        "2 of 8 points.",
        "What to do next",
        f"{items[0].title}: not right, 0 of 4 points",
        "Hint: ",
        "1 other below is not right either.",
        "Item by item",
        "✓ right, carried forward",
        "The smallest case found on which it fails",
    ]
    places = [told.index(one) for one in order]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (
            "all_right",
            "✓ all that is shown is right Backpropagation by hand: ada 4 of 4 points on the items shown; 2 more",
        ),
        (
            "error",
            "✗ could not be run Backpropagation by hand: charles No points, for it could not be run: network.py: line 3",
        ),
        (
            "ungraded",
            "! not graded Backpropagation by hand: emmy Not graded, by a fault of the grader and not of the submission",
        ),
        ("timeout", "✗ 1 of 2 items not right"),
    ],
)
def test_the_first_words_are_those_of_what_became_of_it(case: str, words: str) -> None:
    assert words in Page(render(CASES[case])).text


def test_of_what_does_not_count_no_points_are_told() -> None:
    assert "points" not in Page(render(CASES["ungraded"])).text.replace("neither points nor their loss", "")


def test_what_was_left_out_is_nothing_to_be_done() -> None:
    items = (
        ItemGrade("bp1", "BP1", ItemStatus.PASS, 2.0, 2.0),
        ItemGrade("linear", "Linear", ItemStatus.MISSING, 0.0, 0.0, feedback="It counts neither way."),
    )
    told = Page(render(GradeSheet("ada", SheetStatus.GRADED, items))).text
    assert "✓ all right" in told and "- left out Linear Left out: it is not in what you handed in" in told
    assert "What to do next" not in told and "0 of 0" not in told
    wrong = dataclasses.replace(items[0], status=ItemStatus.FAIL, points=0.0)
    assert "✗ 1 of 1 items not right" in Page(render(GradeSheet("ada", SheetStatus.GRADED, (wrong, items[1])))).text


def test_what_is_undecided_is_not_called_wrong() -> None:
    items = (
        ItemGrade("bp1", "BP1", ItemStatus.PASS, 2.0, 2.0),
        ItemGrade("bp2", "BP2", ItemStatus.INCONCLUSIVE, 0.0, 2.0),
    )
    told = Page(render(GradeSheet("ada", SheetStatus.GRADED, items))).text
    assert "? 1 of 2 items undecided" in told and "noted for whoever runs the course" in told
    assert "not right" not in told


def test_where_there_is_no_hint_what_explains_it_is_told_first() -> None:
    told = Page(render(told_at(4, planted()[:1]))).text
    first = told[told.index("What to do next") : told.index("Item by item")]
    assert "sigmoid_prime is not the derivative of sigmoid" in first


def test_what_was_printed_is_shown_once_for_all_items() -> None:
    items = tuple(dataclasses.replace(one, student_output="hello from Network\n") for one in CASES["all_right"].items)
    assert Page(render(dataclasses.replace(CASES["all_right"], items=items))).text.count("hello from Network") == 1


def test_a_hostile_sheet_is_text_and_no_markup() -> None:
    page = render(hostile_sheet())
    read = Page(page)
    assert page.count("<script") == 1 and not read.all("img")
    assert "<script>document.title" in read.text and "{{ 7*7 }}" in read.text


def test_the_page_is_the_same_byte_by_byte_and_knows_no_time() -> None:
    sheet = told_at(2, planted())
    slower = dataclasses.replace(
        sheet, seconds=99.0, items=tuple(dataclasses.replace(one, seconds=9.0) for one in sheet.items)
    )
    assert render(sheet) == render(GradeSheet.from_dict(sheet.as_dict())) == render(slower)
