"""From changes of one layer's weighted inputs to those of the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gradcheck.network.arrays import Array
from gradcheck.sweep.activation_changes import Change, Shape

MOST_COPIED: Final = 2**14
"""Numbers of a weight matrix that is worth a copy of its own for every example, with the height of the change in it."""


@dataclass(frozen=True, eq=False)
class Hop:
    """Hold the way from changes of one layer's weighted inputs to those of the next.

    Parameters
    ----------
    change : Shape
    w : ndarray, shape (n_(l+1), n_l)
    scale : float
        `change` takes d times this (dimensionless).
    bend : ndarray, shape (n_l, 1), optional
        As in `Change`.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.sweep.activation_changes import CHANGES
    >>> hop = Hop.to(CHANGES["sigmoid"].at(np.zeros((1, 1))), np.array([[2.0]]))
    >>> float(hop.over(np.full((1, 1, 1), 1e-20), 1e-20)[0, 0, 0])
    5e-21
    """

    change: Shape
    w: Array
    scale: float = 1.0
    bend: Array | None = None

    @classmethod
    def to(cls, change: Change, w: Array) -> Hop:
        """Return the hop over a layer's activations, the height of their change taken into the weights where these are few."""
        if change.height is None or w.size > MOST_COPIED:
            return cls(change, w)
        return cls(change.of, w * change.height.T, change.scale, change.bend)

    def over(self, d: Array, most: float) -> Array:
        """Return the changes of the next layer's weighted inputs for changes d of this one's, shape (n_(l+1), J, D)."""
        if self.scale != 1.0:
            d *= self.scale
        return self.over_scaled(d, self.scale * most)

    def over_scaled(self, d: Array, most: float) -> Array:
        """Return the same for d that is scaled, by the weights that made it."""
        moved = self.w @ self.change(d.reshape(len(d), -1), most)
        return moved.reshape(-1, *d.shape[1:])
