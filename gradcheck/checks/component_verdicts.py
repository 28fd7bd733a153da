"""The verdict on a block of which every component was measured."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gradcheck.checks.measuring import SHARE_OF_DIGITS
from gradcheck.network.arrays import Array
from gradcheck.results import BlockResult, Census, Component, Inexact, Reason, Status


@dataclass(frozen=True, eq=False)
class Compared:
    """Hold one leaf of a claim beside its estimates.

    Attributes
    ----------
    name : str
    claimed, estimated : ndarray
        Cost per unit of parameter.
    bound : ndarray
        Of the estimates' error.
    rounding : ndarray
        What a right claim may lie off for its own rounding.
    eps : float
        Machine precision of the claim (dimensionless).
    slight : ndarray, optional
        The gap up to which a claim is inaccurate rather than wrong.

    Examples
    --------
    >>> one = np.ones(1)
    >>> Compared("b", one, one + 1e-3, 1e-6 * one, 0 * one, 2.0**-52).wrong
    array([ True])
    """

    name: str
    claimed: Array
    estimated: Array
    bound: Array
    rounding: Array
    eps: float
    slight: Array | float = 0.0

    @property
    def allowed(self) -> Array:
        """Return the gap that is allowed."""
        return np.asarray(self.bound + self.rounding)

    @cached_property
    def gap(self) -> Array:
        """Return the gap that is seen."""
        return np.asarray(np.abs(self.claimed - self.estimated))

    @cached_property
    def wrong(self) -> Array:
        """Tell of each component whether it is wrong."""
        return np.asarray(self.gap > np.fmax(self.allowed, self.slight))

    @cached_property
    def inaccurate(self) -> Array:
        """Tell of each component whether it is off by more than is allowed and by too little to be wrong."""
        return np.asarray((self.gap > self.allowed) & ~self.wrong)

    @cached_property
    def open(self) -> Array:
        """Tell of each component that is not wrong whether it is inaccurate, or more could hide in it than an agreement leaves.

        What is not a number is open.
        """
        largest = float(np.max(np.abs(self.estimated), initial=0.0))
        seen = (self.gap <= self.allowed) & (self.allowed <= self.eps**SHARE_OF_DIGITS * largest)
        return np.asarray(~seen & ~self.wrong)


def block_result(one: Compared) -> BlockResult:
    """Return what was found of one block.

    Examples
    --------
    >>> one = np.ones(1)
    >>> block_result(Compared("b", one, one + 1e-3, 1e-6 * one, 0 * one, 2.0**-52)).components_wrong
    1
    """
    status, reason = _status(one)
    inexact = Inexact.SLIGHT if status is Status.INCONCLUSIVE and one.inaccurate.any() else None
    norm, limit = float(np.linalg.norm(one.estimated)), float(np.linalg.norm(one.allowed))
    is_known = math.isfinite(limit) and norm > 0 and status is not Status.VACUOUS
    share = limit / norm if is_known else math.nan
    return BlockResult(
        one.name,
        one.claimed.shape,
        status,
        reason,
        digits=max(0.0, -math.log10(share)) if is_known and share > 0 else None,
        detection_limit=share if is_known else None,
        miss_probability=0.0 if is_known else None,
        components_measured=one.claimed.size,
        components_wrong=int(one.wrong.sum()),
        inexact=inexact,
    )


def _status(one: Compared) -> tuple[Status, Reason | None]:
    """Return the status of one block, and why it is open."""
    if one.wrong.any():
        return Status.DISAGREE, None
    if (np.maximum(np.abs(one.claimed), np.abs(one.estimated)) <= one.allowed).all():
        return Status.VACUOUS, None
    if not np.isfinite(one.allowed).all():
        return Status.INCONCLUSIVE, Reason.DOMAIN
    if one.inaccurate.any():
        return Status.INCONCLUSIVE, Reason.DTYPE
    if one.open.any():
        own = one.rounding > one.bound
        return Status.INCONCLUSIVE, Reason.DTYPE if own[one.open].all() else Reason.TRUNCATION
    return Status.AGREE, None


def wrong_components(compared: Sequence[Compared], most: int) -> tuple[Component, ...]:
    """Return the wrong components of all blocks, those furthest off first, in units of what is allowed.

    Examples
    --------
    >>> one = np.ones(1)
    >>> wrong_components([Compared("b", one, one + 1e-3, 1e-6 * one, 0 * one, 2.0**-52)], 5)[0].name
    'b[0]'
    """
    found: list[Component] = []
    for one in compared:
        gaps = np.where(one.wrong, one.gap, 0.0).ravel()
        furthest = np.argsort(-gaps, kind="stable")[: min(most, int(one.wrong.sum()))]
        found += [_component(one, int(place)) for place in furthest]
    return tuple(sorted(found, key=lambda component: -abs(component.claimed - component.estimated))[:most])


def _component(one: Compared, place: int) -> Component:
    """Return one component in the words of a result."""
    index = tuple(int(i) for i in np.unravel_index(place, one.claimed.shape))
    return Component(
        one.name,
        index,
        claimed=float(one.claimed[index]),
        estimated=float(one.estimated[index]),
        bound=float(one.allowed[index]),
        gradient_noise=float(one.rounding[index]),
    )


def census_of(one: Compared) -> Census:
    """Return how the wrong components of one block lie.

    Examples
    --------
    >>> one = np.ones((1, 2))
    >>> census_of(Compared("w", one, one + 1e-3, 1e-6 * one, 0 * one, 2.0**-52)).share
    1.0
    """
    table = one.wrong.reshape(one.wrong.shape[0], -1)
    return Census(
        one.name,
        one.claimed.shape,
        wrong=int(one.wrong.sum()),
        measured=one.wrong.size,
        rows=table.shape[0],
        columns=table.shape[1],
        wrong_rows=tuple(int(i) for i in np.flatnonzero(table.any(axis=1))),
        wrong_columns=tuple(int(i) for i in np.flatnonzero(table.any(axis=0))),
    )
