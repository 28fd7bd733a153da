"""Memory used again for the parameters of the next call, and never while anybody holds them."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import gradcheck
from gradcheck.checks.buffers import Buffers
from gradcheck.checks.options import Options
from gradcheck.checks.problem import Problem
from gradcheck.subjects.protocol import GradientSubject

KEEPING: dict[str, Callable[[np.ndarray[Any, Any]], Any]] = {
    "itself": lambda w: w,
    "a view": lambda w: w[1:],
    "a view of a view": lambda w: w[1:].reshape(1, -1),
    "a memoryview": memoryview,
    "in a closure": lambda w: lambda: w,
}


@pytest.mark.parametrize("keep", KEEPING.values(), ids=KEEPING)
def test_what_is_kept_is_never_written_to(keep: Callable[[np.ndarray[Any, Any]], Any]) -> None:
    buffers = Buffers()
    vectors = [buffers.copy_of(np.full(3, float(i))) for i in range(4)]
    kept = [keep(vector) for vector in vectors]
    del vectors
    gc.collect()
    for i in range(4, 8):
        buffers.copy_of(np.full(3, float(i)))
    for i, one in enumerate(kept):
        assert np.all(np.asarray(one() if callable(one) else one) == float(i))


def test_what_nobody_keeps_is_used_again() -> None:
    buffers = Buffers()
    first = buffers.copy_of(np.zeros(3))
    place = first.ctypes.data
    del first
    again = buffers.copy_of(np.ones(3))
    assert again.ctypes.data == place
    assert again.tolist() == [1.0, 1.0, 1.0]


def test_a_cost_that_keeps_every_array_it_was_handed_finds_them_as_they_were() -> None:
    seen: list[tuple[Any, Any]] = []

    def cost(w: dict[str, Any]) -> float:
        seen.append((w["a"][::2], w["a"].copy()))
        return float(np.sum(np.sin(w["a"])))

    at = {"a": np.linspace(0.1, 1.0, 7)}
    assert gradcheck.check(cost, lambda w: {"a": np.cos(w["a"])}, at).verdict is gradcheck.Verdict.AGREE
    assert all(np.array_equal(kept, copied[::2]) for kept, copied in seen)


def test_every_call_is_handed_new_arrays_though_their_memory_is_not() -> None:
    """What is remembered by the array itself is forgotten with it."""
    handed: list[weakref.ref[Any]] = []

    def cost(w: np.ndarray[Any, Any]) -> float:
        assert all(before() is None for before in handed[:-1])
        handed.append(weakref.ref(w))
        return float(w @ w)

    problem = Problem(GradientSubject("square", cost, lambda w: 2 * w, at=np.ones(3)), Options())
    assert problem.probes(np.eye(3)) == [1.0, 1.0, 1.0]
    assert len(handed) == 3
