"""Plain functions as subjects."""

from __future__ import annotations

import math
import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np
import pytest
import scipy.optimize

from gradcheck.checks.gradient import check_gradient
from gradcheck.errors import UsageError
from gradcheck.results import Verdict
from gradcheck.subjects.functions import (
    SIGMA_POINTS,
    SIGMA_RANGE,
    SigmaSubject,
    cost_and_gradient,
    elementwise,
    loss_and_gradient,
    sigma_gradient,
)
from gradcheck.subjects.protocol import GivenGradient, GradientSubject
from tests.problems_for_tests import SEED, Counted

A, Y = np.array([[1.0, 2.0], [3.0, -1.0]]), np.array([0.5, 0.25])
AT = np.array([0.3, -0.7])


def cost(w: Any, a: Any, y: Any) -> Any:
    return np.sum((a @ w - y) ** 2)


def gradient(w: Any, a: Any, y: Any) -> Any:
    return 2 * a.T @ (a @ w - y)


def test_data_goes_to_both_functions_after_the_parameters() -> None:
    right = cost_and_gradient("least squares", cost, gradient, AT, data=(A, Y))
    assert (right.cost(AT), right.passes_per_gradient) == (cost(AT, A, Y), 0)
    assert check_gradient(right, SEED).verdict is Verdict.AGREE
    wrong = cost_and_gradient("least squares", cost, lambda w, a, y: a.T @ (a @ w - y), AT, data=(A, Y))
    assert check_gradient(wrong, SEED).verdict is Verdict.DISAGREE


@pytest.mark.parametrize("container", [tuple, list])
def test_a_loss_and_gradient_function_serves_as_both_and_each_call_is_a_pass(container: Any) -> None:
    both = Counted(lambda w, a, y: container((cost(w, a, y), gradient(w, a, y))))
    subject = loss_and_gradient("both", both, AT, data=(A, Y))
    assert subject.passes_per_gradient == 1
    assert subject.cost(AT) == cost(AT, A, Y) and np.array_equal(subject.gradient(AT), gradient(AT, A, Y))
    assert both.calls == 2
    assert check_gradient(subject, SEED).verdict is Verdict.AGREE
    doubled = loss_and_gradient("both", lambda w: container((cost(w, A, Y), 2 * gradient(w, A, Y))), AT)
    assert check_gradient(doubled, SEED).verdict is Verdict.DISAGREE


@pytest.mark.parametrize(
    ("returned", "seen"),
    [(None, "None"), (1.5, "a float"), ((1.0, AT, AT), "3 values"), ([], "0 values"), (AT, "a ndarray")],
)
def test_anything_but_a_pair_is_misuse_and_shown(returned: Any, seen: str) -> None:
    subject = loss_and_gradient("f", lambda w: returned, AT)
    for call in (subject.cost, subject.gradient, lambda _: check_gradient(subject, SEED)):
        with pytest.raises(UsageError, match=rf"^f returned {seen}: a pair \(loss, gradient\) is required"):
            call(AT)


def test_a_sigma_is_asked_at_one_point_in_each_ninth_of_its_range() -> None:
    subject = sigma_gradient(SigmaSubject("p", np.tanh, np.cos), np.random.default_rng(0))
    edges = np.linspace(-SIGMA_RANGE, SIGMA_RANGE, SIGMA_POINTS + 1)
    assert np.array_equal(np.digitize(subject.at, edges), np.arange(1, SIGMA_POINTS + 1))
    weights = subject.gradient(subject.at) / np.cos(subject.at)
    assert np.all((weights >= 1.0) & (weights <= 2.0)) and len(np.unique(weights)) == SIGMA_POINTS
    assert subject.cost(subject.at) == pytest.approx(np.sum(weights * np.tanh(subject.at)))


def test_a_derivative_of_activations_is_called_with_them() -> None:
    subject = SigmaSubject("p", np.tanh, lambda a: 1 - a**2).of_activations()
    assert subject.sigma_prime(0.5) == 1 - math.tanh(0.5) ** 2


@pytest.mark.parametrize("function", [math.tanh, lambda z: z if z > 0 else 0.0, np.tanh, lambda z: float(np.tanh(z))])
def test_functions_of_one_number_are_called_number_by_number(function: Any) -> None:
    z = np.array([-0.5, 0.25, 2.0])
    values = elementwise(function, z)(z)
    assert np.array_equal(values, [function(float(number)) for number in z])


def test_a_function_of_an_array_that_returns_one_number_is_none_of_arrays() -> None:
    z = np.array([-0.5, 0.25, 2.0])
    assert np.array_equal(elementwise(lambda v: np.sum(v), z)(z), z)


def test_elementwise_functions_get_copies() -> None:
    z = np.array([1.0, 2.0])

    def mutating(v: Any) -> Any:
        v += 1
        return v

    assert np.array_equal(elementwise(mutating, z)(z), [2.0, 3.0])
    assert np.array_equal(z, [1.0, 2.0])


# --- what an executor of processes needs ---


def both(w: Any, a: Any, y: Any) -> tuple[Any, Any]:
    return cost(w, a, y), gradient(w, a, y)


def tanh_of_one_number(z: Any) -> float:
    return math.tanh(z)


def tanh_prime(z: Any) -> float:
    return 1.0 - math.tanh(z) ** 2


def tanh_prime_of_activation(a: Any) -> Any:
    return 1.0 - a * a


@pytest.mark.parametrize(
    "subject",
    [
        cost_and_gradient("least squares", cost, gradient, AT, data=(A, Y)),
        loss_and_gradient("both", both, AT, data=(A, Y)),
        sigma_gradient(SigmaSubject("p", tanh_of_one_number, tanh_prime), np.random.default_rng(0)),
        sigma_gradient(SigmaSubject("p", np.tanh, np.cos), np.random.default_rng(0)),
        sigma_gradient(SigmaSubject("p", np.tanh, tanh_prime_of_activation).of_activations(), np.random.default_rng(0)),
        GradientSubject("value", np.sin, GivenGradient(np.cos(AT)), AT),
    ],
)
def test_a_subject_of_functions_that_pickle_pickles(subject: GradientSubject) -> None:
    again = pickle.loads(pickle.dumps(subject))
    assert again.cost(subject.at) == pytest.approx(subject.cost(subject.at), rel=0, abs=0, nan_ok=True)
    assert np.array_equal(again.gradient(subject.at), subject.gradient(subject.at))


def test_a_process_of_its_own_evaluates_the_same_cost() -> None:
    """On functions of a library: a fresh process need not find this file under the name it has here."""
    subject = cost_and_gradient("rosenbrock", scipy.optimize.rosen, scipy.optimize.rosen_der, AT)
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert pool.submit(subject.cost, AT).result() == subject.cost(AT)


def test_the_users_own_cost_is_known_behind_the_wrapper() -> None:
    assert cost_and_gradient("least squares", cost, gradient, AT, data=(A, Y)).watched is cost
    assert loss_and_gradient("both", both, AT, data=(A, Y)).watched is None
    given = GradientSubject("value", np.sin, GivenGradient(np.cos(AT)), AT)
    assert given.gives_value_only
    assert not cost_and_gradient("least squares", cost, gradient, AT).gives_value_only
