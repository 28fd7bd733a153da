"""A single error's place from the ratio of two measurements, as a decoder reads it from a syndrome."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.gaps import CLEAR, Gap, gap_of
from gradcheck.checks.measuring import Measurement, Setting

Vector = npt.NDArray[Any]

LEAST_NARROWING: Final = 4
"""A syndrome is read again among the parts it leaves when they are this many times fewer (dimensionless): halving takes two
measurements for that, the next syndrome one."""

FEWEST: Final = 5
"""Fewer parts than this are halved (a count): halving then takes hardly more measurements and leaves no guess to confirm."""

MOST_CONFIRMED: Final = 2
"""Components that the verdict's own directions leave and that are then measured (a count)."""


def read(whole: Gap, parts: Vector, measure: Callable[[Vector, Vector], Gap]) -> int | None:
    """Return the only part whose error alone explains `whole`, or None where there are several, or none.

    With e.v = `whole` for weights v, and e.(c v) for weights c that grow from 1/2 to 3/2 from part to part, one wrong part i
    leaves the ratio c_i; where the errors of both leave several neighbours they are weighted anew, over the whole range. Several
    errors leave some mean of theirs, which fits no part, or fits one that a measurement of it alone will not confirm.

    Parameters
    ----------
    whole : Gap
        Of all parts together, errors already explained left out.
    parts : ndarray of int
    measure : callable
        measure(parts, weights c) -> the Gap of c v over those parts, errors already explained left out.

    Examples
    --------
    >>> errors = np.zeros(100); errors[37] = 2.0
    >>> read(Gap(2.0, 1e-4), np.arange(100), lambda parts, c: Gap(float(errors[parts] @ c), 1e-4))
    37
    """
    while parts.size >= FEWEST and abs(whole.value) > CLEAR * whole.bound:
        c = 0.5 + np.arange(parts.size) / (parts.size - 1)
        moment = measure(parts, c)
        fits = np.abs(moment.value - c * whole.value) <= moment.bound + c * whole.bound
        left = parts[fits]
        if left.size == 1:
            return int(left[0])
        if not 0 < left.size * LEAST_NARROWING <= parts.size:
            return None
        parts = left
    return int(parts[0]) if parts.size == 1 else None


def explaining(setting: Setting, place: slice, seen: Sequence[Measurement]) -> list[int]:
    """Return the few components of a block any one of which explains all of two or more measurements; empty where they are many.

    The verdict's own random directions are a syndrome already: one wrong component i leaves e.v / e.v' = v_i / v'_i.

    Examples
    --------
    >>> explaining.__name__
    'explaining'
    """
    gaps = [gap_of(setting, one) for one in seen]
    if len(seen) < 2 or not all(gap.stands_out for gap in gaps):
        return []
    first, others = seen[0].direction[place], [one.direction[place] for one in seen[1:]]
    fits = first != 0.0
    for gap, other in zip(gaps[1:], others, strict=True):
        off = np.abs(gaps[0].value * other - gap.value * first)
        fits &= off <= gaps[0].bound * np.abs(other) + gap.bound * np.abs(first)
    found = [int(i) for i in np.flatnonzero(fits)]
    return found if len(found) <= MOST_CONFIRMED else []


def is_within(place: slice, measurement: Measurement) -> bool:
    """Tell whether a direction moves one block and no other.

    Examples
    --------
    >>> is_within.__name__
    'is_within'
    """
    moved = np.flatnonzero(measurement.direction)
    return bool(moved.size and place.start <= moved[0] and moved[-1] < place.stop)
