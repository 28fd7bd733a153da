"""A network together with the examples to run it on."""

from __future__ import annotations

import dataclasses

from gradcheck.network.arrays import Array
from gradcheck.network.model import Network


@dataclasses.dataclass(frozen=True, eq=False)
class NetworkCase:
    """A network with examples to run it on.

    Attributes
    ----------
    network : Network
    x : ndarray, shape (n_1, m)
    y : ndarray, shape (n_L, m)

    Examples
    --------
    >>> import numpy as np
    >>> network = Network.random([2, 1], np.random.default_rng(0))
    >>> NetworkCase(network, np.ones((2, 3)), np.zeros((1, 3))).m
    3
    """

    network: Network
    x: Array
    y: Array

    @property
    def m(self) -> int:
        """The number of examples."""
        return int(self.x.shape[1])
