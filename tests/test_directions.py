"""Random directions: Gaussian within one block, in its scale, and nothing outside it."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from gradcheck.differences.directions import (
    MANY,
    UNEVEN,
    block_scale,
    component_direction,
    gaussian_direction,
    is_uneven,
    spread_numbers,
)

VECTORS = arrays(np.float64, st.integers(1, 20), elements=st.floats(-1e3, 1e3, allow_subnormal=False))


@pytest.mark.parametrize("size", [1e-200, 5e-324, 1e-160, 1.0, 1e160, 1e200, 1e308])
def test_scale_neither_overflows_nor_underflows(size: float) -> None:
    # The ratio to the largest is exact and the mean of equal squares is 1 to a rounding or two.
    assert block_scale(np.array([size, -size, size])) == pytest.approx(size, rel=4 * np.finfo(float).eps)


@settings(deadline=None)
@given(block=VECTORS)
def test_scale_is_the_root_mean_square(block: npt.NDArray[np.float64]) -> None:
    exact = math.sqrt(math.fsum(float(b) * float(b) for b in block) / block.size)
    # n squares, sums and a root, each rounded once; squares below 1e-308 may be lost beside 1e-6 of the largest.
    largest = float(np.max(np.abs(block)))
    if largest == 0.0:
        assert block_scale(block) == 1.0
    elif largest > 1e-150:
        assert block_scale(block) == pytest.approx(exact, rel=(block.size + 8) * np.finfo(float).eps)
    else:
        assert largest / math.sqrt(block.size) <= block_scale(block) * (1 + 1e-15 * block.size)


@settings(deadline=None)
@given(w=VECTORS, data=st.data(), seed=st.integers(0, 2**32 - 1))
def test_direction_is_zero_outside_its_place(w: npt.NDArray[np.float64], data: st.DataObject, seed: int) -> None:
    start = data.draw(st.integers(0, w.size - 1))
    stop = data.draw(st.integers(start + 1, w.size))
    before = w.tobytes()
    direction = gaussian_direction(w, slice(start, stop), np.random.default_rng(seed))
    again = gaussian_direction(w, slice(start, stop), np.random.default_rng(seed))
    assert direction.shape == w.shape
    assert set(np.flatnonzero(direction)) <= set(range(start, stop))
    assert np.any(direction[start:stop])
    assert direction.tobytes() == again.tobytes()
    assert w.tobytes() == before


@pytest.mark.parametrize("scale", [1e-200, 1e-8, 1.0, 1e8, 1e200])
def test_components_are_normal_in_the_scale_of_the_block(scale: float) -> None:
    w = np.concatenate([np.full(50, 1e3 * min(scale, 1e200)), np.full(4000, scale)])
    direction = gaussian_direction(w, slice(50, w.size), np.random.default_rng(5))
    # One fixed draw of 4000: a normal sample of this size falls under 1e-3 once in a thousand seeds; +-1 or uniform
    # give 0.
    assert stats.kstest(direction[50:] / scale, "norm").pvalue > 1e-3


def test_a_zero_block_moves_by_steps_of_one() -> None:
    direction = gaussian_direction(np.array([1e6, 0.0, 0.0]), slice(1, 3), np.random.default_rng(0))
    normal = np.random.default_rng(0).standard_normal(2)
    assert np.array_equal(direction, [0.0, *normal])


@pytest.mark.equation("46")
def test_a_swapped_pair_cannot_hide() -> None:
    """An error (c, -c) is orthogonal to half of all +-1 directions; to a Gaussian one with probability 0."""
    error = np.array([1.0, -1.0])
    generator = np.random.default_rng(3)
    projections = [error @ gaussian_direction(np.ones(2), slice(0, 2), generator) for _ in range(1000)]
    delta = 1e-2 * math.sqrt(2.0)
    passing = sum(abs(p) <= delta for p in projections)
    # At most 0.8 delta / |e| = 0.8 % pass: 8 of 1000, and three standard deviations more.
    assert passing <= 8 + 3 * math.sqrt(8)
    assert sum(abs(p) <= delta for p in np.random.default_rng(3).choice([-1, 1], (1000, 2)) @ error) > 400


@settings(deadline=None)
@given(w=VECTORS, data=st.data(), seed=st.integers(0, 2**32 - 1))
def test_each_component_moves_in_its_own_size_and_a_zero_in_the_blocks(
    w: npt.NDArray[np.float64], data: st.DataObject, seed: int
) -> None:
    start = data.draw(st.integers(0, w.size - 1))
    place = slice(start, data.draw(st.integers(start + 1, w.size)))
    before = w.tobytes()
    direction = component_direction(w, place, np.random.default_rng(seed))
    normal = np.random.default_rng(seed).standard_normal(place.stop - place.start)
    block = w[place]
    sizes = [abs(b) if b else block_scale(block) for b in block]
    assert direction[place].tolist() == [size * float(z) for size, z in zip(sizes, normal, strict=True)]
    outside = np.delete(direction, np.arange(place.start, place.stop))
    assert direction.shape == w.shape and not np.any(outside)
    assert w.tobytes() == before


def test_a_component_1e16_smaller_is_moved_by_a_step_of_its_own() -> None:
    w = np.array([1e-8, 1e8])
    direction = component_direction(w, slice(0, 2), np.random.default_rng(0))
    assert np.all(np.abs(direction / w) < 5.0) and np.all(direction != 0.0)


@given(
    block=arrays(
        np.float64, st.integers(1, 12), elements=st.sampled_from([0.0, 1e-6, 0.01, 1.0, -1.0, 99.0, 100.0, 1e4])
    )
)
def test_uneven_is_told_by_the_median(block: npt.NDArray[np.float64]) -> None:
    """The short cut decides nothing that the median would not."""
    sizes = np.abs(block[block != 0.0])
    assert is_uneven(block) == bool(sizes.size > 1 and block_scale(sizes) > UNEVEN * np.median(sizes))


@pytest.mark.parametrize("error", [[1.0], [1.0, -1.0], [1.0, 1.0], [3.0, 1.0, -0.5], [1.0] * 9], ids=len)
def test_an_error_hides_from_uniform_numbers_no_more_often_than_from_normal_ones(error: list[float]) -> None:
    """(1, -1) and (1, 1) reach Ball's bound."""
    e = np.array(error) / np.linalg.norm(error)
    rounds = 40 * MANY // e.size
    along = spread_numbers(rounds * e.size, np.random.default_rng(5)).reshape(rounds, e.size) @ e
    for delta in (0.01, 0.1):
        bound = math.sqrt(2.0 / math.pi) * delta
        hidden = np.count_nonzero(np.abs(along) <= delta) / rounds
        assert hidden <= bound + 4.0 * math.sqrt(bound / rounds)
    assert np.count_nonzero(along < 0.0) and np.count_nonzero(along > 0.0)
