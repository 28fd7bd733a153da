"""The hop over a layer for changes so small that tanh d is d: the same sums by fewer operations, for all that moves with one neuron."""

from __future__ import annotations

from typing import Final

import numpy as np

from gradcheck.network.arrays import Array
from gradcheck.sweep.partition import pieces
from gradcheck.sweep.rooms import ROOMS

IN_CACHE: Final = 2**17
"""Numbers of the one large array: 1 MiB, what a core has for itself."""


def over_small(w: Array, bend: Array, moved: Array, before: Array) -> Array:
    """Return the changes of the next layer's weighted inputs, where a layer's activations change by d / (1 + bend d) and d = w_ij m.

    The w_ij are the weights of one neuron j before the layer, and m is how far that one has moved: so the sum over the layer is m times
    that of (W_i w_ij) / (1 + (bend_i w_ij) m), and each of these quotients is evaluated.

    Parameters
    ----------
    w : ndarray, shape (n_(l+1), n_l)
        W, with whatever else the changes are multiplied by.
    bend : ndarray, shape (n_l, 1)
        Dimensionless.
    moved : ndarray, shape (J, D)
        How far each a_j is from where it was (dimensionless).
    before : ndarray, shape (n_l, J)
        The weights w_ij of the a_j.

    Returns
    -------
    ndarray, shape (n_(l+1), J, D)
        In units of the weighted inputs.

    Examples
    --------
    >>> float(over_small(np.array([[2.0]]), np.array([[0.5]]), np.array([[1e-20]]), np.array([[4.0]]))[0, 0, 0])
    8e-20
    """
    (J, D), n = moved.shape, len(before)
    found = np.empty((len(w), J, D))
    # 1 + (bend_i w_ij) m is a product of two columns with two rows, which is faster than a product and a sum.
    columns, rows = np.ones((J, n, 2)), np.ones((J, 2, D))
    columns[:, :, 0], rows[:, 0] = (bend * before).T, moved
    for j in range(J):
        products = w * before[:, j]
        for some in pieces(D, max(1, IN_CACHE // n)):
            below = ROOMS.array("1 + bend d", (n, some.stop - some.start))
            np.matmul(columns[j], rows[j, :, some], out=below)
            np.divide(1.0, below, out=below)
            np.matmul(products, below, out=found[:, j, some])
    found *= moved
    return found
