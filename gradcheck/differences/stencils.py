"""Equation (46) and its relatives by name: one component, one direction, or all, each with its two errors."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import numpy as np

from gradcheck.differences.points import Vector, VectorFunction, check_index, direction_for, together, working_copy
from gradcheck.errors import UsageError
from gradcheck.results import ErrorSource, Estimate

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

    @property
    def moved(self) -> tuple[tuple[float, float], ...]:
        """The (grid, coefficient) pairs that need an evaluation of their own for each component."""
        return tuple((g, c) for g, c in zip(self.grid, self.coefficients, strict=True) if g != 0.0)

    @property
    def coefficient_at_point(self) -> float:
        """The coefficient of C(w) itself, 0 where the formula does not use it."""
        return sum(c for g, c in zip(self.grid, self.coefficients, strict=True) if g == 0.0)

    @property
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

    def errors(self, step: float, *, noise: float, derivative: float) -> tuple[float, float]:
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


def estimate_component(
    cost: VectorFunction, w: Vector, index: int, *, stencil: Stencil = FORWARD, scale: Scale = ASSUMED_SCALE
) -> Estimate:
    """Measure one partial derivative of a cost.

    Equation (46) with `FORWARD`: 2 forward passes; its central form with `CENTRAL`: 2 forward passes.

    Parameters
    ----------
    cost : callable
        C(w) for a vector of shape (P,).
    w : ndarray, shape (P,)
        The point; it is copied, and the copy is perturbed in place and restored bit for bit, also when `cost` raises.
    index : int
        Which component.
    stencil : Stencil
    scale : Scale
        What is known of the cost's noise, scale and derivatives; without it the truncation error is assumed, not
        measured.

    Raises
    ------
    UsageError
        If `w` is not a non-empty vector of finite floats, or `index` is outside it.

    Examples
    --------
    >>> import numpy as np
    >>> estimate = estimate_component(lambda w: w[0] ** 2, np.array([3.0]), 0, stencil=CENTRAL)
    >>> abs(estimate.value - 6.0) <= estimate.error, estimate.forward_passes
    (True, 2)
    """
    buffer = working_copy(w)
    check_index(buffer, index)
    centre = _real(cost(_read_only(buffer))) if stencil.coefficient_at_point else None
    return _component(cost, buffer, index, stencil, _Known(scale, centre, _rms(buffer)))


def estimate_direction(
    cost: VectorFunction, w: Vector, direction: Vector, *, stencil: Stencil = FORWARD, scale: Scale = ASSUMED_SCALE
) -> Estimate:
    """Measure the directional derivative of a cost along `direction`.

    Equation (46) along v instead of e_j: (C(w + step v) - C(w)) / step; 2 forward passes.

    Parameters
    ----------
    cost : callable
    w, direction : ndarray, shape (P,)
    stencil : Stencil
    scale : Scale
        Its `length` is in units of `direction`; default rms(w) / rms(direction), or 1 / rms(direction) where w is 0.

    Raises
    ------
    UsageError
        If `direction` is zero, not finite, or of another shape than `w`.

    Examples
    --------
    >>> import numpy as np
    >>> estimate = estimate_direction(lambda w: w @ w, np.array([1.0, 2.0]), np.array([1.0, 1.0]))
    >>> abs(estimate.value - 6.0) <= 2 * estimate.error
    True
    """
    point = working_copy(w)
    v = direction_for(point, direction)
    buffer = np.zeros(1, dtype=point.dtype)
    length = scale.length or _own_length(_rms(point), point.dtype) / _rms(v)

    def along(t: Vector) -> Any:
        return cost(point + t[0] * v)

    known = dataclasses.replace(scale, length=length)
    centre = _real(along(buffer)) if stencil.coefficient_at_point else None
    estimate = _component(along, buffer, 0, stencil, _Known(known, centre, 1.0))
    # The step is realised exactly, each moved point only to half a unit in its last place: the slope carries that into
    # the values.
    misplaced = float(np.finfo(point.dtype).eps) / 2.0 * abs(estimate.value) * _rms(point[v != 0.0]) / _rms(v[v != 0.0])
    moved = sum(abs(c) for _, c in stencil.moved) * misplaced / estimate.step
    return dataclasses.replace(estimate, condition_error=estimate.condition_error + moved)


def estimate_gradient(
    cost: VectorFunction, w: Vector, *, stencil: Stencil = FORWARD, scale: Scale = ASSUMED_SCALE
) -> Estimate:
    """Measure every partial derivative of a cost.

    Equation (46): exactly P + 1 forward passes with `FORWARD`; exactly 2P with `CENTRAL`.

    Parameters
    ----------
    cost : callable
    w : ndarray, shape (P,)
    stencil : Stencil
    scale : Scale

    Returns
    -------
    Estimate
        Its value and errors have shape (P,).

    Raises
    ------
    UsageError
        If `w` is not a non-empty vector of finite floats.

    Examples
    --------
    >>> import numpy as np
    >>> estimate_gradient(lambda w: w @ w, np.array([1.0, 2.0, 3.0])).forward_passes
    4
    """
    buffer = working_copy(w)
    centre = _real(cost(_read_only(buffer))) if stencil.coefficient_at_point else None
    known = _Known(scale, centre, _rms(buffer))
    parts = [_component(cost, buffer, index, stencil, known) for index in range(buffer.size)]
    return together(parts, len(stencil.moved) * buffer.size + (centre is not None))


@dataclasses.dataclass(frozen=True)
class _Known:
    """What one component's estimate is made with: the scale as given, C(w) if it was evaluated, the rms of w."""

    scale: Scale
    centre: float | None
    rms: float


def _component(cost: VectorFunction, buffer: Vector, index: int, stencil: Stencil, known: _Known) -> Estimate:
    """Estimate along e_index, perturbing `buffer` in place."""
    eps = float(np.finfo(buffer.dtype).eps)
    length = known.scale.length or _own_length(max(abs(float(buffer[index])), known.rms), buffer.dtype)
    step = stencil.default_step(eps) * length
    total, largest, realised = 0.0, 0.0, 0.0
    if known.centre is not None:
        total, largest = stencil.coefficient_at_point * known.centre, abs(known.centre)
    for grid, coefficient in stencil.moved:
        with _perturbed(buffer, index, grid * step) as displacement:
            value = _real(cost(_read_only(buffer)))
        total += coefficient * value
        largest = max(largest, abs(value))
        realised += coefficient * displacement
    if realised == 0.0:
        raise UsageError(
            f"the step {step:.3g} is lost beside w[{index}] = {buffer[index]}: "
            f"a larger scale length than {length:.3g} is required"
        )
    noise = ROUNDINGS_PER_EVALUATION * eps * largest if known.scale.noise is None else known.scale.noise
    assumed = known.scale.derivative is None
    if known.scale.derivative is None:
        # In units of the length: its third power may be 0 or infinite.
        truncation, condition = stencil.errors(realised / length, noise=noise / length, derivative=largest / length)
    else:
        truncation, condition = stencil.errors(realised, noise=noise, derivative=known.scale.derivative)
    source = ErrorSource.ASSUMED if assumed else ErrorSource.MEASURED
    passes = len(stencil.moved) + (known.centre is not None)
    return Estimate(total / realised, truncation, condition, realised, passes, source)


@contextmanager
def _perturbed(buffer: Vector, index: int, displacement: float) -> Iterator[float]:
    """Move one component and give the displacement that floating point realised; restore it bit for bit."""
    original = buffer[index]
    buffer[index] = original + displacement
    try:
        yield float(buffer[index] - original)
    finally:
        # Written back, not subtracted: floating-point addition is not associative.
        buffer[index] = original


def _own_length(size: float, dtype: np.dtype[Any]) -> float:
    """Return the size of the parameters, or 1 where a rounding of it is no normal number: 0 and denormals have no
    scale of their own."""
    return size if size * float(np.finfo(dtype).eps) > float(np.finfo(dtype).tiny) else 1.0


def _read_only(buffer: Vector) -> Vector:
    """Return a view that the cost cannot write to: what it changed there would stay for the next evaluation."""
    view = buffer.view()
    view.flags.writeable = False
    return view


def _rms(vector: Vector) -> float:
    """Return the root of the mean square, in float64: the squares of a float16 overflow at 256."""
    return float(np.linalg.norm(vector.astype(np.float64)) / np.sqrt(vector.size))


def _real(value: Any) -> float:
    """Return the cost as a float."""
    return float(np.asarray(value).reshape(()))
