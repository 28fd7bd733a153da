"""The two sides of an equation of backpropagation, and how far rounding may have them apart."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.forward import SIGMA_ROUNDINGS, Rounding, through
from gradcheck.network.activations import Activation
from gradcheck.network.model import ForwardPass, Network

Array = npt.NDArray[Any]

WRITTEN: Final = float(np.sqrt(np.finfo(np.float64).eps))
"""What rounding may become in the user's own sigma' and nabla_a C, half of the digits: more is no rounding, but other numbers for each
call, and any answer would be near them (relative to the largest)."""

BOTH_SIDES: Final = 2.0
"""A residual may be this many times the rounding bound of one side: the user's side rounds too (dimensionless)."""


@dataclasses.dataclass(frozen=True, eq=False)
class Side:
    """One side of an equation, and a bound of its rounding error, of one shape.

    Examples
    --------
    >>> Side(np.ones(2), np.full(2, 1e-16)).fits(np.ones(2))
    True
    """

    value: Array
    bound: Array

    def fits(self, other: Array) -> bool:
        """Tell whether the other side is this one to within rounding; NaN fits nothing."""
        return self.value.shape == other.shape and bool(np.all(np.abs(other - self.value) <= BOTH_SIDES * self.bound))

    def is_apart_from(self, other: Side) -> bool:
        """Tell whether nothing fits both this side and another, NaN included."""
        within = np.abs(other.value - self.value) <= BOTH_SIDES * (self.bound + other.bound)
        return not bool(np.all(within))

    def worst(self, other: Array) -> tuple[float, float]:
        """Return the residual that is largest beside its bound, and that bound."""
        if self.value.shape != other.shape:
            return float("nan"), float("nan")
        gap, bound = np.abs(other - self.value).ravel(), BOTH_SIDES * self.bound.ravel()
        worst = int(np.argmax(gap / np.maximum(bound, np.finfo(np.float64).tiny)))
        return float(gap[worst]), float(bound[worst])


@dataclasses.dataclass(frozen=True, eq=False)
class Near:
    """Weighted inputs of one layer, how far rounding may have moved them, and their activations."""

    z: Array
    a: Array
    blur: Array
    unit: float

    def through(self, activation: Activation, cotangent: Side) -> Side:
        """Return cotangent * sigma'(z), with what rounding of z, of the cotangent and of sigma' itself may do to it."""
        c = cotangent.value
        value = activation.vjp(self.z, c)
        moved = sum(np.abs(activation.vjp(z, c) - value) for z in (self.z + self.blur, self.z - self.blur))
        own = (
            np.abs(c) * (1.0 + np.abs(activation.derivative(self.z)))
            if activation.derivative is not None
            else len(c) * np.abs(self.a) * (np.abs(c) + np.sum(np.abs(self.a * c), axis=0, keepdims=True))
        )
        return Side(
            value, moved + through(activation, self.z, self.a, cotangent.bound) + SIGMA_ROUNDINGS * self.unit * own
        )


def output_error(network: Network, forward: ForwardPass, y: Array, rounding: Rounding, unit: float) -> Side:
    """Return the right-hand side of (BP1), and what rounding does to it where nothing is fused."""
    a, blur, nabla_a = forward.output, rounding.activations[-1], network.cost.nabla_a
    slope = nabla_a(a, y)
    moved = sum(np.abs(nabla_a(near, y) - slope) for near in (a + blur, a - blur))
    blurred = moved + SIGMA_ROUNDINGS * unit * (np.abs(slope) + np.abs(a) + np.abs(y))
    near = Near(forward.zs[-1], a, rounding.zs[-1], unit)
    side = near.through(network.activations[-1], Side(slope, blurred))
    if network.matched_pair is None:
        return side
    return Side(network.matched_pair.delta(forward.zs[-1], y), side.bound)


def as_written(side: Side) -> Side:
    """Return a side that is made with the user's own functions, its bound in bounds."""
    size = np.abs(side.value)
    return Side(side.value, np.minimum(side.bound, WRITTEN * (size + np.max(size, initial=0.0))))
