"""Activation functions: a value, its vector-Jacobian product, and where it has no derivative."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Final

import numpy as np

from gradcheck.errors import ShapeError, UsageError
from gradcheck.network import elementwise, softmax
from gradcheck.network.arrays import Array


@dataclass(frozen=True)
class Activation:
    """Hold one activation function: sigma of equation (25) and what ``* sigma'(z)`` stands for in (BP1) and (BP2).

    Parameters
    ----------
    name : str
        What users call it.
    value : callable
        ``value(z)``: activations of the shape of z, (n, m). All of this is dimensionless.
    vjp : callable
        ``vjp(z, cotangent)``: the Jacobian, transposed, times the cotangent; ``derivative(z) * cotangent`` for an
        elementwise activation.
    kinks : tuple of float
        Values of z at which it has no derivative.
    analytic : bool
        Whether `value` takes complex arguments and is analytic off its kinks, so that the complex step holds.
    derivative : callable or None
        ``derivative(z)``, sigma'(z); None where neurons are not independent (softmax).
    uniform : bool
        Whether all neurons of the layer have the same function, so that they may change places.

    Examples
    --------
    >>> import numpy as np
    >>> SIGMOID.vjp(np.array([[0.0]]), np.array([[4.0]]))
    array([[1.]])
    """

    name: str
    value: Callable[[Array], Array]
    vjp: Callable[[Array, Array], Array] = field(compare=False)
    kinks: tuple[float, ...] = ()
    analytic: bool = True
    derivative: Callable[[Array], Array] | None = field(default=None, compare=False)
    uniform: bool = True


def elementwise_activation(
    name: str, value: Callable[[Array], Array], derivative: Callable[[Array], Array], *, kinks: tuple[float, ...] = ()
) -> Activation:
    """Return the analytic elementwise activation with this value and derivative.

    Parameters
    ----------
    name : str
        What users call it.
    value, derivative : callable
        sigma(z) and sigma'(z), for real and complex arrays of any shape, dimensionless.
    kinks : tuple of float
        Values of z at which it has no derivative.

    Examples
    --------
    >>> import numpy as np
    >>> square = elementwise_activation("square", np.square, lambda z: 2 * z)
    >>> square.vjp(np.array([3.0]), np.array([1.0]))
    array([6.])
    """
    return Activation(name, value, partial(_elementwise_vjp, derivative), kinks=kinks, derivative=derivative)


def custom(
    name: str, value: Callable[[Array], Array], derivative: Callable[[Array], Array], *, kinks: tuple[float, ...] = ()
) -> Activation:
    """Return a user's own elementwise activation, of which nothing is assumed: not even complex arguments.

    Parameters
    ----------
    name : str
        What the user calls it.
    value, derivative : callable
        sigma(z) and sigma'(z), for real arrays of shape (n, m), dimensionless.
    kinks : tuple of float
        Values of z at which it has no derivative.

    Examples
    --------
    >>> import numpy as np
    >>> custom("sine", np.sin, np.cos).analytic
    False
    """
    return Activation(name, value, partial(_elementwise_vjp, derivative), kinks, analytic=False, derivative=derivative)


def modified_neuron(layer: Activation, neuron: int, f: Activation) -> Activation:
    """Return the activation of a layer in which one neuron has `f` and all others have `layer`.

    The chapter's exercise: backpropagation changes in nothing but f' for sigma' at that neuron.

    Parameters
    ----------
    layer, f : Activation
        Elementwise activations.
    neuron : int
        The row of the modified neuron, counted from 0.

    Raises
    ------
    UsageError
        If one of the two is not elementwise, or `neuron` is negative.
    ShapeError
        When used on a layer that has no such neuron.

    Examples
    --------
    >>> import numpy as np
    >>> modified_neuron(SIGMOID, 1, LINEAR).value(np.array([[0.0], [7.0]]))
    array([[0.5],
           [7. ]])
    """
    if layer.derivative is None or f.derivative is None:
        raise UsageError(f"{layer.name} with a neuron of {f.name}: both must be elementwise, softmax is not")
    if neuron < 0:
        raise UsageError(f"neuron is {neuron}: rows are counted from 0")
    derivative = partial(_with_row, layer.derivative, neuron, f.derivative)
    return Activation(
        f"{layer.name} with neuron {neuron} {f.name}",
        partial(_with_row, layer.value, neuron, f.value),
        partial(_elementwise_vjp, derivative),
        kinks=tuple(sorted({*layer.kinks, *f.kinks})),
        analytic=layer.analytic and f.analytic,
        derivative=derivative,
        uniform=False,
    )


def activation_named(name: str) -> Activation:
    """Return the activation of this name.

    Raises
    ------
    UsageError
        If there is none; the message lists the names.

    Examples
    --------
    >>> activation_named("tanh") is TANH
    True
    """
    if name not in ACTIVATIONS:
        raise UsageError(f"activation is {name!r}: choose one of {', '.join(ACTIVATIONS)}")
    return ACTIVATIONS[name]


def _elementwise_vjp(derivative: Callable[[Array], Array], z: Array, cotangent: Array) -> Array:
    """Return sigma'(z) * cotangent."""
    return derivative(z) * cotangent


def _with_row(of_layer: Callable[[Array], Array], row: int, of_row: Callable[[Array], Array], z: Array) -> Array:
    """Return `of_layer` of z, with one row replaced by `of_row` of that row."""
    if row >= len(z):
        raise ShapeError(f"neuron {row} was modified: a layer of {len(z)} neurons has only 0 to {len(z) - 1}")
    values = np.array(of_layer(z))  # a copy: the linear activation returns z itself
    values[row] = of_row(z[row])
    return values


SIGMOID: Final = elementwise_activation("sigmoid", elementwise.sigmoid, elementwise.sigmoid_prime)
TANH: Final = elementwise_activation("tanh", elementwise.tanh, elementwise.tanh_prime)
RELU: Final = elementwise_activation("relu", elementwise.relu, elementwise.relu_prime, kinks=(0.0,))
LEAKY_RELU: Final = elementwise_activation(
    "leaky_relu", elementwise.leaky_relu, elementwise.leaky_relu_prime, kinks=(0.0,)
)
ELU: Final = elementwise_activation("elu", elementwise.elu, elementwise.elu_prime)
SOFTPLUS: Final = elementwise_activation("softplus", elementwise.softplus, elementwise.sigmoid)
GELU: Final = elementwise_activation("gelu", elementwise.gelu, elementwise.gelu_prime)
GELU_TANH: Final = elementwise_activation("gelu_tanh", elementwise.gelu_tanh, elementwise.gelu_tanh_prime)
SWISH: Final = elementwise_activation("swish", elementwise.swish, elementwise.swish_prime)
LINEAR: Final = elementwise_activation("linear", elementwise.linear, elementwise.linear_prime)
SOFTMAX: Final = Activation("softmax", softmax.softmax, softmax.softmax_vjp)

ACTIVATIONS: Final[Mapping[str, Activation]] = MappingProxyType({
    activation.name: activation
    for activation in (
        SIGMOID, TANH, RELU, LEAKY_RELU, ELU, SOFTPLUS, GELU, GELU_TANH, SWISH, LINEAR, SOFTMAX,
    )
})  # fmt: skip
