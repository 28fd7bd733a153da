"""check_sigma: sigma' of z, sigma' of a, and where a wrong one is wrong, in numbers of sigma' itself."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest

from gradcheck.checks.options import Locate, Options
from gradcheck.checks.sigma import check_sigma
from gradcheck.errors import UserCodeError
from gradcheck.results import CheckResult, FaultKind, Verdict
from gradcheck.subjects.functions import SIGMA_POINTS, SigmaSubject
from tests.problems_for_tests import SEED, Counted


def sigmoid(z: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_prime(z: Any) -> Any:
    return sigmoid(z) * (1 - sigmoid(z))


def judged(sigma: Any, prime: Any, options: Options = SEED) -> CheckResult:
    return check_sigma(SigmaSubject("sigma_prime", sigma, prime), options)


PAIRS = [
    (sigmoid, sigmoid_prime),
    (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    (lambda z: np.maximum(z, 0.0), lambda z: np.where(z > 0, 1.0, 0.0)),
    (
        lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
        lambda z: np.where(z > 0, 1.0, np.exp(np.minimum(z, 0))),
    ),
    (np.logaddexp, None),
    (math.tanh, lambda z: 1 - math.tanh(z) ** 2),
    (lambda z: max(z, 0.0), lambda z: 1.0 if z > 0 else 0.0),
    (lambda z: z, lambda z: np.ones_like(z)),
]


@pytest.mark.parametrize(("sigma", "prime"), [pair for pair in PAIRS if pair[1] is not None])
def test_the_derivative_of_z_agrees_and_a_scaled_one_does_not(sigma: Any, prime: Any) -> None:
    right = judged(sigma, prime)
    assert right.verdict is Verdict.AGREE and right.parameters == SIGMA_POINTS and right.notes == ()
    assert judged(sigma, lambda z: 1.01 * prime(z)).verdict is Verdict.DISAGREE


@pytest.mark.parametrize(("sigma", "prime"), [(sigmoid, lambda a: a * (1 - a)), (np.tanh, lambda a: 1 - a**2)])
def test_the_derivative_of_a_agrees_and_is_said_to_be_one(sigma: Any, prime: Any) -> None:
    result = judged(sigma, prime)
    assert result.verdict is Verdict.AGREE
    assert result.notes == ("sigma_prime takes a = sigma(z), not z: call it with activations",)
    assert judged(sigma, lambda a: -prime(a)).verdict is Verdict.DISAGREE


@pytest.mark.parametrize(
    "wrong",
    [
        lambda z: sigmoid(z) * (1 + sigmoid(z)),
        lambda z: sigmoid(z),
        lambda z: sigmoid_prime(z) ** 2,
        lambda z: np.exp(-z) / (1 + np.exp(-z)),
        lambda z: sigmoid_prime(sigmoid(z)),  # sigma' of z taken at a
    ],
)
def test_a_wrong_derivative_is_told_in_numbers_of_its_own(wrong: Any) -> None:
    result = judged(sigmoid, wrong)
    assert result.verdict is Verdict.DISAGREE
    (found,) = result.diagnosis
    numbers = re.search(r"at z = (\S+) it says (\S+), differences give (\S+)$", found.sentence)
    assert numbers is not None and found.sentence.startswith("sigma_prime is not the derivative of sigmoid")
    z, says, give = map(float, numbers.groups())
    assert says == pytest.approx(float(wrong(z)), rel=1e-3)
    assert give == pytest.approx(float(sigmoid_prime(z)), rel=1e-3)


def test_faults_are_not_read_as_functions_of_a() -> None:
    result = judged(np.tanh, lambda z: np.where(z > 0, np.nan, 1 - np.tanh(z) ** 2))
    assert result.verdict is Verdict.DISAGREE and result.faults[0].kind is FaultKind.NAN
    assert result.gradient_calls == 2


def test_without_locating_there_is_a_verdict_and_no_numbers() -> None:
    result = judged(sigmoid, sigmoid, Options(seed=1, locate=Locate.NEVER))
    assert result.verdict is Verdict.DISAGREE and result.diagnosis == ()


def test_what_raises_is_the_users() -> None:
    def missing(z: Any) -> Any:
        raise KeyError("z")

    with pytest.raises(UserCodeError, match="KeyError"):
        judged(np.tanh, missing)


@pytest.mark.parametrize("budget", [1, 10, 20, 40, 100])
def test_a_budget_is_kept_over_both_readings(budget: int) -> None:
    sigma = Counted(np.tanh)
    result = judged(sigma, lambda z: 1 + np.tanh(z) ** 2, Options(seed=1, max_forward_passes=budget))
    assert result.forward_passes <= budget
    assert result.verdict is not Verdict.AGREE


def test_the_seed_reproduces_it_bit_for_bit() -> None:
    first, second = (judged(sigmoid, sigmoid, Options(seed=9)) for _ in range(2))
    assert repr(first.as_dict()) == repr(second.as_dict())
