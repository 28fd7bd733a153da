"""Contracts of a linear map: what is told of maps that are not, and that rounding alone is never taken for one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.checks.claims import Claim, read_claim
from gradcheck.checks.linearity import LinearMap, broken_linearity
from gradcheck.parameters import lay_out
from gradcheck.results import Fault, FaultKind
from tests.layers_for_tests import softmax


def fault_of(function: Callable[[Any], Any], size: int, seed: int, dtype: Any = np.float64) -> tuple[Fault | None, int]:
    """Return the fault of a map of vectors, and how often it was called."""
    generator = np.random.default_rng(seed)
    layout = lay_out({"x": np.zeros(size, dtype)})
    calls: list[Any] = []

    def apply(u: Any) -> Claim:
        calls.append(u)
        return read_claim(layout, {"x": function(u.astype(dtype))})

    u = generator.standard_normal(size)
    linear = LinearMap("backward", "cotangent", apply, layout, np.dtype(dtype))
    return broken_linearity(linear, apply(u), u, lambda: generator.standard_normal(size)), len(calls) - 1


@settings(deadline=None)
@given(st.integers(0, 2**31), st.sampled_from([np.float64, np.float32]), st.floats(-12, 12))
def test_a_matrix_is_linear_at_any_scale_in_four_calls(seed: int, dtype: Any, exponent: float) -> None:
    matrix = (10.0**exponent * np.random.default_rng(seed).normal(size=(4, 4))).astype(dtype)
    assert fault_of(lambda u: matrix @ u, 4, seed, dtype) == (None, 4)


@settings(deadline=None, max_examples=300)
@given(st.integers(0, 2**31), st.sampled_from([np.float64, np.float32]), st.floats(1, 12))
def test_rounding_is_not_taken_for_a_fault_where_terms_cancel_to_their_last_digits(
    seed: int, dtype: Any, gain: float
) -> None:
    layer = softmax(np.random.default_rng(seed), dtype)
    _, p = layer.forward(layer.inputs[0] * dtype(gain))
    assert fault_of(lambda u: layer.backward(u, p), 5, seed, dtype)[0] is None


def test_a_seed_at_which_one_sum_is_wrong_by_rounding_takes_more_calls_and_is_no_fault() -> None:
    taken = []
    for seed in range(300):
        layer = softmax(np.random.default_rng(seed), np.float32)
        _, p = layer.forward(layer.inputs[0] * np.float32(8))
        fault, calls = fault_of(lambda u, p=p, layer=layer: layer.backward(u, p), 5, seed, np.float32)
        assert fault is None
        taken.append(calls)
    assert max(taken) > 4


def test_numbers_too_small_for_their_digits_are_no_fault() -> None:
    tiny = np.float32(1.3e-41)
    for seed in range(50):
        assert fault_of(lambda u: tiny * u * np.float32(1.7), 4, seed, np.float32)[0] is None


def test_a_solver_that_stops_at_a_tolerance_below_what_is_measured_is_no_fault() -> None:
    assert fault_of(lambda u: 3.0 * u * (1 + 1e-10 * np.tanh(u)), 4, 0)[0] is None
    assert fault_of(lambda u: 3.0 * u * (1 + 1e-6 * np.tanh(u)), 4, 0)[0] is not None


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda u: u + 1e-12, "for a cotangent of zeros: 0 is required; is a constant added"),
        (lambda u: np.full(4, 2.5), "gives 2.5 at x[0] for a cotangent of zeros"),
        (lambda u: u * abs(u), "of -2 times a cotangent gives"),
        (lambda u: np.abs(u), "of -2 times a cotangent gives"),
        (lambda u: np.clip(u, -0.5, 0.5), "of -2 times a cotangent gives"),
        (lambda u: u * np.linalg.norm(u) / (np.max(np.abs(u)) or 1.0), "of the sum of two cotangents gives"),
    ],
)
def test_maps_that_are_not_linear_are_told_so(function: Any, words: str) -> None:
    for seed in range(20):
        fault, _ = fault_of(function, 4, seed)
        assert fault is not None and words in fault.sentence, fault
        assert fault.where == "x"


@pytest.mark.parametrize(
    "function",
    [
        lambda u: np.full(4, np.max(u) + np.min(u)),
        lambda u: np.full(4, np.median(u[:3])),
        lambda u: u * (np.abs(u) > np.mean(np.abs(u))),
    ],
)
def test_maps_in_pieces_are_told_by_most_sums_and_the_rest_is_left_to_the_numbers(function: Any) -> None:
    faults = [fault_of(function, 4, seed)[0] for seed in range(60)]
    told = [fault.sentence for fault in faults if fault is not None]
    assert len(told) > 15 and all("of the sum of two cotangents gives" in sentence for sentence in told)


def test_the_worst_component_is_shown_with_digits_that_tell_the_numbers_apart() -> None:
    fault, _ = fault_of(lambda u: u * np.array([1.0, 1.0, 1.0 + 1e-7 * np.sign(u[2]), 1.0]), 4, 0)
    assert fault is not None
    seen, wanted = (
        fault.sentence.split("gives ")[1].split(" at ")[0],
        fault.sentence.split("cotangent is ")[1].split(":")[0],
    )
    assert "x[2]" in fault.sentence and seen != wanted
    assert float(seen) == pytest.approx(float(wanted), rel=1e-6)


def test_a_division_by_the_cotangent_is_nan_at_zero() -> None:
    with np.errstate(all="ignore"):
        fault, _ = fault_of(lambda u: u * u / u, 3, 0)
    assert fault is not None and fault.kind is FaultKind.NAN and "does it divide by the cotangent" in fault.sentence


def test_answers_that_overflow_when_doubled_are_left_alone() -> None:
    assert fault_of(lambda u: 1e308 * (u / np.max(np.abs(u) + 1e-300)), 3, 0)[0] is None
