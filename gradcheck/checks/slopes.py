"""Measured slopes of one leaf, each an equation that its right gradient must satisfy."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.findings import Finding
from gradcheck.checks.locate import Location
from gradcheck.checks.measuring import SAFETY, Measurement, Setting, norm
from gradcheck.differences.directions import component_scales
from gradcheck.parameters import Leaf
from gradcheck.results import Component

Vector = npt.NDArray[Any]

MOST_AXES: Final = 1000
"""Components whose own slopes are used at most (a count): Locate.FULL may have measured every one of a large leaf."""


@dataclasses.dataclass(frozen=True)
class Slope:
    """One slope: the right gradient g of the leaf has g[at] . weights = value, to within the errors [cost per unit of step].

    Attributes
    ----------
    at : slice, or ndarray of int
        The components of the leaf that were moved.
    weights : ndarray
        How far each of them was moved [unit of parameter].
    value : float
        As it was measured.
    error : float
        What is allowed of it, the claim's own rounding left out.
    coarser : float
        The claim's rounding along it, in units of what is known of its components: 1, or more where it was measured (dimensionless).

    Examples
    --------
    >>> Slope(slice(0, 2), np.array([1.0, 2.0]), 5.0, 1e-9).along(np.array([1.0, 2.0]))
    5.0
    """

    at: Any
    weights: Vector
    value: float
    error: float
    coarser: float = 1.0

    def along(self, gradient: Vector) -> float:
        """Return the slope that a gradient of the leaf, of shape (size,), says."""
        return float(gradient[self.at] @ self.weights)

    def bound(self, noise: Vector) -> float:
        """Return the gap that is allowed beside a gradient whose components have this rounding, of shape (size,)."""
        return self.error + SAFETY * self.coarser * norm(noise[self.at] * self.weights)


def slopes_of(setting: Setting, leaf: Leaf, finding: Finding, location: Location) -> list[Slope]:
    """Return what was measured of a leaf alone, at the setting's point: along random directions, and along its axes.

    Examples
    --------
    >>> slopes_of.__name__
    'slopes_of'
    """
    evidence = finding.evidence
    measured: Sequence[Measurement] = evidence.measurements if evidence and evidence.leaves_together == 1 else ()
    return [*_along_directions(setting, leaf, measured), *_along_axes(setting, leaf, location)]


def slope_of(setting: Setting, leaf: Leaf, measured: Measurement) -> Slope | None:
    """Return a measurement of a leaf as an equation; None where nothing could be measured, or at a kink.

    Examples
    --------
    >>> slope_of.__name__
    'slope_of'
    """
    estimate = measured.estimate
    if not measured.is_measured or not math.isfinite(estimate.value) or estimate.is_kinked:
        return None
    # The complex step has no points beside the direction itself.
    tangent = estimate.tangent(setting.line(measured.direction)) if len(estimate.stencil) else measured.direction
    weights = tangent[leaf.place]
    known = norm(setting.gradient_noise[leaf.place] * weights)
    return Slope(
        slice(None), weights, estimate.value, SAFETY * estimate.error, _coarser(measured.gradient_noise, known)
    )


def _along_directions(setting: Setting, leaf: Leaf, measured: Sequence[Measurement]) -> Iterator[Slope]:
    for one in measured:
        slope = slope_of(setting, leaf, one)
        if slope is not None:
            yield slope


def _along_axes(setting: Setting, leaf: Leaf, location: Location) -> Iterator[Slope]:
    """Return the slopes of single components; each moved by its scale, so that their errors compare with those of directions."""
    scales = component_scales(setting.problem.w[leaf.place])
    for one in (location.each or location.wrong)[:MOST_AXES]:
        error = SAFETY * (one.truncation_error + one.condition_error)
        if not math.isfinite(error):
            continue
        number = number_of(leaf, one)
        scale, known = float(scales[number]), float(setting.gradient_noise[leaf.start + number])
        coarser = _coarser(one.gradient_noise, known)
        yield Slope(np.array([number]), np.array([scale]), scale * one.estimated, scale * error, coarser)


def number_of(leaf: Leaf, component: Component) -> int:
    """Return the place of a component within its leaf.

    Examples
    --------
    >>> number_of(Leaf("w", (2, 3), np.dtype(float), 7), Component("w", (1, 2), 0.0, 1.0, 0.1))
    5
    """
    return int(np.ravel_multi_index(component.index, leaf.shape)) if component.index else 0


def _coarser(measured: float, known: float) -> float:
    return max(1.0, measured / known) if known > 0.0 else 1.0
