"""A structure of arrays as one flat vector, and back, with a name for every leaf."""

from __future__ import annotations

import dataclasses
import functools
import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import optree

from gradcheck.arrays import as_array, kind_of, shown
from gradcheck.errors import UsageError

Vector = npt.NDArray[Any]


PLAIN_ARRAYS: Final = (np.ndarray, np.memmap)
"""Arrays that a plain array can stand in for: a memmap differs only in where it is kept."""


@dataclasses.dataclass(frozen=True)
class Leaf:
    """One array of the structure: its name, shape, dtype and place in the flat vector.

    Examples
    --------
    >>> import numpy as np
    >>> Leaf("b", (2, 1), np.dtype("float64"), 6).place
    slice(6, 8, None)
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    start: int

    @functools.cached_property
    def size(self) -> int:
        """The number of components."""
        return math.prod(self.shape)

    @functools.cached_property
    def place(self) -> slice:
        """Where the leaf stands in the flat vector."""
        return slice(self.start, self.start + self.size)


@dataclasses.dataclass(frozen=True)
class Layout:
    """How a structure of arrays lies in one flat float64 vector.

    Attributes
    ----------
    leaves : tuple of Leaf
    treespec : optree.PyTreeSpec

    Examples
    --------
    >>> import numpy as np
    >>> layout = lay_out({"w": np.ones((2, 3)), "b": np.zeros(2)})
    >>> [leaf.name for leaf in layout.leaves], layout.size
    (['b', 'w'], 8)
    """

    leaves: tuple[Leaf, ...]
    treespec: optree.PyTreeSpec

    @functools.cached_property
    def size(self) -> int:
        """P, the number of components in all leaves."""
        return sum(leaf.size for leaf in self.leaves)

    def to_vector(self, structure: Any) -> Vector:
        """Return the structure's leaves, one after the other, as a new float64 vector of shape (P,)."""
        leaves = self.treespec.flatten_up_to(structure)
        return np.concatenate([np.zeros(0), *(np.ravel(np.asarray(leaf, dtype=np.float64)) for leaf in leaves)])

    def to_structure(self, vector: Vector) -> Any:
        """Return the structure whose leaves hold `vector`, each in its own dtype (complex if `vector` is)."""
        return self.treespec.unflatten([_leaf_value(leaf, vector) for leaf in self.leaves])

    def realise(self, vector: Vector) -> Vector:
        """Return `vector` as it is after a journey through the leaves' own dtypes; what is too large for them becomes
        infinite."""
        if all(leaf.dtype == np.float64 for leaf in self.leaves):
            return vector
        realised = vector.copy()
        for leaf in self.leaves:
            with np.errstate(over="ignore"):
                realised[leaf.place] = vector[leaf.place].astype(leaf.dtype)
        return realised

    def promoted(self) -> Layout:
        """Return the layout with every leaf in float64."""
        wide = np.dtype(np.float64)
        return dataclasses.replace(self, leaves=tuple(dataclasses.replace(leaf, dtype=wide) for leaf in self.leaves))

    def eps(self, leaf: Leaf) -> float:
        """Return the machine precision of a leaf's dtype (dimensionless)."""
        return float(np.finfo(leaf.dtype).eps)


def lay_out(at: Any) -> Layout:
    """Return the layout of an array or of any nesting of lists, tuples and dicts of real arrays.

    Raises
    ------
    UsageError
        If there is no component at all, or a leaf is not real, floating and finite, or is of a subclass of numpy's array.

    Examples
    --------
    >>> lay_out([1.0, [2.0]]).leaves[1].name
    '[1][0]'
    >>> lay_out([])
    Traceback (most recent call last):
    ...
    gradcheck.errors.UsageError: the parameters hold no number at all: a check of nothing proves nothing; ...
    """
    try:
        values, treespec = optree.tree_flatten(at)
    except RecursionError as error:
        message = "the parameters contain themselves: arrays, or lists, tuples and dicts of arrays, are required"
        raise UsageError(message) from error
    leaves: list[Leaf] = []
    start = 0
    for path, value in zip(treespec.paths(), values, strict=True):
        leaf = _leaf_of(_path_name(path), value, start)
        leaves.append(leaf)
        start += leaf.size
    if start == 0:
        raise UsageError(
            "the parameters hold no number at all: a check of nothing proves nothing; give at least one component"
        )
    return Layout(tuple(leaves), treespec)


def leaf_names(structure: Any) -> list[str]:
    """Return the name of every leaf of a structure.

    Examples
    --------
    >>> leaf_names({"layers": [{"W": 1.0}]})
    ['layers[0].W']
    """
    return [_path_name(path) for path in optree.tree_structure(structure).paths()]


def leaves_beside(layout: Layout, structure: Any) -> list[Any] | None:
    """Return the leaves of `structure` that stand where those of `layout` stand, or None if it has another structure.

    A list beside a tuple, or a dict beside an OrderedDict, has the same structure.

    Examples
    --------
    >>> leaves_beside(lay_out([1.0, 2.0]), (3.0, 4.0))
    [3.0, 4.0]
    """
    try:
        return list(layout.treespec.flatten_up_to(structure))
    except ValueError:
        pass
    try:
        values, treespec = optree.tree_flatten(structure)
    except RecursionError as error:
        raise UsageError(
            f"what was returned, {kind_of(structure)}, contains itself: arrays in it are required"
        ) from error
    found = dict(zip(treespec.paths(), values, strict=True))
    paths = layout.treespec.paths()
    return [found[path] for path in paths] if set(found) == set(paths) else None


def _leaf_of(name: str, value: Any, start: int) -> Leaf:
    """Return the leaf for `value`, or say why it cannot be a parameter."""
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            value = float(value)
        except OverflowError as error:
            raise UsageError(
                f"the parameter {name} is a whole number too large for float64: give a smaller one"
            ) from error
    _refuse_subclass(name, value)
    array = as_array(value, f"the parameter {name}")
    if array.dtype.kind == "c":
        raise UsageError(
            f"the parameter {name} is complex ({array.dtype}): real parameters are required; "
            "pass its real and imaginary parts as two leaves"
        )
    if array.dtype.kind != "f":
        raise UsageError(
            f"the parameter {name} has dtype {array.dtype} (value {shown(value, str)}): "
            "a real floating dtype is required; convert it with .astype(float), "
            "or keep labels and counts out of the parameters"
        )
    if array.dtype.itemsize > 8:
        raise UsageError(f"the parameter {name} has dtype {array.dtype}: at most float64 is measured; use float64")
    if not np.all(np.isfinite(array)):
        index = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        where = f" at {list(index)}" if index else ""
        raise UsageError(f"the parameter {name} is {array[index]}{where}: finite parameters are required")
    return Leaf(name, array.shape, array.dtype, start)


def _refuse_subclass(name: str, value: Any) -> None:
    """Raise for an array that is more than an array: it would come back to the user's code as a plain one and mean something else."""
    if not isinstance(value, np.ndarray) or type(value) in PLAIN_ARRAYS:
        return
    if isinstance(value, np.ma.MaskedArray):
        remedy = "pass the numbers that count as a plain array (.compressed()), and apply the mask within the cost"
    else:
        remedy = "pass np.asarray of it, and use plain arrays within the cost (* is elementwise there, @ multiplies matrices)"
    raise UsageError(
        f"the parameter {name} is a {type(value).__module__}.{type(value).__qualname__}: a plain numpy array is required; {remedy}"
    )


def _leaf_value(leaf: Leaf, vector: Vector) -> Any:
    """Return one leaf's value out of the flat vector; a leaf without dimensions becomes a scalar."""
    chunk = vector[leaf.place].reshape(leaf.shape)
    if vector.dtype != leaf.dtype and vector.dtype.kind != "c":
        with np.errstate(over="ignore"):
            chunk = chunk.astype(leaf.dtype, copy=False)
    return chunk[()]


def _path_name(path: tuple[Any, ...]) -> str:
    """Return a path as it is written in Python: layers[0].W, or `parameters` for a lone array."""
    name = ""
    for entry in path:
        if isinstance(entry, str) and entry.isidentifier():
            name += f".{entry}" if name else entry
        else:
            name += f"[{entry!r}]"
    return name or "parameters"
