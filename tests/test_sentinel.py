"""A cost one part of which is rounded more coarsely than the whole: no wrong gradient agrees, no right one disagrees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gradcheck.checks.gradient import check
from gradcheck.checks.options import Options
from gradcheck.checks.sentinel import CURVED, FAR, NEAREST
from gradcheck.differences.ladder import first_step
from gradcheck.differences.rungs import RATIO
from gradcheck.results import Verdict
from tests.calibration_for_tests import known_networks

EPS = float(np.finfo(np.float64).eps)
X = np.random.default_rng(0).standard_normal((50, 5))
Y = X @ np.random.default_rng(1).standard_normal(5)
W = np.random.default_rng(2).standard_normal(5)


def verdicts(cost: Any, gradient: Any, at: Any, checks: int = 6) -> Counter[Verdict]:
    return Counter(check(cost, gradient, at, options=Options(seed=seed)).verdict for seed in range(checks))


def pendulum(z: Any) -> Any:
    return 0.5 * z[1] ** 2 + (1.0 - np.cos(z[0]))


def in_dtype(dtype: Any) -> Callable[[Any], float]:
    """A least-squares loss computed in a short dtype, and a regulariser in float64 beside it."""
    x, y = X.astype(dtype), Y.astype(dtype)
    return lambda w: float(np.mean((x @ w.astype(dtype) - y) ** 2)) + 0.1 * float(np.sum(np.cosh(w)))


def whole(w: Any) -> Any:
    return 2.0 * X.T @ (X @ w - Y) / len(Y) + 0.1 * np.sinh(w)


def regulariser(w: Any) -> Any:
    return 0.1 * np.sinh(w)


# --- its constants ---


def test_the_usual_ladder_reaches_far_enough_for_its_bend_to_be_continued() -> None:
    assert first_step(EPS) * RATIO**2 >= NEAREST


def test_the_next_term_of_a_smooth_cost_is_the_fifth_derivative() -> None:
    quotient = (np.exp(FAR) - np.exp(-FAR)) / (2.0 * FAR)
    assert abs(quotient - 1.0 - FAR**2 / 6.0) == pytest.approx(CURVED, rel=1e-2)


# --- steps as fine as rounding ---


@pytest.mark.parametrize("size", [1e-3, 1e-4])
def test_a_part_that_hardly_moves_beside_one(size: float) -> None:
    at = size * np.array([1.0, -0.7])
    right, wrong = lambda z: np.array([np.sin(z[0]), z[1]]), lambda z: np.array([0.0, z[1]])
    assert set(verdicts(pendulum, right, at)) == {Verdict.AGREE}
    assert set(verdicts(pendulum, wrong, at)) == {Verdict.DISAGREE}


def test_a_loss_in_single_precision_beside_a_regulariser_in_double() -> None:
    cost = in_dtype(np.float32)
    assert set(verdicts(cost, whole, W)) == {Verdict.AGREE}
    assert set(verdicts(cost, regulariser, W)) == {Verdict.DISAGREE}


# --- steps that someone may have made ---


def test_a_loss_in_half_precision_is_left_open() -> None:
    cost = in_dtype(np.float16)
    assert Verdict.DISAGREE not in verdicts(cost, whole, W)
    assert Verdict.AGREE not in verdicts(cost, regulariser, W)


def test_a_part_that_moves_by_a_few_thousand_steps_is_left_open() -> None:
    at = 1e-6 * np.array([1.0, -0.7])
    assert Verdict.DISAGREE not in verdicts(pendulum, lambda z: np.array([np.sin(z[0]), z[1]]), at)
    assert verdicts(pendulum, lambda z: np.array([0.0, z[1]]), at)[Verdict.AGREE] <= 1


@pytest.mark.parametrize("digits", [2, 3, 4])
def test_the_slope_between_the_steps_of_a_quantiser_is_not_refuted(digits: int) -> None:
    cost = lambda w: float(np.sum(w**2) + 0.3 * np.sum(np.round(w, digits)))  # noqa: E731
    assert Verdict.DISAGREE not in verdicts(cost, lambda w: 2.0 * w, np.array([0.313, 0.728, -1.137]))


def test_one_step_far_away_does_not_matter() -> None:
    cost = lambda w: float(np.sum(w**2) + 0.3 * (w[0] > 0.33))  # noqa: E731
    at = np.array([0.313, 0.728, -1.137])
    assert set(verdicts(cost, lambda w: 2.0 * w, at)) == {Verdict.AGREE}
    assert set(verdicts(cost, lambda w: 2.001 * w, at)) == {Verdict.DISAGREE}


# --- what it costs where nothing is amiss ---


def test_ordinary_networks_pay_two_passes_or_four() -> None:
    passes = [check_of(known) for known in known_networks(30, seed=5)]
    assert float(np.median(passes)) <= 28.0


def check_of(known: Any) -> int:
    subject = known.subject
    result = check(subject.cost, subject.gradient, subject.at, options=Options(seed=1))
    assert result.verdict is Verdict.AGREE
    return int(result.forward_passes)


def test_kinks_far_away_are_told_from_a_part_that_stands_still_by_one_look_more() -> None:
    """Thirty kinks within the sentinel's step, and none within a ladder's: each look takes two passes."""
    kinks = np.random.default_rng(3).uniform(0.01, 0.1, 30) * np.random.default_rng(4).choice([-1.0, 1.0], 30)

    def cost(w: Any) -> Any:
        return np.exp(w) + 0.05 * np.sum(np.abs(w - 1.0 - kinks))

    def gradient(w: Any) -> Any:
        return np.exp(w) + 0.05 * np.sum(np.sign(w - 1.0 - kinks))

    def smooth(w: Any) -> Any:
        return np.exp(w) + 0.05 * np.sum(kinks) * w

    with_kinks = check(cost, gradient, 1.0, options=Options(seed=0))
    without = check(smooth, lambda w: np.exp(w) + 0.05 * np.sum(kinks), 1.0, options=Options(seed=0))
    assert with_kinks.verdict is without.verdict is Verdict.AGREE
    assert with_kinks.forward_passes <= without.forward_passes + 2
