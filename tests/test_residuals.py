"""(BP1) to (BP4) each on its own, with an earlier mistake carried forward: the planted one is broken, and nothing else is."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.checks.residuals import Example
from gradcheck.checks.several_examples import judged_together, together
from gradcheck.mistakes.mistake import Edit, Mistake
from gradcheck.mistakes.program import REFERENCE, Answer, Asked, Call
from gradcheck.network.activations import ACTIVATIONS, custom
from gradcheck.network.costs import COSTS, Cost
from gradcheck.network.model import Network
from gradcheck.network.weight_decay import WeightDecay
from gradcheck.results import EquationResult, EquationStatus

BROKEN, CARRIED = EquationStatus.BROKEN, EquationStatus.CARRIED
VACUOUS = EquationStatus.VACUOUS

Wrong = Callable[[Any], Any]
"""Right step -> wrong step."""

PAIRS = [("quadratic", None), ("cross_entropy", "sigmoid"), ("log_likelihood", "softmax"), ("quadratic", "softmax")]


def call_of(seed: int, sizes: tuple[int, ...] = (4, 5, 6, 3), *, decay: float = 0.0, scale: float = 1.0) -> Call:
    """Return one example of a random network whose activations, cost and output belong to the seed."""
    generator = np.random.default_rng(seed)
    hidden = str(generator.choice([name for name in ACTIVATIONS if name != "softmax"]))
    cost, output = PAIRS[seed % len(PAIRS)]
    names = [*[hidden] * (len(sizes) - 2), output or hidden]
    network = Network.random(
        sizes,
        generator,
        activations=[ACTIVATIONS[name] for name in names],
        cost=COSTS[cost],
        weight_decay=WeightDecay(l2=decay),
    )
    y = np.eye(sizes[-1])[:, [0]] if cost == "log_likelihood" else generator.uniform(0.1, 0.9, (sizes[-1], 1))
    return Call(network, scale * generator.normal(size=(sizes[0], 1)), y)


def sigmoid_call(seed: int = 0, decay: float = 0.0) -> Call:
    generator = np.random.default_rng(seed)
    network = Network.random((4, 5, 6, 3), generator, weight_decay=WeightDecay(l2=decay))
    return Call(network, generator.normal(size=(4, 1)), generator.uniform(0.1, 0.9, (3, 1)))


def answer(call: Call, slot: str, wrong: Wrong, layers: set[int]) -> Answer:
    edit = Edit(Mistake("planted", "", slot, "", "", "", wrong), frozenset(layers))
    return edit.made_in(REFERENCE).gradient(call, Asked.ONE)


def cells(judged: list[EquationResult], status: EquationStatus) -> set[tuple[str, int]]:
    return {(one.equation, one.layer) for one in judged if one.status is status}


@settings(max_examples=200, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    sizes=st.lists(st.integers(1, 6), min_size=1, max_size=4),
    decay=st.sampled_from([0.0, 0.3]),
    scale=st.sampled_from([0.1, 1.0, 5.0]),
)
def test_everything_holds_of_a_right_answer_with_its_own_rounding(
    seed: int, sizes: list[int], decay: float, scale: float
) -> None:
    call = call_of(seed, (*sizes, 3), decay=decay, scale=scale)
    generator = np.random.default_rng(seed)
    rounded = REFERENCE.gradient(call, Asked.ONE).each(
        lambda leaf: leaf * (1 + 2e-16 * generator.uniform(-1, 1, leaf.shape))
    )
    judged = Example(call, rounded).judged()
    assert cells(judged, BROKEN) == cells(judged, CARRIED) == set()
    assert len(judged) == 3 * len(sizes)


def in_single_precision(call: Call) -> tuple[Call, Answer]:
    """Return a call whose numbers are float32's, in float64, and what the reference answers to it in float32."""
    network = call.network
    single = network.with_parameters(
        [w.astype(np.float32) for w in network.weights], [b.astype(np.float32) for b in network.biases]
    )
    exact = Call(
        network.with_parameters([w.astype(float) for w in single.weights], [b.astype(float) for b in single.biases]),
        np.float32(call.x).astype(float),
        np.float32(call.y).astype(float),
    )
    returned = REFERENCE.gradient(Call(single, np.float32(call.x), np.float32(call.y)), Asked.ONE)
    assert returned.nabla_w[0].dtype == np.float32
    return exact, returned


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_in_single_precision_everything_holds_to_the_digits_of_single_precision(seed: int) -> None:
    exact, returned = in_single_precision(call_of(seed))
    assert cells(Example(exact, returned).judged(), BROKEN) == set()


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_in_single_precision_a_hundredth_too_much_is_seen_where_digits_are_not_lost_otherwise(seed: int) -> None:
    exact, returned = in_single_precision(sigmoid_call(seed))
    off = returned.each(lambda leaf: np.float32(1.01) * leaf)
    assert ("BP1", 4) in cells(Example(exact, off).judged(), BROKEN)


EVERY = {2, 3, 4}

PLANTED: list[tuple[str, str, Wrong, set[int], set[tuple[str, int]]]] = [
    ("sign", "nabla_a", lambda right: lambda p: -right(p), {4}, {("BP1", 4)}),
    ("no sigma' at the output", "sigma_prime", lambda right: lambda p, c: c, {4}, {("BP1", 4)}),
    ("no sigma' in hidden layers", "sigma_prime", lambda right: lambda p, c: c, {2, 3}, {("BP2", 2), ("BP2", 3)}),
    ("no sigma' in one layer", "sigma_prime", lambda right: lambda p, c: c, {3}, {("BP2", 3)}),
    ("nabla_b at 0", "nabla_b", lambda right: lambda p, d: 0.0 * d, EVERY, {("BP3", 2), ("BP3", 3), ("BP3", 4)}),
    ("nabla_b at 0 in one layer", "nabla_b", lambda right: lambda p, d: 0.0 * d, {3}, {("BP3", 3)}),
    ("nabla_b doubled", "nabla_b", lambda right: lambda p, d: 2.0 * d, {4}, {("BP3", 4)}),
    ("nabla_w doubled", "nabla_w", lambda right: lambda p, d: 2.0 * right(p, d), EVERY, {("BP4", 2), ("BP4", 3), ("BP4", 4)}),
    ("nabla_w negated in one layer", "nabla_w", lambda right: lambda p, d: -right(p, d), {2}, {("BP4", 2)}),
    ("z for a", "nabla_w", lambda right: lambda p, d: d @ p.z(p.layer - 1).T, {3, 4}, {("BP4", 3), ("BP4", 4)}),
    ("transposed", "nabla_w", lambda right: lambda p, d: right(p, d).T, {3}, {("BP4", 3)}),
    ("not a number", "nabla_b", lambda right: lambda p, d: np.nan * d, {3}, {("BP3", 3)}),
    ("a row of biases", "nabla_b", lambda right: lambda p, d: d.T, {3}, {("BP3", 3)}),
]  # fmt: skip


@pytest.mark.parametrize("decay", [0.0, 0.3])
@pytest.mark.parametrize(
    ("slot", "wrong", "layers", "broken"), [one[1:] for one in PLANTED], ids=[one[0] for one in PLANTED]
)
def test_only_the_planted_equation_is_broken(
    slot: str, wrong: Wrong, layers: set[int], broken: set[tuple[str, int]], decay: float
) -> None:
    for seed in range(5):
        call = sigmoid_call(seed, 0.0 if slot == "nabla_w" and layers == {3} else decay)
        judged = Example(call, answer(call, slot, wrong, layers)).judged()
        assert cells(judged, BROKEN) == broken


def test_what_a_wrong_error_makes_below_is_carried_and_not_broken() -> None:
    call = sigmoid_call()
    judged = Example(call, answer(call, "nabla_a", lambda right: lambda p: 2.0 * right(p), {4})).judged()
    assert cells(judged, CARRIED) == {(e, layer) for layer in EVERY for e in ("BP1", "BP2", "BP3", "BP4")} - {
        ("BP1", 4), ("BP1", 3), ("BP1", 2), ("BP2", 4),
    }  # fmt: skip
    assert all(not one.residual > one.bound for one in judged if one.status is CARRIED)


def test_zeros_break_bp1_and_prove_nothing_else() -> None:
    call = sigmoid_call()
    judged = Example(call, REFERENCE.gradient(call, Asked.ONE).each(np.zeros_like)).judged()
    assert cells(judged, BROKEN) == {("BP1", 4)}
    assert {one.status for one in judged[1:]} == {VACUOUS}


def test_a_wrong_bias_and_a_wrong_weight_in_different_layers_are_told_apart() -> None:
    call = sigmoid_call()
    right = REFERENCE.gradient(call, Asked.ONE)
    b, w = list(right.nabla_b), list(right.nabla_w)
    b[0], w[2] = 3.0 * b[0], -w[2]
    assert cells(Example(call, Answer(tuple(b), tuple(w))).judged(), BROKEN) == {("BP3", 2), ("BP4", 4)}


@pytest.mark.parametrize("equation", ["BP3", "BP4"])
def test_a_wrong_error_beside_another_wrong_equation_blames_no_third(equation: str) -> None:
    """Of (BP2) and one of the others: the delta is seen in what is right of it."""
    kinds = []
    for seed in range(10):
        call = sigmoid_call(seed)
        wrong = answer(call, "sigma_prime", lambda right: lambda p, c: 0.2 * c, {2, 3})
        b, w = list(wrong.nabla_b), list(wrong.nabla_w)
        for i in range(3):
            if equation == "BP3":
                b[i] = 0.4 * b[i]
            else:
                w[i] = w[i] * np.arange(1.0, 1.0 + w[i].shape[1])
        example = Example(call, Answer(tuple(b), tuple(w)))
        assert {one for one, _ in cells(list(judged_together([example])), BROKEN)} == {"BP2", equation}
        kinds.append(len({one for one, _ in cells(example.judged(), BROKEN)}))
    assert equation == "BP4" or max(kinds) > 2  # layer by layer some are taken for others


def test_a_vector_in_a_columns_place_is_wrong_in_bp3_and_shows_its_delta() -> None:
    call = sigmoid_call()
    right = REFERENCE.gradient(call, Asked.ONE)
    b, w = list(right.nabla_b), list(right.nabla_w)
    b[1], w[1] = b[1].ravel(), b[1]
    assert cells(list(judged_together([Example(call, Answer(tuple(b), tuple(w)))])), BROKEN) == {("BP3", 3), ("BP4", 3)}


def test_with_the_users_own_wrong_sigma_prime_bp1_and_bp2_are_carried() -> None:
    call = sigmoid_call()
    wrong = custom("wrong", lambda z: ACTIVATIONS["sigmoid"].value(z), lambda z: ACTIVATIONS["sigmoid"].value(z))
    network = call.network
    theirs = Network(network.weights, network.biases, [wrong] * 3, network.cost)
    returned = REFERENCE.gradient(dataclasses.replace(call, network=theirs), Asked.ONE)
    assert cells(Example(call, returned).judged(), BROKEN) == {("BP1", 4), ("BP2", 3), ("BP2", 2)}
    judged = Example(call, returned, theirs).judged()
    assert cells(judged, BROKEN) == set()
    assert ("BP1", 4) in cells(judged, CARRIED)


@pytest.mark.parametrize("ripple", [0.0, 1e-15])
def test_constant_factors_make_no_constant_right(ripple: float) -> None:
    """A nabla_a C and a sigma' that are 1 for all examples, to rounding: an answer of ones would be their product."""
    examples = []
    for seed in range(2):
        call = sigmoid_call(seed)
        one = custom("one", lambda z: ACTIVATIONS["sigmoid"].value(z), np.ones_like)
        cost = Cost("one", lambda a, y: COSTS["quadratic"].value(a, y), lambda a, y: 1.0 + ripple * a)
        theirs = Network(call.network.weights, call.network.biases, [one] * 3, cost)
        ones = REFERENCE.gradient(call, Asked.ONE).each(np.ones_like)
        examples.append(Example(call, ones, theirs))
    assert ("BP1", 4) in cells(examples[0].judged(), CARRIED)
    assert ("BP1", 4) in cells(list(judged_together(examples)), BROKEN)


def test_beside_another_forward_pass_no_weights_are_shown_as_right() -> None:
    call = sigmoid_call()
    returned = REFERENCE.gradient(call, Asked.ONE).each(lambda leaf: 2.0 * leaf)
    other = call.network.with_parameters(call.network.weights, [0.0 * b for b in call.network.biases]).feedforward(
        call.x
    )
    shown = [one.weights for one in Example(call, returned).judged() if one.equation == "BP4"]
    assert None not in shown
    assert [one.weights for one in Example(call, returned, forward=other).judged() if one.equation == "BP4"] == [
        None
    ] * 3


def test_a_dead_layer_is_vacuous() -> None:
    generator = np.random.default_rng(0)
    network = Network.random((2, 3, 2), generator, activations=[ACTIVATIONS["relu"], ACTIVATIONS["linear"]])
    dead = network.with_parameters(
        [0.0 * network.weights[0], network.weights[1]], [np.full((3, 1), -1.0), network.biases[1]]
    )
    judged = Example(
        Call(dead, np.ones((2, 1)), np.zeros((2, 1))),
        REFERENCE.gradient(Call(dead, np.ones((2, 1)), np.zeros((2, 1))), Asked.ONE),
    ).judged()
    assert [one.status for one in judged if one.layer == 2] == [VACUOUS] * 3


def test_of_several_examples_the_gravest_status_stands() -> None:
    def one(status: EquationStatus) -> list[EquationResult]:
        return [EquationResult("BP2", 2, status, examples=1)]

    order = [EquationStatus.UNJUDGED, VACUOUS, EquationStatus.HOLDS, CARRIED, BROKEN]
    for i, status in enumerate(order):
        (found,) = together([one(each) for each in order[: i + 1]])
        assert (found.status, found.examples) == (status, i + 1)
