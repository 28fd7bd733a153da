"""Rungs on both sides of a point: what their values say of the slope, its errors and a kink, and which of them count."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.differences.estimates import Accuracy, LadderEstimate
from gradcheck.differences.ladder import first_step
from gradcheck.differences.lines import Line
from gradcheck.differences.lockstep import follow
from gradcheck.differences.rungs import FIRST_RUNGS, MOST_RUNGS, RATIO, Rungs

EXACT = Accuracy(0.0, 0.0)


def measured(function: Callable[[float], float], *, step: float = 0.01, rungs: range = range(3)) -> Rungs:
    """Return the rungs with the function's values."""
    found = Rungs(function(0.0), EXACT, step, 0.0)
    line = Line(lambda w: function(float(w[0])), np.zeros(1), np.ones(1), lambda w: w)
    follow(line, found.measure(list(rungs)))
    return found


@pytest.mark.equation("46")
def test_the_extrapolation_is_exact_for_cubes() -> None:
    estimate = measured(lambda t: 2.0 + 3.0 * t - 7.0 * t**2 + 11.0 * t**3).best()
    assert estimate.value == pytest.approx(3.0, rel=1e-13)
    # h phi'' is no kink.
    assert estimate.slope_gap == pytest.approx(0.0, abs=1e-12)


def test_a_fifth_power_leaves_what_the_theory_says() -> None:
    """R(h) of t**5 is (9 h**4 - (3h)**4) / 8 = -9 h**4."""
    estimate = measured(lambda t: t + t**5).best()
    h = estimate.step
    assert estimate.value - 1.0 == pytest.approx(-9.0 * h**4, rel=1e-6)
    assert 9.0 * h**4 <= estimate.truncation_error <= 81.0 * 9.0 * h**4


@pytest.mark.parametrize("jump", [-3.0, 1e-3, 2.0])
def test_the_gap_between_the_slopes_is_that_at_the_point(jump: float) -> None:
    estimate = measured(lambda t: math.exp(t) + 0.5 * jump * abs(t)).best()
    assert estimate.slope_gap == pytest.approx(jump, abs=1e-6)
    assert estimate.is_kinked


@settings(deadline=None)
@given(k=st.integers(-5, 5), step=st.floats(1e-6, 1e-2), seed=st.integers(0, 2**32 - 1))
def test_the_stencil_is_the_extrapolation(k: int, step: float, seed: int) -> None:
    generator = np.random.default_rng(seed)
    rungs = Rungs(0.0, EXACT, step, 0.0)
    for j in (k, k + 1):
        rungs.values[j] = [float(value) for value in generator.standard_normal(2)]
    value = {t: v for j in (k, k + 1) for t, v in zip(rungs.steps_of(j), rungs.values[j], strict=True)}
    height = rungs.height(k)
    slopes = [(value[h] - value[-h]) / (2.0 * h) for h in (height, rungs.height(k + 1))]
    stencil = rungs.stencil(k)
    by_nearest = [min(value, key=lambda h, t=t: abs(h - t)) for t, _ in stencil]
    found = math.fsum(c * value[h] for (_, c), h in zip(stencil, by_nearest, strict=True))
    assert found == pytest.approx((9.0 * slopes[0] - slopes[1]) / 8.0, rel=1e-12, abs=1e-12 / height)
    # The slope of phi(t) = t is 1, that of a constant is 0.
    assert math.fsum(c * t for t, c in stencil) == pytest.approx(1.0, rel=1e-14)
    assert math.fsum(c for _, c in stencil) == 0.0


def test_the_condition_error_is_the_most_that_noise_can_do() -> None:
    """Of four values each off by the noise, (9/16 + 1/48) * 2 = 7/6 of it over h."""
    rungs = Rungs(0.0, Accuracy(1e-3, 0.0), 0.5, 0.0)
    rungs.values[0] = [0.0, 0.0]
    assert rungs.condition(0) == pytest.approx(1e-3 * sum(abs(c) for _, c in rungs.stencil(0)), rel=1e-14)


@pytest.mark.parametrize(
    ("noise", "relative", "distance", "expected"),
    [(1e-3, 0.0, 0.0, 1e-3), (0.0, 1e-2, 0.0, 4e-2), (0.0, 1e-2, 10.0, 6e-1), (1e-3, 1e-2, 0.1, 4e-2)],
)
def test_noise_is_at_least_the_rounding_of_the_values_and_of_their_points(
    noise: float, relative: float, distance: float, expected: float
) -> None:
    """Values 4 and 1 about 1 at h = 0.5: 4 is rounded, and a slope of 6 carries the rounding of w."""
    rungs = Rungs(1.0, Accuracy(noise, relative), 0.5, distance)
    rungs.values[0] = [4.0, 1.0]
    assert rungs.noise(0) == pytest.approx(expected, rel=1e-15)


def test_values_far_below_the_centre_are_rounded_like_themselves_and_not_like_it() -> None:
    rungs = Rungs(1.0, Accuracy(0.0, 1e-2), 0.5, 0.0)
    rungs.values[0] = [1e-3, -2e-3]
    assert rungs.noise(0) == pytest.approx(2e-5, rel=1e-15)


@pytest.mark.parametrize("holes", [{0}, {1}, {2}, {0, 2}, {-1}, {-1, 1}])
def test_no_rung_above_a_hole_in_the_domain_counts(holes: set[int]) -> None:
    def cost(t: float) -> float:
        return math.nan if t and round(math.log(abs(t) / 0.01, RATIO)) in holes else math.exp(t)

    rungs = measured(cost, rungs=range(-3, 4))
    assert set(rungs.values) == set(range(-3, 4)) - holes
    below = min(holes) - 2  # the highest rung that has its neighbour
    estimate = rungs.best()
    assert math.isnan(estimate.value) == (below < -2)
    assert math.isnan(estimate.value) or rungs.height(below) >= estimate.step
    assert math.isnan(estimate.value) or abs(estimate.value - 1.0) <= 1e-6


def test_a_hole_is_said_and_counted() -> None:
    rungs = Rungs(1.0, EXACT, 0.5, 0.0)
    line = Line(lambda w: math.nan if w[0] > 1.0 else 1.0, np.zeros(1), np.ones(1), lambda w: w)
    assert follow(line, rungs.measure([0])) is True
    assert follow(line, rungs.measure([1, -1])) is False
    assert rungs.asked == 3
    assert set(rungs.values) == {0, -1}


def test_one_extrapolation_alone_is_no_estimate() -> None:
    estimate = measured(math.exp, rungs=range(2)).best()
    assert math.isnan(estimate.value) and estimate.error == math.inf and estimate.rungs == 2


def test_slow_estimates_are_off_by_all_the_distances_to_come() -> None:
    """At x|x|**0.1 the distance to the next rung below is a tenth of the error."""
    estimate = measured(lambda t: math.copysign(abs(t) ** 1.1, t)).best()
    assert 1.0 <= abs(estimate.value) / estimate.error * RATIO**0.1 <= 2.0
    assert estimate.error > 5.0 * abs(estimate.value) / 10.0


def test_a_shrinking_that_rounding_hides_is_read_higher_up() -> None:
    """Rungs in the noise differ by that alone: what is slow above is not taken for fast below."""
    rungs = measured(lambda t: math.copysign(abs(t) ** 1.1, t), rungs=range(-3, 3))
    rungs.accuracy = Accuracy(5e-5, 0.0)
    estimate = rungs.best()
    assert abs(estimate.value) <= 1.5 * estimate.error


def test_the_most_rungs_reach_where_float64_leaves_four_digits() -> None:
    reached = first_step(2.0**-52) / RATIO ** (MOST_RUNGS - FIRST_RUNGS)
    assert reached == pytest.approx(3.3e-12, rel=0.1)


@pytest.mark.parametrize(
    ("gap", "error", "kinked"), [(1.0, 0.5, True), (-1.0, 0.5, True), (0.5, 0.5, False), (math.nan, math.inf, False)]
)
def test_a_kink_is_a_gap_above_its_error(gap: float, error: float, *, kinked: bool) -> None:
    assert LadderEstimate(0.0, 0.0, 0.0, 1.0, gap, error, 3).is_kinked is kinked


def test_a_rung_below_that_is_full_of_noise_is_overruled_by_the_one_above() -> None:
    """Rounding at rung 0 says nothing of the truncation at rung 1, when the theory holds above it."""
    rungs = measured(math.sin, rungs=range(5))
    noise = 1e-7
    rungs.accuracy = Accuracy(noise, 0.0)
    rungs.values[0] = [rungs.values[0][0] + noise, rungs.values[0][1] - noise]
    estimate = rungs.best()
    h = estimate.step
    assert h == rungs.height(1)
    # 9 h**4 / 120 of the fifth derivative; 81 times that from the rung above, a twentieth of it taken.
    assert 9.0 / 120.0 * h**4 <= estimate.truncation_error <= 6.0 * 9.0 / 120.0 * h**4


@settings(deadline=None)
@given(signs=st.lists(st.sampled_from([-1.0, 1.0]), min_size=6, max_size=6), power=st.sampled_from([2, 4]))
def test_the_error_of_the_gap_covers_the_noise_of_every_rung(signs: list[float], power: int) -> None:
    """Beside a minimum of value 0 each value is rounded like itself: most at the highest rung."""

    def with_noise(relative: float) -> LadderEstimate:
        rungs = measured(lambda t: t**power)
        rungs.accuracy = Accuracy(0.0, 1e-3)
        for k in range(3):
            rungs.values[k] = [v * (1.0 + relative * signs[2 * k + i]) for i, v in enumerate(rungs.values[k])]
        return rungs.best()

    clean, noisy = with_noise(0.0), with_noise(1e-3)
    moved = abs(noisy.slope_gap - clean.slope_gap)
    rounded = clean.slope_gap_error - abs(clean.slope_gap - _once(power))
    assert moved <= rounded


def _once(power: int) -> float:
    """Return the gap of t**power at the lowest rungs, extrapolated once: 2 h**(power - 1) is what is left of it."""
    low, high = (2.0 * (0.01 * RATIO**k) ** (power - 1) for k in range(2))
    return (RATIO * low - high) / (RATIO - 1.0)
