"""Two activation functions, softplus and swish, each beside its derivative."""

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
    return s + z * s * (1.0 - s)
