"""What every subject of a check offers, whatever shape the user's code has."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any


@dataclasses.dataclass(frozen=True, eq=False)
class GivenGradient:
    """A gradient given as its value at the one point it is judged at: no function, so nothing can be asked of it elsewhere.

    Attributes
    ----------
    value : structure
        The structure and shapes of the parameters, floating [cost per unit of parameter].

    Examples
    --------
    >>> GivenGradient(6.0)(3.0)
    6.0
    """

    value: Any

    def __call__(self, _: Any) -> Any:
        return self.value


@dataclasses.dataclass(frozen=True)
class GradientSubject:
    """A cost, the gradient claimed for it, and the point they are judged at.

    Attributes
    ----------
    name : str
        What the user calls it.
    cost : callable
        cost(parameters) -> one real number.
    gradient : callable
        gradient(parameters) -> the same structure as the parameters; a GivenGradient where only its value at `at` is known.
    at : array, or any nesting of lists, tuples and dicts of arrays
        The parameters to judge it at.
    passes_per_gradient : int
        Forward passes that one gradient call makes: 1 for a (loss, gradient) function, else 0.
    watched : callable, optional
        The user's own function behind `cost`, where `cost` is a wrapper of ours: a gradient that calls it is reported.
    data : tuple of (str, value)
        What the cost is of besides the parameters, as far as it is known: how many examples there are, which labels come twice.

    Examples
    --------
    >>> subject = GradientSubject("square", lambda w: w * w, lambda w: 2 * w, at=3.0)
    >>> subject.gradient(subject.at)
    6.0
    """

    name: str
    cost: Callable[[Any], Any]
    gradient: Callable[[Any], Any]
    at: Any
    passes_per_gradient: int = 0
    watched: Callable[..., Any] | None = None
    data: tuple[tuple[str, Any], ...] = ()

    @property
    def gives_value_only(self) -> bool:
        """Whether the gradient is its value at `at` and no function."""
        return isinstance(self.gradient, GivenGradient)
