"""What each regime promises, of every network and case that is drawn in it; and what it shrinks to."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gradcheck import Options, Reason, UsageError, Verdict, check
from gradcheck.network import Network, backprop
from gradcheck.network.activations import LINEAR, RELU, TANH
from gradcheck.network.costs import CROSS_ENTROPY, LOG_LIKELIHOOD, QUADRATIC
from gradcheck.strategies import NetworkCase, Regime, activations, examples, layer_sizes, network_cases, networks
from tests.test_strategies import drawn, smallest

EVERY = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])

Promise = Callable[[NetworkCase], bool]


def numbers_of(network: Network) -> Any:
    return np.concatenate([np.ravel(array) for array in (*network.weights, *network.biases)])


def slopes(case: NetworkCase) -> list[Any]:
    """Return sigma'(z) of each layer."""
    zs = case.network.feedforward(case.x).zs
    return [a.derivative(z) for z, a in zip(zs, case.network.activations, strict=True) if a.derivative is not None]


def is_saturated(case: NetworkCase) -> bool:
    zs = case.network.feedforward(case.x).zs
    assert {activation.name for activation in case.network.activations} <= {"sigmoid", "tanh"}
    return all(np.all(np.abs(slope) <= 2.1e-9) for slope in slopes(case)) and all(np.abs(z).min() >= 20.0 for z in zs)


def is_dead(case: NetworkCase) -> bool:
    zs = case.network.feedforward(case.x).zs
    return any(
        activation is RELU and bool(np.any(np.all(z < 0.0, axis=1)))
        for z, activation in zip(zs, case.network.activations, strict=True)
    )


def is_at_a_kink(case: NetworkCase) -> bool:
    zs = case.network.feedforward(case.x).zs
    return any(
        bool(np.abs(z - kink).min() <= 1e-7)
        for z, activation in zip(zs, case.network.activations, strict=True)
        for kink in activation.kinks
    )


def vanishes(case: NetworkCase) -> bool:
    deltas = [np.abs(delta).max() for delta in backprop(case.network, case.x, case.y).deltas]
    return case.network.num_layers >= 9 and all(before <= after / 4.0 for before, after in pairwise(deltas))


def is_ill_scaled(case: NetworkCase) -> bool:
    sizes = np.abs(numbers_of(case.network))
    outputs = case.network.feedforward(case.x).output
    return bool(sizes.max() >= 1e6 * sizes.min() and np.abs(outputs).max() < 1e4)


def is_float32(case: NetworkCase) -> bool:
    computed = [case.x, case.y, *case.network.feedforward(case.x).zs]
    return all(array.dtype == np.float32 for array in (*case.network.weights, *case.network.biases, *computed))


def is_single(case: NetworkCase) -> bool:
    return set(case.network.sizes[1:]) == {1}


def is_linear(case: NetworkCase) -> bool:
    return all(activation is LINEAR for activation in case.network.activations)


def is_modified(case: NetworkCase) -> bool:
    """Tell whether one row of one layer is that of another function."""
    modified = [i for i, activation in enumerate(case.network.activations) if not activation.uniform]
    if len(modified) != 1:
        return False
    z = np.tile(np.linspace(-2.0, 2.0, 9), (len(case.network.biases[modified[0]]), 1))
    rows = case.network.activations[modified[0]].value(z)
    alike = [sum(np.allclose(row, other) for other in rows) for row in rows]
    return len(rows) > 1 and (sorted(alike)[0] == 1 and sorted(alike)[1] in (1, len(rows) - 1))


PROMISES: dict[Regime, Promise] = {
    Regime.SATURATED: is_saturated,
    Regime.DEAD: is_dead,
    Regime.KINKED: is_at_a_kink,
    Regime.VANISHING: vanishes,
    Regime.ILL_SCALED: is_ill_scaled,
    Regime.FLOAT32: is_float32,
    Regime.SINGLE_NEURON: is_single,
    Regime.LINEAR: is_linear,
    Regime.MODIFIED_NEURON: is_modified,
}

SMALLEST: dict[Regime, tuple[int, ...]] = {
    **dict.fromkeys(Regime, (1, 1)),
    Regime.VANISHING: (1,) * 9,
    Regime.ILL_SCALED: (1, 1, 1),
    Regime.MODIFIED_NEURON: (1, 2),
}


def test_every_regime_has_a_promise() -> None:
    assert set(PROMISES) == set(Regime)


@pytest.mark.parametrize("regime", Regime, ids=lambda regime: regime.value)
def test_every_case_keeps_the_promise_of_its_regime(regime: Regime) -> None:
    @EVERY
    @given(network_cases(regime=regime))
    def kept(case: NetworkCase) -> None:
        assert PROMISES[regime](case)
        assert np.isfinite(case.network.cost_of(case.x, case.y))

    kept()


@pytest.mark.parametrize("regime", [one for one in Regime if one is not Regime.KINKED], ids=lambda regime: regime.value)
def test_a_network_alone_keeps_it_for_any_examples_up_to_2(regime: Regime) -> None:
    inputs = st.sampled_from((-2.0, 2.0, 0.0, 1e-3))

    @EVERY
    @given(st.data())
    def kept(data: st.DataObject) -> None:
        network = data.draw(networks(regime=regime.value))
        assert PROMISES[regime](NetworkCase(network, *data.draw(examples(network, elements=inputs))))

    kept()


@pytest.mark.parametrize(
    "regime", [one for one in Regime if one not in (Regime.FLOAT32, Regime.LINEAR, Regime.SINGLE_NEURON)]
)
def test_a_generic_case_hardly_ever_keeps_the_promise_by_chance(regime: Regime) -> None:
    def kept(case: NetworkCase) -> bool:
        names = {activation.name for activation in case.network.activations}
        return (regime is not Regime.SATURATED or names <= {"sigmoid", "tanh"}) and PROMISES[regime](case)

    cases = drawn(network_cases(), 60)
    # A ReLU is dead for one example half of the time.
    assert sum(map(kept, cases)) <= (30 if regime is Regime.DEAD else 0)


@pytest.mark.parametrize("regime", Regime, ids=lambda regime: regime.value)
def test_a_case_shrinks_to_the_smallest_network_and_simple_numbers(regime: Regime) -> None:
    case = smallest(network_cases(regime=regime))
    assert case.network.sizes == SMALLEST[regime]
    assert case.m == 1
    assert np.all(case.x == 1.0)
    assert np.all(case.y == 0.0)
    assert all(np.all(w == 1.0) for w in case.network.weights) or regime is Regime.ILL_SCALED
    simple = {1.0, 22.0, -3.0, -1.0, 1e-4, 1e4}
    assert {float(number) for number in numbers_of(case.network)} <= simple


def test_a_pre_activation_is_exactly_on_its_kink_or_on_either_side_of_it() -> None:
    offsets = []
    for case in drawn(network_cases(regime="kinked"), 80):
        zs = case.network.feedforward(case.x).zs
        near = [z[np.abs(z) <= 1e-7] for z, a in zip(zs, case.network.activations, strict=True) if a.kinks]
        offsets.extend(float(one) for part in near for one in part)
    assert 0.0 in offsets
    assert min(offsets) < -5e-9
    assert max(offsets) > 5e-9


def test_at_a_kink_the_checker_is_not_sure_and_never_says_wrong() -> None:
    # Where the cost does not depend on the neuron at its kink, or the kink is a step beside the point, it may be sure.
    seen = set()
    for case in drawn(network_cases(networks=networks(activations="relu", costs="quadratic"), regime="kinked"), 30):

        def network_of(p: Any, network: Network = case.network) -> Network:
            return network.with_parameters(p[: len(p) // 2], p[len(p) // 2 :])

        result = check(
            lambda p, case=case: network_of(p).cost_of(case.x, case.y),
            lambda p, case=case: (lambda g: [*g.nabla_w, *g.nabla_b])(backprop(network_of(p), case.x, case.y)),
            [*case.network.weights, *case.network.biases],
            options=Options(seed=0),
        )
        assert result.verdict is not Verdict.DISAGREE, str(result)
        seen.add(result.reason)
    assert Reason.KINK in seen


def test_regimes_take_sizes_activations_and_costs_that_they_can_have() -> None:
    deep = smallest(networks(regime="vanishing", sizes=[2] * 10, costs="cross_entropy"))
    assert (deep.sizes, deep.cost) == ((2,) * 10, CROSS_ENTROPY)
    dead = smallest(networks(regime="dead", sizes=[3, 2, 2], activations=["relu", "softmax"], costs=LOG_LIKELIHOOD))
    assert is_dead(NetworkCase(dead, np.ones((3, 1)), np.ones((2, 1))))
    assert smallest(networks(regime="dead", sizes=[2, 3])).activations == (RELU,)
    single = smallest(networks(regime="single_neuron", activations=["tanh", "tanh", "linear"]))
    assert single.sizes == (1, 1, 1, 1)
    modified = smallest(networks(regime="modified_neuron", sizes=[1, 3, 2], activations=TANH, costs="quadratic"))
    assert is_modified(NetworkCase(modified, np.ones((1, 1)), np.ones((2, 1))))
    wide = networks(regime="saturated", sizes=layer_sizes(min_width=3), activations=activations(names=["tanh"]))
    assert all(set(network.activations) == {TANH} and min(network.sizes) >= 3 for network in drawn(wide, 20))
    scaled = smallest(networks(regime="ill_scaled", activations=["relu", "softmax"], costs="log_likelihood"))
    assert is_ill_scaled(NetworkCase(scaled, np.ones((1, 1)), np.ones((2, 1))))


def test_a_modified_output_neuron_has_the_quadratic_cost() -> None:
    for network in drawn(networks(regime="modified_neuron"), 100):
        assert network.activations[-1].uniform or network.cost is QUADRATIC


def test_a_kink_is_put_into_networks_that_were_given() -> None:
    network = Network.random([2, 3, 1], np.random.default_rng(0), activations=[RELU, TANH])
    for case in drawn(network_cases(networks=network, regime=Regime.KINKED), 20):
        assert is_at_a_kink(case)
        changed = sum(int(np.sum(b != c)) for b, c in zip(network.biases, case.network.biases, strict=True))
        assert changed == 1
        assert all(np.array_equal(w, v) for w, v in zip(network.weights, case.network.weights, strict=True))


def test_a_regime_that_no_drawn_network_can_have_is_said() -> None:
    with pytest.raises(UsageError, match="no output fits them in the regime dead"):
        smallest(networks(regime="dead", sizes=[2, 2], costs="cross_entropy"))
    with pytest.raises(UsageError, match="neuron"):
        smallest(networks(regime="modified_neuron", sizes=[2, 2], costs="cross_entropy"))
