"""What the directions measured so far say of one leaf: digits, the error that could still hide, and what limits them."""

from __future__ import annotations

import dataclasses
import functools
import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.limits import MISS_PROBABILITY, PASSING_CHANCE, Portion, least_seen
from gradcheck.checks.measuring import SAFETY, Measurement, Setting, norm
from gradcheck.differences.rungs import RATIO
from gradcheck.parameters import Leaf
from gradcheck.results import Inexact, Reason

Vector = npt.NDArray[Any]

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
    lengths : ndarray, optional
        How far each component was moved; by default as the problem's `scales` say [unit of parameter].
    portions : tuple of Portion
        Components that were measured by themselves besides.

    Examples
    --------
    >>> [field.name for field in dataclasses.fields(Evidence)]
    ['setting', 'leaf', 'measurements', 'weights', 'leaves_together', 'lengths', 'portions']
    """

    setting: Setting
    leaf: Leaf
    measurements: tuple[Measurement, ...]
    weights: tuple[float, ...]
    leaves_together: int = 1
    lengths: Vector | None = None
    portions: tuple[Portion, ...] = ()

    @functools.cached_property
    def scales(self) -> Vector:
        """How far each component was moved [unit of parameter]."""
        return self.setting.problem.scales(self.leaf) if self.lengths is None else self.lengths

    @property
    def claim(self) -> Vector:
        """The claimed gradient of the leaf [cost per unit of parameter]."""
        return self.setting.claimed[self.leaf.place]

    @functools.cached_property
    def usable(self) -> list[tuple[Measurement, float]]:
        """The measurements that measured anything, with their weights."""
        return [(m, w) for m, w in zip(self.measurements, self.weights, strict=True) if m.is_measured]

    @functools.cached_property
    def claimed_size(self) -> float:
        """The typical claimed slope of the leaf alone."""
        return self.setting.claimed_size(self.leaf) if self.lengths is None else norm(self.claim * self.scales)

    @property
    def claims_zero(self) -> bool:
        """Whether the claimed gradient is 0 to within its own rounding: that of a bias before a batch normalisation is 1e-17."""
        return self.claimed_size <= SAFETY * norm(self.setting.gradient_noise[self.leaf.place] * self.scales)

    @functools.cached_property
    def size(self) -> float:
        """The typical slope of the leaf alone, claimed or estimated, whichever is larger."""
        alone = [abs(m.estimate.value) / w for m, w in self.usable] if self.leaves_together == 1 else []
        return max([self.claimed_size, *alone])

    @functools.cached_property
    def bound(self) -> float:
        """The least gap that was allowed, for the leaf moved by its scale."""
        return min((m.bound / w for m, w in self.usable), default=math.inf)

    @property
    def is_axis(self) -> bool:
        """Whether the leaf is one number: a direction along it is the component itself, and chance has no part in it."""
        return self.leaf.size == 1 and self.leaves_together == 1

    @functools.cached_property
    def reach(self) -> float:
        """The size of an error, each component times how far it was moved, that the directions see with probability 1 - 1e-6.

        A gap within its bound leaves the true slope within another one.
        """
        hidden = [2.0 * m.dilution * m.bound / w for m, w in self.usable]
        return min(hidden, default=math.inf) if self.is_axis else least_seen(hidden)

    @functools.cached_property
    def resolutions(self) -> Vector:
        """The error in each component alone that would have been seen [cost per unit of parameter]."""
        found = self.reach / self.scales
        for portion in self.portions:
            found[portion.numbers] = np.fmin(found[portion.numbers], portion.resolutions)
        return found

    @property
    def detection_limit(self) -> float:
        """The error, as a share of the norm of the leaf's gradient, that would have been seen however it is spread.

        An error that no portion sees is within each portion at most what that one sees; the rest of it stands in components that
        the directions of the whole leaf moved, the least of them by the least scale.
        """
        size = norm(self.claim)
        if not size > 0.0 or not (self.usable or self.portions):
            return math.inf
        left = self.reach / self.scales
        parts = [portion for portion in self.portions if portion.worst < np.max(left[portion.numbers])]
        for portion in parts:
            left[portion.numbers] = 0.0
        seen = np.array([np.max(left), *(portion.worst for portion in parts)])
        return norm(seen) / size if np.isfinite(seen).all() else math.inf

    @property
    def _limit_along(self) -> float:
        """The limit for an error that is spread as the claim is, as a share of it: what more directions bring down."""
        return self.reach / self.claimed_size if self.claimed_size > 0.0 else math.inf

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
        return decimal_digits(self.bound, self.size) >= self.setting.wanted_digits and self._limit_along < 1.0

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
        limit = self._limit_along
        if limit <= WANTED_LIMIT or self.bound >= self.size:
            return False
        if self._limit_of_many() <= WANTED_LIMIT:
            return taken < MOST_DIRECTIONS
        return taken < FEW_DIRECTIONS and limit > 10.0**-self.setting.wanted_digits

    def _limit_of_many(self) -> float:
        """Return the limit that the most directions of this kind would reach."""
        if not self.claimed_size > 0.0:
            return math.inf
        hidden = [2.0 * m.dilution * m.bound / (w * self.claimed_size) for m, w in self.usable]
        return PASSING_CHANCE * float(np.median(hidden)) / float(MISS_PROBABILITY ** (1.0 / MOST_DIRECTIONS))

    @property
    def limiting(self) -> Reason:
        """Which error keeps the best of the measurements from deciding."""
        if not self.usable:
            return Reason.DOMAIN
        if is_coarse(self.setting):
            return Reason.DTYPE
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


def is_coarse(setting: Setting) -> bool:
    """Tell whether the arithmetic seen is float16's: what it leaves of a slope is neither noise nor curvature of the cost."""
    return setting.eps >= float(np.finfo(np.float16).eps)


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
