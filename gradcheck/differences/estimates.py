"""What a ladder is told of a cost, and what it finds: a slope with its two errors, and the gap between the slopes of both sides."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

from gradcheck.differences.lines import Line

Vector = npt.NDArray[Any]
Stencil = tuple[tuple[float, float], ...]


@dataclasses.dataclass(frozen=True)
class LadderEstimate:
    """A directional derivative measured on a ladder of steps, with its errors [cost per unit of step].

    Attributes
    ----------
    value : float
        NaN where nothing could be measured.
    truncation_error, condition_error : float
        Infinite where nothing could be measured.
    step : float
        The smallest of the steps that were extrapolated [in units of the direction].
    slope_gap : float
        The forward slope at the point less the backward one, extrapolated to step 0; 0 to within `slope_gap_error`
        unless there is a kink.
    slope_gap_error : float
    rungs : int
        Steps measured, each on both sides of the point or on the one that is in the domain.
    stencil : tuple of (step, coefficient)
        `value` is the sum of coefficient * phi(step).
    farthest : (step, slope)
        The longest step that was measured, and the central difference with it; (0, NaN) where there is none.

    Examples
    --------
    >>> LadderEstimate(1.0, 1e-12, 2e-12, 1e-3, 0.0, 1e-10, 3).is_kinked
    False
    """

    value: float
    truncation_error: float
    condition_error: float
    step: float
    slope_gap: float
    slope_gap_error: float
    rungs: int
    stencil: Sequence[tuple[float, float]] = ()
    farthest: tuple[float, float] = (0.0, math.nan)

    @property
    def error(self) -> float:
        """The sum of the truncation error and the condition error."""
        return self.truncation_error + self.condition_error

    @property
    def is_kinked(self) -> bool:
        """Whether the two one-sided slopes do not close."""
        return abs(self.slope_gap) > self.slope_gap_error

    def tangent(self, line: Line) -> Vector:
        """Return the direction this estimate is of, as floating point realised it, of shape (P,)."""
        return line.displacement(self.stencil)


@dataclasses.dataclass(frozen=True)
class Accuracy:
    """How well the cost can be evaluated, and how well its derivative is to be known.

    Attributes
    ----------
    noise : float
        Error of one evaluation at the point [cost].
    relative_noise : float
        Least error of any evaluation as a share of its value: its rounding (dimensionless).
    wanted : float
        The error to stop at, as a share of the derivative (dimensionless); 0 asks for the least.
    size : float
        The derivative that `wanted` is a share of, where the one along this line is smaller [cost per unit of step].

    Examples
    --------
    >>> Accuracy(noise=1e-16, relative_noise=1e-16).suffices(0.0, 1.0)
    True
    """

    noise: float
    relative_noise: float
    wanted: float = 0.0
    size: float = 0.0

    def suffices(self, error: float, value: float) -> bool:
        """Tell whether an error is small enough to stop at."""
        return error <= self.wanted * max(abs(value), self.size)
