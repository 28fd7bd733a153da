"""A cost restricted to a line through a point: phi(t) = C(w + t v)."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[Any]


@dataclasses.dataclass(frozen=True)
class Line:
    """A cost along one direction, at points that exist in the parameters' own dtypes.

    Attributes
    ----------
    cost : callable
        C(w) for a vector of shape (P,); a value that is not finite means that the point is outside its domain.
    w, direction : ndarray, shape (P,)
    realise : callable
        The vector as it is after rounding to the dtypes the cost computes in.
    costs : callable, optional
        The costs at such vectors, in their order: one after the other as they come, or side by side where an executor does it.

    Examples
    --------
    >>> import numpy as np
    >>> line = Line(lambda w: float(w @ w), np.array([1.0, 0.0]), np.array([0.0, 2.0]), lambda w: w)
    >>> line.value(0.5), line.displacement([(0.5, 1.0), (-0.5, -1.0)])
    (2.0, array([0., 2.]))
    """

    cost: Callable[[Vector], float]
    w: Vector
    direction: Vector
    realise: Callable[[Vector], Vector]
    costs: Callable[[Iterable[Vector]], list[float]] | None = None

    @functools.cached_property
    def distance(self) -> float:
        """The size of the parameters that move, in units of the direction: its rounding is eps / 2 times this."""
        moved = self.direction != 0.0
        w = self.w if moved.all() else self.w[moved]
        # Divided first: the squares of 1e-200 or 1e200 are 0 or infinite.
        largest = np.max(np.abs(self.direction))
        return float(np.linalg.norm(w / largest) / np.linalg.norm(self.direction / largest))

    def point(self, t: float) -> Vector:
        """Return w + t v, of shape (P,), as it is realised."""
        point = t * self.direction
        point += self.w
        return self.realise(point)

    def value(self, t: float) -> float:
        """Return phi(t); NaN where it is not a finite number."""
        return self.values([t])[0]

    def values(self, steps: Sequence[float]) -> list[float]:
        """Return phi at several steps; NaN where it is not a finite number."""
        return self.at(map(self.point, steps))

    def at(self, points: Iterable[Vector]) -> list[float]:
        """Return the cost at several points, on the line or not; NaN where it is not a finite number."""
        values = map(self.cost, points) if self.costs is None else self.costs(points)
        return [value if math.isfinite(value) else math.nan for value in values]

    def displacement(self, stencil: Sequence[tuple[float, float]]) -> Vector:
        """Return the direction that a stencil of (step, coefficient) really measures, of shape (P,).

        sum c phi(t) is the slope along sum c (w + t v - w), each point as it is realised.
        """
        displacement, move = np.zeros(self.w.size), np.empty(self.w.size)
        for t, c in stencil:
            np.multiply(self.direction, t, out=move)
            move += self.w
            np.subtract(self.realise(move), self.w, out=move)
            move *= c
            displacement += move
        return displacement
