"""What every subject of a check offers, whatever shape the user's code has."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any


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
        gradient(parameters) -> the same structure as the parameters.
    at : array, or any nesting of lists, tuples and dicts of arrays
        The parameters to judge it at.
    passes_per_gradient : int
        Forward passes that one gradient call makes: 1 for a (loss, gradient) function, else 0.

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
