"""Results as JUnit XML: what does not agree fails, whatever its texts hold."""

from __future__ import annotations

import dataclasses
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.reporting.junit import render
from gradcheck.reporting.text import render as render_text
from gradcheck.results import CheckResult, Failure, FailureKind, Report, Verdict
from tests.golden.cases import CASES
from tests.results_for_tests import RESULTS

QUICK = settings(max_examples=50, deadline=None, database=None)


def suite_of(results: list[CheckResult]) -> ElementTree.Element:
    """Return the one test suite of the XML of these results."""
    (suite,) = ElementTree.fromstring(render(Report(tuple(results))))
    return suite


def failure_types(suite: ElementTree.Element) -> list[str | None]:
    """Return the type of each case's failure, None for those that passed."""
    failures = [case.find("failure") for case in suite]
    return [None if failure is None else failure.get("type") for failure in failures]


@pytest.mark.parametrize(
    ("name", "types"),
    [
        ("agree", [None]),
        ("agree_vacuous", [None]),
        ("disagree_component", ["disagree"]),
        ("inconclusive_kink", ["inconclusive"]),
        ("agree_parts", [None, None]),
        ("disagree_parts", [None, "disagree"]),
        ("inconclusive_parts", [None, "inconclusive"]),
    ],
)
def test_one_case_a_part_and_only_agree_passes(name: str, types: list[str | None]) -> None:
    suite = suite_of([CASES[name]])
    assert suite.tag == "testsuite"
    assert failure_types(suite) == types
    assert [case.tag for case in suite] == ["testcase"] * len(types)


def test_counts_of_the_suite() -> None:
    suite = suite_of([CASES["disagree_parts"], CASES["agree"], CASES["inconclusive_noise"]])
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "4", "failures": "2", "errors": "0", "skipped": "0"}


def test_nothing_checked_is_an_empty_suite() -> None:
    assert len(suite_of([])) == 0


@pytest.mark.parametrize("verdict", [Verdict.DISAGREE, Verdict.INCONCLUSIVE])
def test_a_verdict_that_no_part_has_is_a_case_of_its_own(verdict: Verdict) -> None:
    whole = dataclasses.replace(CASES["agree_parts"], verdict=verdict)
    assert failure_types(suite_of([whole])) == [None, None, verdict.value]


def test_properties_of_a_case() -> None:
    (case,) = suite_of([CASES["agree"]])
    properties = {one.get("name"): one.get("value") for one in case.iter("property")}
    assert properties == {"seed": "4182", "forward_passes": "81", "gradient_calls": "5"}


def test_a_failure_holds_the_report_and_its_first_line() -> None:
    result = CASES["disagree_component"]
    (case,) = suite_of([result])
    failure = case.find("failure")
    assert failure is not None
    assert failure.get("message") == "DISAGREE  gradient - w1[2, 0]: claimed -0.412381, estimated 0.137460"
    assert failure.text == render_text(result)


def test_a_failing_part_says_how_to_reproduce_the_whole() -> None:
    failure = suite_of([CASES["disagree_parts"]])[1].find("failure")
    assert failure is not None
    assert failure.text is not None
    assert failure.text.endswith(f"reproduce: {CASES['disagree_parts'].reproduce}")


def test_what_xml_cannot_hold_is_written_as_an_escape() -> None:
    (case,) = suite_of([CheckResult("a\x00b\x1b\ud800\uffff & <c>", Verdict.AGREE)])
    assert case.get("name") == r"a\x00b\x1b\ud800\uffff & <c>"


@QUICK
@given(st.lists(RESULTS, max_size=3))
def test_any_text_gives_xml_and_only_agree_passes(results: list[CheckResult]) -> None:
    xml = render(Report(tuple(results)))
    suite = ElementTree.fromstring(xml.encode("utf-8"))[0]
    passed = sum(kind is None for kind in failure_types(suite))
    agreed = sum(
        case.verdict is Verdict.AGREE for result in results for case in (result.parts if result.parts else (result,))
    )
    assert passed == agreed
    assert suite.find(".//skipped") is None


def test_a_target_without_a_result_is_an_error_whatever_its_texts_hold() -> None:
    failure = Failure("net\x00.py", FailureKind.MISUSE, "there is no \x1b such file")
    (suite,) = ElementTree.fromstring(render(Report((), (failure,))))
    assert (suite.get("tests"), suite.get("errors"), suite.get("failures")) == ("1", "1", "0")
    error = suite[0].find("error")
    assert error is not None
    assert error.get("type") == "misuse"
