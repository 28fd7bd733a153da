"""Parameters narrower than float64: judged in float64 where the code accepts it, else with the bar of their own dtype."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gradcheck.checks.gradient import JUDGED_IN_FEW_DIGITS, JUDGED_IN_FLOAT64, check
from gradcheck.checks.options import Options
from gradcheck.checks.precision import fault_of_rounding, is_narrow, promote
from gradcheck.checks.preflight import preflight
from gradcheck.checks.problem import Problem
from gradcheck.results import FaultKind, Reason, Verdict
from gradcheck.subjects.protocol import GradientSubject
from tests.problems_for_tests import Counted, network_case, spoiled

NARROW = [np.float32, np.float16]
AT = np.array([0.7, -0.3, 1.1])


def cost(w: Any) -> Any:
    return np.sum(w * np.sin(w))


def gradient(w: Any) -> Any:
    return np.sin(w) + w * np.cos(w)


def refusing(function: Callable[[Any], Any], dtype: Any) -> Callable[[Any], Any]:
    """Return a function that raises for any other dtype."""

    def strict(w: Any) -> Any:
        if w.dtype != dtype:
            raise TypeError(f"{w.dtype} is not {np.dtype(dtype)}")
        return function(w)

    return strict


def within(function: Callable[[Any], Any], dtype: Any) -> Callable[[Any], Any]:
    """Return a function that computes in one dtype whatever it is given."""
    return lambda w: function(w.astype(dtype))


@pytest.mark.parametrize("dtype", NARROW)
def test_code_that_takes_float64_is_judged_there_and_says_so(dtype: Any) -> None:
    for seed in range(5):
        case = network_case([4, 5, 3], np.random.default_rng(seed), dtype=dtype)
        counted = Counted(case.cost)
        right = check(counted, case.gradient, case.at, options=Options(seed=seed))
        assert right.verdict is Verdict.AGREE and JUDGED_IN_FLOAT64 in right.notes
        assert min(block.digits or 0.0 for block in right.blocks) > 7.3
        assert right.forward_passes == counted.calls
        wrong = spoiled(case.gradient, lambda g: g["w"].__setitem__(1, g["w"][1] * dtype(1.001)))
        assert check(case.cost, wrong, case.at, options=Options(seed=seed)).verdict is Verdict.DISAGREE


def test_code_that_refuses_float64_is_judged_in_float32_with_its_few_digits() -> None:
    for seed in range(10):
        strict = [refusing(function, np.float32) for function in (cost, gradient)]
        at = np.random.default_rng(seed).normal(size=4).astype(np.float32)
        right = check(*strict, at, options=Options(seed=seed))
        assert right.verdict is Verdict.AGREE and right.notes == ()
        assert right.blocks[0].digits is not None and 1.4 < right.blocks[0].digits < 7.3
        wrong = check(
            strict[0], refusing(lambda w: np.float32(1.5) * gradient(w), np.float32), at, options=Options(seed=seed)
        )
        assert wrong.verdict is Verdict.DISAGREE


def test_code_that_refuses_float64_in_float16_is_never_judged_wrongly() -> None:
    for seed in range(10):
        strict = [refusing(function, np.float16) for function in (cost, gradient)]
        at = np.random.default_rng(seed).normal(size=4).astype(np.float16)
        assert check(*strict, at, options=Options(seed=seed)).verdict is not Verdict.DISAGREE
        wrong = check(
            strict[0], refusing(lambda w: np.float16(3.0) * gradient(w), np.float16), at, options=Options(seed=seed)
        )
        assert wrong.verdict is not Verdict.AGREE


@pytest.mark.parametrize("dtype", NARROW)
@pytest.mark.parametrize("given", [np.float64, np.float32])
def test_code_that_computes_in_its_own_dtype_regardless_is_never_judged_wrongly(dtype: Any, given: Any) -> None:
    for seed in range(10):
        at = np.random.default_rng(seed).normal(size=4).astype(given)
        right = check(within(cost, dtype), within(gradient, dtype), at, options=Options(seed=seed))
        assert right.verdict is not Verdict.DISAGREE
        assert right.verdict is Verdict.AGREE or dtype is np.float16
        wrong = check(within(cost, dtype), within(lambda w: 3 * gradient(w), dtype), at, options=Options(seed=seed))
        assert wrong.verdict is not Verdict.AGREE
        assert wrong.verdict is Verdict.DISAGREE or dtype is np.float16


@pytest.mark.parametrize(("dtype", "z"), [(np.float32, 8.5), (np.float16, 4.0), (np.float16, 5.0)])
def test_a_gradient_that_cancels_in_its_own_dtype_is_named_and_not_agreed_upon(dtype: Any, z: float) -> None:
    at = np.array([z, -z, 0.98 * z]).astype(dtype)
    slope = lambda w: 1.0 - np.tanh(w) ** 2  # noqa: E731
    exact = lambda w: 1.0 / np.cosh(w) ** 2  # noqa: E731
    result = check(lambda w: np.sum(np.tanh(w)), slope, at, options=Options(seed=1))
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, Reason.DTYPE)
    (note,) = result.notes
    assert note.startswith(f"in {np.dtype(dtype)} the gradient of parameters keeps only ")
    assert "it overflows, underflows or cancels there" in note
    assert check(lambda w: np.sum(np.tanh(w)), exact, at, options=Options(seed=1)).verdict is Verdict.AGREE
    wrong = check(lambda w: np.sum(np.tanh(w)), lambda w: 2 * slope(w), at, options=Options(seed=1))
    assert wrong.verdict is Verdict.DISAGREE


def test_a_gradient_that_underflows_in_float16_is_named() -> None:
    """2e-6 is 34 times the smallest number of float16: of w times that not a digit is left."""
    at = np.array([0.005, 0.02, 0.012]).astype(np.float16)
    tiny = lambda w: np.sum((1e-3 * w.astype(np.float64)) ** 2)  # noqa: E731
    result = check(tiny, lambda w: (2e-6 * w.astype(np.float64)).astype(w.dtype), at, options=Options(seed=1))
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, Reason.DTYPE)
    assert "in float16 the gradient of parameters keeps only" in result.notes[0]
    wrong = check(tiny, lambda w: (3e-6 * w.astype(np.float64)).astype(w.dtype), at, options=Options(seed=1))
    assert wrong.verdict is Verdict.DISAGREE


def test_a_gradient_that_overflows_in_float16_is_a_fault() -> None:
    at = np.array([20.0, 70.0]).astype(np.float16)
    fourth = lambda w: float(1e-3 * np.sum(w.astype(np.float64) ** 4))  # noqa: E731
    with np.errstate(over="ignore"):
        result = check(fourth, lambda w: 4e-3 * w**3, at, options=Options(seed=1))
    assert result.verdict is Verdict.DISAGREE
    assert [fault.kind for fault in result.faults] == [FaultKind.NAN]
    assert "inf at parameters[1]" in result.faults[0].sentence


def problem_of(function: Any, claim: Any, at: Any) -> Problem:
    return Problem(GradientSubject("made up", function, claim, at), Options(seed=1))


def test_only_a_parameter_below_float64_is_narrow() -> None:
    mixed = [AT, AT.astype(np.float32)]
    assert is_narrow(problem_of(np.sum, np.ones_like, mixed))
    assert not is_narrow(problem_of(np.sum, np.ones_like, [AT, AT]))


def test_promotion_costs_what_preflight_costs_and_gives_the_wider_gradient() -> None:
    counted = Counted(cost)
    problem = problem_of(counted, gradient, AT.astype(np.float32))
    promoted = promote(problem, Options(seed=1))
    assert promoted is not None
    wide, first = promoted
    assert 4 <= counted.calls <= 6 and counted.calls == problem.forward_passes == wide.forward_passes
    assert first.claimed is not None
    assert np.allclose(first.claimed, gradient(AT.astype(np.float32).astype(np.float64)), rtol=1e-15)


def test_what_the_narrow_cost_returned_does_not_count_against_the_wide_one() -> None:
    """Half of the digits of float16 are gone where two numbers of 1 are added; in float64 none of them is."""
    at = AT.astype(np.float16)
    result = check(cost, gradient, at, options=Options(seed=1))
    assert result.verdict is Verdict.AGREE
    assert result.blocks[0].digits is not None and result.blocks[0].digits > 8.0
    assert (
        check(cost, lambda w: gradient(w) * w.dtype.type(1.002), at, options=Options(seed=1)).verdict
        is Verdict.DISAGREE
    )


def test_there_is_no_promotion_where_the_code_refuses_or_faults_in_float64() -> None:
    at = AT.astype(np.float32)
    assert promote(problem_of(refusing(cost, np.float32), gradient, at), Options(seed=1)) is None
    assert promote(problem_of(cost, refusing(gradient, np.float32), at), Options(seed=1)) is None
    nan = lambda w: gradient(w) * (np.nan if w.dtype == np.float64 else 1.0)  # noqa: E731
    assert promote(problem_of(cost, nan, at), Options(seed=1)) is None


def test_the_first_leaf_that_lost_its_digits_is_the_one_named() -> None:
    at = {"a": AT.astype(np.float32), "b": np.full(2, 8.5, np.float32)}
    claim = lambda p: {"a": 2 * p["a"], "b": 1.0 - np.tanh(p["b"]) ** 2}  # noqa: E731
    problem = problem_of(lambda p: np.sum(p["a"] ** 2) + np.sum(np.tanh(p["b"])), claim, at)
    narrow = preflight(problem, np.random.default_rng(0))
    promoted = promote(problem, Options(seed=1))
    assert promoted is not None
    assert fault_of_rounding(problem, narrow, promoted[1]).startswith("in float32 the gradient of b keeps only")
    assert fault_of_rounding(problem, promoted[1], promoted[1]) == ""


@pytest.mark.parametrize("ends", [np.float16, float])
def test_code_that_computes_in_float16_stays_open_for_its_dtype_and_says_so(ends: Any) -> None:
    half = np.float16
    for seed in range(6):
        generator = np.random.default_rng(seed)
        at, x = generator.normal(size=(2, 8)).astype(half)

        def cost(w: Any, x: Any = x) -> Any:
            return ends(np.sum(np.tanh(np.asarray(w).astype(half) * x) ** 2, dtype=half))

        def gradient(w: Any, x: Any = x) -> Any:
            t = np.tanh(np.asarray(w).astype(half) * x)
            return half(2) * t * (half(1) - t * t) * x

        right = check(cost, gradient, at, options=Options(seed=seed))
        assert (right.verdict, right.reason) == (Verdict.INCONCLUSIVE, Reason.DTYPE)
        assert "float16" in " ".join(right.notes) and "float16" in str(right)
        wrong = check(cost, lambda w, g=gradient: half(-1) * g(w), at, options=Options(seed=seed))
        assert wrong.verdict is Verdict.DISAGREE


def test_code_that_takes_float64_and_computes_in_float32_is_not_said_to_give_more_digits() -> None:
    at = np.random.default_rng(0).normal(size=6).astype(np.float32)
    cost = within(lambda w: np.sum(np.tanh(w)), np.float32)
    result = check(cost, within(lambda w: 1.0 - np.tanh(w) ** 2, np.float32), at, options=Options(seed=0))
    assert result.verdict is Verdict.AGREE
    assert JUDGED_IN_FEW_DIGITS in result.notes and JUDGED_IN_FLOAT64 not in result.notes


def slope_of(right: float) -> Callable[[Any], Any]:
    return lambda w: right * np.sum(w)


@pytest.mark.parametrize(("right", "said"), [(1e-8, 0.0), (3.6 * 2.0**-24, 4 * 2.0**-24)])
def test_what_half_precision_cannot_hold_near_zero_is_rounding(right: float, said: float) -> None:
    half = check(slope_of(right), lambda w: np.full(3, said, np.float16), at=AT, options=Options(seed=0))
    exact = check(slope_of(right), lambda w: np.full(3, said), at=AT, options=Options(seed=0))
    assert (half.verdict is Verdict.DISAGREE, exact.verdict) == (False, Verdict.DISAGREE)


def test_what_half_precision_could_hold_is_wrong() -> None:
    found = check(slope_of(1e-3), lambda w: np.zeros(3, np.float16), at=AT, options=Options(seed=0))
    assert found.verdict is Verdict.DISAGREE
