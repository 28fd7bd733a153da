"""The measured noise of one evaluation: planted noise is found, exact functions rest on the floor, coarse dtypes are
seen."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from gradcheck.differences.counting import CountedFunction
from gradcheck.differences.lines import Line
from gradcheck.differences.noise import (
    TABLE_POINTS,
    TRIES,
    WIDER,
    Noise,
    Spacing,
    difference_table_noise,
    measure_noise,
)

EPS = float(np.finfo(float).eps)
DRAWS = 200


def line_of(function: Callable[[float], float], x: float = 0.0, v: float = 1.0) -> tuple[Line, CountedFunction]:
    """Return the line x + t v of a function of one number, and its counter."""
    counted = CountedFunction(lambda w: function(float(w[0])))
    return Line(counted, np.array([x]), np.array([v]), lambda w: w), counted


def measured(function: Callable[[float], float], x: float = 0.0, v: float = 1.0) -> Noise:
    """Return the noise measured with the first spacing that `check` uses."""
    line, _ = line_of(function, x, v)
    return measure_noise(line, line.value(0.0), spacing=1e-10, eps=EPS)


def share_outside_factor_4(order: int) -> float:
    """Return the probability that column `order` of a table of normal noise is wrong by more than 4 either way.

    A column's mean of n correlated squares of variance 1 has variance 2 sum_ij rho_ij^2 / n^2, so that it is close to
    chi-squared with
    2 / variance degrees of freedom; a level is its root: wrong by 4 is outside [1/16, 16].
    """
    row = np.array([(-1.0) ** i * math.comb(order, i) for i in range(order + 1)])
    n = TABLE_POINTS - order
    rho = np.correlate(row, row, "full")[order:] / (row @ row)
    total = sum((n if lag == 0 else 2 * (n - lag)) * rho[lag] ** 2 for lag in range(min(n, order + 1)))
    freedom = n**2 / total
    chi = stats.chi2(freedom)
    return float(chi.cdf(freedom / 16.0) + chi.sf(freedom * 16.0))


def expected_misses(order: int) -> float:
    """Return how many of DRAWS may be outside: the theory's share and three standard deviations."""
    share = share_outside_factor_4(order)
    return DRAWS * share + 3.0 * math.sqrt(DRAWS * share * (1.0 - share))


def misses(levels: list[float], sigma: float) -> int:
    return sum(not sigma / 4.0 <= level <= 4.0 * sigma for level in levels)


def test_the_theory_of_the_columns() -> None:
    """The first columns are within 4 in 99 % and 97 % of tables, the third in 94 %; a simulation without selection
    agrees."""
    generator = np.random.default_rng(1)
    tables = generator.standard_normal((20_000, TABLE_POINTS))
    for order, most in ((1, 0.01), (2, 0.03), (3, 0.06)):
        gamma = math.factorial(order) ** 2 / math.factorial(2 * order)
        levels = np.sqrt(gamma * np.mean(np.diff(tables, order, axis=1) ** 2, axis=1))
        seen = float(np.mean((levels < 0.25) | (levels > 4.0)))
        # Matching two moments leaves the lower tail right to a factor 2.
        assert seen <= 2.0 * share_outside_factor_4(order) <= 2.0 * most
        assert np.mean(levels**2) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("exponent", range(-15, -5))
def test_planted_noise_is_found(exponent: int) -> None:
    """The function moves by 1e-10 of itself between points: the first column where noise is 1e-9 or more, a later one
    below."""
    generator = np.random.default_rng(-exponent)
    scales = 10.0 ** generator.uniform(-8, 8, DRAWS)
    ratios: list[float] = []
    for scale in scales:
        sigma = 10.0**exponent * math.e * scale
        noise = measured(
            lambda x, scale=scale, sigma=sigma: scale * math.exp(x) + sigma * generator.standard_normal(), 1.0
        )
        ratios.append(noise.level / sigma)
    assert misses(ratios, 1.0) <= expected_misses(1 if exponent >= -9 else 3)
    assert np.median(ratios) == pytest.approx(1.0, rel=0.5)


@pytest.mark.parametrize("sigma", [1e-18, 1e-12, 1e-6])
def test_cancellation_to_zero_is_no_excuse(sigma: float) -> None:
    """C = 0 at the point: the floor is 0 there, and only the table sees the noise."""
    generator = np.random.default_rng(7)
    levels = []
    for _ in range(DRAWS):
        noisy = {0.0: 0.0}
        line, _ = line_of(lambda t, noisy=noisy: t * t + noisy.get(t, sigma * generator.standard_normal()))
        levels.append(measure_noise(line, 0.0, spacing=1e-10, eps=EPS).level)
    # The quiet centre is one of seven values: it takes no more than a seventh of the mean square.
    assert misses(levels, sigma) <= expected_misses(3)


def test_rounding_of_the_terms_is_seen_where_the_cost_cancels() -> None:
    """(x^2 + x) - x^2 - 1 at 1e3 is rounded in units of 1e6 eps, 1e3 times the floor of its value."""
    levels = [
        measured(lambda x: (x * x + x) - x * x - 1.0, x).level for x in np.random.default_rng(2).uniform(1e3, 2e3, 50)
    ]
    ulp = math.ulp(1e6)
    assert np.median(levels) > ulp / 8.0
    assert max(levels) < 8.0 * ulp


@settings(deadline=None)
@given(value=st.floats(1e-200, 1e200) | st.floats(-1e200, -1e-200))
def test_a_constant_rests_on_the_floor(value: float) -> None:
    assert measured(lambda x: value) == Noise(EPS / 2.0 * abs(value), Spacing.FINE)


@settings(deadline=None)
@given(x=st.floats(0.5, 2.0), v=st.floats(0.1, 3.0), power=st.integers(1, 4))
def test_an_exact_function_has_a_few_roundings_at_most(x: float, v: float, power: int) -> None:
    """The points' own rounding, power times eps/2 at most, and the value's: no smooth curvature is taken for noise."""
    noise = measured(lambda t: t**power, x, v)
    assert EPS / 2.0 * x**power <= noise.level <= 4.0 * (power + 1) * EPS * x**power


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize("offset", [0.0, 1.0, 10.0])
def test_a_cost_computed_in_a_coarser_dtype_is_seen(dtype: Any, offset: float) -> None:
    """The parameters are float64, the cost stands still between points at first and then moves in steps of its own
    dtype."""
    cast = np.dtype(dtype).type
    for x in np.random.default_rng(4).uniform(0.5, 1.5, 40):
        noise = measured(lambda t: float(cast(math.sin(t)) + cast(offset)), x)
        step = float(np.spacing(cast(math.sin(x) + offset)))
        # Uniform rounding to the step, and at most WIDER / 2 of them between the points where it is first seen to move.
        assert step / math.sqrt(12.0) / 4.0 <= noise.level <= step * WIDER / 2.0
        assert step / noise.level > 1e-2


@settings(deadline=None)
@given(scale=st.floats(1e-3, 1e3))
def test_takes_six_passes_a_try(scale: float) -> None:
    for function in (math.exp, lambda x: 3.0, lambda x: float(np.float32(math.exp(x))), lambda x: math.sin(1e9 * x)):
        line, counted = line_of(lambda x, function=function: scale * function(x), 0.7)
        centre = line.value(0.0)
        measure_noise(line, centre, spacing=1e-10, eps=EPS)
        passes = counted.forward_passes - 1
        assert passes % 6 == 0
        assert 6 <= passes <= 6 * TRIES
    generator = np.random.default_rng(0)
    line, counted = line_of(lambda x: generator.standard_normal())
    assert measure_noise(line, 0.0, spacing=1e-10, eps=EPS).spacing is Spacing.GOOD
    assert counted.forward_passes == 6


def test_outside_the_domain_there_is_only_the_floor() -> None:
    line, _ = line_of(lambda x: 1.0 if x == 0.0 else math.nan)
    assert measure_noise(line, 1.0, spacing=1e-10, eps=EPS).level == EPS / 2.0


@settings(deadline=None)
@given(
    st.lists(st.integers(-100, 100), min_size=7, max_size=7),
    st.floats(1e-3, 1e3),
    st.integers(-1000, 1000),
)
def test_the_table_does_not_see_offset_or_scale(values: list[int], scale: float, offset: int) -> None:
    """Adding a constant changes no difference, multiplying scales every level."""
    table: npt.NDArray[Any] = np.array(values, dtype=float)
    noise, moved, scaled = map(difference_table_noise, (table, table + offset, table * scale))
    assert noise == moved
    assert scaled.spacing is noise.spacing
    assert scaled.level == pytest.approx(scale * noise.level, rel=1e-9)
