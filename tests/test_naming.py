"""Mistakes are called by their names: entries of the catalogue, pairs of them, and never a program outside it or a right one."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gradcheck import Options
from gradcheck.checks.candidates import BY_COLUMNS, Candidates, Made, answer_of
from gradcheck.checks.digits import common_digits, digits_held, digits_of_leaf, is_finite
from gradcheck.checks.exposing import exposing
from gradcheck.checks.hearing import Heard
from gradcheck.checks.listening import Listening
from gradcheck.checks.naming import MATCHING_DIGITS, Explanation, as_diagnosis, equation_of, explain, where_of
from gradcheck.checks.network_run import NetworkRun
from gradcheck.mistakes.catalogue import CATALOGUE, mistake_named
from gradcheck.mistakes.mistake import Edit, Mistake, edits_for
from gradcheck.mistakes.program import REFERENCE, Answer, Asked, Question
from gradcheck.network.activations import RELU, SIGMOID, SOFTMAX
from gradcheck.network.costs import LOG_LIKELIHOOD
from gradcheck.results import Explains
from gradcheck.subjects.network_class import Batch, Declared, NetworkSubject
from tests.drawn_networks_for_tests import Drawn, drawn
from tests.evidence.injections import Bench, Put
from tests.injected_for_tests import injected, rounded
from tests.programs_outside_catalogue_for_tests import OUTSIDE
from tests.right_programs_for_tests import RIGHT

DEEP = Declared((SIGMOID, RELU, SIGMOID))


def bench(declared: Declared = DEEP) -> Bench:
    """Return two networks of some declaration, as the checker draws them."""
    generator = np.random.default_rng(5)
    return Bench(Drawn(5, declared, (exposing(declared, generator), exposing(declared, generator))))


def edit(id: str, *layers: int) -> Edit:
    """Return a mistake of the catalogue in some layers."""
    return Edit(mistake_named(id), frozenset(layers))


def named(made: Made, asked: Asked = Asked.ONE, declared: Declared = DEEP) -> list[str]:
    """Return what a class with some mistakes is called."""
    where = bench(declared)
    heard = where.hear(injected(declared, Put(made, asked).program), asked)
    return [" + ".join(edit.mistake.id for edit in each.edits) for each in where.explain(heard)]


def listened(subject: NetworkSubject, asked: Asked) -> list[str]:
    """Return the names that the checker gives to what a class answers."""
    return [one.id for one in Listening(NetworkRun(subject, Options(seed=3))).diagnosis(asked)]


@pytest.mark.parametrize(
    ("id", "layers"),
    [
        ("forward-bias-subtracted", ()),
        ("bp1-sign", (4,)),
        ("sigma-prime-missing", (2, 3)),
        ("sigma-prime-of-tanh", (3,)),
        ("bp2-mean-not-sum", (2,)),
        ("bp2-weights-already-updated", (2, 3)),
        ("bp3-times-b", (2,)),
        ("bp3-vector", (2, 3, 4)),
        ("bp4-transposed", (2, 3, 4)),
        ("bp4-uses-z", (3,)),
        ("order-swapped", ()),
        ("integer-dtype", ()),
        ("accumulates-over-calls", ()),
        ("forward-pass-of-the-call-before", ()),
    ],
)
def test_an_entry_is_named(id: str, layers: tuple[int, ...]) -> None:
    assert id in named(Made((edit(id, *layers),), REFERENCE))


@pytest.mark.parametrize(
    ("id", "layers", "asked", "program"),
    [
        ("bp3-not-summed", (2, 3, 4), Asked.SUM, REFERENCE),
        ("mean-over-inputs", (), Asked.MEAN, REFERENCE),
        ("step-no-mean", (), Asked.STEP, REFERENCE),
        ("step-one-by-one", (), Asked.STEP, REFERENCE),
        ("step-sums-not-reset", (), Asked.STEP, REFERENCE),
        ("bp3-rows-and-columns-mixed", (2, 3, 4), Asked.STEP, BY_COLUMNS),
    ],
)
def test_an_entry_that_several_examples_show_is_named(
    id: str, layers: tuple[int, ...], asked: Asked, program: object
) -> None:
    declared = Declared(batch=Batch(asked.value)) if asked is not Asked.STEP else Declared()
    assert id in named(Made((edit(id, *layers),), program), asked, declared)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (edit("forward-bias-forgotten"), edit("bp3-sign", 2, 3, 4)),
        (edit("bp1-doubled", 4), edit("bp2-sign", 2, 3)),
        (edit("sigma-prime-missing", 4), edit("bp4-uses-z", 3)),
        (edit("bp3-times-b", 2), edit("layers-reversed")),
        (edit("sigma-prime-of-a", 2, 3, 4), edit("accumulates-over-calls")),
        (edit("forward-hidden-tanh"), edit("bp1-doubled", 4)),
    ],
)
def test_both_of_a_pair_are_named(one: Edit, two: Edit) -> None:
    assert f"{one.mistake.id} + {two.mistake.id}" in named(Made((one, two), REFERENCE))


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("ClippedGradient", Asked.ONE),
        ("LastBiasForgotten", Asked.ONE),
        ("MomentumInBackprop", Asked.ONE),
        ("CubeForSquare", Asked.ONE),
        ("FeedbackAlignment", Asked.ONE),
        ("OneTooManyInTheMean", Asked.STEP),
        ("ColumnsWeighted", Asked.SUM),
    ],
)
def test_a_mistake_outside_the_catalogue_has_no_name(name: str, asked: Asked) -> None:
    assert listened(OUTSIDE[name], asked) == []


@pytest.mark.parametrize("number", [0, 2, 4, 11, 12, 15, 24, 27, 37])
def test_a_right_program_has_no_name(number: int) -> None:
    subject = list(RIGHT.values())[number]
    batch = subject.declared.batch
    for asked in (Asked.ONE, Asked.STEP, *([] if batch is Batch.UPDATE else [Asked(batch.value)])):
        assert listened(subject, asked) == []


def test_nothing_is_explained_where_nothing_was_heard() -> None:
    assert explain(()) == ()


def test_errors_of_a_softmax_that_cancel_are_zero_whatever_their_rounding() -> None:
    declared = Declared((RELU, SOFTMAX), LOG_LIKELIHOOD)
    assert "bp3-summed-over-all" in named(Made((edit("bp3-summed-over-all", 2, 3),), REFERENCE), declared=declared)


def test_steps_that_run_away_say_nothing_where_others_do() -> None:
    where = Bench(drawn(2027, 2))
    program = Put(Made((edit("step-one-by-one-no-mean"),), REFERENCE), Asked.STEP).program
    with np.errstate(all="ignore"):
        heard = where.hear(injected(where.network.declared, program), Asked.STEP)
        assert [is_finite(one.answer) for one in heard] == [False, True, True, True]
        assert [each.edits[0].mistake.id for each in explain(heard)] == ["step-one-by-one-no-mean"]
        assert explain(heard[:1]) == ()


def test_what_one_example_shows_is_not_told_of_the_step() -> None:
    where = bench(Declared())
    heard = where.hear(
        injected(Declared(), Put(Made((edit("bp1-doubled", 4),), REFERENCE), Asked.STEP).program), Asked.STEP
    )
    assert not where.candidates(heard).is_possible(Made((edit("bp1-doubled", 4),), REFERENCE), 8.0)
    assert "bp1-doubled" not in [each.edits[0].mistake.id for each in where.explain(heard)]


# --- digits -----------------------------------------------------------------------------------------------------------


def answer(*leaves: object) -> Answer:
    """Return an answer of one layer, its nabla_b and its nabla_w."""
    b, w = (np.asarray(leaf) for leaf in leaves)
    return Answer((b,), (w,))


def test_common_digits_are_the_fewest_of_all_arrays() -> None:
    one = answer([[1.0], [2.0]], [[3.0]])
    assert common_digits(one, one) == math.inf
    assert common_digits(one, answer([[1.0], [2.002]], [[3.0]])) == pytest.approx(3.0, abs=0.01)
    assert common_digits(one, answer([[1.0], [2.002]], [[3.3]])) == pytest.approx(1.04, abs=0.01)


@pytest.mark.parametrize(
    "other",
    [
        answer([[1.0, 2.0]], [[3.0]]),
        answer([[1], [2]], [[3.0]]),
        answer([[1.0], [np.nan]], [[3.0]]),
        answer([[1.0], [np.inf]], [[3.0]]),
        answer([[-1.0], [-2.0]], [[3.0]]),
        Answer((np.ones((2, 1)),), ()),
    ],
)
def test_other_shapes_dtypes_and_what_is_not_finite_have_no_digit_in_common(other: Answer) -> None:
    assert common_digits(answer([[1.0], [2.0]], [[3.0]]), other) == 0.0


def test_an_array_of_rounding_errors_is_compared_with_the_whole() -> None:
    noise, other = np.array([[1e-17]]), np.array([[-2e-17]])
    assert common_digits(Answer((noise,), (noise,)), Answer((other,), (other,))) == 0.0
    assert common_digits(answer(noise, [[1.0]]), answer(other, [[1.0]])) > 16.0
    assert common_digits(answer([[1e-9]], [[1.0]]), answer([[2e-9]], [[1.0]])) < 1.0
    assert digits_of_leaf(noise, other, 1.0) > 16.0 > digits_of_leaf(noise, other)


def test_an_answer_holds_the_digits_of_its_coarsest_dtype() -> None:
    double, single = np.ones((1, 1)), np.ones((1, 1), np.float32)
    assert digits_held(answer(double, double)) == pytest.approx(15.65, abs=0.01)
    assert digits_held(answer(double, single)) == pytest.approx(6.92, abs=0.01)
    assert digits_held(answer([[1]], [[2]])) == pytest.approx(15.65, abs=0.01)


def test_a_single_precision_class_is_named_to_half_of_its_digits() -> None:
    where = bench()
    question = where.network.questions(Asked.ONE)[0]
    wrong = Put(Made((edit("bp1-doubled", 4),), REFERENCE), Asked.ONE).program.answer(question)
    heard = [Heard(question, wrong.each(lambda leaf: leaf.astype(np.float32)))]
    assert next(each.edits[0].mistake.id for each in explain(heard)) == "bp1-doubled"
    spoilt = [Heard(question, wrong.each(lambda leaf: leaf * (1.0 + 10.0 ** -(MATCHING_DIGITS * 15.0))))]
    assert explain(spoilt) == ()


# --- candidates -------------------------------------------------------------------------------------------------------


def test_what_is_made_answers_as_the_edited_program_does() -> None:
    question = bench().network.questions(Asked.ONE)[0]
    right = REFERENCE.answer(question)
    assert common_digits(answer_of(Made((), REFERENCE), question, right), right) == math.inf  # type: ignore[arg-type]
    doubled = answer_of(Made((edit("gradient-doubled"),), REFERENCE), question, right)
    assert doubled is not None
    assert common_digits(doubled, right.each(lambda leaf: 2.0 * leaf)) == math.inf


def test_what_cannot_be_made_here_has_no_answer() -> None:
    question = bench().network.questions(Asked.ONE)[0]
    right = REFERENCE.answer(question)
    for one in (edit("bp2-w-not-transposed", 2, 3), edit("decay-forgotten", 2), edit("bp4-two-layers-before", 2)):
        assert answer_of(Made((one,), REFERENCE), question, right) is None


def test_a_number_is_read_off_what_was_claimed() -> None:
    question = bench().network.questions(Asked.ONE)[0]
    updated = edit("bp2-weights-already-updated", 2, 3)
    claimed = updated.made_in(REFERENCE, 0.7).answer(question)
    made = Made((updated,), REFERENCE)
    assert made.is_fitted
    found = answer_of(made, question, claimed)
    assert found is not None
    assert common_digits(found, claimed) > 12.0


def test_the_answers_of_single_mistakes_are_worked_out_once() -> None:
    where = bench()
    candidates = Candidates(where.network.questions(Asked.ONE))
    made = next(one for one in candidates.single if not one.is_fitted)
    assert candidates.answer(made, 0, candidates.right[0]) is candidates.answer(made, 0, candidates.right[0])


def test_pairs_are_those_that_may_account_for_every_array() -> None:
    where = bench()
    questions = where.network.questions(Asked.ONE)
    candidates = Candidates(questions)
    both = Made((edit("bp3-sign", 2), edit("bp4-sign", 4)), REFERENCE)
    claimed = [Put(both, Asked.ONE).program.answer(question) for question in questions]
    pairs = [one.edits for one in candidates.pairs(claimed, 8.0)]
    assert both.edits in pairs
    # (BP1) with a wrong sign spoils every array, so its partner must mend them all: nothing that changes one layer alone can.
    assert (edit("bp1-sign", 4), edit("bp3-sign", 2)) not in pairs
    assert all({1, 2} & {len(one.layers) for one in pair} for pair in pairs if edit("bp4-sign", 4) in pair)


def test_every_edit_of_the_catalogue_is_a_candidate() -> None:
    questions: tuple[Question, ...] = bench().network.questions(Asked.ONE)
    network = questions[0].last.network
    assert len(Candidates(questions).single) == len(edits_for(CATALOGUE, network, Asked.ONE))


# --- words ------------------------------------------------------------------------------------------------------------


def of_sigma_prime(*layers: int) -> Edit:
    """Return a mistake in sigma' in some layers."""
    return Edit(Mistake("x", "(BP1), (BP2)", "sigma_prime", "s", "h", "u", lambda right: right), frozenset(layers))


@pytest.mark.parametrize(
    ("layers", "words", "equation"),
    [
        ((), "", "(BP1), (BP2)"),
        ((2, 3, 4), "", "(BP1), (BP2)"),
        ((4,), "output layer", "(BP1)"),
        ((2, 3), "hidden layers", "(BP2)"),
        ((2,), "layer 2", "(BP2)"),
        ((3,), "layer 3", "(BP2)"),
    ],
)
def test_layers_and_equations_in_words(layers: tuple[int, ...], words: str, equation: str) -> None:
    assert where_of(of_sigma_prime(*layers), 4) == words
    assert equation_of(of_sigma_prime(*layers), 4) == equation


def test_the_only_hidden_layer_is_called_so() -> None:
    assert where_of(of_sigma_prime(2), 3) == "hidden layer"


def test_other_equations_stay_as_they_are() -> None:
    assert equation_of(edit("bp3-sign", 2), 4) == "(BP3)"


def test_a_pair_is_told_in_one_diagnosis() -> None:
    told = as_diagnosis(Explanation((edit("bp1-sign", 3), edit("bp3-sign", 2)), math.inf), 3)
    assert told.kind is Explains.MISTAKE
    assert told.id == "bp1-sign + bp3-sign"
    assert told.equation == "(BP1), (BP3)"
    assert told.where == "output layer and hidden layer"
    assert told.digits is None
    assert told.sentence.startswith(mistake_named("bp1-sign").sentence)
    assert told.hint.count(". ") + told.hint.count("? ") == 1 and told.hint.endswith((".", "?"))


def test_injected_classes_round_otherwise() -> None:
    numbers = np.array([[1.0, -2.0], [3.0, 0.5]])
    moved = rounded(numbers)
    assert np.all(moved != numbers)
    assert np.max(np.abs(moved / numbers - 1.0)) < 3e-16
