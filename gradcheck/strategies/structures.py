"""Strategies for structures of arrays: parameters of given shapes, and directions in which to move them."""

from __future__ import annotations

from typing import Any, TypeGuard

import numpy as np
import numpy.typing as npt
import optree
from hypothesis import strategies as st

from gradcheck.differences.directions import gaussian_direction
from gradcheck.errors import UsageError
from gradcheck.network.arrays import Array
from gradcheck.parameters import Layout, lay_out
from gradcheck.strategies.arguments import count, elements_strategy
from gradcheck.strategies.numbers_drawn import generic


def parameters(
    shapes: Any, *, elements: st.SearchStrategy[Any] | None = None, dtype: npt.DTypeLike = np.float64
) -> st.SearchStrategy[Any]:
    """Return a strategy for parameters: a structure of shapes with an array in the place of each.

    Parameters
    ----------
    shapes : structure
        Any nesting of lists, tuples and dicts. A leaf is a tuple of whole numbers, the shape of an array, or one number for a
        vector. So ``[(2, 3), (2, 1)]`` is a list of two arrays, and ``(2, 3)`` one array.
    elements : strategy
        What the numbers are drawn from; by default short ones from -2 to 2 that are not 0 (dimensionless).
    dtype : dtype
        A real floating one.

    Raises
    ------
    UsageError
        If a leaf is no shape, there is no leaf, elements is no strategy, or the dtype is no real floating one.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(parameters({"w": (1, 2), "b": 1}), lambda p: True)
    {'w': array([[1., 1.]]), 'b': array([1.])}
    """
    numbers, wanted = elements_strategy(elements), _floating(dtype)
    leaves, treespec = optree.tree_flatten(shapes, is_leaf=_is_shape)
    if not leaves:
        raise UsageError(f"shapes is {shapes!r}: at least one shape is required, such as (2, 3)")
    arrays = st.tuples(*(generic(_as_shape(leaf), numbers) for leaf in leaves))
    return arrays.map(lambda drawn: treespec.unflatten([array.astype(wanted) for array in drawn]))


def directions(at: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for directions in which to move parameters: a structure like that of the point, of its shapes and dtypes.

    Equation (46) along v instead of e_j. Each array's components are Gaussian, in the array's own scale, its root mean square (1 where
    it is 0): never plain +-1, from which an error (c, -c) hides half of the time. Two components or more are never all of one
    sign, from which an error of mean 0 could hide. Directions do not shrink to simple numbers: those would be special.

    Parameters
    ----------
    at : structure
        The point: an array, or any nesting of lists, tuples and dicts of real floating arrays.

    Raises
    ------
    UsageError
        If the point holds no number, or one that is not real, floating and finite.

    Examples
    --------
    >>> from hypothesis import find
    >>> v = find(directions({"w": np.ones((2, 3)), "b": 1e-3 * np.ones(2)}), lambda v: True)
    >>> v["w"].shape, bool(np.abs(v["b"]).max() < 0.01), bool((v["w"] < 0).any() and (v["w"] > 0).any())
    ((2, 3), True, True)
    """
    layout = lay_out(at)
    point = layout.to_vector(at)
    seeds = st.integers(0, 2**32 - 1)
    return seeds.map(lambda seed: layout.to_structure(_direction(layout, point, np.random.default_rng(seed))))


def _direction(layout: Layout, point: Array, generator: np.random.Generator) -> Array:
    """Return a direction with both signs in every array of two components or more."""
    direction = np.zeros(point.size)
    for leaf in layout.leaves:
        while leaf.size and not _is_mixed(direction[leaf.place]):
            direction += gaussian_direction(point, leaf.place, generator) - _only(direction, leaf.place)
    return direction


def _only(vector: Array, place: slice) -> Array:
    """Return a vector that is 0 outside of a place."""
    part = np.zeros(vector.size)
    part[place] = vector[place]
    return part


def _is_mixed(block: Array) -> bool:
    """Tell whether a block moves, and two components or more of it not all one way."""
    return bool(np.all(block != 0.0) and (block.size == 1 or (np.any(block < 0.0) and np.any(block > 0.0))))


def _is_shape(leaf: Any) -> TypeGuard[tuple[int, ...]]:
    """Tell whether a part of a structure of shapes is one shape."""
    return isinstance(leaf, tuple) and all(isinstance(n, int | np.integer) and not isinstance(n, bool) for n in leaf)


def _as_shape(leaf: Any) -> tuple[int, ...]:
    """Return a leaf as the shape of an array."""
    if _is_shape(leaf):
        return tuple(count(f"the shape {leaf}[{i}]", n, 0) for i, n in enumerate(leaf))
    if isinstance(leaf, int | np.integer) and not isinstance(leaf, bool):
        return (count("the shape", leaf, 0),)
    raise UsageError(
        f"shapes holds {leaf!r}: a tuple of whole numbers, the shape of an array, is required in its place"
    )


def _floating(dtype: Any) -> np.dtype[Any]:
    """Return a real floating dtype."""
    try:
        wanted: np.dtype[Any] = np.dtype(dtype)
    except TypeError as error:
        raise UsageError(f"dtype is {dtype!r}: a real floating dtype is required, such as numpy.float32") from error
    if wanted.kind != "f":
        raise UsageError(f"dtype is {wanted}: a real floating dtype is required, such as numpy.float32")
    return wanted
