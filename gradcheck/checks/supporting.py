"""Which patterns that fit may be named: those that could not fit by accident, with their numbers recognised where they are known ones."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from gradcheck.checks.fits import Fit, together
from gradcheck.checks.hypotheses import BESIDE_DECAY
from gradcheck.checks.limits import MISS_PROBABILITY
from gradcheck.checks.sizes import Size

KNOWN: Final = tuple(map(Fraction, ("-1", "2", "1/2", "-2", "-1/2")))
"""Factors that need no other sign than themselves: a sign, a square that lost or kept its 2, both."""

ONE_NUMBER: Final = ("factor", "weight-decay", "signs", "constant")
"""The patterns with a number to be found, simplest first."""


@dataclasses.dataclass(frozen=True)
class Named:
    """A pattern that explains what was measured.

    Attributes
    ----------
    fit : Fit
    ratio : Fraction or None
        Of a factor that is a known one: what is claimed over what is right.
    size : Size or None
        Whose number the factor, or 1 over it, is.

    Examples
    --------
    >>> Named(Fit("transposed", 0.0, 0.0, (), ())).ratio is None
    True
    """

    fit: Fit
    ratio: Fraction | None = None
    size: Size | None = None


def name(fit: Fit, sizes: Sequence[Size], tried: int) -> list[Named]:
    """Return what a pattern that fits is called; nothing where so many that were tried would fit by accident too often.

    Examples
    --------
    >>> half = Fit("factor", 0.499999999, 0.500000001, tests=((1e-9, 1.0),), errors=(1.0,))
    >>> [str(one.ratio) for one in name(half, (Size(2, "the number of rows of X"),), tried=1)]
    ['2', '2']
    """
    if fit.id == BESIDE_DECAY:
        ratio = Fraction(fit.detail)
        size = next((one for one in sizes if one.m in (abs(ratio), 1 / abs(ratio))), None)
        return [Named(fit, ratio, size)] if fit.chance(fitted=1) * tried <= MISS_PROBABILITY else []
    if fit.id not in ONE_NUMBER:
        return [Named(fit)] if fit.chance(fitted=0) * tried <= MISS_PROBABILITY else []
    if fit.id == "factor":
        known = [one for one in _known(fit, sizes) if one.ratio and fit.allows(float(1 / one.ratio))]
        count = tried + len(KNOWN) + 4 * len(sizes)
        if known:
            return known if fit.chance(fitted=0) * count <= MISS_PROBABILITY else []
    return [Named(fit)] if fit.chance(fitted=1) * tried <= MISS_PROBABILITY else []


def _known(fit: Fit, sizes: Sequence[Size]) -> list[Named]:
    """Return the factors with a meaning: the simple ones, and the sizes of the data, whole or 1 over them, of both signs."""
    simple = [Named(fit, ratio) for ratio in KNOWN]
    return simple + [
        Named(fit, sign * ratio, size)
        for size in sizes
        for sign in (1, -1)
        for ratio in (Fraction(size.m), Fraction(1, size.m))
    ]


def known_ratios(sizes: Sequence[Size]) -> list[Fraction]:
    """Return the ratios of claimed to right that have a meaning: the simple ones, and the sizes of the data, whole or 1 over them.

    Examples
    --------
    >>> [str(ratio) for ratio in known_ratios((Size(8, "the number of rows of X"),))][5:]
    ['8', '1/8']
    """
    return [*KNOWN, *(ratio for size in sizes if size.m > 1 for ratio in (Fraction(size.m), Fraction(1, size.m)))]


def merge(found: Sequence[Named]) -> list[Named]:
    """Return patterns of single leaves with those that are one and the same in several leaves as one.

    Examples
    --------
    >>> fits = [Fit("factor", 0.4, 0.6, (), (), names=(name,)) for name in "ab"]
    >>> [one.fit.names for one in merge(list(map(Named, fits)))]
    [('a', 'b')]
    """
    merged: list[Named] = []
    for one in found:
        for i, other in enumerate(merged):
            both = _as_one(one, other)
            if both is not None:
                merged[i] = both
                break
        else:
            merged.append(one)
    return merged


def _as_one(one: Named, other: Named) -> Named | None:
    same = (one.fit.id, one.ratio, one.size, one.fit.detail) == (
        other.fit.id,
        other.ratio,
        other.size,
        other.fit.detail,
    )
    if not same or one.fit.id == "other-leaf":
        return None
    if one.fit.id in ONE_NUMBER:
        both = together([other.fit, one.fit])
        return None if both is None else dataclasses.replace(other, fit=both)
    # Nothing was fitted: there is no number that could differ.
    names = tuple(dict.fromkeys((*other.fit.names, *one.fit.names)))
    return dataclasses.replace(other, fit=dataclasses.replace(other.fit, names=names))
