"""The weight decay's part of the quotients of (46): a sum over the weights, of which one term moves."""

from __future__ import annotations

import numpy as np

from gradcheck.network.arrays import Array
from gradcheck.network.weight_decay import WeightDecay
from gradcheck.sweep.settings import UNIT_ROUNDOFF, Difference
from gradcheck.sweep.sizes import ROUNDINGS


def decay_changes(decay: WeightDecay, w: Array, step: float) -> Array:
    """Return what a step of each weight changes in the decay: l2 step (w + step/2) + l1 (|w + step| - |w|).

    Parameters
    ----------
    decay : WeightDecay
    w : ndarray, any shape
    step : float
        In units of the weights.

    Examples
    --------
    >>> decay_changes(WeightDecay(l1=1.0), np.array([3.0, -0.25]), 0.5)
    array([0.5, 0. ])
    """
    # |w + s| - |w| is s sign(w) but for a change of sign, where w + s is exact enough: the two are of one size.
    kept = np.sign(w) == np.sign(w + step)
    of_l1 = np.where(kept, step * np.sign(w), np.abs(w + step) - np.abs(w))
    return np.asarray(decay.l2 * step * (w + step / 2) + decay.l1 * of_l1)


def decay_quotients(decay: WeightDecay, w: Array, step: float, difference: Difference) -> Array:
    """Return the decay's part of the quotients.

    Examples
    --------
    >>> decay_quotients(WeightDecay(l2=2.0), np.array([3.0]), 1e-8, Difference.CENTRAL)
    array([6.])
    """
    above = decay_changes(decay, w, step)
    if difference is Difference.FORWARD:
        return above / step
    return (above - decay_changes(decay, w, -step)) / (2 * step)


def decay_bound(decay: WeightDecay, w: Array, step: float, difference: Difference) -> Array:
    """Return the error bound of `decay_quotients`: what is beyond the gradient l2 w + l1 sign(w), and rounding.

    Examples
    --------
    >>> float(decay_bound(WeightDecay(l2=2.0), np.array([3.0]), 1e-3, Difference.FORWARD)[0]) < 0.0011
    True
    """
    rounding = ROUNDINGS * UNIT_ROUNDOFF * (decay.l2 * np.abs(w) + decay.l1)
    truncation = decay.l2 * step / 2 if difference is Difference.FORWARD else 0.0
    kink = np.where(np.abs(w) <= step, 2 * decay.l1, 0.0)
    return np.asarray(rounding + truncation + kink)
