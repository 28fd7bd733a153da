"""Which leaf of a group a refutation is owed to."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy.typing as npt

from gradcheck.checks.grouping import Group
from gradcheck.checks.measuring import Measurement, Setting
from gradcheck.checks.second_look import first_look

Vector = npt.NDArray[Any]


@dataclasses.dataclass(frozen=True)
class Suspect:
    """One leaf of a refuted group, as a group of its own.

    Attributes
    ----------
    group : Group
    seen : Measurement or None
        The first look at it, where there was one.
    cleared : tuple of str
        Names of leaves that do not stand out along the direction of the refutation.

    Examples
    --------
    >>> Suspect(Group((), ())).cleared
    ()
    """

    group: Group
    seen: Measurement | None = None
    cleared: tuple[str, ...] = ()


def suspect_of(setting: Setting, group: Group, direction: Vector) -> Suspect:
    """Find by halving the leaf that a refutation along a direction is owed to; 6 forward passes or more a halving.

    Errors along one direction add, as the slopes of (46) do: where that of one half does not stand out, the error is in the other.

    Examples
    --------
    >>> suspect_of.__name__
    'suspect_of'
    """
    seen: Measurement | None = None
    cleared: tuple[str, ...] = ()
    while len(group.leaves) > 1:
        first, second = (group.only(half.leaves) for half in group.halves(setting))
        found = first_look(setting, first.part_of(direction), size=first.least_size(setting))
        if found.stands_out:
            group, seen = first, found
        else:
            group, seen = second, None
            cleared += tuple(leaf.name for leaf in first.leaves)
    return Suspect(group, seen, cleared)
