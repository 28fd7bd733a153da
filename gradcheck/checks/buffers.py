"""Vectors handed to the user's code, used again as soon as nobody holds them."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.differences.holders import unshared

Vector = npt.NDArray[Any]

MOST_KEPT: Final = 2
"""Vectors kept for later calls (a count): one is with the user's code while the next is filled."""


class Buffers:
    """Copies of vectors, each of them the caller's own for as long as it, or any view of it, is held.

    Memory that was never used before costs more than all that is then done with a million numbers. What the user's code has kept, to
    look at in a later call, or to hand out again, is never written to: it is told by its references, which views count as well.

    Examples
    --------
    >>> buffers = Buffers()
    >>> first = buffers.copy_of(np.zeros(3))
    >>> kept = first[1:]
    >>> del first
    >>> np.shares_memory(buffers.copy_of(np.ones(3)), kept), kept
    (False, array([0., 0.]))
    """

    def __init__(self) -> None:
        self._kept: list[Vector] = []

    def copy_of(self, w: Vector) -> Vector:
        """Return a vector of shape (P,) that holds `w` and that nobody else holds."""
        for i, is_free in enumerate(unshared(self._kept)):
            if is_free:
                free = self._kept[i]
                free[...] = w
                return free
        fresh = np.array(w)
        if len(self._kept) < MOST_KEPT:
            self._kept.append(fresh)
        return fresh
