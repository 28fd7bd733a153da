"""Every call into the user's code: what it raises is its own error, and what it returns is looked at."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcheck.errors import USER_CODE_RAISES, GradcheckError, UsageError, UserCodeError

LEAVES_THE_DOMAIN = (ArithmeticError, ValueError, Warning)
"""What a cost may raise at a point nobody asked for: there it only says that the point is outside its domain."""


def call_user(what: str, function: Callable[..., Any], *arguments: Any) -> Any:
    """Return what the user's function returns; whatever it raises becomes a UserCodeError with it as the cause."""
    try:
        with np.errstate():  # what the user's code sets for floating-point errors is undone after it
            return function(*arguments)
    except GradcheckError:
        raise
    except USER_CODE_RAISES as error:
        raise UserCodeError(f"{what} raised {described(error)}") from error


def described(error: BaseException) -> str:
    """Return the kind of an exception and what it says, if it can say anything.

    Examples
    --------
    >>> described(ValueError("no data"))
    'ValueError: no data'
    """
    try:
        words = str(error)
    except Exception:  # its own __str__ raised
        words = ""
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def as_cost(value: Any, what: str = "the cost") -> float:
    """Return a cost as a float, or say what was returned instead."""
    try:
        array = np.asarray(value)
    except ValueError:  # rows of unequal length
        array = np.empty(0, dtype=object)
    if array.size != 1 or array.dtype.kind not in "fiub":
        seen = f"{repr(value)[:60]} of dtype {array.dtype}" if array.size == 1 else _several(value, array)
        raise UsageError(
            f"{what} returned {seen}: one real number is required; for a function with several outputs use check_vjp"
        )
    return float(array.reshape(()))


def _several(value: Any, array: np.ndarray[Any, Any]) -> str:
    """Return a few words for a cost that is not one number."""
    return f"a {type(value).__name__} of no shape" if array.dtype.kind == "O" else f"an array of shape {array.shape}"


def cost_at_point(cost: Callable[[Any], Any], parameters: Any) -> float:
    """Return the cost at the point the user gave; there its errors and warnings are the user's business."""
    return as_cost(call_user("the cost", cost, parameters))


def cost_at_probe(cost: Callable[[Any], Any], parameters: Any) -> float:
    """Return the cost at a point of ours: silent, and NaN where it is outside the cost's domain."""
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = as_cost(cost(parameters))
    except GradcheckError:
        raise
    except LEAVES_THE_DOMAIN:
        return math.nan
    except USER_CODE_RAISES as error:
        raise UserCodeError(f"the cost raised {described(error)}, beside the point") from error
    return value
