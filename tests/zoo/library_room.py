"""How a gradient that other people wrote becomes a family: the right one is theirs, the mistake beside it is planted."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.zoo.planting import plant
from tests.zoo.specimen import Expected, Kind, MissingLibrary, Pair, Specimen, family

Builder = Callable[[np.random.Generator], Specimen]

LARGE = (
    "one leaf doubled",
    "one leaf negated",
    "one leaf 0.1 % too large",
    "one component missing",
    "one component off",
)
"""Mistakes that fit any gradient of a library."""


def imported(module: str) -> Any:
    """Return a module, or say which library is missing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module(module)
    except ImportError as error:
        raise MissingLibrary(f"{module.split('.')[0]} (for {module}: {error})") from error


def from_library(
    library: str, kind: Kind = Kind.SMOOTH, *, draws: int = 1, expected: Expected | None = None
) -> Callable[[Builder], Any]:
    """Register a builder of right specimens as a family of one library."""

    def register(build: Builder) -> Any:
        def make(generator: np.random.Generator) -> Pair:
            right = build(generator)
            return plant(generator, right, *LARGE, least=1e-5)

        make.__name__ = f"{library.replace('-', '_')}_{build.__name__}"
        return family(kind, draws=draws, expected=expected, library=library)(make)

    return register


def both(function: Callable[[Any], tuple[Any, Any]], at: Any, **meta: Any) -> Specimen:
    """Return the specimen of a function that returns (cost, gradient)."""
    return Specimen(lambda p: function(p)[0], lambda p: function(p)[1], at, **meta)


def summed(f: Callable[[Any], Any], slope: Callable[[Any], Any], at: Any, **meta: Any) -> Specimen:
    """Return the specimen of an elementwise pair: sum f has the gradient `slope`."""
    return Specimen(lambda p: np.sum(f(p)), slope, at, **meta)
