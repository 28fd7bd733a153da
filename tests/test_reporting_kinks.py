"""Claims at a kink: whether they lie between the slopes of both sides is recorded, printed, and no number of it below level 4."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from gradcheck.checks.gradient import check
from gradcheck.checks.options import Options, Subgradients
from gradcheck.reporting.levels import Explain
from gradcheck.reporting.text import render
from gradcheck.results import CheckResult, Reason
from tests.golden.cases import CASES


def relu_at_zero(slope: float, subgradients: Subgradients = Subgradients.REFUSE, size: int = 3) -> CheckResult:
    """Return the check of sum(relu(w)) at 0 with a claimed slope there."""

    def gradient(w: Any) -> Any:
        return np.where(w == 0.0, slope, w > 0.0)

    options = Options(seed=1, subgradients=subgradients)
    return check(lambda w: np.sum(np.maximum(w, 0.0)), gradient, np.zeros(size), options=options)


def flat(report: str) -> str:
    """Return a report on one line."""
    return " ".join(report.split())


@pytest.mark.parametrize(("slope", "is_between"), [(0.0, True), (0.5, True), (1.0, True), (5.0, False), (-3.0, False)])
@pytest.mark.parametrize("subgradients", list(Subgradients))
def test_every_kinked_block_says_where_its_claim_lies(
    slope: float, subgradients: Subgradients, *, is_between: bool
) -> None:
    result = relu_at_zero(slope, subgradients)
    (block,) = result.blocks
    assert block.reason is Reason.KINK and block.between_slopes is is_between
    assert block.slope_left is not None and block.slope_right is not None
    low, high = sorted((block.slope_left, block.slope_right))
    assert (low - 1e-9 <= block.claimed <= high + 1e-9) is is_between
    assert result.accepts_subgradients is (subgradients is Subgradients.ACCEPT)
    assert CheckResult.from_dict(result.as_dict()) == result


def test_a_single_kink_has_the_slopes_of_its_two_sides() -> None:
    (block,) = relu_at_zero(5.0, size=1).blocks
    assert block.slope_left is not None and block.slope_right is not None
    assert abs(block.slope_left) < 1e-9 and block.slope_right / block.claimed == pytest.approx(1.0 / 5.0)


def test_no_kink_has_no_slopes_of_two_sides() -> None:
    (block,) = check(np.sin, np.cos, 1.0).blocks
    assert (block.between_slopes, block.slope_left, block.slope_right) == (None, None, None)


def test_a_claim_between_is_told_and_may_be_accepted() -> None:
    report = flat(str(relu_at_zero(0.5)))
    assert "Your claim lies between the slopes of both sides (a subgradient)" in report
    assert "--subgradients accept" in report


def test_a_claim_outside_is_told_of_that_direction_and_is_no_proof() -> None:
    report = flat(str(relu_at_zero(5.0)))
    assert "no convention at the kink makes it right along the direction that was measured" in report
    assert "That is no proof that it is wrong" in report


@pytest.mark.parametrize("slope", [0.5, 5.0])
def test_nobody_who_accepted_is_told_to_accept(slope: float) -> None:
    assert "--subgradients accept" not in str(relu_at_zero(slope, Subgradients.ACCEPT))
    assert "--subgradients accept" in str(relu_at_zero(slope))


@pytest.mark.parametrize("level", [level for level in Explain if level is not Explain.NUMBERS])
@pytest.mark.parametrize("name", ["inconclusive_kink_between", "inconclusive_kink_outside"])
def test_no_slope_is_told_below_the_last_level(name: str, level: Explain) -> None:
    report = flat(render(CASES[name], level))
    assert "along the direction measured the slope is" not in report
    assert not re.search(r"\b(3\.5|0\.25|1\.0000)", report)


def test_the_slopes_are_told_at_the_last_level() -> None:
    report = flat(render(CASES["inconclusive_kink_outside"]))
    assert "the slope is 0 on one side and 1.00000 on the other; your gradient claims 3.50000." in report


def test_kinks_that_hide_each_other_are_told_apart_from_one_kink() -> None:
    def cost(b: Any) -> Any:
        return np.maximum(b[0], 0.0) - np.maximum(-b[0], 0.0) + b[1] ** 2

    def gradient(b: Any) -> Any:
        return np.array([float(b[0] > 0.0) + float(-b[0] > 0.0), 2.0 * b[1]])

    result = check(cost, gradient, np.array([0.0, 1.3]), options=Options(seed=1))
    assert result.blocks[0].between_slopes is False
    assert "where several kinks meet, a right program may lie outside too" in flat(str(result))
