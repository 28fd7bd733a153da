"""Rungs on one side of a point at the end of its domain: two extrapolations of a forward or backward difference."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.differences.estimates import Accuracy
from gradcheck.differences.lines import Line
from gradcheck.differences.lockstep import follow
from gradcheck.differences.one_sided import OneSidedRungs

SIDES = [-1.0, 1.0]


def measured(function: Callable[[float], float], side: float, *, noise: float = 0.0) -> OneSidedRungs:
    """Return four rungs with the function's values."""
    found = OneSidedRungs(function(0.0), Accuracy(noise, 0.0), 0.01, 0.0, side=side)
    line = Line(lambda w: function(float(w[0])), np.zeros(1), np.ones(1), lambda w: w)
    follow(line, found.measure([0, 1, 2, 3]))
    return found


@pytest.mark.equation("46")
@pytest.mark.parametrize("side", SIDES)
def test_two_extrapolations_are_exact_for_cubes_and_look_at_one_side(side: float) -> None:
    seen: list[float] = []

    def cube(t: float) -> float:
        seen.append(t)
        return 2.0 + 3.0 * t - 7.0 * t**2 + 11.0 * t**3

    estimate = measured(cube, side).best()
    # h and h**2 are taken out, which are t**2 and t**3.
    assert estimate.value == pytest.approx(3.0, rel=1e-12)
    assert all(side * t > 0.0 for t in seen[1:])
    assert len(seen) == 5


@pytest.mark.parametrize("side", SIDES)
def test_a_fourth_power_leaves_the_third_power_of_the_step_inside_the_error(side: float) -> None:
    """Of t**4 the differences are side h**3: (27 h**3 - 12 (3h)**3 + (9h)**3) / 16 = 27 h**3."""
    estimate = measured(lambda t: t + t**4, side).best()
    assert estimate.value - 1.0 == pytest.approx(side * 27.0 * estimate.step**3, rel=1e-6)
    assert abs(estimate.value - 1.0) <= estimate.truncation_error <= 2.0 * abs(estimate.value - 1.0)


@pytest.mark.parametrize("side", SIDES)
def test_there_is_no_gap_of_slopes_to_be_seen(side: float) -> None:
    estimate = measured(math.exp, side).best()
    assert math.isnan(estimate.slope_gap) and estimate.slope_gap_error == math.inf
    assert not estimate.is_kinked


@settings(deadline=None)
@given(side=st.sampled_from(SIDES), seed=st.integers(0, 2**32 - 1), centre=st.floats(-5, 5))
def test_the_stencil_is_the_extrapolation_of_what_is_left_of_the_centre(side: float, seed: int, centre: float) -> None:
    rungs = OneSidedRungs(centre, Accuracy(0.0, 0.0), 0.01, 0.0, side=side)
    for k, value in enumerate(np.random.default_rng(seed).standard_normal(4)):
        rungs.values[k] = [float(value)]
    estimate = rungs.best()
    start = round(math.log(estimate.step / 0.01, 3.0))
    moved = [rungs.values[start + i][0] - centre for i in range(3)]
    found = math.fsum(c * value for (_, c), value in zip(estimate.stencil, moved, strict=True))
    assert found == pytest.approx(estimate.value, rel=1e-12, abs=1e-10)
    assert math.fsum(c * t for t, c in estimate.stencil) == pytest.approx(1.0, rel=1e-14)
    assert [t for t, _ in estimate.stencil] == [rungs.steps_of(start + i)[0] for i in range(3)]


def test_the_condition_error_is_the_most_that_noise_can_do() -> None:
    """Each of the three values may be off by the noise, and the centre by the same in all."""
    rungs = measured(lambda t: 0.0, 1.0, noise=1e-3)
    coefficients = [c for _, c in rungs.stencil(0)]
    most = 1e-3 * (sum(map(abs, coefficients)) + abs(sum(coefficients)))
    assert most <= rungs.condition(0) <= 1.5 * most


@pytest.mark.parametrize("side", SIDES)
def test_slow_estimates_are_off_by_all_the_distances_to_come(side: float) -> None:
    estimate = measured(lambda t: side * abs(t) ** 1.1 if side * t >= 0.0 else math.nan, side).best()
    assert abs(estimate.value) <= 1.5 * estimate.error


def test_three_rungs_are_one_extrapolation_and_no_estimate() -> None:
    rungs = measured(math.exp, 1.0)
    del rungs.values[3]
    assert math.isnan(rungs.best().value)


@pytest.mark.parametrize("hole", [0, 1, 2, 3])
def test_a_hole_in_the_domain_is_no_error(hole: int) -> None:
    rungs = measured(math.exp, 1.0)
    del rungs.values[hole]
    assert math.isnan(rungs.best().value)
    assert rungs.lowest_condition() < math.inf
