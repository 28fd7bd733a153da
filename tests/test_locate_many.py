"""What a location finds in a large block, and at what price: exact sets of a few, a census of many, nothing that is not there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.checks import locate as locating
from gradcheck.checks import syndrome
from gradcheck.checks.locate import MOST_EXACT, MOST_PASSES, SMALL_BLOCK, locate
from gradcheck.checks.options import Locate, Options
from tests.locating_for_tests import Located, drawn, flat, located, planted, prepared, tanh_case
from tests.problems_for_tests import Case, network_case

BIG = network_case([784, 30, 10], np.random.default_rng(0))
FLAT = flat(BIG)
TANH = tanh_case((149, 160), np.random.default_rng(3))

OVERSHOOT = 8 * 20
"""What one batch of ladders can go over the allowance by."""


def spoiled_components(k: int, seed: int) -> tuple[Any, set[tuple[int, ...]]]:
    """Return the flat network's gradient with k components multiplied, and their indices."""
    generator = np.random.default_rng(seed)
    right = FLAT.gradient(FLAT.at)
    indices = drawn(generator, right.shape, k)
    return planted(FLAT, {i: (generator.choice([0.0, -1.0, 1.5, 2.0]) - 1.0) * right[i] for i in indices}), set(indices)


def spoiled_block(edit: Any, case: Case = BIG) -> Any:
    """Return the network's gradient with its first weights edited in place."""
    claimed = case.gradient(case.at)
    edit(claimed["w"][0])
    return claimed


@pytest.mark.parametrize(("k", "most"), [(1, 20), (2, 52), (3, 64), (5, 130), (10, 190)])
@pytest.mark.parametrize("seed", range(6))
def test_the_exact_set_of_a_few_among_23860(k: int, most: int, seed: int) -> None:
    claimed, indices = spoiled_components(k, 100 * k + seed)
    found = located(FLAT, claimed, seed=seed)
    assert found.indices == indices
    assert found.location.is_complete and found.location.census is None
    assert found.passes <= most
    assert found.location.measured <= k + 8


@pytest.mark.parametrize("seed", range(4))
def test_one_that_the_verdict_saw_twice_costs_little_more_than_its_own_measurement(seed: int) -> None:
    claimed, indices = spoiled_components(1, seed)
    found = located(FLAT, claimed, seed=seed, directions=2)
    assert (found.indices, found.location.measured, found.location.is_complete) == (indices, 1, True)
    assert found.passes <= 8


@pytest.mark.parametrize(("k", "most"), [(1, 61), (3, 180), (10, 400)])
@pytest.mark.parametrize("seed", range(2))
def test_halving_alone_finds_them_too(monkeypatch: pytest.MonkeyPatch, k: int, most: int, seed: int) -> None:
    monkeypatch.setattr(syndrome, "FEWEST", 10**9)
    claimed, indices = spoiled_components(k, 100 * k + seed)
    found = located(FLAT, claimed, seed=seed)
    assert (found.indices, found.location.is_complete) == (indices, True)
    assert found.passes <= most


@settings(max_examples=60, deadline=None, database=None)
@given(
    shape=st.lists(st.integers(1, 12), min_size=1, max_size=4).filter(lambda s: np.prod(s) > SMALL_BLOCK).map(tuple)
    | st.integers(SMALL_BLOCK + 1, 3000).map(lambda n: (n,)),
    k=st.integers(1, 10),
    seed=st.integers(0, 2**31),
    directions=st.sampled_from([0, 2, 3]),
)
def test_any_few_in_any_shape(shape: tuple[int, ...], k: int, seed: int, directions: int) -> None:
    generator = np.random.default_rng(seed)
    case = tanh_case(shape, generator)
    errors = {
        i: generator.choice([-1.0, 1.0]) * 10.0 ** generator.uniform(-4.0, 1.0) for i in drawn(generator, shape, k)
    }
    found = located(case, planted(case, errors), seed=seed, directions=directions)
    assert found.indices == set(errors)
    assert found.location.is_complete
    for component in found.location.wrong:
        assert abs(component.claimed - component.estimated - errors[component.index]) <= component.bound


@pytest.mark.parametrize("directions", [0, 2])
@pytest.mark.parametrize("small", [1e-5, -1e-7])
def test_a_small_error_beside_a_large_one(small: float, directions: int) -> None:
    found = located(TANH, planted(TANH, {(3, 5): 1.0, (120, 7): small}), directions=directions)
    assert [component.index for component in found.location.wrong] == [(3, 5), (120, 7)]
    assert found.location.is_complete


@pytest.mark.parametrize("places", [((3, 5), (3, 6)), ((0, 0), (148, 159)), ((70, 3), (71, 3))])
def test_a_swapped_pair(places: tuple[tuple[int, int], tuple[int, int]]) -> None:
    claimed = TANH.gradient(TANH.at)
    claimed[places[0]], claimed[places[1]] = claimed[places[1]], claimed[places[0]]
    for directions in (0, 2):
        found = located(TANH, claimed, directions=directions)
        assert (found.indices, found.location.is_complete) == (set(places), True)


def whole_block(name: str, weights: Any) -> None:
    """Spoil all of a block in one of the usual ways."""
    edits = {
        "doubled": lambda: 2.0 * weights,
        "zero": lambda: 0.0 * weights,
        "negative": lambda: -weights,
        "a column further": lambda: np.roll(weights, 1, axis=1),
        "imprecise": lambda: weights * (1.0 + 1e-4 * np.random.default_rng(5).normal(size=weights.shape)),
        "transposed": lambda: weights.T.copy() if weights.shape[0] == weights.shape[1] else weights[::-1].copy(),
    }
    weights[:] = edits[name]()


@pytest.mark.parametrize("name", ["doubled", "zero", "negative", "a column further", "imprecise", "transposed"])
@pytest.mark.parametrize("sizes", [[784, 30, 10], [40, 40, 10]])
@pytest.mark.parametrize("directions", [0, 2])
def test_a_whole_block_is_told_by_a_sample(name: str, sizes: list[int], directions: int) -> None:
    case = BIG if sizes[0] == 784 else network_case(sizes, np.random.default_rng(0))
    claimed = spoiled_block(lambda weights: whole_block(name, weights), case)
    found = located(case, claimed, block="w[0]", directions=directions)
    census = found.location.census
    assert census is not None and not found.location.is_complete
    assert census.measured == 8 and census.wrong >= 7
    assert (census.block, census.shape) == ("w[0]", claimed["w"][0].shape)
    assert found.location.measured >= 8
    assert found.passes <= 100


def shape_of(found: Located) -> tuple[tuple[int, ...], tuple[int, ...]]:
    census = found.location.census
    assert census is not None and 0 < census.measured < np.prod(census.shape)
    assert found.passes <= MOST_PASSES + OVERSHOOT
    return census.wrong_rows, census.wrong_columns


@pytest.mark.parametrize("directions", [0, 2])
def test_rows_and_columns_of_a_large_matrix(directions: int) -> None:
    def row(weights: Any) -> None:
        weights[17] *= 2.0

    def rows(weights: Any) -> None:
        weights[[1, 5, 20]] *= -1.0

    def column(weights: Any) -> None:
        weights[:, 400] *= 2.0

    found = located(BIG, spoiled_block(row), block="w[0]", directions=directions)
    assert shape_of(found) == ((17,), ())
    assert len(found.location.wrong) >= 8 and {component.index[0] for component in found.location.wrong} == {17}
    assert shape_of(located(BIG, spoiled_block(rows), block="w[0]", directions=directions)) == ((1, 5, 20), ())
    found = located(BIG, spoiled_block(column), block="w[0]", directions=directions)
    assert shape_of(found) == ((), (400,))
    assert {component.index[1] for component in found.location.wrong} == {400}


def test_every_row_with_an_error_in_it_where_half_of_a_block_is_wrong() -> None:
    def half(weights: Any) -> None:
        weights[np.random.default_rng(3).random(weights.shape) < 0.5] *= 1.5

    found = located(BIG, spoiled_block(half), block="w[0]")
    assert shape_of(found) == (tuple(range(30)), ())
    census = found.location.census
    assert census is not None and (census.rows, census.columns, census.measured) == (30, 0, 16)
    assert 2 <= census.wrong <= 14
    assert census.wrong == len(found.location.wrong)


def test_slices_of_a_tensor() -> None:
    case = tanh_case((12, 3, 3, 7), np.random.default_rng(0))
    claimed = case.gradient(case.at)
    claimed[4] += 0.1
    assert shape_of(located(case, claimed))[0] == (4,)
    claimed = case.gradient(case.at)
    claimed[..., 2] += 0.1
    assert shape_of(located(case, claimed))[1] == (2,)


@pytest.mark.parametrize("k", [11, 25, 60])
@pytest.mark.parametrize("shape", [(3000,), (50, 60)])
def test_more_than_are_listed_give_a_census_within_the_allowance(shape: tuple[int, ...], k: int) -> None:
    generator = np.random.default_rng(k)
    case = tanh_case(shape, generator)
    errors = dict.fromkeys(drawn(generator, shape, k), 0.1)
    found = located(case, planted(case, errors))
    assert found.location.census is not None
    assert found.indices <= set(errors)
    assert found.passes <= MOST_PASSES + OVERSHOOT
    if found.location.is_complete:
        assert found.indices == set(errors)


def test_a_few_more_than_are_listed_are_found_all_where_they_have_no_shape() -> None:
    case = tanh_case((3000,), np.random.default_rng(11))
    errors = dict.fromkeys(drawn(np.random.default_rng(13), (3000,), 13), 0.1)
    found = located(case, planted(case, errors), seed=0)
    assert (found.indices, found.location.is_complete) == (set(errors), True)
    census = found.location.census
    assert census is not None and (census.wrong, census.measured) == (13, 3000)


def test_what_the_verdict_saw_serves_where_no_weights_of_ours_show_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locating, "MOST_ATTEMPTS", 0)
    errors = {(3, 5): 1.0, (120, 7): -0.5}
    found = located(TANH, planted(TANH, errors), directions=2)
    assert (found.indices, found.location.is_complete) == (set(errors), True)
    assert located(TANH, planted(TANH, errors)).passes == 0


def test_full_measures_every_component_of_a_large_block_and_counts_them() -> None:
    case = tanh_case((20, 30), np.random.default_rng(2))
    claimed = case.gradient(case.at)
    claimed[7] += 0.1
    found = located(case, claimed, depth=Locate.FULL)
    assert found.location.measured == 600 and found.location.is_complete
    assert found.passes >= 6 * 600
    census = found.location.census
    assert census is not None
    assert (census.wrong, census.measured, census.wrong_rows) == (30, 600, (7,))
    assert census.wrong_columns == tuple(range(30))
    assert len(found.location.wrong) == 30


def test_a_small_block_is_measured_one_by_one() -> None:
    case = tanh_case((SMALL_BLOCK,), np.random.default_rng(2))
    few = located(case, planted(case, {(3,): 0.1, (4,): -0.1}))
    assert (few.location.measured, few.location.is_complete, few.location.census) == (SMALL_BLOCK, True, None)
    assert few.indices == {(3,), (4,)}
    many = located(case, planted(case, {(i,): 0.1 for i in range(MOST_EXACT + 1)}))
    assert many.location.census is not None
    assert (many.location.census.wrong, many.location.census.measured) == (MOST_EXACT + 1, SMALL_BLOCK)


@pytest.mark.parametrize("depth", [Locate.NEVER, Locate.FIRST])
def test_nothing_is_measured_where_it_is_not_wanted(depth: Locate) -> None:
    found = located(TANH, planted(TANH, {(3, 5): 1.0}), depth=depth)
    assert (found.passes, found.location.measured, found.location.wrong) == (0, 0, ())
    assert not found.location.is_complete


@pytest.mark.parametrize("directions", [0, 2])
def test_a_parameter_of_size_0_and_one_of_a_millionth_of_its_block(directions: int) -> None:
    case = tanh_case((4000,), np.random.default_rng(2))
    case.at[33], case.at[44] = 0.0, 1e-6
    for errors in ({(33,): 1e-2}, {(44,): 1e-2}, {(33,): 1e-2, (44,): -1e-2}):
        found = located(case, planted(case, errors), directions=directions)
        assert (found.indices, found.location.is_complete) == (set(errors), True)


def steep_case(size: int, tiny: float) -> Case:
    """Return tanh(1e6 w) of one tiny component beside tanh(w) of the others: at the others' scale it is a step."""
    generator = np.random.default_rng(2)
    steep = np.ones(size)
    steep[10] = 1e6
    at = generator.normal(size=size)
    at[10] = tiny

    def gradient(w: Any) -> Any:
        return steep / np.cosh(np.clip(steep * w, -300.0, 300.0)) ** 2

    return Case(lambda w: float(np.sum(np.tanh(steep * w))), gradient, at)


@pytest.mark.parametrize("size", [20, 400])
@pytest.mark.parametrize("tiny", [1e-7, 1e-6])
@pytest.mark.parametrize("directions", [0, 2])
def test_a_right_component_on_a_far_smaller_scale_is_not_called_wrong(size: int, tiny: float, directions: int) -> None:
    case = steep_case(size, tiny)
    for errors in ({(3,): 0.5}, {}):
        for seed in range(4):
            found = located(case, planted(case, errors), directions=directions, seed=seed)
            assert found.indices <= set(errors)


@pytest.mark.parametrize("tiny", [0.0, 1e-7])
def test_a_right_component_is_measured_at_its_own_scale(tiny: float) -> None:
    # At the scale of the others the cost is flat there: only its own scale can tell that the claim is right.
    def cost(w: Any) -> float:
        return float(np.sum(np.tanh(w)) + 1e-6 * np.sin(1e6 * w[10]) * np.exp(-((1e5 * w[10]) ** 2)))

    at = np.random.default_rng(0).normal(size=20)
    at[10] = tiny
    case = Case(cost, lambda w: 1.0 / np.cosh(w) ** 2, at)
    claimed = case.gradient(at)
    inner = 1e6 * tiny
    claimed[10] += (np.cos(inner) - 0.02 * inner * np.sin(inner)) * np.exp(-1e-2 * inner**2)
    found = located(case, claimed, depth=Locate.FULL)
    assert found.indices == set()


def test_components_at_a_kink_are_not_called_wrong() -> None:
    at = np.random.default_rng(0).normal(size=20)
    at[4] = at[5] = 0.0
    case = Case(lambda w: float(np.sum(np.abs(w))), np.sign, at)
    found = located(case, planted(case, {(4,): 3.0, (7,): 0.5}))
    assert found.indices == {(7,)}
    assert not found.location.is_complete


@pytest.mark.parametrize("size", [20, 300])
def test_an_error_that_shows_in_the_sum_alone_ends_without_a_component(size: int) -> None:
    generator = np.random.default_rng(1)
    case = tanh_case((size,), generator)
    noisy = Case(lambda w: case.cost(w) + 1e-5 * (1e13 * np.sum(w * case.at) % 1.0), case.gradient, case.at)
    claimed = planted(noisy, {(i,): 3e-5 for i in range(size)})
    found = located(noisy, claimed, directions=2)
    assert found.location.wrong == () and not found.location.is_complete
    assert found.passes <= MOST_PASSES + OVERSHOOT


@pytest.mark.parametrize("size", [20, 300])
def test_a_right_block_ends_without_a_component(size: int) -> None:
    case = tanh_case((size,), np.random.default_rng(1))
    found = located(case, case.gradient(case.at), directions=2)
    assert found.location.wrong == () and not found.location.is_complete


@pytest.mark.parametrize("size", [20, 300])
def test_a_cost_that_has_no_value_beside_the_point(size: int) -> None:
    at = np.ones(size)
    case = Case(lambda w: float(np.sum(w)) if np.array_equal(w, at) else np.nan, lambda w: 3.0 * w, at)
    ready = prepared(case, case.gradient(at), Options(seed=1))
    location = locate(ready.setting, ready.leaf("parameters"), Locate.AUTO, ready.generator)
    assert location.wrong == () and not location.is_complete


def test_components_beyond_the_domain_are_left_open() -> None:
    at = np.full(20, 2.0)
    at[4] = 0.0

    def cost(w: Any) -> float:
        return float(np.sum(w)) if w[4] == 0.0 else np.nan

    case = Case(cost, np.ones_like, at)
    found = located(case, planted(case, {(4,): 1.0, (7,): 1.0}))
    assert found.indices == {(7,)}
    assert not found.location.is_complete


@pytest.mark.parametrize("left", [0, 5, 17, 40, 90, 200])
@pytest.mark.parametrize("k", [1, 5, 3000])
def test_a_budget_that_runs_out_keeps_what_was_found(left: int, k: int) -> None:
    case = tanh_case((50, 60), np.random.default_rng(1))
    errors = dict.fromkeys(drawn(np.random.default_rng(2), (50, 60), k), 0.1)
    spent = prepared(case, planted(case, errors), Options(seed=1)).cost.calls
    ready = prepared(case, planted(case, errors), Options(seed=1, max_forward_passes=spent + left))
    location = locate(ready.setting, ready.leaf("parameters"), Locate.AUTO, ready.generator)
    assert ready.cost.calls <= spent + left
    assert {component.index for component in location.wrong} <= set(errors)
    if location.is_complete:
        assert len(location.wrong) == k
    if left == 200 and k <= 5:
        assert location.is_complete


def test_the_same_seed_finds_the_same_by_the_same_passes() -> None:
    claimed, _ = spoiled_components(5, 9)
    assert located(FLAT, claimed, seed=4) == located(FLAT, claimed, seed=4)


@pytest.mark.parametrize("k", [1, 3, 10])
def test_in_float32_the_exact_set_is_found_too(k: int) -> None:
    case = flat(network_case([50, 60, 10], np.random.default_rng(1), dtype=np.float32))
    assert case.at.dtype == np.float32
    errors = dict.fromkeys(drawn(np.random.default_rng(k), case.at.shape, k), 0.1)
    found = located(case, planted(case, errors).astype(np.float32))
    assert (found.indices, found.location.is_complete) == (set(errors), True)
