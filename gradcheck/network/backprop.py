"""Backpropagation: the four equations by name, and the one algorithm made of them."""

from __future__ import annotations

import numpy.typing as npt

from gradcheck.network.activations import Activation
from gradcheck.network.arrays import Array
from gradcheck.network.gradient import Gradient
from gradcheck.network.model import ForwardPass, Network
from gradcheck.network.weight_decay import NO_DECAY

__all__ = ["Gradient", "backprop", "backprop_from", "bp1", "bp2", "bp3", "bp4", "output_error"]


def bp1(nabla_a: Array, z: Array, activation: Activation) -> Array:
    """Return the output error delta^L = nabla_a C * sigma'(z^L).

    Equation (BP1), and (BP1a) for all neurons at once; (30) with the quadratic cost. Where the activation is not
    elementwise the product becomes its vector-Jacobian product.

    Parameters
    ----------
    nabla_a : ndarray, shape (n_L, m)
        The gradient of each example's cost by output activation.
    z : ndarray, shape (n_L, m)
        Weighted inputs of the output layer, dimensionless.
    activation : Activation
        The output layer's.

    Returns
    -------
    ndarray, shape (n_L, m)
        Cost per unit of weighted input, one column an example.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.network.activations import SIGMOID
    >>> bp1(np.array([[8.0]]), np.array([[0.0]]), SIGMOID)
    array([[2.]])
    """
    return activation.vjp(z, nabla_a)


def bp2(w_next: Array, delta_next: Array, z: Array, activation: Activation) -> Array:
    """Return the error of a layer from that of the next, delta^l = ((w^(l+1))^T delta^(l+1)) * sigma'(z^l).

    Equation (BP2).

    Parameters
    ----------
    w_next : ndarray, shape (n_(l+1), n_l)
        Weights of the next layer, dimensionless.
    delta_next : ndarray, shape (n_(l+1), m)
        Its error, cost per unit of weighted input.
    z : ndarray, shape (n_l, m)
        Weighted inputs of this layer, dimensionless.
    activation : Activation
        This layer's.

    Returns
    -------
    ndarray, shape (n_l, m)
        Cost per unit of weighted input.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.network.activations import LINEAR
    >>> bp2(np.array([[1.0, 2.0]]), np.array([[3.0]]), np.zeros((2, 1)), LINEAR)
    array([[3.],
           [6.]])
    """
    return activation.vjp(z, w_next.T @ delta_next)


def bp3(delta: Array) -> Array:
    """Return the gradient by biases, dC_x/db_j = delta_j, averaged over the examples.

    Equation (BP3), also (31).

    Parameters
    ----------
    delta : ndarray, shape (n, m)
        The layer's error, cost per unit of weighted input.

    Returns
    -------
    ndarray, shape (n, 1)
        nabla_b, cost per unit of bias.

    Examples
    --------
    >>> import numpy as np
    >>> bp3(np.array([[1.0, 3.0]]))
    array([[2.]])
    """
    nabla_b: Array = delta.sum(axis=1, keepdims=True) / delta.shape[1]  # as delta.mean, and faster for few numbers
    return nabla_b


def bp4(delta: Array, a_prev: Array) -> Array:
    """Return the gradient by weights, dC_x/dw_jk = a_k delta_j, averaged over the examples.

    Equation (BP4), also (32).

    Parameters
    ----------
    delta : ndarray, shape (n, m)
        The layer's error, cost per unit of weighted input.
    a_prev : ndarray, shape (n_prev, m)
        Activations of the layer before, dimensionless.

    Returns
    -------
    ndarray, shape (n, n_prev)
        nabla_w, cost per unit of weight.

    Examples
    --------
    >>> import numpy as np
    >>> bp4(np.array([[2.0]]), np.array([[3.0], [5.0]]))
    array([[ 6., 10.]])
    """
    nabla_w: Array = (delta / delta.shape[1]) @ a_prev.T  # delta is smaller than nabla_w: divide there
    return nabla_w


def output_error(network: Network, forward: ForwardPass, y: npt.ArrayLike) -> Array:
    """Return delta^L of every example: (BP1), or its fused form where the output activation matches the cost.

    Parameters
    ----------
    network : Network
        The network.
    forward : ForwardPass
        Its forward pass.
    y : array_like, shape (n_L, m) or (n_L,)
        Targets, dimensionless.

    Returns
    -------
    ndarray, shape (n_L, m)
        Cost per unit of weighted input.

    Raises
    ------
    ShapeError
        If y does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> network = Network.random([2, 3], np.random.default_rng(0))
    >>> output_error(network, network.feedforward([1.0, 1.0]), [1, 0, 0]).shape
    (3, 1)
    """
    targets = network.targets(forward, y)
    if network.matched_pair is not None:
        return network.matched_pair.delta(forward.zs[-1], targets)
    return bp1(network.cost.nabla_a(forward.output, targets), forward.zs[-1], network.activations[-1])


def backprop(network: Network, x: npt.ArrayLike, y: npt.ArrayLike) -> Gradient:
    """Return the gradient of the network's cost, by one forward and one backward pass.

    The chapter's algorithm: input, feedforward, output error (BP1), backpropagate (BP2), output (BP3) and (BP4), for
    all examples of a mini-batch at once as columns; one example is a mini-batch of one.

    Parameters
    ----------
    network : Network
        The network.
    x : array_like, shape (n_1, m) or (n_1,)
        Inputs, dimensionless.
    y : array_like, shape (n_L, m) or (n_L,)
        Targets, dimensionless.

    Returns
    -------
    Gradient
        nabla_b and nabla_w of C, the mean over the examples (26) plus the weight decay; and the errors delta^l.

    Raises
    ------
    ShapeError
        If x or y does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.network.activations import LINEAR
    >>> from gradcheck.network.costs import QUADRATIC
    >>> network = Network([np.array([[1.0, 2.0]])], [np.array([[3.0]])], [LINEAR], QUADRATIC)
    >>> backprop(network, [1.0, 1.0], [4.0]).nabla_w[0]
    array([[2., 2.]])
    """
    return backprop_from(network, network.feedforward(x), y)


def backprop_from(network: Network, forward: ForwardPass, y: npt.ArrayLike) -> Gradient:
    """Return the gradient of the network's cost from a forward pass that is already made.

    The last three steps of the chapter's algorithm; see `backprop`.

    Examples
    --------
    >>> import numpy as np
    >>> network = Network.random([2, 3, 1], np.random.default_rng(0))
    >>> [delta.shape for delta in backprop_from(network, network.feedforward(np.ones((2, 5))), np.ones((1, 5))).deltas]
    [(3, 5), (1, 5)]
    """
    deltas = [output_error(network, forward, y)]
    for i in reversed(range(network.num_layers - 2)):  # weights[i], zs[i] and activations[i] belong to layer i + 2
        deltas.append(bp2(network.weights[i + 1], deltas[-1], forward.zs[i], network.activations[i]))
    deltas.reverse()
    nabla_w = [bp4(delta, a_prev) for delta, a_prev in zip(deltas, forward.activations, strict=False)]
    if network.weight_decay != NO_DECAY:
        nabla_w = [n + network.weight_decay.nabla_w(w) for n, w in zip(nabla_w, network.weights, strict=True)]
    return Gradient(nabla_b=tuple(bp3(delta) for delta in deltas), nabla_w=tuple(nabla_w), deltas=tuple(deltas))
