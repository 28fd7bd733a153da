"""How a network is brought into a regime: by its weights and biases, its dtype, or one neuron's activation."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from hypothesis import reject
from hypothesis import strategies as st

from gradcheck.network.activations import ACTIVATIONS, Activation, modified_neuron
from gradcheck.network.arrays import Array
from gradcheck.network.costs import QUADRATIC
from gradcheck.network.model import Network
from gradcheck.strategies.numbers_drawn import generic
from gradcheck.strategies.regimes import Regime
from gradcheck.strategies.rules import is_kinked, is_relu

INPUT_BOUND: Final = 2.0
"""The largest size of an input that the promises of a network alone hold for (dimensionless): what `examples` draws."""

SATURATION: Final = 20.0
"""How large |z| is in a saturated neuron (dimensionless): sigma'(20) is 2e-9, tanh'(20) 2e-17."""

KINK_OFFSETS: Final = (0.0, 1e-8, -1e-8, 5e-8, -5e-8)
"""How far beside a kink a pre-activation is put (dimensionless)."""

KINK_REACH: Final = 1e-7
"""How far from its kink it may be at most, its rounding included (dimensionless)."""

EXPONENTS: Final = (4, 5, 0, 1, 2, 3)
"""By which powers of 10 a neuron's parameters are scaled down, and those that it goes into up."""

_BOUNDED: Final = ("sigmoid", "tanh", "softmax")


def saturate(draw: st.DrawFn, network: Network) -> Network:
    """Give every neuron a bias that its weighted inputs cannot outweigh, for |x| up to `INPUT_BOUND`."""
    biases = []
    bound = INPUT_BOUND
    for w in network.weights:
        signs = draw(generic((len(w), 1), st.sampled_from((1.0, -1.0))))
        biases.append(signs * (SATURATION + np.ceil(bound * np.abs(w).sum(axis=1, keepdims=True))))
        bound = 1.0  # of a sigmoid's or a tanh's activations
    return network.with_parameters(network.weights, biases)


def kill(draw: st.DrawFn, network: Network) -> Network:
    """Give one ReLU neuron a bias so low that it is never above 0, for |x| up to `INPUT_BOUND`."""
    bounds = input_bounds(network)
    layers = [i for i, one in enumerate(network.activations) if is_relu(one) and math.isfinite(bounds[i])]
    if not layers:
        reject()
    i = draw(st.sampled_from(layers))
    j = draw(st.integers(0, len(network.weights[i]) - 1))
    biases = [np.array(b) for b in network.biases]
    biases[i][j] = -1.0 - np.ceil(bounds[i] * np.abs(network.weights[i][j]).sum())
    return network.with_parameters(network.weights, biases)


def vanish(_: st.DrawFn, network: Network) -> Network:
    """Divide the weights so that no column of |w| adds to more than 1: (BP2) then has 1/4, the largest sigma', at most."""
    weights = [w / max(1.0, np.ceil(np.abs(w).sum(axis=0).max())) for w in network.weights]
    return network.with_parameters(weights, network.biases)


def scale_ill(draw: st.DrawFn, network: Network) -> Network:
    """Scale what goes into each hidden neuron down, and what comes out of it up, each by a power of 10 of its own."""
    weights, biases = [np.array(w) for w in network.weights], [np.array(b) for b in network.biases]
    for i in range(len(weights) - 1):
        powers = draw(generic((len(weights[i]), 1), st.sampled_from(EXPONENTS)))
        powers[0] = max(powers[0], 4.0)
        weights[i] /= 10.0**powers
        biases[i] /= 10.0**powers
        weights[i + 1] *= 10.0**powers.T
    return network.with_parameters(weights, biases)


def narrow(_: st.DrawFn, network: Network) -> Network:
    """Return the network in float32."""
    return network.with_parameters(
        [w.astype(np.float32) for w in network.weights], [b.astype(np.float32) for b in network.biases]
    )


def modify(draw: st.DrawFn, network: Network) -> Network:
    """Give one neuron of a layer of two or more another activation; in the output layer only where the cost takes any number."""
    layers = [
        i
        for i, activation in enumerate(network.activations)
        if activation.derivative is not None and len(network.biases[i]) > 1 and activation.uniform
        if i < len(network.activations) - 1 or network.cost is QUADRATIC
    ]
    if not layers:
        reject()
    i = draw(st.sampled_from(layers))
    layer = network.activations[i]
    others = [one for one in ACTIVATIONS.values() if one.derivative is not None and one.name != layer.name]
    neuron = draw(st.integers(0, len(network.biases[i]) - 1))
    activations = [*network.activations]
    activations[i] = modified_neuron(layer, neuron, draw(st.sampled_from(others)))
    return Network(network.weights, network.biases, activations, network.cost, weight_decay=network.weight_decay)


def leave(_: st.DrawFn, network: Network) -> Network:
    """Return the network as it is: its structure is the regime."""
    return network


def put_on_a_kink(draw: st.DrawFn, network: Network, x: Array) -> Network:
    """Move one bias so that for one example its neuron's pre-activation is on a kink, or within `KINK_REACH` of it."""
    layers = [i for i, activation in enumerate(network.activations) if is_kinked(activation)]
    if not layers:
        reject()
    i = draw(st.sampled_from(layers))
    j = draw(st.integers(0, len(network.biases[i]) - 1))
    example = draw(st.integers(0, x.shape[1] - 1))
    kink = draw(st.sampled_from(network.activations[i].kinks))
    products = network.weights[i] @ network.feedforward(x).activations[i]
    biases = [np.array(b) for b in network.biases]
    biases[i][j] = kink + draw(st.sampled_from(KINK_OFFSETS)) - products[j, example]
    moved = network.with_parameters(network.weights, biases)
    if not abs(moved.feedforward(x).zs[i][j, example] - kink) <= KINK_REACH:
        reject()  # a float32 z far from 0 cannot be so near
    return moved


def input_bounds(network: Network) -> list[float]:
    """Return how large the inputs of each layer after the first can be, for |x| up to `INPUT_BOUND`; infinite where that is not known.

    Examples
    --------
    >>> network = Network.random([2, 3, 1], np.random.default_rng(0))
    >>> input_bounds(network)
    [2.0, 1.0]
    """
    bounds = [INPUT_BOUND]
    for w, b, activation in zip(network.weights[:-1], network.biases, network.activations, strict=False):
        largest_z = float(np.max(bounds[-1] * np.abs(w).sum(axis=1, keepdims=True) + np.abs(b)))
        bounds.append(_activation_bound(activation, largest_z))
    return bounds


def _activation_bound(activation: Activation, largest_z: float) -> float:
    """Return how large an activation can be; those that have no bound of their own are at most |z| + log 2, the softplus."""
    if activation.name not in ACTIVATIONS:
        return math.inf
    return 1.0 if activation.name in _BOUNDED else largest_z + 1.0


IMPOSITIONS: Final[Mapping[Regime | None, Callable[[st.DrawFn, Network], Network]]] = {
    None: leave,
    Regime.SATURATED: saturate,
    Regime.DEAD: kill,
    Regime.KINKED: leave,
    Regime.VANISHING: vanish,
    Regime.ILL_SCALED: scale_ill,
    Regime.FLOAT32: narrow,
    Regime.SINGLE_NEURON: leave,
    Regime.LINEAR: leave,
    Regime.MODIFIED_NEURON: modify,
}
