"""Where a block disagrees: its wrong components, one by one, or a census where they are many."""

from __future__ import annotations

import contextlib
import dataclasses
import math
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.axes import Parts, has_rows_and_columns, single
from gradcheck.checks.components import LEAST_PASSES, Components
from gradcheck.checks.gaps import CLEAR, Allowance, Gap, Gauge, gap_of, gauges_of, measure_by
from gradcheck.checks.halving import Outcome, Probes, Search, touched
from gradcheck.checks.measuring import Measurement, Setting, norm
from gradcheck.checks.options import Locate
from gradcheck.checks.sampling import (
    FIRST_SAMPLE,
    SAMPLE,
    Sample,
    Slices,
    census_of_all,
    census_of_sample,
    region,
    wrong_slices,
)
from gradcheck.checks.syndrome import explaining, is_within
from gradcheck.differences.directions import block_scale, random_signs
from gradcheck.errors import BudgetExceeded
from gradcheck.parameters import Leaf
from gradcheck.results import Census, Component

Vector = npt.NDArray[Any]

SMALL_BLOCK: Final = 24
"""Blocks of at most this many components are measured one by one (a count): that takes 6 forward passes each, and to search 24 for 10
wrong ones takes 132 on average and at most 144 (10 networks); for fewer wrong ones searching is cheaper, and tells less."""

MOST_EXACT: Final = 10
"""Wrong components up to which all are found (a count); beyond, a census."""

FEW: Final = 3
"""Wrong sets known before it is asked whether errors are everywhere (a count): that asks for 2 components at least, which few errors are
spared, and reaches every block that is wrong everywhere after 3 halvings."""

MOST_PASSES: Final = 500
"""Forward passes after which a block's location ends with what it has (a count; one batch of components may go over it): 10 wrong ones
among 23,860 take 170, and a census with its rows at most 400."""

MOST_ATTEMPTS: Final = 2
"""Random weightings of the whole block that are tried for one under which its error stands out (a count)."""


@dataclasses.dataclass(frozen=True)
class Location:
    """Where one block is wrong.

    Attributes
    ----------
    wrong : tuple of Component
        Each was measured by itself and refuted; the worst first.
    measured : int
        Components measured by themselves.
    census : Census or None
        Where more are wrong than are listed.
    is_complete : bool
        Whether `wrong` explains all of the error there is, as far as can be measured.
    each : tuple of Component
        All components of the block that could be measured, right or wrong, where every one was tried; else empty.
    tried : tuple of Component
        Those that were measured by themselves, right or wrong.

    Examples
    --------
    >>> Location((), 0).is_complete
    False
    """

    wrong: tuple[Component, ...]
    measured: int
    census: Census | None = None
    is_complete: bool = False
    each: tuple[Component, ...] = ()
    tried: tuple[Component, ...] = ()


def locate(
    setting: Setting, leaf: Leaf, depth: Locate, generator: np.random.Generator, seen: Sequence[Measurement] = ()
) -> Location:
    """Return the wrong components of a block that disagrees.

    Parameters
    ----------
    setting : Setting
    leaf : Leaf
    depth : Locate
    generator : numpy.random.Generator
    seen : sequence of Measurement
        What the verdict measured along random directions within this block: often enough to name a single wrong component.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.checks.gradient import check
    >>> check(lambda w: w @ w, lambda w: 2 * w + np.array([0, 1e-3, 0]), np.ones(3)).worst.name
    'parameters[1]'
    """
    if depth in (Locate.NEVER, Locate.FIRST) or leaf.size == 0:
        return Location((), 0)
    if depth is Locate.FULL or leaf.size <= SMALL_BLOCK:
        return _all(Components(setting, leaf, Allowance(setting.problem, most=math.inf)))
    allowance = Allowance(setting.problem, most=min(MOST_PASSES, LEAST_PASSES * leaf.size))
    typical = norm(setting.claimed[leaf.place]) * block_scale(setting.problem.w[leaf.place]) / math.sqrt(leaf.size)
    return _Locator(Components(setting, leaf, allowance, size=typical), generator, seen).location()


def _all(components: Components) -> Location:
    """Measure every component."""
    leaf = components.leaf
    try:
        components.measure(range(leaf.size))
    except BudgetExceeded:
        return Location(components.wrong(), len(components.measured), tried=components.tried())
    wrong = components.wrong()
    each = components.tried()
    is_complete = bool(wrong) and len(each) == leaf.size
    census = census_of_all(leaf.name, leaf.shape, wrong) if len(wrong) > MOST_EXACT else None
    return Location(wrong, leaf.size, census, is_complete, each, each)


class _Locator:
    """The location of errors in one large block."""

    def __init__(self, components: Components, generator: np.random.Generator, seen: Sequence[Measurement]) -> None:
        self.components, self.setting, self.leaf = components, components.setting, components.leaf
        self.place = self.leaf.place
        self.seen = [one for one in seen if is_within(self.place, one)]
        self.generator, self.sample = generator, Sample(components, generator)
        # Of every size between 1/2 and 3/2: none is overlooked, and no two errors are likely to cancel.
        signs = random_signs(self.leaf.size, generator)
        self.weights = signs * generator.uniform(0.5, 1.5, self.leaf.size)
        self.whole: Gap | None = None
        self.gauges: list[Gauge | None] = [None]
        self.slices = Slices(), Slices()
        self.is_many = False
        self.is_complete = False

    def location(self) -> Location:
        """Search until all is explained or the allowance is used up."""
        with contextlib.suppress(BudgetExceeded):
            self._search()
        wrong = self.components.wrong()
        tried = self.components.tried()
        return Location(wrong, len(self.components.measured), self._census(wrong), self.is_complete, tried=tried)

    def _search(self) -> None:
        """Look for one error, then for a few, then for how many."""
        if self._is_explained_by_one() or not self._measure_whole():
            return
        search = self._search_among(single(self.leaf.shape))
        outcome = search.run(most=FEW)
        if outcome is Outcome.MANY:
            self.is_many = self.sample.is_everywhere() or self._fills_slices(search)
            if self.is_many:
                return
            outcome = search.run(most=MOST_EXACT)
        if outcome is Outcome.MANY:
            self.is_many = True
            if self._count():
                return
            outcome = search.run(most=self.leaf.size)
        self.is_complete = outcome is Outcome.COMPLETE

    def _fills_slices(self, search: Search) -> bool:
        """Tell whether the errors fill a row or two, or a column or two, as a search that found many of them shows."""
        shape = self.leaf.shape
        if not has_rows_and_columns(shape):
            return False
        rows = touched(search, self.leaf.size // shape[0])
        if len(rows) < FEW and self._fills(Slices(shape[0], rows), Slices()):
            return True
        for axis in (0, len(shape) - 1):
            if self.leaf.size // shape[axis] <= MOST_EXACT:  # so few in a slice are found one by one
                continue
            slices = wrong_slices(shape, axis, self._search_among, most=FEW - 1, tell_all=0)
            if slices.count and self._fills(*((slices, Slices()) if axis == 0 else (Slices(), slices))):
                return True
        return False

    def _fills(self, rows: Slices, columns: Slices) -> bool:
        """Tell whether nearly all components of some slices, fewer than half of them, are wrong, and keep these if so."""
        inside = region(self.leaf.shape, rows, columns)
        if not MOST_EXACT < np.count_nonzero(inside) <= self.leaf.size // 2:
            return False
        if not Sample(self.components, self.generator, inside).is_everywhere():
            return False
        self.slices = rows, columns
        return True

    def _is_explained_by_one(self) -> bool:
        """Tell whether one component alone explains what the verdict has seen."""
        for number in explaining(self.setting, self.place, self.seen):
            (measured,) = self.components.measure([number])
            if measured.is_wrong and self._explains(number, measured.gap):
                self.is_complete = True
                return True
        return False

    def _explains(self, number: int, gap: Gap) -> bool:
        """Tell whether an error in one component leaves nothing of the errors seen."""
        for one in self.seen:
            weight = float(one.direction[self.leaf.start + number]) / self.components.scale
            if gap_of(self.setting, one).less(gap.times(weight)).stands_out:
                return False
        return True

    def _measure_whole(self) -> bool:
        """Measure the whole block by random weights, and choose the ways to measure its parts; false where no error shows."""
        for measurement in self._wholes():
            gap = gap_of(self.setting, measurement)
            if gap.stands_out:
                self.weights = measurement.direction[self.place] / self.components.scale
                self.whole, self.gauges = gap, [*gauges_of(self.setting, measurement), None]
                self.components.size = max(self.components.size, abs(gap.value) / math.sqrt(self.leaf.size))
                return True
        return False

    def _wholes(self) -> Iterator[Measurement]:
        """Measure the whole block by weights of our own, and again with each on its neighbour; last is what the verdict saw."""
        size = norm(self.setting.claimed[self.place]) * self.components.scale
        for shift in range(MOST_ATTEMPTS):
            yield self.setting.measure(self._direction(np.roll(self.weights, shift)), size=size)
        yield from self.seen

    def _search_among(self, parts: Parts) -> Search:
        """Return a search for the wrong ones of some parts of the block."""

        def gap(weights: Vector, gauge: Gauge | None) -> Gap:
            self.components.allowance.check()
            return measure_by(self.setting, gauge, self._direction(self.weights * weights[parts.owner]))

        def component(part: int) -> Gap | None:
            (measured,) = self.components.measure([part])
            return measured.gap.times(float(self.weights[part])) if measured.is_wrong else None

        def slice_as_whole(part: int) -> Gap | None:
            alone = np.eye(1, parts.count, part)[0]
            # A clear error needs no ladder: a census counts slices, and lists none of them.
            found = gap(alone, self.gauges[0])
            if not abs(found.value) > CLEAR * found.bound:
                found = gap(alone, None)
            return found if found.stands_out else None

        are_single = parts.count == self.leaf.size
        probes = Probes(gap, component if are_single else slice_as_whole, self.gauges)
        return Search(parts, self.whole or Gap(math.nan, math.inf), probes)

    def _count(self) -> bool:
        """Take the census of a block with many errors; false where it shows neither a share nor a shape."""
        shape = self.leaf.shape
        self.sample.draw(FIRST_SAMPLE)
        rows = wrong_slices(shape, 0, self._search_among, most=MOST_EXACT)
        self.slices = rows, Slices()
        self.slices = rows, wrong_slices(shape, len(shape) - 1, self._search_among, most=MOST_EXACT)
        self.sample.draw(SAMPLE)
        inside = region(shape, *self.slices)
        if not np.all(inside):
            self.sample.draw_within(inside, SAMPLE // 2)
            return True
        return self.sample.wrong > 0

    def _census(self, wrong: tuple[Component, ...]) -> Census | None:
        """Return the counts where there are more errors than are listed."""
        if self.is_complete:
            return census_of_all(self.leaf.name, self.leaf.shape, wrong) if len(wrong) > MOST_EXACT else None
        if not self.is_many:
            return None
        drawn = Census(self.leaf.name, self.leaf.shape, wrong=self.sample.wrong, measured=self.sample.drawn)
        return census_of_sample(drawn, *self.slices)

    def _direction(self, weights: Vector) -> Vector:
        """Return the direction of shape (P,) with these weights of the block's components, in the block's scale."""
        direction = np.zeros(self.setting.problem.w.size)
        direction[self.place] = self.components.scale * weights
        return direction
