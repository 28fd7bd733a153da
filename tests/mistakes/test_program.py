"""The program with no mistake is the reference, each of its steps is taken, and edits are made where they say."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from gradcheck.mistakes import (
    CATALOGUE,
    PER_LAYER,
    REFERENCE,
    Answer,
    Asked,
    Call,
    Edit,
    Mistake,
    Program,
    Question,
    Where,
    edits_for,
    mistake_named,
)
from gradcheck.network.backprop import backprop
from gradcheck.network.descent import gradient_descent_step
from tests.mistakes.questions_for_tests import Ask, answers, same
from tests.networks_for_tests import Case, cases


def asked_of(case: Case, asked: Asked) -> Answer:
    return REFERENCE.answer(Question(asked, (Call(case.network, case.x, case.y),)))


def assert_close(found: Answer, nabla_b: Any, nabla_w: Any) -> None:
    expected = Answer(tuple(nabla_b), tuple(nabla_w))
    scale = 1 + max(np.abs(leaf).max() for leaf in expected.leaves)
    for one, two in zip(found.leaves, expected.leaves, strict=True):
        assert one.shape == two.shape
        np.testing.assert_allclose(one, two, rtol=1e-9, atol=1e-10 * scale)


@given(cases())
@settings(deadline=None, max_examples=200)
def test_the_reference_is_backprop(case: Case) -> None:
    right, m = backprop(case.network, case.x, case.y), case.x.shape[1]
    assert_close(asked_of(case, Asked.MEAN), right.nabla_b, right.nabla_w)
    assert_close(asked_of(case, Asked.SUM), [m * b for b in right.nabla_b], [m * w for w in right.nabla_w])
    first = Case(case.network, case.x[:, :1], case.y[:, :1])
    one = backprop(first.network, first.x, first.y)
    assert_close(asked_of(first, Asked.ONE), one.nabla_b, one.nabla_w)


@pytest.mark.parametrize("asked", Asked)
def test_the_forward_pass_that_programs_share_is_the_right_one_and_no_mistake_writes_to_it(asked: Asked) -> None:
    question = Ask(m=3, asked=asked, calls=2).question()
    answered = [found for mistake in CATALOGUE for found in answers(mistake, question)]
    assert len(answered) > 100
    call = question.last
    for shared in (call, call.example(0), call.example(1)):
        forward = shared.network.feedforward(shared.x)
        for one, two in zip(
            (*shared.forward.zs, *shared.forward.activations), (*forward.zs, *forward.activations), strict=True
        ):
            np.testing.assert_array_equal(one, two)
    assert call.example(1) is call.example(1)


@given(cases())
@settings(deadline=None, max_examples=100)
def test_its_step_is_the_step_of_gradient_descent(case: Case) -> None:
    eta = 2.0
    network, moved = case.network, gradient_descent_step(case.network, case.x, case.y, eta)
    assert_close(
        asked_of(case, Asked.STEP),
        [(old - new) / eta for old, new in zip(network.biases, moved.biases, strict=True)],
        [(old - new) / eta for old, new in zip(network.weights, moved.weights, strict=True)],
    )


class Taken(Exception):
    """The step was taken."""


@pytest.mark.parametrize("slot", [field.name for field in dataclasses.fields(Program)])
def test_every_step_of_the_program_is_taken(slot: str) -> None:
    def step(*of: Any) -> Any:
        raise Taken

    changes: dict[str, Any] = {slot: step}
    with pytest.raises(Taken):
        dataclasses.replace(REFERENCE, **changes).answer(Ask(asked=Asked.STEP, m=2).question())


def test_the_steps_taken_layer_by_layer_are_taken_in_the_layers_of_an_edit_alone() -> None:
    question = Ask().question()
    for slot in sorted(PER_LAYER - {"nabla_a", "output_error"}):
        seen: list[int] = []

        def wrong(right: Any, seen: list[int] = seen) -> Any:
            def step(place: Any, *rest: Any) -> Any:
                seen.append(place.layer)
                return right(place, *rest)

            return step

        mistake = Mistake("a", "(BP2)", slot, "", "", "", wrong, (Where.ONE,))
        answer = Edit(mistake, frozenset({3})).made_in(REFERENCE).answer(question)
        assert set(seen) == {3}, slot
        assert same(answer, REFERENCE.answer(question))


def test_two_mistakes_are_made_at_once() -> None:
    question = Ask().question()
    sign, doubled = mistake_named("bp2-sign"), mistake_named("bp3-sign")
    both = Edit(doubled, frozenset({2})).made_in(Edit(sign, frozenset({2})).made_in(REFERENCE)).answer(question)
    right = REFERENCE.answer(question)
    np.testing.assert_allclose(both.nabla_b[0], right.nabla_b[0], rtol=1e-12)
    np.testing.assert_allclose(both.nabla_w[0], -right.nabla_w[0], rtol=1e-12)


def test_edits_go_together_where_they_do_not_replace_the_same_step() -> None:
    sign, doubled, forgotten = (mistake_named(id) for id in ("bp2-sign", "bp2-doubled", "bp3-forgotten"))
    here, there = frozenset({2}), frozenset({3})
    assert Edit(sign, here).goes_with(Edit(doubled, there))
    assert not Edit(sign, here).goes_with(Edit(doubled, here))
    assert Edit(sign, here).goes_with(Edit(forgotten, here))
    ascends, no_mean = (Edit(mistake_named(id)) for id in ("step-ascends", "step-no-mean"))
    assert not ascends.goes_with(no_mean)


@pytest.mark.parametrize(
    ("where", "num_layers", "expected"),
    [
        (Where.EVERYWHERE, 4, [{2, 3, 4}]),
        (Where.OUTPUT, 4, [{4}]),
        (Where.HIDDEN, 4, [{2, 3}]),
        (Where.HIDDEN, 2, []),
        (Where.ONE, 4, [{2}, {3}, {4}]),
        (Where.ONE_HIDDEN, 4, [{2}, {3}]),
        (Where.ONE_HIDDEN, 2, []),
        (Where.ONE_AFTER_THE_FIRST, 4, [{3}, {4}]),
        (Where.ONE_AFTER_THE_FIRST, 2, []),
    ],
)
def test_the_layers_in_which_a_mistake_is_made(where: Where, num_layers: int, expected: list[set[int]]) -> None:
    assert where.layers(num_layers) == expected


def test_a_mistake_of_hidden_layers_is_not_made_where_there_are_none() -> None:
    network = Ask(sizes=(2, 2)).question().last.network
    assert edits_for((mistake_named("bp2-sign"),), network, Asked.ONE) == []


def test_a_mistake_is_made_once_where_two_ways_to_make_it_are_the_same() -> None:
    network = Ask(sizes=(2, 2)).question().last.network
    edits = edits_for((mistake_named("sigma-prime-missing"),), network, Asked.ONE)
    assert [sorted(edit.layers) for edit in edits] == [[2]]


def test_a_mistake_is_offered_for_the_questions_that_it_may_change() -> None:
    network = Ask().question().last.network
    mistakes = (mistake_named("step-ascends"), mistake_named("mean-missing"))
    offered = {asked: [edit.mistake.id for edit in edits_for(mistakes, network, asked)] for asked in Asked}
    assert offered == {
        Asked.ONE: [],
        Asked.SUM: [],
        Asked.MEAN: ["mean-missing"],
        Asked.STEP: ["step-ascends"],
    }


def test_the_questions_before_the_last() -> None:
    question = Ask(calls=3).question()
    assert [before.calls for before in question.before] == [question.calls[:1], question.calls[:2]]
    assert question.last is question.calls[2]
