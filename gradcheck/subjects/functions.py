"""Plain functions as subjects: a cost with its gradient, a (loss, gradient) function, a sigma with its derivative."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.errors import UsageError, seen
from gradcheck.subjects.protocol import GradientSubject

Array = npt.NDArray[Any]

SIGMA_POINTS: Final = 9
"""Weighted inputs at which a sigma and its derivative are compared, one in each ninth of [-4, 4] (a count)."""

SIGMA_RANGE: Final = 4.0
"""Half the range of those weighted inputs: beyond it the sigmoid's derivative is small, within it a mistake shows (dimensionless)."""


def cost_and_gradient(
    name: str, cost: Callable[..., Any], gradient: Callable[..., Any], at: Any, *, data: tuple[Any, ...] = ()
) -> GradientSubject:
    """Return a subject from cost(parameters, *data) and gradient(parameters, *data).

    Examples
    --------
    >>> cost_and_gradient("square", lambda w: w * w, lambda w: 2 * w, 3.0).cost(2.0)
    4.0
    """
    return GradientSubject(name, lambda w: cost(w, *data), lambda w: gradient(w, *data), at)


def loss_and_gradient(
    name: str, function: Callable[..., Any], at: Any, *, data: tuple[Any, ...] = ()
) -> GradientSubject:
    """Return a subject from one function(parameters, *data) -> (loss, gradient); each call is a forward pass.

    Raises
    ------
    UsageError
        When called, if the function returns anything but a pair.

    Examples
    --------
    >>> subject = loss_and_gradient("square", lambda w: (w * w, 2 * w), 3.0)
    >>> subject.cost(2.0), subject.gradient(2.0)
    (4.0, 4.0)
    """

    def pair(w: Any) -> tuple[Any, Any]:
        returned = function(w, *data)
        if not isinstance(returned, tuple | list) or len(returned) != 2:
            raise UsageError(f"{name} returned {seen(returned)}: a pair (loss, gradient) is required")
        return returned[0], returned[1]

    return GradientSubject(name, lambda w: pair(w)[0], lambda w: pair(w)[1], at, passes_per_gradient=1)


@dataclasses.dataclass(frozen=True)
class SigmaSubject:
    """An activation function and the derivative written for it.

    Attributes
    ----------
    name : str
        What the user calls the derivative.
    sigma, sigma_prime : callable
        Elementwise, of arrays or of single numbers.

    Examples
    --------
    >>> import numpy as np
    >>> SigmaSubject("tanh_prime", np.tanh, lambda z: 1 - np.tanh(z) ** 2).name
    'tanh_prime'
    """

    name: str
    sigma: Callable[[Any], Any]
    sigma_prime: Callable[[Any], Any]

    def of_activations(self) -> SigmaSubject:
        """Return sigma' read as a function of a = sigma(z), the other way to write it: sigmoid' = a (1 - a)."""
        return dataclasses.replace(self, sigma_prime=lambda z: self.sigma_prime(self.sigma(z)))


def sigma_gradient(subject: SigmaSubject, generator: np.random.Generator) -> GradientSubject:
    """Return sum_i c_i sigma(z_i) as a cost, with the gradient c_i sigma'(z_i).

    The derivative in (BP1) and (BP2). Functions of one number are called number by number. The points z, of shape (9,), and the
    weights c are drawn from `generator`; z is dimensionless.

    Examples
    --------
    >>> import numpy as np
    >>> tanh = SigmaSubject("tanh_prime", np.tanh, lambda z: 1 - np.tanh(z) ** 2)
    >>> sigma_gradient(tanh, np.random.default_rng(0)).at.shape
    (9,)
    """
    edges = np.linspace(-SIGMA_RANGE, SIGMA_RANGE, SIGMA_POINTS + 1)
    z = generator.uniform(edges[:-1], edges[1:])
    c = generator.uniform(1.0, 2.0, SIGMA_POINTS)
    value, derivative = elementwise(subject.sigma, z), elementwise(subject.sigma_prime, z)
    return GradientSubject(subject.name, lambda z: np.sum(c * value(z)), lambda z: c * derivative(z), z)


def elementwise(function: Callable[[Any], Any], z: Array) -> Callable[[Array], Array]:
    """Return `function` as one of arrays, called number by number if it cannot take an array.

    Examples
    --------
    >>> import math
    >>> elementwise(math.exp, np.zeros(2))(np.zeros(2))
    array([1., 1.])
    """
    try:
        takes_arrays = np.shape(function(np.array(z))) == z.shape
    except (TypeError, ValueError):
        takes_arrays = False
    if takes_arrays:
        return lambda values: np.asarray(function(np.array(values)))
    return lambda values: np.array([function(float(value)) for value in values])
