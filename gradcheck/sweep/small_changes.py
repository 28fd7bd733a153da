"""Changes so small that tanh d is d, of a layer of which all moves with one neuron before it: the same quotients by fewer operations."""

from __future__ import annotations

from typing import Final

import numpy as np

from gradcheck.network.arrays import Array
from gradcheck.sweep.activation_changes import Change
from gradcheck.sweep.partition import pieces
from gradcheck.sweep.prefix import FEW, two_columns, two_rows
from gradcheck.sweep.rooms import ROOMS
from gradcheck.sweep.small_arguments import is_own_tanh

IN_CACHE: Final = 2**17
"""Numbers of the large arrays together: 1 MiB, what a core has for itself."""


def are_small(moved: Array, most: float) -> bool:
    """Tell whether the functions below are right, no |w_ij m| exceeding `most`, and fast, with as many columns as `moved` has.

    Examples
    --------
    >>> are_small(np.zeros((1, 100)), 1e-9), are_small(np.zeros((1, 100)), 1e-3), are_small(np.zeros((1, 1)), 1e-9)
    (True, False, False)
    """
    return moved.shape[-1] >= FEW and is_own_tanh(most)


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
    columns, rows = two_columns(bend * before, 1.0), two_rows(moved)
    cut = pieces(D, max(1, IN_CACHE // n))
    parts = [(some, ROOMS.array("1 + bend d", (n, some.stop - some.start))) for some in cut]
    for j in range(J):
        products = w * before[:, j]
        for some, below in parts:
            np.matmul(columns[j], rows[j, :, some], out=below)
            np.divide(1.0, below, out=below)
            np.matmul(products, below, out=found[:, j, some])
    found *= moved
    return found


def changed_by_small(change: Change, moved: Array, before: Array) -> Array:
    """Return how a layer's activations change: height w_ij m / (1 + (bend_i w_ij) m).

    Parameters
    ----------
    change : Change
        With a height and a bend.
    moved : ndarray, shape (J, D)
        m: how far each a_j is from where it was (dimensionless).
    before : ndarray, shape (n_l, J)
        The weights w_ij of the a_j, with the scale of the change.

    Returns
    -------
    ndarray, shape (n_l, J, D)
        Dimensionless; in a room that the next call takes again.

    Examples
    --------
    >>> change = Change(lambda d, largest: d, np.array([[2.0]]), bend=np.array([[0.5]]))
    >>> float(changed_by_small(change, np.array([[1e-20]]), np.array([[4.0]]))[0, 0, 0])
    8e-20
    """
    shape, rows = (len(before), *moved.shape), two_rows(moved)
    found, below = ROOMS.array("changes", shape), ROOMS.array("1 + bend d", shape)
    np.matmul(two_columns(change.height * before, 0.0), rows, out=found.transpose(1, 0, 2))
    np.matmul(two_columns(change.bend * before, 1.0), rows, out=below.transpose(1, 0, 2))
    found /= below
    return found
