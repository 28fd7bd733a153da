"""How sure a result is, in words: detection limits, coverage, arbiters, long tables, a census."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.reporting import numerals
from gradcheck.reporting.blocks import MOST_ROWS, block_table
from gradcheck.reporting.coverage import coverage_lines
from gradcheck.reporting.layout import WIDTH, Style, sentence
from gradcheck.reporting.text import lines, render
from gradcheck.results import BlockResult, Reason, Status, Verdict
from tests.golden.cases import CASES
from tests.golden.measured_cases import BELOW, LAYERS, mixed
from tests.golden.pieces import EMPTY, VACUOUS, agreeing, at_point, disagreeing, undecided

QUICK = settings(max_examples=50, deadline=None, database=None)
BIASES, WEIGHTS = CASES["agree"].blocks


def report_of(*blocks: BlockResult, verdict: Verdict = Verdict.AGREE, **fields: Any) -> str:
    """Return the report of these blocks on one line."""
    return " ".join(render(at_point(verdict, blocks=blocks, **fields)).split())


def test_the_weakest_block_is_told_with_its_probability() -> None:
    assert (
        "An error above 4.4e-07 of a block's norm would have been seen with probability 1 - 1e-06 (w1 is the weakest)."
        in report_of(BIASES, WEIGHTS)
    )


def test_no_block_is_the_weakest_where_all_are_alike_or_there_is_one() -> None:
    other = dataclasses.replace(BIASES, name="b2")
    assert "An error above 3.1e-09 of a block's norm would have been seen with probability 1 - 1e-06. " in report_of(
        BIASES, other
    )
    assert "An error above 3.1e-09 of the norm of b1 would have been seen with probability 1 - 1e-06. " in report_of(
        BIASES, VACUOUS
    )


def test_blocks_without_a_limit_are_left_out_of_the_promise() -> None:
    unknown = dataclasses.replace(BIASES, name="b2", miss_probability=None)
    limitless = dataclasses.replace(BIASES, name="b3", detection_limit=math.inf)
    assert "In the 2 blocks with a detection limit, an error above 4.4e-07" in report_of(
        BIASES, WEIGHTS, unknown, limitless, VACUOUS
    )
    assert "would have been seen with" not in report_of(unknown, limitless)
    assert "An error above 4.4e-07 of a block's norm" in report_of(BIASES, WEIGHTS, EMPTY)


def test_the_probability_of_missing_is_never_made_smaller_and_never_broken() -> None:
    rare = dataclasses.replace(BIASES, miss_probability=1.1e-7)
    assert "with probability 1 - 2e-07." in report_of(rare)
    assert not any(line.text.endswith((" 1", " -")) for line in lines(CASES["agree"]))


@QUICK
@given(st.integers(0, 30))
def test_a_difference_of_numbers_stays_on_one_line(before: int) -> None:
    words = sentence("x" * (WIDTH - before) + " 1 - 1e-06 and so on")
    assert sum("1 - 1e-06" in line.text for line in words) == 1


@QUICK
@given(st.floats(min_value=1e-300, max_value=1.0))
def test_a_chance_is_rounded_up(probability: float) -> None:
    assert probability <= float(numerals.chance(probability)) <= 2.0 * probability


@QUICK
@given(st.floats(1e-300, 1e300), st.floats(0.0, 1.0, exclude_max=True))
def test_what_is_too_small_prints_smaller_than_what_is_needed(needed: float, share: float) -> None:
    wanted, given_ = map(float, numerals.needed_and_given(needed, share * needed))
    assert wanted >= needed
    assert wanted > given_ or share * needed == needed


def test_full_coverage_is_one_sentence() -> None:
    report = report_of(BIASES, WEIGHTS)
    assert "Coverage: all 23,550 components. " in report
    assert "below" not in report
    assert "Coverage: all 1 component." in report_of(agreeing("b", ()))


def test_coverage_of_some_blocks_names_them() -> None:
    assert "Coverage: all 30 components of b1." in report_of(BIASES, VACUOUS)
    assert "Coverage: all 30 components of b1." in report_of(BIASES, dataclasses.replace(WEIGHTS, covered=None))
    assert "Coverage: all 30 components. " in report_of(BIASES, EMPTY)
    assert "Coverage: all 120 components of 4 blocks." in report_of(
        *[dataclasses.replace(BIASES, name=name) for name in "abcd"], VACUOUS
    )


def test_coverage_is_not_claimed_for_what_was_not_judged() -> None:
    open_block = dataclasses.replace(undecided("w1", Reason.NOISE), covered=23_520, resolution=1e-12)
    assert "Coverage" not in report_of(open_block, verdict=Verdict.INCONCLUSIVE, reason=Reason.NOISE)
    assert "Coverage" not in report_of(dataclasses.replace(BIASES, covered=None))


def test_components_below_the_resolution_are_counted_block_by_block() -> None:
    text = render(CASES["agree_coverage"])
    assert "\nCoverage: 23,502 of 23,550 components; in the others an error could have hidden:\n" in text
    assert "\n  w1: coverage 23,472 of 23,520; below 2.1e-13: 48\n" in text
    assert "b1: coverage" not in text
    assert "the gradient of these components is so small that all of it could be wrong without being seen" in " ".join(
        text.split()
    )


def test_a_resolution_is_never_made_smaller() -> None:
    assert "below 2.2e-13: 48" in report_of(dataclasses.replace(BELOW, resolution=2.11e-13))
    assert "below the resolution: 48" in report_of(dataclasses.replace(BELOW, resolution=None))


def test_no_more_than_ten_blocks_are_listed_with_what_they_leave_uncovered() -> None:
    blocks = [dataclasses.replace(BELOW, name=f"w{k}", covered=23_520 - k) for k in range(1, 13)]
    report = report_of(*blocks)
    assert report.count(": coverage 23,5") == 10
    assert "w12: coverage 23,508 of 23,520" in report
    assert "w2: coverage" not in report
    assert "and 2 more blocks: coverage 47,037 of 47,040" in report


def test_what_the_complex_step_decided_is_named_faintly() -> None:
    (line,) = (line for line in lines(CASES["agree_complex_step"]) if "complex step" in line.text)
    assert line.text == "(w1: decided by the complex step, where differences see too little)"
    assert line.style is Style.FAINT
    assert "complex step" not in render(CASES["agree"])


def test_blocks_measured_together_are_told_with_the_price() -> None:
    assert "several blocks were measured together, up to 20 along one direction seed:" in report_of(*LAYERS)
    assert "together" not in render(CASES["agree"])
    nearby = at_point(Verdict.AGREE, blocks=LAYERS)
    assert "up to 20 along one direction" in report_of(VACUOUS, nearby=nearby)


def test_a_long_table_shows_the_weakest_and_counts_the_rest() -> None:
    table = [line.text for line in block_table(LAYERS, "Blocks")]
    assert table[0] == "Blocks, weakest first:"
    assert len(table) == 2 + 10 + 1
    assert table[2].split()[0] == "weights[49]"
    assert table[-1] == "  and 90 more AGREE, to 7.5 digits or more, limit 2.6e-05 or less"


def test_a_table_of_a_screen_is_whole_and_in_order() -> None:
    table = [line.text for line in block_table(LAYERS[:MOST_ROWS], "Blocks")]
    assert table[0] == "Blocks:"
    assert [row.split()[0] for row in table[2:]] == [block.name for block in LAYERS[:MOST_ROWS]]


def test_a_long_table_hides_no_status() -> None:
    table = block_table(mixed(), "Blocks")
    assert [line.text for line in table[-4:]] == [
        "  and 7 more DISAGREE",
        "  and 7 more INCONCLUSIVE (kink)",
        "  and 7 more VACUOUS",
        "  and 59 more AGREE, to 7.2 digits or more, limit 5.1e-05 or less",
    ]
    assert len(table) == 2 + MOST_ROWS + 4
    assert table[2].text.split()[0] == "biases[5]"
    styles = [line.style for line in table]
    assert all(styles.count(Style[status.name]) == 6 for status in Status)


def test_what_was_not_measured_is_weakest_and_promises_nothing() -> None:
    bare = [BlockResult(f"w{k}", (2,), Status.AGREE) for k in range(11)]
    table = [line.text for line in block_table((*LAYERS[:20], *bare), "Blocks")]
    assert table[2].split()[0] == "w0"
    assert table[-1] == "  and 21 more AGREE"


def test_of_equal_limits_the_fewest_digits_come_first() -> None:
    alike = [dataclasses.replace(block, detection_limit=1e-9) for block in LAYERS]
    bare = dataclasses.replace(alike[0], name="bare", digits=None)
    table = [line.text for line in block_table((*alike, bare), "Blocks")]
    assert [row.split()[0] for row in table[2:4]] == ["bare", "weights[49]"]


def test_many_vacuous_blocks_are_not_all_named() -> None:
    blocks = [dataclasses.replace(VACUOUS, name=f"b{k}") for k in range(12)]
    assert "b9 and 2 others: their claimed and estimated gradients are both zero" in report_of(BIASES, *blocks)


def test_many_wrong_blocks_are_told_worst_first() -> None:
    report = report_of(*mixed(), verdict=Verdict.DISAGREE)
    assert report.count(": along a random direction claimed slope") == 10
    assert "biases[5]: along a random direction claimed slope 1.59846, estimated 1.78827. weights[5]: along" in report
    assert "and 2 more blocks The components of biases[5], weights[5], biases[4] and 9 others were not" in report


def test_located_blocks_are_not_said_to_be_unmeasured() -> None:
    report = report_of(disagreeing("w1", (3, 4), 12, 1), disagreeing("w2", (3, 4)), verdict=Verdict.DISAGREE)
    assert "w1: 1 component wrong of 12 measured." in report
    assert "The components of w2 were not measured one by one." in report


def test_many_faults_are_not_all_listed() -> None:
    fault = CASES["disagree_faults"].faults[0]
    report = report_of(BIASES, verdict=Verdict.DISAGREE, faults=(fault,) * 12)
    assert report.count("- the gradient of b1 has shape") == 11  # one of them is that of the first line
    assert "and 2 more faults" in report


def test_a_census_stands_after_the_components_in_place_of_the_count() -> None:
    report = " ".join(render(CASES["disagree_census"]).split())
    assert "and 47 more of those measured w1: 48 of 61 components measured at random are wrong" in report
    assert "w1: 48 components wrong of 61" not in report
    assert "w2: 1 component wrong of 12 measured." in report


def test_a_census_that_measured_no_components_leaves_the_count() -> None:
    result = CASES["disagree_census"]
    rows_alone = dataclasses.replace(result.census[0], wrong=0, measured=0)
    report = " ".join(render(dataclasses.replace(result, census=(rows_alone,))).split())
    assert "w1: 48 components wrong of 61 measured" in report
    assert "w1: 3 of its 30 rows are wrong" in report


def test_resolutions_of_uneven_components_are_told_as_a_range() -> None:
    block = BlockResult("w", (4,), Status.AGREE, covered=1, resolution=7.2e6, finest_resolution=1.1e-9)
    text = " ".join(line.text.strip() for line in coverage_lines((block,)))
    assert "w: coverage 1 of 4; below the resolution of each, 1.1e-09 to 7.2e+06: 3" in text
    even = dataclasses.replace(block, resolution=2e-9)
    assert "below 2.0e-09: 3" in "\n".join(line.text for line in coverage_lines((even,)))
