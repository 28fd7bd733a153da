"""Results as text: golden reports a person has read, and what holds for every result there can be."""

from __future__ import annotations

import dataclasses
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.reporting import numerals
from gradcheck.reporting.layout import WIDTH, Style
from gradcheck.reporting.reasons import EXPLANATIONS, TOO_SMALL, UNEXPLAINED
from gradcheck.reporting.smallness import BY_INEXACTNESS
from gradcheck.reporting.text import COLOURS, lines, render, render_styled
from gradcheck.results import Arbiter, BlockResult, CheckResult, Component, Fault, FaultKind, Reason, Status, Verdict
from tests.golden.cases import CASES
from tests.golden.pieces import ONE_WRONG, agreeing, at_point, disagreeing
from tests.golden.regenerate import FOLDER, texts
from tests.results_for_tests import RESULTS

QUICK = settings(max_examples=50, deadline=None, database=None)
TEXTS = texts()
each_case = pytest.mark.parametrize("name", CASES)


@pytest.mark.parametrize("name", TEXTS)
def test_report_is_the_golden_one(name: str) -> None:
    golden = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    assert TEXTS[name] + "\n" == golden, "read the new text, then: python -m tests.golden.regenerate"


def test_every_golden_text_has_a_case() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(TEXTS)


@pytest.mark.parametrize("name", TEXTS)
def test_golden_reports_are_ascii_without_trailing_blanks(name: str) -> None:
    report = TEXTS[name]
    assert report.isascii()
    assert all(line == line.rstrip() for line in report.split("\n"))


@each_case
def test_sentences_and_tables_stay_within_the_width(name: str) -> None:
    # The first line and those of the parts are complete alone, and so are not broken; nor is what is to be pasted.
    unbroken = [f"  {verdict.name}" for verdict in Verdict] + ["reproduce: "]
    broken = [line.text for line in lines(CASES[name])[1:] if not line.text.startswith(tuple(unbroken))]
    assert max(map(len, broken)) <= WIDTH


def test_every_reason_is_explained() -> None:
    assert set(EXPLANATIONS) == set(Reason)
    explained = [*EXPLANATIONS.values(), TOO_SMALL, *BY_INEXACTNESS.values(), UNEXPLAINED]
    texts = [text for words in explained for text in (words.short, words.sentence, words.advice)]
    assert len(set(texts)) == 3 * len(explained)


@QUICK
@given(RESULTS)
def test_the_first_line_starts_with_the_verdict(result: CheckResult) -> None:
    assert render(result).split("\n")[0].startswith(result.verdict.name)


@QUICK
@given(RESULTS)
def test_any_text_in_a_result_is_shown_and_never_obeyed(result: CheckResult) -> None:
    report = render(result)
    assert report.replace("\n", "").isprintable()
    report.encode("utf-8")


@QUICK
@given(RESULTS)
def test_every_block_and_part_has_its_line(result: CheckResult) -> None:
    shown = [line.style for line in lines(result)]
    for verdict in Verdict:
        wanted = sum(part.verdict is verdict for part in result.parts)
        wanted += sum(block.status is Status[verdict.name] for block in result.blocks)
        assert shown.count(Style[verdict.name]) >= wanted + (result.verdict is verdict)


@QUICK
@given(RESULTS)
def test_the_styled_text_says_the_same(result: CheckResult) -> None:
    assert render_styled(result).plain == render(result)


def test_every_style_has_a_colour_and_verdicts_differ() -> None:
    assert set(COLOURS) == set(Style)
    assert len({COLOURS[Style[verdict.name]] for verdict in Verdict}) == 3


def test_the_first_line_stays_one_line() -> None:
    result = CheckResult("two\nlines\r\x1b[31m", Verdict.DISAGREE, faults=(Fault(FaultKind.NAN, "w", "a\nb"),))
    assert render(result).split("\n")[0] == r"DISAGREE  two lines \x1b[31m - a b"


@pytest.mark.parametrize(
    ("claimed", "estimated", "written"),
    [
        (-0.412381, 0.13746, ["-0.412381", "0.137460"]),
        (1.0, math.nextafter(1.0, 2.0), ["1.0000000000000000", "1.0000000000000002"]),
        (0.5, 0.50000000018, ["0.5000000000", "0.5000000002"]),
        (0.0, 3e-300, ["0", "3.00000e-300"]),
        (math.nan, 1e6, ["nan", "1.00000e+06"]),
        (math.inf, -math.inf, ["inf", "-inf"]),
        (123456.0, 123457.0, ["123456", "123457"]),
    ],
)
def test_values_have_as_many_digits_as_tell_them_apart(claimed: float, estimated: float, written: list[str]) -> None:
    assert numerals.values_apart(claimed, estimated) == written


@QUICK
@given(st.floats(), st.floats())
def test_numbers_that_differ_print_differently(one: float, other: float) -> None:
    for write in (numerals.values_apart, numerals.errors_apart):
        first, second = write(one, other)
        assert (first == second) == (one == other or (math.isnan(one) and math.isnan(other)))


@QUICK
@given(st.floats(min_value=0.0, allow_nan=False))
def test_a_detection_limit_is_never_made_smaller(size: float) -> None:
    assert float(numerals.limit(size)) >= size
    assert size == math.inf or float(numerals.limit(size)) <= size * 1.1 + 5e-324


@QUICK
@given(st.floats(0.0, 400.0))
def test_digits_are_never_made_more(count: float) -> None:
    rounding = 4.0 * math.ulp(count)  # times 10, divided by 10, written and read: half an ulp each
    assert count - 0.1 - rounding <= float(numerals.digits(count)) <= count + rounding


def test_a_difference_beyond_its_bound_never_prints_equal_to_it() -> None:
    close = Component("w", (0,), 0.0, 4.31e-10, 4.30e-10)
    report = render(CheckResult("gradient", Verdict.DISAGREE, worst=close, wrong=(close,)))
    assert "difference 4.31e-10, allowed 4.30e-10." in report


def test_the_allowed_gap_is_taken_apart_only_where_its_errors_are_known() -> None:
    unknown = dataclasses.replace(ONE_WRONG, truncation_error=math.nan)
    known, bare = (render(CheckResult("gradient", Verdict.DISAGREE, worst=worst)) for worst in (ONE_WRONG, unknown))
    errors = "truncation 6.0e-12 + condition 3.7e-11 + gradient rounding 1.2e-16"
    assert f"allowed 1.7e-10\n= 4 x ({errors}).\n" in known
    assert "allowed 1.7e-10.\n" in bare
    assert "truncation" not in bare


def test_nan_is_said_not_to_be_compared() -> None:
    result = CheckResult("feedforward", Verdict.DISAGREE, worst=Component("a^L", (), math.nan, math.nan, 0.0))
    first = render(result).split("\n")[0]
    assert first == "DISAGREE  feedforward - a^L: the two could not be compared (claimed nan, estimated nan)"


def test_blocks_of_different_chances_are_told_by_the_worst_of_them() -> None:
    (block, other) = CASES["agree"].blocks
    blocks = (block, dataclasses.replace(other, miss_probability=1e-3))
    report = " ".join(render(dataclasses.replace(CASES["agree"], blocks=blocks)).split())
    assert "would have been seen with probability at least 1 - 1e-03 (w1 is the weakest)." in report


def test_without_components_the_block_furthest_outside_its_bound_is_told() -> None:
    near = disagreeing("near", (2,))
    far = dataclasses.replace(near, name="far", bound=near.bound / 10.0)
    vague = dataclasses.replace(near, name="vague", claimed=math.nan)
    for blocks in ((near, far, vague), (vague, far, near)):
        report = render(CheckResult("gradient", Verdict.DISAGREE, blocks=blocks))
        assert report.startswith("DISAGREE  gradient - far along a random direction: claimed slope 1.59846,")


def test_no_more_than_ten_components_are_listed() -> None:
    result = CASES["disagree_many"]
    report = render(dataclasses.replace(result, wrong=(*result.wrong, ONE_WRONG), blocks=()))
    assert "w2[1, 4]" in report
    assert report.count("w1[2, 0]") == 0
    assert "  and 1 more\n" in report


def test_code_is_never_broken() -> None:
    code = "x = " + "1 + " * 50 + "1\nif x:\n\ty = 2"
    report = render(CheckResult("gradient", Verdict.DISAGREE, counterexample=code)).split("\n")
    assert "    x = " + "1 + " * 50 + "1" in report
    assert "        y = 2" in report


def test_one_fault_is_told_once() -> None:
    fault = Fault(FaultKind.SHAPE, "w", "the gradient of w has shape (3,): (3, 1) was required")
    other = dataclasses.replace(fault, sentence="the gradient of w is wrong in another way")
    for faults, times in (((fault,), 1), ((fault, other), 2)):
        report = " ".join(render(CheckResult("g", Verdict.DISAGREE, faults=faults)).split())
        assert report.count(fault.sentence) == times


def test_columns_are_explained_only_under_a_table_that_has_them() -> None:
    nearby = at_point(Verdict.AGREE, blocks=(agreeing("w", (2,)),))
    kink = BlockResult("w", (2,), Status.INCONCLUSIVE, Reason.KINK)
    result = at_point(Verdict.INCONCLUSIVE, reason=Reason.KINK, blocks=(kink,), nearby=nearby)
    assert "(digits:" not in render(result) and "(digits:" in render(nearby)


def test_an_open_block_was_not_decided_by_the_complex_step() -> None:
    block = dataclasses.replace(agreeing("w", (2,)), arbiter=Arbiter.COMPLEX_STEP)
    assert "decided by the complex step" in render(at_point(Verdict.AGREE, blocks=(block,)))
    still_open = dataclasses.replace(block, status=Status.INCONCLUSIVE, reason=Reason.DTYPE)
    assert "decided by" not in render(at_point(Verdict.INCONCLUSIVE, reason=Reason.DTYPE, blocks=(still_open,)))


def test_the_least_number_there_is_is_no_limit() -> None:
    for bound, told in ((3e-322, False), (3e-14, True)):
        block = BlockResult("w", (2,), Status.VACUOUS, bound=bound)
        assert (
            "would not have been seen" in " ".join(render(at_point(Verdict.AGREE, blocks=(block,))).split())
        ) is told
