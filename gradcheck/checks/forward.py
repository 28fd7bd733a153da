"""The user's forward pass beside the reference's: equation (25) to within the rounding of both."""

from __future__ import annotations

import dataclasses
from itertools import product
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.network.activations import ACTIVATIONS, SOFTMAX, Activation
from gradcheck.network.model import ForwardPass, Network
from gradcheck.results import Component
from gradcheck.strategies.cases import NetworkCase

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
    bound = 2.0 * forward_rounding(network, forward, unit_roundoff(output.dtype)).activations[-1]
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


@dataclasses.dataclass(frozen=True, eq=False)
class Rounding:
    """Bounds, to first order, of the rounding errors of one forward pass: of x and every a^l, and of every z^l.

    Examples
    --------
    >>> Rounding((), ()).zs
    ()
    """

    activations: tuple[Array, ...]
    zs: tuple[Array, ...]


def forward_rounding(network: Network, forward: ForwardPass, unit: float) -> Rounding:
    """Bound the rounding errors of a forward pass, equation (25), in arithmetic whose unit roundoff is `unit`.

    A product with n terms errs by at most (n + 1) units times the product of absolute values; what comes in passes on
    through |w| and |sigma'(z)|.

    Examples
    --------
    >>> import numpy as np
    >>> network = Network.random([2, 3], np.random.default_rng(0))
    >>> rounding = forward_rounding(network, network.feedforward([1.0, 1.0]), 1.1e-16)
    >>> bool(np.all((0.0 < rounding.zs[0]) & (rounding.zs[0] < 1e-14)))
    True
    """
    errors, of_z = [np.zeros(forward.activations[0].shape)], []
    for layer, activation in enumerate(network.activations):
        w, b = np.abs(network.weights[layer]), np.abs(network.biases[layer])
        before, z, a = forward.activations[layer], forward.zs[layer], forward.activations[layer + 1]
        of_z.append(w @ errors[-1] + (w.shape[1] + 2) * unit * (w @ np.abs(before) + b))
        errors.append(through(activation, z, a, of_z[-1]) + SIGMA_ROUNDINGS * unit * (1.0 + np.abs(a)))
    return Rounding(tuple(errors), tuple(of_z))


def unit_roundoff(dtype: np.dtype[Any]) -> float:
    """Return half the machine precision of a floating dtype, that of float64 for any other (dimensionless).

    Examples
    --------
    >>> unit_roundoff(np.dtype(np.float32)) == 2.0**-24
    True
    """
    return float(np.finfo(dtype if dtype.kind == "f" else np.float64).eps) / 2.0


def underflow(dtype: np.dtype[Any]) -> float:
    """Return the smallest positive number of a floating dtype, by which rounding may miss a number near 0; 0 for float64 (dimensionless).

    Half precision ends at 6e-8, which gradients reach; nothing of ours reaches the end of float64.

    Examples
    --------
    >>> underflow(np.dtype(np.float16)) == 2.0**-24, underflow(np.dtype(np.float64))
    (True, 0.0)
    """
    is_coarser = dtype.kind == "f" and dtype.itemsize < np.dtype(np.float64).itemsize
    return float(np.nextafter(dtype.type(0.0), dtype.type(1.0))) if is_coarser else 0.0


def through(activation: Activation, z: Array, a: Array, error: Array) -> Array:
    """Bound what an error in z does to a: |sigma'(z)| error, and for the softmax a_j (error_j + sum_k a_k error_k)."""
    if activation.derivative is not None:
        elementwise: Array = np.abs(activation.derivative(z)) * error
        return elementwise
    mixed: Array = np.abs(a) * (error + np.sum(np.abs(a) * error, axis=0, keepdims=True))
    return mixed
