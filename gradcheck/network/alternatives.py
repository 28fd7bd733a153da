"""The same errors by other roads: matrix products (33)-(35), the steps of the proof (36)-(45), and the demon of (29).

Nothing here uses `backprop`: each is a second opinion on it. The sum over paths (53) and the complex step stand in
rooms of their own and are found here too.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.errors import ShapeError, UsageError
from gradcheck.network.activations import SOFTMAX, Activation
from gradcheck.network.arrays import Array
from gradcheck.network.complex_step import complex_step_gradient
from gradcheck.network.model import ForwardPass, Network
from gradcheck.network.paths import MAX_PATHS, gradient_by_paths

__all__ = [
    "MAX_PATHS",
    "complex_step_gradient",
    "delta_by_matrix_products",
    "demon_cost",
    "error_by_chain_rule",
    "gradient_by_paths",
    "hidden_error_component",
    "hidden_error_matrix_form",
    "next_weighted_input",
    "one_layer_jacobian",
    "output_error_matrix_form",
    "sigma_prime_matrix",
]


def sigma_prime_matrix(z: Array, activation: Activation) -> Array:
    """Return Sigma'(z) of one example: its entry (k, j) is da_k/dz_j.

    The matrix of equation (33): diagonal, with sigma'(z_j), for an elementwise activation; the whole Jacobian
    p_k (1 if k = j else 0) - p_k p_j for the softmax.

    Parameters
    ----------
    z : ndarray, shape (n, 1)
        Weighted inputs, dimensionless.
    activation : Activation
        The layer's.

    Raises
    ------
    ShapeError
        If z is not one column.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.network.activations import SIGMOID
    >>> sigma_prime_matrix(np.array([[0.0], [0.0]]), SIGMOID)
    array([[0.25, 0.  ],
           [0.  , 0.25]])
    """
    if z.ndim != 2 or z.shape[1] != 1:
        raise ShapeError(f"z has shape {z.shape}: one example is needed, a column (n, 1)")
    if activation.derivative is not None:
        return np.diag(activation.derivative(z)[:, 0])
    if activation.value is SOFTMAX.value:
        p = activation.value(z)
        jacobian: Array = np.diag(p[:, 0]) - p @ p.T
        return jacobian
    unit = np.eye(len(z), dtype=z.dtype)
    return np.hstack([activation.vjp(z, unit[:, k : k + 1]) for k in range(len(z))]).T


def output_error_matrix_form(nabla_a: Array, z: Array, activation: Activation) -> Array:
    """Return delta^L = Sigma'(z^L) nabla_a C, example by example.

    Equation (33). (The transpose of the Jacobian, which makes no difference to a diagonal matrix.)

    Parameters
    ----------
    nabla_a, z : ndarray, shape (n_L, m)
        Gradient of each example's cost by output activation, and weighted inputs (dimensionless).
    activation : Activation
        The output layer's.

    Returns
    -------
    ndarray, shape (n_L, m)
        Cost per unit of weighted input.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.network.activations import SIGMOID
    >>> output_error_matrix_form(np.array([[8.0]]), np.array([[0.0]]), SIGMOID)
    array([[2.]])
    """
    examples = range(z.shape[1])
    return np.hstack([sigma_prime_matrix(z[:, [x]], activation).T @ nabla_a[:, [x]] for x in examples])


def hidden_error_matrix_form(w_next: Array, delta_next: Array, z: Array, activation: Activation) -> Array:
    """Return delta^l = Sigma'(z^l) (w^(l+1))^T delta^(l+1), example by example.

    Equation (34).

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
    >>> hidden_error_matrix_form(np.array([[1.0, 2.0]]), np.array([[3.0]]), np.zeros((2, 1)), LINEAR)
    array([[3.],
           [6.]])
    """
    return output_error_matrix_form(w_next.T @ delta_next, z, activation)


def delta_by_matrix_products(network: Network, x: npt.ArrayLike, y: npt.ArrayLike, layer: int) -> Array:
    """Return delta^l = Sigma'(z^l) (w^(l+1))^T ... Sigma'(z^(L-1)) (w^L)^T Sigma'(z^L) nabla_a C.

    Equation (35), multiplied from the left, so that no error of any later layer is ever formed.

    Parameters
    ----------
    network : Network
        The network.
    x, y : array_like, shapes (n_1, m) and (n_L, m)
        Inputs and targets, dimensionless.
    layer : int
        l, from 2 to L.

    Returns
    -------
    ndarray, shape (n_l, m)
        Cost per unit of weighted input, one column an example.

    Raises
    ------
    UsageError
        If there is no such layer.
    ShapeError
        If x or y does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> network = Network.random([2, 3, 1], np.random.default_rng(0))
    >>> delta_by_matrix_products(network, np.ones((2, 5)), np.ones((1, 5)), 2).shape
    (3, 5)
    """
    _check_layer(network, layer)
    forward = network.feedforward(x)
    nabla_a = network.cost.nabla_a(forward.output, network.targets(forward, y))
    columns = []
    for example in range(nabla_a.shape[1]):
        product = sigma_prime_matrix(forward.zs[layer - 2][:, [example]], network.activations[layer - 2]).T
        for i in range(layer - 1, network.num_layers - 1):  # weights[i] are those of layer i + 2
            product = product @ network.weights[i].T
            product = product @ sigma_prime_matrix(forward.zs[i][:, [example]], network.activations[i]).T
        columns.append(product @ nabla_a[:, [example]])
    return np.hstack(columns)


def error_by_chain_rule(outer: Array, jacobian: Array) -> Array:
    """Return one example's error as a sum over all neurons k, delta_j = sum_k outer_k jacobian_kj.

    Equations (36) and (37) with dC/da_k^L and da_k^L/dz_j^L; equations (40), (41) and (42) with delta_k^(l+1) and
    dz_k^(l+1)/dz_j^l.

    Parameters
    ----------
    outer : ndarray, shape (n_k, 1)
        The cost's gradient by the variables k.
    jacobian : ndarray, shape (n_k, n_j)
        Their derivatives by the weighted inputs j.

    Returns
    -------
    ndarray, shape (n_j, 1)
        Cost per unit of weighted input.

    Examples
    --------
    >>> import numpy as np
    >>> error_by_chain_rule(np.array([[1.0], [2.0]]), np.array([[3.0], [4.0]]))
    array([[11.]])
    """
    ks, js = range(jacobian.shape[0]), range(jacobian.shape[1])
    return np.array([[sum(outer[k, 0] * jacobian[k, j] for k in ks)] for j in js])


def next_weighted_input(w_next: Array, b_next: Array, z: Array, activation: Activation) -> Array:
    """Return z_k^(l+1) = sum_j w_kj^(l+1) sigma(z_j^l) + b_k^(l+1): what the proof differentiates.

    Equation (43).

    Parameters
    ----------
    w_next, b_next : ndarray, shapes (n_(l+1), n_l) and (n_(l+1), 1)
        Parameters of the next layer, dimensionless.
    z : ndarray, shape (n_l, m)
        Weighted inputs of this layer, dimensionless.
    activation : Activation
        This layer's.

    Returns
    -------
    ndarray, shape (n_(l+1), m)
        Dimensionless.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.network.activations import SIGMOID
    >>> next_weighted_input(np.array([[2.0]]), np.array([[1.0]]), np.array([[0.0]]), SIGMOID)
    array([[2.]])
    """
    z_next: Array = w_next @ activation.value(z) + b_next
    return z_next


def one_layer_jacobian(w_next: Array, z: Array, activation: Activation) -> Array:
    """Return the derivatives of the next layer's weighted inputs, dz_k^(l+1)/dz_j^l = w_kj^(l+1) sigma'(z_j^l).

    Equation (44).

    Parameters
    ----------
    w_next : ndarray, shape (n_(l+1), n_l)
        Weights of the next layer, dimensionless.
    z : ndarray, shape (n_l, 1)
        Weighted inputs of this layer for one example, dimensionless.
    activation : Activation
        This layer's.

    Returns
    -------
    ndarray, shape (n_(l+1), n_l)
        Dimensionless.

    Raises
    ------
    ShapeError
        If z is not one column.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.network.activations import SIGMOID
    >>> one_layer_jacobian(np.array([[4.0, 8.0]]), np.zeros((2, 1)), SIGMOID)
    array([[1., 2.]])
    """
    jacobian: Array = w_next @ sigma_prime_matrix(z, activation)
    return jacobian


def hidden_error_component(w_next: Array, delta_next: Array, slope: float, j: int) -> Any:
    """Return one neuron's error, delta_j^l = sum_k w_kj^(l+1) delta_k^(l+1) sigma'(z_j^l).

    Equation (45), which is (BP2) in component form.

    Parameters
    ----------
    w_next : ndarray, shape (n_(l+1), n_l)
        Weights of the next layer, dimensionless.
    delta_next : ndarray, shape (n_(l+1), 1)
        Its error for one example, cost per unit of weighted input.
    slope : float
        sigma'(z_j^l), dimensionless.
    j : int
        The neuron's row, counted from 0.

    Examples
    --------
    >>> import numpy as np
    >>> hidden_error_component(np.array([[1.0, 2.0]]), np.array([[3.0]]), 0.5, 1)
    3.0
    """
    return sum(w_next[k, j].item() * delta_next[k, 0].item() * slope for k in range(len(w_next)))


def demon_cost(network: Network, x: npt.ArrayLike, y: npt.ArrayLike, *, layer: int, dz: npt.ArrayLike) -> Any:
    """Return the cost when a demon adds `dz` to the weighted inputs z^l.

    The demon of equation (29): for a small change of one z_j^l of one example the mean cost moves by
    delta_j^l dz_j^l / m.

    Parameters
    ----------
    network : Network
        The network.
    x, y : array_like, shapes (n_1, m) and (n_L, m)
        Inputs and targets, dimensionless.
    layer : int
        l, from 2 to L.
    dz : array_like
        What is added, of a shape that broadcasts with (n_l, m); dimensionless, real or complex.

    Returns
    -------
    float
        Dimensionless; complex when `dz` is.

    Raises
    ------
    UsageError
        If there is no such layer.
    ShapeError
        If x or y does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> network = Network.random([2, 3, 1], np.random.default_rng(0))
    >>> demon_cost(network, [1.0, 1.0], [0.0], layer=2, dz=0.0) == network.cost_of([1.0, 1.0], [0.0])
    True
    """
    _check_layer(network, layer)
    before = network.feedforward(x)
    zs, activations = list(before.zs[: layer - 1]), list(before.activations[: layer - 1])
    zs[-1] = zs[-1] + np.asarray(dz)
    activations.append(network.activations[layer - 2].value(zs[-1]))
    for w, b, activation in list(zip(network.weights, network.biases, network.activations, strict=True))[layer - 1 :]:
        zs.append(w @ activations[-1] + b)
        activations.append(activation.value(zs[-1]))
    return network.cost_from(ForwardPass(tuple(zs), tuple(activations)), y)


def _check_layer(network: Network, layer: int) -> None:
    """Refuse a layer that has no weighted input."""
    if not 2 <= layer <= network.num_layers:
        raise UsageError(f"layer is {layer}: layers with weighted inputs are 2 to {network.num_layers}")
