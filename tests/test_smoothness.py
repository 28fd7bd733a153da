"""What models leave of values: nothing of what they describe, all of what they do not."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.differences.smoothness import QUADRATIC, Model, Samples, broken, kinked, polynomial, spread

PLACES = [math.fmod(i * 0.618034, 1.0) * 2.0 - 1.0 for i in range(1, 13)] + [0.0]


def samples_of(function: Callable[[float], float], scale: float = 1.0) -> Samples:
    return Samples.of([scale * t for t in PLACES], [function(t) for t in PLACES])


@settings(deadline=None)
@given(
    a=st.floats(-5, 5),
    b=st.floats(-5, 5),
    size=st.floats(-280, 280).map(lambda e: 10.0**e),
    scale=st.sampled_from([1e-12, 1.0]),
)
def test_a_polynomial_leaves_rounding_of_its_own_kind(a: float, b: float, size: float, scale: float) -> None:
    samples = samples_of(lambda t: size * (1.0 + a * t + b * t * t), scale)
    assert polynomial(samples, QUADRATIC).level <= 1e-14 * size * (1.0 + abs(a) + abs(b))


def test_noise_is_left_at_its_own_level() -> None:
    generator = np.random.default_rng(0)
    for model, mean_square in ((lambda s: polynomial(s, 2), 1.0), (lambda s: polynomial(s, 4), 1.0)):
        levels = [model(Samples.of(PLACES, list(generator.standard_normal(13)))).level for _ in range(2000)]
        assert np.mean(np.square(levels)) == pytest.approx(mean_square, abs=0.05)


@settings(deadline=None)
@given(at=st.floats(-0.7, 0.7), slope=st.floats(0.1, 10), bend=st.floats(-5, 5))
def test_a_kink_anywhere_is_taken_whole(at: float, slope: float, bend: float) -> None:
    samples = samples_of(lambda t: slope * abs(t - at) + bend * t * t)
    assert kinked(samples).level < 1e-12
    assert polynomial(samples, QUADRATIC).level > 1e-3 * slope


@settings(deadline=None)
@given(at=st.floats(-0.6, 0.6), jump=st.floats(0.1, 10))
def test_a_jump_is_a_break_and_no_kink(at: float, jump: float) -> None:
    samples = samples_of(lambda t: jump * (t > at) + t)
    assert broken(samples).level < 1e-12
    assert kinked(samples).level > 0.02 * jump


@pytest.mark.parametrize("model", [kinked, broken, lambda s: polynomial(s, 6)])
def test_a_model_with_nothing_to_spare_says_nothing(model: Model) -> None:
    assert model(Samples.of([0.0, 1.0, 2.0], [1.0, 2.0, 5.0])).level == math.inf


def test_values_that_are_not_finite_are_left_out() -> None:
    samples = Samples.of([3.0, 1.0, 2.0], [math.inf, 4.0, math.nan])
    assert list(samples.places) == [1.0]
    assert list(samples.values) == [4.0]


def test_samples_within_a_range_keep_the_point() -> None:
    samples = Samples.of([-4.0, -1.0, 0.0, 2.0, 8.0], [1.0] * 5)
    assert list(samples.between(2.0, 4.0).places) == [-4.0, 0.0, 2.0]


@settings(deadline=None)
@given(scale=st.integers(-200, 200))
def test_the_spread_has_no_scale(scale: int) -> None:
    assert spread(np.array([3.0, -4.0]) * 2.0**scale, 4) == 2.5 * 2.0**scale
