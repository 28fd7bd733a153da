"""What is left of values on a line when their smooth part is taken away: by polynomials, and polynomials with one break."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[Any]

QUADRATIC: Final = 2
"""Degree of the polynomial that values a little apart lie on: their noise is far above the cube of the distance."""

QUARTIC: Final = 4
"""Degree of the polynomial for values further apart, of which there are 13: 8 remain to tell the noise by."""

SEXTIC: Final = 6
"""Degree that shows whether a quartic took all there is to take."""

BEND_SIDE: Final = 2
"""Values there must be on each side of a break (a count)."""

BENT_SIDE: Final = 4
"""Values there must be on each side of a break of slope and curvature (a count): it has three terms of its own there, and with no more
than three values it would take any jump."""


@dataclasses.dataclass(frozen=True)
class Samples:
    """Values of a function of one number, in the order of their places [in units of the direction].

    Examples
    --------
    >>> samples = Samples.of([2.0, 0.0, math.pi], [4.0, 0.0, math.nan])
    >>> samples.places, samples.values
    (array([0., 2.]), array([0., 4.]))
    """

    places: Values
    values: Values

    @classmethod
    def of(cls, places: list[float], values: list[float]) -> Samples:
        """Return the finite ones among some values, sorted."""
        order = [i for i in np.argsort(places, kind="stable") if math.isfinite(values[i])]
        return cls(np.array(places, dtype=np.float64)[order], np.array(values, dtype=np.float64)[order])

    def __len__(self) -> int:
        return len(self.places)

    def where(self, chosen: Values) -> Samples:
        """Return some of the samples."""
        return Samples(self.places[chosen], self.values[chosen])

    def between(self, nearest: float, farthest: float) -> Samples:
        """Return the samples at distances in a range, and that at 0."""
        distance = np.abs(self.places)
        return self.where((distance == 0.0) | ((distance >= nearest) & (distance <= farthest)))


@dataclasses.dataclass(frozen=True)
class Rest:
    """What a model leaves of some samples, and how many of them it had to spare.

    Examples
    --------
    >>> Rest(np.array([3.0, -4.0, 0.0]), 1).level
    5.0
    """

    residuals: Values
    freedom: int

    @property
    def level(self) -> float:
        """The standard deviation of the noise, if the model took all but the noise; infinite where nothing was left to tell."""
        if self.freedom < 1:
            return math.inf
        return spread(self.residuals, self.freedom)


Model = Callable[[Samples], Rest]


def spread(residuals: Values, freedom: int) -> float:
    """Return the root of the mean square over a number of degrees of freedom, also where the squares would overflow.

    Examples
    --------
    >>> spread(np.array([2.0**600, -(2.0**600)]), 2) == 2.0**600
    True
    """
    largest = float(np.max(np.abs(residuals), initial=0.0))
    return largest * float(np.linalg.norm(residuals / largest)) / math.sqrt(freedom) if largest > 0.0 else 0.0


def polynomial(samples: Samples, degree: int) -> Rest:
    """Return what a polynomial of a degree leaves.

    Examples
    --------
    >>> samples = Samples.of([-1.0, 0.0, 1.0, 2.0], [1.0, 0.0, 1.0, 4.5])
    >>> round(polynomial(samples, 2).level, 3)
    0.112
    """
    return _fit(samples, _powers(samples, degree))


def kinked(samples: Samples) -> Rest:
    """Return what a quadratic leaves whose slope, and with it the curvature, may break once, anywhere.

    Examples
    --------
    >>> places = [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0]
    >>> kinked(Samples.of(places, [abs(t - 0.3) for t in places])).level < 1e-14
    True
    """
    straight = [_fit_kink(samples, i) for i in _gaps(samples, BEND_SIDE)]
    bent = [_fit_bent_kink(samples, i) for i in _gaps(samples, BENT_SIDE)]
    return min([*straight, *bent], key=lambda rest: rest.level, default=_nothing(samples))


def broken(samples: Samples) -> Rest:
    """Return what a quadratic leaves that may jump once, with another slope behind.

    Examples
    --------
    >>> places = [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0]
    >>> broken(Samples.of(places, [float(t > 0.3) for t in places])).level < 1e-14
    True
    """
    parts = (_fit(samples, _with_break(samples, i)) for i in _gaps(samples, BEND_SIDE))
    return min(parts, key=lambda rest: rest.level, default=_nothing(samples))


def _gaps(samples: Samples, side: int) -> Iterator[int]:
    """Return where a break may be that leaves so many samples on each side of it."""
    return iter(range(side, len(samples) - side + 1))


def _nothing(samples: Samples) -> Rest:
    return Rest(np.array(samples.values), 0)


def _powers(samples: Samples, degree: int) -> Values:
    furthest = float(np.max(np.abs(samples.places), initial=0.0)) or 1.0
    return np.vander(samples.places / furthest, degree + 1, increasing=True)


def _with_break(samples: Samples, i: int) -> Values:
    """Return the columns of a quadratic, and of a jump and a slope from sample i on."""
    powers = _powers(samples, QUADRATIC)
    behind = (np.arange(len(samples)) >= i).astype(float)
    return np.column_stack([powers, behind, behind * powers[:, 1]])


def _fit_kink(samples: Samples, i: int) -> Rest:
    """Return what is left when the slope breaks between samples i - 1 and i, where jump and slope say it does."""
    columns = _with_break(samples, i)
    jump, slope = _solve(columns, _scaled(samples)[0])[3:]
    low, high = columns[i - 1, 1], columns[i, 1]
    at = min(max(-jump / slope, low), high) if slope else low
    return _fit(samples, np.column_stack([columns[:, :3], np.maximum(columns[:, 1] - at, 0.0)]), spent=1)


def _fit_bent_kink(samples: Samples, i: int) -> Rest:
    """Return what is left when two quadratics meet between samples i - 1 and i: a ReLU below a square has another curvature too."""
    columns = _with_break(samples, i)
    both = np.column_stack([columns, columns[:, 3] * columns[:, 1] ** 2])
    jump, slope, bend = _solve(both, _scaled(samples)[0])[3:]
    low, high = columns[i - 1, 1], columns[i, 1]
    meeting = [root.real for root in np.roots([bend, slope, jump]) if root.imag == 0.0]
    at = min(max(min(meeting, key=lambda t: abs(t - (low + high) / 2.0), default=low), low), high)
    behind = np.maximum(columns[:, 1] - at, 0.0)
    return _fit(samples, np.column_stack([columns[:, :3], behind, behind**2]), spent=1)


def _fit(samples: Samples, columns: Values, *, spent: int = 0) -> Rest:
    freedom = len(samples) - columns.shape[1] - spent
    if freedom < 1:
        return _nothing(samples)
    values, scale = _scaled(samples)
    return Rest(scale * (values - columns @ _solve(columns, values)), freedom)


def _scaled(samples: Samples) -> tuple[Values, float]:
    """Return the values less the middle one, which is exact beside them, in units of the largest: 1e300 has no square."""
    with np.errstate(over="ignore"):
        moved = samples.values - samples.values[len(samples) // 2]
    largest = float(np.max(np.abs(moved), initial=0.0))
    return (moved / largest, largest) if 0.0 < largest < math.inf else (np.zeros(len(samples)), largest)


def _solve(columns: Values, values: Values) -> Values:
    solution: Values = np.linalg.lstsq(columns, values, rcond=None)[0]
    return solution
