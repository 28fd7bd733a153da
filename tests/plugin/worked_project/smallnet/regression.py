"""Ridge regression by its cost and its gradient."""

import numpy as np


def loss(w, x, y, decay):
    """Mean squared error of x @ w, and the weight decay."""
    residual = x @ w - y
    return np.mean(residual**2) + decay * np.sum(w**2)


def gradient(w, x, y, decay):
    return 2 * x.T @ (x @ w - y) / len(y) + 2 * decay * w
