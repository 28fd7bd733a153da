"""What the directions measured so far say of one leaf: digits, the error that could still hide, and what limits them."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.grouping import sensitivity
from gradcheck.checks.measuring import SAFETY, Measurement, Setting, norm
from gradcheck.differences.directions import component_scales
from gradcheck.differences.rungs import RATIO
from gradcheck.parameters import Leaf
from gradcheck.results import Inexact, Reason

MISS_PROBABILITY: Final = 1e-6
"""The probability at which the detection limit is stated (dimensionless)."""

WANTED_LIMIT: Final = 1e-5
"""Directions are added until an error of this share of the block's norm would be seen with probability 1 - 1e-6 (dimensionless)."""

FEW_DIRECTIONS: Final = 4
"""Directions taken at most of a block whose detection limit cannot come down to WANTED_LIMIT, until it is worth the digits that an
agreement needs (a count)."""

MOST_DIRECTIONS: Final = 12
"""Directions taken at most where more of them do bring it down (a count): the twelfth improves the limit by a tenth."""

COARSEST_SHARE: Final = 8.0 * float(np.finfo(np.float16).eps)
"""Gaps of up to this share of the slope may be the claim's own rounding (dimensionless): 8 roundings of float16, the coarsest arithmetic
that gradients are computed in."""

PASSING_CHANCE: Final = math.sqrt(2.0 / math.pi)
"""P(|e . v| <= delta) <= 0.80 delta / |e| for a Gaussian v: the density at 0 times the width (dimensionless)."""


@dataclasses.dataclass(frozen=True)
class Evidence:
    """Directions along which one leaf was moved, alone or with others, each with how far in units of its scale.

    Attributes
    ----------
    setting : Setting
    leaf : Leaf
    measurements : tuple of Measurement
    weights : tuple of float
    leaves_together : int
        How many leaves the directions moved.

    Examples
    --------
    >>> [field.name for field in dataclasses.fields(Evidence)]
    ['setting', 'leaf', 'measurements', 'weights', 'leaves_together']
    """

    setting: Setting
    leaf: Leaf
    measurements: tuple[Measurement, ...]
    weights: tuple[float, ...]
    leaves_together: int = 1

    @property
    def usable(self) -> list[tuple[Measurement, float]]:
        """The measurements that measured anything, with their weights."""
        return [(m, w) for m, w in zip(self.measurements, self.weights, strict=True) if m.is_measured]

    @property
    def claimed_size(self) -> float:
        """The typical claimed slope of the leaf alone."""
        return sensitivity(self.setting, self.leaf)

    @property
    def claims_zero(self) -> bool:
        """Whether the claimed gradient is 0 to within its own rounding: that of a bias before a batch normalisation is 1e-17."""
        place = self.leaf.place
        noise = self.setting.gradient_noise[place] * component_scales(self.setting.problem.w[place])
        return self.claimed_size <= SAFETY * norm(noise)

    @property
    def size(self) -> float:
        """The typical slope of the leaf alone, claimed or estimated, whichever is larger."""
        alone = [abs(m.estimate.value) / w for m, w in self.usable] if self.leaves_together == 1 else []
        return max([self.claimed_size, *alone])

    @property
    def bound(self) -> float:
        """The least gap that was allowed, for the leaf moved by its scale."""
        return min((m.bound / w for m, w in self.usable), default=math.inf)

    @property
    def is_axis(self) -> bool:
        """Whether the leaf is one number: a direction along it is the component itself, and chance has no part in it."""
        return self.leaf.size == 1 and self.leaves_together == 1

    @property
    def detection_limit(self) -> float:
        """The error, as a share of the block's norm, that these directions miss with probability 1e-6.

        A gap within its bound leaves the true slope within another one: an error e passes one direction with probability at
        most 0.80 * 2 bound / |e|, and k of them with the product of those; a direction that saw little is left out.
        """
        if not self.usable or not self.claimed_size > 0.0:
            return math.inf
        if self.is_axis:
            return min(self._shares)
        logarithms = np.cumsum(np.log(np.maximum(self._chances, np.finfo(float).tiny)))
        counts = np.arange(1, logarithms.size + 1)
        return float(np.exp(np.min((logarithms - math.log(MISS_PROBABILITY)) / counts)))

    @property
    def _shares(self) -> list[float]:
        """Errors, as shares of the block's norm, that each direction could have passed along itself, the least first."""
        return sorted(2.0 * m.dilution * m.bound / (w * self.claimed_size) for m, w in self.usable)

    @property
    def _chances(self) -> npt.NDArray[Any]:
        return PASSING_CHANCE * np.array(self._shares)

    @property
    def digits(self) -> float:
        """The decimal digits to which the claim is known to be the true slope: a gap within the bound, and an error beyond it."""
        return max((self._digits(m, w) for m, w in self.usable), default=0.0)

    def _digits(self, measurement: Measurement, weight: float) -> float:
        alone = max(abs(measurement.claimed), abs(measurement.estimate.value))
        size = alone if self.leaves_together == 1 else weight * self.claimed_size
        return decimal_digits(measurement.bound * (1.0 + 1.0 / SAFETY), size)

    @property
    def has_digits(self) -> bool:
        """Whether what was measured is enough for an agreement: digits, and a limit below the block itself."""
        return decimal_digits(self.bound, self.size) >= self.setting.wanted_digits and self.detection_limit < 1.0

    @property
    def would_have_digits(self) -> bool:
        """Whether the same errors would be small enough if the leaf had been moved by its whole scale, and it was not."""
        bound = min((m.bound for m, _ in self.usable), default=math.inf)
        return min(self.weights, default=1.0) < 1.0 and decimal_digits(bound, self.size) >= self.setting.wanted_digits

    @property
    def wants_more(self) -> bool:
        """Whether another direction is worth its passes."""
        taken = len(self.measurements)
        if not self.usable:
            return taken < 2
        limit = self.detection_limit
        if limit <= WANTED_LIMIT or self.bound >= self.size:
            return False
        if self._limit_of_many() <= WANTED_LIMIT:
            return taken < MOST_DIRECTIONS
        return taken < FEW_DIRECTIONS and limit > 10.0**-self.setting.wanted_digits

    def _limit_of_many(self) -> float:
        """Return the limit that the most directions of this kind would reach."""
        typical = float(np.median(self._chances))
        return typical / float(MISS_PROBABILITY ** (1.0 / MOST_DIRECTIONS))

    @property
    def limiting(self) -> Reason:
        """Which error keeps the best of the measurements from deciding."""
        if not self.usable:
            return Reason.DOMAIN
        return limiting_error(min(self.usable, key=lambda one: one[0].bound / one[1])[0])

    @property
    def inexact(self) -> Inexact:
        """What the rounding of the claim comes from, where it is that which limits.

        More than the coarsest arithmetic makes of a slope is none of its rounding, nor of terms of the size of the cost that cancel.
        """
        eps = float(np.finfo(np.float64).eps)
        noise, slope = max(((m.gradient_noise, abs(m.estimate.value)) for m, _ in self.usable), default=(0.0, 0.0))
        if noise > SAFETY * max(COARSEST_SHARE * slope, math.sqrt(eps) * abs(self.setting.centre)):
            return Inexact.JUMPS
        return Inexact.COARSE if self.setting.eps > eps else Inexact.ROUNDING


def limiting_error(measurement: Measurement) -> Reason:
    """Return which error keeps a measurement from deciding."""
    estimate = measurement.estimate
    if measurement.gradient_noise > estimate.error:
        return Reason.DTYPE
    # Two estimates at steps in ratio 3 differ by up to 1 + 3 condition errors of the larger step from noise alone.
    return Reason.TRUNCATION if estimate.truncation_error > (1.0 + RATIO) * estimate.condition_error else Reason.NOISE


def decimal_digits(bound: float, size: float) -> float:
    """Return the decimal digits of `size` that `bound` leaves standing.

    Examples
    --------
    >>> decimal_digits(1e-3, 10.0)
    4.0
    """
    if bound == 0.0 or size == 0.0 or not math.isfinite(bound):
        return math.inf if bound == 0.0 else 0.0
    return math.log10(size) - math.log10(bound)  # the quotient of 1e300 and 1e-300 is infinite
