"""Where: the very components, with the numbers of each, from one wrong among 23,860 to every one of a block."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.checks.components import LEAST_PASSES
from gradcheck.checks.gradient import check
from gradcheck.checks.judging import MOST_LISTED
from gradcheck.checks.locate import SMALL_BLOCK, locate
from gradcheck.checks.measuring import prepare
from gradcheck.checks.options import Locate, Options
from gradcheck.checks.preflight import preflight
from gradcheck.checks.problem import Problem
from gradcheck.results import CheckResult, Status, Verdict
from gradcheck.subjects.protocol import GradientSubject
from tests.problems_for_tests import SEED, Case, network_case, spoiled


def judged(case: Case, edit: Callable[[Any], None], options: Options = SEED) -> CheckResult:
    """Return the result of a spoiled gradient, which must disagree."""
    result = check(case.cost, spoiled(case.gradient, edit), case.at, options=options)
    assert result.verdict is Verdict.DISAGREE
    return result


def change(block: str, layer: int, index: tuple[int, ...], factor: float) -> Callable[[Any], None]:
    """Return an edit that multiplies one component."""

    def edit(g: Any) -> None:
        g[block][layer][index] *= factor

    return edit


def block_named(result: CheckResult, name: str) -> Any:
    (block,) = (block for block in result.blocks if block.name == name)
    return block


BIG = network_case([784, 30, 10], np.random.default_rng(0))


@pytest.mark.parametrize(
    ("block", "layer", "index"),
    [
        ("w", 0, (0, 0)),
        ("w", 0, (29, 783)),
        ("w", 0, (17, 400)),
        ("w", 1, (0, 29)),
        ("w", 1, (9, 0)),
        ("b", 0, (29, 0)),
        ("b", 1, (0, 0)),
    ],
)
@pytest.mark.parametrize("factor", [1.5, -1.0, 0.0])
def test_one_wrong_component_of_23860_with_its_numbers(
    block: str, layer: int, index: tuple[int, ...], factor: float
) -> None:
    result = judged(BIG, change(block, layer, index, factor))
    right = BIG.gradient(BIG.at)[block][layer][index]
    (found,) = result.wrong
    assert result.worst == found
    assert (found.block, found.index) == (f"{block}[{layer}]", index)
    assert found.claimed == factor * right
    assert abs(found.estimated - right) <= found.bound < 0.1 * abs(found.claimed - found.estimated)
    assert result.forward_passes < 300  # P + 1 is 23,861
    judged_block = block_named(result, found.block)
    assert judged_block.components_wrong == 1
    size = judged_block.size
    assert judged_block.components_measured == (size if size <= SMALL_BLOCK else 1)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_one_wrong_component_anywhere_under_any_seed(seed: int) -> None:
    generator = np.random.default_rng(seed)
    case = network_case([6, 9, 4], generator)
    block, layer = str(generator.choice(["w", "b"])), int(generator.integers(2))
    index = tuple(int(generator.integers(n)) for n in case.at[block][layer].shape)
    result = judged(case, change(block, layer, index, 1.5), Options(seed=seed))
    assert [(found.block, found.index) for found in result.wrong] == [(f"{block}[{layer}]", index)]


def test_a_leaf_without_dimensions_and_one_of_one_component() -> None:
    at = {"scale": 2.0, "shift": np.array([0.5]), "w": np.ones(3)}

    def cost(p: Any) -> Any:
        return np.sum((p["scale"] * p["w"] + p["shift"][0]) ** 3)

    def gradient(p: Any) -> Any:
        inner = 3 * (p["scale"] * p["w"] + p["shift"][0]) ** 2
        return {"scale": np.sum(inner * p["w"]), "shift": np.array([np.sum(inner)]), "w": p["scale"] * inner}

    case = Case(cost, gradient, at)
    assert check(cost, gradient, at, options=SEED).verdict is Verdict.AGREE
    for name, index in (("scale", ()), ("shift", (0,))):
        result = judged(case, lambda g, name=name: g.__setitem__(name, 1.01 * g[name]))
        assert [(found.block, found.index, found.name) for found in result.wrong] == [
            (name, index, name if name == "scale" else "shift[0]")
        ]
    lone = check(lambda x: x**3, lambda x: 3.1 * x**2, 2.0, options=SEED)
    assert lone.worst is not None and (lone.worst.name, lone.worst.claimed) == ("parameters", 3.1 * 4.0)


def test_all_of_several_wrong_ones_in_a_small_block_worst_first() -> None:
    case = network_case([4, 6, 4], np.random.default_rng(3))
    wrong = {(0, 0): 1e-1, (2, 3): 1e-2, (5, 2): 1e-3}

    def edit(g: Any) -> None:
        for index, error in wrong.items():
            g["w"][0][index] += error

    result = judged(case, edit)
    assert [found.index for found in result.wrong] == list(wrong)
    for found in result.wrong:
        assert abs(found.claimed - found.estimated - wrong[found.index]) <= found.bound
    block = block_named(result, "w[0]")
    assert (block.components_measured, block.components_wrong, block.size) == (24, 3, 24)
    assert [other.components_measured for other in result.blocks if other.name != "w[0]"] == [0, 0, 0]


def test_wrong_ones_of_several_blocks_stand_in_one_list() -> None:
    case = network_case([3, 4, 2], np.random.default_rng(3))

    def edit(g: Any) -> None:
        g["b"][1][1, 0] += 1e-3
        g["w"][1][0, 2] += 1e-2

    assert [found.name for found in judged(case, edit).wrong] == ["w[1][0, 2]", "b[1][1, 0]"]


def test_full_measures_everything_and_lists_the_worst() -> None:
    case = network_case([8, 12, 2], np.random.default_rng(1))
    rows = np.arange(1.0, 13.0)[:, None]

    def edit(g: Any) -> None:
        g["w"][0][:, 3:4] += 0.1 * rows

    auto, full = judged(case, edit), judged(case, edit, Options(seed=1, locate=Locate.FULL))
    block = block_named(full, "w[0]")
    assert (block.components_measured, block.components_wrong) == (96, 12)
    assert len(full.wrong) == MOST_LISTED
    assert [found.index for found in full.wrong] == [(row, 3) for row in range(11, 1, -1)]
    assert {found.index[1] for found in auto.wrong} == {3}
    assert block_named(auto, "w[0]").components_measured < 96


def test_never_judges_every_block_and_measures_no_component() -> None:
    case = network_case([3, 4, 2], np.random.default_rng(1))

    def edit(g: Any) -> None:
        g["b"][0] *= 2
        g["w"][1] *= 2

    result = judged(case, edit, Options(seed=1, locate=Locate.NEVER))
    assert [block.status for block in result.blocks] == [
        Status.DISAGREE,
        Status.AGREE,
        Status.AGREE,
        Status.DISAGREE,
    ]
    assert (result.wrong, result.worst) == ((), None)
    assert {block.components_measured for block in result.blocks} == {0}


def test_first_stops_at_the_first_block_that_disagrees() -> None:
    case = network_case([3, 4, 2], np.random.default_rng(1))

    def edit(g: Any) -> None:
        g["b"][1] *= 2
        g["w"][1] *= 2

    first = judged(case, edit, Options(seed=1, locate=Locate.FIRST))
    assert len(first.blocks) < 4
    assert [block.status for block in first.blocks].count(Status.DISAGREE) == 1
    assert (first.wrong, first.worst) == ((), None)
    assert first.forward_passes < judged(case, edit, Options(seed=1, locate=Locate.NEVER)).forward_passes


def test_a_budget_that_runs_out_while_locating_keeps_what_was_found() -> None:
    case = network_case([4, 6, 4], np.random.default_rng(3))

    def edit(g: Any) -> None:
        g["w"][0][0, :] += 1e-2

    all_of_it = judged(case, edit)
    cut = judged(case, edit, Options(seed=1, max_forward_passes=all_of_it.forward_passes - 70))
    assert cut.forward_passes <= all_of_it.forward_passes - 70
    assert cut.wrong and {found.index for found in cut.wrong} <= {found.index for found in all_of_it.wrong}
    assert block_named(cut, "w[0]").components_measured < 24


def test_in_float32_the_component_is_found_too() -> None:
    case = network_case([20, 15, 5], np.random.default_rng(2), dtype=np.float32)
    result = judged(case, change("w", 0, (14, 19), -3.0))
    assert [found.name for found in result.wrong] == ["w[0][14, 19]"]
    right = float(case.gradient(case.at)["w"][0][14, 19])
    assert abs(result.wrong[0].claimed + 3.0 * right) < 1e-6 * abs(right)
    assert abs(result.wrong[0].estimated - right) < 1e-5 * abs(right)


def test_locate_itself_lists_the_worst_first() -> None:
    case = network_case([4, 6, 4], np.random.default_rng(3))

    def edit(g: Any) -> None:
        g["w"][0][0, 0] += 1e-3
        g["w"][0][2, 3] += 1e-1

    generator = np.random.default_rng(1)
    problem = Problem(GradientSubject("network", case.cost, spoiled(case.gradient, edit), case.at), SEED)
    setting = prepare(problem, preflight(problem, generator), generator)
    (leaf,) = (leaf for leaf in problem.layout.leaves if leaf.name == "w[0]")
    location = locate(setting, leaf, Locate.AUTO, generator)
    assert ([found.index for found in location.wrong], location.measured) == ([(2, 3), (0, 0)], 24)
    assert locate(setting, leaf, Locate.NEVER, generator).measured == 0


def located(case: Case, edit: Callable[[Any], None], seed: int) -> int:
    """Return the forward passes that it takes to locate, beside those of the verdict."""
    judged_alone = judged(case, edit, Options(seed=seed, locate=Locate.NEVER))
    return judged(case, edit, Options(seed=seed)).forward_passes - judged_alone.forward_passes


@pytest.mark.parametrize(
    ("where", "most"),
    [(np.s_[3, :], 160), (np.s_[[2, 5], :], 180), (np.s_[:, 7], 220), (np.s_[:, 15:], 460)],
    ids=["a row", "two rows", "a column", "half"],
)
def test_whole_rows_and_columns_take_fewer_passes_than_their_components(where: Any, most: int) -> None:
    case = network_case([30, 10, 5], np.random.default_rng(0))

    def edit(g: Any) -> None:
        g["w"][0][where] *= 2.0

    for seed in range(4):
        assert located(case, edit, seed) <= most


def test_no_block_takes_more_passes_than_all_of_its_components_one_by_one() -> None:
    case = network_case([5, 6, 2], np.random.default_rng(0))

    def edit(g: Any) -> None:
        g["w"][0][:, ::2] *= 2.0

    for seed in range(4):
        assert located(case, edit, seed) <= LEAST_PASSES * (30 + 1)


@pytest.mark.parametrize("sizes", [[6, 10, 2], [4, 30, 2], [30, 4, 2], [9, 3, 2]])
def test_a_row_of_few_components_is_found_one_by_one(sizes: list[int]) -> None:
    case = network_case(sizes, np.random.default_rng(0))
    for seed in range(2):
        for row in (0, sizes[1] - 1):
            result = judged(case, lambda g, row=row: g["w"][0].__setitem__(row, 2 * g["w"][0][row]), Options(seed=seed))
            assert {component.index[0] for component in result.wrong} == {row}
