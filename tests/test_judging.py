"""The verdict at one point out of its blocks: nothing is rounded to an agreement, and what is found wrong is told of its block."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcheck.checks.gradient import check
from gradcheck.checks.judging import MOST_LISTED, MOST_LOCATED, aggregate, judge_point
from gradcheck.checks.options import Locate, Options, Subgradients
from gradcheck.checks.preflight import preflight
from gradcheck.checks.problem import Problem
from gradcheck.network.activations import TANH
from gradcheck.results import CheckResult, Reason, Status, Verdict
from gradcheck.subjects.protocol import GradientSubject
from tests.problems_for_tests import network_case

REASONS = st.sampled_from(list(Reason))


@given(statuses=st.lists(st.sampled_from(list(Status)), max_size=6), reason=REASONS)
def test_nothing_is_rounded_to_an_agreement(statuses: list[Status], reason: Reason) -> None:
    reasons = [reason if status is Status.INCONCLUSIVE else None for status in statuses]
    verdict, why = aggregate(statuses, reasons)
    assert (verdict is Verdict.DISAGREE) == (Status.DISAGREE in statuses)
    agreed = Status.AGREE in statuses and set(statuses) <= {Status.AGREE, Status.VACUOUS}
    assert (verdict is Verdict.AGREE) == agreed
    assert (why is None) == (verdict is not Verdict.INCONCLUSIVE)
    if verdict is Verdict.INCONCLUSIVE:
        assert why is (reason if Status.INCONCLUSIVE in statuses else Reason.VACUOUS)


def test_the_order_of_the_blocks_does_not_matter() -> None:
    for size in range(1, 4):
        for some in itertools.combinations_with_replacement(list(Status), size):
            found = set()
            for order in itertools.permutations(some):
                found.add(aggregate(list(order), [Reason.KINK if s is Status.INCONCLUSIVE else None for s in order]))
            assert len(found) == 1


def judge(cost: Any, gradient: Any, at: Any, options: Options) -> Any:
    problem = Problem(GradientSubject("made up", cost, gradient, at), options)
    first = preflight(problem, np.random.default_rng(0))
    return judge_point(problem, first, CheckResult("made up", Verdict.INCONCLUSIVE), options)


@pytest.mark.parametrize(
    ("at_zero", "is_subgradient"), [(0.0, True), (0.5, True), (1.0, True), (-0.2, False), (1.2, False)]
)
def test_it_says_whether_a_claim_at_a_kink_lies_between_the_slopes_of_both_sides(
    at_zero: float, *, is_subgradient: bool
) -> None:
    def gradient(w: Any) -> Any:
        return np.where(w > 0.0, 1.0, np.where(w < 0.0, 0.0, at_zero))

    for size in (1, 3):
        accepting = Options(seed=1, subgradients=Subgradients.ACCEPT)
        judged = judge(lambda w: np.sum(np.maximum(w, 0.0)), gradient, np.zeros(size), accepting)
        assert judged.is_subgradient is is_subgradient
        assert judged.result.verdict is Verdict.INCONCLUSIVE and judged.result.reason is Reason.KINK
        refusing = judge(lambda w: np.sum(np.maximum(w, 0.0)), gradient, np.zeros(size), Options(seed=1))
        assert not refusing.is_subgradient  # it is not looked for where it would change nothing


def test_without_a_kink_there_is_no_subgradient() -> None:
    assert not judge(np.sin, np.cos, 1.0, Options(seed=1, subgradients=Subgradients.ACCEPT)).is_subgradient


@pytest.mark.parametrize("depth", [Locate.AUTO, Locate.FULL])
def test_wrong_components_are_listed_worst_first_and_counted_in_their_block(depth: Locate) -> None:
    errors = np.zeros(40)
    errors[[3, 17, 30]] = [1.0, -5.0, 2.0]
    at = {"a": np.ones(2), "w": np.linspace(1.0, 2.0, 40)}
    gradient = lambda p: {"a": 2 * p["a"], "w": 3 * p["w"] ** 2 + errors}  # noqa: E731
    result = check(
        lambda p: np.sum(p["a"] ** 2) + np.sum(p["w"] ** 3), gradient, at, options=Options(seed=1, locate=depth)
    )
    assert [component.index for component in result.wrong] == [(17,), (30,), (3,)]
    assert result.worst == result.wrong[0]
    assert [(block.name, block.status, block.components_wrong) for block in result.blocks] == [
        ("a", Status.AGREE, 0),
        ("w", Status.DISAGREE, 3),
    ]
    assert result.blocks[1].components_measured >= 3
    assert (result.blocks[0].components_measured == 2) == (depth is Locate.FULL)


def test_no_more_than_ten_are_listed() -> None:
    at = np.linspace(1.0, 2.0, 30)
    result = check(lambda w: np.sum(w**3), lambda w: 6 * w**2, at, options=Options(seed=1, locate=Locate.FULL))
    assert len(result.wrong) == MOST_LISTED and result.blocks[0].components_wrong == 30


def test_locate_full_finds_an_error_that_all_directions_allow() -> None:
    """A component of a billionth of its block: no direction sees it, its own axis does."""
    at = np.array([1.0, 1.0, 1.0])
    scale = np.array([1.0, 1.0, 1e-9])
    cost = lambda w: np.sum(scale * w**2)  # noqa: E731
    right = check(cost, lambda w: 2 * scale * w, at, options=Options(seed=1, locate=Locate.FULL))
    assert right.verdict is Verdict.AGREE
    wrong = lambda w: 2 * scale * w * np.array([1.0, 1.0, 1.02])  # noqa: E731
    result = check(cost, wrong, at, options=Options(seed=1, locate=Locate.FULL))
    assert result.verdict is Verdict.DISAGREE and [one.index for one in result.wrong] == [(2,)]


def test_first_stops_at_the_first_block_that_disagrees() -> None:
    at = [np.ones(3), np.ones(3), np.ones(3)]
    scales = (1e6, 1.0, 1e-6)

    def cost(p: Any) -> Any:
        return sum(s * np.sum(np.sin(leaf)) for s, leaf in zip(scales, p, strict=True))

    def gradient(p: Any) -> Any:
        return [s * f * np.cos(leaf) for s, f, leaf in zip(scales, (1.0, 2.0, 1.0), p, strict=True)]

    all_blocks = check(cost, gradient, at, options=Options(seed=1, locate=Locate.NEVER))
    first = check(cost, gradient, at, options=Options(seed=1, locate=Locate.FIRST))
    assert [block.name for block in first.blocks] == ["[0]", "[1]"]
    assert first.verdict is all_blocks.verdict is Verdict.DISAGREE
    assert first.forward_passes < all_blocks.forward_passes


def doubled(gradient: Any) -> Any:
    return lambda p: {part: [2 * one for one in leaves] for part, leaves in gradient(p).items()}


def test_where_all_leaves_are_wrong_each_has_its_verdict_and_the_worst_few_their_components() -> None:
    case = network_case([6, 10, 10, 3], np.random.default_rng(0))
    for seed in range(3):
        result = check(case.cost, doubled(case.gradient), case.at, options=Options(seed=seed))
        assert [block.status for block in result.blocks] == [Status.DISAGREE] * 6
        measured = [block for block in result.blocks if block.components_measured]
        assert len(measured) == MOST_LOCATED and result.worst is not None
        assert "were not measured one by one" in str(result)
        assert result.forward_passes < 450


def test_of_50_layers_all_wrong_the_verdict_takes_less_than_a_pass_a_parameter() -> None:
    case = network_case([8] * 51, np.random.default_rng(0), activations=TANH)
    result = check(case.cost, doubled(case.gradient), case.at, options=Options(seed=1))
    wrong = sum(block.status is Status.DISAGREE for block in result.blocks)
    assert wrong == 100 and result.forward_passes < result.parameters + 1


def test_one_wrong_layer_is_located_in_both_of_its_leaves() -> None:
    case = network_case([5, 8, 6, 3], np.random.default_rng(2))

    def wrong(p: Any) -> Any:
        found = case.gradient(p)
        found["w"][1], found["b"][1] = 2 * found["w"][1], 2 * found["b"][1]
        return found

    result = check(case.cost, wrong, case.at, options=Options(seed=1))
    refuted = [block for block in result.blocks if block.status is Status.DISAGREE]
    assert [block.name for block in refuted] == ["b[1]", "w[1]"]
    assert all(block.components_measured for block in refuted)
