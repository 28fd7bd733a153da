"""Measuring one problem: the claim beside the slope, a closer look at a gap, a point just beside a kink."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.checks.measuring import FINEST_STEP, SAFETY, WANTED_ACCURACY, Measurement, Setting, norm, prepare
from gradcheck.checks.options import Options
from gradcheck.checks.preflight import Preflight
from gradcheck.checks.problem import Problem
from gradcheck.differences.directions import component_direction, gaussian_direction
from gradcheck.differences.estimates import LadderEstimate
from gradcheck.differences.rungs import MOST_RUNGS
from gradcheck.subjects.protocol import GivenGradient, GradientSubject
from tests.problems_for_tests import Counted

EPS = 2.0**-52


def setting_of(
    cost: Callable[[Any], Any], claimed: Any, at: Any, *, noise: float = 0.0, gradient: Any = None
) -> tuple[Setting, Counted]:
    """Return a setting whose noise is known, and an independent count of the cost's calls."""
    counted = Counted(cost)
    claim = gradient or (lambda w: claimed)
    problem = Problem(GradientSubject("it", counted, claim, at), Options(seed=1))
    centre = float(cost(at))
    vector = problem.layout.to_vector(claimed)
    eps = max(problem.layout.eps(leaf) for leaf in problem.layout.leaves)
    error = max(noise, 2.0 * eps * abs(centre), float(np.finfo(float).tiny))
    return Setting(problem, centre, vector, 2.0 * EPS * np.abs(vector), error, eps), counted


# --- measure ---


@settings(deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    scale=st.integers(-8, 8).map(lambda k: 10.0**k),
    cost_scale=st.integers(-8, 8).map(lambda k: 10.0**k),
    offset=st.sampled_from([0.0, 1.0, 1e6]),
    dtype=st.sampled_from([np.float64, np.float32]),
)
def test_right_claims_stay_inside_the_bound_and_wrong_ones_above_it_stand_out(
    seed: int, scale: float, cost_scale: float, offset: float, dtype: Any
) -> None:
    generator = np.random.default_rng(seed)
    weights = generator.standard_normal(4)
    at = (scale * generator.standard_normal(4)).astype(dtype)

    def cost(w: Any) -> float:
        u = w.astype(np.float64) / scale
        return float(cost_scale * (weights @ np.sin(u) + u[0] * u[1] + offset))

    def gradient(w: Any) -> Any:
        u = w.astype(np.float64) / scale
        slope = weights * np.cos(u) + np.array([u[1], u[0], 0.0, 0.0])
        return cost_scale / scale * slope

    right, counted = setting_of(cost, gradient(at), at, noise=cost_scale * 20 * EPS * (offset + 10.0))
    direction = gaussian_direction(right.problem.w, slice(0, 4), generator)
    seen = right.measure(direction)
    assert not seen.stands_out
    assert counted.calls == right.problem.forward_passes >= 6
    # The claim is that along the direction as it was realised.
    assert seen.claimed == pytest.approx(
        float(right.claimed @ seen.estimate.tangent(right.line(direction))), rel=1e-12, abs=1e-300
    )
    shift = 3.0 * seen.bound / float(np.linalg.norm(direction))
    wrong = dataclasses.replace(right, claimed=right.claimed + shift * direction / np.linalg.norm(direction))
    assert wrong.measure(direction).stands_out


def test_directions_measured_together_are_measured_as_alone() -> None:
    at = np.array([0.3, -1.2, 2.0])
    setting, counted = setting_of(lambda w: float(np.sum(np.sin(w))), np.cos(at), at)
    generator = np.random.default_rng(0)
    directions = [gaussian_direction(at, slice(0, 3), generator) for _ in range(4)]
    together = setting.measure_all(directions)
    passes = counted.calls
    assert [repr(one) for one in together] == [repr(setting.measure(v)) for v in directions]
    assert counted.calls == 2 * passes
    assert setting.measure_all([]) == []


def test_a_ladder_ends_at_the_accuracy_wanted_of_the_larger_size() -> None:
    at = np.array([0.0, 0.0])
    setting, counted = setting_of(lambda w: float(np.sin(w[0]) + 1e-9 * np.exp(40.0 * w[1])), np.array([1.0, 4e-8]), at)
    direction = np.array([0.0, 1.0])
    alone = setting.measure(direction)
    assert alone.estimate.error > 0.0
    before = counted.calls
    sized = setting.measure(direction, size=1.0)
    assert counted.calls - before == 6
    assert sized.estimate.error <= WANTED_ACCURACY


def test_a_small_slope_beside_the_noise_is_measured_with_longer_steps() -> None:
    at = np.array([0.0])
    setting, _ = setting_of(lambda w: 1e6 + 1e-3 * float(np.sin(w[0])), np.array([1e-3]), at)
    assert setting.measure(np.array([1.0]), size=1e-3).estimate.step > 0.01
    assert setting.resolvable == pytest.approx(SAFETY * 7 / 6 * setting.noise * 3.0)


# --- look_closer ---


LOOK = 8
"""Passes of a closer look: 4 at each of two steps."""

LOOK_BELOW = 4
"""Passes of one more, below what was taken for noise."""

MOST_CLIMBED = 2 * MOST_RUNGS + 2 + 2 * MOST_RUNGS
"""Passes of a ladder at most, with one that starts again below it."""


def fast(w: Any) -> float:
    return float(np.sum(np.sin(1e6 * w)))


def test_a_claim_that_the_finest_steps_still_refute_stands_and_costs_four_passes_a_step() -> None:
    at = np.array([0.7, -0.2])
    setting, counted = setting_of(lambda w: float(np.sum(np.sin(w))), 1.01 * np.cos(at), at)
    seen = setting.measure(np.array([1.0, 0.5]))
    before = counted.calls
    assert seen.stands_out
    assert setting.look_closer(seen) is seen
    assert counted.calls - before == LOOK


FAR_TOO_LARGE = 1e30
"""A size [cost per unit of step] of which any error is a small enough share: the ladder ends at its first rungs."""


@settings(deadline=None)
@given(x=st.floats(0.1, 2.0), factor=st.sampled_from([1.0, 1.001, 0.5, -1.0]), seed=st.integers(0, 2**32 - 1))
def test_a_fast_oscillation_is_measured_on_its_own_scale(x: float, factor: float, seed: int) -> None:
    at = np.array([x, 1.3 * x])
    true = 1e6 * np.cos(1e6 * at)
    # The rounding of 1e6 w is 1e6 w eps / 2.
    setting, counted = setting_of(fast, factor * true, at, noise=1e6 * 4.0 * EPS)
    setting = dataclasses.replace(setting, gradient_noise=1e12 * np.abs(at) * 2.0 * EPS)
    direction = gaussian_direction(at, slice(0, 2), np.random.default_rng(seed))
    for seen in (setting.measure(direction), setting.measure(direction, size=FAR_TOO_LARGE)):
        before = counted.calls
        closer = setting.look_closer(seen) if seen.stands_out else seen
        wrong = abs(factor - 1.0) * abs(float(true @ direction)) > 4.0 * closer.bound
        assert closer.stands_out or not wrong
        assert factor != 1.0 or not closer.stands_out
        assert counted.calls - before <= LOOK + LOOK_BELOW + MOST_CLIMBED


@pytest.mark.parametrize("size", [1e-5, 1e-3, 1e3, 1e5])
@pytest.mark.parametrize("factor", [1.0, 1.1])
def test_components_of_very_different_scale_are_measured_on_the_finest(size: float, factor: float) -> None:
    """tanh(k p) changes over 1 / k: in the array's own scale a step may be 1e10 times too long for one of them."""
    k = np.array([1.0 / size, size])
    at = 0.3 / k
    claimed = k * (1.0 - np.tanh(k * at) ** 2)
    claimed[np.argmax(k)] *= factor
    setting, counted = setting_of(lambda p: float(np.sum(np.tanh(k * p))), claimed, at)
    for seed in range(5):
        direction = gaussian_direction(at, slice(0, 2), np.random.default_rng(seed))
        assert setting.measure(direction).stands_out is (factor != 1.0)
        seen = setting.measure(direction, size=FAR_TOO_LARGE)
        # Right or wrong, these steps are far too long.
        assert seen.stands_out or size in {1e-3, 1e3}
        before = counted.calls
        closer = setting.look_closer(seen) if seen.stands_out else seen
        assert closer.stands_out is (factor != 1.0)
        assert closer.direction is seen.direction
        assert counted.calls - before <= LOOK + MOST_CLIMBED


def test_a_right_claim_on_a_scale_below_the_whole_ladder_is_found() -> None:
    """At 1e14 between the scales the ladder ends on saturated steps, and the claim is what tells where to look."""
    k = np.array([1e-7, 1e7])
    at = 1.0 / k
    setting, _ = setting_of(lambda p: float(np.sum(np.tanh(k * p))), k * (1.0 - np.tanh(1.0) ** 2), at)
    looked = 0
    for seed in range(20):
        seen = setting.measure(gaussian_direction(at, slice(0, 2), np.random.default_rng(seed)))
        if seen.stands_out:
            looked += 1
            assert not setting.look_closer(seen).stands_out
    assert looked > 10


def test_a_gap_beside_a_kink_is_looked_at_on_the_claims_side() -> None:
    at = np.array([1.0 + 1e-8])
    setting, _ = setting_of(lambda w: float(abs(w[0] - 1.0)), np.array([1.0]), at)
    beyond = Measurement(1.0, LadderEstimate(0.0, 0.0, 1e-12, 1e-4, 0.0, 1e-9, 3), 0.0, np.array([1.0]))
    closer = setting.look_closer(beyond)
    assert not closer.stands_out
    assert closer.estimate.value == pytest.approx(1.0, rel=1e-6)


@pytest.mark.parametrize("claimed", [2.0, -3.0, 0.0])
@pytest.mark.parametrize(("noise", "passes"), [(0.0, LOOK), (5e-324, LOOK + LOOK_BELOW)])
def test_where_there_is_no_noise_at_all_a_wrong_claim_stands(claimed: float, noise: float, passes: int) -> None:
    """3 w at 0 is exact: no step is so short that noise would hide the gap, and still one is the last."""
    at = np.array([0.0])
    setting, counted = setting_of(lambda w: 3.0 * float(w[0]), np.array([claimed]), at)
    setting = dataclasses.replace(setting, noise=noise)
    for step in (1e-3, 1e-12):
        seen = Measurement(claimed, LadderEstimate(3.0, 0.0, 0.0, step, 0.0, 0.0, 3), 0.0, np.array([1.0]))
        before = counted.calls
        assert setting.look_closer(seen) is seen
        assert counted.calls - before == passes
    assert FINEST_STEP**2 > 0.0


def test_where_the_ladder_was_as_fine_as_can_be_nothing_is_spent() -> None:
    setting, counted = setting_of(lambda w: float(w[0]), np.array([2.0]), np.array([1.0]), noise=1e-12)
    seen = Measurement(2.0, LadderEstimate(1.0, 0.0, 1e-2, 1e-11, 0.0, 0.0, 3), 0.0, np.array([1.0]))
    assert seen.stands_out
    assert setting.look_closer(seen) is seen
    assert counted.calls == 0


def test_what_was_taken_for_noise_may_be_waves_with_the_claimed_slope() -> None:
    """sin(1e9 w) / 1e3 has a slope of 1e6 that no step of a ladder told of noise 1e-3 shows."""
    at = np.array([0.25])
    true = 1e6 * np.cos(1e9 * at)
    for factor in (1.0, 1.1):
        setting, counted = setting_of(lambda w: 1e-3 * float(np.sin(1e9 * w[0])), factor * true, at, noise=1e-3)
        seen = Measurement(
            factor * float(true[0]), LadderEstimate(0.0, 1e-2, 1e-2, 1e-1, 0.0, 1.0, 3), 0.0, np.array([1.0])
        )
        closer = setting.look_closer(seen)
        assert closer.stands_out is (factor != 1.0)
        assert counted.calls <= LOOK + LOOK_BELOW + MOST_CLIMBED


def test_true_noise_is_not_taken_for_the_claim() -> None:
    generator = np.random.default_rng(0)
    at = np.array([1.0])
    setting, counted = setting_of(
        lambda w: float(w[0]) + 1e-3 * float(generator.standard_normal()), np.array([2.0]), at, noise=4e-3
    )
    for _ in range(50):
        seen = setting.measure(np.array([1.0]), size=1.0)
        assert seen.stands_out
        before = counted.calls
        assert setting.look_closer(seen) is seen
        assert counted.calls - before <= LOOK + LOOK_BELOW


def test_a_side_without_values_says_nothing_against_the_measurement() -> None:
    at = np.array([1.0])
    setting, _ = setting_of(lambda w: math.exp(float(w[0])) if w[0] >= 1.0 else math.nan, np.array([3.0]), at)
    seen = setting.measure(np.array([1.0]))
    assert seen.stands_out
    assert setting.look_closer(seen) is seen


# --- just_beside ---


def kinked(w: Any) -> float:
    return float(np.sum(np.abs(w)) + np.sum(np.sin(w)))


def kinked_gradient(w: Any) -> Any:
    return np.sign(w) + np.cos(w)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_just_beside_is_a_generic_point_off_the_kinks(dtype: Any) -> None:
    at = np.array([0.0, 0.0, 1.0], dtype=dtype)
    counted_gradient = Counted(kinked_gradient)
    setting, counted = setting_of(kinked, kinked_gradient(at), at, gradient=counted_gradient)
    beside = setting.just_beside(np.random.default_rng(3))
    assert beside is not None
    assert (counted.calls, counted_gradient.calls) == (1, 1)
    assert (setting.problem.forward_passes, setting.problem.gradient_calls) == (1, 1)
    moved = beside.problem.w
    assert np.all(moved != at)
    # As far as sqrt(eps) of the block's own size.
    eps = float(np.finfo(dtype).eps)
    assert np.all(np.abs(moved - at) < 5.0 * math.sqrt(eps))
    assert np.array_equal(moved, setting.problem.layout.realise(moved))
    assert beside.centre == kinked(moved.astype(dtype))
    assert beside.claimed == pytest.approx(kinked_gradient(moved.astype(dtype)))
    if dtype is np.float64:
        on = setting.measure(np.array([1.0, 0.5, 0.0]))
        off = beside.measure(np.array([1.0, 0.5, 0.0]))
        assert on.estimate.is_kinked and not off.estimate.is_kinked and not off.stands_out
    assert np.array_equal(setting.problem.w, at)


def test_just_beside_a_wrong_gradient_is_still_wrong() -> None:
    at = np.array([0.0, 1.0])
    setting, _ = setting_of(kinked, 1.01 * kinked_gradient(at), at, gradient=lambda w: 1.01 * kinked_gradient(w))
    beside = setting.just_beside(np.random.default_rng(3))
    assert beside is not None and beside.measure(np.array([1.0, 1.0])).stands_out


@pytest.mark.parametrize(
    ("cost", "gradient"),
    [
        (lambda w: math.nan, lambda w: np.ones(2)),
        (lambda w: 1.0, lambda w: np.full(2, math.nan)),
        (lambda w: 1.0, lambda w: np.ones(3)),
        (lambda w: 1.0, lambda w: math.sqrt(-1.0)),
    ],
)
def test_where_nothing_sound_is_said_beside_there_is_no_setting(cost: Any, gradient: Any) -> None:
    setting, _ = setting_of(kinked, np.ones(2), np.zeros(2))
    subject = dataclasses.replace(setting.problem.subject, cost=cost, gradient=gradient)
    setting = dataclasses.replace(setting, problem=Problem(subject, Options()))
    assert setting.just_beside(np.random.default_rng(0)) is None
    assert (setting.problem.forward_passes, setting.problem.gradient_calls) == (1, 1)


def test_a_gradient_that_is_a_value_is_asked_nowhere_else() -> None:
    setting, counted = setting_of(kinked, np.ones(2), np.zeros(2), gradient=GivenGradient(np.ones(2)))
    assert setting.just_beside(np.random.default_rng(0)) is None
    assert counted.calls == 0


# --- prepare, bounds ---


def test_prepare_takes_the_larger_of_the_measured_noise_and_of_the_repeated_costs() -> None:
    at = np.array([1.0, 2.0])
    problem = Problem(GradientSubject("it", lambda w: float(np.sum(np.exp(w))), np.exp, at), Options())
    first = Preflight(float(np.sum(np.exp(at))), np.exp(at), np.zeros(2))
    quiet = prepare(problem, first, np.random.default_rng(0))
    assert 4.0 * EPS / 2.0 * first.centre <= quiet.noise < 1e-13
    assert 6 <= problem.forward_passes <= 24
    loud = prepare(problem, dataclasses.replace(first, cost_noise=1e-3), np.random.default_rng(0))
    assert loud.noise == 1e-3
    assert np.array_equal(quiet.claimed, np.exp(at))
    assert quiet.eps == EPS


def test_the_digits_wanted_are_a_fifth_of_the_dtypes() -> None:
    setting, _ = setting_of(kinked, np.ones(2), np.ones(2))
    narrow, _ = setting_of(kinked, np.ones(2, np.float32), np.ones(2, np.float32))
    assert setting.wanted_digits == pytest.approx(3.13, abs=0.01)
    assert narrow.wanted_digits == pytest.approx(1.38, abs=0.01)


@pytest.mark.parametrize(
    ("claimed", "value", "error", "noise", "out"),
    [
        (1.0, 1.0, 0.0, 0.0, False),
        (1.0, 2.0, 0.24, 0.0, True),
        (1.0, 2.0, 0.26, 0.0, False),
        (1.0, 2.0, 0.0, 0.26, False),
        (math.nan, 2.0, 1.0, 0.0, True),
        (math.inf, 2.0, 1.0, 0.0, True),
        (1.0, math.nan, math.inf, 0.0, False),
    ],
)
def test_a_gap_stands_out_above_four_times_the_errors(
    claimed: float, value: float, error: float, noise: float, *, out: bool
) -> None:
    measurement = Measurement(claimed, LadderEstimate(value, error, 0.0, 1.0, 0.0, 0.0, 3), noise)
    assert measurement.stands_out is out
    assert measurement.is_measured is math.isfinite(error)


@pytest.mark.parametrize(("claimed", "between"), [(-1.0, True), (0.3, True), (1.0, True), (1.1, False), (-1.1, False)])
def test_a_subgradient_lies_between_the_slopes_of_both_sides(claimed: float, *, between: bool) -> None:
    measurement = Measurement(claimed, LadderEstimate(0.0, 0.0, 1e-9, 1.0, 2.0, 1e-9, 3), 0.0)
    assert measurement.is_subgradient is between


@settings(deadline=None)
@given(exponent=st.integers(-300, 300), seed=st.integers(0, 2**32 - 1))
def test_norm_neither_overflows_nor_underflows(exponent: int, seed: int) -> None:
    vector = 10.0**exponent * np.random.default_rng(seed).uniform(0.5, 2.0, 5)
    with mpmath.mp.workdps(40):
        exact = mpmath.sqrt(sum(mpmath.mpf(float(c)) ** 2 for c in vector))
        assert abs(mpmath.mpf(norm(vector)) / exact - 1) <= 8 * EPS
    assert norm(np.zeros(3)) == norm(np.zeros(0)) == 0.0


def test_component_directions_measure_leaves_of_any_scale() -> None:
    """One array with components 1e16 apart: each moves in its own size."""
    at = np.array([1e-8, 1e8])
    setting, _ = setting_of(lambda w: float(np.sum(np.sin(w / at))), np.cos(1.0) / at, at)
    seen = setting.measure(component_direction(at, slice(0, 2), np.random.default_rng(0)))
    assert not seen.stands_out and seen.estimate.error <= 1e-8 * abs(seen.claimed)
