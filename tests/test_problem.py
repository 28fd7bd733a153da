"""A subject behind counters: what each call costs, what it is given, and what becomes of its answer."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.checks.options import Options
from gradcheck.checks.problem import Problem
from gradcheck.differences.directions import component_scales
from gradcheck.errors import BudgetExceeded, UsageError, UserCodeError
from gradcheck.subjects.protocol import GradientSubject
from tests.problems_for_tests import Counted

AT = {"w": np.array([1.0, 2.0]), "b": np.float32(3.0)}


def cost(p: Any) -> float:
    return float(np.sum(p["w"] ** 2) + p["b"])


def gradient(p: Any) -> Any:
    return {"w": 2.0 * p["w"], "b": 1.0}


def half_cast(p: Any) -> Any:
    """Keep one parameter complex and write the other to a buffer of real numbers."""
    buffer = np.zeros(2)
    buffer[:] = p["w"]
    return buffer.sum() + p["w"][0]


def problem_of(cost: Any = cost, gradient: Any = gradient, at: Any = AT, *, each: int = 0, **options: Any) -> Problem:
    """Return the problem with the options."""
    return Problem(GradientSubject("it", cost, gradient, at, passes_per_gradient=each), Options(**options))


@settings(deadline=None)
@given(calls=st.lists(st.sampled_from(["cost", "probe", "probes", "complex", "claim", "elsewhere"]), max_size=12))
def test_every_call_is_counted_once_wherever_the_point_is(calls: list[str]) -> None:
    counted, claimed = Counted(cost), Counted(gradient)
    problem = problem_of(counted, claimed)
    elsewhere = problem.at(problem.w + 1.0)
    do = {
        "cost": lambda: problem.cost(problem.w),
        "probe": lambda: elsewhere.probe(elsewhere.w),
        "probes": lambda: problem.promoted().probes([problem.w, elsewhere.w, problem.w]),
        "complex": lambda: problem.probe_complex(problem.w + 1e-20j),
        "claim": lambda: problem.claim(problem.w),
        "elsewhere": lambda: elsewhere.claim_elsewhere(elsewhere.w),
    }
    for call in calls:
        do[call]()
    assert problem.forward_passes == elsewhere.forward_passes == counted.calls
    assert problem.gradient_calls == elsewhere.gradient_calls == claimed.calls


def test_a_call_that_raises_was_paid() -> None:
    def raising(_: Any) -> float:
        raise KeyError("w")

    problem = problem_of(raising, raising)
    for call in (problem.cost, problem.probe, problem.claim, problem.claim_elsewhere):
        with pytest.raises(UserCodeError):
            call(problem.w)
    assert (problem.forward_passes, problem.gradient_calls) == (2, 2)


def test_passes_within_gradient_calls_are_passes() -> None:
    problem = problem_of(each=1)
    problem.claim(problem.w)
    problem.probe(problem.w)
    assert (problem.forward_passes, problem.gradient_calls) == (2, 1)


def test_the_budget_ends_between_two_points() -> None:
    counted = Counted(cost)
    problem = problem_of(counted, max_forward_passes=3)
    with pytest.raises(BudgetExceeded, match="the budget of 3 forward passes is used up"):
        problem.probes([problem.w] * 5)
    assert counted.calls == problem.forward_passes == 3
    with pytest.raises(BudgetExceeded):
        problem.cost(problem.w)
    assert counted.calls == 3


def test_parameters_are_fresh_and_in_their_own_dtypes() -> None:
    seen: list[Any] = []
    problem = problem_of(lambda p: seen.append(p) or 1.0)
    problem.probes([problem.w, problem.w])
    first, second = seen
    assert first["w"] is not second["w"]
    assert (first["w"].dtype, first["b"].dtype) == (np.float64, np.float32)
    problem.promoted().probe(problem.w)
    assert seen[-1]["b"].dtype == np.float64
    first["w"][:] = 7.0
    assert problem.probe(problem.w) == 1.0 and np.array_equal(seen[-1]["w"], AT["w"])


def test_a_cost_that_writes_to_its_parameters_changes_nothing_of_ours() -> None:
    def writing(p: Any) -> float:
        p["w"] *= 0.0
        return 1.0

    problem = problem_of(writing)
    before = problem.w.tobytes()
    value, fault = problem.cost_keeps_parameters(problem.w)
    assert value == 1.0 and fault is not None
    problem.probe(problem.w)
    assert problem.w.tobytes() == before


def test_the_precision_is_that_of_the_coarsest_cost_seen() -> None:
    problem = problem_of(lambda p: np.float32(np.sum(p["w"])) if p["w"][0] > 1.5 else np.sum(p["w"]))
    problem.cost(problem.w)
    assert problem.cost_eps == 2.0**-52
    problem.probes([problem.w, problem.w + 1.0, problem.w])
    assert problem.cost_eps == 2.0**-23


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda p: np.sum(p["w"] ** 2) + p["b"], 8.0 + 4e-20j),
        (lambda p: float(np.sum(np.abs(p["w"]))), None),
        (lambda p: np.sum(p["w"]).real.astype(float), None),
        (half_cast, None),
        (lambda p: np.full(2, 1j), None),
        (lambda p: complex(math.nan, 0.0), None),
        (lambda p: np.exp(1e9 * p["w"][0]), None),
        (lambda p: math.exp(p["b"]), None),
        (lambda p: float(np.sum(p["w"] ** 2) + p["b"]), 8.0 + 4e-20j),
        (lambda p: 2.0 * float(p["b"]), None),
    ],
)
def test_a_complex_probe_is_a_number_or_none_and_silent(function: Any, expected: complex | None) -> None:
    problem = problem_of(function)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = problem.probe_complex(problem.w + np.array([0.0, 1e-20j, 0.0]))
    assert problem.forward_passes == 1
    if expected is None:
        assert found is None
    else:
        assert found is not None and found.real == expected.real
        assert found.imag == pytest.approx(2e-20, rel=1e-15) or found.imag == pytest.approx(4e-20, rel=1e-15)


def test_elsewhere_the_gradient_may_leave_its_domain_and_here_not() -> None:
    def strict(p: Any) -> Any:
        if p["w"][0] > 1.0:
            raise ValueError("domain")
        warnings.warn("deprecated", stacklevel=1)
        return gradient(p)

    problem = problem_of(gradient=strict)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert problem.claim_elsewhere(problem.w) is not None
        assert problem.claim_elsewhere(problem.w + 1.0) is None
        with pytest.raises(UserCodeError, match="the gradient raised ValueError: domain"):
            problem.claim(problem.w + 1.0)


def test_elsewhere_other_errors_of_the_gradient_are_still_errors() -> None:
    def broken(p: Any) -> Any:
        raise IndexError("3")

    with pytest.raises(UserCodeError, match="IndexError"):
        problem_of(gradient=broken).claim_elsewhere(np.zeros(3))


def test_what_cannot_be_a_point_is_refused() -> None:
    for wrong, seen in (
        ({}, "no number at all"),
        ({"w": 1j}, "complex"),
        ({"w": np.nan}, "nan"),
        ({"w": "x"}, "dtype"),
    ):
        with pytest.raises(UsageError, match=seen):
            problem_of(at=wrong)


def test_scales_are_those_of_the_point() -> None:
    """What is kept of one point is not said of another, whichever was asked first."""
    at = {"w": np.array([1.0, -2.0]), "b": np.zeros(1)}
    here = problem_of(at=at)
    there = here.at(10.0 * here.w)
    for problem in (here, there, here):
        for leaf in problem.layout.leaves:
            assert problem.scales(leaf).tolist() == component_scales(problem.w[leaf.place]).tolist()


def test_points_are_evaluated_as_they_come() -> None:
    """Of a million parameters no more points are held than the one that is with the cost."""
    seen: list[str] = []
    problem = problem_of(cost=lambda p: seen.append("cost") or cost(p))
    problem.probes(seen.append("point") or problem.w for _ in range(2))
    assert seen == ["point", "cost", "point", "cost"]
