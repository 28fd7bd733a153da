"""The wrong programs that are shipped, and the entry that each of them is, to the last digits."""

from __future__ import annotations

import dataclasses
import importlib
from typing import Any

import numpy as np
import pytest

from gradcheck.mistakes import REFERENCE, Answer, Asked, Question
from gradcheck.mistakes.descent_step import ETA
from tests.mistakes.questions_for_tests import Ask, explained, same

OF_ONE = {
    "accumulates": "accumulates-over-calls",
    "aliased_delta": "bp1-overwrites-a",
    "bp1_no_sigma_prime": "sigma-prime-missing",
    "bp1_sign": "bp1-sign",
    "bp1_uses_z": "bp1-uses-z",
    "bp2_mean_not_sum": "bp2-mean-not-sum",
    "bp2_no_sigma_prime": "sigma-prime-missing",
    "bp3_bias_forgotten": "bp3-forgotten",
    "bp4_transposed": "bp4-transposed",
    "bp4_uses_z": "bp4-uses-z",
    "factor_two": "bp1-doubled",
    "first_layer_zero": "first-layer-zero",
    "forward_no_bias": "forward-bias-forgotten",
    "integer_gradient": "integer-dtype",
    "sigma_prime_formula": "sigma-prime-plus-for-minus",
    "sigma_prime_of_a": "sigma-prime-of-a",
    "stale_forward": "forward-pass-of-the-first-call",
    "swapped_order": "order-swapped",
    "updates_while_going_back": "bp2-weights-already-updated",
}

OF_SEVERAL = {
    "matrix_bias_axis": (Asked.SUM, "bp3-rows-and-columns-mixed"),
    "matrix_bias_not_summed": (Asked.SUM, "bp3-not-summed"),
}

OF_STEPS = {
    "matrix_mean_twice": "step-mean-twice",
    "update_ascends": "step-ascends",
    "update_last_example": "step-last-example-over-m",
    "update_mean_twice": "step-mean-twice",
    "update_no_mean": "step-no-mean",
}


def loaded(name: str, question: Question) -> Any:
    network = importlib.import_module(f"gradcheck.examples.network_{name}_wrong").Network
    return network(list(question.last.network.sizes))


def put_in(program: Any, question: Question, call: int) -> None:
    network = question.calls[call].network
    program.weights, program.biases = list(map(np.array, network.weights)), list(map(np.array, network.biases))


def returned(name: str, question: Question) -> Answer:
    """Return what the shipped program answers to the last call, after the calls before."""
    program = loaded(name, question)
    answer: Any = None
    for i, call in enumerate(question.calls):
        put_in(program, question, i)
        nabla_b, nabla_w = program.backprop(np.array(call.x), np.array(call.y))
        answer = Answer(tuple(map(np.array, nabla_b)), tuple(map(np.array, nabla_w)))
    return answer


def stepped(name: str, question: Question) -> Answer:
    """Return the step of the shipped program, divided by eta."""
    program, call = loaded(name, question), question.last
    put_in(program, question, -1)
    program.update_mini_batch([(call.x[:, [i]], call.y[:, [i]]) for i in range(call.m)], ETA)
    b = zip(call.network.biases, program.biases, strict=True)
    w = zip(call.network.weights, program.weights, strict=True)
    return Answer(tuple((old - new) / ETA for old, new in b), tuple((old - new) / ETA for old, new in w))


@pytest.mark.parametrize("name", OF_ONE)
def test_a_wrong_backprop_of_one_example_is_in_the_catalogue(name: str) -> None:
    sizes = (3, 3, 3) if "transposed" in name else (2, 4, 3, 2)
    question = Ask(sizes=sizes, calls=3).question()
    claimed = returned(name, question)
    assert not same(claimed, REFERENCE.answer(question))
    assert explained(OF_ONE[name], question, claimed)


@pytest.mark.parametrize("name", OF_SEVERAL)
def test_a_wrong_backprop_of_several_examples_is_in_the_catalogue(name: str) -> None:
    asked, id = OF_SEVERAL[name]
    question = Ask(sizes=(2, 4, 3, 2), asked=asked, m=3).question()
    claimed = returned(name, question)
    assert not same(claimed, REFERENCE.answer(question))
    assert explained(id, question, claimed)


@pytest.mark.parametrize("name", OF_STEPS)
def test_a_wrong_update_is_in_the_catalogue(name: str) -> None:
    question = Ask(sizes=(2, 4, 3, 2), asked=Asked.STEP, m=3).question()
    claimed = stepped(name, question)
    assert not same(claimed, REFERENCE.answer(question))
    assert explained(OF_STEPS[name], question, claimed)


def test_every_wrong_network_that_is_shipped_is_here() -> None:
    from gradcheck.checks.examples import example_names

    wrong = {name for name in example_names() if name.startswith("network_") and name.endswith("_wrong")}
    named = {f"network_{name}_wrong" for name in (*OF_ONE, *OF_SEVERAL, *OF_STEPS)}
    assert wrong == named


def test_a_right_answer_is_explained_by_no_mistake_that_shows() -> None:
    question = dataclasses.replace(Ask(sizes=(2, 4, 3, 2)), calls=3).question()
    assert not explained("bp1-sign", question, REFERENCE.answer(question))
