"""Every call into the user's code: what it raises is its own error, and what it returns is looked at."""

from __future__ import annotations

import contextlib
import dataclasses
import math
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from gradcheck.arrays import as_array, masked, shown
from gradcheck.errors import USER_CODE_RAISES, BudgetExceeded, UsageError, UserCodeError

LEAVES_THE_DOMAIN = (ArithmeticError, ValueError, AssertionError, RuntimeError, Warning)
"""What a cost may raise at a point nobody asked for: there it only says that the point is outside its domain."""


OURS = (UsageError, UserCodeError, BudgetExceeded)
"""What comes out of the user's code as it is: it was raised by a wrapper of ours around it, or by a check within it."""


def call_user(what: str, function: Callable[..., Any], *arguments: Any) -> Any:
    """Return what the user's function returns; whatever it raises becomes a UserCodeError with it as the cause."""
    try:
        with np.errstate():  # what the user's code sets for floating-point errors is undone after it
            return function(*arguments)
    except OURS:
        raise
    except USER_CODE_RAISES as error:
        raise UserCodeError(f"{what} raised {described(error)}") from error


@contextlib.contextmanager
def told_of(cost: str, gradient: str) -> Iterator[None]:
    """Tell what the user's code raises in the words of what the cost and the gradient really are: passes of a layer.

    Examples
    --------
    >>> with told_of("the forward pass", "the backward pass"):
    ...     call_user("the cost", lambda: 1 / 0)
    Traceback (most recent call last):
    ...
    gradcheck.errors.UserCodeError: the forward pass raised ZeroDivisionError: division by zero
    """
    try:
        yield
    except UserCodeError as error:
        words = str(error)
        for ours, theirs in (("the cost raised", f"{cost} raised"), ("the gradient raised", f"{gradient} raised")):
            words = f"{theirs}{words.removeprefix(ours)}" if words.startswith(ours) else words
        raise UserCodeError(words) from error.__cause__


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
        array = as_array(value, f"what {what} returned")
    except ValueError as error:  # rows of unequal length
        if isinstance(error, UsageError):
            raise
        array = np.empty(0, dtype=object)
    if masked(value):
        raise UsageError(f"{what} returned a masked value: one real number is required")
    if array.size != 1 or array.dtype.kind not in "fiub":
        seen = f"{shown(value)} of dtype {array.dtype}" if array.size == 1 else _several(value, array)
        raise UsageError(
            f"{what} returned {seen}: one real number is required; for a function with several outputs use check_vjp"
        )
    return float(array.reshape(()))


def _several(value: Any, array: np.ndarray[Any, Any]) -> str:
    """Return a few words for a cost that is not one number."""
    return f"a {type(value).__name__} of no shape" if array.dtype.kind == "O" else f"an array of shape {array.shape}"


@dataclasses.dataclass(frozen=True)
class Probed:
    """The cost at a point of ours: NaN outside its domain; and the machine precision of the dtype it came in, 0 if unknown.

    Examples
    --------
    >>> Probed(1.0, 0.0).value
    1.0
    """

    value: float
    eps: float


def cost_at_probe(cost: Callable[[Any], Any], parameters: Any) -> Probed:
    """Return the cost at a point of ours: silent, and NaN where it is outside the cost's domain.

    It runs in whatever thread or process an executor has; there is nothing of ours in what it takes or returns but numbers.
    """
    try:
        with np.errstate(all="ignore"), _silence():
            returned = cost(parameters)
            return Probed(as_cost(returned), eps_of(returned))
    except OURS:
        raise
    except LEAVES_THE_DOMAIN:
        return Probed(math.nan, 0.0)
    except USER_CODE_RAISES as error:
        raise UserCodeError(f"the cost raised {described(error)}, beside the point") from error


def eps_of(value: Any) -> float:
    """Return the machine precision of the dtype a cost came in, 0 where it has none (dimensionless).

    Examples
    --------
    >>> eps_of(1.0), float(eps_of(np.float16(1.0)))
    (0.0, 0.0009765625)
    """
    try:
        dtype = getattr(value, "dtype", None)
    except Exception:  # the object's own
        return 0.0
    return float(np.finfo(dtype).eps) if isinstance(dtype, np.dtype) and dtype.kind == "f" else 0.0


def _silence() -> contextlib.AbstractContextManager[object]:
    """Keep warnings quiet; in a thread of an executor the filters are everybody's, and left to who started it."""
    if threading.current_thread() is not threading.main_thread():
        return contextlib.nullcontext()
    return warnings.catch_warnings(action="ignore")
