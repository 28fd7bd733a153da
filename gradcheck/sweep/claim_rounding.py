"""How far a right gradient may lie off for its own rounding, whoever computed it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gradcheck.network.arrays import Array
from gradcheck.network.model import Network
from gradcheck.network.weight_decay import NO_DECAY
from gradcheck.sweep.bounds import rounding_bound
from gradcheck.sweep.sizes import ROUNDINGS, path_sizes, smallest_normal


@dataclass(frozen=True, eq=False)
class ClaimRounding:
    """Hold the rounding of every component, in the order of the layers.

    Parameters
    ----------
    of_b, of_w : tuple of ndarray, shape (n_l, 1) and (n_l, n_(l-1)) each
        Cost per unit of parameter.

    Examples
    --------
    >>> ClaimRounding((), ()).of_b
    ()
    """

    of_b: tuple[Array, ...]
    of_w: tuple[Array, ...]


def claim_rounding(network: Network, x: Array, y: Array, unit_roundoff: float) -> ClaimRounding:
    """Return the rounding of a gradient that is computed in an arithmetic of this unit roundoff, its mean over the examples too.

    Parameters
    ----------
    network : Network
    x, y : ndarray, shape (n_1, m) and (n_L, m)
    unit_roundoff : float
        Half of the machine precision (dimensionless).

    Examples
    --------
    >>> network = Network.random([2, 3, 1], np.random.default_rng(0))
    >>> claim_rounding(network, np.ones((2, 1)), np.ones((1, 1)), 2.0**-53).of_w[0].shape
    (3, 2)
    """
    forward = network.feedforward(x)
    sizes = path_sizes(network, forward, y, unit_roundoff, slope_rounding=ROUNDINGS * unit_roundoff)
    of_b, of_w = [], []
    for layer, w in enumerate(network.weights):
        a = np.vstack([forward.activations[layer], np.ones((1, x.shape[1]))])
        # The sum over the examples rounds too: as one more sum of products behind delta.
        bound = rounding_bound(sizes, layer, a) * (1 + np.sqrt(x.shape[1]) / 4) + smallest_normal(unit_roundoff)
        if network.weight_decay != NO_DECAY:
            decay = network.weight_decay
            bound[:, :-1] += ROUNDINGS * unit_roundoff * (decay.l2 * np.abs(w) + decay.l1)
        of_b.append(bound[:, -1:])
        of_w.append(bound[:, :-1])
    return ClaimRounding(tuple(of_b), tuple(of_w))
