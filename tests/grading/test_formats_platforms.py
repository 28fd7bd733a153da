"""PrairieLearn, GitHub Classroom, CodeRunner, Coursera and xqueue, each as its platform reads it."""

from __future__ import annotations

import base64
import dataclasses
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from gradcheck.grading.formats import coderunner, coursera, github_classroom, prairielearn, xqueue
from gradcheck.grading.formats.words import NOT_SHOWN
from gradcheck.grading.formats.writing import tell_github
from gradcheck.results.grades import GradeSheet
from tests.golden.grading.cases import CASES, HOSTILE, MISSPELT_TITLES, RIGHT, sheet

GRADED = ["all_right", "partial", "timeout", "flagged", "hostile"]


def learned(given: GradeSheet) -> Any:
    return json.loads(prairielearn.render(given))


@pytest.mark.parametrize("name", GRADED)
def test_prairielearn_adds_the_points_of_all_tests_to_the_total(name: str) -> None:
    data = learned(CASES[name])
    assert data["gradable"] is True
    assert sum(test["points"] for test in data["tests"]) == CASES[name].total
    assert sum(test["max_points"] for test in data["tests"]) == CASES[name].max_points
    assert data["score"] == CASES[name].percent / 100.0


def test_prairielearn_shows_hidden_items_as_one_sum() -> None:
    assert learned(CASES["partial"])["tests"][-1] == {
        "name": NOT_SHOWN,
        "points": 3.0,
        "max_points": 4.0,
        "message": "",
    }
    assert len(learned(sheet("ada", RIGHT[:2]))["tests"]) == 2


@pytest.mark.parametrize("name", ["error", "ungraded", "one_item_ungraded"])
def test_prairielearn_takes_no_attempt_for_what_could_not_be_graded(name: str) -> None:
    data = learned(CASES[name])
    assert data["gradable"] is False
    assert CASES[name].reason in data["format_errors"][0]


def test_prairielearn_gets_a_megabyte_at_most_with_every_item_in_it() -> None:
    flood = dataclasses.replace(RIGHT[0], student_output="\x00\U0001f642" * 50_000, feedback="x" * 100_000)
    items = tuple(dataclasses.replace(flood, id=f"i{n}") for n in range(20))
    text = prairielearn.render(sheet("flood", items))
    assert len(text.encode()) <= prairielearn.MOST_BYTES
    assert len(json.loads(text)["tests"]) == 20
    assert "more characters]" in text


def step(given: GradeSheet) -> Any:
    return json.loads(github_classroom.render(given))


@pytest.mark.parametrize("name", GRADED)
def test_classroom_adds_the_scores_of_all_tests_to_the_total(name: str) -> None:
    data = step(CASES[name])
    assert (data["version"], data["max_score"]) == (3, CASES[name].max_points)
    assert sum(test["score"] for test in data["tests"]) == CASES[name].total
    for test in data["tests"]:
        assert set(test) == {
            "name", "status", "score", "message", "test_code", "task_id", "filename", "line_no", "duration",
        }  # fmt: skip


def test_classroom_passes_only_what_is_all_right() -> None:
    assert {name: step(CASES[name])["status"] for name in CASES} == {
        "all_right": "pass",
        "partial": "fail",
        "error": "fail",
        "timeout": "fail",
        "ungraded": "error",
        "one_item_ungraded": "error",
        "flagged": "pass",
        "hostile": "fail",
    }


def test_classroom_hears_no_points_that_a_submission_prints() -> None:
    data = step(
        sheet(HOSTILE, tuple(dataclasses.replace(one, feedback=HOSTILE) for one in MISSPELT_TITLES), reason=HOSTILE)
    )
    told = [test[key] for test in data["tests"] for key in ("name", "message")]
    assert any("title=Autograding complete" in text for text in told)
    assert not any("::" in text or "##[" in text for text in told)


def test_the_output_of_a_step_is_appended_to_the_file_that_github_names(tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    outputs.write_text("before=1\n")
    assert tell_github(CASES["hostile"], {"GITHUB_OUTPUT": str(outputs)})
    before, line = outputs.read_text().splitlines()
    assert before == "before=1"
    decoded = base64.b64decode(line.removeprefix("result="), validate=True).decode()
    assert decoded == github_classroom.render(CASES["hostile"])


def test_nothing_is_told_where_there_is_no_github() -> None:
    assert not tell_github(CASES["hostile"], {"GITHUB_OUTPUT": ""})


@pytest.mark.parametrize("name", [*GRADED, "error"])
def test_the_share_of_the_points_is_the_same_everywhere(name: str) -> None:
    share = CASES[name].percent / 100.0
    assert json.loads(coderunner.render(CASES[name]))["fraction"] == share
    assert json.loads(coursera.render(CASES[name]))["fractionalScore"] == share
    assert json.loads(xqueue.render(CASES[name]))["score"] == share


def test_coderunner_has_a_table_with_a_head_and_hidden_items_as_one_row() -> None:
    head, *rows = json.loads(coderunner.render(CASES["partial"]))["testresults"]
    assert head == ["iscorrect", "Check", "Points", "Feedback"]
    assert [len(row) for row in rows] == [4, 4, 4]
    assert [row[0] for row in rows] == [0, 1, 0]
    assert rows[-1][1:] == [NOT_SHOWN, "3 of 4 points", ""]


def test_coderunner_coursera_and_xqueue_show_hostile_texts_as_text() -> None:
    given = sheet(HOSTILE, MISSPELT_TITLES, notes=(HOSTILE,))
    prologue = json.loads(coderunner.render(given))["prologuehtml"]
    for page in (prologue, json.loads(coursera.render(given))["feedback"], json.loads(xqueue.render(given))["msg"]):
        assert "<script" not in page
        assert {element.tag for element in ElementTree.fromstring(page).iter()} <= {"div", "p", "h4", "pre"}


def test_xqueue_says_correct_only_where_every_item_is() -> None:
    assert json.loads(xqueue.render(CASES["all_right"]))["correct"] is True
    assert json.loads(xqueue.render(CASES["timeout"]))["correct"] is False
    assert json.loads(xqueue.render(CASES["error"]))["correct"] is False
