"""Gradescope's results.json, held against its documented fields."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gradcheck.grading.formats import gradescope, report
from gradcheck.results.grades import GradeSheet, SheetStatus
from tests.golden.grading.cases import CASES, HOSTILE, MISSPELT_TITLES, sheet

FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
NUMBER = {"type": "number"}
TEXT = {"type": "string"}
DATA = {"type": "object"}


def closed(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


TEST = closed(
    score=NUMBER,
    max_score=NUMBER,
    status={"enum": ["passed", "failed"]},
    name=TEXT,
    name_format=FORMAT,
    number=TEXT,
    output=TEXT,
    output_format=FORMAT,
    tags={"type": "array", "items": TEXT},
    visibility=VISIBILITY,
    extra_data=DATA,
)

RESULTS = Draft202012Validator(
    closed(
        score=NUMBER,
        execution_time=NUMBER,
        output=TEXT,
        output_format=FORMAT,
        test_output_format=FORMAT,
        test_name_format=FORMAT,
        visibility=VISIBILITY,
        stdout_visibility=VISIBILITY,
        extra_data=DATA,
        tests={"type": "array", "items": TEST},
        leaderboard={"type": "array"},
    )
)
"""Every field that Gradescope documents, and no other."""


def results(name: str) -> Any:
    return json.loads(gradescope.render(CASES[name]))


@pytest.mark.parametrize("name", CASES)
def test_it_has_documented_fields_alone(name: str) -> None:
    assert list(RESULTS.iter_errors(results(name))) == []


@pytest.mark.parametrize(
    "wrong", [{"execution_time": "0.12"}, {"tests": [{"status": "pass"}]}, {"visibility": "never"}, {"x": 1}]
)
def test_the_schema_sees_what_is_not_documented(wrong: dict[str, Any]) -> None:
    assert list(RESULTS.iter_errors(results("partial") | wrong))


@pytest.mark.parametrize("name", ["all_right", "partial", "error", "timeout", "flagged", "hostile"])
def test_every_test_has_its_score_and_there_is_no_other_sum(name: str) -> None:
    data = results(name)
    assert "score" not in data
    assert sum(test["score"] for test in data["tests"]) == CASES[name].total
    assert sum(test["max_score"] for test in data["tests"]) == CASES[name].max_points


def test_what_could_not_be_run_and_has_no_items_has_a_score_of_zero() -> None:
    data = json.loads(gradescope.render(GradeSheet("x", SheetStatus.ERROR, reason="network.py: not found")))
    assert data["score"] == 0.0
    assert "network.py: not found" in data["tests"][0]["output"]


@pytest.mark.parametrize("name", ["ungraded", "one_item_ungraded"])
def test_what_does_not_count_has_a_failed_test_and_no_score_anywhere(name: str) -> None:
    data = results(name)
    assert "score" not in data
    assert [test for test in data["tests"] if "score" in test or "max_score" in test] == []
    assert data["tests"][0] | {"output": ""} == {
        "name": "Grading",
        "status": "failed",
        "output": "",
        "visibility": "visible",
    }
    assert "fault of the grader" in data["tests"][0]["output"]


def test_the_failing_results_are_valid_and_have_no_score() -> None:
    data = json.loads(gradescope.failing("The grader was stopped."))
    assert list(RESULTS.iter_errors(data)) == []
    assert "score" not in data
    assert data["tests"][0]["status"] == "failed"
    assert "The grader was stopped." in data["output"]


def test_a_test_passes_only_where_the_item_does() -> None:
    assert [test["status"] for test in results("partial")["tests"]] == ["failed", "passed", "passed", "failed"]


def test_visibility_is_the_items() -> None:
    assert [test["visibility"] for test in results("all_right")["tests"]] == [
        "visible", "visible", "after_due_date", "hidden",
    ]  # fmt: skip


def test_hidden_points_are_not_in_what_the_whole_says() -> None:
    assert results("partial")["output"].startswith("2.5 of 4 points on the items shown; 2 more are not shown.")


def test_instructors_are_told_that_the_total_is_hidden() -> None:
    assert gradescope.instructor_notes(CASES["all_right"]).startswith("2 items are not shown to students at once")
    seen = sheet("ada", CASES["all_right"].items[:2])
    assert "hides their total" not in gradescope.instructor_notes(seen)


def test_items_keep_their_order_and_number() -> None:
    tests = results("all_right")["tests"]
    assert [test["number"] for test in tests] == ["1", "2", "3", "4"]
    assert [test["extra_data"]["item"] for test in tests] == ["bp1", "bp2", "bp4", "batch"]
    assert [test["tags"] for test in tests] == [["BP1"], ["BP2"], ["BP4"], []]


def test_the_whole_carries_the_reports_hash_the_seeds_name_and_the_isolation() -> None:
    assert results("partial")["extra_data"] == {
        "report_sha256": report.fingerprint(CASES["partial"]),
        "seed_id": "spring-1f0c",
        "isolation": "isolation: tier T2, Landlock ABI 5, seccomp; limits: 2 s of CPU, 512 MB of memory",
    }


def test_texts_are_declared_as_plain_text_wherever_a_submission_is_heard() -> None:
    data = json.loads(gradescope.render(sheet(HOSTILE, MISSPELT_TITLES, notes=(HOSTILE,))))
    assert {data["output_format"], data["test_output_format"], data["test_name_format"]} == {"text"}
    assert not any({"output_format", "name_format"} & set(test) for test in data["tests"])
    assert data["stdout_visibility"] == "hidden"
