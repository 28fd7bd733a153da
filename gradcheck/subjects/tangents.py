"""A function with its forward derivative as a subject: moved along random tangents, by as many numbers as there are tangents."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.arrays import as_array
from gradcheck.errors import UsageError, seen
from gradcheck.subjects.inputs import Inputs
from gradcheck.subjects.layers import Cotangent, as_output
from gradcheck.subjects.protocol import GradientSubject

Array = npt.NDArray[Any]


@dataclasses.dataclass(frozen=True)
class Pushed:
    """What one call of a jvp returned: the tangent of the output, and the output where it was returned too.

    Examples
    --------
    >>> Pushed(np.ones(2), None).out is None
    True
    """

    tangent: Any
    out: Any


@dataclasses.dataclass(frozen=True)
class TangentSubject:
    """A function(*inputs) -> out with jvp(primals, tangents) -> tangent of out, or (out, tangent of out).

    Attributes
    ----------
    name : str
    function, jvp : callable
    arguments : Inputs

    Examples
    --------
    >>> square = TangentSubject("square", lambda x: x**2, lambda x, v: 2 * x[0] * v[0], Inputs((3.0,), ("x",)))
    >>> square.push((3.0,), {"x": 1.0}).tangent
    6.0
    """

    name: str
    function: Callable[..., Any]
    jvp: Callable[..., Any]
    arguments: Inputs

    def run(self, inputs: tuple[Any, ...]) -> Array:
        """Evaluate the function once.

        Raises
        ------
        UsageError
            If it returns several arrays.
        """
        returned = self.function(*inputs)
        try:
            if not isinstance(returned, tuple):
                return as_output(returned, "the output of the function")
        except UsageError:
            raise
        except ValueError:
            pass
        raise UsageError(
            f"the function returned {seen(returned)}: one array is required; join several outputs into one"
        )

    def push(self, primals: tuple[Any, ...], tangents: dict[str, Any]) -> Pushed:
        """Call the jvp once, with None for the tangent of an input that is not differentiated."""
        floating = self.arguments.floating
        each = tuple(tangents[name] if name in floating else None for name in self.arguments.names)
        returned = self.jvp(primals, each)
        if isinstance(returned, tuple) and len(returned) == 2:
            return Pushed(returned[1], returned[0])
        return Pushed(returned, None)


@dataclasses.dataclass(frozen=True)
class AlongTangents:
    """The cost <u, function(inputs)> as it changes along some tangents of each input, and the slopes that the jvp claims.

    The parameters are one number for each tangent, all 1 at the point: the inputs are x + sum (s - 1) v.

    Attributes
    ----------
    subject : TangentSubject
    cotangent : Cotangent
        u, at the function's output.
    tangents : dict of str to ndarray
        For each input that is differentiated its tangents v, of shape (count, *shape of the input).

    Examples
    --------
    >>> square = TangentSubject("square", lambda x: x**2, lambda x, v: 2 * x[0] * v[0], Inputs((3.0,), ("x",)))
    >>> along = AlongTangents(square, Cotangent(np.ones(()), np.zeros(()), 0.0), {"x": np.full((1,), 10.0)})
    >>> along.cost({"x": np.array([1.5])}), along.gradient({"x": np.ones(1)})
    (64.0, {'x': array([60.])})
    """

    subject: TangentSubject
    cotangent: Cotangent
    tangents: dict[str, Array]

    @property
    def at(self) -> dict[str, Array]:
        """The parameters at the point."""
        return {
            name: np.ones(len(self.tangents[name]), dtype=value.dtype)
            for name, value in self.subject.arguments.at.items()
        }

    def inputs(self, parameters: dict[str, Any]) -> tuple[Any, ...]:
        """Return the inputs moved along the tangents, each in its parameters' dtype."""
        moved = {}
        for name, value in self.subject.arguments.at.items():
            wide = np.result_type(parameters[name], np.float64)
            shift = np.tensordot(np.asarray(parameters[name], dtype=wide) - 1.0, self.tangents[name], axes=1)
            moved[name] = (value + shift).astype(np.asarray(parameters[name]).dtype)[()]
        return self.subject.arguments.filled(moved)

    def cost(self, parameters: dict[str, Any]) -> Any:
        """Return the cost of what the function says."""
        return self.cotangent.cost_beside(parameters, self.subject.run(self.inputs(parameters)))

    def gradient(self, parameters: dict[str, Any]) -> Any:
        """Return the slopes along the tangents, one call of the jvp for each."""
        return {
            name: np.array([self._slope(parameters, name, tangent) for tangent in self.tangents[name]])
            for name in self.tangents
        }

    def _slope(self, parameters: dict[str, Any], name: str, tangent: Array) -> float:
        """Return <u, jvp> along one tangent of one input; NaN where it has another shape than the output."""
        primals = self.inputs(parameters)
        each = {key: np.zeros_like(primals[i]) for key, i in self.subject.arguments.floating.items()}
        each[name] = np.asarray(tangent, dtype=each[name].dtype)
        pushed = as_array(
            self.subject.push(primals, {key: value[()] for key, value in each.items()}).tangent, "the jvp's tangent"
        )
        if pushed.shape != self.cotangent.values.shape:
            return float("nan")
        return float(np.sum(self.cotangent.values.astype(np.float64) * pushed))


def along_tangents(subject: TangentSubject, cotangent: Cotangent, tangents: dict[str, Array]) -> GradientSubject:
    """Return a function with its jvp as a cost of one number for each tangent, and the slopes along them as its gradient.

    A Jacobian-vector product, (BP2) read from left to right.

    Examples
    --------
    >>> square = TangentSubject("square", lambda x: x**2, lambda x, v: 2 * x[0] * v[0], Inputs((3.0,), ("x",)))
    >>> along = along_tangents(square, Cotangent(np.ones(()), np.zeros(()), 0.0), {"x": np.full((1,), 10.0)})
    >>> along.gradient(along.at)
    {'x': array([60.])}
    """
    along = AlongTangents(subject, cotangent, tangents)
    named = tuple(zip(subject.arguments.names, subject.arguments.values, strict=True))
    return GradientSubject(subject.name, along.cost, along.gradient, along.at, watched=subject.function, data=named)
