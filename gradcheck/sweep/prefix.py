"""What all perturbed costs of one example share, and the first hop from a perturbed weighted input to the next layer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from gradcheck.network.activations import Activation
from gradcheck.network.arrays import Array
from gradcheck.network.model import ForwardPass, Network
from gradcheck.sweep.partition import batch_rows, pieces


class Example(Protocol):
    """Answer how the cost of one example changes."""

    def cost_changes(self, layer: int, rows: slice, displacements: Array) -> Array:
        """Return C_x(z_j + d) - C_x for the neurons j of `rows` and every d, shape (J, D); `layer` counts weight matrices from 0."""


@dataclass(frozen=True, eq=False)
class Prefix:
    """Hold what all perturbed costs of one example share: its forward pass, and the network with its weights turned.

    Parameters
    ----------
    network : Network
    turned : tuple of ndarray, shape (n_(l-1), n_l) each
        The weights w^l, transposed: the products are of rows.
    forward : ForwardPass
        Of this one example.
    y : ndarray, shape (n_L, 1)

    Examples
    --------
    >>> network = Network.random([2, 3, 1], np.random.default_rng(0))
    >>> prefix = prefixes(network, np.ones((2, 5)), np.ones((1, 5)))[0]
    >>> prefix.y.shape, len(prefix.zs), prefix.last
    ((1, 1), 2, 1)
    """

    network: Network
    turned: tuple[Array, ...]
    forward: ForwardPass
    y: Array

    @cached_property
    def zs(self) -> tuple[Array, ...]:
        """Return z^l as vectors."""
        return tuple(z[:, 0] for z in self.forward.zs)

    @cached_property
    def cost(self) -> float:
        """Return C_x."""
        return float(self.network.example_costs(self.forward, self.y)[0])

    @property
    def last(self) -> int:
        """Return the place of the output layer, weight matrices counted from 0."""
        return len(self.turned) - 1


def prefixes(network: Network, x: Array, y: Array) -> list[Prefix]:
    """Return the prefix of every example, the weights turned once for all.

    Examples
    --------
    >>> network = Network.random([2, 3, 1], np.random.default_rng(0))
    >>> len(prefixes(network, np.ones((2, 5)), np.ones((1, 5))))
    5
    """
    # The first layer's weights are behind every displacement: nothing is multiplied by them.
    turned = (network.weights[0].T, *(np.ascontiguousarray(w.T) for w in network.weights[1:]))
    return [Prefix(network, turned, network.feedforward(x[:, [i]]), y[:, [i]]) for i in range(x.shape[1])]


def in_batches(prefix: Prefix, layer: int, moved: Array, rest: Callable[[Array], Array]) -> Array:
    """Return what `rest` makes of what has moved, shape (J, D), some columns at a time: as many as keep its arrays in the cache.

    Examples
    --------
    >>> network = Network.random([2, 3, 1], np.random.default_rng(0))
    >>> prefix = prefixes(network, np.ones((2, 1)), np.ones((1, 1)))[0]
    >>> in_batches(prefix, 0, np.ones((1, 2)), lambda some: 2 * some)
    array([[2., 2.]])
    """
    found = np.empty(moved.shape)
    for piece in pieces(moved.shape[1], max(1, batch_rows(prefix.network, layer) // len(moved))):
        found[:, piece] = rest(moved[:, piece])
    return found


def neurons_moved(activation: Activation, z: Array, rows: slice, displacements: Array) -> Array:
    """Return sigma(z_j + d) - sigma(z_j), shape (J, D), subtracted as it stands.

    Examples
    --------
    >>> from gradcheck.network.activations import RELU
    >>> neurons_moved(RELU, np.array([1.0, -1.0]), slice(0, 2), np.array([2.0]))
    array([[2.],
           [1.]])
    """
    if activation.uniform:
        z, rows = z[rows], slice(None)
    moved: Array = activation.value(z[:, None] + displacements) - activation.value(z[:, None])
    return moved[rows]


def rank_one(moved: Array, turned: Array, z: Array) -> Array:
    """Return z + moved_j w_j, shape (J, D, n): as a product of two columns with two rows, faster than a product and a sum.

    Parameters
    ----------
    moved : ndarray, shape (J, D)
        How far a_j is from where it was.
    turned : ndarray, shape (J, n)
        The weights of a_j.
    z : ndarray, shape (n,)
        The weighted inputs as they were, or 0 for their change alone.

    Examples
    --------
    >>> rank_one(np.array([[1.0, 2.0]]), np.array([[3.0]]), np.array([0.5]))[0, :, 0]
    array([3.5, 6.5])
    """
    columns = np.ones((*moved.shape, 2))
    columns[..., 0] = moved
    lines = np.empty((len(turned), 2, turned.shape[1]))
    lines[:, 0], lines[:, 1] = turned, z
    return np.asarray(columns @ lines)


def displaced(z: Array, rows: slice, d: Array) -> Array:
    """Return z with the entries of `rows` displaced, each by itself, shape (J, D, n).

    Parameters
    ----------
    z : ndarray, shape (n,)
    rows : slice
    d : ndarray, shape (J, D)

    Examples
    --------
    >>> displaced(np.array([1.0, 2.0]), slice(1, 2), np.array([[0.5]]))
    array([[[1. , 2.5]]])
    """
    found = np.empty((*d.shape, len(z)))
    found[...] = z
    for place, neuron in enumerate(range(len(z))[rows]):
        found[place, :, neuron] += d[place]
    return found


def largest(d: Array) -> float:
    """Return the largest |d|.

    Examples
    --------
    >>> largest(np.array([1.0, -2.0]))
    2.0
    """
    return float(max(d.max(initial=0.0), -d.min(initial=0.0)))
