"""Leaves that share a direction: who shares, how far each is moved, what it costs, and that one wrong leaf among them is found."""

from __future__ import annotations

import inspect
import sys
from typing import Any

import numpy as np
import pytest

from gradcheck.checks.gradient import check
from gradcheck.checks.grouping import SPREAD_OF_DIGITS, Group, group_leaves, sensitivity
from gradcheck.checks.measuring import Setting
from gradcheck.checks.options import Locate, Options
from gradcheck.checks.problem import Problem
from gradcheck.network.activations import SIGMOID, TANH, Activation
from gradcheck.results import Inexact, Reason, Status, Verdict
from gradcheck.subjects.protocol import GradientSubject
from tests.problems_for_tests import Case, Counted, network_case, spoiled

EPS = float(np.finfo(np.float64).eps)


def setting_of(*claimed: Any, noise: float = 1e-16, eps: float = EPS) -> Setting:
    """Return the setting of leaves of ones with these claimed gradients."""
    at = [np.ones(np.shape(one)) for one in claimed]
    problem = Problem(GradientSubject("made up", lambda _: 0.0, lambda _: list(claimed), at), Options(seed=1))
    vector = problem.layout.to_vector(list(claimed))
    return Setting(problem, 1.0, vector, np.zeros(vector.size), noise, eps)


def groups_of(setting: Setting) -> list[Group]:
    return group_leaves(setting, setting.problem.layout.leaves)


def names(groups: list[Group]) -> list[list[str]]:
    return [[leaf.name for leaf in group.leaves] for group in groups]


# --- who shares ---


def test_the_spread_is_a_fifth_of_the_digits() -> None:
    assert pytest.approx(1350, rel=1e-2) == EPS**-SPREAD_OF_DIGITS
    assert float(np.finfo(np.float32).eps) ** -SPREAD_OF_DIGITS == pytest.approx(24, rel=2e-2)


@pytest.mark.parametrize("eps", [EPS, float(np.finfo(np.float32).eps)])
def test_leaves_share_up_to_the_spread_and_not_beyond(eps: float) -> None:
    spread = eps**-SPREAD_OF_DIGITS
    near = setting_of(np.full(2, 1.0), np.full(2, 1.001 / spread), eps=eps, noise=1e-30)
    far = setting_of(np.full(2, 1.0), np.full(2, 0.999 / spread), eps=eps, noise=1e-30)
    assert [len(group.leaves) for group in groups_of(near)] == [2]
    assert [len(group.leaves) for group in groups_of(far)] == [1, 1]


def test_a_group_is_bounded_by_its_most_sensitive_leaf_and_not_by_its_last() -> None:
    chain = setting_of(*(np.full(2, 100.0**-i) for i in range(4)), noise=1e-30)
    assert [len(group.leaves) for group in groups_of(chain)] == [2, 2]


def test_all_leaves_of_a_group_count_alike_and_the_least_sensitive_moves_by_its_scale() -> None:
    (group,) = groups_of(setting := setting_of(np.full(3, 10.0), np.full(2, 0.1), np.full(5, 2.0)))
    moved = [weight * sensitivity(setting, leaf) for leaf, weight in zip(group.leaves, group.weights, strict=True)]
    assert np.allclose(moved, moved[0], rtol=1e-12)
    assert max(group.weights) == 1.0
    sizes = [sensitivity(setting, leaf) for leaf in group.leaves]
    assert sizes == sorted(sizes, reverse=True)


def test_a_direction_moves_each_leaf_by_its_weight_and_nothing_else() -> None:
    setting = setting_of(np.full(400, 10.0), np.full(400, 0.5), np.full(400, 1e-12))
    first, hidden = groups_of(setting)
    direction = first.direction(setting, np.random.default_rng(0))
    for leaf, weight in zip(first.leaves, first.weights, strict=True):
        assert np.sqrt(np.mean(direction[leaf.place] ** 2)) == pytest.approx(weight, rel=0.15)
        assert np.min(direction[leaf.place]) < 0.0 < np.max(direction[leaf.place])
    assert not np.any(direction[hidden.leaves[0].place])


def test_leaves_that_no_step_resolves_are_one_group_and_move_by_their_whole_scale() -> None:
    setting = setting_of(np.ones(2), np.full(2, 1e-14), np.zeros(3), np.full(1, 1e-20))
    visible, hidden = groups_of(setting)
    assert len(visible.leaves) == 1
    assert [sensitivity(setting, leaf) for leaf in hidden.leaves] == [np.sqrt(2) * 1e-14, 1e-20, 0.0]
    assert hidden.weights == (1.0, 1.0, 1.0)
    _, hidden = groups_of(setting_of(np.ones(2), np.full(2, 1e-14), np.full(2, 1e-17)))
    assert hidden.weights == (1.0, 1.0)  # none is held back for another that no step could see


def test_empty_leaves_are_in_no_group() -> None:
    assert names(groups_of(setting_of(np.ones(2), np.ones((0, 3))))) == [["[0]"]]
    assert group_leaves(setting_of(np.ones(2)), []) == []


def test_a_leaf_of_one_number_moves_along_its_own_axis_by_its_scale() -> None:
    setting = setting_of(np.ones(1), np.full(3, 1e-12))
    axis = groups_of(setting)[0].direction(setting, np.random.default_rng(0))
    assert axis.tolist() == [1.0, 0.0, 0.0, 0.0]


def test_halves_are_the_less_and_the_more_sensitive_and_are_balanced_anew() -> None:
    setting = setting_of(np.full(2, 3.0), np.full(2, 1.0), np.full(2, 4.0), np.full(2, 2.0))
    (group,) = groups_of(setting)
    less, more = group.halves(setting)
    assert names([less, more]) == [["[1]", "[3]"], ["[0]", "[2]"]]
    assert max(less.weights) == max(more.weights) == 1.0


def test_a_part_keeps_how_far_its_leaves_are_moved() -> None:
    setting = setting_of(np.full(2, 3.0), np.full(2, 1.0), np.full(2, 4.0), np.full(2, 2.0))
    (group,) = groups_of(setting)
    part = group.only(group.leaves[1:3])
    assert part.leaves == group.leaves[1:3] and part.weights == group.weights[1:3]
    direction = group.direction(setting, np.random.default_rng(0))
    rest = group.only([group.leaves[0], group.leaves[3]])
    assert np.array_equal(part.part_of(direction) + rest.part_of(direction), direction)
    assert np.count_nonzero(part.part_of(direction)) == 4


# --- one wrong leaf among many ---

SIX = network_case([3, 4, 4, 2], np.random.default_rng(5))
PLACES = [(part, layer) for part in ("w", "b") for layer in range(3)]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("error", [-2.0, 1.0, 1e-2, 1e-4, 1e-6])
def test_a_group_with_one_wrong_leaf_is_taken_apart_and_only_that_leaf_disagrees(
    place: tuple[str, int], error: float
) -> None:
    part, layer = place
    wrong = spoiled(SIX.gradient, lambda g: g[part].__setitem__(layer, g[part][layer] * (1.0 + error)))
    right = check(SIX.cost, SIX.gradient, SIX.at, options=Options(seed=3))
    assert max(block.leaves_together for block in right.blocks) == 6
    result = check(SIX.cost, wrong, SIX.at, options=Options(seed=3, locate=Locate.NEVER))
    statuses = {block.name: block.status for block in result.blocks}
    assert statuses.pop(f"{part}[{layer}]") is Status.DISAGREE
    assert set(statuses.values()) == {Status.AGREE}


@pytest.mark.parametrize("place", PLACES)
def test_the_leaves_beside_a_wrong_one_are_judged_together(place: tuple[str, int]) -> None:
    part, layer = place
    wrong = spoiled(SIX.gradient, lambda g: g[part].__setitem__(layer, 1.5 * g[part][layer]))
    for seed in range(5):
        result = check(SIX.cost, wrong, SIX.at, options=Options(seed=seed, locate=Locate.NEVER))
        together = {block.name: block.leaves_together for block in result.blocks}
        assert together.pop(f"{part}[{layer}]") == 1
        assert set(together.values()) == {5}


LARGER = network_case([30, 40, 20, 10], np.random.default_rng(5))


@pytest.mark.parametrize("error", [1e-2, 1e-4])
def test_one_wrong_weight_is_refuted_in_at_most_80_passes(error: float) -> None:
    """Without one direction for the whole and its halves, 158; where the sentinel is misled by chance, 32 more."""

    def change(g: Any) -> None:
        g["w"][0] = g["w"][0].copy()
        g["w"][0][3, 7] *= 1.0 + error

    wrong, passes = spoiled(LARGER.gradient, change), []
    for seed in range(60):
        result = check(LARGER.cost, wrong, LARGER.at, options=Options(seed=seed, locate=Locate.FIRST))
        assert [block.name for block in result.blocks] == ["w[0]"]
        assert result.verdict is Verdict.DISAGREE
        passes.append(result.forward_passes)
    assert np.median(passes) <= 58.0
    assert max(passes) <= 80


def many(count: int, factor: dict[int, float]) -> tuple[Any, Any, Any]:
    """Return a cost of so many arrays of two numbers, and a gradient in which some are wrong by a factor."""
    generator = np.random.default_rng(0)
    at = [generator.normal(size=2) for _ in range(count)]
    return (
        lambda p: sum(float(np.sum(np.sin(a))) for a in p),
        lambda p: [factor.get(i, 1.0) * np.cos(a) for i, a in enumerate(p)],
        at,
    )


@pytest.mark.parametrize(("wrong", "most"), [((3,), 110), ((3, 50, 98), 280), ((3, 30, 50, 70, 98), 420)])
def test_a_few_wrong_leaves_of_a_hundred_leave_the_others_together(wrong: tuple[int, ...], most: int) -> None:
    """Judged each by itself once three are wrong, they take 1,620 passes."""
    cost, gradient, at = many(100, dict.fromkeys(wrong, 1.5))
    result = check(cost, gradient, at, options=Options(seed=0, locate=Locate.NEVER))
    statuses = [block.status for block in result.blocks]
    assert tuple(i for i, status in enumerate(statuses) if status is Status.DISAGREE) == wrong
    assert statuses.count(Status.AGREE) == 100 - len(wrong)
    assert result.forward_passes <= most


def test_where_most_leaves_stand_out_each_is_judged_by_itself() -> None:
    """To look for one after the other would take 582 passes more."""
    cost, gradient, at = many(20, dict.fromkeys(range(20), 1.5))
    result = check(cost, gradient, at, options=Options(seed=0, locate=Locate.NEVER))
    assert {block.status for block in result.blocks} == {Status.DISAGREE}
    assert result.forward_passes <= 600


@pytest.mark.parametrize("count", [20, 80])
def test_leaves_that_are_slightly_off_are_judged_without_end_of_the_stack(count: int) -> None:
    cost, gradient, at = many(count, dict.fromkeys(range(count), 1.0 + 5e-8))
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 70)
    try:
        result = check(cost, gradient, at, options=Options(seed=0, locate=Locate.NEVER))
    finally:
        sys.setrecursionlimit(limit)
    assert result.verdict is Verdict.INCONCLUSIVE
    assert {block.inexact for block in result.blocks} == {Inexact.SLIGHT}


def test_two_leaves_whose_errors_cancel_in_none_of_them_are_both_found() -> None:
    wrong = spoiled(SIX.gradient, lambda g: g.update(w=[2 * g["w"][0], g["w"][1], -g["w"][2]]))
    result = check(SIX.cost, wrong, SIX.at, options=Options(seed=3, locate=Locate.NEVER))
    assert [block.name for block in result.blocks if block.status is Status.DISAGREE] == ["w[0]", "w[2]"]


def test_a_flagged_group_that_no_leaf_explains_is_left_open() -> None:
    """A slope of 1 along all leaves at once that no leaf alone shows, and the gradient does not claim."""

    def cost(p: Any) -> float:
        moved = [float(np.max(np.abs(leaf - 1.0))) for leaf in p]
        together = min(moved) > 0.0
        return float(sum(np.sum(leaf**2) for leaf in p) + together * np.sum(p[0] - 1.0))

    at = [np.ones(3), np.ones(3)]
    for seed in range(10):
        result = check(cost, lambda p: [2 * leaf for leaf in p], at, options=Options(seed=seed))
        assert [block.status for block in result.blocks] == [Status.INCONCLUSIVE] * 2
        assert result.verdict is Verdict.INCONCLUSIVE and result.reason is not Reason.VACUOUS


def test_a_leaf_that_the_group_moved_too_little_is_tried_by_its_own_scale() -> None:
    """Beside a leaf 500 times less sensitive, under noise that leaves that one no digits, the other has its own."""

    def cost(p: Any) -> float:
        seed = [int(np.asarray(leaf).view(np.uint64).sum(dtype=np.uint64)) for leaf in p]
        first, second = (np.sin(np.asarray(leaf, dtype=float)) for leaf in p)  # no complex step can help
        return float(np.sum(first) + 2e-3 * np.sum(second) + 3e-8 * np.random.default_rng(seed).uniform())

    def gradient(p: Any) -> Any:
        return [np.cos(p[0]), 2e-3 * np.cos(p[1])]

    at = [np.array([0.5, 0.7]), np.array([0.6, 0.9])]
    together = set()
    for seed in range(12):
        first, second = check(cost, gradient, at, options=Options(seed=seed)).blocks
        assert first.status is Status.AGREE and second.status is not Status.DISAGREE
        together.add((first.leaves_together, second.leaves_together))
        wrong = check(cost, lambda p: [gradient(p)[0], 1.5 * gradient(p)[1]], at, options=Options(seed=seed))
        assert wrong.blocks[0].status is Status.AGREE and wrong.blocks[1].status is not Status.AGREE
    assert (1, 2) in together


# --- what it costs ---


def passes(case: Case, seed: int) -> int:
    cost = Counted(case.cost)
    result = check(cost, case.gradient, case.at, options=Options(seed=seed))
    assert result.verdict is Verdict.AGREE
    assert result.forward_passes == cost.calls
    return cost.calls


@pytest.mark.parametrize("activation", [SIGMOID, TANH], ids=["sigmoid", "tanh"])
@pytest.mark.parametrize("sizes", [(2, 2, 2, 2), (4, 5, 3, 2), (30, 30, 30, 10), (100, 50, 20, 10), (784, 30, 30, 10)])
def test_three_layers_take_at_most_60_passes_whatever_their_size(
    sizes: tuple[int, ...], activation: Activation
) -> None:
    for seed in range(3):
        case = network_case(sizes, np.random.default_rng(seed), activations=activation)
        assert passes(case, seed) <= 60


@pytest.mark.parametrize("activation", [SIGMOID, TANH], ids=["sigmoid", "tanh"])
@pytest.mark.parametrize("width", [3, 10])
def test_50_layers_of_100_leaves_take_at_most_150_passes(activation: Activation, width: int) -> None:
    for seed in range(2):
        case = network_case([width] * 51, np.random.default_rng(seed), activations=activation)
        assert passes(case, seed) <= 150
