"""Numbers as a report prints them: never rounded so that what differs looks equal, or better than it is."""

from __future__ import annotations

import decimal
import math
from collections.abc import Callable
from typing import Final

SHORTEST: Final = 6
"""Significant digits of a claimed or estimated derivative (a count)."""

LONGEST: Final = 17
"""Significant digits that tell any two float64 numbers apart (a count)."""

MOST_FIXED: Final = 1e15
"""Counts of digits from here on are printed with an exponent: float64 holds no tenths of them (dimensionless)."""


def values_apart(claimed: float, estimated: float) -> list[str]:
    """Return both numbers with 6 significant digits, or with as many more as it takes to print them differently.

    Examples
    --------
    >>> values_apart(0.25, -0.1374603)
    ['0.250000', '-0.137460']
    >>> values_apart(1.0, 1.0000000001)
    ['1.0000000000', '1.0000000001']
    """
    return _apart(_significant, claimed, estimated, range(SHORTEST, LONGEST + 1))


def errors_apart(difference: float, allowed: float) -> list[str]:
    """Return both sizes with 1 decimal, or with as many more as it takes to print them differently.

    Examples
    --------
    >>> errors_apart(0.55, 4.3e-10)
    ['5.5e-01', '4.3e-10']
    >>> errors_apart(4.31e-10, 4.30e-10)
    ['4.31e-10', '4.30e-10']
    """
    return _apart(error, difference, allowed, range(1, LONGEST))


def error(size: float, decimals: int = 1) -> str:
    """Return the size of an error in exponent form.

    Examples
    --------
    >>> error(5.5e-10), error(0.0)
    ('5.5e-10', '0')
    """
    return "0" if size == 0.0 else f"{size:.{decimals}e}"


def limit(size: float, decimals: int = 1) -> str:
    """Return a detection limit in exponent form, rounded up: what could still hide is never made smaller.

    Examples
    --------
    >>> limit(3.11e-9), limit(3.1e-9)
    ('3.2e-09', '3.1e-09')
    """
    if not math.isfinite(size) or size == 0.0 or float(error(size, decimals)) == size:
        return error(size, decimals)
    upward = decimal.Context(prec=decimals + 1, rounding=decimal.ROUND_CEILING).create_decimal(size)
    mantissa, exponent = f"{upward:.{decimals}e}".split("e")
    return f"{mantissa}e{int(exponent):+03d}"


def chance(probability: float) -> str:
    """Return a chance of missing an error with one figure, rounded up (dimensionless).

    Examples
    --------
    >>> chance(1e-6), chance(1.2e-6)
    ('1e-06', '2e-06')
    """
    return limit(probability, 0)


def needed_and_given(needed: float, given: float) -> list[str]:
    """Return the size that is needed, rounded up, and a smaller one, with as many decimals as tell them apart.

    Examples
    --------
    >>> needed_and_given(3e-13, 1e-15), needed_and_given(3.02e-13, 3.01e-13)
    (['3.0e-13', '1.0e-15'], ['3.1e-13', '3.0e-13'])
    """
    pairs = ([limit(needed, decimals), error(given, decimals)] for decimals in range(1, LONGEST))
    return next((pair for pair in pairs if pair[0] != pair[1]), [limit(needed), error(given)])


def digits(count: float) -> str:
    """Return a count of decimal digits, rounded down; a bound of 0 leaves no digit out.

    Examples
    --------
    >>> digits(11.69), digits(float("inf"))
    ('11.6', 'all')
    """
    if count == math.inf:
        return "all"
    if not abs(count) < MOST_FIXED:
        return f"{count:.1e}"
    return f"{math.floor(count * 10.0) / 10.0:.1f}"


def _apart(write: Callable[[float, int], str], first: float, second: float, precisions: range) -> list[str]:
    """Return both numbers at the first precision that tells them apart; equal numbers at the first of all."""
    for precision in precisions:
        written = [write(first, precision), write(second, precision)]
        if written[0] != written[1]:
            return written
    return [write(first, precisions[0]), write(second, precisions[0])]


def _significant(value: float, figures: int) -> str:
    """Return a number with `figures` significant digits, zeros at the end included."""
    return "0" if value == 0.0 else f"{value:#.{figures}g}".removesuffix(".")
