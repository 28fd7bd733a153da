"""A rubric tried before it grades: mistakes planted where students make them, the points they cost, and graders that are blind."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradcheck import UsageError
from gradcheck.checks.equations import check_network
from gradcheck.checks.options import Options
from gradcheck.grading.coverage_text import render_coverage
from gradcheck.grading.declaring import declared_for
from gradcheck.grading.expected_losses import STANDS_ON, Expected, expected_loss
from gradcheck.grading.parts import SubmissionProtocol, parts_of
from gradcheck.grading.planting import Home, Planted, plantings, right_subject, shows
from gradcheck.grading.rubric import Rubric
from gradcheck.grading.rubric_coverage import Grade, Program, RubricCoverage, Tried, cover
from gradcheck.grading.rubric_network import NetworkTable
from gradcheck.grading.starting_rubric import starting_rubric
from gradcheck.mistakes.catalogue import CATALOGUE, mistake_named
from gradcheck.mistakes.mistake import Mistake, Where
from gradcheck.mistakes.program import Asked
from gradcheck.network.activations import SIGMOID, SOFTMAX
from gradcheck.network.costs import CROSS_ENTROPY, LOG_LIKELIHOOD
from gradcheck.results import Verdict
from gradcheck.results.grades import GradeSheet, ItemGrade, ItemStatus, SheetStatus
from gradcheck.subjects.network_class import Batch, Declared
from tests.grading.in_process_grading_for_tests import grader
from tests.grading.rubrics_for_tests import LAYERS, rubric_of

CHAPTER = starting_rubric(SubmissionProtocol.NETWORK)

ONE_OF_EACH_KIND = [
    "forward-bias-forgotten",
    "bp1-sign",
    "sigma-prime-missing",
    "sigma-prime-of-the-other-neurons",
    "bp2-w-not-transposed",
    "bp2-sigma-prime-of-z-before",
    "bp2-weights-already-updated",
    "bp3-wrong-axis",
    "bp3-not-summed",
    "bp4-uses-z",
    "last-example-only",
    "order-swapped",
    "accumulates-over-calls",
    "step-no-mean",
    "step-ascends",
    "step-sums-not-reset",
]


def of(ids: list[str]) -> list[Mistake]:
    """Return mistakes of the catalogue."""
    return [mistake_named(id) for id in ids]


def test_each_kind_of_mistake_loses_its_points_once_and_nothing_else() -> None:
    coverage = cover(CHAPTER, grader(CHAPTER), of(ONE_OF_EACH_KIND))
    assert {one.made: one.lost for one in coverage.tried if not one.is_as_expected} == {}
    assert coverage.reference.is_untold
    assert coverage.is_sound
    assert coverage.left_out == ()
    lost = {one.made: sorted(one.lost_ids) for one in coverage.tried}
    assert lost["bp1-sign"] == ["bp1"]
    assert lost["bp1-sign (in cost_derivative)"] == ["cost_derivative"]
    assert lost["sigma-prime-missing (everywhere)"] == ["bp1", "bp2"]
    assert lost["sigma-prime-missing (output)"] == ["bp1"]
    assert lost["sigma-prime-missing (hidden)"] == ["bp2"]
    assert lost["sigma-prime-missing (in sigma_prime)"] == ["sigma_prime"]
    assert lost["forward-bias-forgotten (in feedforward)"] == ["feedforward"]
    assert lost["bp3-not-summed"] == lost["last-example-only"] == ["matrix_batch"]
    assert lost["sigma-prime-of-the-other-neurons (hidden)"] == ["modified_neuron"]
    assert lost["step-no-mean"] == ["mini_batch"]
    assert lost["step-ascends"] == ["descent_step"]
    classes = {one.made: one.in_class for one in coverage.tried}
    assert classes["bp3-not-summed"] == "MatrixNetwork"
    assert classes["bp4-uses-z"] == "Network"
    assert all(one.mistake in one.named for one in coverage.tried if "(in " not in one.made)


def test_a_wrong_sigma_prime_of_its_own_is_no_wrong_output_error_whatever_the_cost(tmp_path: Path) -> None:
    text = CHAPTER.path.read_text().replace('cost = "quadratic" ', 'cost = "cross_entropy" ')
    rubric = rubric_of(tmp_path, text[: text.index("# The chapter's exercises")])
    coverage = cover(rubric, grader(rubric), of(["sigma-prime-plus-for-minus"]))
    assert [sorted(one.lost_ids) for one in coverage.tried] == [["bp1", "bp2"], ["bp1"], ["bp2"], ["sigma_prime"]]


def test_a_mistake_that_shows_in_some_layers_alone_is_expected_there_alone(tmp_path: Path) -> None:
    rubric = changed(tmp_path, 'activation = "sigmoid" ', 'activation = ["sigmoid", "tanh"] ')
    coverage = cover(rubric, grader(rubric), of(["sigma-prime-of-sigmoid"]))
    assert {(one.made, one.in_class): sorted(one.expected.must) for one in coverage.tried} == {
        ("sigma-prime-of-sigmoid (everywhere)", "LinearNetwork"): ["linear_neurons"],
        ("sigma-prime-of-sigmoid (output)", "Network"): ["bp1"],
        ("sigma-prime-of-sigmoid (hidden)", "LinearNetwork"): ["linear_neurons"],
    }
    assert coverage.is_sound


# --- graders that do not grade as they should -----------------------------------------------------------------------------------


def sheet(rubric: Rubric, lost: dict[str, float], **named: tuple[str, ...]) -> GradeSheet:
    """Return a sheet on which some items have lost points."""
    items = [
        ItemGrade(
            one.id,
            one.title,
            ItemStatus.FAIL,
            one.points - lost.get(one.id, 0.0),
            one.points,
            diagnosis=named.get(one.id, ()),
        )
        for one in rubric.items
    ]
    return GradeSheet("program", SheetStatus.GRADED, tuple(items))


def is_right(program: Program, rubric: Rubric) -> bool:
    """Tell whether a program's first class is the right one, by asking it."""
    subject = program(rubric.items[3])
    return check_network(subject, options=Options(seed=0, max_forward_passes=400)).verdict is not Verdict.DISAGREE


def grade_as(rubric: Rubric, lost: dict[str, float]) -> Grade:
    """Return a grader that takes the same points from every program that is not right."""

    def grade(program: Program) -> GradeSheet:
        return sheet(rubric, {} if is_right(program, rubric) else lost)

    return grade


def test_a_grader_that_takes_nothing_is_said_to_be_blind() -> None:
    coverage = cover(CHAPTER, grade_as(CHAPTER, {}), of(["bp1-sign", "bp4-sign"]))
    assert not coverage.is_sound
    assert [one.is_untold for one in coverage.tried] == [True] * 3
    text = render_coverage(coverage)
    assert "loses nothing  SHOULD LOSE BP1" in text
    assert "this rubric cannot tell: bp1-sign, bp1-sign (in cost_derivative), bp4-sign" in text
    assert "0 of 3 mistakes lose the points they should" in text


def test_a_grader_that_takes_too_much_is_said_to() -> None:
    coverage = cover(CHAPTER, grade_as(CHAPTER, {"bp4": 0.5, "bp3": 1.0}), of(["bp4-sign"]))
    assert not coverage.is_sound
    assert "bp4-sign  loses bp3 1, bp4 0.5  SHOULD NOT LOSE BP3" in render_coverage(coverage)


def test_a_grader_that_takes_the_wrong_points_is_said_to() -> None:
    coverage = cover(CHAPTER, grade_as(CHAPTER, {"bp3": 1.0}), of(["bp4-sign"]))
    assert "loses bp3 1  SHOULD LOSE BP4; SHOULD NOT LOSE BP3" in render_coverage(coverage)


def test_a_right_program_that_loses_points_is_the_first_thing_said() -> None:
    coverage = cover(CHAPTER, lambda program: sheet(CHAPTER, {"bp4": 2.0}), of(["bp4-sign"]))
    assert not coverage.is_sound
    assert render_coverage(coverage).startswith("Backpropagation: THE RIGHT PROGRAM LOSES bp4 2: so would everybody.")


def test_what_could_not_be_graded_lost_nothing_and_is_no_pass() -> None:
    coverage = cover(CHAPTER, lambda program: GradeSheet("program", SheetStatus.UNGRADED), of(["bp4-sign"]))
    assert not coverage.is_sound
    assert not coverage.tried[0].is_untold
    text = render_coverage(coverage)
    assert "THE RIGHT PROGRAM COULD NOT BE GRADED" in text
    assert "bp4-sign  was not graded" in text


def test_mistakes_that_look_alike_are_named_unless_they_are_called_by_name() -> None:
    def tried(id: str, item: str, *named: str) -> Tried:
        return Tried(id, id, "Network", Expected(frozenset({item})), ((item, 1.0),), named)

    blank = Tried("", "right", "", Expected())
    rows = (tried("a", "bp1"), tried("b", "bp1", "x"), tried("c", "bp1", "c"), tried("d", "bp2"))
    coverage = RubricCoverage("Backprop", "", blank, rows)
    assert [[one.mistake for one in group] for group in coverage.confused] == [["a", "b"]]
    assert "not told apart, all lose bp1 without a name: a, b" in render_coverage(coverage)
    assert coverage.is_sound


def test_items_that_no_mistake_was_tried_on_are_named() -> None:
    coverage = cover(CHAPTER, grade_as(CHAPTER, {"bp4": 2.0}), of(["bp4-sign"]))
    assert set(coverage.untouched) == {item.id for item in CHAPTER.items} - {"bp4"}
    assert "no mistake was tried on: feedforward, cost_derivative" in render_coverage(coverage)


def test_mistakes_that_no_program_of_the_assignment_can_show_are_left_out() -> None:
    coverage = cover(CHAPTER, grade_as(CHAPTER, {}), of(["decay-sign", "sigma-prime-leak-dropped", "mean-twice"]))
    assert (coverage.tried, coverage.left_out) == ((), ("decay-sign", "sigma-prime-leak-dropped", "mean-twice"))
    assert "not of this assignment, since no program of it can show them: decay-sign, " in render_coverage(coverage)


def test_a_rubric_without_an_item_for_a_mistake_cannot_tell_it(tmp_path: Path) -> None:
    text = CHAPTER.path.read_text()
    only = rubric_of(tmp_path, text[: text.index('[[item]]\nid = "cost_derivative"')])
    assert [item.id for item in only.items] == ["feedforward"]
    coverage = cover(only, grader(only), of(["bp1-sign", "step-ascends", "forward-bias-forgotten"]))
    untold = [one.made for one in coverage.tried if one.is_untold]
    assert untold == ["bp1-sign", "step-ascends", "forward-bias-forgotten"]
    assert [one.made for one in coverage.tried if one.is_as_expected] == ["forward-bias-forgotten (in feedforward)"]
    assert coverage.left_out == ()
    text = render_coverage(coverage)
    assert "NO ITEM IS ABOUT IT" in text
    assert "this rubric cannot tell: bp1-sign, step-ascends, forward-bias-forgotten" in text


def test_rubrics_of_functions_have_no_catalogue(tmp_path: Path) -> None:
    rubric = rubric_of(tmp_path, LAYERS)
    with pytest.raises(UsageError, match="protocol layers: the catalogue has mistakes of networks alone"):
        cover(rubric, lambda program: sheet(rubric, {}))


# --- what a mistake should cost -------------------------------------------------------------------------------------------------


def changed(tmp_path: Path, old: str, new: str) -> Rubric:
    """Return the chapter's rubric with something in its text replaced."""
    text = CHAPTER.path.read_text()
    assert old in text
    return rubric_of(tmp_path, text.replace(old, new))


def cost_of(
    rubric: Rubric, id: str, where: Where | None, asked: Asked = Asked.ONE, home: Home = Home.INSIDE
) -> Expected:
    own = tuple(item for item in rubric.items if not item.names)
    return expected_loss(rubric, own, Planted(mistake_named(id), where, home), asked)


def test_without_what_is_given_a_mistake_may_cost_all_that_is_made_of_it(tmp_path: Path) -> None:
    rubric = changed(tmp_path, 'given = ["feedforward", "sigma_prime", "bp1"]', "")
    assert cost_of(rubric, "bp1-sign", Where.OUTPUT) == Expected(frozenset({"bp1"}), frozenset({"bp2"}))
    assert cost_of(CHAPTER, "bp1-sign", Where.OUTPUT) == Expected(frozenset({"bp1"}), frozenset())


def test_without_credit_for_what_is_carried_forward_it_may_too(tmp_path: Path) -> None:
    rubric = changed(tmp_path, 'carried_forward = "credit" ', 'carried_forward = "none" ')
    assert cost_of(rubric, "bp4-sign", Where.EVERYWHERE).may == {"mini_batch", "descent_step"}
    assert cost_of(rubric, "bp2-sign", Where.HIDDEN).may == {"bp3", "bp4", "mini_batch", "descent_step"}


def test_what_requires_a_lost_item_may_be_lost_with_it_by_way_of_others_too(tmp_path: Path) -> None:
    text = CHAPTER.path.read_text().replace('part = "BP4"', 'part = "BP4"\nrequires = ["bp3"]')
    rubric = rubric_of(tmp_path, text.replace('part = "BP3"', 'part = "BP3"\nrequires = ["sigma_prime"]'))
    found = cost_of(rubric, "sigma-prime-missing", Where.EVERYWHERE, home=Home.OWN)
    assert found == Expected(frozenset({"sigma_prime"}), frozenset({"bp3", "bp4"}))


def test_an_item_for_the_whole_of_backprop_is_lost_with_any_of_its_equations(tmp_path: Path) -> None:
    rubric = changed(tmp_path, 'part = "BP3"', 'part = "backprop"')
    assert cost_of(rubric, "bp4-sign", Where.EVERYWHERE).must == {"bp3", "bp4"}
    assert cost_of(rubric, "forward-bias-forgotten", None).may >= {"bp1", "bp2", "bp3", "bp4"}


def test_an_item_for_the_whole_step_is_lost_with_either_half(tmp_path: Path) -> None:
    rubric = changed(tmp_path, 'part = "mini_batch"', 'part = "update_mini_batch"')
    assert cost_of(rubric, "step-ascends", None, Asked.STEP).must == {"mini_batch", "descent_step"}
    assert cost_of(rubric, "step-no-mean", None, Asked.STEP).must == {"mini_batch"}


def test_only_what_was_lost_as_expected_meets_the_expectation() -> None:
    expected = Expected(frozenset({"a"}), frozenset({"b"}))
    met = [set("a"), set("ab")]
    not_met: list[set[str]] = [set(), set("b"), set("ac"), set("abc")]
    assert all(expected.is_met_by(frozenset(lost)) for lost in met)
    assert not any(expected.is_met_by(frozenset(lost)) for lost in not_met)
    assert not Expected().is_met_by(frozenset())


def test_no_part_is_made_of_what_is_made_of_it() -> None:
    assert set(STANDS_ON) <= set(parts_of(SubmissionProtocol.NETWORK))
    for part, below in STANDS_ON.items():
        assert part not in below
        assert all(part not in STANDS_ON.get(one, ()) for one in below)


# --- planting -------------------------------------------------------------------------------------------------------------------

WITH_SOFTMAX = Declared((SIGMOID, SOFTMAX), LOG_LIKELIHOOD)


@pytest.mark.parametrize(
    "declared", [Declared(), WITH_SOFTMAX, Declared(batch=Batch.MEAN)], ids=["chapter", "softmax", "mean"]
)
def test_the_right_program_is_right_in_all_its_parts(declared: Declared) -> None:
    result = check_network(right_subject(declared, "Right"), options=Options(seed=0))
    assert result.verdict is Verdict.AGREE
    assert all(part.verdict is Verdict.AGREE for part in result.parts)


@pytest.mark.parametrize(
    ("id", "where", "home", "part"),
    [
        ("forward-bias-forgotten", None, Home.OWN, "feedforward"),
        ("bp1-sign", Where.OUTPUT, Home.OWN, "cost_derivative"),
        ("sigma-prime-plus-for-minus", Where.EVERYWHERE, Home.OWN, "sigma_prime"),
        ("bp2-sign", Where.HIDDEN, Home.INSIDE, "(BP2)"),
        ("bp2-sigma-prime-of-z-before", Where.ONE_AFTER_THE_FIRST, Home.INSIDE, "backprop"),
        ("step-ascends", None, Home.INSIDE, "update_mini_batch"),
    ],
)
def test_a_planted_mistake_is_found_where_it_was_made(id: str, where: Where | None, home: Home, part: str) -> None:
    subject = Planted(mistake_named(id), where, home).subject(Declared(), "Network")
    result = check_network(subject, options=Options(seed=0))
    wrong = [one.title for one in result.parts if one.verdict is Verdict.DISAGREE]
    assert any(part in title for title in wrong)


def test_every_mistake_is_tried_inside_and_some_in_functions_of_their_own_too() -> None:
    homes = {mistake.id: [one.home for one in plantings(mistake)] for mistake in CATALOGUE}
    assert all(Home.INSIDE in found for found in homes.values())
    assert homes["bp1-sign"].count(Home.OWN) == homes["sigma-prime-of-a"].count(Home.OWN) == 1
    assert Home.OWN not in homes["bp2-sigma-prime-of-next-z"] + homes["bp4-sign"]


@pytest.mark.parametrize(
    ("id", "home", "declared", "is_shown"),
    [
        ("bp1-uses-z", Home.OWN, Declared(), False),  # a function of a and y has no z to use
        ("sigma-prime-formula-with-z", Home.OWN, Declared(), False),  # z (1 - z) is right as a function of a
        ("sigma-prime-missing", Home.OWN, WITH_SOFTMAX, False),  # its layers have two
        ("sigma-prime-missing", Home.OWN, Declared(), True),
        ("bp1-quadratic-derivative", Home.OWN, Declared(cost=CROSS_ENTROPY), False),  # a - y is delta^L there
        ("bp1-quadratic-derivative", Home.INSIDE, Declared(cost=CROSS_ENTROPY), True),
        ("sigma-prime-softmax-diagonal", Home.INSIDE, WITH_SOFTMAX, True),
        ("sigma-prime-softmax-diagonal", Home.INSIDE, Declared(), False),
        ("mean-over-inputs", Home.INSIDE, Declared(batch=Batch.MEAN), True),
    ],
)
def test_a_mistake_shows_where_a_program_could_have_it(
    id: str, home: Home, declared: Declared, *, is_shown: bool
) -> None:
    planted = [one for one in plantings(mistake_named(id)) if one.home is home]
    asked = Asked.MEAN if declared.batch is Batch.MEAN else Asked.ONE
    assert any(shows(one, declared, asked) for one in planted) is is_shown


# --- the network of an item -----------------------------------------------------------------------------------------------------


def test_each_items_network_is_declared_to_the_checks() -> None:
    assert CHAPTER.network is not None
    declared = {item.id: declared_for(item, CHAPTER.network) for item in CHAPTER.items}
    assert [one.name for one in declared["linear_neurons"].activations] == ["linear"]
    assert [one.name for one in declared["modified_neuron"].activations] == ["sigmoid with neuron 0 tanh", "sigmoid"]
    assert {id: one.batch for id, one in declared.items() if one.batch is not Batch.UPDATE} == {
        "matrix_batch": Batch.SUM
    }
    assert declared["bp1"] == Declared()


def test_declared_layers_costs_and_decay_reach_the_checks(tmp_path: Path) -> None:
    text = CHAPTER.path.read_text().replace('activation = "sigmoid" ', 'activation = ["relu", "tanh", "sigmoid"] ')
    text = text.replace("l2 = 0.0", "l2 = 0.5")
    rubric = rubric_of(
        tmp_path,
        text.replace("{ layer = 2, neuron = 0", "{ layer = 3, neuron = 1").replace(
            'activation = "tanh"', 'activation = "elu"'
        ),
    )
    assert rubric.network is not None
    declared = {item.id: declared_for(item, rubric.network) for item in rubric.items}
    assert [one.name for one in declared["bp1"].activations] == ["relu", "tanh", "sigmoid"]
    assert [one.name for one in declared["modified_neuron"].activations] == [
        "relu",
        "tanh with neuron 1 elu",
        "sigmoid",
    ]
    assert [one.name for one in declared["linear_neurons"].activations] == ["linear"] * 3
    assert declared["bp1"].weight_decay.l2 == 0.5
    assert declared_for(rubric.items[0], NetworkTable(cost="cross_entropy")).cost is CROSS_ENTROPY
