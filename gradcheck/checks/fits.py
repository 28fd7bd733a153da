"""Whether a pattern explains what was measured of a leaf, and with what chance it would do so by accident."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.checks.evidence import decimal_digits
from gradcheck.checks.hypotheses import Hypothesis, Term
from gradcheck.checks.limits import PASSING_CHANCE
from gradcheck.checks.slopes import Slope

Vector = npt.NDArray[Any]


@dataclasses.dataclass(frozen=True)
class Fit:
    """A pattern that every measured slope allows.

    Attributes
    ----------
    id : str
        Of the pattern.
    low, high : float
        The numbers t that all slopes allow; both NaN where the pattern has none.
    tests : tuple of (float, float)
        For each slope the gap that it allows, and the largest of the errors that it could see [cost per unit of step].
    errors : tuple of float
        Sizes of the errors it explains, component by component, moved by their scales [cost per unit of step], the largest first.
    digits : float
        Decimal digits to which the best slope agrees.
    names : tuple of str
        The leaves it was fitted to.
    detail : str
        As in Hypothesis.

    Examples
    --------
    >>> fit = Fit("factor", 0.5, 0.5, tests=((1e-9, 1.0),) * 3, errors=(1.0, 1.0, 1.0))
    >>> fit.chance(fitted=1) < 1e-17 and fit.chance(fitted=0) < 1e-26
    True
    """

    id: str
    low: float
    high: float
    tests: tuple[tuple[float, float], ...]
    errors: tuple[float, ...]
    digits: float = math.inf
    names: tuple[str, ...] = ()
    detail: str = ""

    @property
    def t(self) -> float:
        """The number that was found, the middle of what is allowed."""
        return 0.5 * (self.low + self.high)

    def allows(self, t: float) -> bool:
        """Tell whether t may be this number."""
        return self.low <= t <= self.high

    def chance(self, *, fitted: int) -> float:
        """Return at most the probability that a wrong pattern, its number fitted to one slope, passes the others.

        Any k slopes test k of the errors: an error e passes one with probability 0.80 * bound / |e| at most, and the slope along an axis
        sees no more than its own. A number that was fitted takes the best slope and one error away, and wants two slopes more: what fits
        by construction, an error in one or two components alone, is no sign of it.
        """
        least = 2 if fitted else 1
        most = min(len(self.tests), len(self.errors)) - fitted
        return min((self._chance_of(k, fitted) for k in range(least, most + 1)), default=1.0)

    def _chance_of(self, k: int, fitted: int) -> float:
        error = self.errors[k + fitted - 1]
        passed = sorted(_passing_chance(bound, min(error, seen)) for bound, seen in self.tests)
        return math.prod(passed[fitted : fitted + k])


def _passing_chance(bound: float, error: float) -> float:
    return min(1.0, PASSING_CHANCE * bound / error) if error > 0.0 else 1.0


def fit(hypothesis: Hypothesis, slopes: Sequence[Slope], claimed: Vector, scales: Vector) -> Fit | None:
    """Return what a pattern must be to explain all slopes of a leaf, None where it does not.

    Parameters
    ----------
    hypothesis : Hypothesis
    slopes : sequence of Slope
    claimed, scales : ndarray, shape (size,)
        The claimed gradient of the leaf, and the length by which each component is moved.

    Examples
    --------
    >>> fit.__name__
    'fit'
    """
    if not slopes:
        return None
    if hypothesis.along is not None:
        return _fit_number(hypothesis, hypothesis.along, slopes, _Leaf(claimed, scales))
    left = _left(hypothesis, slopes)
    bounds = _bounds(slopes, hypothesis.base.noise)
    if not np.all(np.abs(left) <= bounds):
        return None
    return _fitted(
        hypothesis, (math.nan, math.nan), _Leaf(claimed, scales).tested(slopes, hypothesis.base.values, bounds)
    )


def _fit_number(hypothesis: Hypothesis, along: Term, slopes: Sequence[Slope], leaf: _Leaf) -> Fit | None:
    """Return the numbers that all slopes allow; the rounding that they multiply is taken for the one that the best slope gives."""
    left = _left(hypothesis, slopes)
    rates = np.array([slope.along(along.values) for slope in slopes])
    errors = np.maximum([slope.error for slope in slopes], np.finfo(float).tiny)
    best = int(np.argmax(np.abs(rates) / errors))
    if rates[best] == 0.0:
        return None
    bounds = _bounds(slopes, hypothesis.base.noise + abs(left[best] / rates[best]) * along.noise)
    low, high = _allowed(left, rates, bounds)
    if not low <= high:
        return None
    right = hypothesis.base.values + 0.5 * (low + high) * along.values
    return _fitted(hypothesis, (low, high), leaf.tested(slopes, right, bounds + 0.5 * (high - low) * np.abs(rates)))


def _left(hypothesis: Hypothesis, slopes: Sequence[Slope]) -> Vector:
    """Return what the base leaves of each slope."""
    return np.array([slope.value - slope.along(hypothesis.base.values) for slope in slopes])


def _bounds(slopes: Sequence[Slope], noise: Vector) -> Vector:
    return np.array([slope.bound(noise) for slope in slopes])


@dataclasses.dataclass(frozen=True)
class _Tested:
    """What the slopes of a leaf test of a pattern: as in Fit."""

    tests: tuple[tuple[float, float], ...]
    errors: tuple[float, ...]
    digits: float


@dataclasses.dataclass(frozen=True)
class _Leaf:
    """What is claimed of a leaf, and by how much each component is moved."""

    claimed: Vector
    scales: Vector

    def tested(self, slopes: Sequence[Slope], right: Vector, bounds: Vector) -> _Tested:
        """Return what slopes with these bounds test of a right gradient."""
        changed = np.abs(right - self.claimed)
        seen = [float(np.max(np.abs(changed[slope.at] * slope.weights), initial=0.0)) for slope in slopes]
        errors = np.sort(changed * self.scales)[::-1][: len(slopes) + 1]
        digits = max(decimal_digits(bound, abs(slope.value)) for bound, slope in zip(bounds, slopes, strict=True))
        return _Tested(tuple(zip(bounds.tolist(), seen, strict=True)), tuple(errors.tolist()), digits)


def _fitted(hypothesis: Hypothesis, numbers: tuple[float, float], tested: _Tested) -> Fit:
    names = (hypothesis.leaf.name,)
    return Fit(hypothesis.id, *numbers, tested.tests, tested.errors, tested.digits, names, hypothesis.detail)


def _allowed(values: Vector, rates: Vector, bounds: Vector) -> tuple[float, float]:
    """Return the least and the largest t with |values - t * rates| <= bounds for all of them; least > largest where there is none."""
    still = rates == 0.0
    if not np.all(np.abs(values[still]) <= bounds[still]):
        return math.inf, -math.inf
    middle, half = values[~still] / rates[~still], bounds[~still] / np.abs(rates[~still])
    return float(np.max(middle - half)), float(np.min(middle + half))


def together(fits: Sequence[Fit]) -> Fit | None:
    """Return one pattern, with one number, for several leaves, None where their numbers differ.

    Examples
    --------
    >>> one, other = Fit("factor", 0.4, 0.6, (), (1.0,)), Fit("factor", 0.5, 0.7, (), (2.0,))
    >>> together([one, other]).low, together([one, other]).errors
    (0.5, (2.0, 1.0))
    """
    low, high = max(one.low for one in fits), min(one.high for one in fits)
    if not low <= high:
        return None
    return Fit(
        fits[0].id,
        low,
        high,
        tuple(test for one in fits for test in one.tests),
        tuple(sorted((error for one in fits for error in one.errors), reverse=True)),
        max(one.digits for one in fits),
        tuple(name for one in fits for name in one.names),
    )
