"""A gap that stands out is looked at again: on finer steps of the cost, and beside the noise of the claim itself."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.checks.evidence import COARSEST_SHARE
from gradcheck.checks.measuring import NOISE_SAFETY, SAFETY, Measurement, Setting
from gradcheck.differences.lines import Line
from gradcheck.differences.slope_noise import claimed_slope_noise

Vector = npt.NDArray[Any]


def look(setting: Setting, direction: Vector, *, size: float = 0.0) -> Measurement:
    """Measure along a direction, or where it leaves the domain on both sides along the same with one sign, and look again at a gap.

    Of components at the ends of their domains, x >= 0 at 0, a direction of both signs leaves it on either side. Along
    half-normal components the sum of an error has at most twice the density of its largest term, and that is at least
    1/sqrt(n) of its norm: an error is missed with at most 2 sqrt(n) times the probability.

    Examples
    --------
    >>> from gradcheck.checks.gradient import check
    >>> cost = lambda w: np.sum(np.exp(w)) if np.all(w >= 0.0) else np.nan
    >>> check(cost, np.exp, np.zeros(3)).verdict
    <Verdict.AGREE: 'agree'>
    """
    return second_look(setting, first_look(setting, direction, size=size))


def first_look(setting: Setting, direction: Vector, *, size: float = 0.0) -> Measurement:
    """Measure as `look` does, and no more where it stands out; 6 forward passes as a rule.

    Examples
    --------
    >>> first_look.__name__
    'first_look'
    """
    measured = setting.measure(direction, size=size)
    moved = np.count_nonzero(direction)
    if measured.is_measured or moved <= 1:
        return measured
    inward = setting.measure(np.abs(direction), size=size)
    return dataclasses.replace(inward, dilution=2.0 * math.sqrt(moved)) if inward.is_measured else measured


def second_look(setting: Setting, seen: Measurement) -> Measurement:
    """Return what is known of a measurement that stands out after a closer look; any other as it is.

    Examples
    --------
    >>> from gradcheck.checks.gradient import check
    >>> single = lambda w: np.cos(w.astype(np.float32)).astype(float)  # right to the digits of float32
    >>> check(lambda w: np.sum(np.sin(w)), single, np.array([0.3, 0.7])).verdict
    <Verdict.AGREE: 'agree'>
    """
    if not seen.stands_out or seen.estimate.is_kinked:
        return seen
    for look_again in (Setting.look_closer, beside_claim_noise):
        if seen.stands_out:
            seen = dataclasses.replace(look_again(setting, seen), dilution=seen.dilution)
    return seen


def beside_claim_noise(setting: Setting, seen: Measurement) -> Measurement:
    """Return a measurement with the noise of its claim, measured along its direction, where that could explain the gap.

    Rounding inside the user's backpropagation, equations (BP1) to (BP4) in float32 say; 6 gradient calls or more.
    """
    if setting.problem.subject.gives_value_only or not (is_small(seen) or _is_of_no_slope(seen)):
        return seen
    tangent = seen.estimate.tangent(setting.line(seen.direction))

    def slope(w: Vector) -> float:
        claim = setting.problem.claim_elsewhere(w)
        if claim is None or claim.vector is None or claim.faults:
            return math.nan
        return float(claim.vector @ tangent)

    line = Line(slope, setting.problem.w, seen.direction, setting.problem.layout.realise)
    noise = claimed_slope_noise(line, seen.claimed, eps=setting.eps)
    return dataclasses.replace(seen, gradient_noise=max(seen.gradient_noise, NOISE_SAFETY * noise.level))


def is_small(seen: Measurement) -> bool:
    """Tell whether a gap is small enough to be the work of coarse arithmetic."""
    return seen.gap <= COARSEST_SHARE * max(abs(seen.claimed), abs(seen.estimate.value))


def _is_of_no_slope(seen: Measurement) -> bool:
    """Tell whether no slope was measured: all of the claim may be what rounding left of terms that cancel."""
    return abs(seen.estimate.value) <= SAFETY * seen.estimate.error
