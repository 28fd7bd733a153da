"""The delta-form: changes instead of values, by identities in which nothing cancels."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from gradcheck.network.activations import Activation
from gradcheck.network.arrays import Array
from gradcheck.network.model import Network
from gradcheck.sweep.activation_changes import Change, exact_change
from gradcheck.sweep.cost_changes import CostChange, exact_cost_change, exact_fused_change
from gradcheck.sweep.hops import Hop
from gradcheck.sweep.partition import batch_rows
from gradcheck.sweep.plain_example import PlainExample
from gradcheck.sweep.prefix import Prefix, Rows, displaced, each_own, in_batches, largest, neurons_moved, rank_one
from gradcheck.sweep.small_changes import IN_CACHE, are_small, changed_by_small, over_small


class ExactExample:
    """Follow the change of each perturbed weighted input to the change of the cost.

    Parameters
    ----------
    prefix : Prefix

    Examples
    --------
    >>> from gradcheck.sweep.prefix import prefixes
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
        self._hops = [Hop.to(change, w) for change, w in zip(self._changes, prefix.network.weights[1:], strict=False)]
        self._cost_change = cost_change_about(prefix)

    def cost_changes(self, layer: int, rows: Rows, displacements: Array) -> Array:
        """Return C_x(z_j + d) - C_x for the neurons j of `rows` and every d, shape (J, D); where a term overflows, by the z-form."""
        with np.errstate(all="ignore"):
            found = self._changed(layer, rows, displacements)
            if not np.isfinite(found).all():
                found = PlainExample(self._prefix).cost_changes(layer, rows, displacements)
        return found

    def _changed(self, layer: int, rows: Rows, displacements: Array) -> Array:
        prefix, z = self._prefix, self._prefix.zs[layer]
        if layer == prefix.last:
            zeros, (neurons, each) = np.zeros_like(z), each_own(z, rows, displacements)
            most = batch_rows(prefix.network, layer)
            return in_batches(each, most, lambda d, some: self._of_output(displaced(zeros, neurons[some], d)))
        moved = neurons_changed(prefix.network.activations[layer], z, rows, displacements)
        return self._behind(layer, moved, prefix.network.weights[layer + 1][:, rows])

    def _behind(self, layer: int, moved: Array, w: Array) -> Array:
        """Return the change of the cost for neurons of one layer that have moved, with their weights w, shape (n_(l+1), J)."""
        hops, rows = self._hops[layer + 1 :], batch_rows(self._prefix.network, layer)
        if not hops:
            return self._straight_to_output(moved, w, rows)
        first, w = hops[0], w * hops[0].scale
        most = largest(moved) * largest(w)

        def over(d: Array, w: Array) -> Array:
            return first.over_scaled(rank_one(d, w), most)

        if first.bend is not None and are_small(moved, most):
            # It cuts the large array of this layer itself: what is left to cut for are those behind.
            over, rows = partial(over_small, first.w, first.bend), batch_rows(self._prefix.network, layer + 1)

        def rest(d: Array, some: slice) -> Array:
            d = over(d, w[:, some])
            for hop in hops[1:]:
                d = hop.over(d, largest(d))
            return self._of_output(d)

        return in_batches(moved, rows, rest)

    def _straight_to_output(self, moved: Array, w: Array, rows: int) -> Array:
        """Return it for neurons of the layer before the output layer, at most so many rows at a time."""
        last, fused = self._changes[-1], self._prefix.network.matched_pair is not None
        scaled = w * last.scale
        if not fused and last.bend is not None and are_small(moved, largest(moved) * largest(scaled)):
            rows = min(rows, max(1, IN_CACHE // (2 * len(w))))
            return in_batches(
                moved, rows, lambda d, some: self._of_activations(changed_by_small(last, d, scaled[:, some]))
            )
        return in_batches(moved, rows, lambda d, some: self._of_output(rank_one(d, w[:, some])))

    def _of_output(self, d: Array) -> Array:
        """Return the change of the cost for changes d of z^L, shape (n_L, J, D)."""
        if self._prefix.network.matched_pair is None:
            shape, d = d.shape, d.reshape(len(d), -1)
            d = self._changes[-1](d, largest(d)).reshape(shape)
        return self._of_activations(d)

    def _of_activations(self, D: Array) -> Array:
        """Return it for changes D of a^L, or of z^L where cost and output are fused."""
        return self._cost_change(D.reshape(len(D), -1)).reshape(D.shape[1:])


def change_about(activation: Activation, z: Array) -> Change:
    """Return the change of a layer about z: by its identity, or else as a plain difference.

    Examples
    --------
    >>> from gradcheck.network.activations import SIGMOID
    >>> float(change_about(SIGMOID, np.zeros((1, 1)))(np.full((1, 1), 1e-20), 1e-20)[0, 0])
    2.5e-21
    """
    exact = exact_change(activation)
    if exact is not None:
        return exact.at(z)
    before = activation.value(z)
    return Change(lambda d, largest: np.asarray(activation.value(z + d) - before))


def cost_change_about(prefix: Prefix) -> CostChange:
    """Return the change of the cost about the output: of z^L where cost and output are fused, else of a^L.

    Examples
    --------
    >>> from gradcheck.sweep.prefix import prefixes
    >>> network = Network.random([2, 1], np.random.default_rng(0))
    >>> cost_change_about(prefixes(network, np.ones((2, 1)), np.ones((1, 1)))[0])(np.zeros((1, 3)))
    array([0., 0., 0.])
    """
    network, y = prefix.network, prefix.y[:, 0]
    if network.matched_pair is not None:
        return exact_fused_change(network.matched_pair, prefix.zs[-1][:, 0], y).change
    a = prefix.forward.output
    exact = exact_cost_change(network.cost, a[:, 0], y)
    if exact is not None:
        return exact.change
    return lambda D: np.asarray(network.cost.value(a + D, prefix.y) - prefix.cost)


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


def neurons_changed(activation: Activation, z: Array, rows: Rows, displacements: Array) -> Array:
    """Return sigma(z_j + d) - sigma(z_j), shape (J, D), by its identity where there is one.

    Examples
    --------
    >>> from gradcheck.network.activations import TANH
    >>> neurons_changed(TANH, np.zeros((2, 1)), slice(0, 1), np.array([1e-20]))
    array([[1.e-20]])
    """
    exact = exact_change(activation)
    if exact is None:
        return neurons_moved(activation, z, rows, displacements)
    change, most = exact.at(z[rows]), largest(displacements)
    if displacements.ndim == 1 and change.bend is not None and are_small(displacements, change.scale * most):
        scales = np.full_like(change.bend, change.scale)
        return changed_by_small(change, displacements[None], scales)[:, 0].copy()  # out of the room of the next call
    return change(np.array(each_own(z, rows, displacements)[1]), most)
