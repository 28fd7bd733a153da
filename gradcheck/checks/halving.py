"""The wrong parts of a whole, by halving: errors add, so that one half is measured and the other is the difference."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.checks import syndrome
from gradcheck.checks.axes import Parts
from gradcheck.checks.gaps import CLEAR, Gap, Gauge

Vector = npt.NDArray[Any]


class Outcome(enum.Enum):
    """How a search ended.

    Examples
    --------
    >>> Outcome("complete")
    <Outcome.COMPLETE: 'complete'>
    """

    COMPLETE = "complete"
    """The wrong parts found explain the whole error."""
    MANY = "many"
    """There are more wrong parts than were asked for."""
    LOST = "lost"
    """There is an error in the whole that shows in none of its parts."""


@dataclasses.dataclass(frozen=True)
class Probes:
    """How a search measures.

    Attributes
    ----------
    gap : callable
        gap(weights of shape (count,), gauge) -> the Gap of all parts, each by its weight.
    settle : callable
        settle(part) -> the Gap of that part by weight 1, measured by itself on a ladder, or None where it is not wrong.
    gauges : sequence of Gauge or None
        The coarsest and cheapest first; None is a ladder of its own for each measurement.

    Examples
    --------
    >>> Probes(lambda weights, gauge: Gap(0.0, 1.0), lambda part: None, (None,)).gauges
    (None,)
    """

    gap: Callable[[Vector, Gauge | None], Gap]
    settle: Callable[[int], Gap | None]
    gauges: Sequence[Gauge | None]


@dataclasses.dataclass(frozen=True)
class Node:
    """Neighbouring parts low ... high - 1 with an error in them, those already found left out.

    Examples
    --------
    >>> Node(0, 4, Gap(1.0, 0.1)).high
    4
    """

    low: int
    high: int
    gap: Gap


class Search:
    """A search for the wrong parts of a whole that is wrong; it may be continued.

    The wrong sets are disjoint: at any time their number, and that of the parts found, is how many wrong ones there are at
    least. A part that was found is taken out of the set it is in, so that what hid beside it shows.

    Parameters
    ----------
    parts : Parts
    whole : Gap
        Of all parts, each by weight 1.
    probes : Probes

    Examples
    --------
    >>> from gradcheck.checks.axes import single
    >>> e = np.zeros(64); e[[5, 50]] = 1.0, 1e-3
    >>> probes = Probes(lambda v, _: Gap(float(e @ v), 1e-6), lambda i: Gap(float(e[i]), 1e-6) if e[i] else None, (None,))
    >>> search = Search(single((64,)), Gap(1.001, 1e-6), probes)
    >>> search.run(most=10), sorted(search.found)
    (<Outcome.COMPLETE: 'complete'>, [5, 50])
    """

    def __init__(self, parts: Parts, whole: Gap, probes: Probes) -> None:
        self.parts, self.whole, self.probes = parts, whole, probes
        self.found: dict[int, Gap] = {}
        self.right: set[int] = set()
        self.open: list[Node] = []
        self._level = -1
        self._refine()

    @property
    def known(self) -> int:
        """How many wrong parts there are at least."""
        return len(self.found) + len(self.open)

    def run(self, *, most: int) -> Outcome:
        """Search on until all is explained, nothing more can be seen, or more than `most` parts are known to be wrong."""
        while True:
            if self.known > most and self._is_certain():
                return Outcome.MANY
            if self.open:
                self._follow(max(self.open, key=lambda node: abs(node.gap.value)))
            elif not self.whole.stands_out:
                return Outcome.COMPLETE
            elif not self._refine():
                return Outcome.LOST

    def is_wrong(self, part: int) -> bool:
        """Tell whether one part is wrong: as it was found, or else by measuring it."""
        known = part in self.found or part in self.right
        return part in self.found if known else self.probes.settle(part) is not None

    def _refine(self) -> bool:
        """Start again with what is unexplained, by the cheapest of the finer gauges that shows it clearly; false after the last."""
        while self._level + 1 < len(self.probes.gauges):
            self._level += 1
            gauge, is_last = self.probes.gauges[self._level], self._level + 1 == len(self.probes.gauges)
            if is_last or gauge is None or abs(self.whole.value) > CLEAR * gauge.bound:
                self.open = [Node(0, self.parts.count, self.whole)] if self.whole.stands_out else []
                return True
        return False

    def _is_certain(self) -> bool:
        """Measure the least certain of the open sets once more by the finest gauge; where it vanishes, so does trust in this one."""
        if self._level + 1 == len(self.probes.gauges) or not self.open:
            return True
        least = min(self.open, key=lambda node: abs(node.gap.value) / max(node.gap.bound, 5e-324))
        if self._less_found(least.low, least.high, self._level_gap(least.low, least.high, -1)).stands_out:
            return True
        self._refine()
        return False

    def _follow(self, node: Node) -> None:
        """Take one wrong set further: to the only part that explains it, or to its halves."""
        self.open.remove(node)
        if node.high - node.low == 1:
            self._settle(node, node.low)
            return
        only = syndrome.read(node.gap, self._unknown(node), self._moment)
        if only is None or not self._settle(node, only):
            self._halve(node)

    def _settle(self, node: Node, part: int) -> bool:
        """Measure one part by itself; where it is wrong, keep it and look at what it leaves of its set."""
        if part in self.right or part in self.found:
            return False
        gap = self.probes.settle(part)
        if gap is None:
            self.right.add(part)
            return False
        self.found[part] = gap
        self.whole = self.whole.less(gap)
        self._keep(node.low, node.high, node.gap.less(gap))
        return True

    def _halve(self, node: Node) -> None:
        """Measure one half; the other is the difference, and measured where the difference leaves it open."""
        middle = self.parts.middle(node.low, node.high)
        left = self._less_found(node.low, middle, self._level_gap(node.low, middle, self._level))
        right = node.gap.less(left)
        # Within the bounds added up, but not within that of one measurement: to measure it can tell.
        if not right.stands_out and not abs(right.value) <= left.bound:
            right = self._less_found(middle, node.high, self._level_gap(middle, node.high, self._level))
        self._keep(node.low, middle, left)
        self._keep(middle, node.high, right)

    def _keep(self, low: int, high: int, gap: Gap) -> None:
        """Keep a set if there is an error in it, and something left to find."""
        if gap.stands_out and sum(low <= part < high for part in self.found) < high - low:
            self.open.append(Node(low, high, gap))

    def _unknown(self, node: Node) -> Vector:
        """Return the parts of a set that were not measured by themselves."""
        known = [part - node.low for part in {*self.found, *self.right} if node.low <= part < node.high]
        return np.delete(np.arange(node.low, node.high), known)

    def _moment(self, parts: Vector, weights: Vector) -> Gap:
        """Return the gap of some parts, none of them found yet, each by its weight."""
        spread = np.zeros(self.parts.count)
        spread[parts] = weights
        return self.probes.gap(spread, self.probes.gauges[self._level])

    def _level_gap(self, low: int, high: int, level: int) -> Gap:
        """Return the gap of neighbouring parts by the gauge of a level."""
        spread = np.zeros(self.parts.count)
        spread[low:high] = 1.0
        return self.probes.gap(spread, self.probes.gauges[level])

    def _less_found(self, low: int, high: int, gap: Gap) -> Gap:
        """Return a measured gap without the errors already found in its set."""
        for part, found in self.found.items():
            if low <= part < high:
                gap = gap.less(found)
        return gap


def touched(search: Search, size: int) -> tuple[int, ...]:
    """Return the slices, of so many parts each, in which a search knows errors; a set over several slices counts for all of them.

    Examples
    --------
    >>> touched.__name__
    'touched'
    """
    found = {part // size for part in search.found}
    for node in search.open:
        found.update(range(node.low // size, (node.high - 1) // size + 1))
    return tuple(sorted(found))
