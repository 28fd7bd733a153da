"""What single entries do, beside programs written by hand and the lists of mistakes that the catalogue was made from."""

from __future__ import annotations

import numpy as np
import pytest

from gradcheck.mistakes import REFERENCE, Answer, Asked, Call, Edit, Question, mistake_named
from gradcheck.network.activations import SIGMOID
from gradcheck.network.backprop import backprop
from gradcheck.network.model import Network
from tests.mistakes.conditions_for_tests import DECAY
from tests.mistakes.questions_for_tests import Ask, answers, explained, same
from tests.mutants.test_mutants import ANY_SIZE, SQUARE_LAYERS, program

MUTANTS = {
    "no sigma' in BP1": "sigma-prime-missing",
    "no sigma' in BP2": "sigma-prime-missing",
    "sigma'(a) in BP1": "sigma-prime-of-a",
    "sigma'(a) in BP2": "sigma-prime-of-a",
    "sigma for sigma'": "sigma-prime-is-sigma",
    "a (1 + a)": "sigma-prime-plus-for-minus",
    "z (1 - z)": "sigma-prime-formula-with-z",
    "sign": "bp1-sign",
    "sign of the hidden delta": "bp2-sign",
    "factor 2": "bp1-doubled",
    "no 1/m": "mean-missing",
    "no 1/m in the biases": "mean-missing-in-biases",
    "1/m twice": "mean-twice-in-weights",
    "bias forgotten": "bp3-forgotten",
    "bias not summed": "bp3-not-summed",
    "bias summed to a vector": "bp3-vector",
    "bias by the mean of all": "bp3-mean-over-neurons",
    "first layer zero": "bp4-forgotten",
    "first biases zero": "bp3-forgotten",
    "zero everywhere": "all-zero",
    "pair in the other order": "order-swapped",
    "W for W^T": "bp2-w-not-transposed",
    "nabla_w transposed": "bp4-transposed",
    "activation of the layer after": "bp4-own-activation",
}
"""The mutants in plain numpy that are entries of the catalogue."""

LISTED = {
    1: ("bp1-sign",),
    2: ("sigma-prime-missing",),
    3: ("bp1-quadratic-derivative",),
    4: ("sigma-prime-plus-for-minus", "sigma-prime-one-minus-a"),
    5: ("sigma-prime-softmax-diagonal",),
    6: ("bp1-doubled",),  # the softmax is the output, so a factor of its Jacobian is one of nabla_a C
    7: ("bp1-doubled", "bp1-halved"),
    8: ("sigma-prime-formula-with-z", "bp4-uses-z"),
    9: ("sigma-prime-of-a",),
    10: ("sigma-prime-as-product",),
    11: ("sigma-prime-formula-of-sigmoid", "sigma-prime-one-minus-a"),
    13: ("sigma-prime-leak-dropped",),
    14: ("bp2-w-not-transposed", "bp4-transposed"),
    15: ("bp2-elementwise", "bp4-elementwise"),
    16: ("bp4-two-layers-before", "bp2-sigma-prime-of-next-z", "bp2-own-weights"),
    17: ("bp2-weights-already-updated",),
    18: ("mean-missing", "step-no-mean"),
    19: ("mean-twice", "step-mean-twice"),
    21: ("bp3-sum-without-axis", "bp3-sum-without-axis-keepdims", "bp3-summed-over-all"),
    22: ("mean-where-sum-is-declared", "bp2-mean-not-sum"),
    23: ("bp3-times-own-activation", "bp3-row-sums-of-nabla-w"),
    24: ("bp3-not-summed", "bp3-first-example-only"),
    25: ("bp3-grown-to-matrix", "bp3-vector"),
    26: ("decay-doubled", "decay-halved"),
    27: ("decay-sign",),
    28: ("decay-of-biases",),
    29: ("decay-forgotten",),
    30: ("bp1-overwrites-a",),
    31: ("last-example-over-m", "step-last-example-over-m"),
    32: ("accumulates-over-calls", "step-sums-not-reset"),
    34: ("integer-dtype",),
    35: ("bp3-wrong-axis",),
    36: ("gradient-doubled",),
}
"""The catalogue of mistakes found in courses and issue trackers, by its numbers."""

CORRECT_PROGRAMS = {12, 20, 33}
"""Of its numbers: another derivative of the relu at 0, 1/m at an equivalent place, float32."""


def test_every_mistake_of_the_list_is_in_the_catalogue() -> None:
    assert set(LISTED) | CORRECT_PROGRAMS == set(range(1, 37))
    for ids in LISTED.values():
        for id in ids:
            mistake_named(id)


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_in_plain_numpy_is_explained(name: str) -> None:
    one = program("equal widths")
    network = Network(one.at["w"], one.at["b"], [SIGMOID] * len(one.at["w"]), Ask().cost)
    claimed = one.backprop({**ANY_SIZE, **SQUARE_LAYERS}[name], one.at)
    answer = Answer(tuple(claimed["b"]), tuple(claimed["w"]))
    question = Question(Asked.MEAN, (Call(network, one.x, one.y),))
    assert not same(answer, REFERENCE.answer(question))
    assert explained(MUTANTS[name], question, answer)


def test_weights_updated_on_the_way_have_moved_by_the_decay_too() -> None:
    eta, question = 0.75, Ask(sizes=(2, 3, 2), decay=DECAY).question()
    call = question.last
    right, forward = backprop(call.network, call.x, call.y), call.network.feedforward(call.x)
    moved = call.network.weights[1] - eta * right.nabla_w[1]
    a = forward.activations[1]
    edit = Edit(mistake_named("bp2-weights-already-updated"), frozenset({2}))
    found = edit.made_in(REFERENCE, eta).answer(question)
    np.testing.assert_allclose(found.nabla_b[0], (moved.T @ right.deltas[1]) * a * (1 - a), rtol=1e-12)


def test_sums_that_are_not_reset_are_divided_by_the_last_mini_batch() -> None:
    first, last = (Ask(asked=Asked.STEP, m=m, seed=m).question().last for m in (2, 4))
    one, two = (backprop(call.network, call.x, call.y) for call in (first, last))
    found = Edit(mistake_named("step-sums-not-reset")).made_in(REFERENCE).answer(Question(Asked.STEP, (first, last)))
    for leaf, early, late in zip(found.nabla_w, one.nabla_w, two.nabla_w, strict=True):
        np.testing.assert_allclose(leaf, (2 * early + 4 * late) / 4, rtol=1e-9, atol=1e-14)


def test_a_step_taken_inside_the_loop_is_taken_at_weights_that_have_moved() -> None:
    question = Ask(asked=Asked.STEP, m=2).question()
    call, eta = question.last, 2.0
    first = backprop(call.network, call.x[:, :1], call.y[:, :1])
    moved = call.network.with_parameters(
        [w - eta / 2 * g for w, g in zip(call.network.weights, first.nabla_w, strict=True)],
        [b - eta / 2 * g for b, g in zip(call.network.biases, first.nabla_b, strict=True)],
    )
    second = backprop(moved, call.x[:, 1:], call.y[:, 1:])
    found = Edit(mistake_named("step-one-by-one")).made_in(REFERENCE).answer(question)
    for leaf, one, two in zip(found.nabla_w, first.nabla_w, second.nabla_w, strict=True):
        np.testing.assert_allclose(leaf, (one + two) / 2, rtol=1e-9)


def test_shapes_are_those_that_the_program_returns() -> None:
    question = Ask(sizes=(2, 4, 3), asked=Asked.SUM, m=5).question()
    shapes = {
        "bp3-sum-without-axis": [(), ()],
        "bp3-sum-without-axis-keepdims": [(1, 1), (1, 1)],
        "bp3-wrong-axis": [(1, 5), (1, 5)],
        "bp3-not-summed": [(4, 5), (3, 5)],
        "bp3-vector": [(4,), (3,)],
        "bp3-grown-to-matrix": [(4, 4), (3, 3)],
    }
    for id, expected in shapes.items():
        answer = Edit(mistake_named(id), frozenset({2, 3})).made_in(REFERENCE).answer(question)
        assert [leaf.shape for leaf in answer.nabla_b] == expected
    transposed = Edit(mistake_named("bp4-transposed"), frozenset({2, 3})).made_in(REFERENCE).answer(question)
    assert [leaf.shape for leaf in transposed.nabla_w] == [(2, 4), (4, 3)]


@pytest.mark.parametrize(
    ("id", "sizes"),
    [
        ("bp2-sigma-prime-of-output-z", (3, 3, 3)),  # the z of the layer after
        ("bp4-two-layers-before", (3, 3, 3)),  # x
        ("layers-shifted", (3, 3, 3)),  # reversed
        ("hidden-layers-zero", (3, 3, 3)),  # the first layer alone
        ("output-layer-zero", (3, 3)),  # all layers
    ],
)
def test_what_is_another_mistake_on_a_small_network_is_not_told_twice(id: str, sizes: tuple[int, ...]) -> None:
    assert answers(mistake_named(id), Ask(sizes=sizes).question()) == []
