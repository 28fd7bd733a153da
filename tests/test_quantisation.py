"""The lattice that values lie on, and the dtype they fit in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.differences.quantisation import fitting_eps, quantum

EPS = 2.0**-52


@settings(max_examples=200, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    step=st.floats(-9, 3).map(lambda exponent: 10.0**exponent),
    reach=st.integers(4, 300),
    offset=st.integers(-1000, 1000),
)
def test_multiples_of_a_step_are_seen(seed: int, step: float, reach: int, offset: int) -> None:
    """13 values: their differences have another common divisor than 1 with probability 2^-12; it is then a multiple."""
    multiples = np.random.default_rng(seed).integers(-reach, reach, 13)
    found = quantum(step * (multiples + offset))
    divisor = np.gcd.reduce(np.diff(multiples))
    assert found == pytest.approx(step * divisor, rel=1e-6)


@pytest.mark.parametrize("spread", [1e-15, 1e-14, 1e-12, 1e-9, 1e-3, 1.0])
def test_what_is_on_no_lattice_is_not_put_on_one(spread: float) -> None:
    generator = np.random.default_rng(0)
    assert not any(quantum(1.0 + spread * generator.standard_normal(7)) for _ in range(3000))


@settings(deadline=None)
@given(seed=st.integers(0, 2**32), offset=st.integers(10, 30))
def test_an_offset_taken_off_again_leaves_its_last_digit(seed: int, offset: int) -> None:
    values = (np.random.default_rng(seed).uniform(1.0, 2.0, 13) + 2.0**offset) - 2.0**offset
    assert quantum(values) >= 2.0 ** (offset - 52)
    assert np.all(values % quantum(values) == 0.0)


@pytest.mark.parametrize("values", [[], [1.0], [2.0, 2.0], [np.nan, 1.0], [1e308, -1e308]])
def test_without_differences_there_is_no_quantum(values: list[float]) -> None:
    assert quantum(np.array(values)) == 0.0


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@settings(deadline=None)
@given(seed=st.integers(0, 2**32), scale=st.integers(-3, 3))
def test_the_dtype_of_values_is_seen(dtype: Any, seed: int, scale: int) -> None:
    values = (2.0**scale * np.random.default_rng(seed).uniform(1.0, 2.0, 13)).astype(dtype)
    assert fitting_eps(values.astype(np.float64), eps=EPS) == np.finfo(dtype).eps


@settings(deadline=None)
@given(seed=st.integers(0, 2**32))
def test_values_of_float64_fit_in_nothing_less(seed: int) -> None:
    assert fitting_eps(np.random.default_rng(seed).uniform(1.0, 2.0, 7), eps=EPS) == EPS


@pytest.mark.parametrize(
    "values",
    [[0.0], [3.0], [178.5], [1e6], [0.25, 0.5, 0.75, 1.0], [1.0, 2.0, 3.0], [k * EPS for k in range(9)], [1e-300], []],
)
def test_short_numbers_tell_nothing(values: list[float]) -> None:
    """Counts and quarters fit in every dtype."""
    assert fitting_eps(np.array(values), eps=EPS) == EPS


def test_one_long_number_tells_float32() -> None:
    assert fitting_eps(np.full(7, float(np.float32(0.1))), eps=EPS) == 2.0**-23


def test_the_parameters_dtype_is_the_least() -> None:
    assert fitting_eps(np.random.default_rng(0).uniform(size=7), eps=1e-3) == 1e-3
