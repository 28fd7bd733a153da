"""Two activation functions beside their derivatives, with one mistake: the product rule is forgotten in swish', a
sigma' of (BP1) and (BP2).
"""

import numpy as np


def sigmoid(z):
    """Return the sigmoid of z."""
    return 1.0 / (1.0 + np.exp(-z))


def softplus(z):
    """Return log(1 + e^z), a ReLU with its corner rounded."""
    return np.logaddexp(0.0, z)


def softplus_prime(z):
    """Return the derivative of softplus at z."""
    return sigmoid(z)


def swish(z):
    """Return z sigma(z)."""
    return z * sigmoid(z)


def swish_prime(z):
    """Return the derivative of swish at z."""
    s = sigmoid(z)
    return z * s * (1.0 - s)
