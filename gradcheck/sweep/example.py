"""One example's forward pass, and how its cost changes when one weighted input does: what (46) asks for, a million times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from gradcheck.network.activations import Activation
from gradcheck.network.arrays import Array
from gradcheck.network.model import ForwardPass, Network
from gradcheck.sweep.activation_changes import Change, exact_change
from gradcheck.sweep.cost_changes import CostChange, exact_cost_change, exact_fused_change


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
        The weights w^l, transposed, behind one another in memory: the products are of rows.
    forward : ForwardPass
        Of this one example.
    y : ndarray, shape (n_L, 1)

    Examples
    --------
    >>> network = Network.random([2, 3, 1], np.random.default_rng(0))
    >>> prefix = prefixes(network, np.ones((2, 5)), np.ones((1, 5)))[0]
    >>> prefix.y.shape, len(prefix.zs)
    ((1, 1), 2)
    """

    network: Network
    turned: tuple[Array, ...]
    forward: ForwardPass
    y: Array

    @property
    def zs(self) -> list[Array]:
        """Return z^l as vectors."""
        return [z[:, 0] for z in self.forward.zs]

    @cached_property
    def cost(self) -> float:
        """Return C_x."""
        return float(self.network.example_costs(self.forward, self.y)[0])

    def last(self) -> int:
        """Return the place of the output layer."""
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


class PlainExample:
    """Recompute each perturbed cost through sigma from its perturbed weighted input, the z-form.

    Parameters
    ----------
    prefix : Prefix

    Examples
    --------
    >>> network = Network.random([2, 3, 1], np.random.default_rng(0))
    >>> plain = PlainExample(prefixes(network, np.ones((2, 1)), np.ones((1, 1)))[0])
    >>> plain.cost_changes(0, slice(0, 2), np.array([0.0, 1e-3, 1e-2, 0.1])).shape
    (2, 4)
    """

    def __init__(self, prefix: Prefix) -> None:
        self._prefix = prefix

    def cost_changes(self, layer: int, rows: slice, displacements: Array) -> Array:
        """Return C_x(z_j + d) - C_x."""
        prefix, network = self._prefix, self._prefix.network
        if layer == prefix.last():
            z = _at_output(prefix.zs[layer], rows, displacements)
        else:
            moved = _neurons_moved(network.activations[layer], prefix.zs[layer], rows, displacements)
            z = _rank_one(moved, prefix.turned[layer + 1][rows], prefix.zs[layer + 1])
        shape, z = z.shape[:-1], z.reshape(-1, z.shape[-1])
        for i in range(layer + 1, len(prefix.turned) - 1):
            z = network.activations[i].value(z.T).T @ prefix.turned[i + 1]
            z += network.biases[i + 1].T
        return (self._costs(z) - prefix.cost).reshape(shape)

    def _costs(self, z: Array) -> Array:
        """Return C_x of rows z^L, shape (R, n_L)."""
        network = self._prefix.network
        if network.matched_pair is not None:
            return network.matched_pair.value(z.T, self._prefix.y)
        return network.cost.value(network.activations[-1].value(z.T), self._prefix.y)


class ExactExample:
    """Follow changes instead of values, by identities in which nothing cancels, the delta-form.

    Parameters
    ----------
    prefix : Prefix

    Examples
    --------
    >>> network = Network.random([2, 3, 1], np.random.default_rng(0))
    >>> prefix = prefixes(network, np.ones((2, 1)), np.ones((1, 1)))[0]
    >>> tiny = ExactExample(prefix).cost_changes(0, slice(0, 1), np.array([1e-30]))[0, 0]
    >>> 1e-33 < abs(float(tiny)) < 1e-30
    True
    """

    def __init__(self, prefix: Prefix) -> None:
        self._prefix = prefix
        pairs = zip(prefix.network.activations, prefix.zs, strict=True)
        self._changes = [change_about(activation, z) for activation, z in pairs]
        self._cost_change = cost_change_about(prefix)
        self._steepest = [float(np.abs(turned).max()) for turned in prefix.turned]

    def cost_changes(self, layer: int, rows: slice, displacements: Array) -> Array:
        """Return C_x(z_j + d) - C_x; where an exponential overflows, as the z-form has it."""
        with np.errstate(all="ignore"):
            found = self._changed(layer, rows, displacements)
            if not np.isfinite(found).all():
                found = PlainExample(self._prefix).cost_changes(layer, rows, displacements)
        return found

    def _changed(self, layer: int, rows: slice, displacements: Array) -> Array:
        prefix, activations = self._prefix, self._prefix.network.activations
        if layer == prefix.last():
            d = _at_output(np.zeros_like(prefix.zs[layer]), rows, displacements)
            return self._of_output(d, _largest(displacements))
        moved = _neurons_changed(activations[layer], prefix.zs[layer], rows, displacements)
        d = moved[:, :, None] * prefix.turned[layer + 1][rows][:, None, :]
        largest = _largest(moved) * self._steepest[layer + 1]
        for i in range(layer + 1, prefix.last()):
            moved = self._changes[i](d, largest)
            d = moved.reshape(-1, moved.shape[-1]) @ prefix.turned[i + 1]
            d, largest = d.reshape(*moved.shape[:-1], -1), _largest(d)
        return self._of_output(d, largest)

    def _of_output(self, d: Array, largest: float) -> Array:
        """Return the change of the cost for changes of z^L."""
        if self._prefix.network.matched_pair is None:
            d = self._changes[-1](d, largest)
        return self._cost_change(d)


def change_about(activation: Activation, z: Array) -> Change:
    """Return the change of a layer about z: by its identity, or else as a plain difference.

    Examples
    --------
    >>> from gradcheck.network.activations import SIGMOID
    >>> float(change_about(SIGMOID, np.zeros(1))(np.full((1, 1), 1e-20), 1e-20)[0, 0])
    2.5e-21
    """
    exact = exact_change(activation)
    if exact is not None:
        return exact.at(z)
    before = activation.value(z.reshape(-1, 1))[:, 0]

    def change(d: Array, largest: float) -> Array:
        moved = activation.value((z + d).reshape(-1, len(z)).T).T
        return np.asarray(moved.reshape(d.shape) - before)

    return change


def cost_change_about(prefix: Prefix) -> CostChange:
    """Return the change of the cost about the output: of z^L where cost and output are fused, else of a^L.

    Examples
    --------
    >>> network = Network.random([2, 1], np.random.default_rng(0))
    >>> cost_change_about(prefixes(network, np.ones((2, 1)), np.ones((1, 1)))[0])(np.zeros((3, 1)))
    array([0., 0., 0.])
    """
    network, y = prefix.network, prefix.y[:, 0]
    if network.matched_pair is not None:
        return exact_fused_change(network.matched_pair, prefix.zs[-1], y).change
    a = prefix.forward.output
    exact = exact_cost_change(network.cost, a[:, 0], y)
    if exact is not None:
        return exact.change

    def change(D: Array) -> Array:
        costs = network.cost.value((a.T + D.reshape(-1, len(a))).T, prefix.y)
        return np.asarray(costs - prefix.cost).reshape(D.shape[:-1])

    return change


def without_identity(network: Network) -> tuple[str, ...]:
    """Return the places where the delta-form has no identity and subtracts two values.

    Examples
    --------
    >>> from gradcheck.network.activations import GELU, SIGMOID
    >>> network = Network.random([2, 3, 1], np.random.default_rng(0), activations=[GELU, SIGMOID])
    >>> without_identity(network)
    ('layer 2: gelu',)
    """
    fused = network.matched_pair is not None
    layers: Sequence[Activation] = network.activations[:-1] if fused else network.activations
    found = [f"layer {i + 2}: {one.name}" for i, one in enumerate(layers) if exact_change(one) is None]
    some = np.full(1, 0.5)
    if not fused and exact_cost_change(network.cost, some, some) is None:
        found.append(f"cost: {network.cost.name}")
    return tuple(found)


def _at_output(z: Array, rows: slice, displacements: Array) -> Array:
    """Return z^L with one entry displaced, shape (J, D, n_L)."""
    neurons = np.arange(len(z))[rows]
    displaced = np.empty((len(neurons), len(displacements), len(z)))
    displaced[...] = z
    for place, neuron in enumerate(neurons):
        displaced[place, :, neuron] += displacements
    return displaced


def _neurons_moved(activation: Activation, z: Array, rows: slice, displacements: Array) -> Array:
    """Return sigma(z_j + d) - sigma(z_j), shape (J, D), subtracted as it stands."""
    if activation.uniform:
        z, rows = z[rows], slice(None)
    displaced = z[:, None] + displacements
    return np.asarray(activation.value(displaced) - activation.value(z[:, None]))[rows]


def _neurons_changed(activation: Activation, z: Array, rows: slice, displacements: Array) -> Array:
    """Return sigma(z_j + d) - sigma(z_j), shape (J, D), by its identity where there is one."""
    exact = exact_change(activation)
    if exact is None:
        return _neurons_moved(activation, z, rows, displacements)
    z = z[rows, None]
    d = np.empty((len(z), len(displacements)))
    d[...] = displacements
    return exact.at(z)(d, _largest(displacements))


def _rank_one(moved: Array, turned: Array, z: Array) -> Array:
    """Return z + moved_j w_j, shape (J, D, n): as a product of two columns with two rows, which is faster than a product and a sum."""
    columns = np.ones((*moved.shape, 2))
    columns[..., 0] = moved
    lines = np.empty((len(turned), 2, turned.shape[1]))
    lines[:, 0], lines[:, 1] = turned, z
    return np.asarray(columns @ lines)


def _largest(d: Array) -> float:
    """Return the largest |d|."""
    return float(max(d.max(initial=0.0), -d.min(initial=0.0)))
