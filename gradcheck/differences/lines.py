"""A cost restricted to a line through a point: phi(t) = C(w + t v)."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
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
        The costs at a list of such vectors, in its order: side by side where an executor does it.

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
    costs: Callable[[list[Vector]], list[float]] | None = None

    @property
    def distance(self) -> float:
        """The size of the parameters that move, in units of the direction: its rounding is eps / 2 times this."""
        moved = self.direction != 0.0
        # Divided first: the squares of 1e-200 or 1e200 are 0 or infinite.
        largest = np.max(np.abs(self.direction))
        return float(np.linalg.norm(self.w[moved] / largest) / np.linalg.norm(self.direction / largest))

    def point(self, t: float) -> Vector:
        """Return w + t v, of shape (P,), as it is realised."""
        return self.realise(self.w + t * self.direction)

    def value(self, t: float) -> float:
        """Return phi(t); NaN where it is not a finite number."""
        return self.values([t])[0]

    def values(self, steps: Sequence[float]) -> list[float]:
        """Return phi at several steps; NaN where it is not a finite number."""
        return self.at([self.point(t) for t in steps])

    def at(self, points: list[Vector]) -> list[float]:
        """Return the cost at several points, on the line or not; NaN where it is not a finite number."""
        values = [self.cost(point) for point in points] if self.costs is None else self.costs(points)
        return [value if math.isfinite(value) else math.nan for value in values]

    def displacement(self, stencil: Sequence[tuple[float, float]]) -> Vector:
        """Return the direction that a stencil of (step, coefficient) really measures, of shape (P,).

        sum c phi(t) is the slope along sum c (w + t v - w), each point as it is realised.
        """
        moves = np.reshape([c * (self.point(t) - self.w) for t, c in stencil], (-1, self.w.size))
        displacement: Vector = np.sum(moves, axis=0)
        return displacement
