"""Plain functions as subjects: a cost with its gradient, a (loss, gradient) function, a sigma with its derivative."""

from __future__ import annotations

import dataclasses
import inspect
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
    """Return a subject from cost(parameters, *data) and gradient(parameters, *data); it pickles where these do.

    Examples
    --------
    >>> cost_and_gradient("square", lambda w: w * w, lambda w: 2 * w, 3.0).cost(2.0)
    4.0
    """
    named = tuple(zip(names_of_data(cost, len(data)), data, strict=True))
    return GradientSubject(name, _WithData(cost, data), _WithData(gradient, data), at, watched=cost, data=named)


def names_of_data(function: Callable[..., Any], count: int) -> tuple[str, ...]:
    """Return what a function(parameters, *data) calls its data.

    Examples
    --------
    >>> names_of_data(lambda w, X, *rest: 0.0, 3)
    ('X', 'data[1]', 'data[2]')
    """
    try:
        parameters = list(inspect.signature(function).parameters.values())[1 : count + 1]
    except (TypeError, ValueError):  # of some built-in functions nothing is known
        parameters = []
    known = [one.name for one in parameters if one.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
    return (*known, *(f"data[{i}]" for i in range(len(known), count)))


@dataclasses.dataclass(frozen=True, eq=False)
class _WithData:
    """A function of the parameters alone: the user's, with its data behind them."""

    function: Callable[..., Any]
    data: tuple[Any, ...]

    def __call__(self, w: Any) -> Any:
        return self.function(w, *self.data)


def loss_and_gradient(
    name: str, function: Callable[..., Any], at: Any, *, data: tuple[Any, ...] = ()
) -> GradientSubject:
    """Return a subject from one function(parameters, *data) -> (loss, gradient); each call is a forward pass.

    It pickles where `function` does.

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
    call = _WithData(function, data)
    named = tuple(zip(names_of_data(function, len(data)), data, strict=True))
    pair = _OneOfPair(name, call, 0), _OneOfPair(name, call, 1)
    return GradientSubject(name, *pair, at, passes_per_gradient=1, data=named)


@dataclasses.dataclass(frozen=True, eq=False)
class _OneOfPair:
    """The loss (place 0) or the gradient (place 1) of a function that returns both."""

    name: str
    function: Callable[[Any], Any]
    place: int

    def __call__(self, w: Any) -> Any:
        returned = self.function(w)
        if not isinstance(returned, tuple | list) or len(returned) != 2:
            raise UsageError(f"{self.name} returned {seen(returned)}: a pair (loss, gradient) is required")
        return returned[self.place]


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
        return dataclasses.replace(self, sigma_prime=_OfActivation(self.sigma, self.sigma_prime))


@dataclasses.dataclass(frozen=True)
class _OfActivation:
    """sigma'(sigma(z)), for a sigma' written as a function of the activation."""

    sigma: Callable[[Any], Any]
    sigma_prime: Callable[[Any], Any]

    def __call__(self, z: Any) -> Any:
        return self.sigma_prime(self.sigma(z))


def sigma_gradient(subject: SigmaSubject, generator: np.random.Generator) -> GradientSubject:
    """Return sum_i c_i sigma(z_i) as a cost, with the gradient c_i sigma'(z_i).

    The derivative in (BP1) and (BP2). Functions of one number are called number by number. The points z, of shape (9,), and the
    weights c are drawn from `generator`; z is dimensionless. It pickles where the two functions do.

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
    return GradientSubject(subject.name, _WeightedSum(c, value), Weighted(c, derivative), z)


@dataclasses.dataclass(frozen=True, eq=False)
class Weighted:
    """c f(z), of the shape of z; `c` is what f(z) was weighted with.

    Examples
    --------
    >>> Weighted(np.array([2.0]), np.exp)(np.zeros(1))
    array([2.])
    """

    c: Array
    function: Callable[[Array], Array]

    def __call__(self, z: Array) -> Array:
        return np.asarray(self.c * self.function(z))


@dataclasses.dataclass(frozen=True, eq=False)
class _WeightedSum:
    """sum_i c_i f(z_i)."""

    c: Array
    function: Callable[[Array], Array]

    def __call__(self, z: Array) -> Any:
        return np.sum(self.c * self.function(z))


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
    return _OfArrays(function) if takes_arrays else _NumberByNumber(function)


@dataclasses.dataclass(frozen=True)
class _OfArrays:
    """A function that takes an array; it gets a copy."""

    function: Callable[[Any], Any]

    def __call__(self, values: Array) -> Array:
        return np.asarray(self.function(np.array(values)))


@dataclasses.dataclass(frozen=True)
class _NumberByNumber:
    """A function of one number, called for each component."""

    function: Callable[[Any], Any]

    def __call__(self, values: Array) -> Array:
        return np.array([self.function(float(value)) for value in values])
