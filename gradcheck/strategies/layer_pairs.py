"""Strategies for layers: a right pair of forward and backward with inputs, as check_vjp takes them."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable, Iterable
from typing import Any, Final

import numpy as np
from hypothesis import reject
from hypothesis import strategies as st

from gradcheck.errors import UsageError
from gradcheck.network.activations import Activation
from gradcheck.network.arrays import Array
from gradcheck.strategies.arguments import count, value_or_strategy
from gradcheck.strategies.functions import activations as any_activations
from gradcheck.strategies.numbers_drawn import generic, generic_matrix
from gradcheck.strategies.pairing import as_activation

KINK_MARGIN: Final = 1e-3
"""How far from a kink weighted inputs stay (dimensionless)."""


class VjpKind(enum.Enum):
    """What a layer does.

    Attributes
    ----------
    AFFINE
        (w, b, a) -> w a + b, the weighted inputs of equation (25).
    ACTIVATION
        z -> sigma(z), the softmax among them.
    AFFINE_ACTIVATION
        (w, b, a) -> sigma(w a + b).

    Examples
    --------
    >>> VjpKind("affine")
    <VjpKind.AFFINE: 'affine'>
    """

    AFFINE = "affine"
    ACTIVATION = "activation"
    AFFINE_ACTIVATION = "affine_activation"


@dataclasses.dataclass(frozen=True, eq=False)
class VjpCase:
    """A layer whose backward pass is right, with inputs for it.

    Attributes
    ----------
    name : str
    forward : callable
        forward(*inputs) -> (out, cache), out of shape (n, m): one column an example.
    backward : callable
        backward(cotangent, cache) -> a tuple with one gradient for each input.
    inputs : tuple of ndarray
        (w, b, a) of shapes (n, n_before), (n, 1) and (n_before, m), or (z,) of shape (n, m).

    Examples
    --------
    >>> case = VjpCase("twice", lambda z: (2 * z, None), lambda u, _: (2 * u,), (np.ones((1, 1)),))
    >>> case.forward(*case.inputs)[0]
    array([[2.]])
    """

    name: str
    forward: Callable[..., Any]
    backward: Callable[..., Any]
    inputs: tuple[Array, ...]


def vjp_cases(
    *,
    kinds: Iterable[VjpKind | str] = tuple(VjpKind),
    activations: Activation | str | st.SearchStrategy[Activation] | None = None,
    max_width: int = 4,
    max_examples: int = 3,
) -> st.SearchStrategy[VjpCase]:
    """Return a strategy for right layers with inputs, whose weighted inputs stay away from kinks.

    What (BP2) to (BP4) are for one layer. Break the backward pass of one to see whether a test of yours, or a checker, notices.

    Parameters
    ----------
    kinds : iterable of VjpKind or their values
        What the layers do; all by default. Shrinks to the first.
    activations : Activation, name or strategy
        See `activations`, all by default.
    max_width : int
        Neurons and inputs at most.
    max_examples : int
        Columns at most, m.

    Raises
    ------
    UsageError
        If an argument is of the wrong kind, or a number too small.

    Examples
    --------
    >>> from hypothesis import find
    >>> case = find(vjp_cases(kinds=["affine"]), lambda case: True)
    >>> [array.shape for array in case.inputs]
    [(1, 1), (1, 1), (1, 1)]
    >>> out, cache = case.forward(*case.inputs)
    >>> case.backward(np.ones(out.shape), cache)
    (array([[1.]]), array([[1.]]), array([[1.]]))
    """
    drawn = any_activations() if activations is None else value_or_strategy(activations, as_activation)
    widths = st.integers(1, count("max_width", max_width, 1))
    numbers = st.integers(1, count("max_examples", max_examples, 1))
    return _vjp_cases(st.sampled_from(_kinds(kinds)), drawn, widths, numbers)


@st.composite
def _vjp_cases(
    draw: st.DrawFn,
    kinds: st.SearchStrategy[VjpKind],
    activations: st.SearchStrategy[Activation],
    widths: st.SearchStrategy[int],
    numbers: st.SearchStrategy[int],
) -> VjpCase:
    """Draw a layer and its inputs."""
    kind, n, n_before, m = draw(kinds), draw(widths), draw(widths), draw(numbers)
    if kind is VjpKind.ACTIVATION:
        activation = draw(activations)
        z = draw(generic((n, m)))
        return _away_from_kinks(activation, z, activation_case(activation, z))
    inputs = (draw(generic_matrix((n, n_before))), draw(generic((n, 1))), draw(generic((n_before, m))))
    if kind is VjpKind.AFFINE:
        return affine_case(*inputs)
    activation = draw(activations)
    case = affine_activation_case(activation, *inputs)
    return _away_from_kinks(activation, inputs[0] @ inputs[2] + inputs[1], case)


def affine_case(w: Array, b: Array, a: Array) -> VjpCase:
    """Return the layer z = w a + b with its backward pass: (BP4), (BP3) and the sum of (BP2), for a cotangent (n, m).

    Examples
    --------
    >>> affine_case(np.ones((1, 1)), np.ones((1, 1)), np.ones((1, 1))).name
    'affine'
    """

    def forward(w: Array, b: Array, a: Array) -> tuple[Array, Any]:
        return w @ a + b, (w, a)

    def backward(cotangent: Array, cache: Any) -> tuple[Array, ...]:
        w, a = cache
        return cotangent @ a.T, cotangent.sum(axis=1, keepdims=True), w.T @ cotangent

    return VjpCase("affine", forward, backward, (w, b, a))


def activation_case(activation: Activation, z: Array) -> VjpCase:
    """Return the layer sigma(z) with its backward pass, the ``* sigma'(z)`` of (BP1) and (BP2).

    Examples
    --------
    >>> activation_case(as_activation("relu"), np.ones((1, 1))).name
    'relu'
    """

    def forward(z: Array) -> tuple[Array, Any]:
        return np.array(activation.value(z)), z

    def backward(cotangent: Array, cache: Any) -> tuple[Array, ...]:
        return (activation.vjp(cache, cotangent),)

    return VjpCase(activation.name, forward, backward, (z,))


def affine_activation_case(activation: Activation, w: Array, b: Array, a: Array) -> VjpCase:
    """Return the layer sigma(w a + b) with its backward pass.

    Examples
    --------
    >>> affine_activation_case(as_activation("relu"), np.ones((1, 1)), np.ones((1, 1)), np.ones((1, 1))).name
    'affine_relu'
    """
    affine = affine_case(w, b, a)

    def forward(w: Array, b: Array, a: Array) -> tuple[Array, Any]:
        z, cache = affine.forward(w, b, a)
        return activation.value(z), (z, cache)

    def backward(cotangent: Array, cache: Any) -> Any:
        z, of_affine = cache
        return affine.backward(activation.vjp(z, cotangent), of_affine)

    return VjpCase(f"affine_{activation.name}", forward, backward, (w, b, a))


def _away_from_kinks(activation: Activation, z: Array, case: VjpCase) -> VjpCase:
    """Return the case, unless a weighted input is at a kink or near it."""
    if any(np.any(np.abs(z - kink) <= KINK_MARGIN) for kink in activation.kinks):
        reject()
    return case


def _kinds(kinds: Any) -> list[VjpKind]:
    """Return kinds given as such or by their values."""
    names = ", ".join(kind.value for kind in VjpKind)
    if isinstance(kinds, str) or not isinstance(kinds, Iterable):
        raise UsageError(f"kinds is {kinds!r}: a list of kinds is required, of {names}")
    try:
        chosen = [VjpKind(kind) for kind in kinds]
    except ValueError as error:
        raise UsageError(f"kinds is {kinds!r}: choose from {names}") from error
    if not chosen:
        raise UsageError(f"kinds is {kinds!r}: at least one is required, of {names}")
    return chosen
