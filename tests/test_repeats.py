"""The cost at one point, again and again: equal, equal to rounding, kept between calls, or chance."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest

from gradcheck.checks.options import Options
from gradcheck.checks.problem import Problem
from gradcheck.checks.repeats import REPEATS, SAME_COST, Repeats, repeat_cost
from gradcheck.subjects.protocol import GradientSubject

EPS = 2.0**-52


def repeated(values: list[float], beside: float = math.nan, dtype: type = float) -> tuple[Repeats, int]:
    """Return what is found where the cost says these values in turn, and the passes it took."""
    said: Iterator[float] = iter(values)
    problem = Problem(GradientSubject("said", lambda w: next(said), lambda w: w, at=dtype(1.0)), Options())
    return repeat_cost(problem, next(said), beside), problem.forward_passes


def test_two_equal_evaluations_are_enough() -> None:
    found, passes = repeated([3.0, 3.0])
    assert (found.values, found.spread, found.is_rounding, passes) == ((3.0, 3.0), 0.0, True, 1)


def test_two_that_differ_ask_for_five() -> None:
    found, passes = repeated([3.0, 3.5, 2.5, 2.0, 3.0])
    assert (found.values, found.spread, found.is_rounding, passes) == ((3.0, 3.5, 2.5, 2.0, 3.0), 1.5, False, 4)
    assert len(found.values) == REPEATS
    assert "5 evaluations at the same point gave 2.0 to 3.5, 1.5e+00 apart (4.3e-01 of the cost)" in found.sentence
    assert f"standard deviation {np.std(found.values):.1e}" in found.sentence


@pytest.mark.parametrize(
    ("most", "beside", "dtype"),
    [
        (SAME_COST, math.nan, float),
        (8 * SAME_COST, -8.0, float),
        (2**29 * SAME_COST, math.nan, np.float32),
        (2**32 * SAME_COST, 8.0, np.float32),
    ],
)
def test_rounding_is_counted_in_the_cost_or_in_what_it_is_beside(most: float, beside: float, dtype: type) -> None:
    for roundings, is_rounding in ((most, True), (most + 1 + most * 2**-20, False)):
        values = [1.0, 1.0 + roundings * EPS, 1.0, 1.0, 1.0]
        assert repeated(values, beside, dtype)[0].is_rounding is is_rounding


@pytest.mark.parametrize("worse", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_not_finite_is_no_rounding_and_shown(worse: float) -> None:
    for values in ([1.0, worse, 1.0, 1.0, 1.0], [1.0, 2.0, 1.0, worse, 1.0], [1.0, worse, worse, worse, worse]):
        with np.errstate(all="raise"):
            found, _ = repeated(values)
            assert not found.is_rounding
            assert f"1.0 and {worse!r}" in found.sentence or f"1.0 at first and {worse!r}" in found.sentence


def test_what_changes_once_is_kept_and_what_changes_each_time_is_chance() -> None:
    assert repeated([1.0, 2.0, 2.0, 2.0, 2.0])[0].sentence.startswith(
        "the cost keeps something between its calls: at the same point it was 1.0 at first and 2.0 after it was evaluated elsewhere, "
        "1.0e+00 apart (5.0e-01 of the cost)"
    )
    assert repeated([1.0, 2.0, 2.0, 2.0, 1.0])[0].sentence.startswith("the cost is not deterministic")
    assert ", 1.0e-300 apart (1.0e+00 of the cost)" in repeated([0.0, 1e-300, 0.0, 0.0, 0.0])[0].sentence


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("terms", [1000, 100_000])
def test_sums_of_the_same_terms_in_parts_and_in_any_order_stay_well_within_the_allowance(
    terms: int, dtype: type[np.floating]
) -> None:
    """The calibration of SAME_COST: a tenth of it at most."""
    generator = np.random.default_rng(terms)
    for _ in range(20):
        x = (generator.standard_normal(terms) ** 2).astype(dtype)
        shuffled = x[generator.permutation(terms)]
        sums = [
            np.sum([np.sum(part) for part in np.array_split(y, k)]) for y in (x, shuffled) for k in (1, 2, 4, 8, 64)
        ]
        assert np.ptp(sums) <= SAME_COST / 10 * np.finfo(dtype).eps * sums[0]
