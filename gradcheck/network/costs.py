"""Costs of one example as functions of the output activations, and the two that belong to an output activation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from gradcheck.errors import UsageError
from gradcheck.network import fused
from gradcheck.network.activations import SIGMOID, SOFTMAX, Activation
from gradcheck.network.arrays import Array
from gradcheck.network.weight_decay import NO_DECAY, WeightDecay

__all__ = [
    "COSTS",
    "CROSS_ENTROPY",
    "LOG_LIKELIHOOD",
    "MATCHED_PAIRS",
    "NO_DECAY",
    "QUADRATIC",
    "Cost",
    "MatchedPair",
    "WeightDecay",
    "cost_named",
    "matched_pair",
]


@dataclass(frozen=True)
class Cost:
    """Hold one cost: C_x of every example, and its gradient by output activation, nabla_a C of (BP1).

    Parameters
    ----------
    name : str
        What users call it.
    value : callable
        ``value(a, y)``, both (n_L, m): C_x of each column, shape (m,). Cost and activations are dimensionless.
    nabla_a : callable
        ``nabla_a(a, y)``: the gradient of each column's C_x, shape (n_L, m); never divided by m.

    Examples
    --------
    >>> import numpy as np
    >>> QUADRATIC.value(np.array([[3.0, 0.0]]), np.array([[1.0, 0.0]]))
    array([2., 0.])
    """

    name: str
    value: Callable[[Array, Array], Array]
    nabla_a: Callable[[Array, Array], Array]


@dataclass(frozen=True)
class MatchedPair:
    """Hold an output activation and a cost that cancel: value and delta^L as functions of z^L.

    Both are relatively accurate where a^L rounds to 0 or 1, for targets from 0 to 1.

    Parameters
    ----------
    activation : Activation
        The output layer's.
    cost : Cost
        The cost that matches it.
    value : callable
        ``value(z, y)``, both (n_L, m): C_x of each column, shape (m,), dimensionless.
    delta : callable
        ``delta(z, y)``: the output error (BP1), shape (n_L, m).

    Examples
    --------
    >>> import numpy as np
    >>> matched_pair(SIGMOID, CROSS_ENTROPY).delta(np.array([[40.0]]), np.array([[1.0]]))
    array([[-4.24835426e-18]])
    """

    activation: Activation
    cost: Cost
    value: Callable[[Array, Array], Array]
    delta: Callable[[Array, Array], Array]


def matched_pair(activation: Activation, cost: Cost) -> MatchedPair | None:
    """Return the fused forms of this output activation with this cost, or None when they do not match.

    Examples
    --------
    >>> matched_pair(SIGMOID, QUADRATIC) is None
    True
    """
    for pair in MATCHED_PAIRS:  # by their functions, which survive pickling; a user's own "sigmoid" is not ours
        if pair.activation.value is activation.value and pair.cost.value is cost.value:
            return pair
    return None


def cost_named(name: str) -> Cost:
    """Return the cost of this name.

    Raises
    ------
    UsageError
        If there is none; the message lists the names.

    Examples
    --------
    >>> cost_named("quadratic") is QUADRATIC
    True
    """
    if name not in COSTS:
        raise UsageError(f"cost is {name!r}: choose one of {', '.join(COSTS)}")
    return COSTS[name]


def quadratic_value(a: Array, y: Array) -> Array:
    """Return C_x = 1/2 sum_j (y_j - a_j)^2 of each column.

    Equation (27).

    Parameters
    ----------
    a, y : ndarray, shape (n_L, m)
        Output activations and targets, dimensionless.

    Examples
    --------
    >>> import numpy as np
    >>> quadratic_value(np.array([[1.0], [2.0]]), np.array([[0.0], [0.0]]))
    array([2.5])
    """
    difference = a - y
    value: Array = (difference * difference).sum(axis=0) / 2
    return value


def quadratic_nabla_a(a: Array, y: Array) -> Array:
    """Return nabla_a C_x = a - y, as in equation (30).

    Parameters
    ----------
    a, y : ndarray, shape (n_L, m)
        Output activations and targets, dimensionless.

    Examples
    --------
    >>> import numpy as np
    >>> quadratic_nabla_a(np.array([[3.0]]), np.array([[1.0]]))
    array([[2.]])
    """
    return a - y


def cross_entropy_value(a: Array, y: Array) -> Array:
    """Return C_x = -sum_j [y_j ln a_j + (1 - y_j) ln(1 - a_j)] of each column; 0 ln 0 is 0.

    Parameters
    ----------
    a, y : ndarray, shape (n_L, m)
        Output activations within [0, 1] and targets, dimensionless.

    Examples
    --------
    >>> import numpy as np
    >>> cross_entropy_value(np.array([[0.0], [0.5]]), np.array([[0.0], [1.0]]))
    array([0.69314718])
    """
    from scipy.special import xlog1py, xlogy

    value: Array = -(xlogy(y, a) + xlog1py(1 - y, -a)).sum(axis=0)
    return value


def cross_entropy_nabla_a(a: Array, y: Array) -> Array:
    """Return nabla_a C_x = (a - y) / (a (1 - a)), whose limits at a = y = 0 and a = y = 1 are 1 and -1.

    Parameters
    ----------
    a, y : ndarray, shape (n_L, m)
        Output activations within [0, 1] and targets, dimensionless.

    Examples
    --------
    >>> import numpy as np
    >>> cross_entropy_nabla_a(np.array([[0.5], [0.0]]), np.array([[1.0], [0.0]]))
    array([[-2.],
           [ 1.]])
    """
    difference = a - y
    limit = np.where(np.equal(y, 0), 1, -1).astype(difference.dtype)
    with np.errstate(divide="ignore"):  # a wrong answer given with certainty: the cost is infinite and so is its slope
        nabla_a: Array = np.divide(difference, a * (1 - a), out=limit, where=(difference != 0) | ((a != 0) & (a != 1)))
    return nabla_a


def log_likelihood_value(a: Array, y: Array) -> Array:
    """Return C_x = -sum_j y_j ln a_j of each column; 0 ln 0 is 0.

    Parameters
    ----------
    a, y : ndarray, shape (n_L, m)
        Output activations within [0, 1] and targets, dimensionless.

    Examples
    --------
    >>> import numpy as np
    >>> log_likelihood_value(np.array([[0.5], [0.5]]), np.array([[1.0], [0.0]]))
    array([0.69314718])
    """
    from scipy.special import xlogy

    value: Array = -xlogy(y, a).sum(axis=0)
    return value


def log_likelihood_nabla_a(a: Array, y: Array) -> Array:
    """Return nabla_a C_x = -y / a, which is 0 where y is 0.

    Parameters
    ----------
    a, y : ndarray, shape (n_L, m)
        Output activations within [0, 1] and targets, dimensionless.

    Examples
    --------
    >>> import numpy as np
    >>> log_likelihood_nabla_a(np.array([[0.5], [0.0]]), np.array([[1.0], [0.0]]))
    array([[-2.],
           [ 0.]])
    """
    zeros = np.zeros(np.broadcast_shapes(a.shape, y.shape), dtype=np.result_type(a, y))
    with np.errstate(divide="ignore"):  # as in the cross-entropy
        nabla_a: Array = np.divide(-y, a, out=zeros, where=np.not_equal(y, 0))
    return nabla_a


QUADRATIC: Final = Cost("quadratic", quadratic_value, quadratic_nabla_a)
CROSS_ENTROPY: Final = Cost("cross_entropy", cross_entropy_value, cross_entropy_nabla_a)
LOG_LIKELIHOOD: Final = Cost("log_likelihood", log_likelihood_value, log_likelihood_nabla_a)
COSTS: Final[Mapping[str, Cost]] = MappingProxyType({
    cost.name: cost for cost in (QUADRATIC, CROSS_ENTROPY, LOG_LIKELIHOOD)
})  # fmt: skip

MATCHED_PAIRS: Final = (
    MatchedPair(SIGMOID, CROSS_ENTROPY, fused.sigmoid_cross_entropy_value, fused.sigmoid_cross_entropy_delta),
    MatchedPair(SOFTMAX, LOG_LIKELIHOOD, fused.softmax_log_likelihood_value, fused.softmax_log_likelihood_delta),
)
