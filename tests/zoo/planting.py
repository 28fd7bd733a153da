"""Mistakes that are planted beside a right gradient: edits of what it returns."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import optree

from tests.zoo.specimen import Gradient, Pair, Specimen, beside, leaves_of, norm

Leaves = list[Any]
Edit = Callable[[Leaves], None]
Mistake = Callable[[np.random.Generator, Leaves], Edit | None]

EPS = float(np.finfo(np.float64).eps)
VISIBLE = 1e6
"""How many times the rounding of the cost a planted error moves it, over the length of its leaf (dimensionless).

An extrapolated difference at 1/100 of that length multiplies the rounding by a few hundred; this leaves a factor of a thousand for
the safety of the checker and for a direction that happens to lie badly."""


def edited(gradient: Gradient, edit: Edit) -> Gradient:
    """Return the gradient with an edit made in place to the leaves of a copy of what it returns."""

    def wrong(parameters: Any) -> Any:
        values, spec = optree.tree_flatten(copy.deepcopy(gradient(parameters)))
        leaves = [np.array(value) for value in values]
        edit(leaves)
        return spec.unflatten([leaf[()] for leaf in leaves])

    return wrong


def _some(generator: np.random.Generator, leaves: Leaves) -> int:
    return int(generator.choice([i for i, leaf in enumerate(leaves) if leaf.size and np.any(leaf)]))


def _inside(generator: np.random.Generator, leaf: Any) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(generator.integers(leaf.size), leaf.shape))


def _scaled(factor: float) -> Mistake:
    def mistake(generator: np.random.Generator, leaves: Leaves) -> Edit:
        i = _some(generator, leaves)

        def edit(found: Leaves) -> None:
            found[i] = factor * found[i]

        return edit

    return mistake


def _everything(factor: float) -> Mistake:
    def mistake(_: np.random.Generator, leaves: Leaves) -> Edit:
        def edit(found: Leaves) -> None:
            found[:] = [factor * leaf for leaf in found]

        return edit

    return mistake


def one_component(generator: np.random.Generator, leaves: Leaves) -> Edit:
    """Add 1e-6 to 1e-1 of the leaf's norm to one component."""
    i = _some(generator, leaves)
    index = _inside(generator, leaves[i])
    error = 10.0 ** generator.uniform(-6.0, -1.0) * norm(leaves[i]) * generator.choice([-1.0, 1.0])

    def edit(found: Leaves) -> None:
        found[i][index] += error

    return edit


def tiny_component(generator: np.random.Generator, leaves: Leaves) -> Edit:
    """Multiply the largest component of a leaf by 1 + 1e-6 to 1e-5."""
    i = _some(generator, leaves)
    index = tuple(int(k) for k in np.unravel_index(np.argmax(np.abs(leaves[i])), leaves[i].shape))
    factor = 1.0 + 10.0 ** generator.uniform(-6.0, -5.0)

    def edit(found: Leaves) -> None:
        found[i][index] *= factor

    return edit


def missing_entry(generator: np.random.Generator, leaves: Leaves) -> Edit:
    """Zero one component."""
    i = _some(generator, leaves)
    index = _inside(generator, leaves[i])

    def edit(found: Leaves) -> None:
        found[i][index] = 0.0

    return edit


def swapped_pair(generator: np.random.Generator, leaves: Leaves) -> Edit | None:
    """Exchange two components of a leaf."""
    i = _some(generator, leaves)
    if leaves[i].size < 2:
        return None
    one, other = generator.choice(leaves[i].size, 2, replace=False)

    def edit(found: Leaves) -> None:
        flat = found[i].reshape(-1).copy()
        flat[[one, other]] = flat[[other, one]]
        found[i] = flat.reshape(found[i].shape)

    return edit


def _slice_of(axis: int) -> Mistake:
    def mistake(generator: np.random.Generator, leaves: Leaves) -> Edit | None:
        matrices = [i for i, leaf in enumerate(leaves) if leaf.ndim >= 2 and leaf.size]
        if not matrices:
            return None
        i = int(generator.choice(matrices))
        k = int(generator.integers(leaves[i].shape[axis]))
        factor = generator.choice([-1.0, 0.0, 2.0, 1.001])

        def edit(found: Leaves) -> None:
            np.moveaxis(found[i], axis, 0)[k] *= factor

        return edit

    return mistake


one_row, one_column = _slice_of(0), _slice_of(-1)


def transposed(generator: np.random.Generator, leaves: Leaves) -> Edit | None:
    """Transpose a square leaf, or lay the entries of another out in the order of its transpose."""
    matrices = [i for i, leaf in enumerate(leaves) if leaf.ndim == 2 and min(leaf.shape) > 1]
    if not matrices:
        return None
    i = int(generator.choice(matrices))

    def edit(found: Leaves) -> None:
        found[i] = np.reshape(found[i].T, found[i].shape).copy()

    return edit


def along_a_direction(generator: np.random.Generator, leaves: Leaves) -> Edit:
    """Add 1e-6 to 1e-1 of a leaf's norm along a random direction."""
    i = _some(generator, leaves)
    error = generator.standard_normal(leaves[i].shape)
    error *= 10.0 ** generator.uniform(-6.0, -1.0) * norm(leaves[i]) / norm(error)

    def edit(found: Leaves) -> None:
        found[i] = found[i] + error

    return edit


MISTAKES: dict[str, Mistake] = {
    "one leaf doubled": _scaled(2.0),
    "one leaf negated": _scaled(-1.0),
    "one leaf zeroed": _scaled(0.0),
    "one leaf 0.1 % too large": _scaled(1.001),
    "everything doubled": _everything(2.0),
    "everything negated": _everything(-1.0),
    "a mean where a sum is due": _everything(1 / 7),
    "one component off": one_component,
    "one component off by a millionth": tiny_component,
    "one component missing": missing_entry,
    "two components swapped": swapped_pair,
    "one row wrong": one_row,
    "one column wrong": one_column,
    "one leaf transposed": transposed,
    "off along a direction": along_a_direction,
}
"""Mistakes by their name: (generator, leaves of the right gradient) -> edit, or None where it cannot be made."""


def visibility(right: Specimen, errors: Leaves) -> float:
    """Return how far the most visible error moves the cost over the length of its leaf, in units of what hides it."""
    clean = right.clean or right.cost
    value = abs(float(np.real(right.cost(right.at))))
    spread = EPS * max(value, abs(float(np.real(clean(right.at)))), 1e-300) + right.noise
    found = 0.0
    for error, leaf in zip(errors, leaves_of(right.at), strict=True):
        if leaf.size:
            length = right.length or norm(leaf) / np.sqrt(leaf.size) or 1.0
            found = max(found, norm(error) / spread * length)
    return found


def plant(
    generator: np.random.Generator, right: Specimen, *only: str, least: float = 0.0, visible: float = VISIBLE
) -> Pair:
    """Return the right specimen with a mistake beside it: one of `only`, or of all; its share is at least `least`."""
    truth = leaves_of(right.gradient(right.at))
    for _ in range(200):
        name = str(generator.choice(only or list(MISTAKES)))
        edit = MISTAKES[name](generator, [leaf.copy() for leaf in truth])
        if edit is None:
            continue
        pair = beside(right, edited(right.gradient, edit), name)
        errors = [a - b for a, b in zip(leaves_of(pair.wrong.gradient(right.at)), truth, strict=True)]
        if pair.wrong.share > least and visibility(right, errors) >= visible:
            return pair
    raise RuntimeError(f"no mistake out of {only or 'all'} is large enough to be seen here")
