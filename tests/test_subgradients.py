"""Claims at a kink that are accepted: those of right programs, whatever their convention, and no others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gradcheck.checks.gradient import check
from gradcheck.checks.options import Options, Subgradients
from gradcheck.results import CheckResult, Verdict


def accepting(cost: Any, gradient: Any, at: Any, seed: int) -> CheckResult:
    """Return the check that accepts subgradients."""
    return check(cost, gradient, at, options=Options(seed=seed, subgradients=Subgradients.ACCEPT))


def maximum_at_a_tie(share: float, size: int, seed: int) -> Verdict:
    """Return the verdict on max(w) at a tie where each of the tied is given the same share as its slope."""

    def gradient(w: Any) -> Any:
        tied = w == w.max()
        return tied * (share if np.count_nonzero(tied) > 1 else 1.0)

    return accepting(lambda w: float(np.max(w)), gradient, np.ones(size), seed).verdict


@pytest.mark.parametrize("size", [2, 3, 6])
@pytest.mark.parametrize("total", [0.0, 0.9, 1.0, 1.01, 1.5])
def test_shares_of_a_tie_are_accepted_where_they_sum_to_one(size: int, total: float) -> None:
    wanted = Verdict.AGREE if total == 1.0 else Verdict.INCONCLUSIVE
    assert {maximum_at_a_tie(total / size, size, seed) for seed in range(4)} == {wanted}


@pytest.mark.parametrize("size", [2, 3, 6])
def test_the_whole_slope_for_each_of_a_tie_is_not_accepted(size: int) -> None:
    assert {maximum_at_a_tie(1.0, size, seed) for seed in range(6)} == {Verdict.INCONCLUSIVE}


def network_at_kinks(seed: int, at_zero: float) -> CheckResult:
    """Return the check of relu units that all stand at 0, with a convention for their slope there."""
    generator = np.random.default_rng(seed)
    first, last = generator.normal(size=(4, 3)), generator.normal(size=(2, 4))
    x, y = generator.normal(size=3), generator.normal(size=2)

    def cost(b: Any) -> Any:
        return 0.5 * np.sum((last @ np.maximum(first @ x + b, 0.0) - y) ** 2)

    def gradient(b: Any) -> Any:
        z = first @ x + b
        return last.T @ (last @ np.maximum(z, 0.0) - y) * np.where(z == 0.0, at_zero, z > 0.0)

    return accepting(cost, gradient, -(first @ x), seed)


@pytest.mark.parametrize("at_zero", [0.0, 1.0])
def test_right_programs_where_several_kinks_meet_are_accepted_as_a_rule_and_never_called_wrong(at_zero: float) -> None:
    verdicts = [network_at_kinks(seed, at_zero).verdict for seed in range(12)]
    assert Verdict.DISAGREE not in verdicts and verdicts.count(Verdict.AGREE) >= 9


def test_a_slope_that_no_convention_allows_is_not_accepted_where_several_kinks_meet() -> None:
    assert Verdict.AGREE not in {network_at_kinks(seed, 3.0).verdict for seed in range(12)}
