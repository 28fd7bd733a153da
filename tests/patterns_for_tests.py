"""A cost of one array whose gradient is spoiled in a known way, for the tests of patterns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gradcheck.checks.gradient import check
from gradcheck.checks.options import Options
from gradcheck.results import CheckResult, Diagnosis, Explains, Verdict

Edit = Callable[[Any, Any], Any]

SHAPES = [(40,), (6, 5), (4, 4), (3, 4, 5)]


def wave(shape: tuple[int, ...], seed: int, dtype: Any = np.float64) -> tuple[Any, Any, Any]:
    """Return a cost of one array, its gradient, and a point: sum C sin(w) with random C."""
    generator = np.random.default_rng(seed)
    C = generator.normal(size=shape).astype(dtype)
    # float32 alone: float64 parameters are refused, so that the code is judged in its own precision.
    needed = np.dtype(dtype)

    def cost(w: Any) -> Any:
        if w.dtype != needed:
            raise TypeError(w.dtype)
        return np.sum(C * np.sin(w))

    return cost, lambda w: C * np.cos(w), generator.normal(size=shape).astype(dtype)


def judged(shape: tuple[int, ...], edit: Edit, seed: int, dtype: Any = np.float64) -> CheckResult:
    """Check the wave's gradient with an edit(gradient, w)."""
    cost, gradient, at = wave(shape, seed, dtype)
    wrong = lambda w: np.asarray(edit(gradient(w), w), dtype=dtype)  # noqa: E731
    result = check(cost, wrong, at, options=Options(seed=seed))
    assert result.verdict is Verdict.DISAGREE
    return result


def ids(result: CheckResult) -> list[str]:
    return [one.id for one in result.diagnosis]


def only(result: CheckResult) -> Diagnosis:
    """Return the one explanation there is."""
    (found,) = result.diagnosis
    assert (
        found.kind is Explains.PATTERN and found.hint and found.sentence[0].islower() and found.sentence.endswith(".")
    )
    return found
