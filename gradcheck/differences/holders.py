"""Whether anybody else holds an array that was handed to the user's code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt


def _counts(arrays: Sequence[npt.NDArray[Any]]) -> list[int]:
    """Return how many hold each array, the sequence and this look at it included."""
    return [sys.getrefcount(array) for array in arrays]


_NOBODY_ELSE = _counts([np.zeros(0)])[0]


def unshared(arrays: Sequence[npt.NDArray[Any]]) -> list[bool]:
    """Tell of each array whether this sequence alone holds it, and no view of it is held either.

    Examples
    --------
    >>> import numpy as np
    >>> arrays = [np.zeros(2), np.zeros(2)]
    >>> kept = arrays[1][:1]
    >>> unshared(arrays)
    [True, False]
    """
    return [count == _NOBODY_ELSE for count in _counts(arrays)]
