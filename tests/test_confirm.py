"""No disagreement without a second look: along another direction, at a point just beside, and with components in their own size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gradcheck.checks.confirm import confirm
from gradcheck.checks.gradient import check
from gradcheck.checks.measuring import Setting, prepare
from gradcheck.checks.options import Options
from gradcheck.checks.preflight import preflight
from gradcheck.checks.problem import Problem
from gradcheck.errors import BudgetExceeded
from gradcheck.results import Arbiter, Reason, Status, Verdict
from gradcheck.subjects.protocol import GradientSubject
from tests.problems_for_tests import WAVE_AT, Counted, wave, wave_gradient


def relu(z: Any) -> Any:
    return np.maximum(z, 0.0)


def step(z: Any, *, at_zero: float) -> Any:
    """Return the slope of relu, with any value at its kink."""
    return np.where(z > 0.0, 1.0, np.where(z < 0.0, 0.0, at_zero))


def setting_of(cost: Any, gradient: Any, at: Any, options: Options) -> tuple[Problem, Setting]:
    problem = Problem(GradientSubject("made up", cost, gradient, at), options)
    first = preflight(problem, np.random.default_rng(0))
    return problem, prepare(problem, first, np.random.default_rng(1))


# --- one confirmation ---


@pytest.mark.parametrize("at", [WAVE_AT, np.array([0.7])])
def test_a_wrong_gradient_is_confirmed_just_beside_with_one_more_direction(at: Any) -> None:
    cost = Counted(wave)
    problem, setting = setting_of(cost, lambda w: 1.01 * wave_gradient(w), at, Options(seed=1))
    (leaf,) = problem.layout.leaves
    for seed in range(30):
        generator = np.random.default_rng(seed)
        nearby, before = setting.just_beside(generator), cost.calls
        found = confirm(setting, nearby, leaf, generator)
        assert found.is_confirmed and found.location is None
        assert 6 <= cost.calls - before <= 24
        assert cost.calls == problem.forward_passes


@pytest.mark.parametrize("x", [0.3, 40.0])
def test_an_error_of_a_few_bounds_in_a_single_number_is_confirmed_along_its_axis(x: float) -> None:
    _, right = setting_of(np.exp, np.exp, np.array(x), Options(seed=1))
    seen = right.measure(np.array([x]))
    factor = 1.0 + 10.0 * seen.bound / abs(seen.estimate.value)
    problem, setting = setting_of(np.exp, lambda w: factor * np.exp(w), np.array(x), Options(seed=1))
    for seed in range(60):
        assert confirm(setting, None, problem.layout.leaves[0], np.random.default_rng(seed)).is_confirmed


def test_a_gap_in_a_quiet_cost_is_not_looked_for_below_the_noise() -> None:
    cost = Counted(wave)
    _, setting = setting_of(cost, lambda w: 1.01 * wave_gradient(w), WAVE_AT, Options(seed=1))
    seen = setting.measure(np.array([1.0, -0.5, 0.7]))
    before = cost.calls
    assert setting.look_closer(seen) == seen
    assert cost.calls == before + 8  # two steps, each with the points of an extrapolated difference


def test_a_right_gradient_is_never_confirmed() -> None:
    problem, setting = setting_of(wave, wave_gradient, WAVE_AT, Options(seed=1))
    (leaf,) = problem.layout.leaves
    for seed in range(30):
        generator = np.random.default_rng(seed)
        found = confirm(setting, setting.just_beside(generator), leaf, generator)
        assert (found.is_confirmed, found.reason) == (False, None)


def test_without_a_point_beside_it_is_confirmed_at_the_point() -> None:
    problem, setting = setting_of(wave, lambda w: 1.01 * wave_gradient(w), WAVE_AT, Options(seed=1))
    (leaf,) = problem.layout.leaves
    assert confirm(setting, None, leaf, np.random.default_rng(0)).is_confirmed


def test_the_budget_ends_a_confirmation() -> None:
    problem, _ = setting_of(wave, lambda w: 1.01 * wave_gradient(w), WAVE_AT, Options(seed=1))
    _, tight = setting_of(
        wave, lambda w: 1.01 * wave_gradient(w), WAVE_AT, Options(seed=1, max_forward_passes=problem.forward_passes + 3)
    )
    with pytest.raises(BudgetExceeded):
        confirm(tight, None, tight.problem.layout.leaves[0], np.random.default_rng(0))


@pytest.mark.parametrize("budget", range(20, 60, 3))
def test_a_budget_that_ends_while_confirming_leaves_it_open(budget: int) -> None:
    cost = Counted(wave)
    options = Options(seed=1, max_forward_passes=budget)
    result = check(cost, lambda w: 1.01 * wave_gradient(w), WAVE_AT, options=options)
    assert result.forward_passes == cost.calls <= budget
    assert result.verdict is Verdict.DISAGREE or result.reason is Reason.BUDGET


@pytest.mark.parametrize("x", [0.3, 1e-3, 40.0])
def test_a_single_number_is_confirmed_where_a_gaussian_direction_would_hardly_move_it(x: float) -> None:
    for seed in range(60):
        result = check(np.exp, lambda w: (1.0 + 3e-7) * np.exp(w), x, options=Options(seed=seed))
        assert result.verdict is Verdict.DISAGREE


@pytest.mark.parametrize("x", [0.3, 1e-3, 40.0])
@pytest.mark.parametrize("times", [3.0, 30.0, 300.0])
def test_an_error_above_the_limit_of_a_single_number_is_never_agreed_upon(x: float, times: float) -> None:
    for seed in range(15):
        right = check(np.exp, np.exp, x, options=Options(seed=seed)).blocks[0]
        assert right.detection_limit is not None
        factor = 1.0 + times * right.detection_limit
        result = check(np.exp, lambda w, f=factor: f * np.exp(w), x, options=Options(seed=seed))
        assert result.verdict is not Verdict.AGREE


# --- kinks that hide each other ---


@pytest.mark.parametrize("at_zero", [0.0, 1.0])
def test_two_kinks_in_one_parameter_that_hide_each_other_are_no_disagreement(at_zero: float) -> None:
    """relu(b) - relu(-b) is b: its slope 1 is seen from everywhere, and a right program says 0 or 2 there."""

    def gradient(b: Any) -> Any:
        return step(b, at_zero=at_zero) + step(-b, at_zero=at_zero)

    for at in (np.zeros(1), np.zeros(3), np.array([0.0, 1.0, -2.0])):
        for seed in range(10):
            result = check(lambda b: np.sum(relu(b) - relu(-b)), gradient, at, options=Options(seed=seed))
            assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, Reason.KINK)
            assert result.nearby is not None and result.nearby.verdict is Verdict.AGREE
            wrong = check(
                lambda b: np.sum(relu(b) - relu(-b)), lambda b: 2 * gradient(b), at, options=Options(seed=seed)
            )
            assert wrong.verdict is Verdict.DISAGREE


@pytest.mark.parametrize("at_zero", [0.0, 0.5, 1.0])
def test_two_parameters_at_kinks_that_hide_each_other_are_no_disagreement(at_zero: float) -> None:
    def gradient(b: Any) -> Any:
        return step(b, at_zero=at_zero) * np.array([1.0, -1.0])

    for seed in range(20):
        result = check(lambda b: relu(b[0]) - relu(b[1]), gradient, np.zeros(2), options=Options(seed=seed))
        assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, Reason.KINK)


def test_at_a_kink_there_is_nothing_to_confirm() -> None:
    problem, setting = setting_of(lambda b: np.sum(relu(b)), lambda b: 0.3 + 0.0 * b, np.zeros(3), Options(seed=1))
    for seed in range(10):
        found = confirm(setting, None, problem.layout.leaves[0], np.random.default_rng(seed))
        assert (found.is_confirmed, found.reason) == (False, Reason.KINK)


# --- just beside a kink ---


@pytest.mark.parametrize("distance", [1e-2, 1e-4, 1e-6, 1e-7])
def test_just_beside_a_kink_a_claim_of_the_other_side_is_wrong(distance: float) -> None:
    at = np.array([distance, 1.0, -1.0])
    for seed in range(10):
        options = Options(seed=seed)
        right = check(lambda b: np.sum(relu(b)), lambda b: step(b, at_zero=0.0), at, options=options)
        assert right.verdict is Verdict.AGREE
        wrong = check(lambda b: np.sum(relu(b)), lambda b: step(b - 2 * distance, at_zero=0.0), at, options=options)
        assert wrong.verdict is Verdict.DISAGREE


@pytest.mark.parametrize("distance", [1e-9, 1e-11, 1e-13, 1e-15])
def test_nearer_still_it_is_never_agreed_upon(distance: float) -> None:
    at = np.array([distance, 1.0, -1.0])
    for seed in range(10):
        options = Options(seed=seed)
        right = check(lambda b: np.sum(relu(b)), lambda b: step(b, at_zero=0.0), at, options=options)
        assert right.verdict is not Verdict.DISAGREE
        wrong = check(lambda b: np.sum(relu(b)), lambda b: step(b - 2 * distance, at_zero=0.0), at, options=options)
        assert wrong.verdict is not Verdict.AGREE


# --- components of very different scale ---


@pytest.mark.parametrize("decades", range(2, 9))
@pytest.mark.parametrize("sign", [1, -1])
def test_components_of_very_different_scale_are_no_disagreement(decades: int, sign: int) -> None:
    for seed in range(12):
        generator = np.random.default_rng([seed, decades])
        k = 10.0 ** (sign * decades * np.linspace(0.0, 1.0, int(generator.integers(2, 7))))
        at = generator.uniform(0.3, 1.5, k.size) / k
        cost = lambda p, k=k: np.sum(np.tanh(k * p))  # noqa: E731
        gradient = lambda p, k=k: k * (1.0 - np.tanh(k * p) ** 2)  # noqa: E731
        assert check(cost, gradient, at, options=Options(seed=seed)).verdict is not Verdict.DISAGREE
        wrong = check(cost, lambda p, g=gradient: 1.5 * g(p), at, options=Options(seed=seed))
        assert wrong.verdict is not Verdict.AGREE


WAVES: list[tuple[Callable[[Any], Any], Callable[[Any], Any]]] = [
    (lambda w: np.sum(np.sin(8e6 * w)), lambda w: 8e6 * np.cos(8e6 * w)),
    (lambda w: np.sum(w + 3e-10 * np.sin(9e6 * w)), lambda w: 1.0 + 2.7e-3 * np.cos(9e6 * w)),
    (lambda w: np.sum(w + 1e-5 * np.sin(1e5 * w)), lambda w: 1.0 + np.cos(1e5 * w)),
]


@pytest.mark.parametrize(("cost", "gradient"), WAVES)
def test_waves_that_look_like_noise_are_looked_at_below_it(cost: Any, gradient: Any) -> None:
    for seed in range(10):
        at = np.random.default_rng(seed).uniform(-1.5, 1.5, 1 + seed % 4)
        assert check(cost, gradient, at, options=Options(seed=seed)).verdict is Verdict.AGREE
        wrong = check(cost, lambda w: 1.5 * gradient(w), at, options=Options(seed=seed))
        assert wrong.verdict is not Verdict.AGREE


@pytest.mark.parametrize("width", [1e-4, 1e-6, 1e-8])
def test_a_slope_that_only_the_finest_steps_see_is_looked_for_at_them(width: float) -> None:
    """All steps of a ladder see the slope 1, and the points next to the point see 2."""

    def cost(w: Any) -> Any:
        return np.sum(w + width * np.tanh((w - 0.7) / width))

    def gradient(w: Any) -> Any:
        return 1.0 + 1.0 / np.cosh(np.clip((w - 0.7) / width, -300, 300)) ** 2

    for seed in range(10):
        at = np.full(1 + seed % 3, 0.7)
        assert check(cost, gradient, at, options=Options(seed=seed)).verdict is Verdict.AGREE
        wrong = check(cost, lambda w: 1.5 * gradient(w), at, options=Options(seed=seed))
        assert wrong.verdict is not Verdict.AGREE


def test_noise_with_no_slope_at_all_still_refutes() -> None:
    def noisy(w: Any) -> float:
        seed = int(np.asarray(w).view(np.uint64).sum(dtype=np.uint64))
        return float(np.exp(w[0]) + 1e-6 * np.random.default_rng(seed).standard_normal())

    for seed in range(30):
        result = check(noisy, lambda w: 3 * np.exp(w), np.array([1.0]), options=Options(seed=seed))
        assert result.verdict is Verdict.DISAGREE
        assert result.blocks[0].arbiter is Arbiter.DIFFERENCES


def test_a_disagreement_stands_at_the_point_given_and_not_only_beside_it() -> None:
    result = check(wave, lambda w: 1.01 * wave_gradient(w), WAVE_AT, options=Options(seed=1))
    assert [block.status for block in result.blocks] == [Status.DISAGREE]
    assert result.nearby is None
    assert {component.index for component in result.wrong} == {(0,), (1,), (2,)}
