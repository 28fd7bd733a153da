"""sigma' as students write it: as a formula of the activations a, right or with a slip."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from gradcheck.mistakes.making import is_one_of, refuse
from gradcheck.mistakes.program import Array, Place
from gradcheck.network.activations import Activation

Formula = Callable[[Array, Array], Array]
"""(a, cotangent) -> the cotangent times sigma', written in a."""

SigmaPrime = Callable[[Place, Array], Array]
"""The step of a `Program`: (place, cotangent) -> the cotangent times sigma'(z^l)."""


def _softmax_of_a(a: Array, cotangent: Array) -> Array:
    product: Array = a * (cotangent - np.sum(a * cotangent, axis=0))
    return product


def _softmax_with_plus(a: Array, cotangent: Array) -> Array:
    product: Array = a * (cotangent + np.sum(a * cotangent, axis=0))
    return product


RIGHT: Final[Mapping[str, Formula]] = {
    "sigmoid": lambda a, cotangent: a * (1 - a) * cotangent,
    "tanh": lambda a, cotangent: (1 - a * a) * cotangent,
    "elu": lambda a, cotangent: np.where(a > 0, 1, 1 + a) * cotangent,
    "softplus": lambda a, cotangent: (1 - np.exp(-a)) * cotangent,
    "softmax": _softmax_of_a,
}
"""Right when a is sigma(z)."""

WITH_PLUS: Final[Mapping[str, Formula]] = {
    "sigmoid": lambda a, cotangent: a * (1 + a) * cotangent,
    "tanh": lambda a, cotangent: (1 + a * a) * cotangent,
    "softplus": lambda a, cotangent: (1 + np.exp(-a)) * cotangent,
    "softmax": _softmax_with_plus,
}
"""The same with + for -."""

ONE_MINUS_A: Final[Mapping[str, Formula]] = {
    "sigmoid": lambda a, cotangent: (1 - a) * cotangent,
    "tanh": lambda a, cotangent: (1 - a) * cotangent,
}
"""The factor a of a (1 - a), or the square of 1 - a^2, forgotten."""


def formula_for(formulas: Mapping[str, Formula], activation: Activation) -> Formula:
    """Return the formula for an activation.

    Raises
    ------
    CannotBeMade
        If there is none.

    Examples
    --------
    >>> from gradcheck.network.activations import TANH
    >>> formula_for(RIGHT, TANH)(np.array([[0.5]]), np.array([[1.0]]))
    array([[0.75]])
    """
    for name, formula in formulas.items():
        if is_one_of(activation, name):
            return formula
    return refuse(f"nobody writes the derivative of {activation.name} so")


def only_for(names: tuple[str, ...], step: SigmaPrime) -> SigmaPrime:
    """Return the step, refused in layers that have none of these activations."""

    def checked(place: Place, cotangent: Array) -> Array:
        if not is_one_of(place.activation, *names):
            refuse(f"layer {place.layer} is {place.activation.name}")
        return step(place, cotangent)

    return checked


def but_for(names: tuple[str, ...], step: SigmaPrime) -> SigmaPrime:
    """Return the step, refused in layers that have one of these activations."""

    def checked(place: Place, cotangent: Array) -> Array:
        if is_one_of(place.activation, *names):
            refuse(f"layer {place.layer} is {place.activation.name}")
        return step(place, cotangent)

    return checked
