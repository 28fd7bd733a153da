"""Answers of the user's code compared: what is the same to rounding, what changed where, and what was written to."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.claims import Claim
from gradcheck.parameters import Layout, Leaf
from gradcheck.results import Fault, FaultKind

Vector = npt.NDArray[Any]

ROUNDINGS: Final = 64.0
"""Two answers that should be equal may differ by this many roundings of the largest component (dimensionless): another order of
summation, no more, as between two calls of a gradient."""


def same_answer(layout: Layout, before: Claim, after: Claim) -> bool:
    """Tell whether two answers are the same but for the order of summation; what equation (46) takes for granted of C.

    Examples
    --------
    >>> from gradcheck.checks.claims import read_claim
    >>> from gradcheck.parameters import lay_out
    >>> layout = lay_out(np.ones(2))
    >>> same_answer(layout, read_claim(layout, np.ones(2)), read_claim(layout, np.full(2, 1.0 + 1e-15)))
    True
    """
    return all(not _differs(leaf, i, before, after) for i, leaf in enumerate(layout.leaves))


@np.errstate(all="ignore")
def _differs(leaf: Leaf, position: int, before: Claim, after: Claim) -> bool:
    if before.vector is None or after.vector is None:
        return True
    was, now = before.vector[leaf.place], after.vector[leaf.place]
    allowed = ROUNDINGS * before.eps(position) * np.max(np.abs(was), initial=0.0)
    return not np.all(np.abs(now - was) <= allowed)


def change(layout: Layout, before: Claim, after: Claim) -> tuple[Leaf, str]:
    """Return the first leaf that changed, and in words how.

    Examples
    --------
    >>> from gradcheck.checks.claims import read_claim
    >>> from gradcheck.parameters import lay_out
    >>> layout = lay_out({"w": np.ones(2)})
    >>> change(layout, read_claim(layout, {"w": np.ones(2)}), read_claim(layout, {"w": np.array([1.0, 3.0])}))[1]
    'was 1 at w[1] and became 3'
    """
    leaf = next(leaf for i, leaf in enumerate(layout.leaves) if _differs(leaf, i, before, after))
    if before.vector is None or after.vector is None:
        return leaf, "was sound at first and was not"
    was, now = before.vector[leaf.place], after.vector[leaf.place]
    worst = int(np.argmax(np.nan_to_num(np.abs(now - was), nan=np.inf)))
    return leaf, f"was {was[worst]:.6g} at {component_name(leaf, worst)} and became {now[worst]:.6g}"


def rewritten(
    who: str, what: str, names: tuple[str, ...], before: tuple[Any, ...], after: tuple[Any, ...]
) -> Fault | None:
    """Return a fault for the first array that is another than it was before `who` was given it; what is no array is left out.

    Examples
    --------
    >>> rewritten("backward", "the gradient at", ("out",), (np.zeros(2),), (np.array([0.0, 3.0]),)).sentence
    'backward changed the gradient at out in place ([1] was 0, is 3): work on a copy'
    """
    for name, was, now in zip(names, before, after, strict=True):
        if not isinstance(was, np.ndarray) or not isinstance(now, np.ndarray):
            continue
        if was.shape == now.shape and np.array_equal(was, now, equal_nan=was.dtype.kind in "fc"):
            continue
        seen = f"of shape {was.shape}, then of shape {now.shape}"
        if was.shape == now.shape:
            at = int(np.flatnonzero((was != now).ravel())[0])
            where = component_name(Leaf("", was.shape, was.dtype, 0), at)
            seen = f"{where} was {_number(was.flat[at])}, is {_number(now.flat[at])}".lstrip()
        return Fault(
            FaultKind.MUTATION,
            name,
            f"{who} changed {what} {name} in place ({seen}): work on a copy".replace("  ", " "),
        )
    return None


def _number(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, np.floating) else str(value)


def component_name(leaf: Leaf, position: int) -> str:
    """Return the name of a component of a leaf.

    Examples
    --------
    >>> from gradcheck.parameters import lay_out
    >>> component_name(lay_out({"w": np.ones((2, 3))}).leaves[0], 4)
    'w[1, 1]'
    """
    index = [int(i) for i in np.unravel_index(position, leaf.shape)]
    return f"{leaf.name}{index}" if index else leaf.name


def distinguishable(*values: float) -> list[str]:
    """Return numbers with as many digits as it takes to tell them apart, at least 6.

    Examples
    --------
    >>> distinguishable(1.0, 2.0), distinguishable(1.0, 1.0 + 1e-9)
    (['1', '2'], ['1', '1.000000001'])
    """
    for digits in range(6, 18):
        words = [f"{value:.{digits}g}" for value in values]
        if len(set(words)) == len(words):
            break
    return words
