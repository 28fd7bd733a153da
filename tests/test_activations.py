"""Activation functions against 50-digit truth, in both tails, with complex arguments, beside the usual wrong forms."""

from __future__ import annotations

import pickle

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.errors import ShapeError, UsageError
from gradcheck.network.activations import (
    ACTIVATIONS,
    ELU,
    GELU,
    LINEAR,
    RELU,
    SIGMOID,
    SOFTMAX,
    TANH,
    Activation,
    activation_named,
    custom,
    modified_neuron,
)
from gradcheck.network.arrays import Array
from gradcheck.network.elementwise import log1p
from gradcheck.network.softmax import sum_of_others
from tests.networks_for_tests import (
    ELEMENTWISE,
    FADDEEVA,
    MP_ACTIVATIONS,
    ROUNDINGS,
    exponent_rounding,
    mp_layer,
    slope_terms,
)

QUICK = settings(max_examples=60, deadline=None, database=None)
TAILS = np.array([-700.0, -300.0, -40.0, -37.0, -8.5, -1.3, -1e-8, 1e-300, 0.25, 0.75, 20.0, 36.0, 40.0, 300.0, 700.0])
SMALLEST = np.finfo(np.float64).tiny
each_elementwise = pytest.mark.parametrize("activation", ELEMENTWISE, ids=lambda activation: activation.name)
each = pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=lambda activation: activation.name)


def mp_values(activation: Activation, z: Array) -> Array:
    """Return sigma(z), rounded once from 400 digits (in which 1 + e^-700 is not 1; GELU adds nothing)."""
    with mp.workdps(50 if activation is GELU else 400):
        return np.array([float(mp.re(MP_ACTIVATIONS[activation.name](mp.mpf(v)))) for v in z.tolist()])


def mp_slopes(activation: Activation, z: Array) -> Array:
    """Return sigma'(z) from a step of 1e-500 in 1,500 digits: its error is far below u, even relative to e^-700.

    GELU's value is never large where its slope is small, so that 100 digits do (erfc is slow in many).
    """
    digits, power = (100, -30) if activation is GELU else (1500, -500)
    with mp.workdps(digits):
        step, f = mp.mpf(10) ** power, MP_ACTIVATIONS[activation.name]
        return np.array([float((f(mp.mpf(v) + step) - f(mp.mpf(v) - step)) / (2 * step)) for v in z.tolist()])


def units_of_error(computed: Array, truth: Array, scale: Array) -> Array:
    """Return the error in units of u times `scale`; below the smallest normal number there is none."""
    u = np.finfo(computed.dtype).eps / 2
    gap = abs(computed.astype(np.float64) - truth)
    tiny = float(np.finfo(computed.dtype).tiny)
    return np.where(gap <= tiny, 0.0, gap / np.maximum(u * scale, tiny))


def value_errors(value: object, activation: Activation, z: Array) -> Array:
    """Return the errors of a value function over what rounding allows it."""
    truth = mp_values(activation, z)
    return units_of_error(value(z), truth, abs(truth) * (ROUNDINGS + exponent_rounding(activation, z)))  # type: ignore[operator]


def slope_errors(derivative: object, activation: Activation, z: Array) -> Array:
    """Return the errors of a derivative function over what rounding allows it."""
    scale = slope_terms(activation, z) * (ROUNDINGS + exponent_rounding(activation, z))
    return units_of_error(derivative(z), mp_slopes(activation, z), scale)  # type: ignore[operator]


@each_elementwise
def test_values_are_relatively_accurate_in_both_tails(activation: Activation) -> None:
    assert value_errors(activation.value, activation, TAILS).max() <= 1


@each_elementwise
def test_derivatives_are_relatively_accurate_in_both_tails(activation: Activation) -> None:
    assert slope_errors(activation.derivative, activation, TAILS).max() <= 1


@each_elementwise
@QUICK
@given(z=st.lists(st.floats(-50, 50), min_size=1, max_size=4).map(np.array))
def test_values_and_derivatives_are_accurate_everywhere(activation: Activation, z: Array) -> None:
    off_kinks = z[~np.isin(z, activation.kinks) & (abs(z) > SMALLEST)]
    assert (value_errors(activation.value, activation, off_kinks) <= 1).all()
    assert (slope_errors(activation.derivative, activation, off_kinks) <= 1).all()


@pytest.mark.parametrize(
    ("wrong", "activation"),
    [
        (lambda z: (1 + np.tanh(z / 2)) / 2, SIGMOID),  # 0 at -40
        (lambda z: np.log(1 + np.exp(np.minimum(z, 50))), ACTIVATIONS["softplus"]),  # 0 at -40
        (lambda z: z * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3))) / 2, ACTIVATIONS["gelu_tanh"]),
    ],
    ids=["sigmoid by tanh", "softplus by log", "gelu_tanh by tanh"],
)
def test_the_usual_forms_of_values_fail_the_same_test(wrong: object, activation: Activation) -> None:
    assert value_errors(wrong, activation, TAILS).max() > 1


@pytest.mark.parametrize(
    ("wrong", "activation"),
    [
        (lambda z: SIGMOID.value(z) * (1 - SIGMOID.value(z)), SIGMOID),  # 0 at 40
        (lambda z: 1 - np.tanh(z) ** 2, TANH),  # 0 at 20
        (lambda z: SIGMOID.derivative(SIGMOID.value(z)), SIGMOID),  # sigma'(a) for sigma'(z)
    ],
    ids=["sigmoid", "tanh", "sigma'(a)"],
)
def test_the_usual_forms_of_derivatives_fail_the_same_test(wrong: object, activation: Activation) -> None:
    assert slope_errors(wrong, activation, TAILS).max() > 1


@each_elementwise
def test_no_second_derivative_exceeds_one_as_the_error_model_says(activation: Activation) -> None:
    z = np.concatenate([np.linspace(-6, 6, 241) + 1e-3, [1e-9, -1e-9]])
    with mp.workdps(60):
        second = [abs(mp.diff(MP_ACTIVATIONS[activation.name], mp.mpf(v), 2, h=mp.mpf(10) ** -20)) for v in z.tolist()]
    assert max(second) <= (0 if activation.kinks or activation is LINEAR else 1)


@pytest.mark.equation("24")
@each_elementwise
def test_a_vectorised_function_acts_on_each_component(activation: Activation) -> None:
    z = np.random.default_rng(0).normal(size=(3, 4))
    one_by_one = np.array([[activation.value(np.array([[v]])).item() for v in row] for row in z.tolist()])
    # numpy's vector loops may differ from its scalar ones by the roundings that each is allowed
    assert (abs(activation.value(z) - one_by_one) <= 2 * ROUNDINGS * 2.0**-53 * abs(one_by_one)).all()
    assert not np.allclose(SOFTMAX.value(z[:, :1])[0], SOFTMAX.value(z[:1, :1])[0]), "softmax is not such a function"


def test_the_chapters_own_example_of_a_vectorised_function() -> None:
    square = custom("square", np.square, lambda z: 2 * z)
    assert square.value(np.array([2.0, 3.0])).tolist() == [4.0, 9.0]


@each_elementwise
def test_complex_arguments_give_the_value_and_the_derivative(activation: Activation) -> None:
    z = TAILS[(abs(TAILS) < 600) & (abs(TAILS) > 1e-50)]  # the imaginary step is to be small beside z
    moved = activation.value(z + 1e-100j)
    scale = 2 * ROUNDINGS + 2 * exponent_rounding(activation, z) + (FADDEEVA if activation is GELU else 0)
    assert (units_of_error(moved.real, activation.value(z), scale * abs(activation.value(z))) <= 1).all()
    slopes = moved.imag / 1e-100
    seen = slope_terms(activation, z) > 1e-200  # an imaginary part below 1e-300 has no digits left
    errors = units_of_error(slopes, activation.derivative(z), scale * slope_terms(activation, z))  # type: ignore[misc]
    assert (errors[seen] <= 1).all()
    assert seen.sum() >= 5


@each
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
def test_dtype_and_shape_are_kept(activation: Activation, dtype: type) -> None:
    z = np.linspace(-2, 2, 6).reshape(3, 2).astype(dtype)
    results = [activation.value(z), activation.vjp(z, np.ones_like(z))]
    if activation.derivative is not None:
        results.append(activation.derivative(z))
    assert {(result.dtype, result.shape) for result in results} == {(np.dtype(dtype), (3, 2))}


@each_elementwise
def test_float32_is_as_accurate_for_its_precision(activation: Activation) -> None:
    z = np.array([-80, -20, -3, -0.5, 0.5, 3, 20, 80], dtype=np.float32)
    scale = ROUNDINGS + exponent_rounding(activation, z.astype(np.float64))
    values, slopes = mp_values(activation, z), mp_slopes(activation, z)
    assert (units_of_error(activation.value(z), values, scale * abs(values)) <= 1).all()
    terms = slope_terms(activation, z.astype(np.float64))
    assert (units_of_error(activation.derivative(z), slopes, scale * terms) <= 1).all()  # type: ignore[misc]


@each
def test_nan_passes_through_every_value(activation: Activation) -> None:
    for z in (np.array([[np.nan], [1.0]]), np.array([[np.nan], [1.0]]) + 0j):
        with np.errstate(invalid="ignore"):
            assert np.isnan(activation.value(z)[0, 0])


@each_elementwise
def test_the_vjp_of_an_elementwise_activation_is_the_derivative_times_the_cotangent(activation: Activation) -> None:
    rng = np.random.default_rng(1)
    z, cotangent = rng.normal(size=(3, 2)), rng.normal(size=(3, 2))
    assert np.array_equal(activation.vjp(z, cotangent), activation.derivative(z) * cotangent)  # type: ignore[misc]


def test_kinks_are_where_the_one_sided_derivatives_differ() -> None:
    beside = np.array([-1e-9, 1e-9])
    for activation in ELEMENTWISE:
        left, right = activation.derivative(beside)  # type: ignore[misc]
        assert (abs(right - left) > 1e-8) == (0.0 in activation.kinks)
    assert ELU.kinks == ()


def softmax_error(vjp: object, z: list[float], cotangent: list[float]) -> float:
    """Return the worst error of a softmax vjp over its bound, each product p_j p_k (c_j - c_k) being a term."""
    with mp.workdps(400):
        p = mp_layer(SOFTMAX, [mp.mpf(v) for v in z])
        c = [mp.mpf(v) for v in cotangent]
        pairs = list(zip(p, c, strict=True))
        parts = [[p_j * p_k * (c_j - c_k) for p_k, c_k in pairs] for p_j, c_j in pairs]
        truth = np.array([[float(mp.fsum(row))] for row in parts])
        # differences are taken from the top class: |c_j - c_k| <= |c_j - c_top| + |c_top - c_k|
        top = c[int(np.argmax(z))]
        scale = np.array(
            [
                [float(mp.fsum(p_j * p_k * (abs(c_j - top) + abs(c_k - top)) for p_k, c_k in pairs))]
                for p_j, c_j in pairs
            ]
        )
    computed = vjp(np.array(z).reshape(-1, 1), np.array(cotangent).reshape(-1, 1))  # type: ignore[operator]
    roundings = 2 * ROUNDINGS + 2 * len(z) + 4 * np.ptp(z)  # the exponents z - max are rounded once, at most ptp u
    return float(units_of_error(computed, truth, scale * roundings).max())


@pytest.mark.equation("BP1")
@QUICK
@given(z=st.lists(st.floats(-300, 300), min_size=2, max_size=5), seed=st.integers(0, 2**32))
def test_the_softmax_vjp_keeps_its_digits_where_one_class_wins(z: list[float], seed: int) -> None:
    cotangent = np.random.default_rng(seed).normal(size=len(z)).tolist()
    assert softmax_error(SOFTMAX.vjp, z, cotangent) <= 1


def test_a_softmax_vjp_that_cancels_or_forgets_the_jacobian_fails_the_same_test() -> None:
    def cancelling(z: Array, c: Array) -> Array:
        p = SOFTMAX.value(z)
        return p * (c - (p * c).sum(axis=0))

    def diagonal(z: Array, c: Array) -> Array:
        p = SOFTMAX.value(z)
        return p * (1 - p) * c

    assert softmax_error(cancelling, [40.0, 0.0, 1.0], [1.0, 2.0, 5.0]) > 1
    assert softmax_error(diagonal, [1.0, 0.0, 1.0], [1.0, 2.0, 5.0]) > 1


@QUICK
@given(z=st.lists(st.floats(300, 1000), min_size=1, max_size=5))  # e^1000 overflows
def test_softmax_values_are_relatively_accurate(z: list[float]) -> None:
    with mp.workdps(50):
        truth = np.array([[float(p)] for p in mp_layer(SOFTMAX, [mp.mpf(v) for v in z])])
    scale = ROUNDINGS + len(z) + 2 * np.ptp(z)  # one rounding of z - max, at most ptp u, in two exponentials
    assert (units_of_error(SOFTMAX.value(np.array(z).reshape(-1, 1)), truth, scale * truth) <= 1).all()


def test_the_sum_of_others_keeps_what_the_total_less_the_entry_loses() -> None:
    terms = np.array([[1.0, 0.5], [1e-30, 0.5], [2e-30, 0.0]])
    assert np.allclose(sum_of_others(terms), [[3e-30, 0.5], [1, 0.5], [1, 1]], rtol=4 * 2.0**-53, atol=0)
    assert (terms.sum(axis=0) - terms)[0, 0] == 0


def test_the_complex_log1p_keeps_the_digits_that_numpys_loses() -> None:
    t = np.array([1e-20 + 1e-100j])
    assert log1p(t).real == 1e-20
    assert np.log1p(t).real != 1e-20


@pytest.mark.equation("Modified neuron")
@pytest.mark.parametrize("f", [LINEAR, RELU, TANH], ids=lambda f: f.name)
def test_one_modified_neuron_has_its_own_value_and_derivative(f: Activation) -> None:
    rng = np.random.default_rng(2)
    z, cotangent = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
    layer = modified_neuron(SIGMOID, 1, f)
    expected_value, expected_vjp = SIGMOID.value(z), SIGMOID.vjp(z, cotangent)
    expected_value[1], expected_vjp[1] = f.value(z[1]), f.derivative(z[1]) * cotangent[1]  # type: ignore[misc]
    assert np.array_equal(layer.value(z), expected_value)
    assert np.array_equal(layer.vjp(z, cotangent), expected_vjp)
    assert not np.array_equal(layer.vjp(z, cotangent), SIGMOID.vjp(z, cotangent))
    assert layer.kinks == f.kinks
    assert not layer.uniform


def test_a_modified_neuron_leaves_its_input_alone() -> None:
    z = np.ones((2, 1))
    modified_neuron(LINEAR, 0, TANH).value(z)
    assert z.tolist() == [[1.0], [1.0]]


@pytest.mark.parametrize(
    ("build", "error", "words"),
    [
        (lambda: activation_named("sigmod"), UsageError, "'sigmod'.*sigmoid, tanh"),
        (lambda: modified_neuron(SOFTMAX, 0, TANH), UsageError, "softmax with a neuron of tanh"),
        (lambda: modified_neuron(TANH, -1, RELU), UsageError, "neuron is -1"),
        (lambda: modified_neuron(TANH, 2, RELU).value(np.ones((2, 1))), ShapeError, "neuron 2.*2 neurons"),
    ],
)
def test_misuse_says_what_was_seen(build: object, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        build()  # type: ignore[operator]


@each
def test_every_activation_is_found_by_name_and_survives_pickling(activation: Activation) -> None:
    assert activation_named(activation.name) is activation
    assert pickle.loads(pickle.dumps(activation)) == activation


def test_a_users_own_activation_is_not_taken_for_analytic() -> None:
    assert not custom("sine", np.sin, np.cos).analytic
    assert custom("sine", np.sin, np.cos).vjp(np.array([0.0]), np.array([2.0])).item() == 2.0
