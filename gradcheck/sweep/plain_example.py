"""The z-form: sigma of the perturbed weighted inputs, layer by layer, and the two costs subtracted."""

from __future__ import annotations

import numpy as np

from gradcheck.network.arrays import Array
from gradcheck.sweep.partition import batch_rows
from gradcheck.sweep.prefix import Prefix, Rows, displaced, each_own, in_batches, neurons_moved, rank_one


class PlainExample:
    """Recompute each perturbed cost through sigma from its perturbed weighted input.

    Parameters
    ----------
    prefix : Prefix

    Examples
    --------
    >>> from gradcheck.network.model import Network
    >>> from gradcheck.sweep.prefix import prefixes
    >>> network = Network.random([2, 3, 1], np.random.default_rng(0))
    >>> plain = PlainExample(prefixes(network, np.ones((2, 1)), np.ones((1, 1)))[0])
    >>> plain.cost_changes(0, slice(0, 2), np.array([0.0, 1e-3, 1e-2, 0.1])).shape
    (2, 4)
    """

    def __init__(self, prefix: Prefix) -> None:
        self._prefix = prefix

    def cost_changes(self, layer: int, rows: Rows, displacements: Array) -> Array:
        """Return C_x(z_j + d) - C_x for the neurons j of `rows` and every d, shape (J, D)."""
        prefix, z = self._prefix, self._prefix.zs[layer]
        most = batch_rows(prefix.network, layer)
        if layer == prefix.last:
            neurons, each = each_own(z, rows, displacements)
            return in_batches(each, most, lambda d, some: self._changes_from(layer, displaced(z, neurons[some], d)))
        moved = neurons_moved(prefix.network.activations[layer], z, rows, displacements)
        w, z_next = prefix.network.weights[layer + 1][:, rows], prefix.zs[layer + 1]
        return in_batches(moved, most, lambda d, some: self._changes_from(layer + 1, rank_one(d, w[:, some], z_next)))

    def _changes_from(self, layer: int, z: Array) -> Array:
        """Return C_x' - C_x for weighted inputs z of one layer, shape (n, J, D)."""
        network, shape = self._prefix.network, z.shape[1:]
        z = z.reshape(len(z), -1)
        for i in range(layer, self._prefix.last):
            z = network.weights[i + 1] @ network.activations[i].value(z)
            z += network.biases[i + 1]
        return np.asarray(self._costs(z) - self._prefix.cost).reshape(shape)

    def _costs(self, z: Array) -> Array:
        """Return C_x of columns z^L, shape (n_L, R)."""
        network = self._prefix.network
        if network.matched_pair is not None:
            return network.matched_pair.value(z, self._prefix.y)
        return network.cost.value(network.activations[-1].value(z), self._prefix.y)
