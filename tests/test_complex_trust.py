"""The complex step decides nothing where an imaginary part that only some terms keep may be all it sees."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from gradcheck.checks.complex_trust import NUDGES, is_steady
from gradcheck.checks.gradient import check
from gradcheck.checks.measuring import Measurement, prepare
from gradcheck.checks.options import Options
from gradcheck.checks.preflight import preflight
from gradcheck.checks.problem import Problem
from gradcheck.differences.complex_step import COMPLEX_STEP
from gradcheck.differences.estimates import LadderEstimate
from gradcheck.results import Arbiter, Verdict
from gradcheck.subjects.protocol import GradientSubject

SQUARE = np.random.default_rng(0).standard_normal((5, 5))
SQUARE = SQUARE @ SQUARE.T
AT = {"a": np.array(1.3), "w": np.random.default_rng(1).standard_normal(5)}


def matrix(w: Any) -> Any:
    return SQUARE + np.diag(np.exp(w))


def verdicts(offset: float, share: float) -> Counter[Verdict]:
    """Judge a log-determinant, of which numpy's function drops the imaginary part, beside a term that keeps it."""

    def cost(p: Any) -> Any:
        return offset * p["a"] ** 2 + np.linalg.slogdet(matrix(p["w"]))[1] + 0.05 * np.sum(p["w"] ** 2)

    def gradient(p: Any) -> Any:
        determinant = np.diag(np.linalg.inv(matrix(p["w"]))) * np.exp(p["w"])
        return {"a": 2.0 * offset * p["a"], "w": share * determinant + 0.1 * p["w"]}

    return Counter(check(cost, gradient, AT, options=Options(seed=seed)).verdict for seed in range(6))


@pytest.mark.parametrize("offset", [1e11, 1e12, 1e14])
def test_a_right_gradient_is_not_refuted_by_a_part_of_the_slope(offset: float) -> None:
    assert Verdict.DISAGREE not in verdicts(offset, 1.0)


@pytest.mark.parametrize("offset", [1e11, 1e12, 1e14])
def test_a_gradient_of_that_part_alone_does_not_agree(offset: float) -> None:
    assert Verdict.AGREE not in verdicts(offset, 0.0)


def test_a_complex_slope_that_differences_bear_out_still_decides() -> None:
    result = check(lambda w: 1e12 + np.exp(w), np.exp, 0.5)
    assert result.verdict is Verdict.AGREE and result.blocks[0].arbiter is Arbiter.COMPLEX_STEP


def test_what_a_last_digit_changes_is_rounding() -> None:
    def constant(x: Any) -> Any:
        e = np.exp(x - 828372.0)
        return 1.1e5 * np.sum(e / np.sum(e))

    at = np.array([828372.3055713, 828373.23902258, 828371.87436971])
    problem = Problem(GradientSubject("constant", constant, lambda x: 0.0 * x, at), Options(seed=1))
    setting = prepare(problem, preflight(problem, np.random.default_rng(0)), np.random.default_rng(1))
    draws = np.random.default_rng(3).standard_normal((20, 3)) * at
    values = [problem.probe_complex(at + 1j * COMPLEX_STEP * direction) for direction in draws]
    slopes = [0.0 if value is None else value.imag / COMPLEX_STEP for value in values]
    largest = int(np.argmax(np.abs(slopes)))
    assert slopes[largest] != 0.0
    estimate = LadderEstimate(slopes[largest], 0.0, 0.0, COMPLEX_STEP, 0.0, 0.0, 0)
    seen = Measurement(0.0, estimate, 0.0, draws[largest])
    passes = problem.forward_passes
    assert not is_steady(setting, [seen])
    assert problem.forward_passes == passes + NUDGES


def test_rounding_of_a_true_zero_is_no_disagreement() -> None:
    def softmax(z: Any) -> Any:
        e = np.exp(z - np.max(np.real(z)))
        return e / np.sum(e)

    def cost(p: Any) -> Any:
        return 1.1e5 * np.sum(softmax(p[0] - 828372.4)) + 1.1e5 * np.sum(np.exp(-0.3 * (p[1] - 51.0) ** 2))

    def gradient(p: Any) -> Any:
        y = p[1] - 51.0
        return [0.0 * p[0], -0.6 * 1.1e5 * y * np.exp(-0.3 * y**2)]

    at = [np.array([828372.3055713, 828373.23902258, 828371.87436971]), np.array([51.41, 52.21, 49.42])]
    found = [check(cost, gradient, at, options=Options(seed=seed)).verdict for seed in range(8)]
    assert Verdict.DISAGREE not in found
