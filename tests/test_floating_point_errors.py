"""Floating-point errors and warnings that the caller turned into exceptions: the user's at the point, outside the domain elsewhere."""

from __future__ import annotations

import contextlib
import itertools
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from gradcheck.checks.claims import read_claim
from gradcheck.checks.gradient import check
from gradcheck.checks.options import Options
from gradcheck.checks.preflight import preflight
from gradcheck.checks.problem import Problem
from gradcheck.errors import UserCodeError
from gradcheck.parameters import lay_out
from gradcheck.results import FaultKind, Verdict
from gradcheck.subjects.protocol import GivenGradient, GradientSubject
from tests.problems_for_tests import SEED, WAVE_AT, wave, wave_gradient


@contextlib.contextmanager
def warnings_as_errors() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@contextlib.contextmanager
def everything_strict() -> Iterator[None]:
    with warnings_as_errors(), np.errstate(all="raise"):
        yield


STRICT: list[Callable[[], Any]] = [lambda: np.errstate(all="raise"), warnings_as_errors, everything_strict]


def log_cost(w: Any) -> Any:
    return np.sum(np.log(w))


def log_gradient(w: Any) -> Any:
    return 1.0 / w


@pytest.mark.parametrize("strict", STRICT)
@pytest.mark.parametrize(
    ("cost", "gradient", "at"),
    [
        (wave, wave_gradient, WAVE_AT),
        (log_cost, log_gradient, np.array([1e-3, 2.0])),
        (lambda w: float(np.sum(np.exp(w))), np.exp, np.array([700.0, -700.0])),
        (lambda w: np.sum(w**2), lambda w: 2 * w, np.array([1e-3, 2e-3], dtype=np.float32)),
        (lambda w: np.sum(np.sqrt(w - 1)), lambda w: 0.5 / np.sqrt(w - 1), np.array([1.001, 2.0])),
    ],
)
def test_a_right_gradient_is_not_refused_and_a_wrong_one_not_accepted(
    strict: Callable[[], Any], cost: Any, gradient: Any, at: Any
) -> None:
    with strict():
        before = np.geterr(), list(warnings.filters)
        right = check(cost, gradient, at, options=SEED)
        wrong = check(cost, lambda w: at.dtype.type(1.5) * gradient(w), at, options=SEED)
        assert (np.geterr(), list(warnings.filters)) == before
    assert right.verdict is not Verdict.DISAGREE
    assert right.verdict is check(cost, gradient, at, options=SEED).verdict
    assert wrong.verdict is not Verdict.AGREE


@pytest.mark.parametrize("strict", STRICT)
def test_preflight_is_the_same_and_its_own_arithmetic_is_not_the_users_error(strict: Callable[[], Any]) -> None:
    """Subnormal parameters, claims and costs at the ends of the range: everything of ours under- or overflows somewhere."""
    for scale, slope in ((1e-310, 1e-310), (1e300, 1e307), (1e-160, 1.7e308)):
        at = {"a": np.full(3, scale), "b": np.full(2, np.float32(1e-38))}

        def gradient(p: Any, slope: float = slope) -> Any:
            return {"a": np.full(3, slope), "b": np.full(2, 1e-44, np.float32)}

        def look(gradient: Any = gradient, at: Any = at) -> tuple[Any, ...]:
            subject = GradientSubject("g", lambda p: 1e300 + 0.0 * float(p["a"][0] > 0), gradient, at)
            found = preflight(Problem(subject, Options()), np.random.default_rng(0))
            return found.centre, found.reason, found.faults, found.notes, found.gradient_noise.tobytes()

        loose, value = look(), look(GivenGradient(gradient(None)))
        with strict():
            assert look() == loose
            assert look(GivenGradient(gradient(None))) == value


@pytest.mark.parametrize("strict", STRICT)
def test_a_gradient_that_jumps_over_the_whole_range_is_a_fault_and_no_error(strict: Callable[[], Any]) -> None:
    answers = itertools.cycle([1.7e308, -1.7e308, 1.6e308])
    subject = GradientSubject("g", wave, lambda w: np.full(3, next(answers)), WAVE_AT)
    with strict():
        (fault,) = preflight(Problem(subject, Options()), np.random.default_rng(0)).faults
    assert fault.kind is FaultKind.NONDETERMINISTIC


@pytest.mark.parametrize("what", ["cost", "gradient"])
@pytest.mark.parametrize(
    ("strict", "name"),
    [(STRICT[0], "FloatingPointError"), (STRICT[1], "RuntimeWarning"), (STRICT[2], "FloatingPointError")],
)
def test_at_the_point_given_it_is_reported_with_its_name(what: str, strict: Callable[[], Any], name: str) -> None:
    def dividing(w: Any) -> Any:
        return wave_gradient(w) + np.float64(1.0) / np.float64(0.0) * 0.0 if what == "gradient" else np.log(w[0] - 1.0)

    cost, gradient = (dividing, wave_gradient) if what == "cost" else (wave, dividing)
    with strict(), pytest.raises(UserCodeError, match=f"^the {what} raised {name}: divide by zero"):
        check(cost, gradient, WAVE_AT, options=SEED)


@pytest.mark.parametrize("what", ["cost", "gradient"])
def test_within_the_users_own_errstate_it_is_reported_at_the_point_alone(what: str) -> None:
    def strictly(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def inside(w: Any) -> Any:
            with np.errstate(all="raise"):
                return function(w)

        return inside

    cost, gradient = (strictly(log_cost), log_gradient) if what == "cost" else (log_cost, strictly(log_gradient))
    assert check(cost, gradient, np.array([1e-3, 2.0]), options=SEED).verdict is Verdict.AGREE
    assert check(cost, lambda w: 1.01 * gradient(w), np.array([1e-3, 2.0]), options=SEED).verdict is Verdict.DISAGREE
    if what == "cost":
        with pytest.raises(UserCodeError, match="the cost raised FloatingPointError: divide by zero"):
            check(cost, gradient, np.array([0.0, 2.0]), options=SEED)
    else:
        with pytest.raises(UserCodeError, match="the gradient raised FloatingPointError: divide by zero"):
            check(wave, gradient, np.array([0.0, 2.0]), options=SEED)


@pytest.mark.parametrize("what", ["cost", "gradient"])
def test_warnings_elsewhere_are_silent_and_the_one_at_the_point_is_the_users_to_hear(what: str) -> None:
    def loud(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def warning(w: Any) -> Any:
            warnings.warn("here" if np.array_equal(w, WAVE_AT) else "elsewhere", UserWarning, stacklevel=2)
            return function(w)

        return warning

    cost, gradient = (loud(wave), wave_gradient) if what == "cost" else (wave, loud(wave_gradient))
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        check(cost, gradient, WAVE_AT, options=SEED)
    assert {str(one.message) for one in heard} == {"here"}


@pytest.mark.skipif(np.finfo(np.longdouble).max == np.finfo(float).max, reason="long double is double here")
@pytest.mark.parametrize("strict", STRICT)
def test_a_claim_that_float64_cannot_hold_is_no_error_of_ours(strict: Callable[[], Any]) -> None:
    tiny = np.full(3, np.longdouble("1e-4000"))
    with strict():
        claim = read_claim(lay_out(WAVE_AT), tiny)
    assert claim.faults == () and claim.vector is not None and not np.any(claim.vector)
