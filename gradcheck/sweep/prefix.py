"""What all perturbed costs of one example share, and the first hop from a perturbed weighted input to the next layer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Protocol, TypeAlias

import numpy as np

from gradcheck.network.activations import Activation
from gradcheck.network.arrays import Array
from gradcheck.network.model import ForwardPass, Network
from gradcheck.sweep.partition import pieces
from gradcheck.sweep.rooms import ROOMS

Rows: TypeAlias = "slice | Array"
"""Some neurons of a layer: a range of them, or their places."""


class Example(Protocol):
    """Answer how the cost of one example changes."""

    def cost_changes(self, layer: int, rows: Rows, displacements: Array) -> Array:
        """Return C_x(z_j + d) - C_x for the neurons j of `rows` and every d, shape (J, D); `layer` counts weight matrices from 0.

        The d are the same for all neurons, shape (D,), or each has its own, shape (J, D).
        """


@dataclass(frozen=True, eq=False)
class Prefix:
    """Hold what all perturbed costs of one example share: the network and its forward pass.

    Parameters
    ----------
    network : Network
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
    forward: ForwardPass
    y: Array

    @cached_property
    def cost(self) -> float:
        """Return C_x."""
        return float(self.network.example_costs(self.forward, self.y)[0])

    @property
    def zs(self) -> tuple[Array, ...]:
        """Return z^l, shape (n_l, 1) each."""
        return self.forward.zs

    @property
    def last(self) -> int:
        """Return the place of the output layer, weight matrices counted from 0."""
        return len(self.network.weights) - 1


def prefixes(network: Network, x: Array, y: Array) -> list[Prefix]:
    """Return the prefix of every example.

    Examples
    --------
    >>> network = Network.random([2, 3, 1], np.random.default_rng(0))
    >>> len(prefixes(network, np.ones((2, 5)), np.ones((1, 5))))
    5
    """
    return [Prefix(network, network.feedforward(x[:, [i]]), y[:, [i]]) for i in range(x.shape[1])]


def in_batches(moved: Array, most: int, rest: Callable[[Array, slice], Array]) -> Array:
    """Return what `rest` makes of what has moved, shape (J, D), some at a time: as many as keep its arrays in the cache.

    Parameters
    ----------
    moved : ndarray, shape (J, D)
    most : int
        Numbers at a time.
    rest : callable
        ``rest(some, neurons)``: of some of the columns of some of the J neurons.

    Examples
    --------
    >>> in_batches(np.ones((1, 2)), 8, lambda some, neurons: 2 * some)
    array([[2., 2.]])
    """
    found = np.empty(moved.shape)
    for neurons in pieces(len(moved), max(1, most // max(1, moved.shape[1]))):
        for columns in pieces(moved.shape[1], max(1, most // (neurons.stop - neurons.start))):
            found[neurons, columns] = rest(moved[neurons, columns], neurons)
    return found


def each_own(z: Array, rows: Rows, displacements: Array) -> tuple[Array, Array]:
    """Return the places of some neurons of a layer, shape (J,), and the displacements of each, shape (J, D).

    Examples
    --------
    >>> each_own(np.zeros((3, 1)), slice(1, 3), np.array([0.5]))
    (array([1, 2]), array([[0.5],
           [0.5]]))
    """
    neurons = np.arange(len(z))[rows]
    return neurons, np.broadcast_to(displacements, (len(neurons), displacements.shape[-1]))


def neurons_moved(activation: Activation, z: Array, rows: Rows, displacements: Array) -> Array:
    """Return sigma(z_j + d) - sigma(z_j), shape (J, D), subtracted as it stands.

    Examples
    --------
    >>> from gradcheck.network.activations import RELU
    >>> neurons_moved(RELU, np.array([[1.0], [-1.0]]), slice(0, 2), np.array([2.0]))
    array([[2.],
           [1.]])
    """
    if activation.uniform:
        z, rows = z[rows], slice(None)
    elif displacements.ndim > 1:
        each = zip(np.arange(len(z))[rows], displacements, strict=True)
        return np.vstack([neurons_moved(activation, z, slice(j, j + 1), d) for j, d in each])
    moved: Array = activation.value(z + displacements) - activation.value(z)
    return moved[rows]


FEW: Final = 64
"""Columns of a neuron (a count) below which a matrix product for each neuron takes longer than one product and one sum for all."""


def rank_one(moved: Array, w: Array, z: Array | None = None) -> Array:
    """Return z + w_j moved_j, or w_j moved_j alone, shape (n, J, D), in a room that the next call takes again.

    Parameters
    ----------
    moved : ndarray, shape (J, D)
        How far a_j is from where it was.
    w : ndarray, shape (n, J)
        The weights of a_j.
    z : ndarray, shape (n, 1), optional
        The weighted inputs as they were.

    Examples
    --------
    >>> rank_one(np.array([[1.0, 2.0]]), np.array([[3.0]]), np.array([[0.5]]))[0, 0]
    array([3.5, 6.5])
    """
    room = ROOMS.array("rank one", (len(w), *moved.shape))
    if moved.shape[1] < FEW:
        np.multiply(w[:, :, None], moved, out=room)
        if z is not None:
            room += z[:, :, None]
        return room
    np.matmul(two_columns(w, 0.0 if z is None else z), two_rows(moved), out=room.transpose(1, 0, 2))
    return room


def two_columns(w: Array, z: Array | float) -> Array:
    """Return, for each neuron j, what gives z + w_j m as a product with `two_rows`: faster than a product and a sum, shape (J, n, 2).

    Examples
    --------
    >>> two_columns(np.array([[3.0]]), 0.5) @ two_rows(np.array([[1.0, 2.0]]))
    array([[[3.5, 6.5]]])
    """
    columns = np.empty((w.shape[1], len(w), 2))
    columns[:, :, 0], columns[:, :, 1:] = w.T, z
    return columns


def two_rows(moved: Array) -> Array:
    """Return each m_j with ones below it, shape (J, 2, D), for m of shape (J, D).

    Examples
    --------
    >>> two_rows(np.array([[2.0, 3.0]]))
    array([[[2., 3.],
            [1., 1.]]])
    """
    rows = np.ones((len(moved), 2, moved.shape[1]))
    rows[:, 0] = moved
    return rows


def displaced(z: Array, neurons: Array, d: Array) -> Array:
    """Return z with the entries of some neurons displaced, each by itself, shape (n, J, D).

    Parameters
    ----------
    z : ndarray, shape (n, 1)
    neurons : ndarray of int, shape (J,)
    d : ndarray, shape (J, D)

    Examples
    --------
    >>> displaced(np.array([[1.0], [2.0]]), np.array([1]), np.array([[0.5]]))[:, 0, 0]
    array([1. , 2.5])
    """
    found = np.empty((len(z), *d.shape))
    found[...] = z[:, :, None]
    found[neurons, np.arange(len(neurons))] += d
    return found


def largest(d: Array) -> float:
    """Return the largest |d|.

    Examples
    --------
    >>> largest(np.array([1.0, -2.0]))
    2.0
    """
    return float(max(d.max(initial=0.0), -d.min(initial=0.0)))
