"""The user's forward pass beside the reference's: equation (25) to within the rounding of both."""

from __future__ import annotations

from itertools import product
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.network.activations import ACTIVATIONS, SOFTMAX, Activation
from gradcheck.network.model import Network
from gradcheck.results import Component
from gradcheck.strategies import NetworkCase

Array = npt.NDArray[Any]

SIGMA_ROUNDINGS: Final = 4.0
"""Roundings an activation function may make of 1 + |a| (a count): (1 + tanh(z / 2)) / 2 and 1 / (1 + exp(-z)) make at most four."""


def forward_mismatch(network: Network, x: Array, output: Array) -> Component | None:
    """Return the output activation that lies farthest outside rounding of equation (25), or None.

    Parameters
    ----------
    network : Network
        The reference, with the declared activations.
    x : ndarray, shape (n_1, m)
    output : ndarray, shape (n_L, m)
        The user's a^L.

    Examples
    --------
    >>> import numpy as np
    >>> network = Network.random([2, 3], np.random.default_rng(0))
    >>> x = np.ones((2, 1))
    >>> forward_mismatch(network, x, network.feedforward(x).output) is None
    True
    >>> forward_mismatch(network, x, 1.0 - network.feedforward(x).output).block
    'a^L'
    """
    forward = network.feedforward(x)
    if output.shape != forward.output.shape:
        return Component("a^L", (), float("nan"), float("nan"), 0.0)
    bound = 2.0 * _rounding(network, x, output.dtype)
    gap = np.abs(output - forward.output)
    outside = ~(gap <= bound)
    if not np.any(outside):
        return None
    flat = int(np.argmax(np.where(outside, np.nan_to_num(gap, nan=np.inf), -1.0)))
    index = tuple(int(i) for i in np.unravel_index(flat, gap.shape))
    return Component("a^L", index, float(output[index]), float(forward.output[index]), float(bound[index]))


def matching_activations(cases: list[NetworkCase], outputs: list[Array]) -> tuple[str, ...]:
    """Return declarations under which the user's outputs are those of equation (25): "tanh", or "relu,softmax" by layer.

    One activation for all layers is tried first, then one for the hidden layers with another for the output; a tuple of no names
    means that none fits.
    """
    names = [name for name in ACTIVATIONS if name != SOFTMAX.name]
    alike = [name for name in ACTIVATIONS if _all_fit(cases, outputs, name, name)]
    if alike:
        return tuple(alike)
    return tuple(
        f"{hidden},{last}"
        for hidden, last in product(names, ACTIVATIONS)
        if hidden != last and _all_fit(cases, outputs, hidden, last)
    )


def _all_fit(cases: list[NetworkCase], outputs: list[Array], hidden: str, last: str) -> bool:
    """Tell whether these activations explain every output."""
    return all(_fits(case, output, hidden, last) for case, output in zip(cases, outputs, strict=True))


def _fits(case: NetworkCase, output: Array, hidden: str, last: str) -> bool:
    network = case.network
    count = len(network.weights)
    if count > 1 and ACTIVATIONS[hidden] is SOFTMAX:
        return False
    activations: list[Activation] = [*[ACTIVATIONS[hidden]] * (count - 1), ACTIVATIONS[last]]
    other = Network(network.weights, network.biases, activations, network.cost)
    return forward_mismatch(other, case.x, output) is None


def _rounding(network: Network, x: Array, dtype: np.dtype[Any]) -> Array:
    """Bound the rounding error of a^L, of shape (n_L, m), to first order.

    A product with n terms errs by at most (n + 1) u times the product of absolute values, u = eps / 2; what comes in passes on
    through |w| and |sigma'(z)|.
    """
    u = float(np.finfo(dtype).eps) / 2.0 if dtype.kind == "f" else float(np.finfo(np.float64).eps) / 2.0
    forward = network.feedforward(x)
    error = np.zeros(forward.activations[0].shape)
    for layer, activation in enumerate(network.activations):
        w, b = np.abs(network.weights[layer]), np.abs(network.biases[layer])
        before, z, a = forward.activations[layer], forward.zs[layer], forward.activations[layer + 1]
        error = w @ error + (w.shape[1] + 2) * u * (w @ np.abs(before) + b)
        error = _through(activation, z, a, error) + SIGMA_ROUNDINGS * u * (1.0 + np.abs(a))
    return error


def _through(activation: Activation, z: Array, a: Array, error: Array) -> Array:
    """Bound what an error in z does to a: |sigma'(z)| error, and for the softmax a_j (error_j + sum_k a_k error_k)."""
    if activation.derivative is not None:
        elementwise: Array = np.abs(activation.derivative(z)) * error
        return elementwise
    mixed: Array = np.abs(a) * (error + np.sum(np.abs(a) * error, axis=0, keepdims=True))
    return mixed
