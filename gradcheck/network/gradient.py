"""The gradient of a network's cost, layer by layer."""

from __future__ import annotations

from dataclasses import dataclass

from gradcheck.network.arrays import Array


@dataclass(frozen=True, eq=False)
class Gradient:
    """Hold the gradient of C by biases and weights, in the order of the layers 2 to L.

    Parameters
    ----------
    nabla_b : tuple of ndarray, shape (n_l, 1) each
        dC/db, cost per unit of bias.
    nabla_w : tuple of ndarray, shape (n_l, n_(l-1)) each
        dC/dw, cost per unit of weight.
    deltas : tuple of ndarray, shape (n_l, m) each
        The errors delta^l of equation (29), one column an example, never divided by m; empty where the way that the
        gradient was found has no errors.

    Examples
    --------
    >>> import numpy as np
    >>> Gradient(nabla_b=(np.zeros((1, 1)),), nabla_w=(np.zeros((1, 2)),)).deltas
    ()
    """

    nabla_b: tuple[Array, ...]
    nabla_w: tuple[Array, ...]
    deltas: tuple[Array, ...] = ()
