"""What one gradient call returned: a vector in the form of the parameters, or what keeps it from being one."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.arrays import as_array, masked, shown
from gradcheck.errors import UsageError
from gradcheck.parameters import Layout, leaf_names, leaves_beside
from gradcheck.results import Fault, FaultKind

Vector = npt.NDArray[Any]

GRADIENT_ROUNDINGS: Final = 4.0
"""Least rounding error of a claimed component, in units of eps times itself (dimensionless)."""


@dataclasses.dataclass(frozen=True)
class Claim:
    """What one gradient call returned: the vector of shape (P,), or the faults that keep it from being one.

    Examples
    --------
    >>> Claim(None, faults=(), leaves=()).vector is None
    True
    """

    vector: Vector | None
    faults: tuple[Fault, ...]
    leaves: tuple[Any, ...]

    def eps(self, position: int) -> float:
        """Return the machine precision of the dtype one leaf was returned in (dimensionless)."""
        return float(np.finfo(np.asarray(self.leaves[position]).dtype).eps)


def mutation(layout: Layout, structure: Any, w: Vector, what: str) -> Fault | None:
    """Return a fault if a structure no longer holds the `w` it was made from, of shape (P,); `what` wrote to it.

    What equation (46) takes for granted: C(w) leaves w alone.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.parameters import lay_out
    >>> mutation(lay_out(np.ones(1)), np.zeros(1), np.ones(1), "cost").sentence
    'the cost changed its parameters in place (parameters[0] was 1, is 0): work on a copy'
    """
    try:
        if _holds(layout, structure, w):
            return None
        after = layout.to_vector(structure)
    except (TypeError, ValueError, RuntimeError):
        after = np.zeros(0)
    if after.shape != w.shape:
        sentence = f"the {what} changed its parameters in place (they no longer have their structure and shapes): work on a copy"
        return Fault(FaultKind.MUTATION, layout.leaves[0].name, sentence)
    changed = np.flatnonzero(after != layout.realise(w))
    if changed.size == 0:
        return None
    leaf = next(leaf for leaf in layout.leaves if changed[0] < leaf.place.stop)
    index = np.unravel_index(int(changed[0]) - leaf.start, leaf.shape)
    where = f"{leaf.name}{[int(i) for i in index]}" if index else leaf.name
    return Fault(
        FaultKind.MUTATION,
        leaf.name,
        f"the {what} changed its parameters in place ({where} was {w[changed[0]]:.6g}, is {after[changed[0]]:.6g}): "
        "work on a copy",
    )


def _holds(layout: Layout, structure: Any, w: Vector) -> bool:
    """Tell whether a structure holds `w`, leaf by leaf, in the shapes it was made with."""
    values = layout.treespec.flatten_up_to(structure)
    before = layout.realise(w)
    return all(
        np.array_equal(np.asarray(value), before[leaf.place].reshape(leaf.shape))
        for leaf, value in zip(layout.leaves, values, strict=True)
    )


@np.errstate(all="ignore")
def read_claim(layout: Layout, returned: Any) -> Claim:
    """Return a gradient as the user gave it in the form of `layout`, or the faults of its structure, shapes and dtypes.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.parameters import lay_out
    >>> claim = read_claim(lay_out(np.zeros(3)), np.zeros((3, 1)))
    >>> claim.faults[0].sentence
    'the gradient of parameters has shape (3, 1): (3,) was required'
    """
    leaves = leaves_beside(layout, returned)
    if returned is None:
        sentence = "the gradient is None: is a return missing?"
        return Claim(None, (Fault(FaultKind.STRUCTURE, layout.leaves[0].name, sentence),), ())
    if leaves is None:
        return Claim(None, (_other_structure(layout, returned),), ())
    faults = tuple(
        fault
        for leaf, value in zip(layout.leaves, leaves, strict=True)
        for fault in _leaf_faults(leaf.name, leaf.shape, value)
    )
    if any(fault.kind is not FaultKind.NAN for fault in faults):
        return Claim(None, faults, tuple(leaves))
    vector = np.concatenate([np.ravel(np.asarray(value, dtype=np.float64)) for value in leaves])
    return Claim(vector, faults, tuple(leaves))


def _other_structure(layout: Layout, returned: Any) -> Fault:
    """Return the fault of a gradient whose arrays do not stand where the parameters' do."""
    wanted, seen = [leaf.name for leaf in layout.leaves], leaf_names(returned)
    kind = layout.treespec.type
    if isinstance(returned, np.ndarray) and kind in (list, tuple) and all(leaf.shape == () for leaf in layout.leaves):
        numbers = f"a {kind.__name__} of {_counted(len(wanted), 'number')}"
        sentence = (
            f"the gradient is one array of shape {returned.shape}: `at` is {numbers}, so {numbers} was required; "
            "if the parameters are one array, give np.array(at) for `at`"
        )
        return Fault(FaultKind.STRUCTURE, wanted[0], sentence)
    split = "; split it into these" if isinstance(returned, np.ndarray) and returned.size == layout.size else ""
    were = "was" if len(wanted) == 1 else "were"
    sentence = (
        f"the gradient holds {_listing(seen)}: {_listing(wanted)} {were} required, in the structure of the parameters"
        f"{_missing(wanted, seen)}{split}"
    )
    return Fault(FaultKind.STRUCTURE, _first_difference(wanted, seen), sentence)


def _leaf_faults(name: str, shape: tuple[int, ...], value: Any) -> list[Fault]:
    """Return what is wrong with one leaf of a gradient."""
    if value is None or isinstance(value, dict):
        seen = "None" if value is None else f"a dict of {_listing(leaf_names(value))}"
        sentence = f"the gradient of {name} is {seen}: one array of shape {shape} was required"
        return [Fault(FaultKind.STRUCTURE, name, sentence)]
    try:
        array = as_array(value, f"the gradient of {name}")
    except UsageError:
        raise
    except ValueError as error:
        seen = f"{_counted(len(value), 'value')} that " if isinstance(value, list | tuple) else ""
        sentence = f"the gradient of {name} is {seen}{'form no array' if seen else 'no array'} ({error}): one array of shape {shape} was required"
        return [Fault(FaultKind.SHAPE, name, sentence)]
    if array.dtype.kind != "f":
        seen = f"is {shown(value)}" if array.ndim == 0 else f"has dtype {array.dtype}"
        hint = "; its fractions are cut off" if array.dtype.kind in "iub" else ""
        return [Fault(FaultKind.DTYPE, name, f"the gradient of {name} {seen}: a floating dtype was required{hint}")]
    if array.shape != shape:
        return [Fault(FaultKind.SHAPE, name, f"the gradient of {name} has shape {array.shape}: {shape} was required")]
    if masked(value):
        words = f"the gradient of {name} is masked in {masked(value)} of {array.size} components: a number is required in each"
        return [Fault(FaultKind.NAN, name, words)]
    if np.isfinite(array).all():
        return []
    bad = np.argwhere(~np.isfinite(array))
    index = tuple(int(i) for i in bad[0])
    place = f"{name}{list(index)}" if index else name
    return [
        Fault(
            FaultKind.NAN,
            name,
            f"the gradient is {array[index]} at {place}, and not finite in {len(bad)} of {array.size} components",
        )
    ]


def _first_difference(wanted: list[str], seen: list[str]) -> str:
    """Return the first leaf that is missing or unexpected."""
    return next((name for name in [*wanted, *seen] if (name in wanted) != (name in seen)), wanted[0])


def _missing(wanted: list[str], seen: list[str]) -> str:
    """Return which names are missing and which are too many, where some are right; none of either, where no names are alike."""
    missing = [name for name in wanted if name not in seen]
    more = [name for name in seen if name not in wanted]
    if seen and len(missing) == len(wanted):
        return ""
    told = [("missing", missing), ("not asked for", more)]
    words = [
        f"{', '.join(names[:6])}{', ...' if len(names) > 6 else ''} {'is' if len(names) == 1 else 'are'} {what}"
        for what, names in told
        if names
    ]
    return f"; {', and '.join(words)}" if words else ""


def _listing(names: list[str]) -> str:
    """Return a few names as a phrase."""
    if not names:
        return "no array"
    shown = ", ".join(names[:6]) + (", ..." if len(names) > 6 else "")
    return f"{_counted(len(names), 'array')} ({shown})"


def _counted(count: int, what: str) -> str:
    """Return a number of things as a phrase."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
