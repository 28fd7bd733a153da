"""The forward pass beside the reference's: rounding is no mistake, anything above it is one, and activations are recognised."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from gradcheck.checks.forward import forward_mismatch, matching_activations
from gradcheck.network import ACTIVATIONS, COSTS, Network
from gradcheck.strategies.cases import NetworkCase
from gradcheck.strategies.recipes import Recipe, recipe_cases
from tests.student_networks_for_tests import Array

NAMES = list(ACTIVATIONS)
ELEMENTWISE = [name for name in NAMES if name != "softmax"]


def network_of(*names: str, seed: int = 0) -> tuple[Network, Array]:
    """Return a random network with these activations, and one example."""
    generator = np.random.default_rng(seed)
    network = Network.random([3, *(4 for _ in names[1:]), 3], generator, activations=[ACTIVATIONS[n] for n in names])
    return network, generator.standard_normal((3, 1))


def in_float32(network: Network, x: Array) -> Array:
    """Return a^L computed in single precision throughout."""
    a = x.astype(np.float32)
    for w, b, activation in zip(network.weights, network.biases, network.activations, strict=True):
        a = activation.value(w.astype(np.float32) @ a + b.astype(np.float32))
    assert a.dtype == np.float32
    return a


@pytest.mark.parametrize("name", NAMES)
def test_a_forward_pass_in_float32_is_within_its_own_rounding(name: str) -> None:
    for seed in range(20):
        network, x = network_of(*([name] if name == "softmax" else ["tanh", name]), seed=seed)
        assert forward_mismatch(network, x, in_float32(network, x)) is None


@settings(deadline=None, max_examples=50)
@given(recipe_cases(Recipe(tuple(ACTIVATIONS[name] for name in ("sigmoid", "tanh", "softmax")))))
def test_a_forward_pass_by_other_formulas_is_within_rounding(case: NetworkCase) -> None:
    network = case.network
    (w1, w2, w3), (b1, b2, b3) = network.weights, network.biases
    hidden = 1.0 / (1.0 + np.exp(-(w1 @ case.x + b1)))
    hidden = (np.exp(2 * (w2 @ hidden + b2)) - 1.0) / (np.exp(2 * (w2 @ hidden + b2)) + 1.0)
    exponentials = np.exp(w3 @ hidden + b3)
    assert forward_mismatch(network, case.x, exponentials / exponentials.sum(axis=0)) is None


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_a_mistake_of_1e_10_is_seen_with_its_place_and_both_values(name: str) -> None:
    network, x = network_of("sigmoid", name)
    right = network.feedforward(x).output
    wrong = right + np.array([[0.0], [1e-10], [1e-11]])
    worst = forward_mismatch(network, x, wrong)
    assert worst is not None
    assert (worst.index, worst.claimed, worst.estimated) == ((1, 0), wrong[1, 0], right[1, 0])
    assert worst.bound < 1e-13


def test_nan_in_the_output_is_a_mismatch_and_the_worst_one() -> None:
    network, x = network_of("sigmoid")
    output = network.feedforward(x).output + np.array([[0.5], [np.nan], [0.0]])
    worst = forward_mismatch(network, x, output)
    assert worst is not None
    assert worst.index == (1, 0)
    assert np.isnan(worst.claimed)


def test_an_output_of_another_shape_is_a_mismatch() -> None:
    network, x = network_of("sigmoid")
    worst = forward_mismatch(network, x, network.feedforward(x).output[:2])
    assert worst is not None
    assert worst.index == ()


def matching(*names: str) -> tuple[str, ...]:
    """Return what is recognised in three networks of these activations, declared as sigmoid."""
    cases, outputs = [], []
    for seed in range(3):
        network, x = network_of(*names, seed=seed)
        outputs.append(network.feedforward(x).output)
        sigmoids = [ACTIVATIONS["sigmoid"]] * len(names)
        declared = Network(network.weights, network.biases, sigmoids, COSTS["quadratic"])
        cases.append(NetworkCase(declared, x, np.zeros((3, 1))))
    return matching_activations(cases, outputs)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_each_activation_is_recognised_and_no_other_with_it(name: str) -> None:
    assert matching(name, name, name) == (name,)


@pytest.mark.parametrize(("hidden", "last"), [("relu", "softmax"), ("tanh", "linear"), ("gelu", "gelu_tanh")])
def test_another_activation_in_the_output_layer_is_recognised(hidden: str, last: str) -> None:
    assert matching(hidden, last) == (f"{hidden},{last}",)


def test_a_softmax_layer_alone_is_recognised() -> None:
    assert matching("softmax") == ("softmax",)


def test_what_fits_nothing_is_named_nothing() -> None:
    network, x = network_of("sigmoid")
    case = NetworkCase(network, x, np.zeros((3, 1)))
    assert matching_activations([case], [np.cos(network.feedforward(x).output)]) == ()
