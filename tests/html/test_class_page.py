"""The class page: what it counts is what the sheets hold, in any order, and nothing that a submission wrote is more than text."""

from __future__ import annotations

import dataclasses
import random
import re

from gradcheck.grading.formats.class_figures import mistakes_made, spread, to_look_at
from gradcheck.grading.formats.class_page import render
from gradcheck.results.grades import GradeSheet, ItemGrade, ItemStatus, SheetStatus
from tests.golden.grading.cases import CASES
from tests.html.graded_for_tests import class_of, hostile_sheet, planted
from tests.html.pages_for_tests import Page

CLASS = class_of(20)


def scored(name: str, *points: float, diagnosis: tuple[str, ...] = ()) -> GradeSheet:
    """Return a sheet with one item of 10 points for each of these."""
    items = [
        ItemGrade(
            f"i{n}", f"I {n}", ItemStatus.PASS if one == 10.0 else ItemStatus.FAIL, one, 10.0, diagnosis=diagnosis
        )
        for n, one in enumerate(points)
    ]
    return GradeSheet(name, SheetStatus.GRADED, tuple(items), rubric="Backpropagation")


def test_the_points_are_spread_over_tenths_with_full_points_apart() -> None:
    sheets = [
        scored("a", 10.0),
        scored("b", 9.99),
        scored("c", 9.0),
        scored("d", 0.0),
        CASES["error"],
        CASES["ungraded"],
    ]
    counts = {one.words: one.count for one in spread(sheets) if one.count}
    assert counts == {"all points": 1, "90 to below 100 %": 2, "0 to below 10 %": 2}
    assert {one.of for one in spread(sheets)} == {5}


def test_a_mistake_is_counted_once_a_submission_with_its_sentence_and_its_items() -> None:
    twice = scored("a", 0.0, 0.0, diagnosis=("sign", "factor"))
    found = mistakes_made([twice, scored("b", 0.0, diagnosis=("sign",)), scored("c", 10.0)])
    assert [(one.id, one.share.count, one.share.of, one.items) for one in found] == [
        ("sign", 2, 3, ("i0", "i1")),
        ("factor", 1, 3, ("i0", "i1")),
    ]
    (_, bp2, _) = planted()
    (told, *_) = mistakes_made([dataclasses.replace(twice, items=(bp2,))])
    assert told.id == "sigma-prime-missing" and "sigma'(z) is left out" in told.sentence


def test_what_does_not_count_makes_no_mistake_and_is_to_be_looked_at() -> None:
    sheet = dataclasses.replace(scored("a", 0.0, diagnosis=("sign",)), status=SheetStatus.UNGRADED)
    assert mistakes_made([sheet]) == ()
    assert len(to_look_at(sheet)) == 1
    assert [len(to_look_at(CASES[name])) for name in ("all_right", "error", "partial", "flagged")] == [0, 0, 1, 1]


def test_the_page_tells_what_is_to_be_known_first_then_figures_then_every_submission() -> None:
    told = Page(render(CLASS)).text
    order = [
        "Backpropagation by hand 20 submissions: mean ",
        " of the points; 11 have ",
        "all of them. 8 to be looked at by a person",
        "1 could not be run",
        "2 not graded, by faults of the grader",
        "all points 11 61 % ",
        "The output error bp1 80 % 16 20 1.6",
        "bp1-no-sigma-prime: 3",
        "student0001 batch: nothing could be shown, so no points",
        "backprop takes 812 times the work of a forward pass",
        "bp1 of 2, bp2 of 2, bp4 of 3, batch of 1",
    ]
    places = [told.index(one) for one in order]
    assert places == sorted(places)


def test_each_submission_has_a_row_with_its_points_and_a_link_to_its_page() -> None:
    page = render([CASES["partial"], CASES["ungraded"], CASES["error"]])
    rows = [Page(one).text for one in re.findall(r"<tr.*?</tr>", page.split("Every submission</h2>")[1], re.DOTALL)][1:]
    assert [one.split() for one in rows] == [
        ["blaise", "graded", "5.5", "69", "inconclusive:", "batch", "0.5", "2", "3", "0"],
        ["charles", "error", "0", "0", "0", "0", "0", "0"],
        ["emmy", "ungraded", "not", "graded"],
    ]
    links = [one["href"] for one in Page(render(CLASS)).all("a")]
    assert links.count("student0003/report.html") == 1 and "charles%20%26%20sons/report.html" in links


def test_what_may_be_left_out_counts_neither_way() -> None:
    left = ItemGrade("linear", "Linear", ItemStatus.MISSING, 0.0, 0.0)
    made = dataclasses.replace(left, status=ItemStatus.PASS, points=1.0, max_points=1.0)
    sheets = [GradeSheet(name, SheetStatus.GRADED, (item,)) for name, item in (("a", left), ("b", made))]
    told = Page(render(sheets)).text
    assert "Linear linear 100 % 1 1 1.00 of 1" in told and "a graded 0 0 -" in told


def test_the_page_is_the_same_byte_by_byte_in_any_order_and_knows_no_time() -> None:
    shuffled = [dataclasses.replace(one, seconds=99.0) for one in CLASS]
    random.Random(1).shuffle(shuffled)
    assert render(CLASS) == render(shuffled)


def test_a_hostile_class_is_text_and_no_markup() -> None:
    page = render([*CLASS, hostile_sheet()])
    assert page.count("<script") == 2 and not Page(page).all("img")
    assert "<script>document.title" in Page(page).text
    assert all(one.isprintable() or one == "\n" for one in page)


def test_without_a_script_it_is_a_plain_table_with_heads_and_captions() -> None:
    read = Page(render(CLASS))
    assert not read.all("button", "input")
    assert all(one.get("scope") in ("col", "row") for one in read.all("th"))
    assert len(read.all("caption")) == len(read.all("table"))


def test_a_class_of_nobody_and_rubrics_that_differ_are_told() -> None:
    assert "There is no submission." in Page(render([])).text
    other = dataclasses.replace(scored("b", 1.0), rubric_sha256="c")
    assert "2 different rubrics" in Page(render([scored("a", 1.0), other])).text
