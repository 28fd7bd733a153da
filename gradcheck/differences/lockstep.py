"""Measurements that say which points they want next, so that several can be evaluated side by side."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any, TypeVar

from gradcheck.differences.lines import Line

T = TypeVar("T")

Procedure = Generator[list[float], list[float], T]
"""Yields the steps at which it wants phi, is sent the values, and returns what it found."""


def follow(line: Line, procedure: Procedure[T]) -> T:
    """Return what a procedure finds along one line.

    Examples
    --------
    >>> import numpy as np
    >>> def slope():
    ...     plus, minus = yield [0.5, -0.5]
    ...     return plus - minus
    >>> follow(Line(lambda w: float(3.0 * w[0]), np.zeros(1), np.ones(1), lambda w: w), slope())
    3.0
    """
    return follow_all([line], [procedure])[0]


def follow_all(lines: Sequence[Line], procedures: Sequence[Procedure[T]]) -> list[T]:
    """Return what each procedure finds along its line; what they want at the same time is evaluated in one batch.

    The lines restrict one cost: the first one's evaluates the points of all. Which points each procedure wants depends on
    its own values alone, so that what is found is the same however many are followed together.

    Examples
    --------
    >>> import numpy as np
    >>> def value(t):
    ...     (found,) = yield [t]
    ...     return found
    >>> line = Line(lambda w: float(3.0 * w[0]), np.zeros(1), np.ones(1), lambda w: w)
    >>> follow_all([line, line], [value(1.0), value(2.0)])
    [3.0, 6.0]
    """
    found: dict[int, Any] = {}
    wanted: dict[int, list[float]] = {}
    sent: dict[int, list[float] | None] = dict.fromkeys(range(len(procedures)))
    while sent:
        for i, values in sent.items():
            try:
                # The first send to a generator starts it.
                wanted[i] = next(procedures[i]) if values is None else procedures[i].send(values)
            except StopIteration as stop:
                found[i] = stop.value
        sent = _evaluated(lines, wanted)
        wanted = {}
    return [found[i] for i in range(len(procedures))]


def _evaluated(lines: Sequence[Line], wanted: dict[int, list[float]]) -> dict[int, list[float] | None]:
    """Return phi at all the steps wanted, from one batch."""
    if not wanted:
        return {}
    points = (lines[i].point(t) for i, steps in wanted.items() for t in steps)
    values = iter(lines[0].at(points))
    return {i: [next(values) for _ in steps] for i, steps in wanted.items()}
