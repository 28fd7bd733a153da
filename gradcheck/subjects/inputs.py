"""The inputs of a user's function: those that are differentiated, and those that are handed on."""

from __future__ import annotations

import copy
import dataclasses
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.arrays import as_array, shown
from gradcheck.errors import UsageError

Array = npt.NDArray[Any]


@dataclasses.dataclass(frozen=True)
class Inputs:
    """What a function is called with, one after the other.

    Attributes
    ----------
    values : tuple
        Arrays; those of integers (labels, indices), and what is no array (settings), are handed on and not differentiated.
    names : tuple of str

    Examples
    --------
    >>> Inputs((1.0, np.array([2, 0])), ("x", "labels")).at
    {'x': array(1.)}
    """

    values: tuple[Any, ...]
    names: tuple[str, ...]

    @property
    def floating(self) -> dict[str, int]:
        """The inputs that are differentiated: where each stands, by its name."""
        return {name: i for i, name in enumerate(self.names) if is_differentiated(name, self.values[i])}

    @property
    def at(self) -> dict[str, Array]:
        """The inputs that are differentiated, by name."""
        return {name: np.asarray(self.values[i]) for name, i in self.floating.items()}

    def copies(self) -> tuple[Any, ...]:
        """Return all inputs as fresh copies."""
        return tuple(map(fresh, self.values))

    def filled(self, parameters: dict[str, Any]) -> tuple[Any, ...]:
        """Return all inputs, those in `parameters` as they are there, the others as fresh copies."""
        floating = self.floating
        return tuple(
            parameters[name] if name in floating else fresh(value)
            for name, value in zip(self.names, self.values, strict=True)
        )


def as_inputs(inputs: Any, function: Callable[..., Any], *, of: str) -> Inputs:
    """Return the inputs given for a function, named as its arguments are where it tells, or say what was given for them.

    Raises
    ------
    UsageError
        If they are no list or tuple, or none of them is floating.

    Examples
    --------
    >>> as_inputs([1.0, 2], lambda x, n: x**n, of="forward").names
    ('x', 'n')
    >>> as_inputs([1.0, 2], lambda *every: every, of="forward").names
    ('input_0', 'input_1')
    >>> as_inputs(1.0, lambda x: x, of="forward")
    Traceback (most recent call last):
    ...
    gradcheck.errors.UsageError: inputs is 1.0: a list with one entry for each argument of forward is required, inputs=[x]
    """
    if not isinstance(inputs, list | tuple):
        seen = f"an array of shape {inputs.shape}" if isinstance(inputs, np.ndarray) else shown(inputs)
        raise UsageError(f"inputs is {seen}: a list with one entry for each argument of {of} is required, inputs=[x]")
    found = Inputs(tuple(inputs), _names(function, len(inputs)))
    if not found.floating:
        each = ", ".join(f"{name} is {_kind(value)}" for name, value in zip(found.names, found.values, strict=True))
        raise UsageError(
            f"no input is floating ({each or 'there is none'}): there is nothing to differentiate; give at least one array of "
            "floats, inputs=[x.astype(float)]"
        )
    return found


def _names(function: Callable[..., Any], count: int) -> tuple[str, ...]:
    """Return the names of a function's first arguments; numbers in their place where it does not tell as many."""
    try:
        parameters = list(inspect.signature(function).parameters.values())[:count]
    except (TypeError, ValueError):  # written in C
        parameters = []
    names = tuple(one.name for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD))
    return names if len(names) == count else tuple(f"input_{i}" for i in range(count))


def _kind(value: Any) -> str:
    """Return an input's dtype in a few words."""
    return f"of dtype {value.dtype}" if isinstance(value, np.ndarray) else shown(value)


def fresh(value: Any) -> Any:
    """Return a copy of an array, list or dict: the user's code may write to it and change nothing of the user's.

    Examples
    --------
    >>> settings = {"momentum": 0.9}
    >>> fresh(settings) == settings, fresh(settings) is settings
    (True, False)
    """
    return copy.deepcopy(value) if isinstance(value, np.ndarray | list | dict) else value


def is_differentiated(name: str, value: Any) -> bool:
    """Tell whether an input is differentiated: a real or complex number or an array of them, and not of integers.

    Raises
    ------
    UsageError
        If it is a list of arrays that do not fit together: nothing would say that they were not judged.

    Examples
    --------
    >>> is_differentiated("x", [1.0, 2.0]), is_differentiated("labels", [1, 2])
    (True, False)
    """
    try:
        return bool(as_array(value, f"the input {name}").dtype.kind in "fc")
    except UsageError:
        raise
    except ValueError as error:
        raise UsageError(
            f"the input {name} is a list of arrays of several shapes ({error}): give each as an input of its own"
        ) from error
