"""The gradebook, the item analysis and JUnit XML."""

from __future__ import annotations

import csv
import dataclasses
import io
import random
from xml.etree import ElementTree

import pytest

from gradcheck.grading.formats import gradebook, item_analysis, junit
from gradcheck.results.grades import GradeSheet, ItemGrade, ItemStatus, SheetStatus
from tests.golden.grading.cases import CASES, HOSTILE, MISSPELT_TITLES, RIGHT, items, sheet


def read(text: str) -> list[dict[str, str]]:
    """Return the rows as a spreadsheet would read them."""
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def by_name(sheets: list[GradeSheet]) -> dict[str, dict[str, str]]:
    return {row["submission"]: row for row in read(gradebook.render(sheets))}


def test_the_second_row_tells_the_points_possible() -> None:
    first = read(gradebook.render(CASES.values()))[0]
    assert first == {
        "submission": "points possible", "status": "", "total": "8", "max": "8", "percent": "100",
        "bp1": "2", "bp2": "2", "bp4": "3", "batch": "1", "flags": "",
    }  # fmt: skip


def test_each_submission_has_a_row_with_its_points() -> None:
    rows = by_name(list(CASES.values()))
    assert len(rows) == len(CASES) + 1
    assert rows["blaise"] == {
        "submission": "blaise", "status": "graded", "total": "5.5", "max": "8", "percent": "68.75",
        "bp1": "0.5", "bp2": "2", "bp4": "3", "batch": "0", "flags": "inconclusive: batch",
    }  # fmt: skip
    assert rows["charles"]["status"] == "error"
    assert (rows["charles"]["total"], rows["charles"]["bp1"]) == ("0", "0")
    assert rows["grace"]["flags"] == "fake-backprop-cost-ratio"


@pytest.mark.parametrize("name", ["emmy", "florence"])
def test_what_does_not_count_has_empty_cells(name: str) -> None:
    row = by_name(list(CASES.values()))[name]
    assert (row["status"], row["total"], row["percent"], row["bp4"]) == ("ungraded", "", "", "")


def test_an_item_that_counts_keeps_its_points_beside_one_that_does_not() -> None:
    assert by_name(list(CASES.values()))["florence"]["bp1"] == "2"


def test_a_sheet_ungraded_as_a_whole_keeps_no_points_of_items() -> None:
    row = by_name([CASES["all_right"], sheet("hilda", status=SheetStatus.UNGRADED)])["hilda"]
    assert [row[name] for name in ("total", "bp1", "bp2", "bp4", "batch")] == [""] * 5


def test_what_could_not_be_read_at_all_has_zero_of_every_item() -> None:
    row = by_name([CASES["all_right"], GradeSheet("zoe", SheetStatus.ERROR, reason="a bomb")])["zoe"]
    assert [row[name] for name in ("total", "max", "percent", "bp1", "batch")] == ["0", "8", "0", "0", "0"]


def test_the_same_sheets_give_the_same_bytes_in_any_order_and_at_any_time() -> None:
    sheets = list(CASES.values())
    late = [dataclasses.replace(one, seconds=9.0) for one in sheets]
    random.Random(4182).shuffle(late)
    for table in (gradebook.render, item_analysis.render, junit.render_class):
        assert table(late).encode() == table(sheets).encode()


def test_lines_end_as_rfc_4180_wants_them() -> None:
    text = gradebook.render(CASES.values())
    assert text.count("\r\n") == len(CASES) + 2 == text.count("\n")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", " =1", "\uff1d1", '=HYPERLINK("x")'])
def test_a_name_is_never_a_formula(name: str) -> None:
    (_, row) = read(gradebook.render([sheet(name)]))
    assert row["submission"].startswith(("'", "\\t"))


def test_a_hostile_name_takes_one_cell_and_is_whole() -> None:
    (_, row) = read(gradebook.render([sheet(HOSTILE + "x" * 300 + "end")]))
    assert row["status"] == "graded"
    assert row["submission"].endswith("end")


def test_names_that_look_alike_are_told_apart() -> None:
    assert len(by_name([sheet("ada"), sheet("ada\u200b"), sheet("ad\u0430")])) == 4


def test_a_class_of_none_is_a_table_of_none() -> None:
    assert read(item_analysis.render([])) == []
    assert read(gradebook.render([]))[0]["total"] == "0"


def test_the_item_analysis_tells_means_rates_and_mistakes() -> None:
    wrong = items(bp1={"status": ItemStatus.FAIL, "points": 0.0, "diagnosis": ("bp1-sign", "factor-two")})
    half = items(bp1={"status": ItemStatus.PARTIAL, "points": 1.0, "diagnosis": ("factor-two", "factor-two")})
    doubt = items(bp1={"status": ItemStatus.INCONCLUSIVE, "points": 0.0})
    sheets = [sheet("a"), sheet("b", wrong), sheet("c", half), sheet("d", doubt), CASES["ungraded"]]
    first = read(item_analysis.render(sheets))[0]
    assert first == {
        "item": "bp1", "title": "The output error", "equation": "BP1", "max": "2", "n": "4", "mean": "0.75",
        "pass_rate": "0.25", "inconclusive": "1", "ungraded": "1", "mistakes": "factor-two: 2; bp1-sign: 1",
    }  # fmt: skip


def test_right_items_of_a_sheet_that_does_not_count_are_no_part_of_the_mean() -> None:
    row = read(item_analysis.render([sheet("a"), sheet("hilda", status=SheetStatus.UNGRADED)]))[0]
    assert (row["n"], row["ungraded"]) == ("1", "1")


def test_an_item_that_nobody_was_graded_on_has_no_mean() -> None:
    row = read(item_analysis.render([CASES["ungraded"]]))[0]
    assert (row["n"], row["mean"], row["pass_rate"], row["ungraded"]) == ("0", "", "", "1")


def test_junit_counts_what_lost_points_and_what_does_not_count() -> None:
    root = ElementTree.fromstring(junit.render_class(CASES.values()))
    suites = {suite.get("name"): suite for suite in root}
    told = {name: (s.get("tests"), s.get("failures"), s.get("errors")) for name, s in suites.items()}
    assert told["ada"] == ("4", "0", "0")
    assert told["blaise"] == ("4", "2", "0")
    assert told["charles"] == ("5", "5", "0")
    assert told["emmy"] == ("5", "0", "5")
    assert told["florence"] == ("5", "0", "2")
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("35", "9", "7")


def test_junit_of_one_submission_leaves_out_what_is_not_shown() -> None:
    suite = ElementTree.fromstring(junit.render(CASES["all_right"]))[0]
    assert [case.get("name") for case in suite] == ["The output error", "The error of the layer before"]


def test_junit_holds_hostile_texts_as_text() -> None:
    root = ElementTree.fromstring(
        junit.render_class([sheet(HOSTILE, MISSPELT_TITLES, notes=(HOSTILE,)), CASES["hostile"]])
    )
    assert {element.tag for element in root.iter()} == {
        "testsuites", "testsuite", "testcase", "properties", "property", "failure",
    }  # fmt: skip
    assert len(RIGHT) * 2 == len(root.findall("./testsuite/testcase"))


def test_what_one_submission_has_left_out_counts_for_those_that_have_it() -> None:
    def graded(name: str, linear: float) -> GradeSheet:
        both = (("bp1", 2.0), ("linear", linear))
        found = tuple(ItemGrade(id, id, ItemStatus.PASS, points, points) for id, points in both)
        return GradeSheet(name, SheetStatus.GRADED, found)

    rows = gradebook.render([graded("ada", 0.0), graded("bob", 1.0)]).splitlines()
    assert rows[1].startswith("points possible,,3,3,100,2,1")
    assert rows[2].startswith("ada,graded,2,2,100,2,0")
    assert rows[3].startswith("bob,graded,3,3,100,2,1")
