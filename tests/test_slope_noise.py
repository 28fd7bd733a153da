"""The noise of a claimed slope: float32 and differencing within a gradient are seen, a switching ReLU is no noise."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.differences.lines import Line
from gradcheck.differences.noise import Noise
from gradcheck.differences.settling import Spacing
from gradcheck.differences.slope_noise import claimed_slope_noise
from tests.noise_bench_for_tests import EPS, EPS32, f32

Vector = npt.NDArray[Any]
MOST_CALLS = 24


def slope_noise(slope: Callable[[Vector], Any], w: Vector, v: Vector) -> Noise:
    calls: list[int] = []

    def counted(p: Vector) -> float:
        calls.append(1)
        return float(slope(p))

    line = Line(counted, w, v, lambda p: p)
    noise = claimed_slope_noise(line, line.value(0.0), eps=EPS)
    assert len(calls) - 1 == noise.forward_passes <= MOST_CALLS
    return noise


class Backprop:
    """A two-layer network's gradient, in any dtype, and its cost."""

    def __init__(self, seed: int) -> None:
        self.generator = np.random.default_rng(seed)
        self.X, self.Y = self.generator.standard_normal((5, 8)), self.generator.standard_normal((2, 8))
        self.w = self.generator.standard_normal(7 * 5 + 2 * 7) / 2.0
        self.v = self.generator.standard_normal(self.w.size)

    def parts(self, w: Vector, dtype: Any) -> tuple[Vector, Vector, Vector, Vector]:
        W1, W2 = w[:35].reshape(7, 5).astype(dtype), w[35:].reshape(2, 7).astype(dtype)
        A = np.tanh(W1 @ self.X.astype(dtype))
        return W1, W2, A, W2 @ A - self.Y.astype(dtype)

    def cost(self, w: Vector) -> float:
        return 0.5 * float(np.sum(self.parts(w, np.float64)[3] ** 2))

    def gradient(self, w: Vector, dtype: Any) -> Vector:
        _, W2, A, rest = self.parts(w, dtype)
        first = ((W2.T @ rest) * (1 - A * A)) @ self.X.astype(dtype).T
        return np.concatenate([first.ravel(), (rest @ A.T).ravel()])

    def slope(self, w: Vector, dtype: Any) -> Any:
        return self.gradient(w, dtype).astype(np.float64 if dtype is f32 else dtype) @ self.v

    def true_noise(self, dtype: Any, reach: float) -> float:
        steps = reach * self.generator.uniform(-1.0, 1.0, 40)
        points = [self.w + t * self.v for t in steps]
        errors = np.array([float(self.slope(p, dtype) - self.slope(p, np.longdouble)) for p in points])
        trend = np.vander(steps / reach, 2)
        rest = errors - trend @ np.linalg.lstsq(trend, errors, rcond=None)[0]
        return math.sqrt(float(rest @ rest) / 38)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_exact_backprop_has_a_few_roundings(seed: int) -> None:
    net = Backprop(seed)
    noise = slope_noise(lambda w: net.slope(w, np.float64), net.w, net.v)
    size = float(np.abs(net.gradient(net.w, np.float64)) @ np.abs(net.v))
    assert noise.level < 20.0 * EPS * size
    assert noise.level > net.true_noise(np.float64, 1e-6) / 30.0


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_backprop_in_float32_is_seen_though_it_stands_still(seed: int) -> None:
    net = Backprop(seed)
    noise = slope_noise(lambda w: net.slope(w, f32), net.w, net.v)
    true = net.true_noise(f32, 1e-5)
    assert true / 20.0 < noise.level < 8.0 * true
    assert noise.level > 1e-3 * EPS32 * abs(float(net.slope(net.w, np.float64)))


def test_levels_are_right_in_the_middle() -> None:
    for dtype, reach in ((np.float64, 1e-6), (f32, 1e-5)):
        found = []
        for seed in range(30):
            net = Backprop(seed)
            level = slope_noise(lambda w, net=net, dtype=dtype: net.slope(w, dtype), net.w, net.v).level
            found.append(level / net.true_noise(dtype, reach))
        assert 0.6 < np.median(found) < 2.0
        assert np.count_nonzero(np.array(found) < 0.25) <= 2


def test_a_differenced_gradient_is_seen() -> None:
    """(C(w + h v) - C(w)) / h with h = 1e-7 has the noise of two evaluations over h: of 30 levels 0.2 are below a quarter."""
    found = []
    for seed in range(30):
        net = Backprop(seed)
        level = slope_noise(lambda w, net=net: (net.cost(w + 1e-7 * net.v) - net.cost(w)) / 1e-7, net.w, net.v).level
        found.append(level / (EPS * net.cost(net.w) / 1e-7))
    assert min(found) > 0.1
    assert max(found) < 30.0
    assert 0.3 < np.median(found) < 5.0


@pytest.mark.parametrize("z", [15.0, 16.0, 17.0, 18.0])
def test_a_saturated_tanh_has_the_quantum_of_its_subtraction(z: float) -> None:
    noise = slope_noise(lambda w: 1.0 - math.tanh(w[0]) ** 2, np.array([z]), np.ones(1))
    assert noise.quantum == 2.0**-52
    assert 2.0**-52 / 4.0 < noise.level < 2.0**-51
    assert noise.eps == EPS


@pytest.mark.parametrize("slope", [3.7, -1e-200, 1e200, 0.0])
def test_the_slope_of_a_linear_cost_has_its_rounding(slope: float) -> None:
    noise = slope_noise(lambda w: slope, np.ones(3), np.ones(3))
    assert noise.level == EPS / 2.0 * abs(slope)
    assert noise.spacing is Spacing.FINE


@settings(max_examples=100, deadline=None)
@given(
    exponent=st.floats(-13.0, -4.0),
    side=st.sampled_from([-1.0, 0.0, 1.0]),
    jump=st.floats(1e-6, 10.0),
    x=st.floats(0.3, 2),
)
def test_a_relu_that_switches_is_no_noise(exponent: float, side: float, jump: float, x: float) -> None:
    """The jump is at least 1e9 roundings: what is left of it is far below a thousandth."""
    at = x + side * 10.0**exponent
    noise = slope_noise(lambda w: math.sin(w[0]) + jump * (w[0] > at), np.array([x]), np.ones(1))
    assert noise.level < 1e-14 * (1.0 + jump)


def test_many_switches_nearby_are_noise() -> None:
    """Then a gap of the size of one of them is not to be called wrong."""
    generator = np.random.default_rng(0)
    places, jumps = np.sort(1.0 + 3e-6 * generator.uniform(-1, 1, 40)), generator.standard_normal(40)
    noise = slope_noise(lambda w: float(np.sum(jumps[places < w[0]])), np.ones(1), np.ones(1))
    assert noise.level > 0.3
