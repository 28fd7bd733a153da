"""The formulas of the elementwise activation functions and their derivatives, sound in both tails.

Every function takes an array of weighted inputs z of any shape, real or complex, and returns an array of its shape and
dtype; all are dimensionless. Complex arguments serve the complex step: where a formula branches, the real part chooses.
A tail is relatively accurate: sigmoid(-700) is 1e-304 and sigmoid_prime(40) is e^-40, neither is 0. What is smaller
than the smallest normal number may become 0. None of them raises.

They are the sigma of equations (23) to (25) and the sigma' of (BP1) and (BP2).
"""

from __future__ import annotations

from math import pi, sqrt
from typing import Final

import numpy as np

from gradcheck.network.arrays import Array

LEAK: Final = 0.01  # slope of the leaky ReLU below 0: Maas, Hannun and Ng (2013)
GELU_TANH_SCALE: Final = sqrt(2 / pi)  # both constants: Hendrycks and Gimpel (2016), section 2
GELU_TANH_CUBIC: Final = 0.044715


def sigmoid(z: Array) -> Array:
    """Return 1 / (1 + e^-z), the sigma of equation (23).

    Examples
    --------
    >>> import numpy as np
    >>> sigmoid(np.array([0.0, 800.0, -700.0]))
    array([5.00000000e-001, 1.00000000e+000, 9.85967654e-305])
    """
    if np.iscomplexobj(z):
        e = _decay(z)
        value: Array = np.where(z.real > 0, 1, e) / (1 + e)
        return value
    e = np.negative(z)
    with np.errstate(over="ignore"):  # e^-z overflows only where the value is below the smallest normal number
        e = np.exp(e, out=_room(e))
    e += 1
    return np.asarray(np.divide(1, e, out=_room(e)))


def sigmoid_prime(z: Array) -> Array:
    """Return the derivative of the sigmoid, e^-|z| / (1 + e^-|z|)^2.

    The form sigma (1 - sigma) is 0 from z = 37 on; this one is not.

    Examples
    --------
    >>> import numpy as np
    >>> sigmoid_prime(np.array([0.0, 40.0]))
    array([2.50000000e-01, 4.24835426e-18])
    """
    e = _decay(z)
    total = 1 + e
    total *= total
    derivative: Array = np.divide(e, total, out=_room(total))
    return derivative


def tanh(z: Array) -> Array:
    """Return the hyperbolic tangent.

    Examples
    --------
    >>> import numpy as np
    >>> tanh(np.array([0.0, 800.0]))
    array([0., 1.])
    """
    value: Array = np.tanh(z)
    return value


def tanh_prime(z: Array) -> Array:
    """Return the derivative of tanh, 4 sigma'(2z).

    The form 1 - tanh^2 is 0 from z = 20 on; this one is not.

    Examples
    --------
    >>> import numpy as np
    >>> tanh_prime(np.array([0.0, 20.0]))
    array([1.0000000e+00, 1.6993417e-17])
    """
    return 4 * sigmoid_prime(2 * z)


def relu(z: Array) -> Array:
    """Return max(z, 0).

    Examples
    --------
    >>> import numpy as np
    >>> relu(np.array([-2.0, 3.0]))
    array([0., 3.])
    """
    value: Array = np.where(z.real <= 0, 0, z) if np.iscomplexobj(z) else np.maximum(z, 0)
    return value


def relu_prime(z: Array) -> Array:
    """Return 1 where z > 0, else 0 (at the kink z = 0 too, where there is no derivative).

    Examples
    --------
    >>> import numpy as np
    >>> relu_prime(np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 1.])
    """
    derivative: Array = np.greater(z.real, 0).astype(z.dtype)
    return derivative


def leaky_relu(z: Array) -> Array:
    """Return z where z > 0, else LEAK * z.

    Examples
    --------
    >>> import numpy as np
    >>> leaky_relu(np.array([-2.0, 3.0]))
    array([-0.02,  3.  ])
    """
    value: Array = np.where(z.real > 0, z, LEAK * z) if np.iscomplexobj(z) else np.maximum(z, LEAK * z)
    return value


def leaky_relu_prime(z: Array) -> Array:
    """Return 1 where z > 0, else LEAK (at the kink z = 0 too, where there is no derivative).

    Examples
    --------
    >>> import numpy as np
    >>> leaky_relu_prime(np.array([-2.0, 3.0]))
    array([0.01, 1.  ])
    """
    return np.where(z.real > 0, 1, LEAK).astype(z.dtype)


def elu(z: Array) -> Array:
    """Return z where z > 0, else e^z - 1 (its first derivative is continuous at 0, its second is not).

    Examples
    --------
    >>> import numpy as np
    >>> elu(np.array([-1e-20, 3.0]))
    array([-1.e-20,  3.e+00])
    """
    value: Array = np.where(z.real > 0, z, np.expm1(_negative_part(z)))
    return value


def elu_prime(z: Array) -> Array:
    """Return 1 where z > 0, else e^z.

    Examples
    --------
    >>> import numpy as np
    >>> elu_prime(np.array([0.0, 3.0]))
    array([1., 1.])
    """
    derivative: Array = np.exp(_negative_part(z))
    return derivative


def softplus(z: Array) -> Array:
    """Return log(1 + e^z), as max(z, 0) + log1p(e^-|z|).

    Examples
    --------
    >>> import numpy as np
    >>> softplus(np.array([-700.0, 800.0]))
    array([9.85967654e-305, 8.00000000e+002])
    """
    return relu(z) + log1p_of_decay(z)


def log1p_of_decay(z: Array) -> Array:
    """Return log(1 + e^-|z|): what the softplus and the cross-entropy have beside their straight part.

    Examples
    --------
    >>> import numpy as np
    >>> log1p_of_decay(np.array([-40.0, 40.0]))
    array([4.24835426e-18, 4.24835426e-18])
    """
    return log1p(_decay(z))


def log1p(t: Array) -> Array:
    """Return log(1 + t), with the real part of complex arguments accurate near 0 as well.

    Examples
    --------
    >>> import numpy as np
    >>> log1p(np.array([1e-20 + 1e-300j]))
    array([1.e-20+1.e-300j])
    """
    if not np.iscomplexobj(t):
        value: Array = np.log1p(t)
        return value
    squared_modulus_less_one = t.real * (2 + t.real) + t.imag * t.imag  # numpy takes the log of the modulus
    return np.asarray(np.log1p(squared_modulus_less_one) / 2 + 1j * np.arctan2(t.imag, 1 + t.real))


def gelu(z: Array) -> Array:
    """Return z Phi(z), Phi being the normal distribution function.

    Examples
    --------
    >>> import numpy as np
    >>> gelu(np.array([-30.0, 0.0, 700.0]))
    array([-1.47201418e-196,  0.00000000e+000,  7.00000000e+002])
    """
    from scipy.special import ndtr

    value: Array = z * ndtr(z)
    return value


def gelu_prime(z: Array) -> Array:
    """Return Phi(z) + z phi(z), phi being the normal density.

    Examples
    --------
    >>> import numpy as np
    >>> gelu_prime(np.array([0.0, 700.0]))
    array([0.5, 1. ])
    """
    from scipy.special import ndtr

    derivative: Array = ndtr(z) + z * np.exp(z * z / -2) / sqrt(2 * pi)
    return derivative


def gelu_tanh(z: Array) -> Array:
    """Return z (1 + tanh t) / 2 with t = sqrt(2/pi) (z + 0.044715 z^3), as z sigma(2t).

    Examples
    --------
    >>> import numpy as np
    >>> gelu_tanh(np.array([-700.0, 0.0, 700.0]))
    array([ -0.,   0., 700.])
    """
    return z * sigmoid(_gelu_tanh_argument(z))


def gelu_tanh_prime(z: Array) -> Array:
    """Return the derivative of `gelu_tanh`, sigma(2t) + z sigma'(2t) 2t'.

    Examples
    --------
    >>> import numpy as np
    >>> gelu_tanh_prime(np.array([0.0, 700.0]))
    array([0.5, 1. ])
    """
    argument = _gelu_tanh_argument(z)
    slope = 2 * GELU_TANH_SCALE * (1 + 3 * GELU_TANH_CUBIC * (z * z))
    return sigmoid(argument) + z * slope * sigmoid_prime(argument)


def swish(z: Array) -> Array:
    """Return z sigma(z).

    Examples
    --------
    >>> import numpy as np
    >>> swish(np.array([-700.0, 0.0, 700.0]))
    array([-6.90177358e-302,  0.00000000e+000,  7.00000000e+002])
    """
    return z * sigmoid(z)


def swish_prime(z: Array) -> Array:
    """Return sigma(z) + z sigma'(z), both from one exponential.

    Examples
    --------
    >>> import numpy as np
    >>> swish_prime(np.array([0.0, 700.0]))
    array([0.5, 1. ])
    """
    e = _decay(z)
    total = 1 + e
    derivative: Array = (np.where(z.real > 0, 1, e) + z * e / total) / total
    return derivative


def linear(z: Array) -> Array:
    """Return z itself: the chapter's linear neurons.

    Examples
    --------
    >>> import numpy as np
    >>> linear(np.array([3.0]))
    array([3.])
    """
    return z


def linear_prime(z: Array) -> Array:
    """Return 1 everywhere.

    Examples
    --------
    >>> import numpy as np
    >>> linear_prime(np.array([3.0]))
    array([1.])
    """
    return np.ones_like(z)


def _room(values: Array) -> Array | None:
    """Return an array as the place for what is made of it; a number has none."""
    return values if isinstance(values, np.ndarray) else None


def _decay(z: Array) -> Array:
    """Return e^-|z|, which never overflows."""
    if np.iscomplexobj(z):
        below = np.where(z.real > 0, -z, z)
    else:
        below = np.abs(z)
        below = np.negative(below, out=_room(below))
    decay: Array = np.exp(below, out=_room(below))
    return decay


def _negative_part(z: Array) -> Array:
    """Return z where Re z <= 0, else 0."""
    part: Array = np.where(z.real > 0, 0, z) if np.iscomplexobj(z) else np.minimum(z, 0)
    return part


def _gelu_tanh_argument(z: Array) -> Array:
    """Return 2t = 2 sqrt(2/pi) (z + 0.044715 z^3)."""
    return 2 * GELU_TANH_SCALE * z * (1 + GELU_TANH_CUBIC * (z * z))
