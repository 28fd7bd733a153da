"""A cost along a line, at the points that exist in the parameters' own dtypes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gradcheck.differences.lines import Line, Vector


def as_float32(w: Vector) -> Vector:
    return w.astype(np.float32).astype(np.float64)


def as_it_is(w: Vector) -> Vector:
    return w


@settings(deadline=None)
@given(w=st.floats(-10, 10), v=st.floats(-10, 10), t=st.floats(-1, 1))
def test_the_cost_sees_realised_points_only(w: float, v: float, t: float) -> None:
    seen: list[Vector] = []

    def cost(point: Vector) -> float:
        seen.append(point)
        return float(point[0])

    line = Line(cost, np.array([w]), np.array([v]), as_float32)
    value = line.value(t)
    assert seen[0][0] == np.float32(w + t * v) == value


STENCILS = st.lists(st.tuples(st.floats(1e-7, 1.0) | st.floats(-1.0, -1e-7), st.floats(-1e3, 1e3)), max_size=6)


@settings(deadline=None)
@given(
    stencil=STENCILS,
    w=arrays(np.float64, 3, elements=st.floats(-10, 10, width=32)),
    v=arrays(np.float64, 3, elements=st.floats(-10, 10)),
    slopes=arrays(np.float64, 3, elements=st.floats(-3, 3)),
    realise=st.sampled_from([as_float32, as_it_is]),
)
def test_a_linear_cost_has_exactly_its_slope_along_the_displacement(
    stencil: list[tuple[float, float]], w: Vector, v: Vector, slopes: Vector, realise: Callable[[Vector], Vector]
) -> None:
    """With the nominal direction the slope would be wrong by up to eps32 w / step, whole digits of it."""
    line = Line(lambda point: float(slopes @ (point - w)), w, v, realise)
    measured = math.fsum(c * line.value(t) for t, c in stencil)
    terms = sum(abs(c) * float(np.abs(slopes) @ np.abs(line.point(t) - w)) for t, c in stencil)
    # Each term is rounded a few times, and their sum.
    assert abs(measured - float(slopes @ line.displacement(stencil))) <= 16 * np.finfo(float).eps * terms + 1e-300


def test_an_empty_stencil_is_no_displacement() -> None:
    line = Line(lambda point: 0.0, np.ones(3), np.ones(3), as_it_is)
    assert line.displacement([]).tobytes() == np.zeros(3).tobytes()


def test_the_displacement_is_not_the_nominal_direction() -> None:
    line = Line(lambda point: 0.0, np.array([1.0]), np.array([1.0]), as_float32)
    assert abs(line.displacement([(1e-7, 5e6), (-1e-7, -5e6)])[0] - 1.0) > 0.01


def test_several_points_are_asked_in_one_call_and_in_their_order() -> None:
    batches: list[list[float]] = []

    def costs(points: Iterable[Vector]) -> list[float]:
        batches.append([float(point[0]) for point in points])
        return [math.inf if x > 2.0 else 2.0 * x for x in batches[-1]]

    def never(_: Vector) -> float:
        raise AssertionError

    line = Line(never, np.array([1.0]), np.array([1.0]), as_it_is, costs)
    assert repr(line.values([0.5, 1.5, -0.5])) == "[3.0, nan, 1.0]"
    assert repr(line.at([np.array([7.0]), np.array([0.0])])) == "[nan, 0.0]"
    assert line.value(0.0) == 2.0
    assert batches == [[1.5, 2.5, 0.5], [7.0, 0.0], [1.0]]


@pytest.mark.parametrize("scale", [1e-200, 1e-160, 1e160, 1e200])
def test_distance_neither_overflows_nor_underflows(scale: float) -> None:
    line = Line(lambda point: 0.0, scale * np.array([3.0, 4.0]), scale * np.array([0.3, 0.4]), as_it_is)
    assert line.distance == pytest.approx(10.0, rel=1e-14)


@pytest.mark.parametrize("outside", [math.inf, -math.inf, math.nan])
def test_what_is_not_finite_is_outside_the_domain(outside: float) -> None:
    line = Line(lambda point: outside if point[0] > 0 else 1.5, np.zeros(1), np.ones(1), as_it_is)
    assert math.isnan(line.value(1.0))
    assert line.value(-1.0) == 1.5


def test_distance_is_that_of_the_parameters_that_move() -> None:
    line = Line(lambda point: 0.0, np.array([3.0, 4.0, 1e9]), np.array([0.3, 0.4, 0.0]), as_it_is)
    assert line.distance == pytest.approx(10.0, rel=1e-15)


def test_the_point_is_never_written() -> None:
    w, v = np.array([-0.0, 5e-324]), np.array([1.0, 1.0])
    kept = w.tobytes(), v.tobytes()
    Line(lambda point: 0.0, w, v, as_it_is).value(0.5)
    assert (w.tobytes(), v.tobytes()) == kept


@settings(deadline=None)
@given(stencil=STENCILS, seed=st.integers(0, 2**32 - 1), realise=st.sampled_from([as_float32, as_it_is]))
def test_the_displacement_is_bit_for_bit_the_sum_of_the_moves(
    stencil: list[tuple[float, float]], seed: int, realise: Callable[[Vector], Vector]
) -> None:
    generator = np.random.default_rng(seed)
    w = realise(generator.standard_normal(5))
    line = Line(lambda w: 0.0, w, generator.standard_normal(5), realise)
    written_out = np.zeros(5)
    for t, c in stencil:
        written_out = written_out + c * (realise(w + t * line.direction) - w)
    assert line.displacement(stencil).tolist() == written_out.tolist()
    assert line.w.tolist() == w.tolist()
