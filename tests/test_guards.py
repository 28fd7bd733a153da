"""Calls into the user's code: its exceptions are its own, its points outside the domain are no errors, its returns are looked at."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np
import pytest

from gradcheck.checks.gradient import check
from gradcheck.checks.guards import as_cost, call_user, cost_at_probe
from gradcheck.errors import BudgetExceeded, UsageError, UserCodeError
from gradcheck.results import Reason, Verdict
from tests.problems_for_tests import SEED, WAVE_AT, wave, wave_gradient


def raising(error: BaseException) -> Callable[..., NoReturn]:
    """Return a function that raises."""

    def function(*_: Any) -> NoReturn:
        raise error

    return function


def beside(error: BaseException) -> Callable[[Any], float]:
    """Return the wave, which raises everywhere but at WAVE_AT."""

    def cost(w: Any) -> float:
        if not np.array_equal(w, WAVE_AT):
            raise error
        return wave(w)

    return cost


# --- one number ---


@pytest.mark.parametrize("value", [2, 2.0, np.float32(2), np.array(2.0), np.array([[2.0]]), [2.0], np.int8(2)])
def test_one_real_number_in_any_clothes_is_a_cost(value: Any) -> None:
    cost = as_cost(value)
    assert cost == 2.0 and type(cost) is float


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        (None, "None of dtype object"),
        ("3", "'3' of dtype <U1"),
        (1j, "1j of dtype complex128"),
        (np.ones(3), "an array of shape (3,)"),
        (np.zeros((0, 2)), "an array of shape (0, 2)"),
        ([[1.0], [1.0, 2.0]], "a list of no shape"),
        ({"loss": 1.0}, "{'loss': 1.0} of dtype object"),
        ((1.0, np.ones(2)), "a tuple of no shape"),
    ],
)
def test_a_cost_that_is_no_real_number_is_shown(value: Any, seen: str) -> None:
    for judge in (lambda: as_cost(value), lambda: check(lambda _: value, wave_gradient, WAVE_AT, options=SEED)):
        with pytest.raises(UsageError) as raised:
            judge()
        assert str(raised.value).startswith(f"the cost returned {seen}: one real number is required")


# --- at the point ---


@pytest.mark.parametrize(
    "error", [ZeroDivisionError("division by zero"), ValueError("bad"), KeyError("w"), RuntimeWarning("overflow")]
)
def test_what_raises_at_the_point_is_the_users_error_with_its_cause(error: Exception) -> None:
    for what, pair in (("cost", (raising(error), wave_gradient)), ("gradient", (wave, raising(error)))):
        with pytest.raises(UserCodeError, match=f"the {what} raised {type(error).__name__}") as raised:
            check(*pair, WAVE_AT, options=SEED)
        assert raised.value.__cause__ is error


def test_warnings_turned_into_errors_at_the_point_are_the_users_business() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserCodeError, match="RuntimeWarning"):
            call_user("the cost", lambda w: np.log(w), np.float64(0.0))


def test_an_interrupt_from_the_keyboard_passes_through() -> None:
    error = KeyboardInterrupt()
    for cost, gradient in ((raising(error), wave_gradient), (wave, raising(error)), (beside(error), wave_gradient)):
        with pytest.raises(KeyboardInterrupt) as raised:
            check(cost, gradient, WAVE_AT, options=SEED)
        assert raised.value is error


@pytest.mark.parametrize("error", [SystemExit(0), SystemExit(1), GeneratorExit()])
def test_an_exit_within_the_users_code_is_its_error_and_no_verdict(error: BaseException) -> None:
    for cost, gradient in ((raising(error), wave_gradient), (wave, raising(error)), (beside(error), wave_gradient)):
        with pytest.raises(UserCodeError, match=type(error).__name__) as raised:
            check(cost, gradient, WAVE_AT, options=SEED)
        assert raised.value.__cause__ is error


class Mute(Exception):
    """An exception that cannot say what it is."""

    def __str__(self) -> str:
        raise ZeroDivisionError


def test_an_exception_that_cannot_be_printed_is_told_by_its_name() -> None:
    with pytest.raises(UserCodeError, match=r"the cost raised Mute$"):
        check(raising(Mute()), wave_gradient, WAVE_AT, options=SEED)


def test_settings_that_the_users_code_makes_for_floating_point_end_with_it() -> None:
    def cost(w: Any) -> Any:
        np.seterr(all="raise")
        return wave(w)

    before = np.geterr()
    assert check(cost, wave_gradient, WAVE_AT, options=SEED).verdict is Verdict.AGREE
    assert np.geterr() == before


def test_our_own_errors_are_not_wrapped() -> None:
    for error in (UsageError("usage"), BudgetExceeded("budget")):
        with pytest.raises(type(error)) as raised:
            call_user("the cost", raising(error))
        assert raised.value is error
        with pytest.raises(type(error)):
            cost_at_probe(raising(error), WAVE_AT)


# --- at points of ours ---


@pytest.mark.parametrize(
    "error",
    [
        ZeroDivisionError(),
        FloatingPointError(),
        OverflowError(),
        ValueError(),
        AssertionError("p < 0.5"),
        RuntimeError("did not converge"),
        RuntimeWarning(),
        UserWarning(),
    ],
)
def test_what_these_say_beside_the_point_is_outside_the_domain(error: Exception) -> None:
    assert np.isnan(cost_at_probe(raising(error), WAVE_AT).value)
    result = check(beside(error), wave_gradient, WAVE_AT, options=SEED)
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, Reason.DOMAIN)


@pytest.mark.parametrize(
    "error", [KeyError("w"), TypeError("no"), IndexError("2"), AttributeError("z"), NameError("x")]
)
def test_other_errors_beside_the_point_are_the_users(error: Exception) -> None:
    with pytest.raises(UserCodeError, match=f"the cost raised {type(error).__name__}.*, beside the point") as raised:
        check(beside(error), wave_gradient, WAVE_AT, options=SEED)
    assert raised.value.__cause__ is error


def test_probes_are_silent_and_leave_the_settings_as_they_were() -> None:
    before = np.geterr()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert cost_at_probe(lambda w: np.log(w), np.float64(0.0)).value == -np.inf
        assert cost_at_probe(lambda w: warnings.warn("deprecated", stacklevel=1) or 2.0, np.float64(0.0)).value == 2.0
    assert np.geterr() == before


def test_a_program_that_raises_on_nan_within_its_own_errstate_is_measured_where_it_works() -> None:
    def strict(w: Any) -> Any:
        with np.errstate(all="raise"):
            return np.log(w)

    assert check(strict, lambda w: 1 / w, 1e-3, options=SEED).verdict is Verdict.AGREE
    assert check(strict, lambda w: 1.001 / w, 1e-3, options=SEED).verdict is Verdict.DISAGREE
