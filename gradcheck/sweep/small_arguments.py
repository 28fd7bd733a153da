"""tanh and expm1 of arguments that are known to be small: to the last bit, at the price of a few products.

These are the two library functions in the identities of the delta-form, and their argument is a change d of a weighted input. No
activation, no cost and no network is expanded in anything: sigma(z + d) - sigma(z) stays the exact identity it is, with tanh d or
expm1 d in it. A library evaluates these two by a polynomial as well, after it has reduced its argument; ours are small from the start, so that
what is left is as many terms of the series as can change the last bit, which for d below 4e-9 is d itself, as numpy's own functions
return it. Where an argument may be larger, numpy's own function is called.

Why not numpy's always: it has no vector instructions for these two on processors without AVX-512, and there the whole sweep takes three to
four times as long with them (tests/evidence/sweep_speed.py measures it and reports/performance.md says how much).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from gradcheck.network.arrays import Array

HALF_ULP: Final = 2.0**-54
"""What is added to 1 without a trace, with one half of rounding's own error to spare (dimensionless)."""

TANH_SERIES: Final = (1.0, -1 / 3, 2 / 15, -17 / 315)
"""tanh x = x (1 - x^2/3 + 2x^4/15 - 17x^6/315 + ...)."""

EXPM1_SERIES: Final = (1.0, 1 / 2, 1 / 6, 1 / 24, 1 / 120)
"""expm1 x = x (1 + x/2 + x^2/6 + ...)."""


def tanh_in_place(x: Array, largest: float) -> Array:
    """Return tanh x, written over x.

    Parameters
    ----------
    x : ndarray, any shape
        Dimensionless.
    largest : float
        What no |x| exceeds.

    Examples
    --------
    >>> float(tanh_in_place(np.array([1e-3]), 1e-3)[0]) == float(np.tanh(1e-3))
    True
    """
    terms = _terms(TANH_SERIES, largest * largest)
    if terms is None:
        return np.tanh(x, out=x)
    if len(terms) > 1:
        x *= _polynomial(x * x, terms)
    return x


def is_own_tanh(largest: float) -> bool:
    """Tell whether tanh x is x to the last bit for every |x| up to `largest`.

    Examples
    --------
    >>> is_own_tanh(1e-9), is_own_tanh(1e-3)
    (True, False)
    """
    terms = _terms(TANH_SERIES, largest * largest)
    return terms is not None and len(terms) == 1


def expm1_in_place(x: Array, largest: float) -> Array:
    """Return e^x - 1, written over x.

    Parameters
    ----------
    x : ndarray, any shape
        Dimensionless.
    largest : float
        What no |x| exceeds.

    Examples
    --------
    >>> float(expm1_in_place(np.array([1e-5]), 1e-5)[0]) == float(np.expm1(1e-5))
    True
    """
    terms = _terms(EXPM1_SERIES, largest)
    if terms is None:
        return np.expm1(x, out=x)
    if len(terms) > 1:
        x *= _polynomial(x.copy(), terms)
    return x


def _terms(series: tuple[float, ...], largest: float) -> tuple[float, ...] | None:
    """Return the terms that matter, the first one left out being below half an ulp of the sum; None where the series is too short."""
    if not largest < 1:
        return None
    for count in range(1, len(series)):
        if abs(series[count]) * largest**count < HALF_ULP:
            return series[:count]
    return None


def _polynomial(t: Array, terms: tuple[float, ...]) -> Array:
    """Return the sum of terms[i] t^i by Horner's rule, written over t."""
    sum_ = t * terms[-1]
    for term in reversed(terms[1:-1]):
        sum_ += term
        sum_ *= t
    sum_ += terms[0]
    return sum_
