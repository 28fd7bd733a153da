"""Complex arrays that refuse what is not analytic, and the verdicts that would be wrong without them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gradcheck.checks.gradient import check
from gradcheck.checks.options import Options
from gradcheck.differences.analytic import AnalyticArray, NotAnalyticError
from gradcheck.results import Arbiter, Verdict

Z = np.array([[1.0, 2.0], [0.5, 3.0]]) + 1e-100j


def traced() -> Any:
    return Z.view(AnalyticArray)


@pytest.mark.parametrize(
    "use",
    [
        np.abs,
        np.conj,
        abs,
        lambda z: z.conj(),
        lambda z: abs(z[0, 0]),
        lambda z: abs(np.sum(z)),
        lambda z: np.abs(z @ z),
        lambda z: np.std(z),
        np.linalg.norm,
        np.linalg.cholesky,
        lambda z: np.vdot(z, z),
    ],
)
def test_what_is_not_analytic_is_refused(use: Callable[[Any], Any]) -> None:
    with pytest.raises(NotAnalyticError, match="is not analytic"):
        use(traced())


@pytest.mark.parametrize(
    "use",
    [
        lambda z: np.exp(z) @ z.T,
        lambda z: np.sum(z * z, axis=0),
        lambda z: np.where(z.real > 1.0, z, 0.0 * z),
        np.linalg.inv,
        lambda z: np.add(z, 1.0, out=np.empty_like(z)),
        lambda z: np.divmod(z.real, 2.0)[0],
        lambda z: np.concatenate([z, z]),
    ],
)
def test_what_is_analytic_is_what_it_was(use: Callable[[Any], Any]) -> None:
    assert np.array_equal(np.asarray(use(traced())), np.asarray(use(Z)))


def small_beside(part: Callable[[Any], Any], scale: float) -> Callable[[Any], Any]:
    return lambda p: np.sum(np.exp(p["w"])) + scale * np.sum(part(p["v"]))


def test_a_part_that_the_complex_step_loses_gives_no_verdict_by_it() -> None:
    at = {"w": np.array([0.3, -0.2, 0.5]), "v": np.array([0.7, -1.1, 0.4])}
    cost = small_beside(lambda v: v**3 + np.abs(v), 1e-12)

    def right(p: Any) -> Any:
        return {"w": np.exp(p["w"]), "v": 1e-12 * (3.0 * p["v"] ** 2 + np.sign(p["v"]))}

    for seed in range(6):
        result = check(cost, right, at, options=Options(seed=seed))
        assert result.verdict is not Verdict.DISAGREE
        assert all(block.arbiter is Arbiter.DIFFERENCES for block in result.blocks)
    analytic = small_beside(lambda v: v**3, 1e-12)
    wrong = check(analytic, lambda p: {**right(p), "v": 6e-12 * p["v"] ** 2}, at, options=Options(seed=0))
    assert wrong.verdict is Verdict.DISAGREE
