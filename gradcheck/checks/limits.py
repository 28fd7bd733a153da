"""What directions see of an error with near certainty: along Gaussian ones by chance, along an axis without any."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.measuring import Measurement

Vector = npt.NDArray[Any]

MISS_PROBABILITY: Final = 1e-6
"""The probability at which the detection limit is stated (dimensionless)."""

PASSING_CHANCE: Final = math.sqrt(2.0 / math.pi)
"""P(|e . v| <= delta) <= 0.80 delta / |e| for a Gaussian v: the density at 0 times the width (dimensionless)."""


def least_seen(hidden: Sequence[float]) -> float:
    """Return the least size of an error that independent Gaussian directions see with probability 1 - 1e-6.

    `hidden` are the slopes of it that could pass each of them: it passes all with at most the product of 0.80 hidden / size. A
    direction that saw little is left out.

    Examples
    --------
    >>> one, two = least_seen([1e-9]), least_seen([1e-9, 1e-9])
    >>> f"{one:.1e} {two:.1e}"
    '8.0e-04 8.0e-07'
    """
    if not hidden:
        return math.inf
    each = PASSING_CHANCE * np.array(sorted(hidden))
    logarithms = np.cumsum(np.log(np.maximum(each, np.finfo(float).tiny)))
    counts = np.arange(1, logarithms.size + 1)
    return float(np.exp(np.min((logarithms - math.log(MISS_PROBABILITY)) / counts)))


@dataclasses.dataclass(frozen=True)
class Portion:
    """Some components of a leaf that were measured by themselves: one along its axis, several along Gaussian directions.

    Attributes
    ----------
    numbers : ndarray of int
        Their places within the leaf.
    scales : ndarray
        How far each of them was moved [unit of parameter].
    measurements : tuple of Measurement

    Examples
    --------
    >>> Portion(np.array([2]), np.ones(1), ()).worst
    inf
    """

    numbers: Vector
    scales: Vector
    measurements: tuple[Measurement, ...]

    @property
    def resolutions(self) -> Vector:
        """The error in each component alone that would have been seen [cost per unit of parameter]."""
        hidden = [2.0 * m.dilution * m.bound for m in self.measurements if m.is_measured]
        reach = min(hidden, default=math.inf) if self.numbers.size == 1 else least_seen(hidden)
        return reach / self.scales

    @property
    def worst(self) -> float:
        """The norm of an error in these components that would have been seen, however it is spread [cost per unit of parameter]."""
        return float(np.max(self.resolutions))
