"""What measurements say of a leaf: digits, the limit and its formula, when more directions are worth it, and coverage by brute force."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.checks.evidence import (
    FEW_DIRECTIONS,
    MOST_DIRECTIONS,
    WANTED_LIMIT,
    Evidence,
    decimal_digits,
)
from gradcheck.checks.findings import describe
from gradcheck.checks.gradient import check
from gradcheck.checks.limits import MISS_PROBABILITY, PASSING_CHANCE
from gradcheck.checks.measuring import SAFETY, WANTED_ACCURACY, Measurement, Setting
from gradcheck.checks.options import Locate, Options
from gradcheck.checks.problem import Problem
from gradcheck.checks.slightness import SLIGHT
from gradcheck.differences.estimates import LadderEstimate
from gradcheck.results import BlockResult, Reason, Status, Verdict
from gradcheck.subjects.protocol import GradientSubject
from tests.problems_for_tests import network_case

EPS = float(np.finfo(np.float64).eps)


def setting_of(claimed: Any) -> Setting:
    """Return the setting of one leaf of ones."""
    problem = Problem(GradientSubject("made up", np.sum, claimed, np.ones(np.shape(claimed))), Options(seed=1))
    return Setting(problem, 1.0, np.asarray(claimed, dtype=float), np.zeros(np.size(claimed)), 1e-16, EPS)


def measured(bound: float, value: float = 1.0, claimed: float = 1.0) -> Measurement:
    """Return a measurement whose allowed gap is `bound`."""
    return Measurement(claimed, LadderEstimate(value, 0.0, bound / SAFETY, 1e-3, 0.0, math.inf, 3), 0.0)


def evidence(
    bounds: Sequence[float], *, claimed: Any = (0.6, 0.8), weights: Sequence[float] | None = None, together: int = 1
) -> Evidence:
    """Return the evidence of a leaf of norm 1 and scale 1 that was moved along directions with these bounds."""
    setting = setting_of(np.array(claimed))
    (leaf,) = setting.problem.layout.leaves
    weights = [1.0] * len(bounds) if weights is None else weights
    return Evidence(setting, leaf, tuple(map(measured, bounds)), tuple(weights), together)


# --- the limit ---


@given(bound=st.floats(1e-14, 1e-3), count=st.integers(1, 12))
def test_the_limit_of_equal_directions_is_that_of_independent_chances(bound: float, count: int) -> None:
    limit = evidence([bound] * count).detection_limit
    assert (PASSING_CHANCE * 2 * bound / limit) ** count == pytest.approx(MISS_PROBABILITY, rel=1e-6)


def test_the_chance_of_passing_is_that_of_a_gaussian() -> None:
    generator = np.random.default_rng(0)
    error = np.array([3.0, -1.0, 2.0])
    delta = 0.05 * np.linalg.norm(error)
    share = np.mean(np.abs(generator.standard_normal((400_000, 3)) @ error) <= delta)
    assert 0.97 * PASSING_CHANCE * 0.05 < share <= PASSING_CHANCE * 0.05 * 1.03


@given(bounds=st.lists(st.floats(1e-12, 1e-2), min_size=1, max_size=8))
def test_the_limit_is_the_least_over_subsets_of_the_directions(bounds: list[float]) -> None:
    chances = [PASSING_CHANCE * 2 * bound for bound in bounds]
    subsets = [
        [chance for i, chance in enumerate(chances) if number >> i & 1] for number in range(1, 2 ** len(chances))
    ]
    least = min((math.prod(some) / MISS_PROBABILITY) ** (1 / len(some)) for some in subsets)
    assert evidence(bounds).detection_limit == pytest.approx(least, rel=1e-9)


@given(bounds=st.lists(st.floats(1e-12, 1e-4), min_size=1, max_size=6), useless=st.floats(1e3, 1e9))
def test_a_useless_direction_changes_nothing(bounds: list[float], useless: float) -> None:
    without, beside = evidence(bounds), evidence([*bounds, useless])
    assert beside.detection_limit == pytest.approx(without.detection_limit, rel=1e-12)
    assert (beside.digits, beside.has_digits) == (without.digits, without.has_digits)


def test_directions_that_measured_nothing_are_no_evidence() -> None:
    nothing = evidence([math.inf, math.inf])
    assert nothing.usable == [] and nothing.detection_limit == math.inf and nothing.digits == 0.0
    assert not nothing.has_digits and nothing.limiting is Reason.DOMAIN
    assert evidence([1e-9, math.inf]).detection_limit == evidence([1e-9]).detection_limit


def test_a_leaf_moved_less_is_known_less() -> None:
    whole, part = evidence([1e-9, 1e-9]), evidence([1e-9, 1e-9], weights=[0.01, 0.01], together=3)
    assert part.detection_limit == pytest.approx(100 * whole.detection_limit)
    assert part.digits == pytest.approx(whole.digits - 2.0)
    assert part.bound == pytest.approx(1e-7)


def test_one_number_alone_is_measured_along_its_axis_and_chance_has_no_part_in_it() -> None:
    assert evidence([3e-9, 1e-9], claimed=[1.0]).detection_limit == pytest.approx(2e-9)
    assert evidence([1e-9], claimed=[1.0], together=2).detection_limit == pytest.approx(
        PASSING_CHANCE * 2e-9 / MISS_PROBABILITY
    )


def test_no_size_no_limit() -> None:
    assert evidence([1e-9], claimed=[0.0, 0.0], together=2).detection_limit == math.inf


# --- digits ---


def test_digits_count_the_gap_that_passed_and_the_error_beyond_it() -> None:
    assert evidence([1e-9]).digits == pytest.approx(9.0 - math.log10(1 + 1 / SAFETY))
    assert evidence([1e-6, 1e-9, 1e-3]).digits == evidence([1e-9]).digits


@pytest.mark.parametrize(
    ("bound", "size", "digits"),
    [(1e-3, 10.0, 4.0), (0.0, 1.0, math.inf), (1.0, 0.0, 0.0), (math.inf, 1.0, 0.0), (1e-300, 1e300, 600.0)],
)
def test_decimal_digits_at_the_ends_of_floating_point(bound: float, size: float, digits: float) -> None:
    assert decimal_digits(bound, size) == pytest.approx(digits)


def test_an_agreement_needs_the_digits_and_a_limit_below_the_block() -> None:
    wanted = setting_of(np.ones(2)).wanted_digits
    enough = 0.999 * 10.0**-wanted
    assert evidence([enough] * 6).has_digits and not evidence([1.01 * 10.0**-wanted] * 6).has_digits
    assert not evidence(
        [enough]
    ).has_digits  # one direction alone misses the whole block more often than once in a million


def test_a_leaf_moved_by_less_would_have_its_digits_by_its_whole_scale() -> None:
    assert evidence([1e-5] * 3, weights=[1e-3] * 3, together=2).would_have_digits
    assert not evidence([1e-1] * 3, weights=[1e-3] * 3, together=2).would_have_digits
    assert not evidence([1e-5] * 3).would_have_digits  # it was moved by all there is


# --- when another direction is worth its passes ---


def taken(bound: float) -> int:
    """Return how many directions with this bound are taken."""
    count = 1
    while evidence([bound] * count).wants_more:
        count += 1
    return count


def test_two_directions_of_the_wanted_accuracy_reach_the_wanted_limit() -> None:
    assert taken(SAFETY * WANTED_ACCURACY) == 2
    assert evidence([SAFETY * WANTED_ACCURACY] * 2).detection_limit <= WANTED_LIMIT


def test_directions_are_added_until_the_limit_is_the_wanted_one() -> None:
    for bound in np.geomspace(1e-12, 1e-6, 40):
        count = taken(bound)
        assert evidence([bound] * count).detection_limit <= WANTED_LIMIT
        assert count == 1 or evidence([bound] * (count - 1)).detection_limit > WANTED_LIMIT


def test_the_twelfth_direction_improves_the_limit_by_a_tenth() -> None:
    eleven, twelve = (evidence([1e-6] * count).detection_limit for count in (MOST_DIRECTIONS - 1, MOST_DIRECTIONS))
    assert 0.89 < twelve / eleven < 0.91


def test_where_most_directions_do_not_reach_it_few_are_taken_and_those_only_for_the_digits() -> None:
    best = WANTED_LIMIT * MISS_PROBABILITY ** (1 / MOST_DIRECTIONS) / (2 * PASSING_CHANCE)
    assert taken(0.99 * best) == MOST_DIRECTIONS
    assert taken(1.1 * best) < FEW_DIRECTIONS  # worth its digits with fewer
    assert taken(1e-4) == FEW_DIRECTIONS
    assert taken(2.0) == 1  # nothing is seen of the block


def test_no_more_than_the_most_are_taken_whatever_the_typical_one_promises() -> None:
    best = 0.99 * WANTED_LIMIT * MISS_PROBABILITY ** (1 / MOST_DIRECTIONS) / (2 * PASSING_CHANCE)
    useless = MOST_DIRECTIONS - 8
    assert evidence([best] * 7 + [1e-2] * useless).wants_more
    assert not evidence([best] * 8 + [1e-2] * useless).wants_more


def test_unmeasured_directions_are_tried_twice() -> None:
    assert evidence([math.inf]).wants_more and not evidence([math.inf, math.inf]).wants_more


def test_what_limits_is_told_by_the_best_direction() -> None:
    setting = setting_of(np.array([0.6, 0.8]))
    (leaf,) = setting.problem.layout.leaves
    noisy = Measurement(1.0, LadderEstimate(1.0, 1e-9, 1e-8, 1e-3, 0.0, math.inf, 3), 0.0)
    curved = Measurement(1.0, LadderEstimate(1.0, 1e-5, 1e-9, 1e-3, 0.0, math.inf, 3), 0.0)
    rounded = Measurement(1.0, LadderEstimate(1.0, 1e-9, 1e-9, 1e-3, 0.0, math.inf, 3), 1e-3)
    assert Evidence(setting, leaf, (noisy, curved), (1.0, 1.0)).limiting is Reason.NOISE
    assert Evidence(setting, leaf, (curved, rounded), (1.0, 1.0)).limiting is Reason.TRUNCATION
    assert Evidence(setting, leaf, (rounded,), (1.0,)).limiting is Reason.DTYPE


# --- what the result says ---


def test_the_result_is_told_by_the_largest_gap_in_units_of_its_bound() -> None:
    setting = setting_of(np.array([0.6, 0.8]))
    (leaf,) = setting.problem.layout.leaves
    both = (measured(1e-3, 1.0, 1.0 + 1e-4), measured(1e-9, 2.0, 2.0 + 9e-10))
    block = describe(Evidence(setting, leaf, both, (1.0, 1.0)), Status.AGREE, None)
    assert (block.estimated, block.bound, block.directions) == (2.0, pytest.approx(1e-9), 2)
    assert block.resolution == pytest.approx(block.detection_limit)  # the norm is 1


def test_covered_counts_the_components_above_the_resolution() -> None:
    found = evidence([1e-6] * 4, claimed=[1.0, 1e-3, 2e-5, 1e-6, 0.0, -1e-2])
    block = describe(found, Status.AGREE, None)
    assert block.resolution is not None and 2e-5 < block.resolution < 1e-3
    assert block.covered == 3


def test_only_an_agreement_has_digits_and_a_limit() -> None:
    block = describe(evidence([1e-9] * 2), Status.INCONCLUSIVE, Reason.NOISE)
    assert (block.digits, block.detection_limit, block.resolution, block.covered) == (None,) * 4


# --- the statement held against brute force ---


def quartic(generator: np.random.Generator, size: int) -> tuple[Callable[[Any], Any], Callable[[Any], Any], Any]:
    """Return a smooth cost of `size` parameters, its gradient and a point."""
    a = generator.normal(size=(size, size)) / math.sqrt(size)
    b = generator.normal(size=size)

    def cost(w: Any) -> Any:
        return np.sum(np.sin(a @ w + b)) + np.sum(w**4) / 4

    return cost, lambda w: a.T @ np.cos(a @ w + b) + w**3, generator.normal(size=size)


OPEN = Status.INCONCLUSIVE


def only(cost: Any, gradient: Any, at: Any, seed: int) -> BlockResult:
    (block,) = check(cost, gradient, at, options=Options(seed=seed, locate=Locate.NEVER)).blocks
    return block


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**31), size=st.integers(2, 30))
def test_an_error_of_three_times_the_printed_resolution_in_one_component_is_seen(seed: int, size: int) -> None:
    generator = np.random.default_rng(seed)
    cost, gradient, at = quartic(generator, size)
    right = only(cost, gradient, at, seed)
    assert right.status is Status.AGREE and right.resolution is not None and right.detection_limit is not None
    assert right.detection_limit <= WANTED_LIMIT
    assert right.covered == np.count_nonzero(np.abs(gradient(at)) > right.resolution)
    number = generator.integers(size)
    error = 3.0 * right.resolution * np.eye(size)[number]
    seen = only(cost, lambda w: gradient(w) + error, at, seed)
    # A slight one is seen and not called a mistake.
    slight = 3.0 * right.resolution <= SLIGHT * abs(gradient(at)[number])
    assert seen.status is Status.DISAGREE or (slight and (seen.status, seen.reason) == (OPEN, Reason.DTYPE))


def test_each_component_in_turn_is_seen_at_three_times_the_printed_resolution() -> None:
    case = network_case([3, 4, 2], np.random.default_rng(0))
    right = check(case.cost, case.gradient, case.at, options=Options(seed=2))
    for block, (part, layer) in zip(right.blocks, [("b", 0), ("b", 1), ("w", 0), ("w", 1)], strict=True):
        assert block.name == f"{part}[{layer}]" and block.resolution is not None
        assert block.detection_limit is not None and block.detection_limit <= WANTED_LIMIT
        for number in range(block.size):

            def wrong(p: Any, at: Any = (part, layer, number, 3.0 * block.resolution)) -> Any:
                gradient = case.gradient(p)
                gradient[at[0]][at[1]].reshape(-1)[at[2]] += at[3]
                return gradient

            result = check(case.cost, wrong, case.at, options=Options(seed=2, locate=Locate.NEVER))
            assert [one.name for one in result.blocks if one.status is not Status.AGREE] == [block.name]


def test_noise_raises_the_limit_to_what_it_allows_and_no_further() -> None:
    cost, gradient, at = quartic(np.random.default_rng(1), 6)
    size = float(np.linalg.norm(gradient(at)))
    limits = []
    for noise in (1e-13, 1e-11, 1e-9, 1e-7):

        def noisy(w: Any, noise: float = noise) -> float:
            w = np.asarray(w, dtype=float)  # no complex step can help
            seed = int(w.view(np.uint64).sum(dtype=np.uint64))
            return float(cost(w) + noise * np.random.default_rng(seed).uniform(-1.0, 1.0))

        block = only(noisy, gradient, at, 4)
        assert block.status is Status.AGREE and block.detection_limit is not None
        limits.append(block.detection_limit)
        wrong = only(noisy, lambda w, e=10 * block.detection_limit * size: gradient(w) + e * np.eye(6)[2], at, 4)
        assert wrong.status is Status.DISAGREE
    assert limits == sorted(limits) and limits[0] <= WANTED_LIMIT < limits[-1]


def test_the_verdict_is_no_agreement_where_the_limit_is_the_block_itself() -> None:
    cost, gradient, at = quartic(np.random.default_rng(1), 6)

    def noisy(w: Any) -> float:
        w = np.asarray(w, dtype=float)  # no complex step can help
        seed = int(w.view(np.uint64).sum(dtype=np.uint64))
        return float(cost(w) + np.random.default_rng(seed).uniform(-1.0, 1.0))

    for seed in range(10):
        result = check(noisy, gradient, at, options=Options(seed=seed))
        assert (result.verdict, result.reason) in {
            (Verdict.INCONCLUSIVE, Reason.NOISE),
            (Verdict.INCONCLUSIVE, Reason.TRUNCATION),
        }
