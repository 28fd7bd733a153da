"""C_x' - C_x without cancellation: of a changed output activation, or of changed weighted inputs where cost and output are fused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from gradcheck.network import elementwise
from gradcheck.network.arrays import Array
from gradcheck.network.costs import CROSS_ENTROPY, LOG_LIKELIHOOD, QUADRATIC, Cost, MatchedPair
from gradcheck.network.softmax import softmax, sum_of_others
from gradcheck.sweep.rooms import ROOMS

CostChange: TypeAlias = Callable[[Array], Array]
"""``change(D)``: for D of shape (n_L, R) the change of the cost, shape (R,)."""


@dataclass(frozen=True)
class ExactCostChange:
    """Hold the change of one cost about one output, and the size of its terms by each output.

    Parameters
    ----------
    change : callable
        `CostChange`.
    size : ndarray, shape (n_L,)
        Sum of the sizes of the terms that the change has for a small D_j, over |D_j|.

    Examples
    --------
    >>> found = exact_cost_change(QUADRATIC, np.array([1.0]), np.array([0.0]))
    >>> found.change(np.array([[1e-20]]))
    array([1.e-20])
    """

    change: CostChange
    size: Array


def exact_cost_change(cost: Cost, a: Array, y: Array) -> ExactCostChange | None:
    """Return the identity of one of our costs about a^L, or None for a user's own.

    Parameters
    ----------
    cost : Cost
    a, y : ndarray, shape (n_L,)
        Output activations and targets of one example, dimensionless.

    Examples
    --------
    >>> from gradcheck.network.costs import Cost
    >>> exact_cost_change(Cost("own", lambda a, y: a[0], lambda a, y: a), np.ones(1), np.ones(1)) is None
    True
    """
    for ours, build in ((QUADRATIC, _quadratic), (CROSS_ENTROPY, _cross_entropy), (LOG_LIKELIHOOD, _log_likelihood)):
        if cost.value is ours.value:
            return build(a, y)
    return None


def exact_fused_change(pair: MatchedPair, z: Array, y: Array) -> ExactCostChange:
    """Return the identity of a fused pair about z^L.

    Parameters
    ----------
    pair : MatchedPair
    z, y : ndarray, shape (n_L,)
        Weighted inputs of the output layer and targets of one example, dimensionless.

    Examples
    --------
    >>> from gradcheck.network.costs import MATCHED_PAIRS
    >>> float(exact_fused_change(MATCHED_PAIRS[0], np.array([0.0]), np.array([1.0])).change(np.array([[1e-20]]))[0])
    -5e-21
    """
    return _sigmoid_cross_entropy(z, y) if pair.cost.value is CROSS_ENTROPY.value else _softmax_log_likelihood(z, y)


def _quadratic(a: Array, y: Array) -> ExactCostChange:
    """(a + D - y)^2/2 - (a - y)^2/2 = (a - y) D + D^2/2."""
    off, halves = a - y, np.full_like(a, 0.5)

    def change(D: Array) -> Array:
        found = off @ D
        found += halves @ np.square(D, out=ROOMS.array("squares", D.shape))
        return np.asarray(found)

    return ExactCostChange(change, np.abs(off))


def _cross_entropy(a: Array, y: Array) -> ExactCostChange:
    """-y ln((a + D)/a) - (1 - y) ln((1 - a - D)/(1 - a)); a term whose factor is 0 is 0."""
    of_one = _logs(a, y)
    of_zero = _logs(1 - a, 1 - y)
    return ExactCostChange(lambda D: of_one.change(D) + of_zero.change(-D), of_one.size + of_zero.size)


def _log_likelihood(a: Array, y: Array) -> ExactCostChange:
    """-y ln((a + D)/a)."""
    return _logs(a, y)


def _logs(a: Array, y: Array) -> ExactCostChange:
    """The change of -sum y ln a, over the outputs whose y is not 0."""
    rows = np.flatnonzero(y)
    inside, factors, size = a[rows], -y[rows], np.zeros_like(a)
    size[rows] = np.abs(factors) / inside
    return ExactCostChange(lambda D: np.asarray(factors @ np.log1p(D[rows] / inside[:, None])), size)


def _sigmoid_cross_entropy(z: Array, y: Array) -> ExactCostChange:
    """(1 - y) log1p(s expm1(d)) + y log1p(s' expm1(-d)), s = sigmoid(z) and s' = sigmoid(-z)."""
    s, s_other = elementwise.sigmoid(z), elementwise.sigmoid(-z)

    def change(D: Array) -> Array:
        return np.asarray((1 - y) @ np.log1p(s[:, None] * np.expm1(D)) + y @ np.log1p(s_other[:, None] * np.expm1(-D)))

    return ExactCostChange(change, np.abs(1 - y) * s + np.abs(y) * s_other)


def _softmax_log_likelihood(z: Array, y: Array) -> ExactCostChange:
    """The sum over j of y_j log1p(sum_i p_i expm1(d_i - d_j)): the term of the right class itself is 0."""
    p = softmax(z.reshape(-1, 1))
    others, rows = sum_of_others(p)[:, 0], np.flatnonzero(y)
    p = p[:, 0]

    def change(D: Array) -> Array:
        terms = [y[j] * np.log1p(p @ np.expm1(D - D[j])) for j in rows]
        return np.asarray(sum(terms, np.zeros(D.shape[1:])))

    return ExactCostChange(change, np.abs(y).sum() * p + np.abs(y) * others)
