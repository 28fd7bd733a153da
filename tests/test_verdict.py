"""The verdict on blocks: digits and limits are true, errors above the limit are seen, and what cannot be decided is not."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.checks.gradient import check
from gradcheck.checks.judging import aggregate
from gradcheck.checks.limits import MISS_PROBABILITY, PASSING_CHANCE
from gradcheck.checks.measuring import SAFETY, Measurement
from gradcheck.checks.options import Locate, Options
from gradcheck.differences.ladder import LadderEstimate
from gradcheck.results import Arbiter, Reason, Status, Verdict
from tests.problems_for_tests import network_case, spoiled

SEEDS = st.integers(0, 2**31)
QUICK = dataclasses.replace(Options(), locate=Locate.NEVER)


def quick(seed: int) -> Options:
    return dataclasses.replace(QUICK, seed=seed)


def measured(claimed: float, value: float, error: float, **changes: float) -> Measurement:
    estimate = LadderEstimate(value, error, 0.0, 1e-3, 0.0, 1e-9, 3)
    return Measurement(claimed, dataclasses.replace(estimate, **changes), 0.0)


# --- one measurement ---


def test_a_gap_stands_out_only_beyond_the_safety_factor() -> None:
    assert not measured(1.0 + 0.999 * SAFETY * 1e-6, 1.0, 1e-6).stands_out
    assert measured(1.0 + 1.001 * SAFETY * 1e-6, 1.0, 1e-6).stands_out


def test_nan_never_passes_and_nothing_is_not_measured() -> None:
    assert measured(math.nan, 1.0, 1e-6).stands_out
    assert measured(1.0, math.nan, 1e-6).stands_out
    nothing = measured(1.0, math.nan, math.inf)
    assert not nothing.is_measured and not nothing.stands_out


def test_the_rounding_of_the_gradient_widens_the_bound() -> None:
    wide = dataclasses.replace(measured(1.0 + 1e-5, 1.0, 1e-6), gradient_noise=1e-5)
    assert wide.bound == pytest.approx(SAFETY * 1.1e-5)
    assert not wide.stands_out and measured(1.0 + 1e-5, 1.0, 1e-6).stands_out


def test_only_a_gap_of_slopes_beyond_its_error_is_a_kink() -> None:
    assert measured(1.0, 1.0, 1e-6, slope_gap=1e-3).estimate.is_kinked
    assert not measured(1.0, 1.0, 1e-6, slope_gap=1e-10).estimate.is_kinked


# --- blocks together ---

AGREE, DISAGREE, OPEN, VACUOUS = Status.AGREE, Status.DISAGREE, Status.INCONCLUSIVE, Status.VACUOUS


@pytest.mark.parametrize(
    ("statuses", "verdict", "reason"),
    [
        ([AGREE, AGREE], Verdict.AGREE, None),
        ([AGREE, VACUOUS], Verdict.AGREE, None),
        ([VACUOUS, VACUOUS], Verdict.INCONCLUSIVE, Reason.VACUOUS),
        ([], Verdict.INCONCLUSIVE, Reason.VACUOUS),
        ([AGREE, OPEN], Verdict.INCONCLUSIVE, Reason.NOISE),
        ([VACUOUS, OPEN], Verdict.INCONCLUSIVE, Reason.NOISE),
        ([OPEN, DISAGREE], Verdict.DISAGREE, None),
        ([AGREE, DISAGREE, VACUOUS], Verdict.DISAGREE, None),
    ],
)
def test_no_block_is_rounded_to_agree(statuses: list[Status], verdict: Verdict, reason: Reason | None) -> None:
    reasons = [Reason.NOISE if status is OPEN else None for status in statuses]
    assert aggregate(statuses, reasons) == (verdict, reason)


# --- digits and limits ---


@settings(max_examples=120, deadline=None)
@given(seed=SEEDS, x=st.floats(0.3, 2.0), magnitude=st.floats(-13.0, -6.0))
def test_digits_are_not_overstated_even_for_an_error_that_passes(seed: int, x: float, magnitude: float) -> None:
    error = 10.0**magnitude
    slope = math.exp(x) * (math.sin(3 * x) + 3 * math.cos(3 * x))
    result = check(lambda x: math.exp(x) * math.sin(3 * x) + 2, slope * (1 + error), x, options=quick(seed))
    if result.verdict is Verdict.AGREE:
        (block,) = result.blocks
        assert block.digits is not None and error <= 10.0**-block.digits
        assert block.detection_limit is not None and error <= block.detection_limit
    else:
        (block,) = result.blocks
        assert not abs(block.claimed - block.estimated) <= block.bound


def test_a_single_number_is_measured_along_its_own_axis_and_under_every_seed_alike() -> None:
    slope = math.exp(2.0) * (math.sin(6.0) + 3 * math.cos(6.0))
    for seed in range(100):
        for error, verdict in ((0.0, Verdict.AGREE), (1e-8, Verdict.INCONCLUSIVE), (1e-6, Verdict.DISAGREE)):
            result = check(lambda x: math.exp(x) * math.sin(3 * x) + 2, slope * (1 + error), 2.0, options=quick(seed))
            assert result.verdict is verdict
            (block,) = result.blocks
            assert block.directions == 1 and block.claimed == pytest.approx(2.0 * slope * (1 + error), rel=1e-12)
            assert (result.reason is Reason.DTYPE) == (verdict is Verdict.INCONCLUSIVE)


@pytest.mark.parametrize("size", [1, 2, 7, 40])
def test_an_error_about_the_limit_is_wrong_or_open_or_passes_and_above_it_never_passes(size: int) -> None:
    found = []
    for seed in range(60):
        generator = np.random.default_rng(seed)
        cost, gradient, at = quartic(generator, size)
        error = 10.0 ** generator.uniform(-12.0, -4.0)
        (block,) = check(cost, lambda w, f=1.0 + error, g=gradient: f * g(w), at, options=quick(seed)).blocks
        found.append(block.status)
        if block.status is Status.AGREE:
            assert block.detection_limit is not None and error <= block.detection_limit
        elif block.status is Status.INCONCLUSIVE:
            assert not abs(block.claimed - block.estimated) <= block.bound
        else:
            assert error > 1e-8
    assert set(found) == {Status.AGREE, Status.INCONCLUSIVE, Status.DISAGREE}


def quartic(generator: np.random.Generator, size: int) -> tuple[Callable[[Any], Any], Callable[[Any], Any], Any]:
    """Return a smooth cost of `size` parameters, its gradient and a point."""
    a = generator.normal(size=(size, size)) / math.sqrt(size)
    b = generator.normal(size=size)

    def cost(w: Any) -> Any:
        return np.sum(np.sin(a @ w + b)) + np.sum(w**4) / 4

    return cost, lambda w: a.T @ np.cos(a @ w + b) + w**3, generator.normal(size=size)


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, size=st.integers(1, 40), along=st.sampled_from(["direction", "component"]))
def test_ten_times_the_stated_limit_is_seen(seed: int, size: int, along: str) -> None:
    generator = np.random.default_rng(seed)
    cost, gradient, at = quartic(generator, size)
    (block,) = check(cost, gradient, at, options=quick(seed)).blocks
    assert block.status is Status.AGREE
    assert block.detection_limit is not None and block.miss_probability == MISS_PROBABILITY
    error = generator.normal(size=size) if along == "direction" else np.eye(size)[generator.integers(size)]
    error *= 10 * block.detection_limit * np.linalg.norm(gradient(at)) / np.linalg.norm(error)
    wrong = check(cost, lambda w: gradient(w) + error, at, options=quick(seed + 1))
    # What is seen and slight, a rounding of float32, is not called a mistake.
    assert wrong.verdict is Verdict.DISAGREE or wrong.reason is Reason.DTYPE


@pytest.mark.parametrize("size", [1, 2, 40])
def test_the_limit_is_the_one_that_the_directions_measured_give(size: int) -> None:
    cost, gradient, at = quartic(np.random.default_rng(3), size)
    (block,) = check(cost, gradient, at, options=quick(3)).blocks
    assert block.detection_limit is not None
    scale = float(np.sqrt(np.mean(at**2)))
    share = 2 * block.bound / (float(np.linalg.norm(gradient(at))) * scale)
    if size == 1:
        assert block.directions == 1 and block.detection_limit == pytest.approx(share)
    else:
        # k equal directions miss e with probability (0.8 * 2 bound / e)**k; these are equal but for their bounds.
        equal = PASSING_CHANCE * share / MISS_PROBABILITY ** (1 / block.directions)
        assert equal / 10 < block.detection_limit < 10 * equal


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, size=st.integers(1, 40))
def test_a_right_gradient_never_disagrees_whatever_the_seed(seed: int, size: int) -> None:
    cost, gradient, at = quartic(np.random.default_rng(seed % 7), size)
    assert check(cost, gradient, at, options=quick(seed)).verdict is Verdict.AGREE


# --- what cannot be decided ---


def test_noise_that_is_there_leaves_small_gaps_open_and_large_ones_wrong() -> None:
    def noisy(w: Any) -> float:
        # The same noise whenever it is asked at the same point.
        seed = np.asarray(w).view(np.uint64).sum(dtype=np.uint64)
        return float(np.exp(w[0]) + 1e-5 * np.random.default_rng(int(seed)).standard_normal())

    at = np.array([1.0])
    for seed in range(5):
        right = check(noisy, np.exp, at, options=quick(seed))
        assert right.verdict is Verdict.AGREE or right.reason in (Reason.NOISE, Reason.VACUOUS)
        assert check(noisy, lambda w: 3 * np.exp(w), at, options=quick(seed)).verdict is Verdict.DISAGREE


def test_a_constant_in_the_cost_takes_its_digits_and_no_more() -> None:
    """The cost refuses complex parameters: differences are all there is."""
    case = network_case([3, 4, 2], np.random.default_rng(2))
    digits = []
    for offset in (0.0, 1e6):
        result = check(lambda p, c=offset: float(case.cost(p)) + c, case.gradient, case.at, options=quick(1))
        assert result.verdict is Verdict.AGREE
        digits.append(min(block.digits or 0.0 for block in result.blocks))
    assert digits[1] < digits[0] - 3.0
    too_much = check(lambda p: float(case.cost(p)) + 1e11, case.gradient, case.at, options=quick(1))
    assert (too_much.verdict, too_much.reason) == (Verdict.INCONCLUSIVE, Reason.NOISE)


def test_what_a_constant_hides_the_complex_step_gives_back() -> None:
    case = network_case([3, 4, 2], np.random.default_rng(2))
    result = check(lambda p: case.cost(p) + 1e11, case.gradient, case.at, options=quick(1))
    assert result.verdict is Verdict.AGREE
    assert {block.arbiter for block in result.blocks} == {Arbiter.COMPLEX_STEP}


def test_a_vacuous_block_is_named_and_proves_nothing() -> None:
    at = {"a": np.ones(2), "b": np.ones(2)}
    result = check(lambda p: np.sum(p["a"] ** 2), lambda p: {"a": 2 * p["a"], "b": np.zeros(2)}, at, options=quick(1))
    assert result.verdict is Verdict.AGREE
    assert [(block.name, block.status) for block in result.blocks] == [("a", Status.AGREE), ("b", Status.VACUOUS)]
    wrong = check(lambda p: np.sum(p["a"] ** 2), lambda p: {"a": 2 * p["a"], "b": p["b"]}, at, options=quick(1))
    assert [block.status for block in wrong.blocks] == [Status.AGREE, Status.DISAGREE]


def test_an_empty_block_beside_others_is_vacuous() -> None:
    at = {"a": np.ones(2), "b": np.ones((0, 2))}
    gradient = lambda p: {"a": 2 * p["a"], "b": np.zeros((0, 2))}  # noqa: E731
    result = check(lambda p: np.sum(p["a"] ** 2), gradient, at, options=quick(1))
    assert result.verdict is Verdict.AGREE
    assert result.blocks[1].status is Status.VACUOUS and result.blocks[1].directions == 0
    double = spoiled(gradient, lambda g: g.__setitem__("a", 2 * g["a"]))
    assert check(lambda p: np.sum(p["a"] ** 2), double, at, options=quick(1)).verdict is Verdict.DISAGREE


@pytest.mark.parametrize("value", [3.0, 0.0, 1e300])
def test_a_constant_cost_proves_nothing_of_a_zero_gradient_and_refutes_any_other(value: float) -> None:
    result = check(lambda _: value, lambda w: 0 * w, np.ones(3), options=quick(1))
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, Reason.VACUOUS)
    assert [block.status for block in result.blocks] == [Status.VACUOUS]
    slope = max(1.0, value) * 1e-3
    assert check(lambda _: value, lambda w: slope + 0 * w, np.ones(3), options=quick(1)).verdict is Verdict.DISAGREE


@pytest.mark.parametrize("factor", [1.0, 3.0])
def test_a_claim_that_a_noisy_cost_hides_is_inconclusive_and_never_called_vacuous(factor: float) -> None:
    """The noise is that of the cost, 1e-3 and deterministic; a claim below what it leaves visible may be anything."""

    def cost(w: np.ndarray) -> float:
        return float(np.exp(w) + 1e-3 * np.sin(1e12 * w))

    for seed in range(20):
        result = check(cost, lambda w: factor * np.exp(w), np.array(1.0), options=Options(seed=seed))
        assert result.blocks[0].status is not Status.VACUOUS
        if factor != 1.0:
            assert result.verdict is not Verdict.AGREE
