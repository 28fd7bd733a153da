"""The softmax: an output layer whose neurons are not independent, one column an example."""

from __future__ import annotations

import numpy as np

from gradcheck.network.arrays import Array


def softmax(z: Array) -> Array:
    """Return e^z_j / sum_k e^z_k, column by column.

    Parameters
    ----------
    z : ndarray, shape (n, m)
        Weighted inputs, real or complex, dimensionless.

    Returns
    -------
    ndarray, shape (n, m)
        Each column sums to 1; relatively accurate however small an entry is.

    Examples
    --------
    >>> import numpy as np
    >>> softmax(np.array([[0.0, 0.0], [0.0, -700.0]]))
    array([[5.00000000e-001, 1.00000000e+000],
           [5.00000000e-001, 9.85967654e-305]])
    """
    e = np.exp(z - z.real.max(axis=0))
    value: Array = e / e.sum(axis=0)
    return value


def softmax_vjp(z: Array, cotangent: Array) -> Array:
    """Return the softmax's Jacobian, transposed, times `cotangent`: what ``* sigma'(z)`` becomes in (BP1).

    The Jacobian is p_j (delta_jk - p_k), so the product is p_j (c_j - sum_k p_k c_k). The cotangent of the column's top
    class is taken off first: the product does not change, and a column that is nearly one-hot loses no digits.

    Parameters
    ----------
    z, cotangent : ndarray, shape (n, m)
        Weighted inputs, dimensionless, and the cost's gradient by activation.

    Returns
    -------
    ndarray, shape (n, m)
        The cost's gradient by weighted input.

    Examples
    --------
    >>> import numpy as np
    >>> softmax_vjp(np.array([[0.0], [0.0]]), np.array([[1.0], [0.0]]))
    array([[ 0.25],
           [-0.25]])
    """
    p = softmax(z)
    relative = cotangent - np.take_along_axis(cotangent, top_row(z), axis=0)
    product: Array = p * (relative - (p * relative).sum(axis=0))
    return product


def top_row(z: Array) -> Array:
    """Return the row of each column's largest real part, shape (1, m).

    Examples
    --------
    >>> import numpy as np
    >>> top_row(np.array([[0.0, 5.0], [1.0, 2.0]]))
    array([[1, 0]])
    """
    rows: Array = np.argmax(z.real, axis=0, keepdims=True)
    return rows


def sum_of_others(terms: Array) -> Array:
    """Return, for each entry of a column, the sum of the column's other entries, without losing the small ones.

    The total less the entry would cancel for the largest entry alone; there the others are added up without it.

    Parameters
    ----------
    terms : ndarray, shape (n, m)
        Terms whose real parts are not negative.

    Examples
    --------
    >>> import numpy as np
    >>> sum_of_others(np.array([[1.0], [1e-30], [2e-30]]))
    array([[3.e-30],
           [1.e+00],
           [1.e+00]])
    """
    top = top_row(terms)
    largest = np.take_along_axis(terms, top, axis=0)
    rest = terms.copy()
    np.put_along_axis(rest, top, 0, axis=0)
    without_largest = rest.sum(axis=0, keepdims=True)
    others: Array = (without_largest + largest) - terms
    np.put_along_axis(others, top, without_largest, axis=0)
    return others
