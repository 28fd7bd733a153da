"""A layer's forward and backward pair as a subject: the cotangent makes one number of its outputs."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.arrays import as_array, masked
from gradcheck.errors import UsageError, seen
from gradcheck.subjects.inputs import Inputs
from gradcheck.subjects.protocol import GradientSubject

Array = npt.NDArray[Any]


@dataclasses.dataclass(frozen=True)
class ForwardPass:
    """What one forward pass returned: its output, and the cache as a tuple of none or one.

    Examples
    --------
    >>> ForwardPass(np.ones(2), ()).has_cache
    False
    """

    out: Array
    cache: tuple[Any, ...]

    @property
    def has_cache(self) -> bool:
        """Whether backward is given all it needs: without a cache, or with None for one, it may keep it from the last forward pass."""
        return any(value is not None for value in self.cache)


def as_output(out: Any, what: str) -> Array:
    """Return an output as an array.

    Raises
    ------
    UsageError
        If it is None, masked, or nothing that numpy can read.

    Examples
    --------
    >>> as_output(None, "the output of relu")
    Traceback (most recent call last):
    ...
    gradcheck.errors.UsageError: the output of relu is None: is a return missing?
    """
    if out is None:
        raise UsageError(f"{what} is None: is a return missing?")
    if masked(out):
        raise UsageError(
            f"{what} is masked in {masked(out)} of {np.size(out)} components: a number is required in each"
        )
    return as_array(out, what)


@dataclasses.dataclass(frozen=True)
class LayerSubject:
    """A pair forward(*inputs) -> out or (out, cache), backward(cotangent[, cache]) -> one gradient an input.

    Two values are always (out, cache): a second output cannot be told from a cache, and neither can three values.

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

    @property
    def arguments(self) -> Inputs:
        """The inputs with their names."""
        return Inputs(self.inputs, self.input_names)

    def run(self, inputs: tuple[Any, ...]) -> ForwardPass:
        """Run the forward pass once.

        Raises
        ------
        UsageError
            If it returns neither one array nor (out, cache).
        """
        returned = self.forward(*inputs)
        if isinstance(returned, tuple) and len(returned) != 2:
            raise UsageError(
                f"the forward pass of {self.name} returned {seen(returned)}: out, or (out, cache) with one cache, is "
                "required; put all that backward needs into one tuple, (out, (a, b)), and join several outputs into one array"
            )
        out, *cache = returned if isinstance(returned, tuple) else (returned,)
        try:
            return ForwardPass(as_output(out, f"the output of {self.name}"), tuple(cache))
        except UsageError:
            raise
        except ValueError as error:
            message = f"the output of {self.name} is no array ({error}): join several outputs into one array"
            raise UsageError(message) from error

    def pull_back(self, cotangent: Any, cache: tuple[Any, ...]) -> Any:
        """Run the backward pass once; return its gradients by name, or what it returned where that is not one for each input."""
        returned = self.backward(cotangent, *cache)
        gradients = list(returned) if isinstance(returned, tuple | list) else [returned]
        floating = self.arguments.floating
        if len(gradients) == len(self.inputs):
            gradients = [gradients[i] for i in floating.values()]
        return dict(zip(floating, gradients, strict=True)) if len(gradients) == len(floating) else returned


@dataclasses.dataclass(frozen=True)
class Cotangent:
    """A random u at a layer's output, and what makes one number of the output: level + <u, out - out_at>.

    The output at the point is taken off before the sum: an output of 1e6 that hardly changes would bury the others under the
    rounding of that sum. The level, the size of what was taken off, keeps the cost's rounding in proportion to its value.

    Attributes
    ----------
    values, out_at : ndarray
        Of the output's shape and dtype.
    level : float
        [cost].

    Examples
    --------
    >>> u = Cotangent(np.ones(2), np.array([1e6, 1.0]), level=1.0)
    >>> u.cost_of(np.array([1e6, 1.5]))
    1.5
    """

    values: Array
    out_at: Array
    level: float

    def cost_of(self, out: Array) -> Any:
        """Return level + <u, out - out_at>, summed in float64 at least."""
        wide = np.promote_types(out.dtype, np.float64)
        change = out.astype(wide) - self.out_at
        # Not np.dot: BLAS may sum in another order from call to call.
        return (self.level + np.sum(self.values.astype(wide) * change))[()].item()

    def cost_beside(self, parameters: dict[str, Any], out: Array) -> Any:
        """Return the cost, in the output's dtype where that is coarser than those of the parameters: it tells how it rounds."""
        coarsest = max(np.finfo(np.asarray(value).dtype).eps for value in parameters.values())
        cost = self.cost_of(out)
        return out.dtype.type(cost) if out.dtype.kind == "f" and np.finfo(out.dtype).eps > coarsest else cost

    def given(self, dtype: Any) -> Any:
        """Return a fresh u in the dtype of an output, a scalar for an output without dimensions."""
        return np.array(self.values, dtype=np.promote_types(self.values.dtype, dtype))[()]


@dataclasses.dataclass(frozen=True)
class LayerGradient:
    """The cost and the gradient of a layer under one cotangent: <u, forward(inputs)> and backward(u).

    Examples
    --------
    >>> layer = LayerSubject("double", lambda x: 2 * x, lambda c: 2 * c, (np.ones(3),), ("x",))
    >>> LayerGradient(layer, Cotangent(np.ones(3), np.zeros(3), 0.0)).cost(layer.arguments.at)
    6.0
    """

    layer: LayerSubject
    cotangent: Cotangent

    def cost(self, parameters: dict[str, Any]) -> Any:
        """Return the cost of what the forward pass says."""
        return self.cotangent.cost_beside(parameters, self.layer.run(self.layer.arguments.filled(parameters)).out)

    def gradient(self, parameters: dict[str, Any]) -> Any:
        """Return the gradients by name; the forward pass that makes the cache is one more pass."""
        forward = self.layer.run(self.layer.arguments.filled(parameters))
        return self.layer.pull_back(self.cotangent.given(forward.out.dtype), forward.cache)


def layer_gradient(layer: LayerSubject, cotangent: Cotangent) -> GradientSubject:
    """Return the layer under a cotangent u: the cost is <u, forward(inputs)>, its gradient backward(u).

    A vector-Jacobian product, the vjp that (BP2) is for one layer.

    Examples
    --------
    >>> layer = LayerSubject("double", lambda x: 2 * x, lambda c: 2 * c, (np.ones(3),), ("x",))
    >>> subject = layer_gradient(layer, Cotangent(np.ones(3), np.zeros(3), 0.0))
    >>> subject.gradient(subject.at)["x"]
    array([2., 2., 2.])
    """
    judged = LayerGradient(layer, cotangent)
    # Running the forward pass again is how the cache is made: a gradient call costs one forward pass here.
    named = tuple(zip(layer.input_names, layer.inputs, strict=True))
    at = layer.arguments.at
    return GradientSubject(layer.name, judged.cost, judged.gradient, at, passes_per_gradient=1, data=named)
