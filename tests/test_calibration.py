"""Calibration on random networks: stated errors hold, right gradients agree, planted errors above the limit are seen."""

from __future__ import annotations

import dataclasses

import numpy as np
import optree
import pytest
from scipy.special import ndtr

from gradcheck.checks.gradient import check_gradient
from gradcheck.checks.measuring import NOISE_SAFETY, SAFETY
from gradcheck.checks.options import Locate, Options
from gradcheck.results import Reason, Status, Verdict
from tests.calibration_for_tests import error_ratios, judge_planted, judge_right, known_networks, noisy

NETWORKS = 300


def test_backprop_and_the_complex_step_are_one_gradient() -> None:
    for known in known_networks(20, seed=7):
        claimed = known.subject.gradient(known.subject.at)
        for part in ("b", "w"):
            for one, other in zip(claimed[part], known.by_complex_step[part], strict=True):
                # A few hundred roundings at most: sums of 8 products, 4 layers deep.
                assert np.max(np.abs(one - other)) <= 1e-13 * np.max(np.abs(other))


def test_the_true_error_stays_below_the_stated_one() -> None:
    ratios = np.array(
        [ratio for i, known in enumerate(known_networks(100, seed=1)) for ratio in error_ratios(known, i)]
    )
    assert len(ratios) > 400
    assert np.max(ratios) <= 1.5 < SAFETY
    # A truncation error taken as the distance from the next smaller step leaves out 1/81 of itself, and more where h**6 counts.
    assert np.mean(ratios > 82 / 81) <= 0.02
    assert np.median(ratios) > 1e-4  # stated errors that are far too wide prove as little


def test_right_gradients_agree() -> None:
    results = [judge_right(known, i) for i, known in enumerate(known_networks(NETWORKS, seed=2))]
    found = [result.verdict for result in results]
    assert found.count(Verdict.DISAGREE) == 0
    assert found.count(Verdict.INCONCLUSIVE) <= NETWORKS // 100
    assert np.median([result.forward_passes for result in results]) < 100


def test_a_normal_error_passes_the_noise_taken_once_in_16_000() -> None:
    assert 2.0 * ndtr(-NOISE_SAFETY) == pytest.approx(1 / 16_000, rel=0.02)


@pytest.mark.parametrize("noise", [1e-12, 1e-9, 1e-6])
def test_under_true_noise_right_gradients_are_never_called_wrong(noise: float) -> None:
    """Of the 1,200 and more evaluations that decide here one or none is off by more than the noise taken."""
    agreed = 0
    for seed, known in enumerate(known_networks(60, seed=4)):
        subject = dataclasses.replace(known.subject, cost=noisy(known.subject.cost, noise))
        result = check_gradient(subject, Options(seed=seed, locate=Locate.NEVER))
        assert result.verdict is Verdict.AGREE or result.reason in (Reason.NOISE, Reason.TRUNCATION)
        agreed += result.verdict is Verdict.AGREE
        doubled = lambda p, g=known.subject.gradient: optree.tree_map(lambda leaf: 2.0 * leaf, g(p))  # noqa: E731
        wrong = check_gradient(dataclasses.replace(subject, gradient=doubled), Options(seed=seed, locate=Locate.NEVER))
        assert wrong.verdict is not Verdict.AGREE
    assert agreed >= (50 if noise < 1e-7 else 5)


def test_planted_errors_above_the_stated_limit_disagree() -> None:
    planted = [judge_planted(known, i) for i, known in enumerate(known_networks(NETWORKS, seed=3))]
    above = [one for one in planted if one.limit is not None and one.relative > one.limit]
    assert len(above) > NETWORKS // 2
    assert [one for one in above if one.status is not Status.DISAGREE or one.verdict is not Verdict.DISAGREE] == []


@pytest.mark.parametrize("seed", range(3))
def test_one_right_gradient_under_many_seeds(seed: int) -> None:
    (known,) = known_networks(1, seed=100 + seed)
    assert {judge_right(known, i).verdict for i in range(30)} == {Verdict.AGREE}
