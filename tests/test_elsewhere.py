"""The other points: where they are, what is in their domain, and what is kept of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gradcheck.checks.claims import Claim
from gradcheck.checks.elsewhere import Visited, visit_beside, visit_far
from gradcheck.checks.options import Options
from gradcheck.checks.problem import Problem
from gradcheck.results import Fault, FaultKind
from gradcheck.subjects.protocol import GradientSubject

SCALES = {"a": 1e-8 * np.array([1.0, -2.0, 3.0]), "b": np.zeros(4), "c": np.array(1e8), "d": np.zeros((0, 2))}
SCALE_OF_LEAVES = np.concatenate([np.full(3, 2e-8), np.ones(4), [1e8]])


def problem_of(cost: Any, at: Any) -> Problem:
    return Problem(GradientSubject("p", cost, lambda p: p, at), Options())


def total(p: Any) -> float:
    return float(sum(np.sum(np.abs(leaf)) for leaf in p.values()))


@pytest.mark.parametrize("seed", range(10))
def test_every_component_moves_by_its_own_blocks_scale(seed: int) -> None:
    problem = problem_of(total, SCALES)
    beside, far = (visit(problem, np.random.default_rng(seed)) for visit in (visit_beside, visit_far))
    assert beside is not None and far is not None
    for visited in (beside, far):
        assert visited.cost == total(problem.parameters(visited.w))
    near, away = (np.abs(visited.w - problem.w) / SCALE_OF_LEAVES for visited in (beside, far))
    assert np.all(near > 0.0) and np.max(near) < 5 / 128
    assert np.all(away > 0.0) and np.median(away) > 4 * np.median(near)
    assert np.max(away) < 5.0
    assert problem.forward_passes == 2


@settings(max_examples=50, deadline=None)
@given(at=arrays(np.float64, 40, elements=st.sampled_from([1.0, -1.0, 2.0, -1.5])), seed=st.integers(0, 99))
def test_nearly_every_sign_is_turned_far_away(at: Any, seed: int) -> None:
    far = visit_far(problem_of(lambda w: float(np.sum(w)), at), np.random.default_rng(seed))
    assert far is not None
    assert np.mean(np.sign(far.w) == -np.sign(at)) > 0.9


@pytest.mark.parametrize(
    "inside", [lambda w: w > 0, lambda w: (w > -1e-9) & (w < 0.51), lambda w: (w > 0) & (w < 0.51)]
)
def test_where_minus_w_is_outside_the_domain_w_is_drawn_towards_zero(inside: Any) -> None:
    at = np.array([0.5, 0.5, 1e-3])
    problem = problem_of(lambda w: 1.0 if np.all(inside(w)) else np.nan, at)
    far = visit_far(problem, np.random.default_rng(0))
    assert far is not None and problem.forward_passes == 2
    assert np.all((0.25 * at <= far.w) & (far.w <= 0.75 * at))


def test_where_both_are_outside_there_is_none() -> None:
    problem = problem_of(lambda w: 1.0 if w[0] == 2.0 else np.inf, np.array([2.0]))
    assert visit_far(problem, np.random.default_rng(0)) is None
    assert visit_beside(problem, np.random.default_rng(0)) is None
    assert problem.forward_passes == 3


@pytest.mark.parametrize(("dtype", "largest"), [(np.float64, 1.7e308), (np.float32, 3.4e38), (np.float16, 6e4)])
def test_a_point_beyond_the_range_of_the_dtype_is_not_asked(dtype: Any, largest: float) -> None:
    asked: list[Any] = []

    def cost(w: Any) -> float:
        asked.append(w)
        return 0.0

    problem = problem_of(cost, np.full(8, largest, dtype))
    with np.errstate(all="raise"):
        far = visit_far(problem, np.random.default_rng(0))
    assert far is not None and np.all(np.isfinite(far.w))
    assert all(np.all(np.isfinite(w)) for w in asked)


def test_only_a_sound_claim_is_kept() -> None:
    here = Visited(np.ones(2), 3.0)
    kept = here.with_claim(Claim(np.full(2, 5.0), (), ()))
    assert kept is not None and (kept.centre, list(kept.claimed), list(kept.w)) == (3.0, [5.0, 5.0], [1.0, 1.0])
    fault = Fault(FaultKind.NAN, "w", "nan")
    for unsound in (None, Claim(None, (), ()), Claim(np.full(2, np.nan), (fault,), ())):
        assert here.with_claim(unsound) is None
