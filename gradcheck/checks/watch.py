"""Watching a function from outside: how often the user's own code calls it."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import sys
from collections.abc import Callable, Iterator
from types import CodeType, FrameType, FunctionType, MethodType
from typing import Any, Final

MOST_WRAPPINGS: Final = 32
"""How many partials, methods and decorators around a function are taken off before it is given up (a count)."""

TOOL_IDS: Final = (4, 3)
"""The ids of sys.monitoring that belong to no kind of tool (numbers of Python's own, 3.12 and later)."""


@dataclasses.dataclass
class Watch:
    """What was seen of one function.

    Attributes
    ----------
    calls : int or None
        Its outermost calls so far; None where it cannot be watched.

    Examples
    --------
    >>> Watch(None).calls is None
    True
    """

    calls: int | None


@dataclasses.dataclass(frozen=True, eq=False)
class _Watched:
    """How to recognise a frame of one function: its code, the object it is a method of, and what its closure holds."""

    code: CodeType
    owner: tuple[Any, ...]
    closure: tuple[Any, ...]

    def is_entered_by(self, frame: FrameType) -> bool:
        """Tell whether a frame is a call of the function, and not one within another of its calls."""
        return self._is_frame(frame) and not any(self._is_frame(above) for above in _frames_above(frame))

    def _is_frame(self, frame: FrameType) -> bool:
        if frame.f_code is not self.code:
            return False
        values = frame.f_locals
        here = [values.get(name) for name in self.code.co_varnames[: len(self.owner)]]
        here += [values.get(name) for name in self.code.co_freevars]
        return all(one is other for one, other in zip(here, self._held(), strict=False))

    def _held(self) -> list[Any]:
        return [*self.owner, *map(_content, self.closure)]


def _frames_above(frame: FrameType) -> Iterator[FrameType]:
    """Return the frames that called a frame, the nearest first."""
    above = frame.f_back
    while above is not None:
        yield above
        above = above.f_back


def _content(cell: Any) -> Any:
    """Return what a closure's cell holds, None where it holds nothing yet."""
    try:
        return cell.cell_contents
    except ValueError:
        return None


def _recognised(function: Any) -> _Watched | None:
    """Take partials, methods and decorators off a function; None where no Python code is left, as in numpy's own functions."""
    owner: tuple[Any, ...] = ()
    for _ in range(MOST_WRAPPINGS):
        if isinstance(function, functools.partial):
            function = function.func
        elif isinstance(function, MethodType):
            owner, function = (function.__self__,), function.__func__
        elif isinstance(function, FunctionType):
            inner = vars(function).get("__wrapped__")
            if inner is None:
                return _Watched(function.__code__, owner, function.__closure__ or ())
            function = inner
        elif isinstance(getattr(type(function), "__call__", None), FunctionType):  # noqa: B004 (its code is wanted)
            owner, function = (function,), type(function).__call__
        else:
            return None
    return None


@contextlib.contextmanager
def watching(function: Callable[..., Any]) -> Iterator[Watch]:
    """Count the calls of `function` while the block runs, whoever makes them: one forward pass of (46) each, where it is a cost.

    Neither the function nor its name is replaced: the interpreter itself says when its code is entered, and whoever listened
    before (a profiler, a debugger, coverage) listens on and has its place back afterwards. `calls` stays None where there is
    nothing to see: a function written in C, or no place left to listen.

    Examples
    --------
    >>> def cost(w):
    ...     return w * w
    >>> with watching(cost) as watch:
    ...     slope = (cost(1.0 + 1e-6) - cost(1.0 - 1e-6)) / 2e-6
    >>> watch.calls
    2
    """
    watched = _recognised(function)
    if watched is None:
        yield Watch(None)
    elif sys.version_info >= (3, 12):
        with _monitored(watched) as watch:
            yield watch
    else:
        with _profiled(watched) as watch:
            yield watch


@contextlib.contextmanager
def _profiled(watched: _Watched) -> Iterator[Watch]:
    """Watch with sys.setprofile, and hand every event on to the profiler that was there."""
    before: Any = sys.getprofile()
    if before is not None and not callable(
        before
    ):  # one written in C, such as cProfile: it cannot be put back from Python
        yield Watch(None)
        return
    watch = Watch(0)

    def listen(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call" and watched.is_entered_by(frame):
            watch.calls = (watch.calls or 0) + 1
        if before is not None:
            before(frame, event, argument)

    sys.setprofile(listen)
    try:
        yield watch
    finally:
        sys.setprofile(before)


@contextlib.contextmanager
def _monitored(watched: _Watched) -> Iterator[Watch]:
    """Watch with sys.monitoring: only the one function is slowed down, and no other tool is touched."""
    if sys.version_info < (3, 12):  # pragma: no cover
        yield Watch(None)
        return
    monitoring = sys.monitoring
    tool = next((free for free in TOOL_IDS if monitoring.get_tool(free) is None), None)
    if tool is None:
        yield Watch(None)
        return
    watch = Watch(0)

    def listen(_: CodeType, __: int) -> None:
        if watched.is_entered_by(sys._getframe(1)):
            watch.calls = (watch.calls or 0) + 1

    monitoring.use_tool_id(tool, "gradcheck")
    monitoring.register_callback(tool, monitoring.events.PY_START, listen)
    monitoring.set_local_events(tool, watched.code, monitoring.events.PY_START)
    try:
        yield watch
    finally:
        monitoring.set_local_events(tool, watched.code, 0)
        monitoring.register_callback(tool, monitoring.events.PY_START, None)
        monitoring.free_tool_id(tool)
