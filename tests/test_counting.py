"""Counting forward passes: every call counts, also one that raises, and none goes over the limit."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.differences.counting import CountedFunction
from gradcheck.errors import BudgetExceeded


@pytest.mark.equation("46")
@settings(deadline=None)
@given(calls=st.integers(0, 20), limit=st.none() | st.integers(0, 20))
def test_counts_calls_up_to_the_limit(calls: int, limit: int | None) -> None:
    seen: list[int] = []
    counted = CountedFunction(seen.append, limit=limit)
    allowed = calls if limit is None else min(calls, limit)
    for call in range(allowed):
        counted(call)
    if limit is not None and calls > limit:
        with pytest.raises(BudgetExceeded, match=f"the budget of {limit} forward passes is used up"):
            counted(calls)
    assert seen == list(range(allowed))
    assert counted.forward_passes == allowed


def test_a_call_that_raises_was_a_forward_pass() -> None:
    counted = CountedFunction(lambda x: 1 / x)
    with pytest.raises(ZeroDivisionError):
        counted(0)
    assert counted.forward_passes == 1


def test_progress_hears_every_count_after_the_call() -> None:
    heard: list[tuple[int, int]] = []
    calls: list[float] = []
    counted = CountedFunction(calls.append, on_pass=lambda count: heard.append((count, len(calls))))
    counted(1.0)
    counted(2.0)
    assert heard == [(1, 1), (2, 2)]


def test_passes_arguments_and_value_through() -> None:
    counted = CountedFunction(lambda a, b: (a, b))
    first, second = object(), object()
    returned = counted(first, second)
    assert returned[0] is first
    assert returned[1] is second
