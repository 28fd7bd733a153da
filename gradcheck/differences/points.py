"""The point and the direction of an estimate, looked at before anything is evaluated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.errors import UsageError
from gradcheck.results import Estimate

Vector = npt.NDArray[Any]
VectorFunction = Callable[[Vector], Any]


def working_copy(w: Vector) -> Vector:
    """Return a fresh floating vector, so that the caller's own array is never written."""
    buffer = np.array(w)
    if buffer.dtype.kind in "iu":
        buffer = buffer.astype(np.float64)
    if buffer.ndim != 1 or buffer.size == 0 or buffer.dtype.kind != "f" or not np.isfinite(buffer).all():
        raise UsageError(
            f"w has shape {buffer.shape} and dtype {buffer.dtype}: "
            "a vector of finite real numbers, at least one, is required; gradcheck.check takes structures of arrays"
        )
    return buffer


def direction_for(point: Vector, direction: Vector) -> Vector:
    """Return a direction in the dtype of the point, or say why it is none."""
    v = np.asarray(direction, dtype=point.dtype)
    if v.shape != point.shape or not np.all(np.isfinite(v)) or not np.any(v):
        seen = f"direction has shape {v.shape} and norm {np.linalg.norm(v)}"
        raise UsageError(f"{seen}: a finite one other than 0 of shape {point.shape} is required")
    return v


def check_index(point: Vector, index: int) -> None:
    """Refuse an index outside the point."""
    if not -point.size <= index < point.size:
        raise UsageError(f"index is {index}: w has {point.size} components")


def together(parts: list[Estimate], forward_passes: int) -> Estimate:
    """Return the estimates of all components, given one by one or several at a time, as one, its values and errors of shape (P,).

    Equation (46) for every j.

    Examples
    --------
    >>> from gradcheck.results import ErrorSource
    >>> one = Estimate(2.0, 1e-9, 3e-9, 1e-6, 2, ErrorSource.ASSUMED)
    >>> together([one, one], 3).value
    array([2., 2.])
    """
    return Estimate(
        value=np.hstack([part.value for part in parts]),
        truncation_error=np.hstack([part.truncation_error for part in parts]),
        condition_error=np.hstack([part.condition_error for part in parts]),
        step=np.hstack([part.step for part in parts]),
        forward_passes=forward_passes,
        error_source=parts[0].error_source,
    )
