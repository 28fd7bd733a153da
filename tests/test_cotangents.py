"""Random cotangents, their weights, and one result out of several."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.checks.cotangents import FAR_APART, all_of, draw_cotangent, worth_less
from gradcheck.results import BlockResult, CheckResult, Reason, Status, Verdict


@settings(deadline=None)
@given(st.integers(0, 2**31))
def test_outputs_of_one_size_have_plain_gaussian_cotangents(seed: int) -> None:
    out = np.random.default_rng(seed).uniform(1.0, 0.9 * FAR_APART, 6)
    u = draw_cotangent(out, None, np.random.default_rng(seed))
    assert np.array_equal(u.values, np.random.default_rng(seed).standard_normal(6))


@settings(deadline=None)
@given(st.integers(0, 2**31), st.floats(5, 30))
def test_outputs_of_very_different_sizes_count_alike(seed: int, decades: float) -> None:
    out = np.array([10.0**decades, 1.0, -1.0])
    u = draw_cotangent(out, None, np.random.default_rng(seed))
    expected = np.random.default_rng(seed).standard_normal(3) * np.sign(out)
    terms = u.values * out
    assert terms / terms[1] == pytest.approx(expected / expected[1])


def test_an_output_that_is_zero_at_the_point_alone_is_not_taken_for_a_small_one() -> None:
    out, elsewhere = np.array([1e-9, 1.0]), np.array([2.0, 1.5])
    weighted, plain = (draw_cotangent(out, far, np.random.default_rng(0)).values for far in (None, elsewhere))
    assert np.array_equal(plain, np.random.default_rng(0).standard_normal(2))
    assert abs(weighted[0] / weighted[1]) > 1e6 * abs(plain[0] / plain[1])


def test_outputs_that_are_and_stay_zero_have_finite_cotangents() -> None:
    for out in (np.zeros(3), np.array([0.0, 1e8, 1e-8])):
        assert np.all(np.isfinite(draw_cotangent(out, out, np.random.default_rng(0)).values))


def test_a_cotangent_is_in_the_outputs_dtype_and_its_level_is_the_size_of_what_was_taken_off() -> None:
    out = np.array([3.0, 4.0], np.float32)
    u = draw_cotangent(out, None, np.random.default_rng(0))
    assert u.values.dtype == np.float32
    assert u.level == pytest.approx(float(np.linalg.norm(u.values.astype(float) * out)))


def result_of(status: Status, verdict: Verdict, reason: Reason | None = None, **numbers: Any) -> CheckResult:
    return CheckResult("a", verdict, reason, blocks=(BlockResult("w", (2,), status, reason, **numbers),))


AGREES = result_of(Status.AGREE, Verdict.AGREE, digits=9.0, detection_limit=1e-8, directions=1)
WEAKER = result_of(Status.AGREE, Verdict.AGREE, digits=4.0, detection_limit=1e-3, directions=3)
VACUOUS = result_of(Status.VACUOUS, Verdict.INCONCLUSIVE, Reason.VACUOUS)
NOISY = result_of(Status.INCONCLUSIVE, Verdict.INCONCLUSIVE, Reason.NOISE)


@pytest.mark.parametrize(
    ("results", "verdict", "reason", "status"),
    [
        ([AGREES, WEAKER], Verdict.AGREE, None, Status.AGREE),
        ([AGREES, VACUOUS], Verdict.AGREE, None, Status.AGREE),
        ([VACUOUS, AGREES], Verdict.AGREE, None, Status.AGREE),
        ([VACUOUS, VACUOUS], Verdict.INCONCLUSIVE, Reason.VACUOUS, Status.VACUOUS),
        ([AGREES, NOISY], Verdict.INCONCLUSIVE, Reason.NOISE, Status.INCONCLUSIVE),
        ([NOISY, AGREES], Verdict.INCONCLUSIVE, Reason.NOISE, Status.INCONCLUSIVE),
        ([VACUOUS, NOISY], Verdict.INCONCLUSIVE, Reason.NOISE, Status.INCONCLUSIVE),
    ],
)
def test_what_is_open_under_one_is_open_and_what_is_vacuous_under_one_is_not(
    results: list[CheckResult], verdict: Verdict, reason: Reason | None, status: Status
) -> None:
    together = all_of(results)
    assert (together.verdict, together.reason) == (verdict, reason)
    assert [block.status for block in together.blocks] == [status]


def test_the_block_that_proves_less_is_shown_with_the_directions_of_all() -> None:
    for order in ([AGREES, WEAKER], [WEAKER, AGREES]):
        (block,) = all_of(order).blocks
        assert (block.digits, block.detection_limit, block.directions) == (4.0, 1e-3, 4)
    assert worth_less([*AGREES.blocks, *NOISY.blocks]).status is Status.INCONCLUSIVE


def test_a_budget_that_ends_between_the_two_leaves_it_open() -> None:
    blank = CheckResult("a", Verdict.INCONCLUSIVE, Reason.BUDGET)
    together = all_of([AGREES, blank])
    assert (together.verdict, together.reason) == (Verdict.INCONCLUSIVE, Reason.BUDGET)
