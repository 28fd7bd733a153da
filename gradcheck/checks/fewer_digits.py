"""A claim right to fewer digits than its dtype has: what its own rounding explains, and what is too little to be called wrong."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.checks.component_verdicts import Compared
from gradcheck.checks.evidence import COARSEST_SHARE
from gradcheck.checks.measuring import NOISE_SAFETY, SAFETY
from gradcheck.checks.slightness import SLIGHT
from gradcheck.network.arrays import Array
from gradcheck.sweep.sizes import smallest_normal

Vector = npt.NDArray[Any]


@np.errstate(all="ignore")  # shares of what is 0
def allowing_for(noise: Vector, coarse: Sequence[Array], compared: list[Compared]) -> list[Compared]:
    """Return the leaves with what their claims may be off by for a rounding that was measured, and by what is too little to be wrong.

    Each component of equation (46) is allowed its own noise, and the typical one of those that stand out, in units of what is allowed
    for their dtype (a few values of one component may agree by chance); but no more than the coarsest arithmetic makes.

    Parameters
    ----------
    noise : ndarray, shape (P,)
        Cost per unit of parameter.
    coarse : sequence of ndarray
        For each leaf what single precision within may make of it.
    compared : list of Compared

    Examples
    --------
    >>> one = np.ones(3)
    >>> off = Compared("b", one, one + 1e-9, 0 * one, 1e-15 * one, 2.0**-52)
    >>> (allowed,) = allowing_for(np.full(3, 1e-9), [1e-6 * one], [off])
    >>> off.wrong, allowed.wrong, allowed.inaccurate
    (array([ True,  True,  True]), array([False, False, False]), array([False, False, False]))
    >>> (allowed,) = allowing_for(np.zeros(3), [1e-6 * one], [off])
    >>> allowed.wrong, allowed.inaccurate
    (array([False, False, False]), array([ True,  True,  True]))
    """
    each = _like(noise, compared)
    shares = [(part / one.rounding)[one.wrong & _is_rounded(one)] for part, one in zip(each, compared, strict=True)]
    found = np.concatenate(shares)
    typical = float(np.median(found)) if found.size else 0.0
    rounded = [
        dataclasses.replace(one, rounding=_rounding(one, part, typical, most))
        for part, one, most in zip(each, compared, coarse, strict=True)
    ]
    is_everywhere = 2 * sum(np.count_nonzero(one.wrong) for one in rounded) > noise.size
    slight = map(_slight_everywhere, rounded, coarse) if is_everywhere else map(_slight, rounded)
    return [dataclasses.replace(one, slight=gaps) for one, gaps in zip(rounded, slight, strict=True)]


def _like(noise: Vector, compared: list[Compared]) -> list[Vector]:
    """Return a vector's parts in the shapes of the leaves."""
    ends = np.cumsum([one.gap.size for one in compared])[:-1]
    return [part.reshape(one.gap.shape) for part, one in zip(np.split(noise, ends), compared, strict=True)]


def _is_rounded(one: Compared) -> Array:
    """Tell of each component whether more than what is lost near 0 is allowed for it: it is no sum of zeros."""
    return np.asarray(one.rounding > 2.0 * smallest_normal(one.eps / 2.0))


def _rounding(one: Compared, noise: Vector, typical: float, most: Array) -> Array:
    """Return what a leaf may be off by for its rounding: a larger share of its slopes than the coarsest arithmetic makes is none."""
    measured = SAFETY * NOISE_SAFETY * np.fmax(noise, typical * one.rounding)
    coarsest = np.fmax(most, COARSEST_SHARE * np.sqrt(np.mean(one.estimated**2)))
    return np.asarray(np.fmax(one.rounding, np.fmin(measured, coarsest)))


def _slight(one: Compared) -> Array:
    """Return the gaps up to which a leaf is inaccurate, where most of the claim is right to the digits of its dtype."""
    return np.asarray(SLIGHT * np.fmax(np.abs(one.claimed), np.abs(one.estimated)))


def _slight_everywhere(one: Compared, coarse: Array) -> Array:
    """Return the same where most of the claim stands out: what single precision within may make of it too.

    Such arithmetic leaves no noise where it is the same at neighbouring points, and may be a large share of a small component.
    """
    of_typical = SLIGHT * np.sqrt(np.mean(one.claimed**2))
    return np.asarray(np.fmax(np.fmax(_slight(one), coarse), of_typical))


@np.errstate(all="ignore")  # shares of what is 0
def notes_on_digits(compared: list[Compared], allowed: list[Compared]) -> tuple[str, ...]:
    """Return what to say where components stood out before their rounding was allowed for, and fewer do after it.

    Examples
    --------
    >>> one = np.ones(3)
    >>> off = Compared("b", one, one + 1e-9, 0 * one, 1e-15 * one, 2.0**-52)
    >>> notes_on_digits([off], allowing_for(np.full(3, 1e-9), [1e-6 * one], [off]))[0][-31:]
    ' by 1e-09 of themselves or more'
    >>> notes_on_digits([off], allowing_for(np.zeros(3), [1e-6 * one], [off]))[0][:57]
    '3 components are off by more than their rounding explains'
    """
    inaccurate = sum(int(one.inaccurate.sum()) for one in allowed)
    if inaccurate:
        said = f"{inaccurate:,} component{' is' if inaccurate == 1 else 's are'}"
        return (f"{said} off by more than their rounding explains and by less than most mistakes make",)
    if sum(one.wrong.sum() for one in allowed) == sum(one.wrong.sum() for one in compared):
        return ()
    off = np.concatenate([(one.gap / np.abs(one.estimated)).ravel() for one in compared])
    half = float(np.median(off[np.isfinite(off)])) if np.isfinite(off).any() else 0.0
    return (
        f"it is right to fewer digits than its dtype has: half of its components are off by {half:.0e} of themselves or more",
    )
