"""Where a block disagrees: its components, measured one by one, or the largest error found by halving."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.measuring import Measurement, Setting
from gradcheck.checks.options import Locate
from gradcheck.differences.directions import block_scale
from gradcheck.errors import BudgetExceeded
from gradcheck.parameters import Leaf
from gradcheck.results import Component

Vector = npt.NDArray[Any]

SMALL_BLOCK: Final = 32
"""Blocks of at most this many components are measured one by one (a count): about 200 forward passes."""


@dataclasses.dataclass(frozen=True)
class Location:
    """The wrong components found in one block, worst first, and how many were measured at all.

    Examples
    --------
    >>> Location((), 0).measured
    0
    """

    wrong: tuple[Component, ...]
    measured: int


def locate(setting: Setting, leaf: Leaf, depth: Locate, generator: np.random.Generator) -> Location:
    """Return wrong components of a block that disagrees, worst first.

    Equation (46) component by component, on the ladder: 6 forward passes or more for each one measured; a large block is halved
    about log2(P) times instead, following the larger error.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.checks.gradient import check
    >>> check(lambda w: w @ w, lambda w: 2 * w + np.array([0, 1e-3, 0]), np.ones(3)).worst.name
    'parameters[1]'
    """
    if depth in (Locate.NEVER, Locate.FIRST):
        return Location((), 0)
    everything = np.arange(leaf.place.start, leaf.place.stop)
    found: list[Component] = []
    measured = 0
    try:
        some = everything
        if depth is Locate.AUTO and leaf.size > SMALL_BLOCK:
            some = _halve(setting, leaf, everything, generator)
        for position in some:
            measurement = setting.measure(_restricted(setting, leaf, np.array([position]), np.ones(1)))
            measured += 1
            if measurement.stands_out and not measurement.estimate.is_kinked:
                found.append(_component(setting, leaf, int(position), measurement))
    except BudgetExceeded:
        pass
    found.sort(key=lambda component: -abs(component.claimed - component.estimated))
    return Location(tuple(found), measured)


def _halve(setting: Setting, leaf: Leaf, positions: Vector, generator: np.random.Generator) -> Vector:
    """Follow the half with the larger error down to a single component.

    Errors add: with the same random weights the error of one half is the whole's less the other's, so one half is measured.
    """
    weights = generator.standard_normal(positions.size)
    whole = _error(setting.measure(_restricted(setting, leaf, positions, weights)))
    while positions.size > 1:
        middle = positions.size // 2
        left = _error(setting.measure(_restricted(setting, leaf, positions[:middle], weights[:middle])))
        right = whole - left
        keep = slice(None, middle) if abs(left) >= abs(right) else slice(middle, None)
        whole = left if abs(left) >= abs(right) else right
        positions, weights = positions[keep], weights[keep]
    return positions


def _error(measurement: Measurement) -> float:
    """Return claimed less estimated along one direction."""
    return measurement.claimed - measurement.estimate.value


def _restricted(setting: Setting, leaf: Leaf, positions: Vector, weights: Vector) -> Vector:
    """Return a direction of shape (P,) that is 0 but at `positions`, in the block's scale."""
    direction = np.zeros(setting.problem.w.size)
    direction[positions] = block_scale(setting.problem.w[leaf.place]) * weights
    return direction


def _component(setting: Setting, leaf: Leaf, position: int, measurement: Measurement) -> Component:
    """Return a measured component in units of cost per unit of parameter."""
    scale = block_scale(setting.problem.w[leaf.place])
    index = tuple(int(i) for i in np.unravel_index(position - leaf.start, leaf.shape))
    estimate = measurement.estimate
    return Component(
        block=leaf.name,
        index=index,
        claimed=float(setting.claimed[position]),
        estimated=estimate.value / scale,
        bound=measurement.bound / scale,
        truncation_error=estimate.truncation_error / scale,
        condition_error=estimate.condition_error / scale,
        gradient_noise=measurement.gradient_noise / scale,
    )
