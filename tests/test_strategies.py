"""The public strategies: what they draw, that it is generic, what they shrink to, and what they refuse."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample, Unsatisfiable

import gradcheck
import gradcheck.strategies as public
from gradcheck import Options, UsageError, UserCodeError, Verdict, check_vjp
from gradcheck.network import ACTIVATIONS, COSTS, Network, backprop
from gradcheck.network.activations import RELU, SIGMOID, SOFTMAX, TANH
from gradcheck.network.costs import CROSS_ENTROPY, LOG_LIKELIHOOD, QUADRATIC, Cost
from gradcheck.strategies import (
    NetworkCase,
    VjpCase,
    VjpKind,
    activations,
    costs,
    directions,
    examples,
    layer_sizes,
    mini_batches,
    network_cases,
    networks,
    parameters,
    register_activation,
    unregister_activation,
    vjp_cases,
)
from tests.test_recipes import PAIRS

Array = np.ndarray[Any, Any]
SMALL = Network.random([2, 3], np.random.default_rng(0))
FOR_FIND = settings(database=None, deadline=None, max_examples=2000, phases=[Phase.generate, Phase.shrink])


def drawn(strategy: st.SearchStrategy[Any], count: int = 100, *, seed: int = 0) -> list[Any]:
    """Return `count` values as Hypothesis draws them from a seed."""
    seen: list[Any] = []
    quiet = settings(
        max_examples=count,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    with pytest.raises((NoSuchExample, Unsatisfiable)):
        find(strategy, lambda value: bool(seen.append(value)), settings=quiet, random=random.Random(seed))
    return seen


def smallest(strategy: st.SearchStrategy[Any], condition: Callable[[Any], bool] = lambda value: True) -> Any:
    return find(strategy, condition, settings=FOR_FIND, random=random.Random(0))


# --- activations and costs --------------------------------------------------------------------------------------------


def test_every_activation_and_every_cost_is_drawn() -> None:
    assert {one.name for one in drawn(activations(), 300)} == set(ACTIVATIONS)
    assert {one.name for one in drawn(costs(), 60)} == set(COSTS)


def test_names_choose_and_the_first_is_the_simplest() -> None:
    strategy = activations(names=["tanh", "relu"])
    assert {one.name for one in drawn(strategy)} == {"tanh", "relu"}
    assert smallest(strategy) is TANH
    assert smallest(costs(names=["log_likelihood", "quadratic"])) is LOG_LIKELIHOOD


@pytest.mark.parametrize("cost", COSTS.values(), ids=COSTS)
def test_only_activations_are_drawn_that_the_cost_is_defined_for(cost: Cost) -> None:
    allowed = {activation.name for activation, other in PAIRS if other is cost}
    assert {one.name for one in drawn(activations(cost=cost), 300)} == allowed
    assert {one.name for one in drawn(activations(cost=cost.name), 300)} == allowed


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_only_costs_are_drawn_that_are_defined_for_the_activation(name: str) -> None:
    allowed = {cost.name for activation, cost in PAIRS if activation.name == name}
    assert {one.name for one in drawn(costs(activation=name), 60)} == allowed


# --- registered activations -------------------------------------------------------------------------------------------


def test_a_registered_activation_is_drawn_everywhere_also_by_strategies_made_before() -> None:
    before = [activations(), networks(), network_cases()]
    register_activation("sine", np.sin, np.cos)
    try:
        smallest(before[0], lambda one: one.name == "sine")
        smallest(before[1], lambda one: "sine" in [a.name for a in one.activations[:-1]])
        smallest(before[2], lambda one: one.network.activations[-1].name == "sine")
        assert smallest(networks(activations="sine")).activations[0].name == "sine"
        assert {one.cost for one in drawn(networks(sizes=[1, 1], activations="sine"), 30)} == set(COSTS.values()) - {
            CROSS_ENTROPY,
            LOG_LIKELIHOOD,
        }
        assert smallest(networks(sizes=[1, 1], activations="sine", costs="cross_entropy")).cost is CROSS_ENTROPY
    finally:
        unregister_activation("sine")
    assert "sine" not in {one.name for one in drawn(before[0], 300)}


def test_registered_again_the_later_one_is_drawn() -> None:
    register_activation("mine", np.sin, np.cos)
    try:
        again = register_activation("mine", np.arctan, lambda z: 1.0 / (1.0 + z * z), kinks=[0])
        assert smallest(activations(names=["mine"])) == again
        assert again.kinks == (0.0,)
    finally:
        unregister_activation("mine")


def test_a_kink_that_was_registered_is_kept_away_from_and_can_be_asked_for() -> None:
    register_activation("shifted", lambda z: np.abs(z - 0.5), lambda z: np.sign(z - 0.5), kinks=(0.5,))
    try:
        shifted = networks(activations="shifted", costs="quadratic")
        for case in drawn(network_cases(networks=shifted), 50):
            zs = case.network.feedforward(case.x).zs
            assert min(float(np.abs(z - 0.5).min()) for z in zs) > 1e-6
        for case in drawn(network_cases(networks=shifted, regime="kinked"), 50):
            zs = case.network.feedforward(case.x).zs
            assert min(float(np.abs(z - 0.5).min()) for z in zs) <= 1e-7
    finally:
        unregister_activation("shifted")


def raises(z: Array) -> Array:
    raise RuntimeError("out of order")


@pytest.mark.parametrize(
    ("arguments", "error", "seen"),
    [
        (("", np.sin, np.cos), UsageError, "name is ''"),
        ((3, np.sin, np.cos), UsageError, "name is 3"),
        (("tanh", np.sin, np.cos), UsageError, "name is 'tanh', a built-in activation"),
        (("mine", "sin", np.cos), UsageError, "value of mine is 'sin'"),
        (("mine", np.sin, None), UsageError, "derivative of mine is None"),
        (("mine", raises, np.cos), UserCodeError, "value of mine raised RuntimeError: out of order"),
        (("mine", np.sin, lambda z: 1.0), UsageError, r"derivative of mine returned 1.0 for z of shape \(2, 3\)"),
        (("mine", lambda z: z > 0, np.cos), UsageError, "value of mine returned bool of shape"),
        (("mine", lambda z: z.sum(axis=0), np.cos), UsageError, r"value of mine returned float64 of shape \(3,\)"),
        (("mine", lambda z: z * np.inf, np.cos), UsageError, r"value of mine is -inf at z = -1.83"),
    ],
)
def test_what_is_no_activation_is_not_registered(arguments: Any, error: type[Exception], seen: str) -> None:
    with pytest.raises(error, match=seen):
        register_activation(*arguments)
    with pytest.raises(UsageError, match="registered are none"):
        unregister_activation("mine")


@pytest.mark.parametrize("kinks", [0.0, [np.nan], ["x"], [np.inf], "12"])
def test_kinks_that_are_no_numbers_are_refused_with_the_value(kinks: Any) -> None:
    with pytest.raises(UsageError, match="kinks is"):
        register_activation("mine", np.sin, np.cos, kinks=kinks)


def test_a_function_that_changes_the_z_it_is_given_is_not_registered() -> None:
    with pytest.raises(UsageError, match="value of mine changes the z"):
        register_activation("mine", lambda z: np.sin(z, out=z), np.cos)


@pytest.mark.parametrize("seen", ["", None, 1j])
def test_elements_that_are_no_numbers_are_refused_when_they_are_drawn(seen: Any) -> None:
    for strategy in (
        networks(elements=st.just(seen)),
        examples(SMALL, elements=st.just(seen)),
        parameters((2,), elements=st.just(seen)),
    ):
        with pytest.raises(UsageError, match=f"elements draws {seen!r}"):
            smallest(strategy)


# --- networks ---------------------------------------------------------------------------------------------------------


def test_networks_have_full_rank_and_no_parameter_is_zero() -> None:
    several = drawn(networks(), 200)
    assert len(several) == 200
    for network in several:
        for w, b in zip(network.weights, network.biases, strict=True):
            assert np.linalg.matrix_rank(w) == min(w.shape)
            assert np.all(w != 0.0)
            assert np.all(b != 0.0)
            assert np.abs(np.concatenate([w.ravel(), b.ravel()])).max() <= 2.0


def test_widths_depths_activations_and_costs_vary() -> None:
    several = drawn(networks(), 300)
    assert Counter(network.num_layers for network in several).keys() == {2, 3, 4, 5}
    assert {n for network in several for n in network.sizes} == {1, 2, 3, 4}
    assert {one.name for network in several for one in network.activations} == set(ACTIVATIONS)
    pairs = {(network.activations[-1].name, network.cost.name) for network in several}
    assert pairs <= {(activation.name, cost.name) for activation, cost in PAIRS}
    assert len(pairs) >= 14  # of 16
    differ = sum(any(a != b for a, b in pairwise(network.sizes)) for network in several)
    assert differ >= 0.5 * len(several)


def test_a_hidden_layer_may_have_another_activation_than_the_output() -> None:
    found = smallest(networks(), lambda network: network.activations[-2:] == (RELU, SOFTMAX))
    assert found.activations[-2:] == (RELU, SOFTMAX)


def test_a_network_shrinks_to_one_neuron_with_ones() -> None:
    network = smallest(networks())
    assert (network.sizes, network.activations, network.cost) == ((1, 1), (SIGMOID,), QUADRATIC)
    assert [float(p.item()) for p in (*network.weights, *network.biases)] == [1.0, 1.0]


def test_a_case_shrinks_to_the_least_that_is_asked_for() -> None:
    case = smallest(network_cases(), lambda case: case.m > 1 and case.network.num_layers > 2)
    assert (case.network.sizes, case.m) == ((1, 1, 1), 2)
    assert np.all(case.x == 1.0)


def test_sizes_activations_and_costs_are_values_or_strategies() -> None:
    network = smallest(networks(sizes=(2, 3, 4), activations=["relu", SOFTMAX], costs="log_likelihood"))
    assert network.sizes == (2, 3, 4)
    assert network.activations == (RELU, SOFTMAX)
    assert network.cost is LOG_LIKELIHOOD
    several = drawn(
        networks(
            sizes=layer_sizes(min_layers=3, max_layers=4, min_width=2, max_width=3),
            activations=activations(names=["tanh", "sigmoid"]),
            costs=costs(names=["cross_entropy"]),
        )
    )
    assert several
    for network in several:
        assert network.num_layers in (3, 4)
        assert set(network.sizes) <= {2, 3}
        assert {one.name for one in network.activations} <= {"tanh", "sigmoid"}
        assert (network.activations[-1], network.cost) == (SIGMOID, CROSS_ENTROPY)


def test_one_activation_is_that_of_every_layer() -> None:
    assert {network.activations for network in drawn(networks(sizes=[2, 2, 2], activations=TANH), 5)} == {(TANH, TANH)}


def test_a_softmax_has_two_classes_or_more() -> None:
    for strategy in (
        networks(activations="softmax"),
        networks(activations=["relu", "softmax"]),
        networks(costs="log_likelihood"),
    ):
        several = drawn(strategy, 60)
        assert several
        for network in several:
            assert network.sizes[-1] > 1 or network.activations[-1] is not SOFTMAX
    assert all(network.activations[-1] is not SOFTMAX for network in drawn(networks(sizes=[2, 1]), 100))


def test_the_numbers_of_a_network_are_those_that_are_asked_for() -> None:
    network = smallest(networks(sizes=[2, 2], elements=st.just(3.0)))
    assert np.array_equal(network.weights[0], np.full((2, 2), 3.0))


# --- examples ---------------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(
    networks().flatmap(lambda network: st.tuples(st.just(network), examples(network, min_examples=2, max_examples=3)))
)
def test_examples_fit_the_network(pair: tuple[Network, tuple[Array, Array]]) -> None:
    network, (x, y) = pair
    assert x.shape[0] == network.sizes[0]
    assert y.shape == (network.sizes[-1], x.shape[1])
    assert x.shape[1] in (2, 3)
    assert np.all((x != 0.0) & (np.abs(x) <= 2.0))
    assert np.all((y >= 0.0) & (y <= 1.0))
    if network.cost is LOG_LIKELIHOOD:
        assert np.all(y.sum(axis=0) == 1.0)
    assert np.isfinite(network.cost_of(x, y))


def test_a_mini_batch_is_what_the_chapters_update_takes() -> None:
    batches = drawn(mini_batches(SMALL, min_size=2, max_size=3), 30)
    assert {len(batch) for batch in batches} == {2, 3}
    for x, y in batches[0]:
        assert (x.shape, y.shape) == ((2, 1), (3, 1))
    assert [(x.tolist(), y.tolist()) for x, y in smallest(mini_batches(SMALL))] == [
        ([[1.0], [1.0]], [[0.0], [0.0], [0.0]])
    ]


def test_the_numbers_of_examples_are_those_that_are_asked_for() -> None:
    x, _ = smallest(examples(SMALL, elements=st.just(7.0)))
    assert np.all(x == 7.0)
    ((x, _),) = smallest(mini_batches(SMALL, elements=st.just(7.0)))
    assert np.all(x == 7.0)


def test_cases_of_a_network_that_was_given_are_of_it() -> None:
    case = smallest(network_cases(networks=SMALL, min_examples=3))
    assert case.network is SMALL
    assert case.m == 3


@settings(deadline=None, max_examples=50)
@given(network_cases())
def test_a_case_is_differentiable_where_it_is(case: NetworkCase) -> None:
    assert np.isfinite(case.network.cost_of(case.x, case.y))
    assert all(np.all(np.isfinite(nabla)) for nabla in backprop(case.network, case.x, case.y).nabla_w)
    for z, activation in zip(case.network.feedforward(case.x).zs, case.network.activations, strict=True):
        assert all(np.abs(z - kink).min() > 1e-6 for kink in activation.kinks)


# --- parameters and directions ----------------------------------------------------------------------------------------


def test_parameters_have_the_structure_of_their_shapes() -> None:
    found = smallest(parameters({"layers": [((2, 3), (2, 1)), (4, ())], "scale": 2}, dtype=np.float32))
    assert found["layers"][0][0].shape == (2, 3)
    assert found["layers"][0][1].shape == (2, 1)
    assert found["layers"][1][0].shape == (4,)
    assert found["layers"][1][1].shape == ()
    assert found["scale"].dtype == np.float32
    assert isinstance(found["layers"][0], tuple)
    assert smallest(parameters((2, 2))).shape == (2, 2)
    assert smallest(parameters([(0, 3), 1]))[0].shape == (0, 3)


def test_parameters_are_generic_or_what_is_asked_for() -> None:
    several = drawn(parameters((3, 3)), 60)
    assert all(np.all(array != 0.0) for array in several)
    assert sum(np.linalg.matrix_rank(array) == 3 for array in several) > 45
    assert smallest(parameters((2,), elements=st.floats(5, 6))).tolist() == [5.0, 5.0]


@settings(deadline=None, max_examples=100)
@given(parameters({"w": (2, 2), "b": 2, "s": ()}).flatmap(lambda at: st.tuples(st.just(at), directions(at))))
def test_a_direction_has_both_signs_and_no_two_components_of_one_size(pair: tuple[Any, Any]) -> None:
    at, v = pair
    for name in ("w", "b"):
        assert v[name].shape == at[name].shape
        assert np.any(v[name] < 0.0)
        assert np.any(v[name] > 0.0)
        assert len(np.unique(np.abs(v[name]))) == v[name].size
    assert v["s"] != 0.0
    assert abs(abs(float(v["s"])) - abs(float(at["s"]))) > 0.0


def test_a_direction_is_in_the_scale_of_each_array() -> None:
    at = [np.full(50, 1e-3, dtype=np.float32), np.full((5, 10), 1e3), np.zeros(50)]
    sizes = np.array([[float(np.sqrt(np.mean(np.square(part)))) for part in v] for v in drawn(directions(at), 40)])
    assert np.allclose(np.median(sizes, axis=0), [1e-3, 1e3, 1.0], rtol=0.2)
    assert smallest(directions(at))[0].dtype == np.float32


def test_a_swapped_pair_hides_from_no_direction() -> None:
    # The gradient (1, 0) claimed as (0, 1): a direction of +-1 would see nothing half of the time.
    assert all(abs(v @ np.array([1.0, -1.0])) > 1e-3 for v in drawn(directions(np.ones(2)), 200))


# --- layers -----------------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=25)
@given(vjp_cases(), st.integers(0, 2**31))
def test_the_layers_are_right(case: VjpCase, seed: int) -> None:
    result = check_vjp(case.forward, case.backward, case.inputs, options=Options(seed=seed))
    # A softmax of one class is constant, and a neuron may be dead: there is nothing to see then.
    assert result.verdict is Verdict.AGREE or result.reason is gradcheck.Reason.VACUOUS, str(result)


def test_all_kinds_of_layers_and_all_activations_are_drawn() -> None:
    names = {case.name for case in drawn(vjp_cases(), 800)}
    assert "affine" in names
    assert {name for name in names if not name.startswith("affine")} == set(ACTIVATIONS)
    assert len({name for name in names if name.startswith("affine_")}) > 8


@pytest.mark.parametrize("kind", VjpKind)
def test_a_layer_shrinks_to_one_neuron_with_ones(kind: VjpKind) -> None:
    case = smallest(vjp_cases(kinds=[kind]))
    assert [array.tolist() for array in case.inputs] == [[[1.0]]] * (1 if kind is VjpKind.ACTIVATION else 3)


@pytest.mark.parametrize("index", [0, 1, 2])
def test_a_layer_with_a_wrong_backward_pass_is_found(index: int) -> None:
    def is_called_wrong(case: VjpCase) -> bool:
        def backward(cotangent: Array, cache: Any) -> Any:
            gradients = list(case.backward(cotangent, cache))
            gradients[index] = 1.01 * gradients[index]
            return tuple(gradients)

        return check_vjp(case.forward, backward, case.inputs, options=Options(seed=0)).verdict is Verdict.DISAGREE

    drawn_cases = drawn(vjp_cases(kinds=["affine", "affine_activation"], activations="tanh"), 10)
    assert all(map(is_called_wrong, drawn_cases))


# --- what is refused, at once -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "seen"),
    [
        (lambda: activations(names="tanh"), "names is 'tanh'"),
        (lambda: activations(names=3), "names is 3"),
        (lambda: activations(names=["tahn"]), "activation is 'tahn'"),
        (lambda: activations(names=[]), r"names is \[\]"),
        (lambda: activations(names=["tanh"], cost="cross_entropy"), "no activation is left"),
        (lambda: activations(cost="cross"), "cost is 'cross'"),
        (lambda: activations(cost=3), "cost is 3"),
        (lambda: costs(names=["quadratc"]), "cost is 'quadratc'"),
        (lambda: costs(names=["cross_entropy"], activation="tanh"), "no cost is left"),
        (lambda: costs(activation=None, names=[]), "no cost is left"),
        (lambda: layer_sizes(min_layers=1), "min_layers is 1: a whole number of at least 2"),
        (lambda: layer_sizes(max_layers=2.5), "max_layers is 2.5"),
        (lambda: layer_sizes(min_width=0), "min_width is 0"),
        (lambda: layer_sizes(min_width=True), "min_width is True"),
        (lambda: layer_sizes(min_layers=4, max_layers=3), "min_layers is 4 and max_layers 3"),
        (lambda: layer_sizes(min_width=3, max_width=2), "min_width is 3 and max_width 2"),
        (lambda: networks(sizes=[2]), r"sizes is \[2\]"),
        (lambda: networks(sizes="23"), "sizes is '23'"),
        (lambda: networks(sizes=3), "sizes is 3"),
        (lambda: networks(sizes=[2, 0]), r"sizes\[1\] is 0"),
        (lambda: networks(sizes=[2, 1.5]), r"sizes\[1\] is 1.5"),
        (lambda: networks(activations=3), "activation is 3"),
        (lambda: networks(activations=[]), r"activations is \[\]"),
        (lambda: networks(activations=["relu", "rleu"]), "activation is 'rleu'"),
        (lambda: networks(sizes=[2, 3, 1], activations=["relu"]), "1 activations were given"),
        (lambda: networks(activations=["softmax", "relu"]), "layer 2 of 3 has softmax"),
        (lambda: networks(sizes=[2, 3, 2], activations="softmax"), "layer 2 of 3 has softmax"),
        (lambda: networks(sizes=[2, 1], activations="softmax"), "one class of a softmax"),
        (
            lambda: networks(activations="tanh", costs="cross_entropy"),
            "cross_entropy is not defined for outputs of tanh",
        ),
        (lambda: networks(activations=["tanh", "relu"], costs="log_likelihood"), "not defined for outputs of relu"),
        (lambda: networks(costs=3), "cost is 3"),
        (lambda: networks(costs="quadratc"), "cost is 'quadratc'"),
        (lambda: networks(elements=1.0), "elements is 1.0"),
        (lambda: networks(regime="modified_neuron", activations="softmax"), "needs an elementwise activation"),
        (lambda: networks(regime="deep"), "regime is 'deep': choose one of saturated, dead"),
        (lambda: networks(regime="kinked"), r"use network_cases\(regime='kinked'\)"),
        (lambda: networks(regime="linear", activations="tanh"), "the regime linear needs one of linear"),
        (
            lambda: networks(regime="linear", costs="cross_entropy"),
            "defined for no output that the regime linear allows",
        ),
        (lambda: networks(regime="dead", activations="tanh"), "the regime dead needs a relu"),
        (lambda: networks(regime="vanishing", sizes=[2, 3, 1]), "the regime vanishing needs 9 layers or more"),
        (
            lambda: networks(regime="vanishing", activations=["sigmoid"] * 3),
            "4 layers were asked for: the regime vanishing needs 9",
        ),
        (lambda: networks(regime="ill_scaled", activations=["sigmoid", "linear"]), "layer 2 of 3 has sigmoid"),
        (lambda: networks(regime="single_neuron", sizes=[2, 2]), "one neuron in every layer after the input"),
        (lambda: networks(regime="single_neuron", activations="softmax"), "single_neuron: one class of a softmax"),
        (lambda: networks(regime="modified_neuron", sizes=[3, 1]), "a layer of two neurons or more"),
        (lambda: examples(networks()), r"draw one first, networks\(\).flatmap\(examples\)"),
        (lambda: examples([2, 3]), r"network is \[2, 3\]"),
        (lambda: examples(SMALL, min_examples=0), "min_examples is 0"),
        (lambda: examples(SMALL, min_examples=3, max_examples=2), "min_examples is 3 and max_examples 2"),
        (lambda: examples(SMALL, elements=[1.0]), r"elements is \[1.0\]"),
        (lambda: mini_batches(SMALL, min_size=0), "min_size is 0"),
        (lambda: mini_batches(SMALL, max_size="2"), "max_size is '2'"),
        (lambda: mini_batches(None), "network is None"),
        (lambda: network_cases(networks=3), "networks is 3"),
        (lambda: network_cases(min_examples=-1), "min_examples is -1"),
        (lambda: network_cases(regime=3), "regime is 3"),
        (lambda: network_cases(networks=SMALL, regime="dead"), r"networks\(regime='dead'\)"),
        (lambda: network_cases(networks=SMALL, regime="kinked"), "the regime kinked needs an activation with kinks"),
        (lambda: parameters([]), r"shapes is \[\]"),
        (lambda: parameters([(2, 3), "x"]), "shapes holds 'x'"),
        (lambda: parameters((2, -1)), r"the shape \(2, -1\)\[1\] is -1"),
        (lambda: parameters({"w": 2.0}), "shapes holds 2.0"),
        (lambda: parameters([True]), "shapes holds True"),
        (lambda: parameters((2,), dtype=int), "dtype is int64"),
        (lambda: parameters((2,), dtype="floaty"), "dtype is 'floaty'"),
        (lambda: parameters((2,), elements=0), "elements is 0"),
        (lambda: directions([]), "hold no number"),
        (lambda: directions(np.array([1, 2])), "dtype int64"),
        (lambda: directions([np.nan]), "nan"),
        (lambda: vjp_cases(kinds="affine"), "kinds is 'affine'"),
        (lambda: vjp_cases(kinds=["conv"]), r"kinds is \['conv'\]"),
        (lambda: vjp_cases(kinds=[]), r"kinds is \[\]"),
        (lambda: vjp_cases(activations=3), "activation is 3"),
        (lambda: vjp_cases(max_width=0), "max_width is 0"),
        (lambda: vjp_cases(max_examples=0), "max_examples is 0"),
    ],
)
def test_a_bad_value_is_refused_when_the_strategy_is_made_and_shown(call: Callable[[], Any], seen: str) -> None:
    with pytest.raises(UsageError, match=seen):
        call()


@pytest.mark.parametrize(
    ("strategy", "seen"),
    [
        (networks(sizes=st.just([3])), r"sizes is \[3\]"),
        (networks(activations=st.just(3)), "activation is 3"),
        (networks(costs=st.just(None)), "cost is None"),
        (networks(regime="vanishing", sizes=layer_sizes(max_layers=3)), "needs 9 layers"),
    ],
)
def test_a_bad_value_of_a_strategy_is_shown_when_it_is_drawn(strategy: st.SearchStrategy[Any], seen: str) -> None:
    with pytest.raises(UsageError, match=seen):
        smallest(strategy)


# --- the package ------------------------------------------------------------------------------------------------------


def test_every_public_name_is_there_sorted_and_has_an_example() -> None:
    assert list(public.__all__) == sorted(public.__all__)
    for name in public.__all__:
        assert ">>>" in (getattr(public, name).__doc__ or ""), name
    assert set(public.__all__) <= set(dir(public))
    with pytest.raises(AttributeError, match="netwrks"):
        public.netwrks  # noqa: B018 - the access is the test


def test_checks_import_the_recipes_alone() -> None:
    checks = (
        "import sys, gradcheck; from gradcheck.examples.network_right import Network; gradcheck.check_network(Network)"
    )
    code = f"{checks}; print(*[m for m in sys.modules if m.startswith('gradcheck.strategies.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == {
        f"gradcheck.strategies.{name}" for name in ("cases", "numbers_drawn", "recipes")
    }
