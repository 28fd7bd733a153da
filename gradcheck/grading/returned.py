"""What a question to a submission brings back, and what all questions of an item used."""

from __future__ import annotations

import dataclasses
from typing import Any


@dataclasses.dataclass(frozen=True)
class Returned:
    """What a call returned, and what it changed.

    Attributes
    ----------
    value : Any
    written : tuple of (int, ndarray)
        Arrays of the request that were written to, by their place in it, and what they hold now.
    attributes : dict
        Attributes that were given with the request, and hold other objects now.

    Examples
    --------
    >>> Returned(1.0, (), {}).value
    1.0
    """

    value: Any
    written: tuple[tuple[int, Any], ...]
    attributes: dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Usage:
    """What a submission used for one item.

    Attributes
    ----------
    cpu_seconds, wall_seconds : float
    memory_bytes : int
        At most at one time.
    calls : int
    output : str
        The beginning of what it printed, made harmless.
    output_bytes : int
        All it printed.

    Examples
    --------
    >>> Usage(0.1, 0.2, 2**20, 3, "", 0).calls
    3
    """

    cpu_seconds: float
    wall_seconds: float
    memory_bytes: int
    calls: int
    output: str
    output_bytes: int
