"""Every entry of the catalogue: well told, seen where it should be, unseen under its condition, and like no other."""

from __future__ import annotations

import dataclasses
import re
from collections import defaultdict
from itertools import combinations, groupby, product

import numpy as np
import pytest

from gradcheck.errors import UsageError
from gradcheck.mistakes import CATALOGUE, PER_LAYER, REFERENCE, Answer, Asked, Edit, Mistake, Program, mistake_named
from gradcheck.mistakes.descent_step import ETA
from gradcheck.network.activations import GELU, LINEAR, RELU, SIGMOID, SOFTMAX, SWISH, TANH, modified_neuron
from gradcheck.network.costs import CROSS_ENTROPY, LOG_LIKELIHOOD
from gradcheck.subjects.network_class import UPDATE_ETA
from tests.mistakes.conditions_for_tests import DECAY, shown
from tests.mistakes.questions_for_tests import Ask, answers, same
from tests.mistakes.unseen_for_tests import NEVER, UNSEEN

IN_ORDER_OF_BLAME = (
    "(25)",
    "(BP1)",
    "(BP1), (BP2)",
    "(BP2)",
    "(BP3)",
    "(BP4)",
    "(26)",
    "weight decay",
    "whole gradient",
    "calls",
    "descent step",
)

each = pytest.mark.parametrize("mistake", CATALOGUE, ids=lambda mistake: mistake.id)


def test_there_are_60_or_more_and_each_has_an_id_of_its_own() -> None:
    assert len(CATALOGUE) >= 60
    assert len({mistake.id for mistake in CATALOGUE}) == len(CATALOGUE)
    assert len({mistake.sentence for mistake in CATALOGUE}) == len(CATALOGUE)


def test_they_stand_in_the_order_of_blame() -> None:
    assert tuple(equation for equation, _ in groupby(CATALOGUE, key=lambda m: m.equation)) == IN_ORDER_OF_BLAME


@each
def test_an_entry_is_told_in_full(mistake: Mistake) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", mistake.id)
    for text in (mistake.sentence, mistake.hint, mistake.unseen):
        assert len(text) > 5
        assert text == text.strip()
        assert not text.endswith(".")
    assert mistake.hint != mistake.sentence
    assert mistake.asked


@each
def test_an_entry_replaces_one_step_of_the_program(mistake: Mistake) -> None:
    assert mistake.slot in {field.name for field in dataclasses.fields(Program)}
    assert bool(mistake.where) == (mistake.slot in PER_LAYER)


@each
def test_an_entry_changes_the_answer(mistake: Mistake) -> None:
    question = shown(mistake)
    right, found = REFERENCE.answer(question), answers(mistake, question)
    assert found
    assert [sorted(edit.layers) for edit, answer in found if same(answer, right)] == []


@pytest.mark.parametrize("mistake", [m for m in CATALOGUE if m.id not in NEVER], ids=lambda m: m.id)
def test_an_entry_is_unseen_under_its_condition(mistake: Mistake) -> None:
    question = UNSEEN[mistake.id]()
    right = REFERENCE.answer(question)
    assert [sorted(edit.layers) for edit, answer in answers(mistake, question) if not same(answer, right)] == []


def test_what_is_always_seen_says_so() -> None:
    assert {mistake.id for mistake in CATALOGUE if mistake.unseen.startswith("never")} == NEVER
    assert set(UNSEEN) == {mistake.id for mistake in CATALOGUE} - NEVER


@each
def test_an_entry_leaves_the_layers_before_its_own_alone(mistake: Mistake) -> None:
    """Made in layer l alone, a mistake cannot change what is returned for the layers after it."""
    if mistake.slot not in PER_LAYER:
        return
    question = shown(mistake)
    right = REFERENCE.answer(question)
    for edit, answer in answers(mistake, question):
        for layer in range(max(edit.layers) + 1, question.last.network.num_layers + 1):
            np.testing.assert_array_equal(answer.nabla_b[layer - 2], right.nabla_b[layer - 2])
            np.testing.assert_array_equal(answer.nabla_w[layer - 2], right.nabla_w[layer - 2])


# --- no two are the same ----------------------------------------------------------------------------------------------

NETWORKS = (
    Ask(hidden=SIGMOID, output=TANH),
    Ask(hidden=TANH, output=SIGMOID, cost=CROSS_ENTROPY),
    Ask(hidden=SWISH, output=SWISH),
    Ask(hidden=RELU, output=SOFTMAX, cost=LOG_LIKELIHOOD),
    Ask(hidden=modified_neuron(SWISH, 1, GELU), output=LINEAR),
)

NEVER_TOLD_APART = {
    # A step is all that is seen of a step; where backprop is asked as well, its own answers decide.
    ("descent-direction", "step-ascends"),
    ("bp3-forgotten", "step-biases-never"),
    # The eta of the questions is 2.
    ("gradient-doubled", "step-eta-twice"),
    ("gradient-halved", "step-eta-forgotten"),
}


def alike(found: list[tuple[str, Answer]]) -> set[tuple[str, str]]:
    """Return the pairs of ids that have one answer in common, in the order of the catalogue."""
    groups: dict[tuple[object, ...], set[str]] = defaultdict(set)
    for id, answer in found:
        numbers = [(leaf.shape, leaf.dtype.kind, f"{np.sum(leaf * weights(leaf)):.9e}") for leaf in answer.leaves]
        groups[tuple(numbers)].add(id)
    order = [mistake.id for mistake in CATALOGUE]
    return {pair for ids in groups.values() for pair in combinations(sorted(ids, key=order.index), 2)}


def weights(leaf: np.ndarray) -> np.ndarray:
    return np.cos(np.arange(leaf.size)).reshape(leaf.shape)


def never_told_apart() -> set[tuple[str, str]]:
    """Return the pairs of ids that have an answer in common on every network that shows both."""
    together, apart = set(), set()
    for number, (network, asked, sizes) in enumerate(product(NETWORKS, Asked, [(2, 4, 3, 5), (4, 4, 4, 4)])):
        m = 1 if asked is Asked.ONE else 3
        question = dataclasses.replace(
            network, asked=asked, sizes=sizes, m=m, calls=3, decay=DECAY, seed=number
        ).question()
        right = REFERENCE.answer(question)
        found = [
            (mistake.id, answer)
            for mistake in CATALOGUE
            for _, answer in answers(mistake, question)
            if not same(answer, right)
        ]
        common = alike(found)
        together |= common
        apart |= set(combinations(dict.fromkeys(id for id, _ in found), 2)) - common
    return together - apart


def test_no_two_entries_are_the_same_program() -> None:
    assert never_told_apart() == NEVER_TOLD_APART


def test_the_same_answer_twice_is_noticed() -> None:
    answer = REFERENCE.answer(Ask().question())
    assert alike([("bp1-sign", answer), ("bp1-halved", answer.each(np.negative)), ("bp1-doubled", answer)]) == {
        ("bp1-sign", "bp1-doubled")
    }


# --- a number that is fitted, and names ------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [Asked.ONE, Asked.SUM, Asked.MEAN])
def test_the_learning_rate_of_weights_updated_on_the_way_is_found(asked: Asked) -> None:
    mistake = mistake_named("bp2-weights-already-updated")
    question = Ask(sizes=(2, 4, 3, 2), decay=DECAY, asked=asked, m=1 if asked is Asked.ONE else 3).question()
    claimed = Edit(mistake, frozenset({2, 3})).made_in(REFERENCE, 0.75).answer(question)
    assert mistake.fitted is not None
    eta = mistake.fitted(question, claimed)
    assert eta == pytest.approx(0.75, rel=1e-9)
    assert same(Edit(mistake, frozenset({2, 3})).made_in(REFERENCE, eta).answer(question), claimed)


def test_no_learning_rate_is_found_where_there_is_none() -> None:
    mistake = mistake_named("bp2-weights-already-updated")
    assert mistake.fitted is not None
    for sizes in [(2, 2), (2, 3, 2)]:
        question = Ask(sizes=sizes).question()
        with pytest.raises(ValueError, match="cannot be made here"):
            mistake.fitted(question, REFERENCE.answer(question).each(lambda leaf: leaf.reshape(-1)))


def test_the_learning_rate_is_that_of_the_steps_that_are_asked_for() -> None:
    assert ETA == UPDATE_ETA


def test_a_mistake_is_found_by_its_id() -> None:
    assert [mistake_named(mistake.id) for mistake in CATALOGUE] == list(CATALOGUE)


@pytest.mark.parametrize(("id", "meant"), [("bp1-sing", "bp1-sign"), ("BP4-TRANSPOSED", "bp4-transposed")])
def test_an_unknown_id_is_told_close_ones(id: str, meant: str) -> None:
    with pytest.raises(UsageError, match=f"'{id}'.*did you mean.*{meant}"):
        mistake_named(id)


def test_an_id_like_no_other_is_sent_to_the_list() -> None:
    with pytest.raises(UsageError, match="`gradcheck mistakes` lists them"):
        mistake_named("qqq")
