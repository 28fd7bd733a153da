"""Golden files of every format, which a person has read, and what holds in all formats at once."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from gradcheck.errors import UsageError
from gradcheck.grading.formats.registry import CLASS_FORMATS, FORMATS, Audience, named
from gradcheck.results.grades import GradeSheet, ItemGrade, ItemStatus, SheetStatus
from tests.golden.grading.cases import CASES, HOSTILE, MISSPELT_TITLES, sheet
from tests.golden.grading.regenerate import FOLDER, SCHEMA, schema_text, texts

AGAIN = "read the new text, then: python -m tests.golden.grading.regenerate"
TEXTS = texts()
SCORES = {"score", "points", "fraction", "fractionalScore", "correct", "total", "percent"}
"""The keys that hold points in one format or another."""


@pytest.mark.parametrize("name", TEXTS)
def test_the_format_is_the_golden_one(name: str) -> None:
    assert TEXTS[name] == (FOLDER / name).read_bytes().decode(), AGAIN


def test_there_is_no_golden_file_without_a_case() -> None:
    files = {path.relative_to(FOLDER).as_posix() for path in FOLDER.glob("*/*") if path.parent.name != "__pycache__"}
    assert files == set(TEXTS)


def test_the_shipped_schema_is_that_of_the_records() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == schema_text(), AGAIN


def test_file_names_differ_so_that_formats_share_a_folder() -> None:
    assert len({one.file_name for one in FORMATS.values()}) == len(FORMATS)
    assert len({one.file_name for one in CLASS_FORMATS.values()}) == len(CLASS_FORMATS)


def test_an_unknown_format_is_told_with_those_there_are() -> None:
    with pytest.raises(UsageError, match=r"'gradescop'.*gradescope"):
        named("gradescop")


def scores_in(data: Any) -> list[Any]:
    """Return every value that stands under a key of points."""
    if isinstance(data, dict):
        own = [value for key, value in data.items() if key in SCORES and not isinstance(value, dict | list)]
        return own + [found for value in data.values() for found in scores_in(value)]
    return [found for value in data for found in scores_in(value)] if isinstance(data, list) else []


NOT_COUNTING = {
    "ungraded": CASES["ungraded"],
    "an item ungraded": CASES["one_item_ungraded"],
    "no items": GradeSheet("nobody", SheetStatus.GRADED),
    "full points, and ungraded": sheet("hilda", status=SheetStatus.UNGRADED, reason="the disk was full"),
    "points that are no number": sheet(
        "ida", (ItemGrade("bp1", "BP1", ItemStatus.PASS, float("nan"), 2.0), *CASES["all_right"].items[1:])
    ),
}


@pytest.mark.parametrize("name", [one.name for one in FORMATS.values() if one.file_name.endswith(".json")])
@pytest.mark.parametrize("case", NOT_COUNTING)
def test_what_does_not_count_has_no_points_and_no_zero(name: str, case: str) -> None:
    data = json.loads(FORMATS[name].render(NOT_COUNTING[case]))
    if name == "report":
        assert (data["total"], data["percent"]) == (None, None)
    elif name == "github-classroom":  # its reporter adds up scores: 0 of 0 adds nothing, and the step has failed
        assert (data["status"], data["max_score"], [test["score"] for test in data["tests"]]) == ("error", 0, [0.0])
    else:
        assert scores_in(data) == []


def test_the_test_of_points_sees_them_where_they_are() -> None:
    for name in ("gradescope", "prairielearn", "coderunner", "coursera", "xqueue"):
        assert scores_in(json.loads(FORMATS[name].render(CASES["all_right"])))


@pytest.mark.parametrize("name", [one.name for one in FORMATS.values() if one.audience is Audience.STUDENT])
def test_what_does_not_count_is_said_to_the_student_with_the_reason(name: str) -> None:
    text = FORMATS[name].render(CASES["ungraded"])
    assert "by a fault of the grader and not of the submission" in text
    assert "The grader ran out of disk." in text


@pytest.mark.parametrize("name", [one.name for one in FORMATS.values() if one.audience is Audience.STUDENT])
def test_what_could_not_be_run_is_said_with_the_reason(name: str) -> None:
    assert "network.py: line 3: invalid syntax" in FORMATS[name].render(CASES["error"])


@pytest.mark.parametrize(
    ("name", "key"),
    [("prairielearn", "score"), ("coderunner", "fraction"), ("coursera", "fractionalScore"), ("xqueue", "score")],
)
def test_what_could_not_be_run_is_zero(name: str, key: str) -> None:
    assert json.loads(FORMATS[name].render(CASES["error"]))[key] == 0.0


@pytest.mark.parametrize("status", SheetStatus)
@pytest.mark.parametrize("name", FORMATS)
def test_hostile_texts_hold_nothing_that_cannot_be_seen(name: str, status: SheetStatus) -> None:
    text = FORMATS[name].render(sheet(HOSTILE, MISSPELT_TITLES, status=status, reason=HOSTILE, notes=(HOSTILE,)))
    assert all(one.isprintable() or one == "\n" for one in text)
    if text.startswith("{") and name != "report":
        strings = [value for value in flat(json.loads(text)) if isinstance(value, str)]
        # an item's id is the instructor's, and is what other programs know it by
        assert all(one.isprintable() or one in "\n\t" for value in strings for one in value)


def flat(data: Any) -> list[Any]:
    """Return every value within JSON data."""
    if isinstance(data, dict | list):
        return [found for value in (data.values() if isinstance(data, dict) else data) for found in flat(value)]
    return [data]


@pytest.mark.parametrize("name", FORMATS)
def test_times_are_the_only_thing_that_may_differ_between_equal_sheets(name: str) -> None:
    slow = CASES["partial"]
    items = tuple(dataclasses.replace(item, seconds=0.0) for item in slow.items)
    fast = dataclasses.replace(slow, items=items, seconds=0.0)
    timed = {"report", "gradescope", "github-classroom"}
    assert (FORMATS[name].render(slow) == FORMATS[name].render(fast)) == (name not in timed)
