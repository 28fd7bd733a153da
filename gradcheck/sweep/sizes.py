"""What rounding may do to a network's cost and to its derivatives: a first-order analysis, layer by layer, of sizes alone.

Nothing of it enters an estimate; it says how far two right answers may lie apart.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from gradcheck.network.activations import SOFTMAX, Activation
from gradcheck.network.arrays import Array
from gradcheck.network.backprop import output_error
from gradcheck.network.model import ForwardPass, Network
from gradcheck.network.softmax import softmax
from gradcheck.sweep.activation_changes import exact_change
from gradcheck.sweep.cost_changes import exact_cost_change, exact_fused_change

ROUNDINGS: Final = 8
"""Roundings in one value of an activation or of a cost's term, counted generously (a library's exponential is within one or two)."""

SIGMAS: Final = 6.0
"""A sum of n terms is off by at most this many times sqrt(n) roundings of the sum of their sizes, but for a probability of
2 exp(-SIGMAS**2 / 2) = 3e-8: Higham and Mary (2019), theorem 2.4."""


@dataclass(frozen=True, eq=False)
class PathSizes:
    """Hold, for every layer after the input and every example, how strongly things may depend on z^l.

    Parameters
    ----------
    by_z : tuple of ndarray, shape (n_l, m) each
        Sum of the sizes of all paths by which C_x depends on z_j; |delta_j| at least [cost per unit of z].
    shift : tuple of ndarray, shape (n_l, m) each
        How far delta_j may lie off for the rounding of the forward pass [cost per unit of z].
    input_shift : tuple of ndarray, shape (n_(l-1), m) each
        How far a^(l-1) may lie off (dimensionless).
    rounding : tuple of float
        What the sums and products behind z^l may do to delta_j, in units of `by_z` (dimensionless).
    cost : float
        How far C may lie off [cost].

    Examples
    --------
    >>> network = Network.random([2, 3, 1], np.random.default_rng(0))
    >>> x, y = np.ones((2, 5)), np.ones((1, 5))
    >>> path_sizes(network, network.feedforward(x), y, 2.0**-53).by_z[0].shape
    (3, 5)
    """

    by_z: tuple[Array, ...]
    shift: tuple[Array, ...]
    input_shift: tuple[Array, ...]
    rounding: tuple[float, ...]
    cost: float


@np.errstate(all="ignore")  # what is not a number is no bound
def path_sizes(
    network: Network, forward: ForwardPass, y: Array, unit_roundoff: float, *, slope_rounding: float = 0.0
) -> PathSizes:
    """Return the sizes about one forward pass.

    Parameters
    ----------
    network : Network
    forward : ForwardPass
    y : ndarray, shape (n_L, m)
    unit_roundoff : float
        Of the arithmetic (dimensionless).
    slope_rounding : float
        What sigma' may be off by, however small it is: a (1 - a) is so where a rounds to 1 (dimensionless).

    Examples
    --------
    >>> network = Network.random([2, 3, 1], np.random.default_rng(0))
    >>> forward = network.feedforward(np.ones((2, 1)))
    >>> 0 < path_sizes(network, forward, np.ones((1, 1)), 2.0**-53).cost < 1e-14
    True
    """
    sizes = [np.abs(w) for w in network.weights]
    z_shift, input_shift = _forward_shifts(network, forward, sizes, unit_roundoff)
    slopes = [_slope_size(one, z) for one, z in zip(network.activations, forward.zs, strict=True)]
    by_z = [_output_size(network, forward, y, slopes[-1])]
    tiny = smallest_normal(unit_roundoff)
    shift = [_output_shift(network, forward, y, z_shift[-1], unit_roundoff)]
    shift[0] += tiny + slope_rounding * _cost_sizes(network, forward, y)
    for i in reversed(range(len(sizes) - 1)):
        bent = _moved(_derivative(network.activations[i]), forward.zs[i], z_shift[i])
        back, back_shift = sizes[i + 1].T @ by_z[0], sizes[i + 1].T @ shift[0]
        by_z.insert(0, slopes[i] * back)
        shift.insert(0, slopes[i] * back_shift + (bent + slope_rounding) * back + tiny)
    behind = [sum(_sum_rounding(n) for n in network.sizes[i + 2 :]) for i in range(len(sizes))]
    rounding = tuple(unit_roundoff * (2 * ROUNDINGS + more) for more in behind)
    cost = _cost_rounding(network, forward, y, unit_roundoff)
    cost += float((by_z[-1] * z_shift[-1]).mean(axis=1).sum())  # in which the rounding of all before z^L is
    return PathSizes(tuple(by_z), tuple(shift), tuple(input_shift), rounding, cost)


def _sum_rounding(terms: int) -> float:
    """Return the error of a sum of products, in roundings of the sum of their sizes."""
    return SIGMAS * math.sqrt(terms) + ROUNDINGS


def _forward_shifts(
    network: Network, forward: ForwardPass, sizes: list[Array], unit_roundoff: float
) -> tuple[list[Array], list[Array]]:
    """Return how far every z^l, and every a^(l-1) before it, may lie off."""
    input_shift, z_shift = [np.zeros_like(forward.activations[0])], []
    for i, (w, b) in enumerate(zip(sizes, network.biases, strict=True)):
        terms = w @ np.abs(forward.activations[i]) + np.abs(b)
        z_shift.append(unit_roundoff * _sum_rounding(w.shape[1] + 1) * terms + w @ input_shift[i])
        slope = _slope_size(network.activations[i], forward.zs[i])
        own = unit_roundoff * ROUNDINGS * np.abs(forward.activations[i + 1]) + smallest_normal(unit_roundoff)
        input_shift.append(slope * z_shift[i] + own)
    return z_shift, input_shift[:-1]


def _slope_size(activation: Activation, z: Array) -> Array:
    """Return the size of sigma's slope, its terms each by itself."""
    exact = exact_change(activation)
    size = exact.slope_size(z) if exact is not None else np.abs(_derivative(activation)(z))
    return np.asarray(size)


def _derivative(activation: Activation) -> Callable[[Array], Array]:
    """Return sigma', or 1 for a layer whose neurons are not independent."""
    return activation.derivative if activation.derivative is not None else np.ones_like


def _output_size(network: Network, forward: ForwardPass, y: Array, slope: Array) -> Array:
    """Return the sizes of the paths from z^L to C_x."""
    size = _cost_sizes(network, forward, y)
    if network.matched_pair is not None:
        return size
    if network.activations[-1].value is SOFTMAX.value:
        p = softmax(forward.zs[-1])
        return np.asarray(p * (size + (p * size).sum(axis=0)))
    return np.asarray(slope * size)


def _cost_sizes(network: Network, forward: ForwardPass, y: Array) -> Array:
    """Return the sizes of the costs by their outputs, shape (n_L, m)."""
    return np.stack([_cost_size(network, forward, y, i) for i in range(y.shape[1])], axis=1)


def _output_shift(network: Network, forward: ForwardPass, y: Array, z_shift: Array, unit_roundoff: float) -> Array:
    """Return how far delta^L may lie off for the rounding of z^L and of a^L."""
    shift = _moved(lambda z: _output_error_at(network, z, y), forward.zs[-1], z_shift)
    a, z = forward.output, forward.zs[-1]
    if (
        network.activations[-1].value is SOFTMAX.value
    ):  # the same shift of all z^L moves no softmax: each by itself does
        relative = z_shift.max(axis=0) + unit_roundoff * (ROUNDINGS + np.abs(z - z.max(axis=0)))
        shift += 4 * relative * _output_size(network, forward, y, np.ones_like(z))
    if network.matched_pair is not None:  # delta^L is a^L - y, or a sum of such terms
        return np.asarray(shift + unit_roundoff * ROUNDINGS * (np.abs(a) + np.abs(y)))
    of_a = _moved(lambda at: network.cost.nabla_a(at, y), a, unit_roundoff * ROUNDINGS * np.abs(a))
    if network.activations[-1].value is SOFTMAX.value:
        return np.asarray(shift + a * (of_a + (a * of_a).sum(axis=0)))
    return np.asarray(shift + _slope_size(network.activations[-1], z) * of_a)


def smallest_normal(unit_roundoff: float) -> float:
    """Return what may be lost below the smallest normal number of the arithmetic with this unit roundoff.

    Examples
    --------
    >>> smallest_normal(2.0**-24) == float(np.finfo(np.float32).tiny)
    True
    """
    coarser = [kind for kind in (np.float16, np.float32, np.float64) if np.finfo(kind).eps <= 2 * unit_roundoff]
    return float(np.finfo(coarser[0] if coarser else np.float64).tiny)


def _cost_size(network: Network, forward: ForwardPass, y: Array, column: int) -> Array:
    """Return the sizes of one example's cost by its outputs: by z^L where they are fused, else by a^L."""
    if network.matched_pair is not None:
        return exact_fused_change(network.matched_pair, forward.zs[-1][:, column], y[:, column]).size
    exact = exact_cost_change(network.cost, forward.output[:, column], y[:, column])
    if exact is not None:
        return exact.size
    return np.asarray(np.abs(network.cost.nabla_a(forward.output[:, [column]], y[:, [column]]))[:, 0])


def _output_error_at(network: Network, z: Array, y: Array) -> Array:
    """Return (BP1) at weighted inputs of the output layer."""
    output = network.activations[-1].value(z)
    return output_error(network, ForwardPass((z,), (output,)), y)


def _moved(of_z: Callable[[Array], Array], z: Array, shift: Array) -> Array:
    """Return how far a function of z moves when z does."""
    here = of_z(z)
    return np.asarray(np.maximum(np.abs(of_z(z + shift) - here), np.abs(of_z(z - shift) - here)))


def _cost_rounding(network: Network, forward: ForwardPass, y: Array, unit_roundoff: float) -> float:
    """Return the rounding of the costs themselves, of their mean, and of the weight decay."""
    costs = np.abs(network.example_costs(forward, y))
    of_costs = (_sum_rounding(y.shape[0]) + _sum_rounding(y.shape[1])) * costs.mean()
    decay = network.weight_decay.value(network.weights)
    rounded = np.zeros(1)  # a^L, where the cost is not fused with z^L
    if network.matched_pair is None:
        rounded = ROUNDINGS * (_cost_sizes(network, forward, y) * np.abs(forward.output)).mean(axis=1)
    return float(unit_roundoff * (of_costs + _sum_rounding(network.num_parameters) * decay + rounded.sum()))
