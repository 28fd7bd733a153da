"""The same gradient by other roads: (29), (33) to (45), (47) to (53) and the complex step, all against each other."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.errors import ShapeError, UsageError
from gradcheck.network import alternatives, complex_step, paths
from gradcheck.network.activations import LINEAR, RELU, SIGMOID, SOFTMAX, TANH, Activation, custom
from gradcheck.network.alternatives import (
    complex_step_gradient,
    delta_by_matrix_products,
    demon_cost,
    error_by_chain_rule,
    gradient_by_paths,
    hidden_error_component,
    hidden_error_matrix_form,
    next_weighted_input,
    one_layer_jacobian,
    output_error_matrix_form,
    sigma_prime_matrix,
)
from gradcheck.network.arrays import Array
from gradcheck.network.backprop import backprop, bp1, bp2
from gradcheck.network.costs import QUADRATIC
from gradcheck.network.gradient import Gradient
from gradcheck.network.model import Network
from gradcheck.network.paths import MAX_PATHS, RateFactors, count_paths, paths_from
from tests.networks_for_tests import (
    ELEMENTARY,
    ELEMENTWISE,
    ELEMENTWISE_OUTPUTS,
    FADDEEVA,
    ROUNDINGS,
    Case,
    U,
    cases,
    exponent_rounding,
    gradient_bounds,
    mp_gradient,
    slope_terms,
    worst_ratio,
)

MANY = settings(max_examples=60, deadline=None, database=None)
QUICK = settings(max_examples=25, deadline=None, database=None)
small_cases = cases(max_size=3, outputs=ELEMENTWISE_OUTPUTS)
smooth = [activation for activation in ELEMENTWISE if not activation.kinks]


def elementary_of(case: Case) -> float:
    """Return the roundings of an elementary function with complex arguments: the normal distribution has its own."""
    return FADDEEVA if any(activation.name == "gelu" for activation in case.network.activations) else ELEMENTARY


def path_bounds(case: Case) -> Gradient:
    """Return the bounds for sums of as many terms as there are paths, each a product of three factors a layer."""
    terms = count_paths(case.network.sizes) + 3 * case.network.num_layers
    return gradient_bounds(case, summands=terms, fused="no")


def test_the_alternatives_share_nothing_with_backprop() -> None:
    for module in (alternatives, paths, complex_step):
        imported = [
            node.module
            for node in ast.walk(ast.parse(inspect.getsource(module)))
            if isinstance(node, ast.ImportFrom) and node.module
        ]
        assert "gradcheck.network.backprop" not in imported
        assert "gradcheck.network.model" in imported


# --- Hadamard products as matrix products: (28), (33) to (35)


@pytest.mark.equation("28", "33")
@pytest.mark.parametrize("activation", ELEMENTWISE, ids=lambda activation: activation.name)
def test_the_diagonal_matrix_does_what_the_hadamard_product_does(activation: Activation) -> None:
    rng = np.random.default_rng(0)
    z, vector = rng.normal(size=(3, 1)), rng.normal(size=(3, 1))
    matrix = sigma_prime_matrix(z, activation)
    assert np.count_nonzero(matrix - np.diag(np.diag(matrix))) == 0
    assert np.array_equal(matrix @ vector, bp1(vector, z, activation)), "0 times the others adds nothing"


@pytest.mark.equation("28")
def test_the_chapters_hadamard_product() -> None:
    assert (np.array([1, 2]) * np.array([3, 4])).tolist() == [3, 8]
    square = custom("square", np.square, lambda z: 2 * z)  # sigma'(1/2) = 1 and sigma'(1) = 2
    assert bp1(np.array([[3.0], [4.0]]), np.array([[0.5], [1.0]]), square).tolist() == [[3.0], [8.0]]


def output_bound(activation: Activation, z: Array, nabla_a: Array) -> Array:
    """Return how far two computations of the product with Sigma'(z) may differ.

    For softmax each entry p_k (1 - p_k) or p_j p_k carries the softmax's own error, n + 2 ptp z + ROUNDINGS, and the n
    products are added; backprop takes differences from the top class, at most |c_j| + |c_top|.
    """
    if activation is not SOFTMAX:
        return 4 * U * (ROUNDINGS + exponent_rounding(activation, z)) * slope_terms(activation, z) * abs(nabla_a)
    p, largest = SOFTMAX.value(z), abs(nabla_a).max(axis=0)
    per_term = 4 * U * (ROUNDINGS + 2 * len(z) + 2 * np.ptp(z))
    return np.asarray(per_term * p * (abs(nabla_a) + largest + (p * (abs(nabla_a) + largest)).sum(axis=0)))


@pytest.mark.equation("33", "Alternative presentation", "BP1")
@pytest.mark.parametrize("activation", [*ELEMENTWISE, SOFTMAX], ids=lambda activation: activation.name)
@MANY
@given(seed=st.integers(0, 2**32))
def test_the_output_error_in_matrix_form(activation: Activation, seed: int) -> None:
    rng = np.random.default_rng(seed)
    z, nabla_a = rng.normal(size=(3, 2)), rng.normal(size=(3, 2))
    bound = output_bound(activation, z, nabla_a)
    delta = output_error_matrix_form(nabla_a, z, activation)
    assert (abs(delta - bp1(nabla_a, z, activation)) <= bound).all()
    slopes_show = activation.derivative is None or (abs(activation.derivative(z) - 1) > 1e-3).any()
    assert not slopes_show or not (abs(delta - nabla_a) <= bound).all(), "without Sigma' it is another vector"


def test_an_activation_without_a_derivative_has_its_jacobian_from_its_vjp() -> None:
    softmax_of_ones_own = Activation("own", lambda z: SOFTMAX.value(z), SOFTMAX.vjp)
    z = np.random.default_rng(1).normal(size=(3, 1))
    bound = sum(output_bound(SOFTMAX, z, np.eye(3)[:, [k]]) for k in range(3))
    assert (abs(sigma_prime_matrix(z, softmax_of_ones_own) - sigma_prime_matrix(z, SOFTMAX)) <= bound).all()


@pytest.mark.equation("34", "Alternative presentation", "BP2")
@MANY
@given(activation=st.sampled_from(ELEMENTWISE), seed=st.integers(0, 2**32))
def test_the_hidden_error_in_matrix_form(activation: Activation, seed: int) -> None:
    rng = np.random.default_rng(seed)
    w, delta, z = rng.normal(size=(2, 3)), rng.normal(size=(2, 4)), rng.normal(size=(3, 4))
    # the same w^T delta, in numpy's own order for a batch and for a column: 2 (n + 2) u of the absolute terms
    bound = output_bound(activation, z, abs(w.T) @ abs(delta)) * 4
    assert (abs(hidden_error_matrix_form(w, delta, z, activation) - bp2(w, delta, z, activation)) <= bound).all()
    wrong = bp2(-w, delta, z, activation)
    assert activation is RELU or not (abs(hidden_error_matrix_form(w, delta, z, activation) - wrong) <= bound).all()


@pytest.mark.equation("35", "Alternative presentation")
@MANY
@given(case=cases())
def test_the_error_of_every_layer_as_one_product_of_matrices(case: Case) -> None:
    """The delta of an example is its nabla_b, and has its bound; that of the batch is a mean of such."""
    gradient = backprop(case.network, case.x, case.y)
    for example in range(case.x.shape[1]):
        single = Case(case.network, case.x[:, [example]], case.y[:, [example]])
        fused, apart = gradient_bounds(single), gradient_bounds(single, fused="no")
        for layer in range(2, case.network.num_layers + 1):
            delta = delta_by_matrix_products(single.network, single.x, single.y, layer)
            bound = fused.nabla_b[layer - 2] + apart.nabla_b[layer - 2]
            assert (abs(delta - gradient.deltas[layer - 2][:, [example]]) <= bound).all()


@pytest.mark.equation("35")
def test_matrices_in_the_wrong_order_give_another_error() -> None:
    rng = np.random.default_rng(2)
    network, x, y = Network.random([2, 2, 2], rng), rng.normal(size=(2, 1)), rng.normal(size=(2, 1))
    zs, output = network.feedforward(x).zs, network.feedforward(x).output
    first, last = (sigma_prime_matrix(z, SIGMOID) for z in zs)
    wrong = last @ network.weights[1].T @ first @ (output - y)
    bound = 2 * gradient_bounds(Case(network, x, y)).nabla_b[0]
    assert (abs(delta_by_matrix_products(network, x, y, 2) - backprop(network, x, y).deltas[0]) <= bound).all()
    assert not (abs(wrong - backprop(network, x, y).deltas[0]) <= bound).all()


# --- the demon (29)


@pytest.mark.equation("29", "36")
@MANY
@given(case=cases())
def test_the_demon_measures_the_error(case: Case) -> None:
    """delta_j^l := dC_x/dz_j^l: an imaginary dz in one neuron of one example, where C is the mean over m."""
    network, m = case.network, case.x.shape[1]
    deltas = backprop(network, case.x, case.y).deltas
    for layer in range(2, network.num_layers + 1):
        for j, example in product(range(network.sizes[layer - 1]), range(m)):
            dz = np.zeros((network.sizes[layer - 1], m), complex)
            dz[j, example] = 1e-100j
            measured = demon_cost(network, case.x, case.y, layer=layer, dz=dz).imag / 1e-100 * m
            single = Case(network, case.x[:, [example]], case.y[:, [example]])
            bound = gradient_bounds(single).nabla_b[layer - 2][j, 0]
            bound += gradient_bounds(single, elementary=elementary_of(case)).nabla_b[layer - 2][j, 0]
            assert abs(measured - deltas[layer - 2][j, example]) <= bound


@pytest.mark.equation("29")
def test_the_demon_in_another_layer_or_neuron_measures_another_error() -> None:
    rng = np.random.default_rng(3)
    network, x, y = Network.random([2, 3, 3], rng), rng.normal(size=(2, 1)), rng.normal(size=(3, 1))
    delta, bound = backprop(network, x, y).deltas[0], gradient_bounds(Case(network, x, y)).nabla_b[0]
    for layer, j in ((3, 0), (2, 1)):
        dz = np.zeros((3, 1), complex)
        dz[j] = 1e-100j
        other = demon_cost(network, x, y, layer=layer, dz=dz).imag / 1e-100
        assert not abs(other - delta[0, 0]) <= 2 * bound[0, 0]


@pytest.mark.equation("29")
def test_a_demon_who_adds_what_a_bias_would_adds_nothing_else() -> None:
    rng = np.random.default_rng(4)
    network, x, y = Network.random([2, 3, 1], rng), rng.normal(size=(2, 4)), rng.normal(size=(1, 4))
    shifted = network.with_parameters(network.weights, [network.biases[0] + 0.5, network.biases[1]])
    # z + 0.5 is rounded in two orders: the cost's own error, as the gradient's of the biases it passes through
    room = sum(b.sum() for b in gradient_bounds(Case(shifted, x, y)).nabla_b) + ROUNDINGS * U * shifted.cost_of(x, y)
    assert abs(demon_cost(network, x, y, layer=2, dz=0.5) - shifted.cost_of(x, y)) <= room
    assert not abs(demon_cost(network, x, y, layer=3, dz=0.5) - shifted.cost_of(x, y)) <= room


# --- the steps of the proof: (36) to (45)


@pytest.mark.equation("36", "37")
@MANY
@given(seed=st.integers(0, 2**32))
def test_the_chain_rule_over_all_outputs_holds_where_outputs_depend_on_all_inputs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    z, nabla_a = rng.normal(size=(4, 1)), rng.normal(size=(4, 1))
    by_sum = error_by_chain_rule(nabla_a, sigma_prime_matrix(z, SOFTMAX))
    bound = output_bound(SOFTMAX, z, nabla_a)
    assert (abs(by_sum - bp1(nabla_a, z, SOFTMAX)) <= bound).all()
    diagonal = np.diag(sigma_prime_matrix(z, SOFTMAX)).reshape(-1, 1) * nabla_a
    assert not (abs(by_sum - diagonal) <= bound).all(), "(38) is for outputs that depend on their own input alone"


@pytest.mark.equation("37", "38", "39", "BP1")
@pytest.mark.parametrize("activation", ELEMENTWISE, ids=lambda activation: activation.name)
def test_the_sum_over_outputs_reduces_to_its_one_term(activation: Activation) -> None:
    rng = np.random.default_rng(5)
    z, nabla_a = rng.normal(size=(3, 1)), rng.normal(size=(3, 1))
    jacobian = sigma_prime_matrix(z, activation)
    by_sum = error_by_chain_rule(nabla_a, jacobian)  # (37)
    one_term = [[nabla_a[j, 0] * jacobian[j, j]] for j in range(3)]  # (38)
    with_sigma_prime = nabla_a * activation.derivative(z)  # (39)  # type: ignore[misc]
    assert by_sum.tolist() == one_term == with_sigma_prime.tolist()
    assert activation is LINEAR or by_sum.tolist() != nabla_a.tolist()


@pytest.mark.equation("43", "44")
@MANY
@given(activation=st.sampled_from(ELEMENTWISE), seed=st.integers(0, 2**32))
def test_the_one_layer_jacobian_is_the_derivative_of_the_next_weighted_input(activation: Activation, seed: int) -> None:
    rng = np.random.default_rng(seed)
    w, b, z = rng.normal(size=(2, 3)), rng.normal(size=(2, 1)), rng.normal(size=(3, 1))
    jacobian = one_layer_jacobian(w, z, activation)
    elementary = FADDEEVA if activation.name == "gelu" else 0
    roundings = 2 * (ROUNDINGS + len(z) + exponent_rounding(activation, z)) + elementary
    for j in range(3):
        moved = z.astype(complex)
        moved[j] += 1e-100j
        column = next_weighted_input(w, b, moved, activation).imag[:, 0] / 1e-100
        bound = roundings[j] * U * abs(w[:, j]) * slope_terms(activation, z)[j]
        assert (abs(jacobian[:, j] - column) <= bound).all()
        if abs(activation.derivative(z[j]).item() - 1) > 1e-3:  # type: ignore[misc]
            assert not (abs(w[:, j] - column) <= bound).all(), "w alone is not the derivative"


@pytest.mark.equation("43", "25")
def test_the_next_weighted_input_is_the_forward_passs() -> None:
    rng = np.random.default_rng(6)
    network, x = Network.random([2, 3, 2], rng, activations=[TANH, SIGMOID]), rng.normal(size=(2, 4))
    zs = network.feedforward(x).zs
    assert np.array_equal(next_weighted_input(network.weights[1], network.biases[1], zs[0], TANH), zs[1])
    assert not np.array_equal(next_weighted_input(network.weights[1], network.biases[1], zs[0], SIGMOID), zs[1])


@pytest.mark.equation("40", "41", "42", "44", "45", "BP2")
@MANY
@given(activation=st.sampled_from(ELEMENTWISE), seed=st.integers(0, 2**32))
def test_the_chain_rule_through_the_next_layer_is_bp2(activation: Activation, seed: int) -> None:
    rng = np.random.default_rng(seed)
    w, delta_next, z = rng.normal(size=(4, 3)), rng.normal(size=(4, 1)), rng.normal(size=(3, 1))
    slopes = activation.derivative(z)  # type: ignore[misc]
    by_chain_rule = error_by_chain_rule(delta_next, one_layer_jacobian(w, z, activation))  # (42) with (44)
    by_components = [[hidden_error_component(w, delta_next, slopes[j, 0].item(), j)] for j in range(3)]  # (45)
    # n products of three factors, added in three orders: at most n + 3 roundings of the absolute terms each
    bound = 2 * (len(w) + 3) * U * (abs(w.T) @ abs(delta_next)) * abs(slopes)
    bp2_delta = bp2(w, delta_next, z, activation)
    assert (abs(by_chain_rule - bp2_delta) <= bound).all()
    assert (abs(np.array(by_components) - bp2_delta) <= bound).all()
    without_the_last = error_by_chain_rule(delta_next[:-1], one_layer_jacobian(w[:-1], z, activation))
    assert activation is RELU or not (abs(without_the_last - bp2_delta) <= bound).all()


# --- the sum over paths: (47) to (53)


@pytest.mark.equation("52", "53")
@QUICK
@given(case=small_cases)
def test_the_sum_over_paths_is_the_gradient_to_50_digits(case: Case) -> None:
    assert worst_ratio(gradient_by_paths(case.network, case.x, case.y), mp_gradient(case), path_bounds(case)) <= 1


@pytest.mark.equation("53", "BP4", "BP3")
@MANY
@given(case=small_cases)
def test_the_sum_over_paths_is_what_backprop_returns(case: Case) -> None:
    claimed, by_paths = (f(case.network, case.x, case.y) for f in (backprop, gradient_by_paths))
    bounds, sums = path_bounds(case), gradient_bounds(case)
    both = Gradient(
        nabla_b=tuple(b + s for b, s in zip(bounds.nabla_b, sums.nabla_b, strict=True)),
        nabla_w=tuple(b + s for b, s in zip(bounds.nabla_w, sums.nabla_w, strict=True)),
    )
    assert worst_ratio(claimed, by_paths, both) <= 1


@pytest.mark.equation("48", "49", "50")
@MANY
@given(case=small_cases, data=st.data())
def test_the_rate_factors_are_the_derivatives_of_activations(case: Case, data: st.DataObject) -> None:
    network, x = case.network, case.x[:, :1]
    rates = RateFactors.of(network, x, case.y[:, :1])
    layer = data.draw(st.integers(2, network.num_layers))
    i, j, k = layer - 2, network.sizes[layer - 1] - 1, network.sizes[layer - 2] - 1
    weights = [w.astype(complex) for w in network.weights]
    weights[i][j, k] += 1e-100j
    moved = network.with_parameters(weights, network.biases).feedforward(x).activations
    (room, a_error), (next_room, _) = rate_bounds(case, layer), rate_bounds(case, min(layer + 1, network.num_layers))
    a_k, s_j = abs(rates.activations[layer - 2][k, 0]), abs(rates.slopes[i][j, 0]) + room
    first = room * a_k + s_j * a_error + 2 * U * s_j * a_k
    by_weight = rates.by_weight(layer, j, k).item()
    assert abs(moved[layer - 1][j, 0].imag / 1e-100 - by_weight) <= first
    if layer < network.num_layers:
        q = network.sizes[layer] - 1
        through_j = rates.by_activation(layer + 1, q, j).item() * by_weight  # (50): only a_j of this layer moved
        s_q, w_qj = abs(rates.slopes[i + 1][q, 0]), abs(network.weights[layer - 1][q, j])
        bound = (s_j * a_k * next_room + (s_q + next_room) * first + 4 * U * s_j * s_q * a_k) * w_qj
        assert abs(moved[layer][q, 0].imag / 1e-100 - through_j) <= bound
        assert abs(by_weight) < 1e-3 or not abs(by_weight - through_j) <= bound, "each edge has a factor of its own"


def rate_bounds(case: Case, layer: int) -> tuple[float, float]:
    """Return, for any neuron, bounds on the error of sigma'(z^l), what z lost and roundings, and on that of a^(l-1)."""
    network, forward = case.network, case.network.feedforward(case.x)
    error = np.zeros(case.x.shape)
    worst = before = 0.0
    for i in range(layer - 1):
        before = 2 * float(error.max())  # of two forward passes, one complex
        w, a = abs(network.weights[i]), abs(forward.activations[i])
        z, activation = forward.zs[i], network.activations[i]
        z_error = (w.shape[1] + 3) * U * (w @ a + abs(network.biases[i])) + w @ error
        relative = U * (2 * ROUNDINGS + exponent_rounding(activation, z) + elementary_of(case))
        error = slope_terms(activation, z) * z_error + relative * abs(forward.activations[i + 1])
        worst = 2 * float((z_error + relative * slope_terms(activation, z)).max())
    return worst, before


@pytest.mark.equation("47", "51", "52")
@MANY
@given(case=small_cases, dw=st.floats(0.001, 2))
def test_the_change_of_the_cost_is_the_sum_of_the_changes_along_all_paths(case: Case, dw: float) -> None:
    network = case.network
    rates = RateFactors.of(network, case.x, case.y)
    gradient, bounds = gradient_by_paths(network, case.x, case.y), path_bounds(case)
    for layer in range(2, network.num_layers + 1):
        along = [rates.change_along(layer, path, 0, dw) for path in paths_from(network.sizes, layer, 0)]
        decay = network.weight_decay.nabla_w(network.weights[layer - 2])[0, 0]
        change = sum(along).mean() + decay * dw  # type: ignore[attr-defined]
        bound = 2 * (bounds.nabla_w[layer - 2][0, 0] + U * abs(decay)) * abs(dw)
        assert abs(change - gradient.nabla_w[layer - 2][0, 0] * dw) <= bound


@pytest.mark.equation("51", "52")
def test_one_path_is_not_all_paths() -> None:
    rng = np.random.default_rng(7)
    network, x, y = Network.random([2, 2, 2, 2], rng), rng.normal(size=(2, 1)), rng.normal(size=(2, 1))
    rates = RateFactors.of(network, x, y)
    along = [rates.change_along(2, path, 0, 1.0).item() for path in paths_from(network.sizes, 2, 0)]
    truth, bound = backprop(network, x, y).nabla_w[0][0, 0], path_bounds(Case(network, x, y)).nabla_w[0][0, 0]
    assert len(along) == 4
    assert abs(sum(along) - truth) <= 2 * bound
    assert not any(abs(change - truth) <= 2 * bound for change in along)
    assert not abs(sum(along[:-1]) - truth) <= 2 * bound


@pytest.mark.equation("53")
def test_paths_are_counted_by_walking_them() -> None:
    for sizes in ((2, 1), (2, 3, 2), (3, 2, 4, 3), (1, 1, 1, 1)):
        walked = sum(
            (sizes[layer - 2] + 1) * len(list(paths_from(sizes, layer, j)))
            for layer in range(2, len(sizes) + 1)
            for j in range(sizes[layer - 1])
        )
        assert count_paths(sizes) == walked


@pytest.mark.equation("53")
def test_too_many_paths_are_refused_with_their_number() -> None:
    network = Network.random([10, 20, 20, 20, 10], np.random.default_rng(8))
    with pytest.raises(UsageError, match=rf"{count_paths(network.sizes)} paths.*stops at {MAX_PATHS}"):
        gradient_by_paths(network, np.ones(10), np.ones(10))


# --- the complex step


@QUICK
@given(case=cases(max_size=3))
def test_the_complex_step_is_the_gradient_to_50_digits(case: Case) -> None:
    stepped = complex_step_gradient(case.network, case.x, case.y)
    assert worst_ratio(stepped, mp_gradient(case), gradient_bounds(case, elementary=elementary_of(case))) <= 1


def test_the_complex_step_of_an_activation_with_a_wrong_value_is_another_gradient() -> None:
    rng = np.random.default_rng(9)
    network, x, y = Network.random([2, 3, 1], rng), rng.normal(size=(2, 2)), rng.normal(size=(1, 2))
    other = Network(network.weights, network.biases, [TANH, SIGMOID], QUADRATIC)
    point = Case(network, x, y)
    assert worst_ratio(complex_step_gradient(other, x, y), mp_gradient(point), gradient_bounds(point)) > 1e6


def test_the_complex_step_takes_float32_parameters_for_what_they_are() -> None:
    rng = np.random.default_rng(10)
    wide = Network.random([2, 3, 1], rng)
    parameters = [[array.astype(np.float32) for array in arrays] for arrays in (wide.weights, wide.biases)]
    narrow = wide.with_parameters(*parameters)
    widened = wide.with_parameters(*([array.astype(np.float64) for array in arrays] for arrays in parameters))
    x, y = np.ones((2, 1)), np.zeros((1, 1))
    for a, b in zip(
        complex_step_gradient(narrow, x, y).nabla_w, complex_step_gradient(widened, x, y).nabla_w, strict=True
    ):
        assert np.array_equal(a, b)


COMPLEX = Network([[[1j]]], [[[0.0]]], [LINEAR], QUADRATIC)
OWN = Network.random([1, 1], np.random.default_rng(0), activations=custom("own", np.sin, np.cos))
CLASSES = Network.random([1, 2], np.random.default_rng(0), activations=SOFTMAX)
PLAIN = Network.random([1, 2, 1], np.random.default_rng(0))


@pytest.mark.parametrize(
    ("build", "error", "words"),
    [
        (lambda: complex_step_gradient(COMPLEX, [1.0], [1.0]), UsageError, "dtype is complex128"),
        (lambda: complex_step_gradient(OWN, [1.0], [1.0]), UsageError, "own is not known to be analytic"),
        (lambda: gradient_by_paths(CLASSES, [1.0], [1.0, 0.0]), UsageError, "softmax is not elementwise"),
        (lambda: delta_by_matrix_products(PLAIN, [1.0], [1.0], 1), UsageError, "layer is 1.*2 to 3"),
        (lambda: demon_cost(PLAIN, [1.0], [1.0], layer=4, dz=1.0), UsageError, "layer is 4.*2 to 3"),
        (lambda: sigma_prime_matrix(np.ones((2, 2)), SIGMOID), ShapeError, r"z has shape \(2, 2\)"),
        (lambda: one_layer_jacobian(np.ones((2, 2)), np.ones(2), SIGMOID), ShapeError, r"z has shape \(2,\)"),
    ],
)
def test_misuse_says_what_was_seen(build: Callable[[], object], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        build()
