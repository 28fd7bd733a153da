"""Equation (46) and its relatives: counts, exact restore, realised steps, and errors that bound the truth."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gradcheck.differences.complex_step import complex_step_component, complex_step_direction, complex_step_gradient
from gradcheck.differences.formulas import CENTRAL, FORWARD, STENCILS, Scale, Stencil
from gradcheck.differences.stencils import estimate_component, estimate_direction, estimate_gradient
from gradcheck.errors import UsageError
from gradcheck.results import ErrorSource

Vector = npt.NDArray[Any]
EPS = float(np.finfo(float).eps)
NAMES = st.sampled_from(sorted(STENCILS))
POINTS = st.sampled_from([np.float16, np.float32, np.float64]).flatmap(
    lambda dtype: arrays(dtype, st.integers(1, 8), elements=st.floats(-30, 30, width=8 * np.dtype(dtype).itemsize))
)
COORDINATES = st.floats(1e-3, 1e3) | st.floats(-1e3, -1e-3) | st.just(0.0)


class Spy:
    """A cost with its own count, which remembers what it was given and can raise at one call."""

    def __init__(self, raises_at: int | None = None) -> None:
        self.calls = 0
        self.raises_at = raises_at
        self.points: list[Vector] = []
        self.buffer: Vector | None = None

    def __call__(self, w: Vector) -> Any:
        self.calls += 1
        self.buffer = w
        self.points.append(w.copy())
        if self.calls == self.raises_at:
            raise ArithmeticError("the cost gave up")
        return np.sum(w * w)


def along(cost: Callable[[float], float]) -> Callable[[Vector], float]:
    """Return a cost of a vector of one component."""
    return lambda w: cost(float(w[0]))


# --- how many forward passes ---


@pytest.mark.equation("46")
@settings(deadline=None)
@given(w=POINTS, name=NAMES)
def test_all_components_take_p_plus_one_passes_or_two_p(w: Vector, name: str) -> None:
    spy = Spy()
    estimate = estimate_gradient(spy, w, stencil=STENCILS[name])
    assert spy.calls == estimate.forward_passes == {"forward": w.size + 1, "central": 2 * w.size}[name]
    assert estimate.value.shape == estimate.error.shape == estimate.step.shape == w.shape


@pytest.mark.equation("46")
@settings(deadline=None)
@given(w=POINTS)
def test_the_complex_step_takes_p_passes(w: Vector) -> None:
    whole, one, line = Spy(), Spy(), Spy()
    estimate = complex_step_gradient(whole, w)
    assert whole.calls == estimate.forward_passes == w.size
    assert complex_step_component(one, w, 0).forward_passes == one.calls == 1
    assert complex_step_direction(line, w, np.ones(w.size)).forward_passes == line.calls == 1


@pytest.mark.equation("46")
@settings(deadline=None)
@given(w=POINTS, name=NAMES, data=st.data())
def test_one_component_or_one_direction_takes_two_passes(w: Vector, name: str, data: st.DataObject) -> None:
    component, direction = Spy(), Spy()
    index = data.draw(st.integers(-w.size, w.size - 1))
    estimate = estimate_component(component, w, index, stencil=STENCILS[name])
    assert component.calls == estimate.forward_passes == 2
    estimate = estimate_direction(direction, w, np.ones(w.size), stencil=STENCILS[name])
    assert direction.calls == estimate.forward_passes == 2


@pytest.mark.equation("46")
def test_a_thousand_and_one_passes() -> None:
    spy = Spy()
    assert estimate_gradient(spy, np.ones(1000)).forward_passes == spy.calls == 1001


# --- what is touched, and that it is restored ---


def with_awkward_values(w: Vector) -> Vector:
    """Return the point with -0.0 and a denormal appended."""
    tiny = np.finfo(w.dtype).smallest_subnormal
    return np.concatenate([w, np.array([-0.0, tiny, -tiny], dtype=w.dtype)])


@settings(deadline=None)
@given(w=POINTS.map(with_awkward_values), name=NAMES, data=st.data())
def test_restored_bit_for_bit_whichever_call_raises(w: Vector, name: str, data: st.DataObject) -> None:
    stencil = STENCILS[name]
    before = w.tobytes()
    for count in range(1, len(stencil.moved) * w.size + 2):
        spy = Spy(raises_at=count)
        try:
            estimate_gradient(spy, w, stencil=stencil)
        except ArithmeticError:
            assert spy.calls == count
        assert spy.buffer is not None
        assert not np.shares_memory(spy.buffer, w)
        assert spy.buffer.tobytes() == w.tobytes() == before


@settings(deadline=None)
@given(w=POINTS.map(with_awkward_values), name=NAMES)
def test_one_component_at_a_time_moves(w: Vector, name: str) -> None:
    spy = Spy()
    stencil = STENCILS[name]
    estimate_gradient(spy, w, stencil=stencil)
    moved = [np.flatnonzero(point != w) for point in spy.points]
    at_point = [] if stencil is CENTRAL else [[]]
    expected = at_point + [[index] for index in range(w.size) for _ in stencil.moved]
    assert [list(m) for m in moved] == expected
    assert all(point.dtype == w.dtype for point in spy.points)


@settings(deadline=None)
@given(w=POINTS.map(with_awkward_values))
def test_directions_and_complex_steps_leave_the_callers_array_alone(w: Vector) -> None:
    before = w.tobytes()
    for raises_at in (None, 1, 2):
        for run in (
            lambda spy: estimate_direction(spy, w, np.ones(w.size)),
            lambda spy: complex_step_gradient(spy, w),
        ):
            try:
                run(Spy(raises_at))
            except ArithmeticError:
                assert raises_at is not None
            assert w.tobytes() == before


# --- the displacement that was realised ---


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", sorted(STENCILS))
@settings(deadline=None)
@given(w=st.floats(1, 2, width=32))
def test_the_realised_displacement_divides(name: str, dtype: type[Any], w: float) -> None:
    """C(w) = w - 1 has slope 1 exactly when differences are divided by (w + h) - w; h itself is wrong in the third
    digit.

    At this length a step is some hundred units in the last place of w, so that w + h is up to half a unit off.
    """
    stencil = STENCILS[name]
    eps = float(np.finfo(dtype).eps)
    length = 100.0 * eps / stencil.default_step(eps)
    point = np.array([w], dtype=dtype)
    estimate = estimate_component(lambda x: x[0] - dtype(1), point, 0, stencil=stencil, scale=Scale(length=length))
    assert estimate.value == 1.0
    assert estimate.step == pytest.approx(100 * eps, rel=0.02)


@settings(deadline=None)
@given(offset=st.floats(1e-12, 1e-6), v=st.floats(0.1, 10), name=NAMES)
def test_a_rounded_point_counts_in_the_error_of_a_direction(offset: float, v: float, name: str) -> None:
    """C(w) = w - 1 just beside 1 is exact and tiny, so that only the rounding of w + t v makes an error."""
    w = np.array([1.0 + offset])
    estimate = estimate_direction(lambda x: float(x[0] - 1.0), w, np.array([v]), stencil=STENCILS[name])
    assert abs(estimate.value - v) <= estimate.error < 1e-7 * v


def test_a_step_lost_beside_the_point_is_refused() -> None:
    with pytest.raises(UsageError, match=r"lost beside w\[0\] = 1.0: a larger scale length than 1e-20"):
        estimate_component(Spy(), np.ones(1), 0, scale=Scale(length=1e-20))


@pytest.mark.parametrize("name", sorted(STENCILS))
@pytest.mark.parametrize(
    "w",
    [
        np.full(3, 5e-324),
        np.zeros(2),
        np.full(3, 1e-129),
        np.full(3, 1e150),
        np.full(30, 300.0, np.float16),
        np.full(2, 1e30, np.float32),
    ],
)
def test_no_size_of_the_parameters_makes_a_step_vanish_or_overflow(w: Vector, name: str) -> None:
    largest = max(1.0, float(w[0]))
    for run in (estimate_gradient, lambda *a, **k: estimate_direction(*a[:2], np.ones(w.size, w.dtype), **k)):
        estimate = run(lambda x: float(np.sum(x.astype(float) / largest)), w, stencil=STENCILS[name])
        truth = (w.size if np.ndim(estimate.value) == 0 else 1.0) / largest
        assert np.all(np.abs(estimate.value - truth) <= estimate.error)
        assert np.all(np.isfinite(estimate.error))


# --- the errors bound the truth ---


def error_of(estimate: Any, truth: Any) -> float:
    """Return the distance between an estimate and an exact number."""
    return float(abs(mpmath.mpf(estimate.value) - truth))


@settings(deadline=None)
@given(
    coefficients=st.lists(st.floats(-100, 100, allow_subnormal=False), min_size=1, max_size=6),
    x=COORDINATES,
    name=NAMES,
)
def test_errors_bound_the_truth_on_polynomials(coefficients: list[float], x: float, name: str) -> None:
    """The truth is exact rational arithmetic; the bounds are those of the terms' absolute values at |x| + length."""
    stencil = STENCILS[name]
    reach = 2.0 * abs(x) or 1.0
    order = stencil.order + 1
    higher = [(k, c) for k, c in enumerate(coefficients) if k >= order]
    derivative = sum(abs(c) * math.perm(k, order) * reach ** (k - order) for k, c in higher)
    # Horner takes two roundings a term.
    noise = len(coefficients) * EPS * sum(abs(c) * reach**k for k, c in enumerate(coefficients))
    cost = along(lambda t: float(np.polynomial.polynomial.polyval(t, coefficients)))
    estimate = estimate_component(
        cost, np.array([x]), 0, stencil=stencil, scale=Scale(derivative=derivative, noise=noise)
    )
    truth = sum((k * Fraction(c) * Fraction(x) ** (k - 1) for k, c in enumerate(coefficients) if k), Fraction(0))
    assert abs(Fraction(estimate.value) - truth) <= Fraction(estimate.error)
    assert estimate.error_source is ErrorSource.MEASURED


@settings(deadline=None)
@given(x=st.floats(-5, 5), rate=st.floats(0.1, 3), name=NAMES)
def test_errors_bound_the_truth_on_exp(x: float, rate: float, name: str) -> None:
    stencil = STENCILS[name]
    # The argument's rounding is carried by the slope, the library's is under one unit; the step is far below 1/10 of
    # the reach.
    largest = math.exp(rate * (x + 0.1))
    scale = Scale(
        length=1.0, derivative=rate ** (stencil.order + 1) * largest, noise=EPS * largest * (1 + abs(rate * x))
    )
    estimate = estimate_component(along(lambda t: math.exp(rate * t)), np.array([x]), 0, stencil=stencil, scale=scale)
    assert error_of(estimate, mpmath.mpf(rate) * mpmath.exp(mpmath.mpf(rate) * x)) <= estimate.error


@settings(deadline=None)
@given(x=st.floats(-5, 5), rate=st.floats(0.1, 50), name=NAMES)
def test_errors_bound_the_truth_on_sin(x: float, rate: float, name: str) -> None:
    stencil = STENCILS[name]
    scale = Scale(length=1.0 / rate, derivative=rate ** (stencil.order + 1), noise=EPS * (1 + abs(rate * x)))
    cost = along(lambda t: math.sin(rate * t))
    truth = mpmath.mpf(rate) * mpmath.cos(mpmath.mpf(rate) * x)
    component = estimate_component(cost, np.array([x]), 0, stencil=stencil, scale=scale)
    assert error_of(component, truth) <= component.error
    direction = estimate_direction(cost, np.array([x]), np.array([1.0]), stencil=stencil, scale=scale)
    assert error_of(direction, truth) <= direction.error


@settings(deadline=None)
@given(x=st.floats(-5, 5), rate=st.floats(0.1, 3))
def test_errors_bound_the_truth_of_the_complex_step(x: float, rate: float) -> None:
    """Only where the derivative is a product: a sum that cancels in the derivative loses what this error does not
    see."""
    estimate = complex_step_component(lambda w: np.exp(rate * w[0]), np.array([x]), 0)
    truth = mpmath.mpf(rate) * mpmath.exp(mpmath.mpf(rate) * x)
    # exp carries the rounding of its argument, eps / 2 * |rate x|.
    assert error_of(estimate, truth) <= estimate.error * max(1.0, abs(rate * x))
    assert estimate.error <= 8 * EPS * float(truth)


@pytest.mark.equation("46")
def test_a_bound_of_the_wrong_derivative_is_exceeded() -> None:
    """The truncation error is no decoration: with a tenth of the true second derivative the truth is outside."""
    w = np.array([1.0])
    scale = Scale(length=1e4, noise=1e-15, derivative=0.1 * math.e)
    estimate = estimate_component(along(math.exp), w, 0, scale=scale)
    assert abs(estimate.value - math.e) > estimate.error
    honest = estimate_component(along(math.exp), w, 0, scale=Scale(length=1e4, noise=1e-15, derivative=1.01 * math.e))
    assert abs(honest.value - math.e) <= honest.error


@settings(deadline=None)
@given(name=NAMES, dtype=st.sampled_from([np.float16, np.float32, np.float64]), factor=st.floats(1e-3, 1e3))
def test_the_default_step_balances_the_errors(name: str, dtype: type[Any], factor: float) -> None:
    """No other step has a smaller sum of errors where derivatives and cost are 1, by the formulas of Taylor written
    out."""
    eps = float(np.finfo(dtype).eps)

    def total(step: float) -> float:
        truncation = {"forward": step / 2, "central": step**2 / 6}[name]
        rounding = {"forward": 2.0, "central": 1.0}[name] * 4.0 * eps / step
        return truncation + rounding

    best = STENCILS[name].default_step(eps)
    # Near the least the sum is flat: a rounding of the sum may hide a step 1e-8 away.
    assert total(best) <= total(factor * best) * (1 + 4 * EPS)
    assert total(best) < min(total(0.9 * best), total(1.1 * best))
    assert sum(STENCILS[name].errors(best, noise=4.0 * eps, derivative=1.0)) == pytest.approx(total(best), rel=1e-12)


@pytest.mark.parametrize("stencil", [FORWARD, CENTRAL])
def test_a_stencil_is_exact_up_to_its_order(stencil: Stencil) -> None:
    """sum_i c_i g_i^k is 1 for k = 1, else 0 up to its order; the next moment is its truncation factor."""
    moments = [sum(c * g**k for g, c in zip(stencil.grid, stencil.coefficients, strict=True)) for k in range(4)]
    order = stencil.order
    assert moments[: order + 1] == [float(k == 1) for k in range(order + 1)]
    assert moments[order + 1] / math.factorial(order + 1) == stencil.truncation_factor


# --- misuse ---


@pytest.mark.parametrize(
    "w", [np.zeros(0), np.ones((2, 2)), np.array([1.0, np.nan]), np.ones(2, complex), np.array("a")]
)
def test_a_point_that_is_no_vector_is_refused(w: Any) -> None:
    for run in (estimate_gradient, complex_step_gradient):
        with pytest.raises(UsageError, match="a vector of finite real numbers"):
            run(Spy(), w)


@pytest.mark.parametrize("direction", [np.zeros(2), np.ones(1), np.ones(3), np.array([1.0, np.inf]), np.ones((2, 1))])
def test_a_direction_that_is_none_is_refused(direction: Vector) -> None:
    for run in (estimate_direction, complex_step_direction):
        with pytest.raises(UsageError, match="direction has shape"):
            run(Spy(), np.ones(2), direction)


@pytest.mark.parametrize("index", [2, -3])
def test_an_index_outside_the_point_is_refused(index: int) -> None:
    for run in (estimate_component, complex_step_component):
        with pytest.raises(UsageError, match=f"index is {index}: w has 2 components"):
            run(Spy(), np.ones(2), index)


def test_a_cost_that_drops_the_imaginary_part_is_refused() -> None:
    with pytest.raises(UsageError, match=r"the cost returned 1\.0 for complex parameters"):
        complex_step_direction(lambda w: float(abs(w[0])), np.ones(1), np.ones(1))


def test_a_cost_that_writes_to_its_argument_is_refused_and_not_measured_wrongly() -> None:
    def cost(w: Vector) -> float:
        w *= 0.5
        return float(w @ w)

    for estimate in (lambda: estimate_gradient(cost, np.ones(3)), lambda: estimate_component(cost, np.ones(3), 0)):
        with pytest.raises(ValueError, match="read-only"):
            estimate()
