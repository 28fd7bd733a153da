"""Open blocks whose own numbers tell why: a claim below the resolution, a gradient that loses its digits."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest

from gradcheck.reporting import numerals
from gradcheck.reporting.text import render
from gradcheck.results import BlockResult, Inexact, Reason, Verdict
from tests.golden.cases import CASES
from tests.golden.measured_cases import LOSES_DIGITS, TOO_SMALL
from tests.golden.pieces import agreeing, at_point, undecided


def undecided_report(*blocks: BlockResult) -> str:
    """Return the report of open blocks on one line, open for the reason of the first."""
    return " ".join(render(at_point(Verdict.INCONCLUSIVE, blocks=blocks, reason=blocks[0].reason)).split())


def test_a_claim_below_the_resolution_is_told_with_what_it_would_take() -> None:
    report = render(CASES["inconclusive_too_small"])
    assert report.startswith("INCONCLUSIVE  gradient - your gradient is too small here to be judged (noise)\n")
    said = (
        "- weights[0]: a slope of at least 3.1e-13 would have been seen here; yours is 1.0e-15. What to do: check at a"
    )
    assert said in " ".join(report.split())
    assert "too noisy" not in report


@pytest.mark.parametrize("reason", [Reason.TRUNCATION, Reason.DTYPE, Reason.VACUOUS])
def test_a_claim_is_too_small_whatever_limits_the_resolution(reason: Reason) -> None:
    report = undecided_report(dataclasses.replace(TOO_SMALL, reason=reason))
    assert f"your gradient is too small here to be judged ({reason.value})" in report
    assert "yours is 1.0e-15." in report


def test_a_claim_just_below_the_resolution_prints_smaller_than_it() -> None:
    assert numerals.needed_and_given(3.0e-13, 2.99e-13) == ["3.00e-13", "2.99e-13"]


@pytest.mark.parametrize(
    "change",
    [{"claimed": 0.0}, {"claimed": math.nan}, {"estimated": 1e-9}, {"bound": math.inf}, {"reason": Reason.KINK}],
)
def test_only_a_claim_below_the_resolution_is_called_too_small(change: dict[str, Any]) -> None:
    assert "would have been seen here" not in undecided_report(dataclasses.replace(TOO_SMALL, **change))


def test_a_cost_that_is_too_noisy_for_another_block_is_still_said_to_be() -> None:
    report = undecided_report(TOO_SMALL, undecided("w1", Reason.NOISE))
    assert "the cost is too noisy to measure its slope (noise)" in report
    assert "weights[0]: a slope of at least 3.1e-13 would have been seen here" in report


def test_each_reason_has_its_own_blocks() -> None:
    kinked = undecided("w1", Reason.KINK)
    assert undecided_report(kinked, TOO_SMALL).count("would have been seen here") == 1


def test_no_more_than_ten_claims_too_small_are_listed() -> None:
    report = undecided_report(*[dataclasses.replace(TOO_SMALL, name=f"w{k}") for k in range(12)])
    assert report.count("would have been seen here") == 10
    assert "- and 2 more blocks alike What to do:" in report


def test_a_gradient_that_loses_digits_is_called_inaccurate_not_wrong() -> None:
    report = undecided_report(LOSES_DIGITS)
    assert report.startswith("INCONCLUSIVE gradient - your gradient is too inaccurate here to be judged (dtype)")
    assert "inaccurate, not wrong, as far as can be seen" in report
    assert "1/cosh(z)**2 in place of 1 - tanh(z)**2." in report
    assert "uncertain by 1.2e-09 through its own rounding, the measured one by only 3.1e-13." in report
    assert "would have been seen here" not in report


def test_a_gradient_that_is_not_limited_by_its_rounding_is_not_called_inaccurate() -> None:
    unknown = dataclasses.replace(LOSES_DIGITS, inexact=None, bound=1e-9)
    for reason in (Reason.NOISE, Reason.DTYPE):
        assert "inaccurate here" not in undecided_report(dataclasses.replace(unknown, reason=reason))


def test_what_was_recorded_of_an_inaccurate_gradient_is_what_is_told() -> None:
    told = {kind: undecided_report(dataclasses.replace(LOSES_DIGITS, inexact=kind)) for kind in Inexact}
    assert len(set(told.values())) == len(Inexact)
    assert [kind for kind, report in told.items() if "weight decay" in report] == [Inexact.SLIGHT]
    assert [kind for kind, report in told.items() if "jumps close to this point" in report] == [Inexact.JUMPS]
    assert "through its own rounding" not in told[Inexact.JUMPS] + told[Inexact.CANCELLATION]


def test_a_gradient_that_vanishes_is_not_blamed_on_the_noise_though_it_was_measured_with_others() -> None:
    report = " ".join(render(CASES["inconclusive_vanishing"]).split())
    assert report.startswith("INCONCLUSIVE gradient - your gradient is too small here to be judged (noise)")
    assert "b[0]: a slope of at least 1.1e-14 would have been seen here; yours is 3.9e-35." in report
    assert "too noisy" not in report and "b[35]:" not in report


def test_a_coarse_dtype_is_explained_both_ways() -> None:
    report = undecided_report(undecided("w1", Reason.DTYPE), LOSES_DIGITS)
    assert "few digits (float32, float16). Or your gradient itself loses digits" in report
    assert "that makes it inaccurate, not wrong." in report
    assert "1/cosh(z)**2 in place of 1 - tanh(z)**2." in report
    assert "- w1: the slope that your gradient claims is uncertain by 1.2e-09" in report


def test_what_is_open_is_named_beside_what_agrees() -> None:
    open_block = undecided("w1", Reason.NOISE)
    beside = undecided_report(open_block, agreeing("b1", (30, 1)))
    assert "Not decided: w1. Your gradient may be right there, and it may be wrong." in beside
    assert "Nothing was decided: your gradient may be right, and it may be wrong." in undecided_report(open_block)
