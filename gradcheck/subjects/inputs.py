"""The inputs of a user's function: those that are differentiated, and those that are handed on."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

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
        return bool(np.asarray(value).dtype.kind in "fc")
    except ValueError as error:
        raise UsageError(
            f"the input {name} is a list of arrays of several shapes ({error}): give each as an input of its own"
        ) from error
