"""Leaves of uneven scale or slope: the limit printed is true for every component, and what the whole would hide is measured by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gradcheck.checks.evidence import WANTED_LIMIT
from gradcheck.checks.gradient import check
from gradcheck.checks.options import Locate, Options
from gradcheck.results import CheckResult, Verdict
from tests.problems_for_tests import network_case


def root(w: Any) -> Any:
    return np.sum(np.sqrt(1 + w**2)) + np.sum(w)


def root_slope(w: Any) -> Any:
    return w / np.sqrt(1 + w**2) + 1


def judged(cost: Any, gradient: Any, at: Any, seed: int) -> CheckResult:
    return check(cost, gradient, at, options=Options(seed=seed))


def times(gradient: Callable[[Any], Any], number: int, factor: float) -> Callable[[Any], Any]:
    """Return a gradient with one component multiplied."""

    def wrong(w: Any) -> Any:
        claimed = np.array(gradient(w))
        claimed[number] *= factor
        return claimed

    return wrong


UNEVEN = [np.array([1e-6, 1e-5, 1.0, 1e6]), np.geomspace(1e-9, 1e3, 6), np.array([1e6, -1e-6, 2.0])]


@pytest.mark.parametrize("at", UNEVEN)
def test_a_doubled_component_of_an_uneven_leaf_is_found_whatever_its_scale(at: Any) -> None:
    for seed in range(4):
        for number in range(at.size):
            result = judged(root, times(root_slope, number, 2.0), at, seed)
            assert result.verdict is Verdict.DISAGREE
            assert result.worst is not None and result.worst.index == (number,)


@pytest.mark.parametrize("at", UNEVEN)
def test_the_limit_of_an_uneven_leaf_is_the_wanted_one_and_true_of_each_component(at: Any) -> None:
    size = float(np.linalg.norm(root_slope(at)))
    for seed in range(4):
        result = judged(root, root_slope, at, seed)
        (block,) = result.blocks
        assert block.detection_limit is not None and block.resolution is not None
        assert result.verdict is Verdict.AGREE and block.covered == at.size
        assert block.detection_limit <= WANTED_LIMIT
        for number in range(at.size):
            error = 3.0 * block.detection_limit * size * np.eye(at.size)[number]
            wrong = judged(root, lambda w, e=error: root_slope(w) + e, at, seed)
            assert wrong.verdict is Verdict.DISAGREE


@pytest.mark.parametrize("change", [2.0, 0.0, -1.0, 1.01])
def test_a_component_beside_one_of_far_larger_slope_is_measured_by_itself(change: float) -> None:
    at = np.array([1e-8, 1.0, 2.0])
    for seed in range(6):
        right = judged(lambda w: np.sum(np.log(w)), lambda w: 1 / w, at, seed)
        assert right.verdict is Verdict.AGREE and right.blocks[0].covered == 3
        wrong = judged(lambda w: np.sum(np.log(w)), times(lambda w: 1 / w, 2, change), at, seed)
        assert wrong.verdict is Verdict.DISAGREE and [one.index for one in wrong.wrong] == [(2,)]


def test_that_needs_no_complex_step() -> None:
    def cost(w: Any) -> Any:
        return np.sum(np.log(w.astype(float)))

    for seed in range(6):
        wrong = judged(cost, times(lambda w: 1 / w, 2, 2.0), np.array([1e-8, 1.0, 2.0]), seed)
        assert wrong.verdict is Verdict.DISAGREE


def test_a_large_uneven_leaf_is_measured_scale_by_scale() -> None:
    generator = np.random.default_rng(0)
    at = generator.standard_cauchy(300) * np.exp(3 * generator.normal(size=300))
    ordered = np.argsort(np.abs(at))
    for seed in range(3):
        result = judged(root, root_slope, at, seed)
        (block,) = result.blocks
        assert result.verdict is Verdict.AGREE and block.detection_limit is not None
        assert block.detection_limit <= 10 * WANTED_LIMIT
        for rank in (0, 3, 150, 290, 299):
            number = int(ordered[rank])
            error = 0.01 * np.linalg.norm(root_slope(at)) * np.eye(300)[number]
            wrong = judged(root, lambda w, e=error: root_slope(w) + e, at, seed)
            assert wrong.verdict is Verdict.DISAGREE


def test_resolutions_of_uneven_components_are_told_apart() -> None:
    at = np.array([1e-8, 1.0, 1e8])
    (block,) = judged(lambda w: w @ w / 2, lambda w: w, at, 0).blocks
    assert block.finest_resolution is not None and block.resolution is not None
    assert block.finest_resolution < block.resolution


def test_leaves_of_one_scale_and_slope_take_no_more_passes_for_it() -> None:
    case = network_case([4, 3, 3, 2], np.random.default_rng(1))
    for seed in range(4):
        result = check(case.cost, case.gradient, case.at, options=Options(seed=seed))
        assert result.verdict is Verdict.AGREE and result.forward_passes <= 40


def test_a_budget_that_ends_there_keeps_what_is_known() -> None:
    at = UNEVEN[0]
    for budget in range(30, 60, 5):
        options = Options(seed=0, max_forward_passes=budget, locate=Locate.NEVER)
        result = check(root, root_slope, at, options=options)
        assert result.forward_passes <= budget and result.verdict is not Verdict.DISAGREE
        limit = result.blocks[0].detection_limit
        assert result.verdict is not Verdict.AGREE or (limit is not None and limit > 0.0)


def test_a_kink_or_a_wave_below_the_scale_of_the_others_is_no_mistake() -> None:
    """Only at the least component's own scale is the cost smooth there: the coarser one is looked at down to it."""
    at = np.array([1e-7, 1.0, 1e4, -3e4])

    def cost(w: Any) -> Any:
        return np.sum(np.sqrt(1e-12 + w**2)) + np.sum(np.sin(w) ** 2)

    def gradient(w: Any) -> Any:
        return w / np.sqrt(1e-12 + w**2) + np.sin(2 * w)

    for seed in range(10):
        assert judged(cost, gradient, at, seed).verdict is not Verdict.DISAGREE


def test_what_is_slight_in_one_component_does_not_bring_the_limit_down() -> None:
    at = np.array([-8.07034693e1, -2.27591153e1, -1.98584955e-2, 2.86623436e-6])
    error = np.array([0.0, 0.0, 0.0, 8.8e-3])  # 2.5e-8 of the component
    for seed in (211, 0, 1):
        result = judged(lambda w: np.sum(np.log(np.abs(w))), lambda w: 1 / w + error, at, seed)
        (block,) = result.blocks
        limit = block.detection_limit or 0.0
        assert result.verdict is not Verdict.AGREE or np.linalg.norm(error) <= limit * np.linalg.norm(1 / at)
