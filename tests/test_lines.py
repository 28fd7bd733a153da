"""A cost along a line, at the points that exist in the parameters' own dtypes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


@settings(deadline=None)
@given(w=st.floats(-10, 10), v=st.floats(0.1, 10), step=st.floats(1e-7, 1e-3))
def test_a_linear_cost_has_exactly_the_slope_of_the_tangent(w: float, v: float, step: float) -> None:
    """With the nominal direction the slope would be wrong by up to eps32 w / step, whole digits of it."""
    line = Line(lambda point: float(point[0]), np.array([w]), np.array([v]), as_float32)
    measured = (line.value(step) - line.value(-step)) / (2.0 * step)
    assert measured == pytest.approx(line.displacement([(step, 0.5 / step), (-step, -0.5 / step)])[0], rel=1e-15)


def test_the_tangent_is_not_the_nominal_direction() -> None:
    line = Line(lambda point: 0.0, np.array([1.0]), np.array([1.0]), as_float32)
    assert abs(line.displacement([(1e-7, 5e6), (-1e-7, -5e6)])[0] - 1.0) > 0.01


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
