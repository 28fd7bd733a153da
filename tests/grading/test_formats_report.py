"""report.json against the JSON Schema that is shipped, and the schema against violations planted on purpose."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gradcheck.grading.formats import report
from gradcheck.results.codec import SCHEMA_VERSION
from gradcheck.results.grades import GradeSheet
from tests.golden.cases import CASES as RESULTS
from tests.golden.grading.cases import CASES, RIGHT, sheet

VALIDATOR = Draft202012Validator(report.schema())


def errors(data: Any) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(data)]


def with_every_result() -> GradeSheet:
    """Return a sheet whose items carry every kind of result that a check can have."""
    given = [
        RIGHT[0].__class__(f"i{n}", name, RIGHT[0].status, 1.0, 1.0, result=RESULTS[name])
        for n, name in enumerate(RESULTS)
    ]
    return sheet("all", tuple(given))


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(report.schema())


def test_the_schema_is_named_as_the_codec_is_versioned() -> None:
    assert report.schema()["title"] == report.SCHEMA_NAME == f"gradcheck-report/{SCHEMA_VERSION}"


@pytest.mark.parametrize("name", CASES)
def test_what_is_written_holds_the_schema(name: str) -> None:
    assert errors(json.loads(report.render(CASES[name]))) == []


def test_every_result_of_a_check_holds_the_schema() -> None:
    assert errors(json.loads(report.render(with_every_result()))) == []


def test_points_that_are_no_number_are_written_and_count_for_nothing() -> None:
    odd = sheet("ida", (RIGHT[0].__class__("a", "A", RIGHT[0].status, float("nan"), float("inf")),))
    data = json.loads(report.render(odd))
    assert errors(data) == []
    assert (data["total"], data["max_points"], data["items"][0]["points"]) == (None, None, "nan")


@pytest.mark.parametrize("name", CASES)
def test_a_report_is_read_again_as_the_sheet_it_was(name: str) -> None:
    again = report.parse(report.render(CASES[name]))
    assert report.render(again) == report.render(CASES[name])  # not ==: a NaN within equals nothing
    assert again.seconds == CASES[name].seconds


def planted(data: dict[str, Any]) -> dict[str, Callable[[], Any]]:
    """Return edits of a report, each of which breaks the schema."""
    item = data["items"][0]
    return {
        "another schema": lambda: data.update(schema="gradcheck-report/0"),
        "no schema": lambda: data.pop("schema"),
        "no items": lambda: data.pop("items"),
        "points as words": lambda: item.update(points="two"),
        "points below zero": lambda: item.update(points=-1.0),
        "points left out": lambda: item.pop("points"),
        "a status of no kind": lambda: item.update(status="passed"),
        "a field of no kind": lambda: item.update(bonus=1.0),
        "a total in words": lambda: data.update(total="8"),
        "more than all": lambda: data.update(percent=101.0),
        "ungraded, with a total": lambda: data.update(status="ungraded"),
        "an explain level of no kind": lambda: item.update(explain=5),
        "a hash of no kind": lambda: data.update(sha256="xyz"),
        "a tier of no kind": lambda: data["isolation"].update(tier="T9"),
        "a seed with a fraction": lambda: item.update(seed=1.5),
        "a component without its index": lambda: item["result"]["worst"].pop("index"),
        "a verdict of no kind": lambda: item["result"].update(verdict="fine"),
        "results of another version": lambda: item["result"].update(schema_version=SCHEMA_VERSION + 1),
    }


@pytest.mark.parametrize("edit", planted(json.loads(report.render(CASES["partial"]))))
def test_a_planted_violation_is_found(edit: str) -> None:
    data = json.loads(report.render(CASES["partial"]))
    before = copy.deepcopy(data)
    planted(data)[edit]()
    assert data != before
    assert errors(before) == []
    assert errors(data) != []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"schema": "gradcheck-report/99"}', "'gradcheck-report/99'.*required"),
        ("[]", "None.*required"),
        ('{"total": NaN}', "NaN stands where a number is required"),
        ("{", "Expecting"),
    ],
)
def test_what_is_no_report_is_refused(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        report.parse(text)


def test_the_fingerprint_tells_sheets_apart_and_not_their_times() -> None:
    assert len({report.fingerprint(one) for one in CASES.values()}) == len(CASES)
    assert report.fingerprint(sheet("ada", seconds=7.0)) == report.fingerprint(sheet("ada", seconds=1.0))
