"""Errors too many to list: how many of a random sample, and which rows and columns."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.axes import Parts, along, has_rows_and_columns
from gradcheck.checks.components import Components
from gradcheck.checks.halving import Outcome, Search
from gradcheck.results import Census, Component

Vector = npt.NDArray[Any]

FIRST_SAMPLE: Final = 8
"""Components drawn to tell whether errors are everywhere (a count): with at most 10 wrong among more than 24, 7 or 8 wrong of 8 drawn
have a chance below 2e-3."""

SPARED: Final = 1
"""Right components among the first sample with which errors still count as everywhere (a count): one more ends the drawing, so that
a few errors cost two components, seldom three."""

SAMPLE: Final = 16
"""Components drawn for a census (a count): 16 right ones leave at most 30 % wrong with a confidence of 99 %."""

MOST_SLICES: Final = 32
"""Rows, or columns, up to which each is measured as a whole where many are wrong (a count): 6 forward passes each."""


class Sample:
    """Components of one block, or of a region of shape (size,) in it, in a random order, and how many of them, from the first on, were measured.

    Examples
    --------
    >>> Sample.__name__
    'Sample'
    """

    def __init__(self, components: Components, generator: np.random.Generator, inside: Vector | None = None) -> None:
        self._components = components
        order = generator.permutation(components.leaf.size)
        self._order = order if inside is None else order[inside[order]]
        self.drawn = 0

    @property
    def wrong(self) -> int:
        """How many of the drawn are wrong."""
        return sum(self._components.measured[int(number)].is_wrong for number in self._order[: self.drawn])

    def is_everywhere(self) -> bool:
        """Draw until it is known whether errors are nearly everywhere."""
        enough = min(FIRST_SAMPLE, self._order.size)
        while self.drawn < enough and self.drawn - self.wrong <= SPARED:
            self.draw(self.drawn + 1 + SPARED - (self.drawn - self.wrong))
        return self.drawn >= enough and self.drawn - self.wrong <= SPARED

    def draw(self, most: int) -> None:
        """Measure until `most` are drawn, or all."""
        most = min(most, self._order.size)
        self._components.measure(self._order[self.drawn : most].tolist())
        self.drawn = max(self.drawn, most)

    def draw_within(self, inside: Vector, most: int) -> None:
        """Measure up to `most` components of a region, in the same order, that count for nothing but themselves."""
        chosen = self._order[inside[self._order]]
        self._components.measure(chosen[:most].tolist())


@dataclasses.dataclass(frozen=True)
class Slices:
    """Which slices along one axis are wrong; `count` is 0 where they were not all told apart.

    Examples
    --------
    >>> Slices(30, (17,)).wrong
    (17,)
    """

    count: int = 0
    wrong: tuple[int, ...] = ()


def wrong_slices(
    shape: tuple[int, ...],
    axis: int,
    search_along: Callable[[Parts], Search],
    *,
    most: int,
    tell_all: int = MOST_SLICES,
) -> Slices:
    """Return the slices along one axis that are wrong as wholes: up to `most` are searched for, and up to `tell_all` told apart.

    Examples
    --------
    >>> wrong_slices((5,), 0, lambda parts: None, most=10)
    Slices(count=0, wrong=())
    """
    if not has_rows_and_columns(shape):
        return Slices()
    count = shape[axis]
    search = search_along(along(shape, axis=axis))
    if count > most and search.run(most=most) is Outcome.COMPLETE:
        return Slices(count, tuple(sorted(search.found)))
    if count > tell_all:
        return Slices()
    return Slices(count, tuple(part for part in range(count) if search.is_wrong(part)))


def region(shape: tuple[int, ...], rows: Slices, columns: Slices) -> Vector:
    """Return which components, of shape (size,), stand in a wrong row and in a wrong column, as far as these are known.

    Examples
    --------
    >>> region((2, 3), Slices(2, (1,)), Slices())
    array([False, False, False,  True,  True,  True])
    """
    inside = np.ones(shape, dtype=bool)
    for axis, slices in ((0, rows), (len(shape) - 1, columns)):
        if slices.count:
            inside &= np.isin(along(shape, axis=axis).owner, slices.wrong).reshape(shape)
    return inside.ravel()


def census_of_all(name: str, shape: tuple[int, ...], wrong: tuple[Component, ...]) -> Census:
    """Return the census of a block whose every wrong component is known.

    Examples
    --------
    >>> census_of_all("w", (2, 3), (Component("w", (1, 2), 1.0, 2.0, 1e-9),)).wrong_rows
    (1,)
    """
    census = Census(name, shape, wrong=len(wrong), measured=int(np.prod(shape, dtype=int)))
    if not has_rows_and_columns(shape):
        return census
    rows, columns = ({component.index[axis] for component in wrong} for axis in (0, -1))
    return dataclasses.replace(
        census,
        rows=shape[0],
        columns=shape[-1],
        wrong_rows=tuple(sorted(rows)),
        wrong_columns=tuple(sorted(columns)),
    )


def census_of_sample(census: Census, rows: Slices, columns: Slices) -> Census:
    """Return a census of sampled components with what is known of its rows and columns.

    Examples
    --------
    >>> census_of_sample(Census("w", (2, 3), wrong=1, measured=2), Slices(2, (1,)), Slices()).wrong_rows
    (1,)
    """
    return dataclasses.replace(
        census, rows=rows.count, columns=columns.count, wrong_rows=rows.wrong, wrong_columns=columns.wrong
    )
