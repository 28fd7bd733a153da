"""A block's own structure: which of its components stand in one row, one column, or alone."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[Any]


@dataclasses.dataclass(frozen=True)
class Parts:
    """Disjoint parts of a block that are searched as wholes, in an order in which neighbours belong together.

    Attributes
    ----------
    owner : ndarray of int, shape (size,)
        The part that each component of the block is in.
    count : int
    strides : tuple of int
        Numbers of parts that make a slice of the block, the largest first: halves end at their multiples.

    Examples
    --------
    >>> single((2, 3)).strides, along((2, 3), axis=1).owner
    ((3,), array([0, 1, 2, 0, 1, 2]))
    """

    owner: Vector
    count: int
    strides: tuple[int, ...] = ()

    def middle(self, low: int, high: int) -> int:
        """Return where to halve the parts low ... high - 1: between slices while there are several, the thickest first.

        Examples
        --------
        >>> parts = single((3, 5))
        >>> parts.middle(0, 15), parts.middle(5, 10)
        (10, 7)
        """
        half = (low + high) / 2.0
        for stride in self.strides:
            cut = math.floor(half / stride + 0.5) * stride
            if low < cut < high:
                return cut
        return (low + high) // 2


def single(shape: tuple[int, ...]) -> Parts:
    """Return the components one by one.

    Examples
    --------
    >>> single((2,)).owner
    array([0, 1])
    """
    size = math.prod(shape)
    strides = [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]
    return Parts(np.arange(size), size, tuple(stride for stride in strides if 1 < stride < size))


def along(shape: tuple[int, ...], *, axis: int) -> Parts:
    """Return the slices of a block along one axis: its rows for axis 0, its columns for the last.

    Examples
    --------
    >>> along((2, 3), axis=0).owner
    array([0, 0, 0, 1, 1, 1])
    """
    owner = np.broadcast_to(np.moveaxis(np.arange(shape[axis])[(...,) + (None,) * (len(shape) - 1)], 0, axis), shape)
    return Parts(owner.ravel(), shape[axis])


def has_rows_and_columns(shape: tuple[int, ...]) -> bool:
    """Tell whether a block's rows and columns are more than one and more than single components.

    Examples
    --------
    >>> has_rows_and_columns((2, 3)), has_rows_and_columns((6, 1)), has_rows_and_columns((6,))
    (True, False, False)
    """
    return len(shape) >= 2 and shape[0] > 1 and shape[-1] > 1
