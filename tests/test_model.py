"""The network: equations (23) and (25), the mean cost (26), what is kept and what is refused."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings

from gradcheck.errors import ShapeError, UsageError
from gradcheck.network.activations import LINEAR, RELU, SIGMOID, SOFTMAX, TANH, modified_neuron
from gradcheck.network.arrays import Array
from gradcheck.network.costs import CROSS_ENTROPY, LOG_LIKELIHOOD, QUADRATIC, WeightDecay
from gradcheck.network.model import Network, component_form
from tests.networks_for_tests import ROUNDINGS, Case, U, cases, exponent_rounding, slope_terms

QUICK = settings(max_examples=60, deadline=None, database=None)


def output_bounds(network: Network, x: Array) -> list[Array]:
    """Return, layer by layer, how far two ways of adding the same sums may put the activations apart.

    (n + 3) u of the absolute terms of z on either side; through the slope, at most sigma' and half a second derivative
    of at most 1; and each side's own roundings of the activation (for softmax, n + 2 ptp z more).
    """
    forward = network.feedforward(x)
    error, bounds = np.zeros(forward.activations[0].shape), []
    for i, (activation, z) in enumerate(zip(network.activations, forward.zs, strict=True)):
        w, a = abs(network.weights[i]), abs(forward.activations[i])
        z_error = 2 * (w.shape[1] + 3) * U * (w @ a + abs(network.biases[i])) + w @ error
        out = abs(forward.activations[i + 1])
        if activation is SOFTMAX:
            error = out * (z_error + (out * z_error).sum(axis=0)) + 2 * U * (ROUNDINGS + len(z) + 4 * np.ptp(z)) * out
        else:
            rounding = 2 * U * (ROUNDINGS + exponent_rounding(activation, z)) * out
            error = slope_terms(activation, z) * z_error + rounding
        bounds.append(error)
    return bounds


@pytest.mark.equation("23", "25")
@QUICK
@given(case=cases())
def test_the_matrix_form_is_the_component_form_of_every_neuron(case: Case) -> None:
    network, x = case.network, case.x[:, :1]
    forward, bounds = network.feedforward(x), output_bounds(case.network, x)
    for layer in range(2, network.num_layers + 1):
        for j in range(network.sizes[layer - 1]):
            by_sums = component_form(network, x, layer, j)
            assert abs(forward.activations[layer - 1][j, 0] - by_sums) <= bounds[layer - 2][j, 0]


@pytest.mark.equation("23", "25")
@pytest.mark.parametrize("mistake", ["no bias", "w for its transpose", "no activation"])
def test_a_wrong_forward_pass_fails_the_same_comparison(mistake: str) -> None:
    network = Network.random([2, 2], np.random.default_rng(0))
    x = np.array([[0.5], [-1.0]])
    w, b = network.weights[0], network.biases[0]
    wrong = {
        "no bias": SIGMOID.value(w @ x),
        "w for its transpose": SIGMOID.value(w.T @ x + b),
        "no activation": w @ x + b,
    }[mistake]
    right = np.array([[component_form(network, x, 2, j)] for j in range(2)])
    assert not (abs(wrong - right) <= output_bounds(network, x)[0]).all()


@pytest.mark.equation("25")
@QUICK
@given(case=cases())
def test_a_batch_is_its_examples_side_by_side(case: Case) -> None:
    output, bounds = case.network.feedforward(case.x).output, output_bounds(case.network, case.x)[-1]
    one_by_one = np.hstack([case.network.feedforward(column).output for column in case.x.T])
    assert (abs(output - one_by_one) <= bounds).all()


@pytest.mark.equation("26")
@QUICK
@given(case=cases())
def test_the_cost_is_the_mean_of_the_examples_costs_plus_the_decay(case: Case) -> None:
    network = case.network
    examples = [
        network.cost_of(x, y) - network.weight_decay.value(network.weights)
        for x, y in zip(case.x.T, case.y.T, strict=True)
    ]
    decay = network.weight_decay.value(network.weights)
    by_a = abs(network.cost.nabla_a(network.feedforward(case.x).output, case.y))
    moved = (by_a * output_bounds(network, case.x)[-1]).sum() / len(examples)
    sums = (ROUNDINGS + case.y.size) * U * (np.mean(np.abs(examples)) + 2 * decay)
    assert abs(network.cost_of(case.x, case.y) - (np.mean(examples) + decay)) <= 2 * (moved + sums)


@pytest.mark.equation("26", "27")
def test_the_quadratic_cost_by_hand() -> None:
    network = Network([np.eye(2)], [np.zeros((2, 1))], [LINEAR], QUADRATIC)
    x, y = np.array([[3.0, 0.0], [4.0, 1.0]]), np.zeros((2, 2))
    assert network.cost_of(x, y) == (25 + 1) / (2 * 2)
    assert network.example_costs(network.feedforward(x), y).tolist() == [12.5, 0.5]
    decayed = Network([np.eye(2)], [np.ones((2, 1))], [LINEAR], QUADRATIC, weight_decay=WeightDecay(l1=1.0, l2=3.0))
    assert decayed.cost_of([0.0, 0.0], [1.0, 1.0]) == 3 / 2 * 2 + 2, "biases are left alone"


def test_a_matched_pair_has_a_cost_where_the_output_rounds_to_one() -> None:
    network = Network([[[1.0]]], [[[40.0]]], [SIGMOID], CROSS_ENTROPY)
    assert network.feedforward([0.0]).output.item() == 1.0
    assert network.cost_of([0.0], [1.0]) == pytest.approx(np.exp(-40), rel=4 * ROUNDINGS * U, abs=0)
    assert Network([[[1.0]]], [[[40.0]]], [TANH], QUADRATIC).matched_pair is None


def test_parameters_are_read_only_copies() -> None:
    w, b = np.ones((1, 2)), np.ones((1, 1))
    network = Network([w], [b], [RELU], QUADRATIC)
    w[0, 0] = b[0, 0] = 7.0
    assert network.weights[0].tolist() == [[1.0, 1.0]]
    assert network.biases[0].tolist() == [[1.0]]
    for array in (network.weights[0], network.biases[0], pickle.loads(pickle.dumps(network)).weights[0]):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 2.0
    with pytest.raises(AttributeError):
        network.weights = ()  # type: ignore[misc]


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
def test_the_dtype_of_the_parameters_is_kept_throughout(dtype: type) -> None:
    network = Network([np.ones((1, 2), dtype)], [np.ones((1, 1), dtype)], [TANH], QUADRATIC)
    forward = network.feedforward(np.ones((2, 3)))
    assert network.dtype == forward.output.dtype == forward.zs[0].dtype == np.dtype(dtype)
    assert isinstance(network.cost_of([1, 1], [0]), complex if np.dtype(dtype).kind == "c" else float)


def test_integer_parameters_become_float64_and_one_complex_matrix_makes_all_complex() -> None:
    assert Network([[[1, 2]]], [[[3]]], [RELU], QUADRATIC).dtype == np.float64
    assert Network([[[1j, 2]]], [[[3.0]]], [RELU], QUADRATIC).biases[0].dtype == np.complex128


def test_a_pickled_network_is_the_same_network() -> None:
    rng = np.random.default_rng(1)
    activations = [modified_neuron(TANH, 1, RELU), SIGMOID]
    network = Network.random(
        [2, 3, 1], rng, activations=activations, cost=CROSS_ENTROPY, weight_decay=WeightDecay(l2=1.0)
    )
    copy = pickle.loads(pickle.dumps(network))
    x, y = rng.normal(size=(2, 4)), np.ones((1, 4))
    assert copy.cost_of(x, y) == network.cost_of(x, y)
    assert copy.matched_pair is network.matched_pair is not None


def test_sizes_are_counted_as_the_chapter_counts_them() -> None:
    network = Network.random([2, 3, 4, 1], np.random.default_rng(0))
    assert (network.sizes, network.num_layers, network.num_parameters) == ((2, 3, 4, 1), 4, 2 * 3 + 3 + 12 + 4 + 4 + 1)


def test_random_weights_have_the_stated_spread() -> None:
    network = Network.random([400, 300], np.random.default_rng(2))
    n = network.weights[0].size
    # the standard deviation of n normal numbers has a standard error of sigma / sqrt(2 n); six of them
    assert abs(network.weights[0].std() * np.sqrt(400) - 1) < 6 / np.sqrt(2 * n)
    assert abs(network.biases[0].std() - 1) < 6 / np.sqrt(2 * 300)
    again = Network.random([400, 300], np.random.default_rng(2))
    assert np.array_equal(network.weights[0], again.weights[0])


def test_a_vector_is_one_column() -> None:
    network = Network.random([2, 1], np.random.default_rng(3))
    assert network.cost_of([1.0, 2.0], [0.5]) == network.cost_of([[1.0], [2.0]], [[0.5]])


NETWORK = Network.random([2, 3, 1], np.random.default_rng(4))


@pytest.mark.parametrize(
    ("build", "error", "words"),
    [
        (lambda: NETWORK.feedforward(np.ones((3, 5))), ShapeError, r"x has 3 rows.*\(3, 5\).*2 inputs"),
        (lambda: NETWORK.feedforward(np.ones((2, 0))), ShapeError, r"x has shape \(2, 0\)"),
        (lambda: NETWORK.feedforward(1.0), ShapeError, r"x has shape \(\)"),
        (lambda: NETWORK.cost_of(np.ones((2, 5)), np.ones((1, 4))), ShapeError, r"y has shape \(1, 4\).*\(1, 5\)"),
        (lambda: NETWORK.cost_of(np.ones((2, 5)), np.ones(5)), ShapeError, r"y has shape \(5,\).*\(1, 5\)"),
        (lambda: Network([], [], [], QUADRATIC), ShapeError, "0 weight matrices"),
        (lambda: Network([np.ones((1, 2))], [], [RELU], QUADRATIC), ShapeError, "1 weight matrices and 0 biases"),
        (lambda: Network([np.ones((1, 2))], [np.ones((1, 1))], [], QUADRATIC), ShapeError, "0 activations for 1"),
        (lambda: NETWORK.with_parameters([np.ones((3, 2)), np.ones((1, 2))], NETWORK.biases), ShapeError, "layer 3"),
        (lambda: NETWORK.with_parameters(NETWORK.weights, [np.ones(3), np.ones((1, 1))]), ShapeError, r"\(3,\)"),
        (
            lambda: Network.random([2, 2, 2], np.random.default_rng(0), activations=SOFTMAX, cost=LOG_LIKELIHOOD),
            UsageError,
            "layer 2 of 3 is a softmax",
        ),
        (lambda: Network.random([2], np.random.default_rng(0)), UsageError, r"sizes are \[2\]"),
        (lambda: Network.random([2, 0], np.random.default_rng(0)), UsageError, r"sizes are \[2, 0\]"),
        (lambda: component_form(NETWORK, [1.0, 1.0], 1, 0), UsageError, "neuron 0 of layer 1"),
        (lambda: component_form(NETWORK, [1.0, 1.0], 2, 3), UsageError, "neuron 3 of layer 2"),
        (lambda: component_form(NETWORK, np.ones((2, 2)), 2, 0), ShapeError, "one example"),
    ],
)
def test_misuse_says_what_was_seen(build: Callable[[], object], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        build()
