"""A gap is looked at again: beside the noise of the claim itself, and along one sign where a direction leaves the domain."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gradcheck.checks.gradient import check
from gradcheck.checks.options import Options
from gradcheck.results import Status, Verdict

AT = np.array([0.3, -0.7, 1.1, 0.4])


@pytest.mark.parametrize("seed", range(5))
def test_a_gradient_computed_in_float32_agrees_to_its_digits_and_a_wrong_one_does_not(seed: int) -> None:
    def single(w: Any) -> Any:
        return np.cos(w.astype(np.float32)).astype(float)

    right = check(lambda w: np.sum(np.sin(w)), single, AT, options=Options(seed=seed))
    assert right.verdict is Verdict.AGREE and 4.0 < (right.blocks[0].digits or 0.0) < 7.5
    wrong = check(lambda w: np.sum(np.sin(w)), lambda w: single(w) * (1.0 + 1e-4), AT, options=Options(seed=seed))
    assert wrong.verdict is Verdict.DISAGREE


@pytest.mark.parametrize("seed", range(5))
def test_a_corner_of_the_domain_is_measured_along_directions_of_one_sign(seed: int) -> None:
    def cost(w: Any) -> Any:
        return np.sum(np.exp(w)) if np.all(w >= 0.0) else np.nan

    assert check(cost, np.exp, np.zeros(4), options=Options(seed=seed)).verdict is Verdict.AGREE
    wrong = check(cost, lambda w: np.exp(w) * np.array([1.0, 1.0, 1.01, 1.0]), np.zeros(4), options=Options(seed=seed))
    assert wrong.verdict is Verdict.DISAGREE


@pytest.mark.parametrize("seed", range(5))
def test_a_bias_before_a_normalisation_is_vacuous_and_a_wrong_one_is_seen(seed: int) -> None:
    generator = np.random.default_rng(seed)
    x, t = generator.normal(size=(8, 5)), generator.normal(size=(8, 3))

    def normalised(p: Any) -> Any:
        z = x @ p["w"] + p["b"]
        return (z - z.mean(0)) / np.sqrt(z.var(0) + 1e-5), np.sqrt(z.var(0) + 1e-5)

    def gradient(p: Any) -> Any:
        n, s = normalised(p)
        d = n - t
        dz = (d - d.mean(0) - n * (d * n).mean(0)) / s
        return {"w": x.T @ dz, "b": dz.sum(0)}

    def cost(p: Any) -> Any:
        return 0.5 * np.sum((normalised(p)[0] - t) ** 2)

    at = {"w": generator.normal(size=(5, 3)), "b": generator.normal(size=3)}
    right = check(cost, gradient, at, options=Options(seed=seed))
    assert right.verdict is Verdict.AGREE and right.blocks[0].status is Status.VACUOUS
    wrong = check(cost, lambda p: {**gradient(p), "b": np.full(3, 1e-9)}, at, options=Options(seed=seed))
    assert wrong.verdict is Verdict.DISAGREE
