"""Rungs on one side of the point alone, for a point at the end of the cost's domain."""

from __future__ import annotations

import math

from gradcheck.differences.estimates import Accuracy, Stencil
from gradcheck.differences.rungs import RATIO, Rungs


class OneSidedRungs(Rungs):
    """Forward (or backward) differences at steps in ratio 3, extrapolated twice: the error that is left is of order h**3.

    Equation (46) itself, with the h and the h**2 of its truncation error taken out.

    Parameters
    ----------
    side : float
        1.0 or -1.0: the side that is in the domain.

    Examples
    --------
    >>> rungs = OneSidedRungs(0.0, Accuracy(1e-16, 1e-16), 0.5, 1.0, side=-1.0)
    >>> rungs.steps_of(1)
    [-1.5]
    """

    needed = 3

    def __init__(self, centre: float, accuracy: Accuracy, step: float, distance: float, *, side: float) -> None:
        super().__init__(centre, accuracy, step, distance)
        self.side = side

    def steps_of(self, k: int) -> list[float]:
        return [self.side * self.height(k)]

    def condition(self, k: int) -> float:
        # noise + noise of the centre at each rung: (9 (3 F(h) - F(3h)) - (3 F(3h) - F(9h))) / 16.
        parts = [2.0 * self.noise(k + i) / self.height(k + i) for i in range(3)]
        return (27.0 * parts[0] + 12.0 * parts[1] + parts[2]) / 16.0

    def stencil(self, k: int) -> Stencil:
        steps = [self.side * self.height(k + i) for i in range(3)]
        weights = [27.0 / 16.0, -12.0 / 16.0, 1.0 / 16.0]
        # phi(0)'s own coefficient is left out: its point is w itself, at displacement 0.
        return tuple((t, c / t) for t, c in zip(steps, weights, strict=True))

    def _slope(self, k: int) -> float:
        (value,) = self.values[k]
        return (value - self.centre) / (self.side * self.height(k))

    def _extrapolated(self, k: int) -> float:
        return (9.0 * self._coarser(k) - self._coarser(k + 1)) / 8.0

    def _coarser(self, k: int) -> float:
        return (RATIO * self._slope(k) - self._slope(k + 1)) / (RATIO - 1.0)

    def _truncation(self, k: int) -> float:
        return self._rest_below(k, self._shrinking(k))

    def _slope_gap(self) -> tuple[float, float]:
        return math.nan, math.inf
