"""Gaps smaller than mistakes make leave the verdict open, and larger ones do not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gradcheck.checks.gradient import check
from gradcheck.checks.options import Options
from gradcheck.checks.slightness import SLIGHT
from gradcheck.results import Inexact, Reason, Verdict

AT = np.array([0.3, -0.7, 1.1, 0.4, -1.6])


def cost(w: Any) -> Any:
    return np.sum(np.sin(w))


@pytest.mark.parametrize("seed", range(5))
def test_a_gap_all_over_below_a_rounding_of_float32_is_inaccurate_and_not_wrong(seed: int) -> None:
    result = check(cost, lambda w: np.cos(w) * (1.0 + SLIGHT / 10.0), AT, options=Options(seed=seed))
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, Reason.DTYPE)
    assert "more than rounding explains" in result.notes[0]
    assert str(result).startswith(
        "INCONCLUSIVE  gradient - your gradient is very close to the slope, but not equal to it"
    )


@pytest.mark.parametrize("seed", range(5))
def test_a_gap_above_it_is_wrong(seed: int) -> None:
    assert (
        check(cost, lambda w: np.cos(w) * (1.0 + 10.0 * SLIGHT), AT, options=Options(seed=seed)).verdict
        is Verdict.DISAGREE
    )


@pytest.mark.parametrize("seed", range(5))
def test_a_millionth_of_one_component_is_wrong(seed: int) -> None:
    def wrong(w: Any) -> Any:
        return np.cos(w) * (1.0 + 1e-6 * (np.arange(w.size) == 3))

    result = check(cost, wrong, AT, options=Options(seed=seed))
    assert result.verdict is Verdict.DISAGREE and [one.index for one in result.wrong] == [(3,)]


@pytest.mark.parametrize("z", [13.0, 14.0, 15.0, 17.0])
def test_a_gradient_that_cancels_is_told_so_and_nothing_of_a_missing_term(z: float) -> None:
    at = z + np.array([0.03, 0.31, 0.52])
    result = check(lambda w: np.tanh(w).sum(), lambda w: 1.0 - np.tanh(w) ** 2, at, options=Options(seed=3))
    if result.verdict is Verdict.AGREE:
        return  # the gap was below what was measured
    assert (result.reason, result.blocks[0].inexact) == (Reason.DTYPE, Inexact.CANCELLATION)
    report = " ".join(str(result).split())
    assert "inaccurate, not wrong" in report and "weight decay" not in report


def test_why_a_gradient_is_inaccurate_is_recorded() -> None:
    slight = check(cost, lambda w: np.cos(w) * (1.0 + SLIGHT / 10.0), AT, options=Options(seed=1))
    assert slight.blocks[0].inexact is Inexact.SLIGHT
    assert check(cost, np.cos, AT).blocks[0].inexact is None


@pytest.mark.parametrize("seed", range(4))
def test_jumps_of_a_gradient_that_is_constant_in_pieces_are_not_told_as_rounding(seed: int) -> None:
    at = np.random.default_rng(0).standard_normal(40)

    def wrong(w: Any) -> Any:
        signs = np.sign(np.diff(w))
        return 1.001 * (np.r_[0.0, signs] - np.r_[signs, 0.0])

    result = check(lambda w: np.sum(np.abs(np.diff(w))), wrong, at, options=Options(seed=seed))
    assert result.verdict is not Verdict.AGREE
    if result.reason is Reason.DTYPE:
        assert result.blocks[0].inexact is Inexact.JUMPS
        assert "through its own rounding" not in str(result) and "jumps close to this point" in str(result)
