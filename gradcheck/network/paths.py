"""The gradient as a sum over all paths from a weight to the cost, each a product of rate factors: (47) to (53)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Final

import numpy as np
import numpy.typing as npt

from gradcheck.errors import UsageError
from gradcheck.network.arrays import Array
from gradcheck.network.gradient import Gradient
from gradcheck.network.model import Network

MAX_PATHS: Final = 100_000  # about a second; the number grows as the product of the layers' sizes


@dataclass(frozen=True, eq=False)
class RateFactors:
    """Hold what the rate factors of a network's edges are made of, at one batch of examples.

    Parameters
    ----------
    network : Network
        The network, elementwise activations only.
    activations : tuple of ndarray, shape (n_l, m) each
        a^l of the layers 1 to L, dimensionless.
    slopes : tuple of ndarray, shape (n_l, m) each
        sigma'(z^l) of the layers 2 to L, dimensionless.
    nabla_a : ndarray, shape (n_L, m)
        The gradient of each example's cost by output activation.

    Examples
    --------
    >>> import numpy as np
    >>> network = Network.random([2, 3, 1], np.random.default_rng(0))
    >>> [slope.shape for slope in RateFactors.of(network, np.ones((2, 5)), np.ones((1, 5))).slopes]
    [(3, 5), (1, 5)]
    """

    network: Network
    activations: tuple[Array, ...]
    slopes: tuple[Array, ...]
    nabla_a: Array

    @classmethod
    def of(cls, network: Network, x: npt.ArrayLike, y: npt.ArrayLike) -> RateFactors:
        """Return the rate factors of this network at these examples.

        Raises
        ------
        UsageError
            If an activation is not elementwise: its neurons do not change one by one.
        ShapeError
            If x or y does not fit.

        Examples
        --------
        >>> import numpy as np
        >>> network = Network.random([2, 1], np.random.default_rng(0))
        >>> RateFactors.of(network, [1.0, 1.0], [0.0]).nabla_a.shape
        (1, 1)
        """
        forward = network.feedforward(x)
        slopes = []
        for activation, z in zip(network.activations, forward.zs, strict=True):
            if activation.derivative is None:
                raise UsageError(f"{activation.name} is not elementwise: the sum over paths (53) needs sigma'(z_j)")
            slopes.append(activation.derivative(z))
        nabla_a = network.cost.nabla_a(forward.output, network.targets(forward, y))
        return cls(network, forward.activations, tuple(slopes), nabla_a)

    def by_weight(self, layer: int, j: int, k: int) -> Array:
        """Return da_j^l/dw_jk^l = sigma'(z_j^l) a_k^(l-1) of each example, shape (m,): the first factor of a path.

        Equation (48).

        Examples
        --------
        >>> import numpy as np
        >>> network = Network.random([1, 1], np.random.default_rng(0)).with_parameters([[[0.0]]], [[[0.0]]])
        >>> RateFactors.of(network, [4.0], [0.0]).by_weight(2, 0, 0)
        array([1.])
        """
        rate: Array = self.slopes[layer - 2][j] * self.activations[layer - 2][k]
        return rate

    def by_bias(self, layer: int, j: int) -> Array:
        """Return da_j^l/db_j^l = sigma'(z_j^l) of each example, shape (m,): the first factor of a bias's path.

        Examples
        --------
        >>> import numpy as np
        >>> network = Network.random([1, 1], np.random.default_rng(0)).with_parameters([[[0.0]]], [[[0.0]]])
        >>> RateFactors.of(network, [4.0], [0.0]).by_bias(2, 0)
        array([0.25])
        """
        rate: Array = self.slopes[layer - 2][j]
        return rate

    def by_activation(self, layer: int, q: int, j: int) -> Array:
        """Return da_q^l/da_j^(l-1) = sigma'(z_q^l) w_qj^l of each example, shape (m,): one edge of a path.

        Equation (49).

        Examples
        --------
        >>> import numpy as np
        >>> network = Network.random([1, 1], np.random.default_rng(0)).with_parameters([[[8.0]]], [[[0.0]]])
        >>> RateFactors.of(network, [0.0], [0.0]).by_activation(2, 0, 0)
        array([2.])
        """
        rate: Array = self.slopes[layer - 2][q] * self.network.weights[layer - 2][q, j]
        return rate

    def along(self, layer: int, neurons: tuple[int, ...]) -> Array:
        """Return the rate of the cost along the path through `neurons`, from a_j^l to C, shape (m,).

        All factors of equation (51) but the one that belongs to the weight.

        Parameters
        ----------
        layer : int
            l, the layer of the path's first neuron.
        neurons : tuple of int
            One neuron of each of the layers l to L, rows counted from 0.

        Examples
        --------
        >>> import numpy as np
        >>> network = Network.random([1, 1], np.random.default_rng(0)).with_parameters([[[0.0]]], [[[0.0]]])
        >>> RateFactors.of(network, [0.0], [2.0]).along(2, (0,))
        array([-1.5])
        """
        rate: Array = self.nabla_a[neurons[-1]]
        for i in reversed(range(1, len(neurons))):
            rate = rate * self.by_activation(layer + i, neurons[i], neurons[i - 1])
        return rate

    def change_along(self, layer: int, neurons: tuple[int, ...], k: int, dw: float) -> Array:
        """Return how the change `dw` of w_jk^l changes each example's cost along one path, shape (m,).

        Equation (51), to first order; its sum over all paths is (52), which is (47).

        Parameters
        ----------
        layer : int
            l, the layer of the weight and of the path's first neuron j.
        neurons : tuple of int
            One neuron of each of the layers l to L, rows counted from 0.
        k : int
            The neuron of layer l - 1 that the weight comes from.
        dw : float
            The weight's change, dimensionless.

        Examples
        --------
        >>> import numpy as np
        >>> network = Network.random([1, 1], np.random.default_rng(0)).with_parameters([[[0.0]]], [[[0.0]]])
        >>> RateFactors.of(network, [4.0], [2.5]).change_along(2, (0,), 0, 0.5)
        array([-1.])
        """
        change: Array = self.along(layer, neurons) * self.by_weight(layer, neurons[0], k) * dw
        return change


def count_paths(sizes: tuple[int, ...]) -> int:
    """Return the number of paths from all weights and biases to the cost.

    A weight or bias of neuron j of layer l has as many as there are ways through the layers l + 1 to L.

    Examples
    --------
    >>> count_paths((2, 3, 2))
    26
    """
    return sum((sizes[i - 1] + 1) * prod(sizes[i:]) for i in range(1, len(sizes)))


def paths_from(sizes: tuple[int, ...], layer: int, j: int) -> Iterator[tuple[int, ...]]:
    """Yield every path from neuron j of `layer` to the cost, as one neuron of each of the layers l to L.

    The index set m, n, p, ..., q of the sum in equations (52) and (53).

    Examples
    --------
    >>> list(paths_from((1, 2, 2), 2, 0))
    [(0, 0), (0, 1)]
    """
    for later in product(*(range(n) for n in sizes[layer:])):
        yield (j, *later)


def gradient_by_paths(network: Network, x: npt.ArrayLike, y: npt.ArrayLike) -> Gradient:
    """Return the gradient of the cost as the sum over all paths of the product of their rate factors.

    Equation (53), literally; the number of paths grows as the product of the sizes, so for small networks only.

    Parameters
    ----------
    network : Network
        The network, elementwise activations only.
    x, y : array_like, shapes (n_1, m) and (n_L, m)
        Inputs and targets, dimensionless.

    Returns
    -------
    Gradient
        nabla_b and nabla_w of C, the mean over the examples plus the weight decay; no deltas.

    Raises
    ------
    UsageError
        If there are more than MAX_PATHS paths, or an activation is not elementwise.
    ShapeError
        If x or y does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> network = Network.random([2, 3, 1], np.random.default_rng(0))
    >>> [nabla.shape for nabla in gradient_by_paths(network, np.ones((2, 5)), np.ones((1, 5))).nabla_w]
    [(3, 2), (1, 3)]
    """
    count = count_paths(network.sizes)
    if count > MAX_PATHS:
        raise UsageError(
            f"a network of sizes {network.sizes} has {count} paths: the sum over paths (53) stops at {MAX_PATHS}. "
            "Take a smaller network"
        )
    rates = RateFactors.of(network, x, y)
    nabla_b, nabla_w = [], []
    for layer in range(2, network.num_layers + 1):
        b, w = np.zeros_like(network.biases[layer - 2]), network.weight_decay.nabla_w(network.weights[layer - 2])
        for j in range(len(b)):
            for path in paths_from(network.sizes, layer, j):
                rate = rates.along(layer, path)
                b[j, 0] += (rate * rates.by_bias(layer, j)).mean()
                for k in range(w.shape[1]):
                    w[j, k] += (rate * rates.by_weight(layer, j, k)).mean()
        nabla_b.append(b)
        nabla_w.append(w)
    return Gradient(nabla_b=tuple(nabla_b), nabla_w=tuple(nabla_w))
