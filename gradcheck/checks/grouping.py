"""Leaves that are measured together: one direction moves them all, each so far that all of them count alike."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.measuring import Setting
from gradcheck.differences.directions import block_scale, spread_numbers
from gradcheck.parameters import Leaf

Vector = npt.NDArray[Any]

SPREAD_OF_DIGITS: Final = 1 / 5
"""Leaves share a direction when their sensitivities differ by at most this share of the dtype's digits: a factor of 1,350 in float64,
24 in float32. All are measured as closely as the least sensitive one would be alone, and no closer."""


@dataclasses.dataclass(frozen=True)
class Group:
    """Some leaves, and how far each of them is moved in units of its own scale.

    Examples
    --------
    >>> Group((), ()).leaves
    ()
    """

    leaves: tuple[Leaf, ...]
    weights: tuple[float, ...]

    def direction(self, setting: Setting, generator: np.random.Generator) -> Vector:
        """Return a Gaussian direction of shape (P,) that is 0 outside these leaves; for a single number its own axis."""
        direction = np.zeros(setting.problem.w.size)
        if len(self.leaves) == 1 and self.leaves[0].size == 1:
            place = self.leaves[0].place
            direction[place] = block_scale(setting.problem.w[place])
            return direction
        for leaf, weight in zip(self.leaves, self.weights, strict=True):
            direction[leaf.place] = setting.problem.scales(leaf) * spread_numbers(leaf.size, generator)
            direction[leaf.place] *= weight
        return direction

    def least_size(self, setting: Setting) -> float:
        """Return the claimed slope of the least sensitive of these leaves, or what any step could resolve where that is more."""
        pairs = zip(self.leaves, self.weights, strict=True)
        return max(min(sensitivity(setting, leaf) * weight for leaf, weight in pairs), setting.resolvable)

    def only(self, leaves: Sequence[Leaf]) -> Group:
        """Return some of these leaves, moved as far as here."""
        weights = {leaf.start: weight for leaf, weight in zip(self.leaves, self.weights, strict=True)}
        return Group(tuple(leaves), tuple(weights[leaf.start] for leaf in leaves))

    def part_of(self, direction: Vector) -> Vector:
        """Return a direction of shape (P,) where it moves these leaves, and 0 elsewhere."""
        part = np.zeros(direction.size)
        for leaf in self.leaves:
            part[leaf.place] = direction[leaf.place]
        return part

    def halves(self, setting: Setting) -> list[Group]:
        """Return the less and the more sensitive half of these leaves."""
        ordered = sorted(self.leaves, key=lambda leaf: sensitivity(setting, leaf))
        middle = len(ordered) // 2
        return [together(setting, half) for half in (ordered[:middle], ordered[middle:])]


def sensitivity(setting: Setting, leaf: Leaf) -> float:
    """Return the typical claimed slope along a direction of this leaf: the norm of its gradient times its scale [cost per unit of step]."""
    return setting.claimed_size(leaf)


def together(setting: Setting, leaves: list[Leaf]) -> Group:
    """Return leaves as one group, each moved in inverse proportion to its sensitivity, the least sensitive by its scale."""
    each = [sensitivity(setting, leaf) for leaf in leaves]
    least = min(each)
    return Group(tuple(leaves), tuple(least / size if least > 0.0 else 1.0 for size in each))


def group_leaves(setting: Setting, leaves: Sequence[Leaf]) -> list[Group]:
    """Return the leaves in groups of similar sensitivity, the most sensitive first.

    Those of which no step could resolve the digits that an agreement needs, the claims of 0 among them, are one group: together they are seen not to be larger than
    claimed, and no more can be seen.

    Examples
    --------
    >>> from gradcheck.checks.gradient import check
    >>> at = [np.ones(2), np.full(3, 0.1), np.full(3, 1e-9)]
    >>> blocks = check(lambda p: sum(a @ a for a in p), lambda p: [2 * a for a in p], at).blocks
    >>> [block.leaves_together for block in blocks]
    [2, 2, 1]
    """
    ordered = sorted((leaf for leaf in leaves if leaf.size), key=lambda leaf: -sensitivity(setting, leaf))
    least = setting.resolvable * 10.0**setting.wanted_digits
    hidden = [leaf for leaf in ordered if not sensitivity(setting, leaf) > least]
    spread = setting.eps**-SPREAD_OF_DIGITS
    groups: list[list[Leaf]] = []
    for leaf in ordered[: len(ordered) - len(hidden)]:
        if groups and sensitivity(setting, groups[-1][0]) <= spread * sensitivity(setting, leaf):
            groups[-1].append(leaf)
        else:
            groups.append([leaf])
    found = [together(setting, group) for group in groups]
    return [*found, Group(tuple(hidden), (1.0,) * len(hidden))] if hidden else found
