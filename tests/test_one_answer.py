"""A gradient that says the same wherever it is asked: convicted where a kept result is proved, never where it is right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.checks.options import Options
from gradcheck.checks.preflight import Preflight, preflight
from gradcheck.checks.problem import Problem
from gradcheck.results import FaultKind
from gradcheck.subjects.protocol import GradientSubject
from tests.problems_for_tests import WAVE_AT, wave, wave_gradient

AT = np.array([0.9, -1.3, 0.4])
C = np.array([2.0, -1.0, 0.5])
WALL = 1e8 * np.ones(3)


def looked_at(cost: Any, gradient: Any, at: Any = AT, seed: int = 0) -> tuple[Preflight, Problem]:
    """Return what preflight finds, and the problem with its counts."""
    problem = Problem(GradientSubject("g", cost, gradient, at), Options())
    return preflight(problem, np.random.default_rng(seed)), problem


def memoized(gradient: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Keep the first answer for ever."""
    kept: list[Any] = []

    def first(w: Any) -> Any:
        kept.append(gradient(w))
        return kept[0].copy()

    return first


SMOOTH: list[tuple[Any, Any, Any]] = [
    (wave, wave_gradient, WAVE_AT),
    (lambda w: np.sum(w**4), lambda w: 4 * w**3, AT),
    (lambda w: np.sum(np.exp(w)), np.exp, AT),
    (lambda w: np.sum(np.log(w)), lambda w: 1 / w, np.abs(AT)),
    (lambda w: 1e6 + np.sum(np.tanh(w)), lambda w: 1 / np.cosh(w) ** 2, AT),
]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("cost", "gradient", "at"), SMOOTH)
def test_the_answer_for_the_first_point_and_for_the_one_given_are_told_apart(
    cost: Any, gradient: Any, at: Any, seed: int
) -> None:
    right, _ = looked_at(cost, gradient, at, seed)
    assert right.faults == ()
    for kept, words in (
        (memoized(gradient), "the right one for the first point it was asked at and wrong elsewhere"),
        (lambda _: gradient(at), "the right one for the point given and wrong elsewhere"),
    ):
        (fault,) = looked_at(cost, kept, at, seed)[0].faults
        assert fault.kind is FaultKind.STALE and words in fault.sentence


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("claim", [2.0 * C, np.ones(3), np.zeros(3), np.full(3, 1e9)])
def test_a_constant_that_is_right_nowhere_is_left_to_the_numbers(claim: Any, seed: int) -> None:
    found, problem = looked_at(lambda w: np.sum(np.exp(w)), lambda _: claim.copy(), AT, seed)
    assert (problem.forward_passes == 5) is not bool(np.any(claim))
    assert found.faults == () and np.array_equal(found.claimed, claim)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cost", "claim", "at"),
    [
        (lambda w: C @ w, C, AT),
        (lambda w: 1e9 + C @ w, C, AT),
        (lambda w: np.sum(np.abs(w)), np.sign(AT), AT),
        (lambda w: np.float32(C @ w), C, AT),
        (lambda w: 7.0, np.zeros(3), AT),
        (lambda w: np.max(w), np.array([1.0, 0.0, 0.0]), AT),
    ],
)
def test_a_linear_cost_has_one_gradient_and_pays_nothing_for_it(cost: Any, claim: Any, at: Any) -> None:
    for seed in range(10):
        found, problem = looked_at(
            cost, lambda w: np.sign(w) * np.abs(claim) if cost(w) < 0 else claim.copy(), at, seed
        )
        assert found.faults == ()
    found, problem = looked_at(cost, lambda _: claim.copy(), at)
    assert found.faults == ()
    assert (problem.forward_passes, problem.gradient_calls) == (5, 6)


@settings(max_examples=300, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    decimals=st.integers(2, 9),
    period=st.sampled_from([10.0, 1e3, 1e5]),
    kind=st.sampled_from(["rounded", "sawtooth", "staircase", "float32", "cancelling"]),
)
def test_a_right_constant_gradient_of_a_cost_that_only_looks_curved_is_never_named(
    seed: int, decimals: int, period: float, kind: str
) -> None:
    generator = np.random.default_rng(seed)
    c, at = generator.normal(size=3), generator.normal(size=3)
    costs: dict[str, Any] = {
        "rounded": lambda w: round(float(c @ w), decimals),
        "sawtooth": lambda w: c @ (w - np.floor(period * w) / period),
        "staircase": lambda w: c @ (w + np.floor(period * w) / period / 3),
        "float32": lambda w: float(np.float32(c @ w)),
        "cancelling": lambda w: float(np.sum((c * w + WALL) - WALL)),
    }
    found, problem = looked_at(costs[kind], lambda _: c.copy(), at, seed)
    assert found.faults == ()
    assert problem.forward_passes <= 5 + 72


def test_a_suspicion_that_is_not_borne_out_costs_two_directions() -> None:
    """Rounding that the cost's size does not show."""
    found, problem = looked_at(lambda w: float(np.sum((C * w + WALL) - WALL)), lambda _: C.copy())
    assert (found.faults, problem.forward_passes) == ((), 5 + 12)


def test_an_answer_that_is_another_far_away_is_none_for_all() -> None:
    found, problem = looked_at(lambda w: float(np.sum((np.abs(w) + WALL) - WALL)), np.sign)
    assert (found.faults, problem.forward_passes) == ((), 5)


@pytest.mark.parametrize(("seed", "decimals"), [(10251, 8), (3526, 6)])
def test_rounded_costs_that_were_once_named(seed: int, decimals: int) -> None:
    """Their steps agree by chance; what is called right has to be known better than that."""
    generator = np.random.default_rng(seed)
    dimensions = int(generator.integers(1, 4))
    c = generator.normal(size=dimensions) * 10.0 ** generator.integers(-2, 3)
    at = generator.normal(size=dimensions)
    assert looked_at(lambda w: round(float(c @ w), decimals), lambda _: c.copy(), at, seed)[0].faults == ()


def test_the_rounding_of_float32_is_no_gap() -> None:
    """The second direction that sees none ends it; a gap of more than its error alone would be seen in 3 % of them."""
    for seed in range(60):
        c, at = np.random.default_rng(seed).normal(size=(2, 3))
        _, problem = looked_at(lambda w, c=c: float(np.float32(c @ w)), lambda _, c=c: c.copy(), at, seed)
        assert problem.forward_passes in (5, 5 + 12)
