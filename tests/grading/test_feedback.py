"""What a student reads: as much as the level allows, no right value below the last, and no seed at any."""

from __future__ import annotations

import dataclasses
import functools
import re
from typing import Any, Final

import pytest

from gradcheck import Options, check_network
from gradcheck.checks.single_parts import check_feedforward
from gradcheck.examples.network_bp2_no_sigma_prime_wrong import Network as WithoutSigmaPrime
from gradcheck.examples.network_bp4_uses_z_wrong import Network as UsesZ
from gradcheck.examples.network_cross_entropy_right import Network as OfAnotherCost
from gradcheck.examples.network_tanh_right import Network as Tanh
from gradcheck.grading.feedback import feedback_of, retold, tells_right_values
from gradcheck.grading.network_equations import equation_outcome
from gradcheck.grading.outcomes import Outcome, of_verdict
from gradcheck.grading.parts import Part
from gradcheck.grading.rubric_model import CarriedForward
from gradcheck.reporting.levels import Explain
from gradcheck.results import (
    CheckResult,
    Component,
    Diagnosis,
    EquationResult,
    EquationStatus,
    Explains,
    Matrix,
    StepStudy,
    Verdict,
    WeightGradient,
)
from gradcheck.results.grades import ItemGrade, ItemStatus
from gradcheck.subjects.network_class import NetworkSubject
from tests.grading.sources_for_tests import edited, graded

SEED = 907_611

OUTCOMES: Final = 5
"""What is told of (a count)."""

WEIGHTS: Final = WeightGradient(Matrix(1, 1, (1.0,)), Matrix(1, 1, (0.123456,)))


@functools.cache
def outcomes() -> tuple[Outcome, ...]:
    """Return outcomes with all that a report may tell, judged where a test asks for them and not while tests are collected."""
    options = Options(seed=SEED)
    found = [of_verdict(check_feedforward(NetworkSubject("Network", Tanh), options), SEED)]
    for theirs, part in ((WithoutSigmaPrime, Part.BP2), (UsesZ, Part.BP4)):
        whole = of_verdict(check_network(theirs, options=options), SEED)
        assert whole.result is not None
        backprop = next(one for one in whole.result.parts if one.part == "backprop")
        found += [of_verdict(backprop, SEED), equation_outcome(part, whole, CarriedForward.CREDIT)]
    assert len(found) == OUTCOMES
    return tuple(found)


@pytest.mark.parametrize("nth", range(OUTCOMES))
def test_below_the_last_level_no_right_value_is_told(nth: int) -> None:
    outcome = outcomes()[nth]
    assert outcome.result is not None
    for level in range(4):
        assert not tells_right_values(feedback_of(outcome, level), outcome.result)


@pytest.mark.parametrize("nth", range(OUTCOMES))
@pytest.mark.parametrize("level", range(5))
def test_no_level_tells_the_seed_or_how_to_repeat_it(nth: int, level: int) -> None:
    told = feedback_of(outcomes()[nth], level)
    assert told
    assert not re.search(r"seed|reproduce|forward passes:", told)
    assert str(SEED) not in told


def test_each_level_tells_what_it_is_for() -> None:
    outcome = outcomes()[2]
    passes, where, how, mistake = (feedback_of(outcome, level) for level in range(4))
    assert passes.splitlines() == ["DISAGREE  Network: (BP2) the error of a layer from that of the next"]
    assert "BP2 WRONG" in where and "sigma'" not in where
    assert len(how) > len(where)
    assert "sigma-prime-missing" in mistake and "sigma-prime-missing" not in how


def test_a_right_value_that_slips_into_a_sentence_lowers_the_level() -> None:
    told = Diagnosis("leak", "", "take 0.123456 instead", Explains.PATTERN)
    component = Component("w", (0,), 1.0, 0.123456, 1e-9)
    result = CheckResult("f", Verdict.DISAGREE, worst=component, wrong=(component,), diagnosis=(told,))
    outcome = Outcome(ItemStatus.FAIL, result)
    assert all("0.1234" not in feedback_of(outcome, level) for level in range(4))
    assert "0.1234" in feedback_of(outcome, 4)


@pytest.mark.parametrize(
    "fields",
    [
        {"measured": (Component("w", (0,), 1.0, 0.123456, 1e-9),)},
        {"equations": (EquationResult("BP4", 2, EquationStatus.BROKEN, weights=WEIGHTS),)},
        {"steps": StepStudy("w", estimated=0.123456)},
        {"parts": (CheckResult("part", Verdict.DISAGREE, steps=StepStudy("w", estimated=0.123456)),)},
    ],
    ids=["measured", "weights", "steps", "a part's"],
)
def test_a_right_value_that_a_picture_alone_would_show_is_known_for_one(fields: dict[str, Any]) -> None:
    told = Diagnosis("leak", "", "take 0.123456 instead", Explains.PATTERN)
    result = CheckResult("f", Verdict.DISAGREE, diagnosis=(told,), **fields)
    assert all("0.1234" not in feedback_of(Outcome(ItemStatus.FAIL, result), level) for level in range(4))


def test_what_an_item_tells_is_laid_out_at_the_level_that_its_feedback_was_made_at() -> None:
    told = Diagnosis("leak", "", "take 0.123456 instead", Explains.PATTERN)
    component = Component("w", (0,), 1.0, 0.123456, 1e-9)
    result = CheckResult("f", Verdict.DISAGREE, worst=component, diagnosis=(told,), seed=SEED, reproduce="again")
    outcome = Outcome(ItemStatus.FAIL, result, words="By hand.")
    item = ItemGrade("f", "F", ItemStatus.FAIL, 0.0, 1.0, explain=3, feedback=feedback_of(outcome, 3), result=result)
    found = retold(item)
    assert (found.words, found.explain) == ("By hand.", Explain.WHERE)
    assert found.result is not None and (found.result.seed, found.result.reproduce) == (0, "")
    by_a_person = retold(dataclasses.replace(item, feedback="See me."))
    assert (by_a_person.words, by_a_person.result) == ("See me.", None)


def test_at_level_0_no_reason_is_told() -> None:
    assert "no idea" not in feedback_of(Outcome(ItemStatus.ERROR, words="RuntimeError: no idea"), 0)
    assert "no idea" in feedback_of(Outcome(ItemStatus.ERROR, words="RuntimeError: no idea"), 1)


@pytest.mark.parametrize(
    "edits",
    [
        [("return output_activations - y", "return y - output_activations")],
        [("return s * (1.0 - s)", "return s * (1.0 + s)")],
    ],
    ids=["cost_derivative", "sigma_prime"],
)
def test_a_factor_that_is_wrong_comes_with_a_hint_before_it_is_told(edits: list[tuple[str, str]]) -> None:
    id = "cost_derivative" if "output" in edits[0][0] else "sigma_prime"
    (item,) = graded(edited(*edits), id).items
    where, how, mistake, numbers = (feedback_of(of_verdict(item.result), level) for level in range(1, 5))
    assert "Hint: " not in where
    assert "Hint: " in how and "Hint: " in mistake
    assert "Hint: " not in numbers  # there it stands behind what was compared


@pytest.mark.parametrize("level", range(5))
def test_no_option_of_a_command_line_is_told_to_whoever_hands_in(level: int) -> None:
    other_cost = check_network(OfAnotherCost, options=Options(seed=SEED))
    backprop = next(one for one in other_cost.parts if one.part == "backprop")
    assert "--cost" in feedback_words(backprop) and "--activation" in feedback_words(outcomes()[0].result)
    told = feedback_of(outcomes()[0], level) + feedback_of(of_verdict(backprop), level)
    assert "--" not in told and "gradcheck.toml" not in told
    assert level < 1 or "tanh fits it" in " ".join(told.split())
    assert level < 2 or "(BP1) is where the two differ" in " ".join(told.split())


def feedback_words(result: CheckResult | None) -> str:
    """Return all sentences of a result."""
    assert result is not None
    return " ".join([*result.notes, *(one.sentence for one in result.diagnosis)])
