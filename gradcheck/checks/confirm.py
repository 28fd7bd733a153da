"""A gap that stands out once is confirmed before it is called a disagreement: along another direction, and at another point."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.checks.locate import Location, locate
from gradcheck.checks.measuring import Measurement, Setting
from gradcheck.checks.options import Locate
from gradcheck.checks.second_look import look
from gradcheck.differences.directions import block_scale, component_direction, gaussian_direction
from gradcheck.parameters import Leaf
from gradcheck.results import Reason

Vector = npt.NDArray[Any]


@dataclasses.dataclass(frozen=True)
class Confirmation:
    """What became of a gap that stood out once.

    Attributes
    ----------
    is_confirmed : bool
    reason : Reason or None
        Why the leaf stays open where it is not; None where the gap was not seen again.
    location : Location or None
        The wrong components, where they had to be found for it.

    Examples
    --------
    >>> Confirmation(is_confirmed=False, reason=Reason.KINK).location is None
    True
    """

    is_confirmed: bool
    reason: Reason | None = None
    location: Location | None = None


def confirm(setting: Setting, nearby: Setting | None, leaf: Leaf, generator: np.random.Generator) -> Confirmation:
    """Look for a gap that stood out along one direction of a leaf along independent ones; 6 forward passes or more.

    At a point just beside, and with each component moved in its own size: a right gradient that (46) seems to refute along one
    direction of the leaf's scale, at a point where several kinks hide each other or because one array holds components of very
    different scale, is not refuted there.

    Raises
    ------
    BudgetExceeded
        If the budget ends first; nothing is confirmed then.
    """
    if stands_out_beside(setting if nearby is None else nearby, leaf, generator):
        return Confirmation(is_confirmed=True)
    again = _look(setting, _all_in_one_size(setting, leaf, generator))
    if again.estimate.is_kinked:
        return Confirmation(is_confirmed=False, reason=Reason.KINK)
    if not again.stands_out:
        return Confirmation(is_confirmed=False)
    if nearby is not None:
        there = _look(nearby, _all_in_one_size(nearby, leaf, generator))
        # Wrong at the point alone: kinks that hide each other. Where the same gap would not show, nothing is denied.
        if there.is_measured and not there.stands_out and there.bound < again.gap:
            return Confirmation(is_confirmed=False, reason=Reason.KINK)
    location = locate(setting, leaf, Locate.AUTO, generator)
    return Confirmation(is_confirmed=bool(location.wrong), reason=Reason.TRUNCATION, location=location)


def stands_out_beside(setting: Setting, leaf: Leaf, generator: np.random.Generator) -> bool:
    """Tell whether a leaf's claim is refuted along an independent direction that moves each component in its own size.

    Examples
    --------
    >>> stands_out_beside.__name__
    'stands_out_beside'
    """
    return _look(setting, _each_in_its_size(setting, leaf, generator)).stands_out


def _each_in_its_size(setting: Setting, leaf: Leaf, generator: np.random.Generator) -> Vector:
    """Return a direction that moves each component in its own size."""
    w = setting.problem.w
    return _along_axis(w, leaf, generator) if leaf.size == 1 else component_direction(w, leaf.place, generator)


def _all_in_one_size(setting: Setting, leaf: Leaf, generator: np.random.Generator) -> Vector:
    """Return a direction in the leaf's scale."""
    w = setting.problem.w
    return _along_axis(w, leaf, generator) if leaf.size == 1 else gaussian_direction(w, leaf.place, generator)


def _along_axis(w: Vector, leaf: Leaf, generator: np.random.Generator) -> Vector:
    """Return the axis of a single number, in half its scale to the whole: a Gaussian would now and then hardly move it."""
    direction = np.zeros(w.size)
    direction[leaf.place] = generator.uniform(0.5, 1.0) * block_scale(w[leaf.place])
    return direction


def _look(setting: Setting, direction: Vector) -> Measurement:
    """Measure one direction, and look again where it stands out; a kink stands for nothing."""
    measurement = look(setting, direction)
    if not measurement.estimate.is_kinked:
        return measurement
    return dataclasses.replace(measurement, claimed=measurement.estimate.value)
