"""Gaps smaller than mistakes make leave the verdict open, and larger ones do not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gradcheck.checks.gradient import check
from gradcheck.checks.options import Options
from gradcheck.checks.slightness import SLIGHT
from gradcheck.results import Reason, Verdict

AT = np.array([0.3, -0.7, 1.1, 0.4, -1.6])


def cost(w: Any) -> Any:
    return np.sum(np.sin(w))


@pytest.mark.parametrize("seed", range(5))
def test_a_gap_all_over_below_a_rounding_of_float32_is_inaccurate_and_not_wrong(seed: int) -> None:
    result = check(cost, lambda w: np.cos(w) * (1.0 + SLIGHT / 10.0), AT, options=Options(seed=seed))
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, Reason.DTYPE)
    assert "more than rounding explains" in result.notes[0]
    assert str(result).startswith(
        "INCONCLUSIVE  gradient - your gradient is very close to the slope, but not equal to it"
    )


@pytest.mark.parametrize("seed", range(5))
def test_a_gap_above_it_is_wrong(seed: int) -> None:
    assert (
        check(cost, lambda w: np.cos(w) * (1.0 + 10.0 * SLIGHT), AT, options=Options(seed=seed)).verdict
        is Verdict.DISAGREE
    )


@pytest.mark.parametrize("seed", range(5))
def test_a_millionth_of_one_component_is_wrong(seed: int) -> None:
    def wrong(w: Any) -> Any:
        return np.cos(w) * (1.0 + 1e-6 * (np.arange(w.size) == 3))

    result = check(cost, wrong, AT, options=Options(seed=seed))
    assert result.verdict is Verdict.DISAGREE and [one.index for one in result.wrong] == [(3,)]
