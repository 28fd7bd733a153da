"""Whether the zoo tells the truth: its right gradients against slopes measured by code that shares nothing with the package."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import optree

from tests.zoo.specimen import Kind, Specimen, leaves_of, norm

TOLERANCE = {"complex step": 1e-9, "differences": 1e-7}
"""The largest gap that is still agreement, in units of the norm of the terms of g . v (dimensionless). The complex step is exact; nine
digits are left to gradients that lose some by cancellation. A tableau of differences holds 8 to 12 digits of the zoo's costs."""

COARSE = {np.dtype(np.float32): 2e-3, np.dtype(np.float16): 0.1}
"""The same where the gradient is computed in a coarser dtype than the cost it is compared with: some 1e4 roundings of float32, and
100 of float16."""

MOST_LEAVES = 6
"""Leaves looked at in one specimen, drawn at random where there are more (a count)."""


@dataclasses.dataclass(frozen=True)
class Verified:
    """How one right gradient was verified, and the largest gap in units of what is allowed."""

    how: str
    gap: float


def verify(specimen: Specimen, generator: np.random.Generator) -> Verified:
    """Measure slopes of a right specimen's clean cost along one direction a leaf, and compare."""
    if specimen.kind is Kind.RANDOM and specimen.clean is None:
        return Verified("by construction", 0.0)
    at = specimen.at
    if specimen.kind is Kind.KINK and specimen.by_construction:
        at = optree.tree_map(lambda leaf: leaf + 0.01 * generator.standard_normal(np.shape(leaf)), at)
    gradient = specimen.gradient(optree.tree_map(np.copy, at))
    how, gaps = "nothing to measure", [0.0]
    for direction in _directions(at, generator):
        products = [g * v for g, v in zip(leaves_of(gradient), leaves_of(direction), strict=True)]
        claimed, size = sum(float(np.sum(p)) for p in products), norm(np.concatenate([p.ravel() for p in products]))
        how, gap = _gap(specimen, at, direction, claimed)
        gaps.append(gap / _allowed(specimen, gradient, how, size))
    suffix = ", at a point nearby" if at is not specimen.at else ""
    return Verified(how + suffix, max(gaps))


def _allowed(specimen: Specimen, gradient: Any, how: str, size: float) -> float:
    """Return the gap that is still agreement [cost]."""
    tolerance = TOLERANCE[how]
    if "right to 1e-7" in specimen.by_construction:
        tolerance = 1e-6
    if specimen.kind is Kind.PRECISION or specimen.noise >= 1e-2:
        coarse = [COARSE.get(np.asarray(leaf).dtype, 0.0) for leaf in optree.tree_leaves(gradient)]
        tolerance = max(
            tolerance, *coarse, 2e-3 if specimen.noise > 1e-12 else 0.0, 0.1 if specimen.noise > 1e-4 else 0.0
        )
    if specimen.noise and specimen.clean is None:
        tolerance = max(tolerance, 1e-6)
    clean = specimen.clean or specimen.cost
    value = abs(float(np.real(clean(specimen.at))))
    # Rounding: what differences at 1/100 of the length of a direction make of the last digit of the cost.
    floor = 0.0 if how == "complex step" else 1e4 * float(np.finfo(float).eps) * value
    return max(tolerance * size, floor, 1e-300)


def _directions(at: Any, generator: np.random.Generator) -> Iterator[Any]:
    """Yield directions, each within one leaf: Gaussian, every component scaled by its own size."""
    leaves, spec = optree.tree_flatten(at)
    some = [i for i, leaf in enumerate(leaves) if np.size(leaf)]
    if len(some) > MOST_LEAVES:
        some = sorted(int(i) for i in generator.choice(some, MOST_LEAVES, replace=False))
    for i in some:
        leaf = np.asarray(leaves[i], dtype=np.float64)
        scale = np.where(leaf == 0, norm(leaf) / np.sqrt(leaf.size) or 1.0, np.abs(leaf))
        v = generator.standard_normal(leaf.shape) * scale
        v *= np.minimum(1.0, 3.0 * scale / np.maximum(np.abs(v), 1e-300))
        yield spec.unflatten([v if k == i else np.zeros(np.shape(other)) for k, other in enumerate(leaves)])


def _moved(at: Any, direction: Any, t: Any) -> Any:
    return optree.tree_map(lambda leaf, v: np.asarray(leaf, dtype=np.float64) + t * v, at, direction)


def _gap(specimen: Specimen, at: Any, direction: Any, claimed: float) -> tuple[str, float]:
    """Return how the slope was measured, and its distance from the claim."""
    clean = specimen.clean or specimen.cost
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        slopes = list(_differences(clean, at, direction))
        nearest = min((abs(slope - claimed) for slope in slopes), default=np.inf)
        by_step = _complex_step(clean, at, direction)
        # The complex step is believed where some difference comes near it: not every code takes complex arguments.
        if by_step is not None and any(abs(s - by_step) <= 1e-4 * abs(by_step) + 1e-12 for s in slopes):
            return "complex step", abs(by_step - claimed)
    return "differences", nearest


def _complex_step(clean: Any, at: Any, direction: Any) -> float | None:
    """Return the slope by the complex step, or None where the code does not take it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            value = clean(_moved(at, direction, 1e-30j))
    except Exception:
        return None
    slope = float(np.imag(value)) / 1e-30
    return slope if np.iscomplexobj(value) and np.isfinite(slope) and slope != 0.0 else None


def _differences(clean: Any, at: Any, direction: Any) -> Iterator[float]:
    """Yield central differences at steps from 0.3 to 1e-8 of the direction, and their extrapolations to step 0."""
    rows: list[float] = []
    h = 0.3
    while h > 1e-9:
        above, below = clean(_moved(at, direction, h)), clean(_moved(at, direction, -h))
        row = [float(np.real(above - below)) / (2 * h)]
        for k, coarser in enumerate(rows[:5]):
            row.append(row[-1] + (row[-1] - coarser) / (9.0 ** (k + 1) - 1))
        yield from (slope for slope in row if np.isfinite(slope))
        rows, h = row, h / 3


def breaks_its_promise(specimen: Specimen, generator: np.random.Generator) -> bool:
    """Return whether a gradient that is wrong across calls, or in its form, does something a right one does not."""
    try:
        return _breaks(specimen, generator)
    except Exception:
        return True  # a form that cannot even be compared


def _breaks(specimen: Specimen, generator: np.random.Generator) -> bool:
    def copy() -> Any:
        return optree.tree_map(np.copy, specimen.at)

    elsewhere = optree.tree_map(lambda leaf: leaf + generator.standard_normal(np.shape(leaf)), specimen.at)
    at = copy()
    held = specimen.gradient(at)
    first = [leaf.copy() for leaf in leaves_of(held)]
    differs = _differs(leaves_of(at), leaves_of(specimen.at)) or _differs(first, leaves_of(specimen.truth))
    differs |= any(np.asarray(leaf).dtype.kind != "f" for leaf in optree.tree_leaves(held))
    specimen.cost(elsewhere)
    differs |= _differs(leaves_of(held), first)
    differs |= _differs(leaves_of(specimen.gradient(copy())), first)
    specimen.gradient(elsewhere)
    return differs or _differs(leaves_of(specimen.gradient(copy())), first) or not _moves(specimen, elsewhere, first)


def _moves(specimen: Specimen, elsewhere: Any, first: Any) -> bool:
    return _differs(leaves_of(specimen.gradient(elsewhere)), first)


def _differs(some: list[Any], others: list[Any]) -> bool:
    if [leaf.shape for leaf in some] != [leaf.shape for leaf in others]:
        return True
    return any(not np.allclose(a, b, rtol=1e-9, atol=0.0) for a, b in zip(some, others, strict=True))
