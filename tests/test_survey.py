"""Where the points are set, and what the first values are taken for."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from gradcheck.differences.lines import Line
from gradcheck.differences.survey import Survey
from tests.noise_bench_for_tests import EPS, f32


def first_look(function: Callable[[float], float], x: float = 1.0, v: float = 1.0) -> Survey:
    line = Line(lambda w: float(function(float(w[0]))), np.array([x]), np.array([v]), lambda w: w)
    survey = Survey(line, line.value(0.0), spacing=1e-10, eps=EPS)
    survey.look_first()
    return survey


@pytest.mark.parametrize(
    "function",
    [
        lambda x: 3.0,
        lambda x: math.exp(float(f32(x))),
        lambda x: f32(math.exp(x)),
        lambda x: round(math.exp(x), 7),
    ],
    ids=["constant", "float32 argument", "float32 value", "rounded"],
)
def test_values_that_share_their_rounding_are_crowded(function: Callable[[float], float]) -> None:
    assert first_look(function, 1.1).is_crowded


def test_a_float32_argument_is_crowded_though_its_values_are_on_no_lattice() -> None:
    survey = first_look(lambda x: math.exp(float(f32(x))) * math.pi, 1.1)
    assert survey.quantum == 0.0
    assert survey.is_crowded


@pytest.mark.parametrize("function", [math.exp, lambda x: x, lambda x: math.exp(x) + 1e6])
def test_ordinary_values_are_even_and_not_crowded(function: Callable[[float], float]) -> None:
    survey = first_look(function)
    assert not survey.is_crowded
    assert survey.is_even


def test_a_kink_at_the_point_is_not_even() -> None:
    assert not first_look(lambda x: abs(x - 1.0) + math.exp(x)).is_even


def test_where_one_side_is_outside_the_domain_all_points_are_set_on_the_other() -> None:
    survey = first_look(lambda x: math.sqrt(x - 1.0) if x >= 1.0 else math.nan)
    assert not survey.is_even
    assert len(survey.samples) == 4
    survey.look_within(1e-3)
    assert len(survey.samples) == 10
    assert np.all(survey.samples.places >= 0.0)


def test_points_are_where_they_are_realised() -> None:
    survey = first_look(lambda x: x, 1.0, 1e-3)
    assert np.allclose(1.0 + 1e-3 * survey.samples.places, survey.samples.values, rtol=0.0, atol=1e-19)
    # The distance of the nearest is 1e-13 of the parameter: as asked for, it is not a number of float64.
    assert all(
        (1e-3 * place * 2.0**52) % 1.0 < 1e-6 or (1e-3 * place * 2.0**52) % 1.0 > 1 - 1e-6
        for place in survey.samples.places
    )


def test_no_point_is_looked_at_twice() -> None:
    survey = first_look(math.exp)
    for reach in (3e-6, 3e-6, 6e-5):
        survey.look_within(reach)
    assert survey.forward_passes == 24
    assert len(set(survey.samples.places)) == 25
