"""Counting calls from outside: whose calls count, what cannot be watched, and that whoever listened before listens on."""

from __future__ import annotations

import cProfile
import functools
import math
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gradcheck
from gradcheck.checks.watch import watching


def cost(w: float, power: int = 2) -> float:
    return w**power


def recursive(w: float) -> float:
    return w if w <= 1.0 else recursive(w / 2.0)


def counted(function: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate, without functools.wraps."""

    def wrapper(*arguments: Any) -> Any:
        return function(*arguments)

    return wrapper


def wrapped(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(*arguments: Any) -> Any:
        return function(*arguments)

    return wrapper


class Model:
    """Costs as methods and as a callable object."""

    def cost(self, w: float) -> float:
        return w

    @wrapped
    def decorated(self, w: float) -> float:
        return w

    @classmethod
    def of_class(cls, w: float) -> float:
        return w

    @staticmethod
    def static(w: float) -> float:
        return w

    def __call__(self, w: float) -> float:
        return (lambda: w + 0.0 * len(repr(self)))()


MODEL, OTHER = Model(), Model()


def calls_of(function: Callable[..., Any], *calls: Callable[[float], Any]) -> int | None:
    """Return how many calls of a function are seen while others are called."""
    with watching(function) as watch:
        for call in calls:
            call(3.0)
    return watch.calls


PLAIN, CLOSED, OTHER_CLOSED = cost, counted(cost), counted(math.sqrt)
DECORATED = wrapped(cost)


@pytest.mark.parametrize(
    ("function", "calls", "seen"),
    [
        (cost, [], 0),
        (cost, [cost, math.sqrt, cost], 2),
        (cost, [CLOSED, DECORATED, functools.partial(cost, power=3)], 3),
        (functools.partial(functools.partial(cost), power=3), [cost], 1),
        (recursive, [recursive, recursive], 2),
        (CLOSED, [CLOSED, OTHER_CLOSED], 1),
        (DECORATED, [DECORATED, wrapped(math.sqrt)], 1),
        (MODEL.cost, [MODEL.cost, OTHER.cost, lambda w: Model.cost(MODEL, w)], 2),
        (MODEL.decorated, [MODEL.decorated, OTHER.decorated], 1),
        (MODEL.of_class, [OTHER.of_class], 1),
        (MODEL.static, [Model.static], 1),
        (MODEL, [MODEL, OTHER, lambda w: MODEL(w)], 2),
    ],
)
def test_its_own_outermost_calls_are_counted_and_no_others(
    function: Callable[..., Any], calls: list[Callable[[float], Any]], seen: int
) -> None:
    assert calls_of(function, *calls) == seen


@pytest.mark.parametrize("function", [math.sqrt, np.sum, np.sin, float, functools.partial(max, 1.0), len, Model])
def test_what_is_no_python_code_is_not_watched_and_nothing_is_said(function: Callable[..., Any]) -> None:
    assert calls_of(function, math.sqrt) is None


def test_a_function_that_wraps_itself_ends() -> None:
    circular = wrapped(cost)
    circular.__wrapped__ = circular  # type: ignore[attr-defined]
    assert calls_of(circular) is None


def test_calls_that_raise_are_counted_and_the_exception_passes() -> None:
    def failing(w: float) -> float:
        raise KeyError(w)

    with pytest.raises(KeyError), watching(failing) as watch:
        failing(1.0)
    assert watch.calls == 1
    with pytest.raises(KeyError):
        failing(1.0)
    assert watch.calls == 1


def test_nothing_is_left_behind_even_when_the_block_raises() -> None:
    before = sys.getprofile(), sys.gettrace(), tools()
    with pytest.raises(ZeroDivisionError), watching(cost):
        raise ZeroDivisionError
    assert (sys.getprofile(), sys.gettrace(), tools()) == before


def tools() -> list[str | None]:
    """Return the tools that listen, from Python 3.12 on."""
    monitoring = getattr(sys, "monitoring", None)
    return [] if monitoring is None else [monitoring.get_tool(i) for i in range(6)]


def test_a_profiler_written_in_python_hears_everything_and_has_its_place_back() -> None:
    heard: list[str] = []

    def profiler(frame: Any, event: str, _: Any) -> None:
        if event == "call":
            heard.append(frame.f_code.co_name)

    before = sys.getprofile()
    sys.setprofile(profiler)
    try:
        seen = calls_of(cost, cost, cost)
        assert sys.getprofile() is profiler
    finally:
        sys.setprofile(before)
    assert seen == 2
    assert heard.count("cost") == 2


def test_a_profiler_written_in_c_is_left_alone() -> None:
    profile = cProfile.Profile()
    profile.enable()
    try:
        seen = calls_of(cost, cost)
        cost(4.0)
    finally:
        profile.disable()
    assert seen == (None if sys.version_info < (3, 12) else 1)
    entries = {getattr(entry.code, "co_name", ""): entry.callcount for entry in profile.getstats()}
    assert entries["cost"] == 2


def test_a_tracer_is_not_touched() -> None:
    heard: list[str] = []

    def tracer(frame: Any, _: str, __: Any) -> None:
        heard.append(frame.f_code.co_name)

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        seen = calls_of(cost, cost)
    finally:
        sys.settrace(before)
    assert seen == 1
    assert "cost" in heard


def test_another_thread_is_not_disturbed() -> None:
    found: list[float] = []
    with watching(cost) as watch:
        thread = threading.Thread(target=lambda: found.append(cost(3.0)))
        thread.start()
        thread.join()
    assert found == [9.0]
    assert watch.calls in (0, 1)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="sys.monitoring came with Python 3.12")
def test_where_every_place_to_listen_is_taken_nothing_is_said() -> None:
    monitoring = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
    taken = [i for i in (3, 4) if monitoring.get_tool(i) is None]
    for tool in taken:
        monitoring.use_tool_id(tool, "test")
    try:
        assert calls_of(cost, cost) is None
    finally:
        for tool in taken:
            monitoring.free_tool_id(tool)


SCRIPT = """
import sys
from gradcheck.checks.watch import watching
def cost(w): return w
def other(w): return w
with watching(cost) as watch:
    cost(1); other(2); cost(3)
assert watch.calls == 2, watch.calls
assert sys.getprofile() is None
"""


def test_a_fresh_interpreter_counts_the_same() -> None:
    folder = Path(gradcheck.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
