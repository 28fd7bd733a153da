"""On random networks the reference and the estimators agree within the estimators' own errors, and make the passes that theory says."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, find, given, settings
from hypothesis import strategies as st

import gradcheck
from gradcheck import Options, Verdict
from gradcheck.differences import CENTRAL, FORWARD, Stencil, complex_step_gradient, estimate_gradient
from gradcheck.network import Gradient, Network, backprop, bp2, bp3, bp4, output_error
from gradcheck.network.activations import Activation
from gradcheck.strategies import (
    NetworkCase,
    Regime,
    activations,
    examples,
    network_cases,
    networks,
    register_activation,
    unregister_activation,
)
from tests.agreement_for_tests import (
    Backprop,
    cost_at,
    estimated_one_by_one,
    excess,
    excess_of_complex_step,
    excess_of_differences,
    gradient_rounding,
    vector_of,
    vector_of_gradient,
    with_counted_passes,
)

Array = np.ndarray[Any, Any]

EVERYWHERE = [None, *Regime]
SMOOTH = [regime for regime in EVERYWHERE if regime not in (Regime.KINKED, Regime.ILL_SCALED)]
"""Where a difference with one scale for all parameters can be compared: at a kink there is no derivative to agree with, and parameters of
different scales need steps of their own."""


def some(count: int) -> settings:
    return settings(deadline=None, max_examples=count, suppress_health_check=[HealthCheck.too_slow])


def name_of(value: Any) -> str:
    return "any" if value is None else str(getattr(value, "value", getattr(value, "name", value)))


@pytest.mark.parametrize("stencil", [FORWARD, CENTRAL], ids=name_of)
@pytest.mark.parametrize("regime", SMOOTH, ids=name_of)
@pytest.mark.equation("46")
def test_backprop_is_within_the_errors_of_equation_46_and_of_its_central_form(
    regime: Regime | None, stencil: Stencil
) -> None:
    @some({None: 30, Regime.VANISHING: 4}.get(regime, 12))
    @given(network_cases(regime=regime))
    def within(case: NetworkCase) -> None:
        worst = excess_of_differences(case, stencil, backprop)
        assume(worst is not None)
        assert worst is not None
        assert worst <= 1.0

    within()


@pytest.mark.parametrize("stencil", [FORWARD, CENTRAL], ids=name_of)
def test_backprop_of_ill_scaled_parameters_is_within_the_errors_of_steps_of_each_ones_own_size(
    stencil: Stencil,
) -> None:
    @some(10)
    @given(network_cases(regime="ill_scaled"))
    def within(case: NetworkCase) -> None:
        estimates = estimated_one_by_one(case, stencil)
        assume(len(estimates) > case.network.num_parameters // 2)
        claimed, rounding = vector_of_gradient(backprop(case.network, case.x, case.y)), gradient_rounding(case)
        for index, estimate in estimates:
            assert excess(claimed[index : index + 1], estimate, rounding[index : index + 1]) <= 1.0

    within()


@pytest.mark.parametrize("regime", [one for one in EVERYWHERE if one is not Regime.KINKED], ids=name_of)
def test_backprop_is_within_rounding_of_the_complex_step(regime: Regime | None) -> None:
    @some(40)
    @given(network_cases(regime=regime))
    def within(case: NetworkCase) -> None:
        assert excess_of_complex_step(case, backprop) <= 1.0

    within()


def test_a_registered_activation_agrees_too() -> None:
    register_activation("sine", np.sin, np.cos)
    try:
        drawn = networks(activations=activations(names=["sine", "tanh"]), costs="quadratic").flatmap(
            lambda network: examples(network).map(lambda pair: NetworkCase(network, *pair))
        )

        @some(10)
        @given(drawn)
        def within(case: NetworkCase) -> None:
            worst = excess_of_differences(case, CENTRAL, backprop)
            assert worst is not None
            assert worst <= 1.0

        within()
    finally:
        unregister_activation("sine")


@pytest.mark.parametrize("regime", EVERYWHERE, ids=name_of)
def test_the_passes_are_exactly_those_of_the_theory(regime: Regime | None) -> None:
    @some(15)
    @given(network_cases(regime=regime))
    def exact(case: NetworkCase) -> None:
        layers, p = len(case.network.weights), case.network.num_parameters
        for stencil, said in ((FORWARD, p + 1), (CENTRAL, 2 * p)):
            counted, passes = with_counted_passes(case)
            with np.errstate(all="ignore"):  # without its fused form a cost may be infinite where the network is sure
                estimate = estimate_gradient(
                    lambda w, counted=counted: cost_at(counted, w), vector_of(case.network), stencil=stencil
                )
            assert estimate.forward_passes == said
            assert passes.made() == ([said] * layers, [0] * layers, said, 0)
        counted, passes = with_counted_passes(case)
        with np.errstate(all="ignore"):
            backprop(counted.network, case.x, case.y)
        assert passes.made() == ([1] * layers, [1] * layers, 0, 1)

    exact()


@some(15)
@given(network_cases())
def test_the_complex_step_takes_one_pass_a_parameter(case: NetworkCase) -> None:
    counted, passes = with_counted_passes(case)
    p, layers = case.network.num_parameters, len(case.network.weights)
    with np.errstate(all="ignore"):
        estimate = complex_step_gradient(lambda w: cost_at(counted, w), vector_of(case.network))
    assert estimate.forward_passes == p
    assert passes.made() == ([p] * layers, [0] * layers, p, 0)


@pytest.mark.parametrize("sizes", [[1, 1], [2, 3, 1], [784, 30, 10], [50] * 12], ids=str)
@pytest.mark.parametrize("m", [1, 10])
@pytest.mark.equation("Backpropagation")
def test_backprop_is_one_forward_and_one_backward_pass_at_any_size(sizes: list[int], m: int) -> None:
    network = Network.random(sizes, np.random.default_rng(0))
    counted, passes = with_counted_passes(NetworkCase(network, np.ones((sizes[0], m)), np.ones((sizes[-1], m))))
    backprop(counted.network, counted.x, counted.y)
    layers = len(sizes) - 1
    assert passes.made() == ([1] * layers, [1] * layers, 0, 1)


@pytest.mark.parametrize("regime", EVERYWHERE, ids=name_of)
def test_the_checker_never_calls_the_reference_wrong(regime: Regime | None) -> None:
    @some(8)
    @given(network_cases(regime=regime), st.integers(0, 2**31))
    def never_wrong(case: NetworkCase, seed: int) -> None:
        def network_of(p: Any) -> Network:
            return case.network.with_parameters(p["weights"], p["biases"])

        def gradient(p: Any) -> Any:
            found = backprop(network_of(p), case.x, case.y)
            return {"biases": list(found.nabla_b), "weights": list(found.nabla_w)}

        at = {"biases": list(case.network.biases), "weights": list(case.network.weights)}
        result = gradcheck.check(
            lambda p: network_of(p).cost_of(case.x, case.y), gradient, at, options=Options(seed=seed)
        )
        assert result.verdict is not Verdict.DISAGREE, str(result)

    never_wrong()


# --- wrong on purpose -------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Program:
    """The chapter's algorithm with a place for a mistake in each equation."""

    bp1: Callable[..., Array] = output_error
    bp2: Callable[[Array, Array, Array, Activation], Array] = bp2
    bp3: Callable[[Array], Array] = bp3
    bp4: Callable[[Array, Array], Array] = bp4

    def __call__(self, network: Network, x: Array, y: Array) -> Gradient:
        forward = network.feedforward(x)
        deltas = [self.bp1(network, forward, y)]
        for i in reversed(range(len(network.weights) - 1)):
            deltas.insert(0, self.bp2(network.weights[i + 1], deltas[0], forward.zs[i], network.activations[i]))
        nabla_w = [self.bp4(delta, a) for delta, a in zip(deltas, forward.activations, strict=False)]
        return Gradient(tuple(map(self.bp3, deltas)), tuple(nabla_w))


PLANTED: dict[str, Backprop] = {
    "(BP1) has the sign of y - a": Program(bp1=lambda network, forward, y: -output_error(network, forward, y)),
    "(BP1) has no sigma'": Program(bp1=lambda network, forward, y: network.cost.nabla_a(forward.output, y)),
    "(BP2) has no sigma'": Program(bp2=lambda w, delta, z, activation: w.T @ delta),
    "(BP2) has sigma'(a)": Program(bp2=lambda w, delta, z, activation: bp2(w, delta, activation.value(z), activation)),
    "(BP3) is forgotten": Program(bp3=lambda delta: 0.0 * bp3(delta)),
    "(BP3) is a sum, not a mean": Program(bp3=lambda delta: delta.sum(axis=1, keepdims=True)),
    "(BP4) is a sum, not a mean": Program(bp4=lambda delta, a: delta @ a.T),
    "(BP4) is off by a hundred-thousandth": Program(bp4=lambda delta, a: 1.00001 * bp4(delta, a)),
    "(BP4) is not a number": Program(bp4=lambda delta, a: np.nan * bp4(delta, a)),
}

COARSE = {name: wrong for name, wrong in PLANTED.items() if "hundred-thousandth" not in name}
"""What (46) sees as well: it has 7 digits at best, and fewer where C is large beside its gradient."""

# Not shrunk: a case is found, and that is all that is asked.
QUIET = settings(
    database=None, deadline=None, max_examples=100, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)


def test_the_program_without_a_mistake_is_the_reference() -> None:
    @some(30)
    @given(network_cases())
    def same(case: NetworkCase) -> None:
        claimed, right = Program()(case.network, case.x, case.y), backprop(case.network, case.x, case.y)
        assert np.array_equal(vector_of_gradient(claimed), vector_of_gradient(right))

    same()


@pytest.mark.parametrize("wrong", PLANTED.values(), ids=PLANTED)
def test_a_wrong_gradient_is_outside_the_errors_of_the_central_difference(wrong: Backprop) -> None:
    find(
        network_cases(),
        lambda case: (excess_of_differences(case, CENTRAL, wrong) or 0.0) > 1.0,
        settings=QUIET,
        random=random.Random(0),
    )


@pytest.mark.parametrize("wrong", COARSE.values(), ids=COARSE)
def test_a_wrong_gradient_is_outside_the_errors_of_equation_46(wrong: Backprop) -> None:
    find(
        network_cases(),
        lambda case: (excess_of_differences(case, FORWARD, wrong) or 0.0) > 1.0,
        settings=QUIET,
        random=random.Random(0),
    )


def test_an_error_of_a_millionth_of_a_millionth_is_outside_the_rounding_of_the_complex_step() -> None:
    wrong = Program(bp4=lambda delta, a: (1.0 + 1e-12) * bp4(delta, a))
    find(
        network_cases(), lambda case: excess_of_complex_step(case, wrong) > 1.0, settings=QUIET, random=random.Random(0)
    )


def test_a_backprop_that_runs_forward_for_every_layer_is_seen_in_the_count() -> None:
    case = find(network_cases(), lambda case: case.network.num_layers == 4, settings=QUIET, random=random.Random(0))
    counted, passes = with_counted_passes(case)
    for _ in counted.network.weights:
        counted.network.feedforward(case.x)
    backprop(counted.network, case.x, case.y)
    assert passes.made() == ([4, 4, 4], [1, 1, 1], 0, 1)
