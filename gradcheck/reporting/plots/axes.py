"""Axes over many powers of ten, with few and plain numbers at them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_DECADES: Final = 14
"""Powers of ten of an axis on each side of 0 at most (a count): what is nearer to 0 is drawn as if it were at 0."""

HIGHEST: Final = 300
"""The largest power of ten at an axis: float64 holds no more than some beyond it (dimensionless)."""

MOST_TICKS: Final = 5
"""Numbers at one side of an axis at most (a count)."""


def power(exponent: int) -> str:
    """Return a power of ten as it stands at an axis.

    Examples
    --------
    >>> power(0), power(-12)
    ('1', '1e-12')
    """
    return "1" if exponent == 0 else f"1e{exponent}"


def span(values: Iterable[float]) -> tuple[int, int]:
    """Return the powers of ten that hold the sizes of all numbers but 0.

    Examples
    --------
    >>> span([0.0, 0.02, -3.0]), span([0.0]), span([1e308]), span([5e-324])
    ((-2, 1), (0, 1), (299, 300), (-300, -299))
    """
    sizes = [abs(value) for value in values if value != 0.0 and math.isfinite(value)]
    if not sizes:
        return 0, 1
    highest = max(min(math.floor(math.log10(max(sizes))) + 1, HIGHEST), 1 - HIGHEST)
    lowest = min(math.floor(math.log10(min(sizes))), highest - 1)
    return max(lowest, highest - MOST_DECADES, -HIGHEST), highest


def spread(lowest: int, highest: int) -> list[int]:
    """Return few whole numbers from the highest down to the lowest, evenly apart.

    Examples
    --------
    >>> spread(-12, 1)
    [1, -2, -5, -8, -11]
    """
    apart = max(1, math.ceil((highest - lowest + 1) / MOST_TICKS))
    return list(range(highest, lowest - 1, -apart))


def set_symmetric(axes: Axes, values: Iterable[float]) -> None:
    """Make both axes logarithmic on both sides of 0, the same on both.

    Examples
    --------
    >>> from gradcheck.reporting.plots.canvas import new_figure, own_style
    >>> with own_style():
    ...     axes = new_figure(2.0).subplots()
    ...     set_symmetric(axes, [-1.0, -0.01])
    >>> [label.get_text() for label in axes.get_xticklabels()]
    ['-10', '-1', '-0.1', '-0.01', '0']
    """
    known = [value for value in values if math.isfinite(value)]
    lowest, highest = span(known)
    exponents = spread(lowest, highest)
    has_negative, has_positive = any(value < 0.0 for value in known), any(value > 0.0 for value in known)
    ticks = [-(10.0**n) for n in exponents if has_negative] + [0.0]
    ticks += [10.0**n for n in reversed(exponents) if has_positive]
    least, most = (-(10.0**highest) if has_negative else 0.0), (10.0**highest if has_positive else 0.0)
    for set_scale, set_ticks in ((axes.set_xscale, axes.set_xticks), (axes.set_yscale, axes.set_yticks)):
        set_scale("symlog", linthresh=10.0**lowest, linscale=0.6)
        set_ticks(ticks, [f"{tick:.6g}" for tick in ticks])
    axes.minorticks_off()
    room = 0.3 * 10.0**lowest
    axes.set(xlim=(least * 1.5 - room, most * 1.5 + room), ylim=(least * 1.5 - room, most * 1.5 + room))


def set_logarithmic(axes: Axes, steps: Iterable[float], sizes: Iterable[float]) -> None:
    """Make both axes logarithmic, each with few numbers at it.

    Examples
    --------
    >>> from gradcheck.reporting.plots.canvas import new_figure, own_style
    >>> with own_style():
    ...     axes = new_figure(2.0).subplots()
    ...     set_logarithmic(axes, [1e-3, 0.5], [1e-9, 2.0])
    >>> [label.get_text() for label in axes.get_xticklabels()]
    ['1e-3', '1e-2', '1e-1', '1']
    """
    each = (
        (steps, axes.set_xscale, axes.set_xticks, axes.set_xlim),
        (sizes, axes.set_yscale, axes.set_yticks, axes.set_ylim),
    )
    for values, set_scale, set_ticks, set_limits in each:
        lowest, highest = span(values)
        set_scale("log")
        exponents = spread(lowest, highest)[::-1]
        set_ticks([10.0**n for n in exponents], [power(n) for n in exponents])
        set_limits(10.0 ** (lowest - 0.3), 10.0 ** (highest + 0.3))
    axes.minorticks_off()
