"""Components moved in place, in one loop: bit for bit what moving each in a copy of its own gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gradcheck.differences import stencils
from gradcheck.differences.formulas import STENCILS, Scale
from gradcheck.differences.in_place import FIRST, values_moved
from gradcheck.differences.stencils import estimate_component, estimate_gradient

Vector = npt.NDArray[Any]
POINTS = st.sampled_from([np.float16, np.float32, np.float64]).flatmap(
    lambda dtype: arrays(dtype, st.integers(1, 9), elements=st.floats(-30, 30, width=8 * np.dtype(dtype).itemsize))
)
SCALES = st.builds(Scale, length=st.none() | st.floats(0.5, 2), noise=st.none() | st.floats(1e-16, 1e-3))


def curved(w: Vector) -> Any:
    """Return a cost whose last bits depend on every component."""
    return np.sum(np.sin(w.astype(np.float64)) * np.arange(1, w.size + 1)) ** 2


@pytest.mark.equation("46")
@settings(deadline=None)
@given(w=POINTS, name=st.sampled_from(sorted(STENCILS)), scale=SCALES, chunk=st.integers(1, 4))
def test_all_in_one_loop_is_bit_for_bit_each_by_itself(w: Vector, name: str, scale: Scale, chunk: int) -> None:
    stencil = STENCILS[name]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stencils, "CHUNK", chunk)
        fast = estimate_gradient(curved, w, stencil=stencil, scale=scale)
    for index in range(w.size):
        points: list[Vector] = []
        slow = estimate_component(
            lambda v, seen=points: seen.append(v.copy()) or curved(v), w, index, stencil=stencil, scale=scale
        )
        assert fast.value[index] == slow.value == quotient(w, index, points[-len(stencil.moved) :], name)
        errors = slow.truncation_error, slow.condition_error, slow.step
        assert (fast.truncation_error[index], fast.condition_error[index], fast.step[index]) == errors


def quotient(w: Vector, index: int, points: list[Vector], name: str) -> float:
    """Return the difference quotient of points that are copies, over the displacements between them."""
    coefficients = {"forward": [1.0], "central": [-0.5, 0.5]}[name]
    total, displacement = -1.0 * float(curved(w)) if name == "forward" else 0.0, 0.0
    for coefficient, point in zip(coefficients, points, strict=True):
        assert np.array_equal(np.delete(point, index), np.delete(w, index))
        total += coefficient * float(curved(point))
        displacement += coefficient * float(point[index] - w[index])
    return total / displacement


def keeping(handed: list[Vector]) -> Callable[[Vector], float]:
    def cost(w: Vector) -> float:
        assert not any(w is before for before in handed)
        handed.append(w)
        return float(w[0])

    return cost


def reshaping(handed: list[Vector]) -> Callable[[Vector], float]:
    def cost(w: Vector) -> float:
        assert w.shape == (4,)
        w.shape = (2, 2)
        handed.append(np.zeros(0))
        return float(w[0, 0])

    return cost


@pytest.mark.filterwarnings("ignore:Setting the shape:DeprecationWarning")
@pytest.mark.parametrize("kind", [keeping, reshaping])
def test_a_cost_that_does_something_to_what_it_was_handed_gets_another_array_every_time(kind: Any) -> None:
    """What a cost remembers by the array it was handed, or does to that array's shape, is of that pass alone."""
    handed: list[Vector] = []
    w = np.arange(4.0)
    moved = np.arange(8.0).reshape(4, 2)
    assert values_moved(kind(handed), w, range(4), moved).ravel().tolist() == [0.0, 1.0] + [0.0] * 6
    assert len(handed) == 8


def test_a_cost_that_keeps_nothing_is_handed_one_array_that_it_cannot_write_to() -> None:
    handed = set()

    def cost(w: Vector) -> float:
        assert not w.flags.writeable
        handed.add(id(w))
        return 0.0

    values_moved(cost, np.zeros(99), range(99), np.ones((99, 1)))
    assert len(handed) <= FIRST + 1


def test_a_cost_returned_in_one_array_again_and_again_is_read_at_once() -> None:
    returned = np.zeros(())

    def cost(w: Vector) -> Any:
        returned[...] = w[0]
        return returned

    assert values_moved(cost, np.zeros(2), range(1), np.array([[1.0, 2.0]])).tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "longdouble", ">f4", ">f8"])
def test_a_buffer_of_any_floating_dtype_is_moved_and_put_back(dtype: str) -> None:
    """A memoryview reads and writes two of these dtypes alone."""
    w = (np.arange(1.0, 4.0) / 3.0).astype(dtype)
    before, moved = w.copy(), np.array([[-w[1], 0.5]], dtype)
    handed = []
    values_moved(lambda v: handed.append(v.copy()) or 0.0, w, range(1, 2), moved)
    assert [v.tolist() for v in handed] == [[w[0], value, w[2]] for value in moved[0]]
    assert w.tolist() == before.tolist()
