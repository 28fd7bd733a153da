"""Single components that decide: found by measuring all of a block that agrees, and at a kink whose claim would be accepted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gradcheck.checks.gradient import check
from gradcheck.checks.options import Locate, Options, Subgradients
from gradcheck.results import Reason, Verdict

FULL = Options(seed=1, locate=Locate.FULL)
ACCEPT = Options(seed=1, subgradients=Subgradients.ACCEPT)


def test_a_component_too_small_for_any_direction_is_found_one_by_one() -> None:
    steep = np.array([1.0, 1e9])

    def wrong(w: Any) -> Any:
        return 2.0 * steep * w * np.array([1.5, 1.0])

    result = check(lambda w: float(np.sum(steep * w**2)), wrong, np.ones(2), options=FULL)
    assert result.verdict is Verdict.DISAGREE and [one.index for one in result.wrong] == [(0,)]
    right = check(lambda w: float(np.sum(steep * w**2)), lambda w: 2.0 * steep * w, np.ones(2), options=FULL)
    assert right.verdict is Verdict.AGREE and right.blocks[0].components_measured == 2


def test_rounding_in_single_components_is_no_disagreement() -> None:
    def single(w: Any) -> Any:
        return np.cos(w.astype(np.float32)).astype(float)

    at = np.linspace(0.1, 2.0, 7)
    assert check(lambda w: np.sum(np.sin(w)), single, at, options=FULL).verdict is Verdict.AGREE
    wrong = check(lambda w: np.sum(np.sin(w)), lambda w: single(w) * (1.0 + 1e-3 * (w < 0.2)), at, options=FULL)
    assert wrong.verdict is Verdict.DISAGREE


def test_a_kink_stays_open_however_its_components_stand_out() -> None:
    def cost(b: Any) -> Any:
        return np.maximum(b[0], 0.0) - np.maximum(-b[0], 0.0) + b[1] ** 2

    def gradient(b: Any) -> Any:
        return np.array([float(b[0] > 0.0) + float(-b[0] > 0.0), 2.0 * b[1]])

    result = check(cost, gradient, np.array([0.0, 1.3]), options=FULL)
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, Reason.KINK)


@pytest.mark.parametrize("size", [1, 30])
@pytest.mark.parametrize(
    ("slope", "verdict"), [(0.5, Verdict.AGREE), (1.0, Verdict.AGREE), (1.5, Verdict.INCONCLUSIVE)]
)
def test_a_claim_outside_the_slopes_of_both_sides_is_not_accepted(size: int, slope: float, verdict: Verdict) -> None:
    def gradient(w: Any) -> Any:
        return np.where(w == 0.0, slope, np.sign(w))

    assert check(lambda w: np.sum(np.abs(w)), gradient, np.zeros(size), options=ACCEPT).verdict is verdict
