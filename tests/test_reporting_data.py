"""Results as JSON: strict, complete, and read back as what was written."""

from __future__ import annotations

import json
from typing import NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.reporting.data import parse, render
from gradcheck.results import SCHEMA_VERSION, CheckResult, Failure, FailureKind, Report
from tests.golden.cases import CASES
from tests.results_for_tests import RESULTS, same

QUICK = settings(max_examples=50, deadline=None, database=None)
RESULT = CASES["disagree_parts"]


def refuse(constant: str) -> NoReturn:
    """Fail on what Python's JSON reads and others do not."""
    raise AssertionError(f"{constant} is not JSON")


@QUICK
@given(RESULTS)
def test_one_result_reads_back_equal(result: CheckResult) -> None:
    (read,) = parse(render(result)).results
    assert same(read, result)


@QUICK
@given(st.lists(RESULTS, max_size=3))
def test_many_results_read_back_equal_and_in_order(results: list[CheckResult]) -> None:
    assert same(parse(render(Report(tuple(results)))).results, tuple(results))


@QUICK
@given(RESULTS)
def test_the_json_is_strict_and_ascii(result: CheckResult) -> None:
    for written in (render(result), render(Report((result,)))):
        assert written.isascii()
        assert json.loads(written, parse_constant=refuse)["schema_version"] == SCHEMA_VERSION


def test_the_json_is_indented_by_two_in_the_order_of_the_fields() -> None:
    assert render(RESULT).startswith('{\n  "title": "Network: backprop",\n  "verdict": "disagree",\n')


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Expecting value"),
        ("{", "Expecting property name"),
        ("[]", r"the JSON holds a list, '\[\]': an object with schema_version is required"),
        ("3", "the JSON holds a int, '3'"),
        ("{}", "schema_version is None: this gradcheck reads version 1"),
        ('{"schema_version": 2, "results": []}', "schema_version is 2: this gradcheck reads version 1"),
        ('{"results": []}', "schema_version is None"),
        ('{"schema_version": 1, "results": {}, "failures": []}', "'{}' stands where list is required"),
        ('{"schema_version": 1, "results": [3], "failures": []}', "'3' stands where CheckResult is required"),
        ('{"schema_version": 1, "results": [], "failures": [], "more": 1}', r"unknown fields \['more'\] of Report"),
        ('{"schema_version": 1, "results": [{}], "failures": []}', "missing fields"),
        (render(RESULT).replace("0.25125608", "NaN"), "NaN stands where a number is required: it is not JSON"),
    ],
)
def test_what_is_no_result_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse(text)


def test_failures_read_back_too() -> None:
    report = Report((RESULT,), (Failure("net.py", FailureKind.USER_CODE, "it raised", "Traceback ..."),))
    assert parse(render(report)).failures == report.failures


def test_a_result_written_before_a_field_existed_reads_back_with_its_default() -> None:
    data = RESULT.as_dict()
    del data["census"]
    assert CheckResult.from_dict(data) == RESULT
