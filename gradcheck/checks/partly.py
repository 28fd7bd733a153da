"""Where a leaf is wrong, as an explanation: nothing but zeros claimed, one entry, one row or column, what is used more than once."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.axes import has_rows_and_columns
from gradcheck.checks.limits import MISS_PROBABILITY
from gradcheck.checks.locate import Location
from gradcheck.checks.measuring import Setting
from gradcheck.checks.sizes import as_array
from gradcheck.checks.slopes import Slope, number_of
from gradcheck.checks.spoken import gradient_of, listed
from gradcheck.differences.directions import component_scales
from gradcheck.parameters import Leaf
from gradcheck.results import Component, Diagnosis, Explains

Vector = npt.NDArray[Any]

MOST_LISTED: Final = 6
"""Rows listed at most in a sentence (a count)."""


FAINTEST: Final = 1e-3
"""All others are called right where an error of this share of the one that was found would have been seen in them (dimensionless): of
errors everywhere, all but one are hardly that much smaller."""


def partly_wrong(setting: Setting, leaf: Leaf, location: Location, slopes: Sequence[Slope]) -> list[Diagnosis]:
    """Return what is told by where the wrong components of a leaf lie; takes no forward pass.

    `slopes` are what was measured of the leaf: how small an error they could have seen.

    Examples
    --------
    >>> from gradcheck.checks.gradient import check
    >>> check(lambda w: w @ w, lambda w: 2 * w * [1, 1, 0], np.arange(1.0, 4.0)).diagnosis[0].id
    'one-entry'
    """
    if not np.any(setting.claimed[leaf.place]):
        return [_zero(leaf)]
    found = [_same_as_another(setting, leaf), _counted_once(leaf, location)]
    if _would_have_been_seen(setting, leaf, location, slopes):
        rows, columns = wrong_rows(leaf, location, axis=0), wrong_rows(leaf, location, axis=-1)
        found += [_one_place(leaf, location, rows, columns), _repeated(setting, leaf, rows)]
    return [one for one in found if one is not None]


def _would_have_been_seen(setting: Setting, leaf: Leaf, location: Location, slopes: Sequence[Slope]) -> bool:
    """Tell whether a far smaller error than the largest one found would have been seen in any other place."""
    if not location.wrong or not slopes:
        return False
    scales = component_scales(setting.problem.w[leaf.place])
    largest = max(abs(one.claimed - one.estimated) * float(scales[number_of(leaf, one)]) for one in location.wrong)
    noise = setting.gradient_noise[leaf.place]
    return max(slope.bound(noise) for slope in slopes) <= FAINTEST * largest


def wrong_rows(leaf: Leaf, location: Location, *, axis: int) -> frozenset[int]:
    """Return the rows (axis 0) or columns (axis -1) of a leaf that hold all that is wrong; none where that is not known.

    Examples
    --------
    >>> leaf = Leaf("w", (2, 3), np.dtype(float), 0)
    >>> location = Location((Component("w", (1, 2), 0.0, 1.0, 0.1),), 6, is_complete=True)
    >>> wrong_rows(leaf, location, axis=0), wrong_rows(leaf, Location((), 0), axis=0)
    (frozenset({1}), frozenset())
    """
    if location.is_complete and leaf.shape:
        return frozenset(one.index[axis] for one in location.wrong)
    census = location.census
    if census is None:
        return frozenset()
    return frozenset(census.wrong_rows if axis == 0 else census.wrong_columns)


def _zero(leaf: Leaf) -> Diagnosis:
    return _diagnosis(
        "zero",
        leaf.name,
        f"the {gradient_of(leaf.name)} is 0 in every component, and the cost does change with {leaf.name}.",
        f"Is the {gradient_of(leaf.name)} ever written, and is what is returned the array that was written?",
    )


def _same_as_another(setting: Setting, leaf: Leaf) -> Diagnosis | None:
    """Return that a leaf's gradient is, to the last digit, the one of another leaf: one array returned twice."""
    claimed = setting.claimed[leaf.place]
    if np.ptp(claimed) == 0.0:  # one number, or one throughout: that may well be another's too
        return None
    for other in setting.problem.layout.leaves:
        is_other = other.name != leaf.name and other.shape == leaf.shape
        if is_other and np.array_equal(setting.claimed[other.place], claimed):
            words = f"the {gradient_of(leaf.name)} is, to the last digit, that of {other.name}."
            hint = (
                f"Is it one array under two names, or one variable in place of another, where {leaf.name} is returned?"
            )
            return _diagnosis("same-leaf", leaf.name, words, hint)
    return None


def _one_place(leaf: Leaf, location: Location, rows: frozenset[int], columns: frozenset[int]) -> Diagnosis | None:
    """Return the one entry, row or column that is wrong while all others are right."""
    if location.is_complete and len(location.wrong) == 1 and leaf.size > 1:
        only = location.wrong[0]
        words = (
            f"of the {gradient_of(leaf.name)} one entry is wrong, {only.name}{_zeros([only])}; all others are right."
        )
        return _diagnosis("one-entry", leaf.name, words, "What is done for that entry alone, or left out for it?")
    if not has_rows_and_columns(leaf.shape):
        return None
    for what, places, count in (("row", rows, leaf.shape[0]), ("column", columns, leaf.shape[-1])):
        if len(places) == 1:
            (place,) = places
            end = " (the last one)" if place == count - 1 else " (the first one)" if place == 0 else ""
            zeros = _zeros(location.wrong) if location.is_complete else ""
            words = f"of the {gradient_of(leaf.name)} one {what} is wrong, {what} {place}{end}{zeros}; all other {what}s are right."
            hint = f"What is done for that {what} alone, or left out for it? Where does the loop over {what}s begin and end?"
            return _diagnosis(f"one-{what}", leaf.name, words, hint)
    return None


def _zeros(wrong: Sequence[Component]) -> str:
    return ", where it is 0" if all(one.claimed == 0.0 for one in wrong) else ""


def _repeated(setting: Setting, leaf: Leaf, rows: frozenset[int]) -> Diagnosis | None:
    """Return that the wrong rows are those which some indices hold more than once: each use has to be added to the others."""
    if not rows:
        return None
    for name, value in setting.problem.subject.data:
        indices = as_array(value)
        if indices is None or indices.dtype.kind not in "iu" or not indices.size:
            continue
        values, counts = np.unique(indices, return_counts=True)
        is_index = np.all((values >= 0) & (values < leaf.shape[0]))
        repeated = frozenset(values[counts > 1].tolist())
        if is_index and rows == repeated and len(repeated) < leaf.shape[0]:
            what = "rows" if len(leaf.shape) > 1 else "entries"
            words = (
                f"the wrong {what} of the {gradient_of(leaf.name)}, {_listed(sorted(rows))}, are exactly those that {name} "
                "holds more than once, as if the last use replaced the ones before it (= in place of +=)."
            )
            hint = f"What becomes of {leaf.name}[i] where i comes twice? In numpy, g[indices] += d adds only once: see np.add.at."
            return _diagnosis("counted-once", leaf.name, words, hint)
    return None


def _counted_once(leaf: Leaf, location: Location) -> Diagnosis | None:
    """Return that each right component is a whole number of times the claimed one, and not the same for all."""
    if len(location.each) != leaf.size or not location.wrong:
        return None
    times = list(_whole_ratios(location.each))
    if None in times or len(set(times)) < 2:
        return None
    counts = sorted({n for n in times if n})
    words = (
        f"each right entry of the {gradient_of(leaf.name)} is a whole number of times the claimed one "
        f"({_listed(counts)} times), not the same for all: as if what is used several times were counted once (= in place of +=)."
    )
    return _diagnosis(
        "counted-once", leaf.name, words, "Which entries are used more than once, and is every use added?"
    )


def _whole_ratios(each: Sequence[Component]) -> Iterator[int | None]:
    """Return right over claimed for each component that is not 0 in both; None where that is no whole number, or could be one by chance."""
    wrong = [one for one in each if one.claimed != 0.0 and not abs(one.claimed - one.estimated) <= one.bound]
    # A random ratio is as close as this to some whole number with probability 2 * bound / |claimed|.
    if math.prod(min(1.0, 2.0 * one.bound / abs(one.claimed)) for one in wrong) * len(each) > MISS_PROBABILITY:
        yield None
    for one in each:
        if one.claimed == 0.0:
            if abs(one.estimated) > one.bound:
                yield None
            continue
        n = round(one.estimated / one.claimed)
        yield n if n >= 1 and abs(n * one.claimed - one.estimated) <= n * one.bound else None


def _listed(numbers: Sequence[int]) -> str:
    shown = [str(number) for number in numbers[:MOST_LISTED]]
    return listed(shown if len(numbers) <= MOST_LISTED else [*shown, f"{len(numbers) - MOST_LISTED} more"])


def _diagnosis(id: str, where: str, sentence: str, hint: str) -> Diagnosis:
    return Diagnosis(id, "", sentence, Explains.PATTERN, where, hint)
