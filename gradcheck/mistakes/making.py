"""What the wrong steps of the catalogue are made with: a step put instead, or done after the right one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NoReturn

import numpy as np

from gradcheck.mistakes.program import Array, Asked, Place
from gradcheck.network.activations import ACTIVATIONS, Activation


class CannotBeMade(ValueError):
    """This mistake makes no sense on this network, or the program that makes it would crash there.

    Examples
    --------
    >>> issubclass(CannotBeMade, ValueError)
    True
    """


def refuse(reason: str) -> NoReturn:
    """Say that a mistake cannot be made here.

    Examples
    --------
    >>> refuse("there is no layer 0")
    Traceback (most recent call last):
    ...
    gradcheck.mistakes.making.CannotBeMade: cannot be made here: there is no layer 0
    """
    raise CannotBeMade(f"cannot be made here: {reason}")


def instead(step: Callable[..., Any]) -> Callable[..., Any]:
    """Return the edit that puts `step` in the place of the right one.

    Examples
    --------
    >>> instead(lambda z: 2 * z)(abs)(-3)
    -6
    """
    return lambda right: step


def after(change: Callable[[Any], Any]) -> Callable[..., Any]:
    """Return the edit that does the right step and then changes what it gives.

    Examples
    --------
    >>> after(lambda right: -right)(abs)(-3)
    -3
    """
    return lambda right: lambda *of: change(right(*of))


def is_one_of(activation: Activation, *names: str) -> bool:
    """Tell whether an activation is one of ours of these names; a user's own "sigmoid" is not ours.

    Examples
    --------
    >>> is_one_of(ACTIVATIONS["tanh"], "sigmoid", "tanh")
    True
    """
    return any(activation.value is ACTIVATIONS[name].value for name in names)


def delta_at(place: Place) -> Array:
    """Return delta^l as the place's program computes it, from the output back to this layer."""
    if place.is_output:
        return place.program.output_error(place)
    return place.program.hidden_error(place, delta_at(place.at(place.layer + 1)))


def before_sigma_prime(place: Place) -> Array:
    """Return what sigma'(z^l) is multiplied to: nabla_a C, or (w^(l+1))^T delta^(l+1)."""
    if place.is_output:
        return place.program.nabla_a(place)
    return place.program.back(place, delta_at(place.at(place.layer + 1)))


def as_columns_of(row: Array, like: Array) -> Array:
    """Return a row, one number an example, repeated for every neuron.

    Examples
    --------
    >>> as_columns_of(np.array([[1.0, 2.0]]), np.zeros((2, 2)))
    array([[1., 2.],
           [1., 2.]])
    """
    return np.broadcast_to(row, like.shape).copy()


GRADIENT_IS_ZERO: Final = "the gradient is 0, as where a^L = y"
"""Where no factor and no sign is seen."""

BACKPROP: Final = frozenset({Asked.ONE, Asked.SUM, Asked.MEAN})
"""What `backprop` itself is asked: what would make an update crash, or grow, is looked for there alone."""

SEVERAL: Final = frozenset({Asked.SUM, Asked.MEAN})
"""What is asked of several columns."""
