"""Where the point cannot decide: kinks and points where nothing is seen, judged beside it, and never taken for more than they are."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gradcheck.checks.gradient import check
from gradcheck.checks.judging import Judgement
from gradcheck.checks.nearby import judge_nearby
from gradcheck.checks.options import Options, Subgradients
from gradcheck.checks.preflight import preflight
from gradcheck.checks.problem import Problem
from gradcheck.network.activations import RELU
from gradcheck.results import BlockResult, CheckResult, Reason, Status, Verdict
from gradcheck.subjects.protocol import GradientSubject
from tests.problems_for_tests import Case, Counted, network_case, spoiled


def relu(z: Any) -> Any:
    return np.maximum(z, 0.0)


def hinges(at_zero: float, factor: float = 1.0) -> Callable[[Any], Any]:
    """Return the gradient of a sum of relu with a slope of its own at 0, times a factor away from it."""
    return lambda b: np.where(b > 0.0, factor, np.where(b < 0.0, 0.0, at_zero))


def cost(b: Any) -> Any:
    return np.sum(relu(b))


KINKED = [np.zeros(1), np.zeros(4), np.array([0.0, 0.7, -0.4]), np.zeros((2, 3))]


def accept(seed: int) -> Options:
    return Options(seed=seed, subgradients=Subgradients.ACCEPT)


# --- kinks ---


@pytest.mark.parametrize("at", KINKED, ids=["one", "all", "some", "matrix"])
@pytest.mark.parametrize("at_zero", [0.0, 0.5, 1.0])
def test_a_right_program_at_a_kink_is_inconclusive_and_agrees_nearby(at: Any, at_zero: float) -> None:
    for seed in range(10):
        result = check(cost, hinges(at_zero), at, options=Options(seed=seed))
        assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, Reason.KINK)
        assert [block.reason for block in result.blocks] == [Reason.KINK]
        assert result.nearby is not None
        dead = result.nearby.reason is Reason.VACUOUS  # beside a single kink the slope may be 0
        assert result.nearby.verdict is Verdict.AGREE or (dead and at.size == 1)


@pytest.mark.parametrize("at", KINKED[1:], ids=["all", "some", "matrix"])
@pytest.mark.parametrize("choice", list(Subgradients))
def test_wrong_code_at_a_kink_disagrees_and_is_told_of_the_nearby_point(at: Any, choice: Subgradients) -> None:
    for seed in range(10):
        result = check(cost, hinges(0.5, factor=2.0), at, options=Options(seed=seed, subgradients=choice))
        assert result.verdict is Verdict.DISAGREE and result.reason is None
        assert result.nearby is not None and result.nearby.verdict is Verdict.DISAGREE
        assert [block.status for block in result.blocks] == [Status.INCONCLUSIVE]
        assert result.worst == result.nearby.worst and result.wrong == result.nearby.wrong
        assert "nearby" in str(result)


@pytest.mark.parametrize("at", KINKED[1:], ids=["all", "some", "matrix"])
@pytest.mark.parametrize("at_zero", [0.0, 0.25, 1.0])
def test_between_the_slopes_of_both_sides_a_claim_is_accepted_where_that_was_chosen(at: Any, at_zero: float) -> None:
    for seed in range(10):
        result = check(cost, hinges(at_zero), at, options=accept(seed))
        assert (result.verdict, result.reason) == (Verdict.AGREE, None)
        assert [(block.status, block.reason) for block in result.blocks] == [(Status.AGREE, Reason.KINK)]
        assert result.nearby is not None and result.nearby.verdict is Verdict.AGREE


@pytest.mark.parametrize("at", KINKED, ids=["one", "all", "some", "matrix"])
@pytest.mark.parametrize("at_zero", [-1.0, -0.5, 1.5, 2.0])
def test_outside_the_slopes_of_both_sides_it_is_not(at: Any, at_zero: float) -> None:
    """Along one direction the components of such a claim can make up for each other: it is tried along more."""
    for seed in range(25):
        assert check(cost, hinges(at_zero), at, options=accept(seed)).verdict is Verdict.INCONCLUSIVE


def test_a_kink_in_one_leaf_leaves_the_others_judged_where_they_are() -> None:
    def both(p: Any) -> Any:
        return cost(p["a"]) + 1e-6 * np.sum(np.exp(p["b"]))

    at = {"a": np.zeros(3), "b": np.ones(2)}
    for factor, status in ((1.0, Status.AGREE), (2.0, Status.DISAGREE)):
        gradient = lambda p, f=factor: {"a": hinges(0.5)(p["a"]), "b": f * 1e-6 * np.exp(p["b"])}  # noqa: E731
        result = check(both, gradient, at, options=accept(3))
        assert [block.status for block in result.blocks][1] is status
        assert result.verdict is (Verdict.AGREE if factor == 1.0 else Verdict.DISAGREE)


@pytest.mark.parametrize(("reason", "verdict"), [(None, Verdict.AGREE), (Reason.NOISE, Verdict.INCONCLUSIVE)])
def test_what_is_open_for_another_reason_is_not_accepted_with_a_kink(reason: Reason | None, verdict: Verdict) -> None:
    """Of one leaf with a kink and one that is open at the point, while all agree nearby."""
    other = BlockResult("b", (2,), Status.AGREE if reason is None else Status.INCONCLUSIVE, reason)
    kinked = BlockResult("a", (2,), Status.INCONCLUSIVE, Reason.KINK)
    blank = CheckResult("made up", Verdict.INCONCLUSIVE)
    here = dataclasses.replace(blank, reason=Reason.KINK, blocks=(kinked, other))
    at = {"a": np.ones(2), "b": np.ones(2)}
    subject = GradientSubject("made up", lambda p: np.sum(p["a"] ** 2) + np.sum(p["b"] ** 2), _doubled, at)
    problem = Problem(subject, Options(seed=1))
    first = preflight(problem, np.random.default_rng(0))
    settled = judge_nearby(problem, first, Judgement(here, is_subgradient=True), blank, accept(1))
    assert settled.nearby is not None and settled.nearby.verdict is Verdict.AGREE
    assert settled.verdict is verdict
    refused = judge_nearby(problem, first, Judgement(here, is_subgradient=True), blank, Options(seed=1))
    assert refused.verdict is Verdict.INCONCLUSIVE


def _doubled(p: Any) -> Any:
    return {name: 2.0 * leaf for name, leaf in p.items()}


def test_smooth_points_are_not_judged_elsewhere() -> None:
    result = check(cost, hinges(0.0), np.array([1.0, -2.0]), options=Options(seed=1))
    assert result.verdict is Verdict.AGREE and result.nearby is None
    wrong = check(cost, hinges(0.0, factor=2.0), np.array([1.0, -2.0]), options=Options(seed=1))
    assert wrong.verdict is Verdict.DISAGREE and wrong.nearby is None


# --- nothing but zeros ---


def dead(shift: float, factor: float = 1.0) -> Case:
    """Return a relu network that is dead at its point and alive on the other side."""

    def gradient(p: Any) -> Any:
        return {"w": -factor * np.sum(2 * relu(-p["w"] - shift)) * (p["w"] < -shift) + 0.0}

    return Case(lambda p: np.sum(relu(-p["w"] - shift)) ** 2, gradient, {"w": np.ones(4)})


def test_a_point_where_all_is_dead_is_judged_on_the_far_side() -> None:
    for seed in range(10):
        right, wrong = dead(0.1), dead(0.1, factor=1.5)
        agreed = check(right.cost, right.gradient, right.at, options=Options(seed=seed))
        assert agreed.nearby is not None
        assert (agreed.verdict, agreed.nearby.verdict) == (Verdict.AGREE, Verdict.AGREE)
        assert [block.status for block in agreed.blocks] == [Status.VACUOUS]
        differs = check(wrong.cost, wrong.gradient, wrong.at, options=Options(seed=seed))
        assert differs.verdict is Verdict.DISAGREE and differs.reason is None


@pytest.mark.parametrize("factor", [1.0, 1.5])
def test_what_is_dead_everywhere_proves_nothing(factor: float) -> None:
    case = dead(50.0, factor)
    for seed in range(5):
        result = check(case.cost, case.gradient, case.at, options=Options(seed=seed))
        assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, Reason.VACUOUS)


def test_a_dead_relu_network_is_never_agreed_upon_for_a_wrong_gradient() -> None:
    case = network_case([3, 5, 2], np.random.default_rng(0), activations=RELU)
    at = {"w": case.at["w"], "b": [np.full_like(b, -50.0) for b in case.at["b"]]}
    for seed in range(5):
        right = check(case.cost, case.gradient, at, options=Options(seed=seed))
        assert right.verdict is not Verdict.DISAGREE
        wrong = spoiled(case.gradient, lambda g: g.update(w=[2 * w for w in g["w"]], b=[-b for b in g["b"]]))
        assert check(case.cost, wrong, at, options=Options(seed=seed)).verdict is not Verdict.AGREE


def test_a_constant_cost_proves_nothing_anywhere() -> None:
    result = check(lambda _: 3.0, lambda w: 0.0 * w, np.ones(3), options=Options(seed=1))
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, Reason.VACUOUS)
    assert (
        check(lambda _: 3.0, lambda w: 0.0 * w + 1.0, np.ones(3), options=Options(seed=1)).verdict is Verdict.DISAGREE
    )


# --- what it may cost, and what it needs ---


@pytest.mark.parametrize("gradient", [np.zeros(3), np.full(3, 0.5), np.ones(3), np.full(3, 9.0)])
@pytest.mark.parametrize("choice", list(Subgradients))
def test_a_gradient_given_as_a_value_is_judged_at_its_point_alone(gradient: Any, choice: Subgradients) -> None:
    counted = Counted(cost)
    result = check(counted, gradient, np.zeros(3), options=Options(seed=1, subgradients=choice))
    assert (result.verdict, result.reason, result.nearby) == (Verdict.INCONCLUSIVE, Reason.KINK, None)
    assert result.forward_passes == counted.calls


@pytest.mark.parametrize("case", ["kink", "dead"])
@pytest.mark.parametrize("choice", list(Subgradients))
def test_a_budget_is_kept_wherever_it_ends(case: str, choice: Subgradients) -> None:
    made = dead(0.1) if case == "dead" else Case(cost, hinges(0.5), np.zeros(4))
    settled = check(made.cost, made.gradient, made.at, options=Options(seed=1, subgradients=choice))
    for budget in range(1, settled.forward_passes + 2):
        counted = Counted(made.cost)
        options = Options(seed=1, subgradients=choice, max_forward_passes=budget)
        result = check(counted, made.gradient, made.at, options=options)
        assert result.forward_passes == counted.calls <= budget
        if budget >= settled.forward_passes:
            assert result.verdict is settled.verdict
        else:
            assert result.verdict is Verdict.INCONCLUSIVE
        if budget >= settled.forward_passes - 3:
            assert result.blocks  # what was found at the point is not lost with what was not found beside it


def test_the_passes_nearby_are_counted_there_and_in_the_whole() -> None:
    counted, gradient = Counted(cost), Counted(hinges(0.5))
    result = check(counted, gradient, np.zeros(4), options=Options(seed=1))
    assert result.nearby is not None
    assert 12 <= result.nearby.forward_passes < result.forward_passes == counted.calls
    assert result.nearby.gradient_calls < result.gradient_calls == gradient.calls
