"""Difference formulas as data, equation (46)'s first, and what is known beforehand of the cost they are used on."""

from __future__ import annotations

import dataclasses
from functools import cached_property
from typing import Any, Final

ROUNDINGS_PER_EVALUATION: Final = 4.0
"""Noise assumed of one cost evaluation, in units of eps * |C|, where the caller has not measured it (dimensionless).

A cost that ends in one sum and one multiplication cannot be promised better than a few roundings of its own size;
measure with
`measure_noise` where it matters."""


@dataclasses.dataclass(frozen=True)
class Stencil:
    """A finite-difference formula as data: sum_i coefficient_i * C(w + grid_i * step * v) / step.

    Attributes
    ----------
    name : str
    grid : tuple of float
        Where the cost is evaluated, in steps; 0 is the point itself, evaluated once for all components.
    coefficients : tuple of float
    order : int
        The truncation error is truncation_factor * step**order * |derivative of order + 1 along v|.
    truncation_factor : float

    Examples
    --------
    >>> FORWARD.grid, CENTRAL.order
    ((0.0, 1.0), 2)
    """

    name: str
    grid: tuple[float, ...]
    coefficients: tuple[float, ...]
    order: int
    truncation_factor: float

    @cached_property
    def moved(self) -> tuple[tuple[float, float], ...]:
        """The (grid, coefficient) pairs that need an evaluation of their own for each component."""
        return tuple((g, c) for g, c in zip(self.grid, self.coefficients, strict=True) if g != 0.0)

    @cached_property
    def coefficient_at_point(self) -> float:
        """The coefficient of C(w) itself, 0 where the formula does not use it."""
        return sum(c for g, c in zip(self.grid, self.coefficients, strict=True) if g == 0.0)

    @cached_property
    def condition(self) -> float:
        """Sum of |coefficients|: how the noise of one evaluation is amplified (dimensionless)."""
        return sum(abs(c) for c in self.coefficients)

    def default_step(self, eps: float) -> float:
        """Return the step, in units of the scale, at which the two errors have the least sum.

        The scale is by definition the length over which the derivatives of C are of the size of C: then
        truncation_factor * s**order + condition * 4 eps / s is least where its derivative in s is 0.
        """
        noise = self.condition * ROUNDINGS_PER_EVALUATION * eps
        return float((noise / (self.order * self.truncation_factor)) ** (1.0 / (self.order + 1)))

    def errors(self, step: Any, *, noise: Any, derivative: Any) -> tuple[Any, Any]:
        """Return (truncation_error, condition_error) in cost per unit of parameter.

        `noise` is the error of one evaluation [cost], `derivative` the magnitude of the derivative of order + 1 along
        the direction [cost per unit of parameter to the power order + 1].
        """
        return self.truncation_factor * step**self.order * derivative, self.condition * noise / step


FORWARD: Final = Stencil("forward", (0.0, 1.0), (-1.0, 1.0), 1, 1 / 2)
"""Equation (46): (C(w + step e_j) - C(w)) / step; P + 1 evaluations for all components."""

CENTRAL: Final = Stencil("central", (-1.0, 1.0), (-0.5, 0.5), 2, 1 / 6)
"""(C(w + step e_j) - C(w - step e_j)) / (2 step); 2P evaluations for all components."""

STENCILS: Final = {stencil.name: stencil for stencil in (FORWARD, CENTRAL)}


@dataclasses.dataclass(frozen=True)
class Scale:
    """What is known of the cost beforehand; what is None is assumed.

    Attributes
    ----------
    length : float, optional
        How far a parameter moves before the cost's derivatives change [unit of parameter]; default max(|w_j|, rms of
        w, or 1 where w is 0).
    noise : float, optional
        The error of one evaluation [cost]; default 4 eps |C|.
    derivative : float, optional
        Bound on the derivative of the stencil's order + 1 along the direction; default |C| / length**(order + 1).

    Examples
    --------
    >>> Scale(length=2.0).noise is None
    True
    """

    length: float | None = None
    noise: float | None = None
    derivative: float | None = None


ASSUMED_SCALE: Final = Scale()
