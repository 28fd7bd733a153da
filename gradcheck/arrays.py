"""What the user's code hands over as arrays, read with an answer for whatever cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.errors import UsageError


def as_array(value: Any, what: str) -> npt.NDArray[Any]:
    """Return a value as numpy reads it.

    Raises
    ------
    UsageError
        If numpy cannot read it: a tensor that requires a gradient, an object whose own conversion raises.
    ValueError
        If it is a list of rows of unequal length, as numpy says it.

    Examples
    --------
    >>> as_array([1.0, 2.0], "the gradient")
    array([1., 2.])
    """
    try:
        return np.asarray(value)
    except ValueError:
        raise
    except Exception as error:  # whatever the object's own conversion raises
        tensor = "detach" in _told(error)
        remedy = "give .detach().numpy() of it" if tensor else "give a numpy array"
        raise UsageError(
            f"{what} is {kind_of(value)} that numpy cannot read ({type(error).__name__}: {_told(error)[:120]}): {remedy}"
        ) from error


def refuse_unreadable(value: Any, what: str) -> None:
    """Raise UsageError for a value that numpy cannot read; rows of unequal length are somebody else's matter.

    Examples
    --------
    >>> refuse_unreadable([[1.0], [1.0, 2.0]], "the tangent")
    """
    try:
        as_array(value, what)
    except UsageError:
        raise
    except ValueError:
        return


def shown(value: Any, write: Callable[[Any], str] = repr) -> str:
    """Return a value as `write` prints it, cut short; its kind where it cannot be printed.

    Examples
    --------
    >>> shown(None), shown("a" * 100)[-3:]
    ('None', '...')
    """
    try:
        words = write(value)
    except Exception:  # its own __repr__ raised
        return kind_of(value)
    return words if len(words) <= 60 else f"{words[:57]}..."


def kind_of(value: Any) -> str:
    """Return the kind of a value as a phrase.

    Examples
    --------
    >>> kind_of(1.0), kind_of(1)
    ('a float', 'an int')
    """
    name = type(value).__name__
    return f"{'an' if name[:1] in 'AEIOaeio' else 'a'} {name}"


def masked(value: Any) -> int:
    """Return how many components of a value are masked: there is no number in them, whatever stands below the mask.

    Examples
    --------
    >>> masked(np.ma.array([1.0, 2.0], mask=[False, True])), masked(np.ma.masked), masked(np.ones(3))
    (1, 1, 0)
    """
    return int(np.ma.getmaskarray(value).sum()) if isinstance(value, np.ma.MaskedArray) else 0


def _told(error: Exception) -> str:
    """Return what an exception says, if it can say anything."""
    try:
        return str(error)
    except Exception:  # its own __str__ raised
        return ""
