"""The levels of a report: each tells more than the one before, and none below the last tells a right value."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

from gradcheck.reporting import junit
from gradcheck.reporting.levels import MEASURED, Explain, fault_sentence, notes_at
from gradcheck.reporting.text import render, render_styled
from gradcheck.results import BlockResult, CheckResult, Component, Fault, FaultKind, Report, Verdict
from tests.golden.cases import CASES
from tests.results_for_tests import RESULTS

QUICK = settings(max_examples=50, deadline=None, database=None)
BELOW = tuple(Explain)[:-1]
NUMBER = re.compile(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?(?:e[+-]\d+)?(?![\w.]*\d)")
each_case = pytest.mark.parametrize("name", CASES)
each_level_below = pytest.mark.parametrize("explain", BELOW)

CLAIMED, ESTIMATED = 0.73186519, 0.29471083
"""Planted in place of every value; their digits, and those of their difference 0.43715436, stand nowhere else."""


def measured(result: CheckResult) -> Iterator[Component | BlockResult]:
    """Yield all that has a claimed and an estimated value, at any depth."""
    yield from result.blocks
    yield from result.wrong
    yield from [result.worst] if result.worst else []
    for inner in (*result.parts, *([result.nearby] if result.nearby else [])):
        yield from measured(inner)


def secrets(result: CheckResult) -> set[float]:
    """Return the sizes of all values and differences other than zero."""
    values = {value for one in measured(result) for value in (one.claimed, one.estimated, one.claimed - one.estimated)}
    return {abs(value) for value in values if math.isfinite(value) and value != 0.0}


def leaks(result: CheckResult, text: str) -> list[str]:
    """Return the numbers of a report, outside code, that are a value of the data, rounded to two digits or more."""
    values = secrets(result)
    outside = "\n".join(line for line in text.split("\n") if not line.startswith("    "))
    found = []
    for number in (one.group() for one in NUMBER.finditer(outside)):
        digits = len(re.sub(r"e.*|[^\d]", "", number).lstrip("0"))
        size = abs(float(number.replace(",", "")))
        if digits > 1 and any(float(f"{value:.{digits - 1}e}") == size for value in values):
            found.append(number)
    return found


def planted(result: CheckResult) -> CheckResult:
    """Return the result with the same two values wherever there are some."""

    def swap(one: Component | BlockResult) -> Component | BlockResult:
        return dataclasses.replace(one, claimed=CLAIMED, estimated=ESTIMATED)

    return dataclasses.replace(
        result,
        blocks=tuple(map(swap, result.blocks)),
        wrong=tuple(map(swap, result.wrong)),
        worst=result.worst and swap(result.worst),
        parts=tuple(map(planted, result.parts)),
        nearby=result.nearby and planted(result.nearby),
    )


@each_level_below
@each_case
def test_no_value_of_the_data_is_told_below_the_last_level(name: str, explain: Explain) -> None:
    assert leaks(CASES[name], render(CASES[name], explain)) == []


def test_what_is_looked_for_is_found_where_it_may_stand() -> None:
    found = {name for name in CASES if leaks(CASES[name], render(CASES[name]))}
    assert {"disagree_component", "disagree_mistake", "disagree_unlocated", "disagree_nearby_of_a_part"} <= found


@each_level_below
@QUICK
@given(result=RESULTS)
def test_no_value_is_told_of_any_result(explain: Explain, result: CheckResult) -> None:
    text = render(planted(result), explain)
    assert not any(digits in text for digits in ("0.73", "7.3e-01", "0.29", "2.9e-01", "0.43", "4.4e-01"))


@each_level_below
@each_case
def test_the_same_holds_of_junit_and_of_the_styled_text(name: str, explain: Explain) -> None:
    result = CASES[name]
    assert render_styled(result, explain).plain == render(result, explain)
    for failure in ElementTree.fromstring(junit.render(Report((result,)), explain)).iter("failure"):
        assert leaks(result, failure.text or "") == []
        assert failure.get("message") == (failure.text or "").split("\n")[0]
        assert "claimed" not in str(failure.get("message"))


@each_case
def test_verdict_title_and_how_to_repeat_it_stand_at_every_level(name: str) -> None:
    result = CASES[name]
    for explain in Explain:
        text = render(result, explain)
        assert text.startswith(f"{result.verdict.name}  {result.title}")
        assert f"seed: {result.seed}" in text


@each_case
def test_a_level_is_never_longer_than_the_last(name: str) -> None:
    lengths = [len(render(CASES[name], explain)) for explain in (Explain.VERDICT, Explain.WHERE, Explain.NUMBERS)]
    assert lengths == sorted(lengths)


@pytest.mark.parametrize(
    ("name", "first"),
    [
        (Explain.VERDICT, "DISAGREE  Network: backprop"),
        (Explain.WHERE, "DISAGREE  Network: backprop - (BP2) fails in layers 3 and 2"),
        (Explain.HOW, "DISAGREE  Network: backprop - (BP2) fails in layers 3 and 2"),
        (Explain.MISTAKE, "DISAGREE  Network: backprop (BP2), hidden layers - sigma'(z) is left out"),
        (Explain.NUMBERS, "DISAGREE  Network: backprop (BP2), hidden layers - sigma'(z) is left out"),
    ],
)
def test_the_first_line_of_a_known_mistake(name: Explain, first: str) -> None:
    assert render(CASES["disagree_mistake"], name).split("\n")[0] == first


@pytest.mark.parametrize(
    ("name", "explain", "shown", "hidden"),
    [
        ("disagree_mistake", Explain.WHERE, "BP2 WRONG", "Hint:"),
        ("disagree_mistake", Explain.WHERE, "    net = Network([1, 1, 1])", "sigma'(z)"),
        ("disagree_mistake", Explain.HOW, "Hint: (BP2) is a product", "sigma'(z)"),
        ("disagree_mistake", Explain.MISTAKE, "(bp2-no-sigma-prime)", "Hint:"),
        ("disagree_tied", Explain.MISTAKE, "2 mistakes explain it equally well:", "claimed"),
        ("disagree_pattern", Explain.HOW, "w1: it is 2 times the slope", "Worst component"),
        ("disagree_pattern", Explain.WHERE, "wrong in several components, most in w1[2, 0]", "2 times"),
        ("disagree_unnamed", Explain.MISTAKE, "(BP2) fails in layers 3 and 2", "differences give"),
        ("disagree_two_outputs", Explain.WHERE, "the output returned is not the one", "0.269"),
        ("agree_equations", Explain.WHERE, "BP2 vacuous", "WRONG"),
    ],
)
def test_what_a_level_shows_and_hides(name: str, explain: Explain, shown: str, hidden: str) -> None:
    text = render(CASES[name], explain)
    assert shown in text
    assert hidden not in text


def test_sections_stand_in_the_order_in_which_a_learner_needs_them() -> None:
    text = render(CASES["disagree_mistake"])
    order = ["Equation by", "The mistake", "The smallest", "off by", "Worst", "forward passes", "reproduce"]
    places = [text.index(f"\n{words}") if words != "off by" else text.index(words) for words in order]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("sentence", "is_measured"),
    [
        ("25 of 25 random networks agree, each block to 9.35 digits or more", False),
        ("equation (25) with m = 5", False),
        ("differs by 2e-04", True),
        ("it says 0.5", True),
    ],
)
def test_measured_numbers_are_told_from_counts(sentence: str, is_measured: bool) -> None:  # noqa: FBT001
    assert bool(MEASURED.search(sentence)) == is_measured
    assert (notes_at((sentence,), Explain.HOW) == ()) == is_measured
    assert notes_at((sentence,), Explain.NUMBERS) == (sentence,)


def test_a_fault_that_tells_no_value_is_told_at_every_level() -> None:
    fault = Fault(FaultKind.SHAPE, "w", "the gradient of w has shape (3,): (3, 1) was required")
    assert {fault_sentence(fault, explain) for explain in Explain} == {fault.sentence}
    assert "(3, 1) was required" in render(CheckResult("g", Verdict.DISAGREE, faults=(fault,)), Explain.WHERE)
