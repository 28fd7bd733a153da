"""The two assumptions about a cost: those that keep them, and a planted violation of each kind."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.errors import ShapeError, UsageError
from gradcheck.network.activations import SIGMOID, TANH, modified_neuron
from gradcheck.network.arrays import Array
from gradcheck.network.assumptions import permutation_bound, satisfies_assumption_1, satisfies_assumption_2
from gradcheck.network.costs import COSTS, CROSS_ENTROPY, Cost
from gradcheck.network.model import Network
from tests.networks_for_tests import Case, cases, targets_for

QUICK = settings(max_examples=60, deadline=None, database=None)
BatchCost = Callable[[Array, Array], float]
NetworkCost = Callable[[Network, Array, Array], float]


def batch(cost: Cost, seed: int) -> tuple[Array, Array]:
    """Return outputs within (0, 1) and targets of several examples."""
    generator = np.random.default_rng(seed)
    shape = (int(generator.integers(1, 6)), int(generator.integers(2, 40)))
    return generator.uniform(0.01, 0.99, size=shape), targets_for(cost, shape, generator)


def expanded_quadratic(a: Array, y: Array) -> float:
    """Return the mean quadratic cost from |a|^2 - 2 a.y + |y|^2, whose terms cancel."""
    return float(((a * a).sum() - 2 * (a * y).sum() + (y * y).sum()) / (2 * a.shape[1]))


@pytest.mark.equation("Assumption 1", "26")
@pytest.mark.parametrize("cost", COSTS.values(), ids=lambda cost: cost.name)
@QUICK
@given(seed=st.integers(0, 2**32))
def test_the_mean_over_examples_keeps_assumption_1(cost: Cost, seed: int) -> None:
    assert satisfies_assumption_1(lambda a, y: float(cost.value(a, y).mean()), *batch(cost, seed)).holds


@pytest.mark.equation("Assumption 1")
@QUICK
@given(seed=st.integers(0, 2**32), distance=st.sampled_from([1.0, 1e-3, 1e-7]))
def test_a_cost_whose_terms_cancel_is_not_called_wrong(seed: int, distance: float) -> None:
    y, noise = batch(COSTS["quadratic"], seed)
    result = satisfies_assumption_1(expanded_quadratic, y + distance * noise, y)
    assert result.holds or result.vacuous


@pytest.mark.equation("Assumption 1")
@pytest.mark.parametrize(
    "wrong",
    [
        lambda a, y: ((a - y) ** 2).sum() / 2,
        lambda a, y: ((a - y) ** 2).sum(axis=0).max() / 2,
        lambda a, y: np.median(((a - y) ** 2).sum(axis=0)) / 2,
        lambda a, y: np.sqrt(((a - y) ** 2).sum() / a.shape[1]),
        lambda a, y: ((a - y) ** 2).sum() / 2 / 10,  # divided by a mini-batch size that is not this one
        lambda a, y: ((a - a.mean(axis=1, keepdims=True) - y) ** 2).sum() / 2 / a.shape[1],
        lambda a, y: np.nan,
    ],
    ids=["sum", "max", "median", "root of the mean", "fixed m", "batch statistics", "nan"],
)
def test_costs_that_are_no_mean_over_examples_break_assumption_1(wrong: BatchCost) -> None:
    a, y = np.array([[0.1, 0.7, 0.4], [0.3, 0.2, 0.6]]), np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    result = satisfies_assumption_1(wrong, a, y)
    assert not result.holds
    assert not result.vacuous


@pytest.mark.equation("Assumption 1")
def test_examples_that_cost_the_same_prove_nothing() -> None:
    a, y = np.full((2, 3), 0.25), np.zeros((2, 3))
    result = satisfies_assumption_1(lambda a, y: float(((a - y) ** 2).sum(axis=0).max() / 2), a, y)
    assert result.vacuous
    assert not result.holds


def test_a_float32_cost_is_judged_by_its_own_precision() -> None:
    a, y = batch(COSTS["quadratic"], 0)
    result = satisfies_assumption_1(lambda a, y: np.float32(((a - y) ** 2).sum(axis=0).mean()), a, y)  # type: ignore[arg-type,return-value]
    assert result.holds
    assert result.bound > 1e-7


@pytest.mark.parametrize("shape", [(2, 1), (2, 2)])
def test_a_single_example_or_shapes_that_differ_are_refused(shape: tuple[int, int]) -> None:
    with pytest.raises(UsageError, match="two examples or more"):
        satisfies_assumption_1(lambda a, y: 0.0, np.ones(shape), np.ones((2, 1)))


@pytest.mark.equation("Assumption 2")
@QUICK
@given(case=cases(max_size=5))
def test_a_cost_of_the_output_alone_keeps_assumption_2(case: Case) -> None:
    plain = Network(case.network.weights, case.network.biases, case.network.activations, case.network.cost)
    result = satisfies_assumption_2(lambda network, x, y: network.cost_of(x, y), plain, case.x, case.y)
    silent_input_alone = plain.num_layers == 2
    tells = silent_input_alone or (min(plain.sizes[1:-1]) > 1 and result.value != 0)  # a softmax of one neuron costs 0
    assert result.holds == tells
    assert result.vacuous == (not tells)


@pytest.mark.equation("Assumption 2")
@QUICK
@given(case=cases(max_size=5), factor=st.sampled_from([1.0, 2.0, 1e6, 1e-6]))
def test_the_users_own_units_do_not_matter(case: Case, factor: float) -> None:
    def scaled(network: Network, x: Array, y: Array) -> float:
        forward = network.feedforward(x)
        return float(factor * network.cost.value(forward.output, y).mean())

    result = satisfies_assumption_2(scaled, case.network, case.x, case.y)
    assert result.holds or result.vacuous


WRONG: dict[str, NetworkCost] = {
    "a weight": lambda network, x, y: network.cost_of(x, y) + 1e-6 * network.weights[0][0, 0],
    "a later weight": lambda network, x, y: network.cost_of(x, y) + 1e-6 * network.weights[1][0, 0],
    "a hidden bias": lambda network, x, y: network.cost_of(x, y) + 1e-6 * network.biases[0][0, 0],
    "a hidden activation": lambda network, x, y: (
        network.cost_of(x, y) + 1e-6 * network.feedforward(x).activations[1][0, 0]
    ),
    "squared weights": lambda network, x, y: network.cost_of(x, y) + 1e-6 * (network.weights[0] ** 2).sum(),
    "nan": lambda network, x, y: np.nan,
}


@pytest.mark.equation("Assumption 2")
@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("cost", [COSTS["quadratic"], CROSS_ENTROPY], ids=lambda cost: cost.name)
def test_costs_that_see_inside_the_network_break_assumption_2(wrong: NetworkCost, cost: Cost) -> None:
    rng = np.random.default_rng(4)
    network = Network.random([3, 4, 2], rng, cost=cost)
    result = satisfies_assumption_2(wrong, network, rng.normal(size=(3, 5)), rng.uniform(size=(2, 5)))
    assert not result.holds
    assert not result.vacuous


@pytest.mark.equation("Assumption 2")
@pytest.mark.parametrize(
    "network",
    [
        Network.random([2, 1, 2], np.random.default_rng(5)),
        Network.random([2, 3, 2], np.random.default_rng(5), activations=[modified_neuron(SIGMOID, 0, TANH), SIGMOID]),
        Network.random([2, 3, 2], np.random.default_rng(5)).with_parameters(
            [np.zeros((3, 2)), np.full((2, 3), 4000.0)], [np.zeros((3, 1)), np.zeros((2, 1))]
        ),
    ],
    ids=["one hidden unit", "a modified neuron", "all alike"],
)
def test_hidden_units_that_cannot_change_places_prove_nothing(network: Network) -> None:
    result = satisfies_assumption_2(Network.cost_of, network, np.ones((2, 1)), np.zeros((2, 1)))
    assert result.vacuous
    assert not result.holds


def test_an_output_layer_alone_is_judged_by_the_silent_input() -> None:
    network = Network.random([2, 2], np.random.default_rng(6))
    assert satisfies_assumption_2(Network.cost_of, network, np.ones((2, 1)), np.zeros((2, 1))).holds
    assert not satisfies_assumption_2(WRONG["a weight"], network, np.ones((2, 1)), np.zeros((2, 1))).holds


def test_an_output_that_underflowed_says_nothing_rather_than_something_wrong() -> None:
    network = Network.random([1, 2, 1], np.random.default_rng(7), cost=CROSS_ENTROPY)
    dead = network.with_parameters(network.weights, [network.biases[0], [[-800.0]]])
    assert permutation_bound(dead, [[1.0]], [[1.0]]) == np.inf
    assert satisfies_assumption_2(Network.cost_of, dead, np.ones((1, 1)), np.ones((1, 1))).vacuous


def test_examples_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ShapeError, match="x has 3 rows"):
        network = Network.random([2, 1], np.random.default_rng(0))
        satisfies_assumption_2(Network.cost_of, network, np.ones(3), np.ones(1))
