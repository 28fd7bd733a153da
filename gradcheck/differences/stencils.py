"""Equation (46) and its relatives by name: one component, one direction, or all, each with its two errors."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, Final

import numpy as np

from gradcheck.differences.formulas import ASSUMED_SCALE, FORWARD, ROUNDINGS_PER_EVALUATION, Scale, Stencil
from gradcheck.differences.in_place import read_only, real, values_moved
from gradcheck.differences.points import Vector, VectorFunction, check_index, direction_for, together, working_copy
from gradcheck.errors import UsageError
from gradcheck.results import ErrorSource, Estimate

CHUNK: Final = 4096
"""Components whose estimates are made at a time (a count): all that is computed with them stays in the processor's cache."""


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
    >>> from gradcheck.differences import CENTRAL
    >>> estimate = estimate_component(lambda w: w[0] ** 2, np.array([3.0]), 0, stencil=CENTRAL)
    >>> abs(estimate.value - 6.0) <= estimate.error, estimate.forward_passes
    (True, 2)
    """
    buffer = working_copy(w)
    check_index(buffer, index)
    centre = real(cost(read_only(buffer))) if stencil.coefficient_at_point else None
    place = index % buffer.size
    return _alone(
        _components(cost, buffer, range(place, place + 1), stencil, _Known(scale, centre, _rms(buffer), _eps(buffer)))
    )


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
    length = scale.length or float(_own_length(np.array(_rms(point)), point.dtype)) / _rms(v)

    def along(t: Vector) -> Any:
        return cost(point + t[0] * v)

    known = dataclasses.replace(scale, length=length)
    centre = real(along(buffer)) if stencil.coefficient_at_point else None
    estimate = _alone(_components(along, buffer, range(1), stencil, _Known(known, centre, 1.0, _eps(buffer))))
    # The step is realised exactly, each moved point only to half a unit in its last place: the slope carries that into
    # the values.
    misplaced = _eps(point) / 2.0 * abs(estimate.value) * _rms(point[v != 0.0]) / _rms(v[v != 0.0])
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
    centre = real(cost(read_only(buffer))) if stencil.coefficient_at_point else None
    known = _Known(scale, centre, _rms(buffer), _eps(buffer))
    chunks = [range(start, min(start + CHUNK, buffer.size)) for start in range(0, buffer.size, CHUNK)]
    parts = [_components(cost, buffer, places, stencil, known) for places in chunks]
    if len(parts) == 1:
        return parts[0]
    return together(parts, len(stencil.moved) * buffer.size + (centre is not None))


@dataclasses.dataclass(frozen=True)
class _Known:
    """What the estimates of components are made with: the scale as given, C(w) if it was evaluated, the rms and the eps of w."""

    scale: Scale
    centre: float | None
    rms: float
    eps: float

    def noise(self, largest: Vector) -> Any:
        """Return the error of one evaluation of a cost of this size."""
        return ROUNDINGS_PER_EVALUATION * self.eps * largest if self.scale.noise is None else self.scale.noise


def _components(cost: VectorFunction, buffer: Vector, places: range, stencil: Stencil, known: _Known) -> Estimate:
    """Estimate along e_j for every j of `places`, perturbing `buffer` in place; values and errors have shape (n,)."""
    w = buffer[places.start : places.stop].copy()
    sizes = np.maximum(np.abs(w).astype(np.float64, copy=False), known.rms)
    lengths = np.full(w.shape, known.scale.length) if known.scale.length else _own_length(sizes, buffer.dtype)
    steps = stencil.default_step(known.eps) * lengths
    column = w[:, np.newaxis]
    moved = column + np.multiply.outer(steps, [grid for grid, _ in stencil.moved]).astype(w.dtype, copy=False)
    realised = _sum(stencil, (moved - column).astype(np.float64, copy=False), 0.0)
    if not realised.all():
        lost = int(np.flatnonzero(realised == 0.0)[0])
        raise UsageError(
            f"the step {steps[lost]:.3g} is lost beside w[{places[lost]}] = {w[lost]}: "
            f"a larger scale length than {lengths[lost]:.3g} is required"
        )
    values = values_moved(cost, buffer, places, moved)
    with np.errstate(all="ignore"):  # the cost may have returned anything
        return _estimated(values, realised, lengths, stencil, known)


def _estimated(values: Vector, realised: Vector, lengths: Vector, stencil: Stencil, known: _Known) -> Estimate:
    """Return the estimates made of the costs at the moved points, of shape (n, k), one row a component."""
    centre = 0.0 if known.centre is None else known.centre
    slopes = _sum(stencil, values, stencil.coefficient_at_point * centre) / realised
    largest = np.maximum(np.abs(values).max(axis=1), abs(centre))
    noise = known.noise(largest)
    if known.scale.derivative is None:
        # In units of the length: its third power may be 0 or infinite.
        truncation, condition = stencil.errors(realised / lengths, noise=noise / lengths, derivative=largest / lengths)
    else:
        truncation, condition = stencil.errors(realised, noise=noise, derivative=known.scale.derivative)
    source = ErrorSource.ASSUMED if known.scale.derivative is None else ErrorSource.MEASURED
    passes = values.size + (known.centre is not None)
    return Estimate(slopes, truncation, condition, realised, passes, source)


def _sum(stencil: Stencil, columns: Vector, start: float) -> Vector:
    """Return start + sum c_i column_i, added in the stencil's order."""
    total: Any = start
    for (_, coefficient), column in zip(stencil.moved, columns.T, strict=True):
        total = total + coefficient * column
    return np.asarray(total)


def _alone(estimate: Estimate) -> Estimate:
    """Return the estimate of a single component as numbers."""
    return dataclasses.replace(
        estimate,
        value=float(estimate.value[0]),
        truncation_error=float(estimate.truncation_error[0]),
        condition_error=float(estimate.condition_error[0]),
        step=float(estimate.step[0]),
    )


def _own_length(sizes: Vector, dtype: np.dtype[Any]) -> Vector:
    """Return the sizes of the parameters, or 1 where a rounding of one is no normal number: 0 and denormals have no
    scale of their own."""
    of_dtype = np.finfo(dtype)
    return np.where(sizes * float(of_dtype.eps) > float(of_dtype.tiny), sizes, 1.0)


def _eps(vector: Vector) -> float:
    """Return the machine precision of a vector's dtype (dimensionless)."""
    return float(np.finfo(vector.dtype).eps)


def _rms(vector: Vector) -> float:
    """Return the root of the mean square, in float64: the squares of a float16 overflow at 256."""
    numbers = vector.astype(np.float64, copy=False)
    return math.sqrt(numbers.dot(numbers)) / math.sqrt(vector.size)
