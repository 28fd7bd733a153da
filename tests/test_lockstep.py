"""Measurements followed together: the same results as one by one, in one batch at a time."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.differences.estimates import Accuracy
from gradcheck.differences.ladder import climbing, first_step
from gradcheck.differences.lines import Line, Vector
from gradcheck.differences.lockstep import Procedure, follow, follow_all

COSTS: dict[str, Callable[[Vector], float]] = {
    "smooth": lambda w: float(np.sum(np.sin(w) * np.exp(w / 3.0))),
    "kinked": lambda w: float(np.sum(np.abs(w))),
    "fast": lambda w: float(np.sum(np.sin(1e4 * w))),
    "with a domain": lambda w: float(np.sum(np.sqrt(w))) if np.min(w) >= 0.0 else math.nan,
}


def as_it_is(w: Vector) -> Vector:
    return w


def walk(steps: list[float]) -> Procedure[list[float]]:
    """Ask for one point after the other."""
    found = []
    for t in steps:
        (value,) = yield [t]
        found.append(value)
    return found


@dataclasses.dataclass
class Batches:
    """A cost that keeps the batches it was asked in."""

    cost: Callable[[Vector], float]
    sizes: list[int] = dataclasses.field(default_factory=list)

    def __call__(self, points: Iterable[Vector]) -> list[float]:
        values = [self.cost(point) for point in points]
        self.sizes.append(len(values))
        return values


@settings(deadline=None)
@given(name=st.sampled_from(sorted(COSTS)), seed=st.integers(0, 2**32 - 1), count=st.integers(1, 6))
def test_ladders_climbed_together_find_what_each_finds_alone(name: str, seed: int, count: int) -> None:
    generator = np.random.default_rng(seed)
    w = np.abs(generator.standard_normal(3)) * 10.0 ** generator.uniform(-6, 0)
    lines = [Line(COSTS[name], w, generator.standard_normal(3), as_it_is) for _ in range(count)]
    centre = lines[0].value(0.0)

    def climbs() -> list[Any]:
        accuracy = Accuracy(1e-15, 1e-16)
        return [climbing(centre, line.distance, accuracy=accuracy, step=first_step(2.0**-52)) for line in lines]

    alone = [follow(line, one) for line, one in zip(lines, climbs(), strict=True)]
    together = follow_all(lines, climbs())
    order = generator.permutation(count)
    shuffled = follow_all([lines[i] for i in order], [climbs()[i] for i in order])
    # repr of a float is all of its bits, and NaN is itself.
    assert [repr(one) for one in together] == [repr(one) for one in alone]
    assert [repr(one) for one in shuffled] == [repr(alone[i]) for i in order]


def test_what_is_wanted_at_the_same_time_is_one_batch() -> None:
    batches = Batches(lambda w: float(w[0]))
    line = Line(batches.cost, np.zeros(1), np.ones(1), as_it_is, batches)
    found = follow_all([line] * 3, [walk([1.0, 2.0, 3.0]), walk([4.0]), walk([5.0, 6.0])])
    assert found == [[1.0, 2.0, 3.0], [4.0], [5.0, 6.0]]
    assert batches.sizes == [3, 2, 1]


def test_each_procedure_is_asked_along_its_own_line() -> None:
    batches = Batches(lambda w: float(10.0 * w[0] + w[1]))
    lines = [Line(batches.cost, np.zeros(2), v, as_it_is, batches) for v in np.eye(2)]
    assert follow_all(lines, [walk([1.0, 2.0]), walk([3.0, 4.0])]) == [[10.0, 20.0], [3.0, 4.0]]
    assert batches.sizes == [2, 2]


def test_a_procedure_that_wants_nothing_costs_nothing() -> None:
    batches = Batches(lambda w: 1.0)
    line = Line(batches.cost, np.zeros(1), np.ones(1), as_it_is, batches)
    assert follow_all([line, line], [walk([]), walk([])]) == [[], []]
    assert follow_all([], []) == []
    assert batches.sizes == []


def test_what_the_cost_raises_ends_all() -> None:
    def cost(_: Vector) -> float:
        raise KeyboardInterrupt

    line = Line(cost, np.zeros(1), np.ones(1), as_it_is)
    with pytest.raises(KeyboardInterrupt):
        follow_all([line, line], [walk([1.0]), walk([2.0])])
