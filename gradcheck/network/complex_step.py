"""The gradient through complex arithmetic: Im C(w + i h e_j) / h, which subtracts nothing and so loses nothing."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from gradcheck.errors import UsageError
from gradcheck.network.arrays import Array
from gradcheck.network.gradient import Gradient
from gradcheck.network.model import Network

# The error is of relative size h^2, nothing at 1e-200; a derivative down to 1e-208 still gives a normal number.
IMAGINARY_PART: Final = 1e-100


def complex_step_gradient(network: Network, x: npt.ArrayLike, y: npt.ArrayLike) -> Gradient:
    """Return the gradient of the cost from one complex forward pass a parameter.

    A reference that knows neither sigma' nor the chain rule: dC/dw_j = Im C(w + i h e_j) / h holds for a cost that is
    analytic. The passes are complex128, whatever the network's dtype.

    Parameters
    ----------
    network : Network
        A real network whose activations and cost take complex arguments.
    x, y : array_like, shapes (n_1, m) and (n_L, m)
        Real inputs and targets, dimensionless.

    Returns
    -------
    Gradient
        nabla_b and nabla_w of C, the weight decay included; no deltas.

    Raises
    ------
    UsageError
        If an activation is not analytic, or the network is complex already.
    ShapeError
        If x or y does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.network.activations import LINEAR
    >>> from gradcheck.network.costs import QUADRATIC
    >>> network = Network([np.array([[1.0, 2.0]])], [np.array([[3.0]])], [LINEAR], QUADRATIC)
    >>> complex_step_gradient(network, [1.0, 1.0], [4.0]).nabla_w[0]
    array([[2., 2.]])
    """
    for activation in network.activations:
        if not activation.analytic:
            raise UsageError(f"{activation.name} is not known to be analytic: the complex step does not hold for it")
    if np.issubdtype(network.dtype, np.complexfloating):
        raise UsageError(f"the network's dtype is {network.dtype}: the complex step starts from a real network")
    parameters = [np.array(array, dtype=np.complex128) for array in (*network.weights, *network.biases)]
    gradients = [_block_gradient(network, parameters, i, x, y) for i in range(len(parameters))]
    layers = len(network.weights)
    return Gradient(nabla_b=tuple(gradients[layers:]), nabla_w=tuple(gradients[:layers]))


def _block_gradient(network: Network, parameters: list[Array], block: int, x: npt.ArrayLike, y: npt.ArrayLike) -> Array:
    """Return the gradient by one of the arrays of `parameters`, which is put back as it was."""
    array, layers = parameters[block], len(network.weights)
    gradient = np.empty(array.shape)
    for index in np.ndindex(array.shape):
        array[index] += 1j * IMAGINARY_PART
        cost = network.with_parameters(parameters[:layers], parameters[layers:]).cost_of(x, y)
        gradient[index] = cost.imag / IMAGINARY_PART
        array[index] = array[index].real
    return gradient
