"""The complex step: the derivative of an analytic cost without the cancellation of equation (46)."""

from __future__ import annotations

from typing import Final

import numpy as np

from gradcheck.differences.formulas import ROUNDINGS_PER_EVALUATION
from gradcheck.differences.points import Vector, VectorFunction, check_index, direction_for, together, working_copy
from gradcheck.errors import UsageError
from gradcheck.results import ErrorSource, Estimate

COMPLEX_STEP: Final = 1e-100
"""Step of the complex-step estimator, relative to the scale: its square vanishes beside 1 and nothing cancels
(dimensionless)."""


def complex_step_direction(cost: VectorFunction, w: Vector, direction: Vector) -> Estimate:
    """Measure the directional derivative of an analytic cost as Im C(w + i step v) / step.

    The derivative of equation (46)'s limit without its cancellation: one forward pass, in complex arithmetic.

    Parameters
    ----------
    cost : callable
        Must take complex vectors and be analytic (no abs, no conjugate, no comparison of complex numbers).
    w, direction : ndarray, shape (P,)

    Raises
    ------
    UsageError
        If the cost does not return a complex number, or `direction` is zero, not finite, or of another shape than `w`.

    Examples
    --------
    >>> import numpy as np
    >>> estimate = complex_step_direction(lambda w: np.exp(w[0]), np.array([1.0]), np.array([1.0]))
    >>> abs(estimate.value - np.e) <= estimate.error < 1e-14
    True
    """
    point = working_copy(w)
    v = direction_for(point.astype(np.float64), direction)
    step = COMPLEX_STEP
    value = cost(point + 1j * step * v)
    if not np.iscomplexobj(value):
        raise UsageError(
            f"the cost returned {value!r} for complex parameters: a complex number is required (is it analytic?)"
        )
    derivative = float(np.imag(value)) / step
    eps = float(np.finfo(np.float64).eps)
    condition = ROUNDINGS_PER_EVALUATION * eps * abs(derivative)
    return Estimate(derivative, step**2 * abs(float(np.real(value))), condition, step, 1, ErrorSource.ASSUMED)


def complex_step_component(cost: VectorFunction, w: Vector, index: int) -> Estimate:
    """Measure one partial derivative of an analytic cost by the complex step; one forward pass.

    The derivative of equation (46)'s limit; see `complex_step_direction` for shapes and errors.

    Examples
    --------
    >>> import numpy as np
    >>> complex_step_component(lambda w: w[0] * w[1], np.array([2.0, 5.0]), 0).value
    5.0
    """
    check_index(working_copy(w), index)
    direction = np.zeros(np.shape(w))
    direction[index] = 1.0
    return complex_step_direction(cost, w, direction)


def complex_step_gradient(cost: VectorFunction, w: Vector) -> Estimate:
    """Measure every partial derivative of an analytic cost by the complex step; P forward passes.

    The derivative of equation (46)'s limit; see `complex_step_direction` for shapes and errors.

    Examples
    --------
    >>> import numpy as np
    >>> complex_step_gradient(lambda w: w[0] * w[1], np.array([2.0, 5.0])).value
    array([5., 2.])
    """
    parts = [complex_step_component(cost, w, index) for index in range(working_copy(w).size)]
    return together(parts, len(parts))
