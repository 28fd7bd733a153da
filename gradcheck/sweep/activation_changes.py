"""sigma(z + d) - sigma(z) without cancellation, by identities of algebra: no derivative, no series of sigma."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final, TypeAlias

import numpy as np

from gradcheck.network import elementwise
from gradcheck.network.activations import (
    ELU,
    GELU_TANH,
    LEAKY_RELU,
    LINEAR,
    RELU,
    SIGMOID,
    SOFTMAX,
    SOFTPLUS,
    SWISH,
    TANH,
    Activation,
)
from gradcheck.network.arrays import Array
from gradcheck.network.softmax import softmax
from gradcheck.sweep.rooms import ROOMS
from gradcheck.sweep.small_arguments import expm1_in_place, tanh_in_place

Shape: TypeAlias = Callable[[Array, float], Array]
"""``of(d, largest)``, for d of shape (n, R), written over d where that helps; no |d| exceeds `largest`."""


@dataclass(frozen=True, eq=False)
class Change:
    """Hold the change of a layer's activations about its weighted inputs.

    Parameters
    ----------
    of : callable
        `Shape`: the change, but for `height`.
    height : ndarray, shape (n, 1), optional
        A factor that may be taken into the weights that the change is multiplied by next (dimensionless).
    scale : float
        `of` takes d times this, which may be taken into the weights that made d (dimensionless).
    bend : ndarray, shape (n, 1), optional
        `of` is d / (1 + bend d) for every d so small that tanh d is d (dimensionless).

    Examples
    --------
    >>> Change(lambda d, largest: d, np.array([[2.0]]))(np.ones((1, 1)), 1.0)
    array([[2.]])
    """

    of: Shape
    height: Array | None = None
    scale: float = 1.0
    bend: Array | None = None

    def __call__(self, d: Array, largest: float) -> Array:
        """Return the whole change."""
        if self.scale != 1.0:
            d *= self.scale
        change = self.of(d, self.scale * largest)
        if self.height is not None:
            change *= self.height
        return change


@dataclass(frozen=True)
class ExactChange:
    """Hold what is known of one activation's change.

    Parameters
    ----------
    at : callable
        ``at(z)``: the `Change` about the weighted inputs z, shape (n, 1).
    slope_size : callable
        ``slope_size(z)``: sum of the sizes of the terms that the change has for a small d, over |d|; what its rounding is relative to.

    Examples
    --------
    >>> float(CHANGES["tanh"].at(np.zeros((1, 1)))(np.full((1, 1), 1e-20), 1e-20)[0, 0])
    1e-20
    """

    at: Callable[[Array], Change]
    slope_size: Callable[[Array], Array]


def exact_change(activation: Activation) -> ExactChange | None:
    """Return the identity of one of our activations, or None where there is none (gelu, a user's own, a modified neuron).

    Examples
    --------
    >>> from gradcheck.network.activations import GELU
    >>> exact_change(GELU) is None
    True
    """
    found = CHANGES.get(activation.name)
    return found if found is not None and NAMED[activation.name].value is activation.value else None


def _linear(z: Array) -> Change:
    return Change(lambda d, largest: d)


LARGE: Final = 0.5
"""From here on 1 + t T may be a small difference of large numbers (dimensionless)."""


def _tanh(z: Array, *, scale: float = 1.0, height: float = 1.0) -> Change:
    """The change of height tanh(scale z): with t = tanh z and T = tanh d, tanh(z + d) - t = (1 - t^2) T / (1 + t T).

    For large d that is (1 - t^2) sinh(d) cosh(z) / cosh(z + d), in which nothing cancels either.
    """
    x = scale * z
    t = np.tanh(x)

    def change(d: Array, largest: float) -> Array:
        if largest > LARGE:
            return np.asarray(np.sinh(d) * (np.cosh(x) / np.cosh(x + d)))
        T = tanh_in_place(d, largest)
        below = np.multiply(T, t, out=ROOMS.array("1 + t T", T.shape))
        below += 1
        T /= below
        return T

    return Change(change, height * elementwise.tanh_prime(x), scale, t)  # 1 - t^2, without its cancellation


def _softplus(z: Array) -> Change:
    """log(1 + e^(z+d)) - log(1 + e^z) = log1p(s expm1(d)), s = sigmoid(z)."""
    s = elementwise.sigmoid(z)

    def change(d: Array, largest: float) -> Array:
        E = expm1_in_place(d, largest)
        E *= s
        return np.log1p(E, out=E)

    return Change(change)


def _relu(z: Array) -> Change:
    """max(z + d, 0) - max(z, 0) = max(d, -z) + min(z, 0)."""
    least, kept = -z, np.minimum(z, 0)

    def change(d: Array, largest: float) -> Array:
        np.maximum(d, least, out=d)
        d += kept
        return d

    return Change(change)


def _leaky_relu(z: Array) -> Change:
    """LEAK z + (1 - LEAK) relu(z), each by itself."""
    relu = _relu(z)

    def change(d: Array, largest: float) -> Array:
        straight = elementwise.LEAK * d
        bent = relu(d, largest)
        bent *= 1 - elementwise.LEAK
        bent += straight
        return bent

    return Change(change)


def _elu(z: Array) -> Change:
    """relu(z) + expm1(min(z, 0)); the second changes by e^min(z, 0) expm1(what the relu leaves of d)."""
    relu, height = _relu(z), np.exp(np.minimum(z, 0))

    def change(d: Array, largest: float) -> Array:
        bent = relu(d.copy(), largest)
        d -= bent
        E = expm1_in_place(d, largest)
        E *= height
        E += bent
        return E

    return Change(change)


def _times_sigmoid(z: Array, argument: Array, argument_change: Callable[[Array], Array]) -> Change:
    """z s(t), s = sigmoid: d s + (z + d) (s(t + t') - s(t))."""
    s, sigmoid = elementwise.sigmoid(argument), _sigmoid(argument)

    def change(d: Array, largest: float) -> Array:
        t = argument_change(d)
        moved = sigmoid(t, float(np.max(np.abs(t), initial=0.0)))
        moved *= z + d
        moved += d * s
        return moved

    return Change(change)


def _gelu_tanh(z: Array) -> Change:
    """The argument is 2 c (z + k z^3): it changes by 2 c d (1 + k (3 z^2 + 3 z d + d^2))."""
    c, k = 2 * elementwise.GELU_TANH_SCALE, elementwise.GELU_TANH_CUBIC
    return _times_sigmoid(z, c * z * (1 + k * z * z), lambda d: c * d * (1 + k * (3 * z * z + 3 * z * d + d * d)))


def _softmax(z: Array) -> Change:
    """p_i (E_i - S) / (1 + S), with E_i = expm1(d_i) and S = sum_k p_k E_k."""
    p = softmax(z)

    def change(d: Array, largest: float) -> Array:
        E = expm1_in_place(d, largest)
        S: Array = p.T @ E
        E -= S
        E *= p
        E /= 1 + S
        return E

    return Change(change)


def _swish_size(z: Array) -> Array:
    return np.asarray(elementwise.sigmoid(z) + np.abs(z) * elementwise.sigmoid_prime(z))


def _gelu_tanh_size(z: Array) -> Array:
    c, k = 2 * elementwise.GELU_TANH_SCALE, elementwise.GELU_TANH_CUBIC
    t = c * z * (1 + k * z * z)
    rounded = 1 + np.abs(t)  # t itself is rounded, and e^t with it
    s, slope = elementwise.sigmoid(t), elementwise.sigmoid_prime(t)
    return np.asarray(s + slope * rounded + np.abs(z) * c * (1 + 3 * k * z * z) * slope * rounded)


_sigmoid = partial(_tanh, scale=0.5, height=0.5)  # sigmoid(z) = (1 + tanh(z/2)) / 2

CHANGES: Final[Mapping[str, ExactChange]] = MappingProxyType({
    "sigmoid": ExactChange(_sigmoid, elementwise.sigmoid_prime),
    "tanh": ExactChange(_tanh, elementwise.tanh_prime),
    "relu": ExactChange(_relu, elementwise.relu_prime),
    "leaky_relu": ExactChange(_leaky_relu, elementwise.leaky_relu_prime),
    "elu": ExactChange(_elu, elementwise.elu_prime),
    "softplus": ExactChange(_softplus, elementwise.sigmoid),
    "gelu_tanh": ExactChange(_gelu_tanh, _gelu_tanh_size),
    "swish": ExactChange(lambda z: _times_sigmoid(z, z, np.copy), _swish_size),
    "linear": ExactChange(_linear, elementwise.linear_prime),
    "softmax": ExactChange(_softmax, np.ones_like),
})  # fmt: skip
NAMED: Final = MappingProxyType({
    one.name: one
    for one in (SIGMOID, TANH, RELU, LEAKY_RELU, ELU, SOFTPLUS, GELU_TANH, SWISH, LINEAR, SOFTMAX)
})  # fmt: skip
