"""Backpropagation against 50-digit truth and the complex step, equation by equation, beside its usual mistakes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.errors import ShapeError
from gradcheck.network import alternatives
from gradcheck.network.activations import (
    LINEAR,
    RELU,
    SIGMOID,
    SOFTMAX,
    TANH,
    Activation,
    modified_neuron,
)
from gradcheck.network.arrays import Array
from gradcheck.network.backprop import backprop, backprop_from, bp1, bp2, bp3, bp4, output_error
from gradcheck.network.costs import CROSS_ENTROPY, QUADRATIC
from gradcheck.network.gradient import Gradient
from gradcheck.network.model import Network
from gradcheck.network.weight_decay import WeightDecay
from tests.digits import trained_digits_network
from tests.networks_for_tests import (
    ELEMENTARY,
    ELEMENTWISE,
    FADDEEVA,
    Case,
    cases,
    gradient_bounds,
    mp_gradient,
    worst_ratio,
)

QUICK = settings(max_examples=25, deadline=None, database=None)
MANY = settings(max_examples=60, deadline=None, database=None)


def added(*gradients: Gradient) -> Gradient:
    """Return the sum of gradients (of bounds, here)."""
    parts = [[g.nabla_b for g in gradients], [g.nabla_w for g in gradients]]
    nabla_b, nabla_w = (tuple(sum(arrays) for arrays in zip(*part, strict=True)) for part in parts)
    return Gradient(nabla_b=nabla_b, nabla_w=nabla_w)


def complex_step_bounds(case: Case) -> Gradient:
    """Return the bounds for the complex step, whose normal distribution function is another than the real one."""
    gelu = any("gelu" in activation.name.split() for activation in case.network.activations)
    return gradient_bounds(case, elementary=FADDEEVA if gelu else ELEMENTARY)


@pytest.mark.equation("Backpropagation", "BP1", "BP2", "BP3", "BP4")
@QUICK
@given(case=cases(max_size=3))
def test_backprop_is_the_gradient_to_50_digits(case: Case) -> None:
    claimed = backprop(case.network, case.x, case.y)
    assert worst_ratio(claimed, mp_gradient(case), gradient_bounds(case)) <= 1


@pytest.mark.equation("Backpropagation", "BP1", "BP2", "BP3", "BP4")
@MANY
@given(case=cases(max_size=6))
def test_backprop_is_the_complex_step_of_the_cost(case: Case) -> None:
    claimed, stepped = (f(case.network, case.x, case.y) for f in (backprop, alternatives.complex_step_gradient))
    assert worst_ratio(claimed, stepped, added(gradient_bounds(case), complex_step_bounds(case))) <= 1


def wrong_backprop(mistake: str, case: Case) -> Gradient:
    """Return the gradient of a backprop with one of the usual mistakes."""
    network, (forward, y) = case.network, (case.network.feedforward(case.x), case.y)
    right, last = backprop(network, case.x, y), network.activations[-1]
    nabla_a = network.cost.nabla_a(forward.output, y)
    deltas = {
        "no sigma' in BP1": [*right.deltas[:-1], nabla_a],
        "sigma'(a) for sigma'(z)": [*right.deltas[:-1], bp1(nabla_a, forward.output, last)],
        "no sigma' in BP2": [network.weights[1].T @ right.deltas[1], right.deltas[1]],
        "w for its transpose": [bp2(network.weights[1].T, right.deltas[1], forward.zs[0], network.activations[0])],
    }
    if mistake in deltas:
        errors = [*deltas[mistake], *right.deltas[len(deltas[mistake]) :]]
        nabla_w = [bp4(delta, a) for delta, a in zip(errors, forward.activations, strict=False)]
        return Gradient(nabla_b=tuple(bp3(delta) for delta in errors), nabla_w=tuple(nabla_w))
    m = case.x.shape[1]
    return {
        "no 1/m": Gradient(nabla_b=tuple(m * b for b in right.nabla_b), nabla_w=tuple(m * w for w in right.nabla_w)),
        "1/m in nabla_b alone": replace(right, nabla_w=tuple(m * w for w in right.nabla_w)),
        "bias forgotten": replace(right, nabla_b=(0 * right.nabla_b[0], *right.nabla_b[1:])),
        "activation of the wrong layer": replace(
            right, nabla_w=(right.nabla_w[0], bp4(right.deltas[1], forward.activations[2]))
        ),
    }[mistake]


@pytest.mark.equation("BP1", "BP2", "BP3", "BP4")
@pytest.mark.parametrize(
    "mistake",
    [
        "no sigma' in BP1",
        "sigma'(a) for sigma'(z)",
        "no sigma' in BP2",
        "w for its transpose",
        "no 1/m",
        "1/m in nabla_b alone",
        "bias forgotten",
        "activation of the wrong layer",
    ],
)
@settings(max_examples=5, deadline=None, database=None)
@given(seed=st.integers(0, 2**32))
def test_the_usual_mistakes_fail_the_same_comparison(mistake: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    case = Case(Network.random([3, 3, 3], rng), rng.normal(size=(3, 2)), rng.normal(size=(3, 2)))
    assert worst_ratio(backprop(case.network, case.x, case.y), mp_gradient(case), gradient_bounds(case)) <= 1
    assert worst_ratio(wrong_backprop(mistake, case), mp_gradient(case), gradient_bounds(case)) > 1e6


def test_w_for_its_transpose_does_not_even_fit_when_layers_differ() -> None:
    with pytest.raises(ValueError, match="matmul"):
        bp2(np.ones((2, 3)).T, np.ones((2, 1)), np.ones((3, 1)), SIGMOID)


@pytest.mark.equation("BP1", "BP1a", "30", "28")
@pytest.mark.parametrize("activation", ELEMENTWISE, ids=lambda activation: activation.name)
def test_the_output_error_is_the_hadamard_product_with_sigma_prime(activation: Activation) -> None:
    rng = np.random.default_rng(0)
    z, y = rng.normal(size=(3, 2)), rng.normal(size=(3, 2))
    a = activation.value(z)
    by_components = np.array(
        [
            [(a[j, x] - y[j, x]) * activation.derivative(z[j : j + 1, x : x + 1]).item() for x in range(2)]  # type: ignore[misc]
            for j in range(3)
        ]
    )
    # numpy's vector loops may differ from its scalar ones: the roundings of sigma' on either side
    bound = 2 * (2 * ELEMENTARY + 8) * 2.0**-53 * abs(a - y)
    assert (abs(bp1(QUADRATIC.nabla_a(a, y), z, activation) - by_components) <= bound * 2).all()
    if activation is not LINEAR:
        assert not np.allclose(bp1(a - y, z, activation), a - y), "without sigma' it is another vector"


@pytest.mark.equation("BP3", "31", "BP4", "32", "Prove BP3 and BP4")
def test_bp3_and_bp4_are_averages_of_the_examples_own_products() -> None:
    rng = np.random.default_rng(1)
    delta, a_prev = rng.integers(-9, 9, size=(3, 4)).astype(float), rng.integers(-9, 9, size=(2, 4)).astype(float)
    for j in range(3):
        assert bp3(delta)[j, 0] == sum(delta[j, x] for x in range(4)) / 4  # small integers: exact
        for k in range(2):
            assert bp4(delta, a_prev)[j, k] == sum(a_prev[k, x] * delta[j, x] for x in range(4)) / 4
    assert bp4(delta[:, :1], a_prev[:, :1]).tolist() == np.outer(delta[:, 0], a_prev[:, 0]).tolist()


@pytest.mark.equation("Prove BP3 and BP4", "31", "32")
@MANY
@given(case=cases(max_size=4))
def test_a_bias_and_a_weight_act_through_their_weighted_input_alone(case: Case) -> None:
    """z_j = sum_k w_jk a_k + b_j: a step in b_j is the demon's step in z_j, one in w_jk is a_k times as large.

    So dC/db_j = delta_j and dC/dw_jk = a_k delta_j: here without any derivative, by equal costs of equal steps.
    """
    network, x, y = case.network, case.x[:, :1], case.y[:, :1]
    layer, step = network.num_layers, 1e-100j
    i = layer - 2
    a_k = network.feedforward(x).activations[i][-1, 0]
    biases, weights = [b.astype(complex) for b in network.biases], [w.astype(complex) for w in network.weights]
    dz = np.zeros((network.sizes[-1], 1), complex)
    dz[0] = step
    biases[i][0] += step
    by_bias = network.with_parameters(network.weights, biases).cost_of(x, y)
    weights[i][0, -1] += step
    by_weight = network.with_parameters(weights, network.biases).cost_of(x, y)
    by_demon = alternatives.demon_cost(network, x, y, layer=layer, dz=dz)
    decay = network.weight_decay.nabla_w(network.weights[i])[0, -1]
    one = Case(network, x, y)
    bounds = added(complex_step_bounds(one), complex_step_bounds(one))
    by_z = by_demon.imag / 1e-100
    assert abs(by_bias.imag / 1e-100 - by_z) <= bounds.nabla_b[i][0, 0]
    room = bounds.nabla_w[i][0, -1] + abs(a_k) * bounds.nabla_b[i][0, 0]
    assert abs(by_weight.imag / 1e-100 - decay - a_k * by_z) <= room


@pytest.mark.equation("Fully matrix-based mini-batch", "26")
@MANY
@given(case=cases())
def test_the_gradient_of_a_batch_is_the_mean_of_its_examples(case: Case) -> None:
    network, m = case.network, case.x.shape[1]
    singles = [Case(network, case.x[:, [i]], case.y[:, [i]]) for i in range(m)]
    gradients = [backprop(network, single.x, single.y) for single in singles]
    mean = Gradient(
        nabla_b=tuple(sum(arrays) / m for arrays in zip(*(g.nabla_b for g in gradients), strict=True)),
        nabla_w=tuple(sum(arrays) / m for arrays in zip(*(g.nabla_w for g in gradients), strict=True)),
    )
    # adding m gradients and dividing: (m + 1) u of their absolute values, which their bounds exceed many times
    bounds = added(gradient_bounds(case), *(gradient_bounds(single) for single in singles))
    assert worst_ratio(backprop(network, case.x, case.y), mean, bounds) <= 1


@pytest.mark.equation("Fully matrix-based mini-batch")
@MANY
@given(case=cases())
def test_deltas_are_of_each_example_and_never_divided_by_m(case: Case) -> None:
    whole = backprop(case.network, case.x, case.y)
    for i in range(case.x.shape[1]):
        single = Case(case.network, case.x[:, [i]], case.y[:, [i]])
        alone, bounds = backprop(single.network, single.x, single.y), gradient_bounds(single)
        for delta, delta_alone, bound in zip(whole.deltas, alone.deltas, bounds.nabla_b, strict=True):
            assert delta.shape == (len(delta_alone), case.x.shape[1])
            assert (abs(delta[:, [i]] - delta_alone) <= 2 * bound).all()


@pytest.mark.equation("Modified neuron")
@QUICK
@given(case=cases(hidden=[SIGMOID, TANH]), f=st.sampled_from([RELU, LINEAR, TANH, SIGMOID]))
def test_one_modified_neuron_in_any_layer(case: Case, f: Activation) -> None:
    network = case.network
    for i in range(len(network.activations)):
        if network.activations[i] is SOFTMAX:
            continue
        changed = list(network.activations)
        changed[i] = modified_neuron(network.activations[i], len(network.biases[i]) - 1, f)
        modified = Network(network.weights, network.biases, changed, QUADRATIC)
        claimed, stepped = (g(modified, case.x, case.y) for g in (backprop, alternatives.complex_step_gradient))
        point = Case(modified, case.x, case.y)
        assert worst_ratio(claimed, stepped, added(gradient_bounds(point), complex_step_bounds(point))) <= 1


def test_a_modified_neuron_whose_derivative_is_still_sigma_prime_fails_the_same_comparison() -> None:
    rng = np.random.default_rng(2)
    right = modified_neuron(SIGMOID, 0, LINEAR)
    wrong = replace(right, vjp=SIGMOID.vjp)
    network = Network.random([2, 3, 1], rng, activations=[wrong, SIGMOID])
    x, y = rng.normal(size=(2, 2)), rng.normal(size=(1, 2))
    point = Case(network, x, y)
    bounds = added(gradient_bounds(point), complex_step_bounds(point))
    assert worst_ratio(backprop(network, x, y), alternatives.complex_step_gradient(network, x, y), bounds) > 1e6


@pytest.mark.equation("Linear neurons")
@MANY
@given(case=cases(hidden=[LINEAR], outputs=[(LINEAR, QUADRATIC)]))
def test_linear_neurons_lose_every_sigma_prime(case: Case) -> None:
    network = case.network
    gradient, forward = backprop(network, case.x, case.y), network.feedforward(case.x)
    delta = forward.output - case.y
    for i in reversed(range(len(network.weights))):
        assert np.array_equal(gradient.deltas[i], delta)
        delta = network.weights[i].T @ delta


@pytest.mark.equation("Backpropagation", "Assumption 2")
@pytest.mark.parametrize(("sizes", "m"), [([2, 1], 1), ([3, 4, 5, 2], 7), ([50, 60, 70, 80, 10], 30)])
def test_one_forward_and_one_backward_pass_whatever_the_size(sizes: list[int], m: int) -> None:
    calls: list[str] = []

    def counting(layer: int) -> Activation:
        def value(z: Array) -> Array:
            calls.append(f"value {layer}")
            return TANH.value(z)

        def vjp(z: Array, cotangent: Array) -> Array:
            calls.append(f"vjp {layer}")
            return TANH.vjp(z, cotangent)

        return replace(TANH, value=value, vjp=vjp)

    layers = range(2, len(sizes) + 1)
    rng = np.random.default_rng(3)
    network = Network.random(sizes, rng, activations=[counting(layer) for layer in layers])
    backprop(network, rng.normal(size=(sizes[0], m)), rng.normal(size=(sizes[-1], m)))
    assert calls == [f"value {layer}" for layer in layers] + [f"vjp {layer}" for layer in reversed(layers)]


def test_a_matched_pair_learns_where_the_output_rounds_to_one() -> None:
    network = Network([[[1.0]]], [[[40.0]]], [SIGMOID], CROSS_ENTROPY)
    forward = network.feedforward([2.0])
    assert output_error(network, forward, [1.0]).item() == pytest.approx(
        -np.exp(-42), rel=4 * ELEMENTARY * 2.0**-53, abs=0
    )
    assert output_error(network, forward, [0.0]).item() == 1.0
    assert (forward.output - 1.0).item() == 0


def test_weight_decay_is_added_to_nabla_w_alone() -> None:
    rng = np.random.default_rng(5)
    plain = Network.random([2, 3, 1], rng)
    decay = WeightDecay(l1=0.5, l2=0.25)
    decayed = Network(plain.weights, plain.biases, plain.activations, plain.cost, weight_decay=decay)
    x, y = rng.normal(size=(2, 4)), rng.normal(size=(1, 4))
    with_decay, without = backprop(decayed, x, y), backprop(plain, x, y)
    for i in range(2):
        assert np.array_equal(with_decay.nabla_b[i], without.nabla_b[i])
        assert np.array_equal(with_decay.nabla_w[i], without.nabla_w[i] + decay.nabla_w(plain.weights[i]))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_is_kept(dtype: type) -> None:
    network = Network([np.ones((1, 2), dtype)], [np.ones((1, 1), dtype)], [TANH], QUADRATIC)
    gradient = backprop(network, np.ones((2, 3)), np.ones((1, 3)))
    assert {array.dtype for array in (*gradient.nabla_b, *gradient.nabla_w, *gradient.deltas)} == {np.dtype(dtype)}


def test_a_forward_pass_that_is_already_made_gives_the_same_gradient() -> None:
    rng = np.random.default_rng(6)
    network, x, y = Network.random([2, 3, 1], rng), rng.normal(size=(2, 4)), rng.normal(size=(1, 4))
    pair = zip(backprop(network, x, y).nabla_w, backprop_from(network, network.feedforward(x), y).nabla_w, strict=True)
    assert all(np.array_equal(a, b) for a, b in pair)


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        (np.ones((3, 2)), np.ones((1, 2)), "x has 3 rows"),
        (np.ones((2, 2)), np.ones((2, 2)), r"y has shape \(2, 2\)"),
        (np.ones((2, 2)), np.ones(2), r"y has shape \(2,\)"),
    ],
)
def test_examples_that_do_not_fit_are_refused(x: Array, y: Array, words: str) -> None:
    run: Callable[..., Gradient] = backprop
    with pytest.raises(ShapeError, match=words):
        run(Network.random([2, 3, 1], np.random.default_rng(0)), x, y)


@pytest.mark.equation("Backpropagation")
def test_backprop_holds_at_trained_weights() -> None:
    """The complex step of single weights of a trained network, whose units are saturated."""
    digits = trained_digits_network(np.random.default_rng(0))
    case = Case(digits.network, digits.x[:, :3], digits.y[:, :3])
    gradient, bounds = backprop(case.network, case.x, case.y), gradient_bounds(case)
    rng = np.random.default_rng(7)
    for i in range(2):
        for _ in range(10):
            j, k = (int(rng.integers(n)) for n in case.network.weights[i].shape)
            weights = [w.astype(complex) for w in case.network.weights]
            weights[i][j, k] += 1e-100j
            cost = case.network.with_parameters(weights, case.network.biases).cost_of(case.x, case.y)
            assert abs(cost.imag / 1e-100 - gradient.nabla_w[i][j, k]) <= 2 * bounds.nabla_w[i][j, k]
