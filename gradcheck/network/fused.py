"""Costs fused with the output activation they match, as functions of z^L: sound where a^L rounds to 0 or 1."""

from __future__ import annotations

import numpy as np

from gradcheck.network import elementwise
from gradcheck.network.arrays import Array
from gradcheck.network.softmax import sum_of_others, top_row


def sigmoid_cross_entropy_value(z: Array, y: Array) -> Array:
    """Return the cross-entropy of sigmoid(z): the sum of y softplus(-z) + (1 - y) softplus(z).

    The two softplus share log(1 + e^-|z|), whose coefficients add to 1; nothing cancels for targets within [0, 1].

    Parameters
    ----------
    z, y : ndarray, shape (n_L, m)
        Weighted inputs of the output layer and targets, dimensionless.

    Examples
    --------
    >>> import numpy as np
    >>> sigmoid_cross_entropy_value(np.array([[40.0, -700.0]]), np.array([[1.0, 1.0]]))
    array([4.24835426e-18, 7.00000000e+02])
    """
    straight = np.where(z.real > 0, (1 - y) * z, -y * z)
    value: Array = (straight + elementwise.log1p_of_decay(z)).sum(axis=0)
    return value


def sigmoid_cross_entropy_delta(z: Array, y: Array) -> Array:
    """Return delta^L = (1 - y) sigma(z) - y sigma(-z), which is a^L - y without its cancellation.

    Parameters
    ----------
    z, y : ndarray, shape (n_L, m)
        Weighted inputs of the output layer and targets, dimensionless.

    Examples
    --------
    >>> import numpy as np
    >>> sigmoid_cross_entropy_delta(np.array([[0.0, -700.0]]), np.array([[1.0, 0.0]]))
    array([[-5.00000000e-001,  9.85967654e-305]])
    """
    delta: Array = (1 - y) * elementwise.sigmoid(z) - y * elementwise.sigmoid(-z)
    return delta


def softmax_log_likelihood_value(z: Array, y: Array) -> Array:
    """Return the log-likelihood cost of softmax(z), the sum of y_j (log sum_k e^z_k - z_j).

    The logarithm is z_top + log1p(sum of the other terms, relative to the top one): a cost near 0 keeps its digits.

    Parameters
    ----------
    z, y : ndarray, shape (n_L, m)
        Weighted inputs of the output layer and targets, dimensionless.

    Examples
    --------
    >>> import numpy as np
    >>> softmax_log_likelihood_value(np.array([[40.0], [0.0]]), np.array([[1.0], [0.0]]))
    array([4.24835426e-18])
    """
    top = top_row(z)
    below = np.take_along_axis(z, top, axis=0) - z
    e = np.exp(-below)
    np.put_along_axis(e, top, 0, axis=0)
    value: Array = (y * (below + elementwise.log1p(e.sum(axis=0)))).sum(axis=0)
    return value


def softmax_log_likelihood_delta(z: Array, y: Array) -> Array:
    """Return delta^L = p_j sum_(k != j) y_k - y_j sum_(k != j) p_k, which is p - y without its cancellation.

    It is p sum(y) - y for any targets, so p - y for those that sum to 1.

    Parameters
    ----------
    z, y : ndarray, shape (n_L, m)
        Weighted inputs of the output layer and targets, dimensionless.

    Examples
    --------
    >>> import numpy as np
    >>> softmax_log_likelihood_delta(np.array([[40.0], [0.0]]), np.array([[1.0], [0.0]]))
    array([[-4.24835426e-18],
           [ 4.24835426e-18]])
    """
    e = np.exp(z - z.real.max(axis=0))
    delta: Array = (e * sum_of_others(y) - y * sum_of_others(e)) / e.sum(axis=0)
    return delta
