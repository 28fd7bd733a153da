"""A layer's forward and backward pair as a subject: the cotangent makes one number of its outputs."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.errors import UsageError, seen
from gradcheck.subjects.protocol import GradientSubject

Array = npt.NDArray[Any]


@dataclasses.dataclass(frozen=True)
class LayerSubject:
    """A pair forward(*inputs) -> out or (out, cache), backward(cotangent[, cache]) -> one gradient an input.

    Attributes
    ----------
    name : str
    forward, backward : callable
    inputs : tuple
        Arrays; those of integers (labels, indices) are handed on and not differentiated.
    input_names : tuple of str

    Examples
    --------
    >>> LayerSubject("double", lambda x: 2 * x, lambda c: 2 * c, (1.0,), ("x",)).input_names
    ('x',)
    """

    name: str
    forward: Callable[..., Any]
    backward: Callable[..., Any]
    inputs: tuple[Any, ...]
    input_names: tuple[str, ...]


def layer_gradient(subject: LayerSubject, generator: np.random.Generator) -> GradientSubject:
    """Return the layer under a random cotangent u: the cost is <u, forward(inputs)>, its gradient backward(u).

    A vector-Jacobian product, the vjp that (BP2) is for one layer. Gaussian u, of the shape of the output.

    Raises
    ------
    UsageError
        If the output is no real array, or backward returns another number of gradients than there are inputs.

    Examples
    --------
    >>> import numpy as np
    >>> layer = LayerSubject("double", lambda x: 2 * x, lambda c: 2 * c, (np.ones(3),), ("x",))
    >>> subject = layer_gradient(layer, np.random.default_rng(0))
    >>> subject.gradient(subject.at)["x"].shape
    (3,)
    """
    floating = tuple(i for i, value in enumerate(subject.inputs) if _is_floating(value))
    names = [subject.input_names[i] for i in floating]
    at = {names[k]: np.asarray(subject.inputs[i]) for k, i in enumerate(floating)}
    out, _ = _run(subject, tuple(map(_copied, subject.inputs)))
    if out.dtype.kind != "f":
        raise UsageError(f"{subject.name}_forward returned dtype {out.dtype}: a real floating array is required")
    cotangent = generator.standard_normal(out.shape)[()]

    def filled(parameters: dict[str, Any]) -> tuple[Any, ...]:
        inputs = list(map(_copied, subject.inputs))
        for name, i in zip(names, floating, strict=True):
            inputs[i] = parameters[name]
        return tuple(inputs)

    def cost(parameters: dict[str, Any]) -> Any:
        return np.sum(cotangent * _run(subject, filled(parameters))[0])

    def gradient(parameters: dict[str, Any]) -> Any:
        _, cache = _run(subject, filled(parameters))
        returned = subject.backward(np.array(cotangent)[()], *cache)
        gradients = list(returned) if isinstance(returned, tuple | list) else [returned]
        if len(gradients) == len(subject.inputs):
            gradients = [gradients[i] for i in floating]
        return dict(zip(names, gradients, strict=True)) if len(gradients) == len(names) else returned

    # Running the forward pass again is how the cache is made: a gradient call costs one forward pass here.
    return GradientSubject(subject.name, cost, gradient, at, passes_per_gradient=1)


def _run(subject: LayerSubject, inputs: tuple[Any, ...]) -> tuple[Array, tuple[Any, ...]]:
    """Return the output, and the cache as a tuple of none or one."""
    returned = subject.forward(*inputs)
    if isinstance(returned, tuple) and len(returned) != 2:
        raise UsageError(
            f"the forward pass of {subject.name} returned {seen(returned)}: out, or (out, cache) with one cache, is required"
        )
    if isinstance(returned, tuple):
        return np.asarray(returned[0]), (returned[1],)
    return np.asarray(returned), ()


def _copied(value: Any) -> Any:
    """Return a copy of an array or list: the user's code may write to it and change nothing of the user's."""
    return copy.deepcopy(value) if isinstance(value, np.ndarray | list) else value


def _is_floating(value: Any) -> bool:
    """Tell whether an input is differentiated."""
    return bool(np.asarray(value).dtype.kind == "f")
