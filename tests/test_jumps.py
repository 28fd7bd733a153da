"""A part that jumps is told from one that bends, breaks or waves."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from gradcheck.differences.jumps import CUTS, SHARE, STEEP, Trend, find_jump
from gradcheck.differences.lines import Line

ROUNDING = 4e-16


def jump_of(function: Callable[[float], float], slope: float, *, reach: float = 0.1, calm: float = 1e-3) -> float:
    line = Line(lambda w: float(function(float(w[0]))), np.array([0.3 + 1e-4 * np.pi]), np.array([1.0]), lambda w: w)
    return find_jump(line, Trend(slope, 0.0), reach=reach, calm=calm, rounding=ROUNDING)


def test_a_jump_must_hold_where_the_larger_part_of_a_line_would_be_a_hundredth() -> None:
    assert (1.0 - SHARE) ** CUTS < 0.01
    assert STEEP < (1.0 - SHARE) ** -CUTS


@pytest.mark.parametrize("quantum", [1e-2, 1e-3, 1e-6, 1e-10])
def test_the_steps_of_a_coarse_part_are_found(quantum: float) -> None:
    # half the difference of both sides: one side may jump where the other does not
    found = jump_of(lambda x: x + quantum * round(x / quantum), 1.0, calm=quantum / 6.0)
    assert found == pytest.approx(quantum, rel=1e-2) or found == pytest.approx(quantum / 2.0, rel=1e-2)


@pytest.mark.parametrize(
    "smooth",
    [
        lambda x: x + x**5,
        lambda x: x + abs(x - 0.33),
        lambda x: x + max(x - 0.31, 0.0) + max(0.27 - x, 0.0) ** 2,
        lambda x: x + 1e-3 * np.sin(1e3 * x),
        lambda x: np.exp(3.0 * x),
    ],
)
def test_bends_kinks_and_waves_have_no_jump(smooth: Callable[[float], float]) -> None:
    assert jump_of(smooth, 1.0) == 0.0


def test_what_leaves_the_domain_is_no_jump() -> None:
    assert jump_of(lambda x: np.nan if x > 0.351 else x, 0.0) == 0.0
