"""Logistic regression whose gradient forgets the weight decay that the cost has, so that it is not the derivative
that (46) measures.
"""

import numpy as np

DECAY = 0.1

rng = np.random.default_rng(5)
X = rng.standard_normal((20, 5))
t = (X @ rng.standard_normal(5) + 0.5 * rng.standard_normal(20) > 0).astype(float)
w = rng.standard_normal(5)


def cost(w):
    """Return the mean cross-entropy of the 20 examples plus the weight decay."""
    z = X @ w
    return np.mean(np.logaddexp(0.0, z) - t * z) + 0.5 * DECAY * np.sum(w**2)


def gradient(w):
    """Return the gradient of the cost with respect to w."""
    p = 1.0 / (1.0 + np.exp(-(X @ w)))
    return X.T @ (p - t) / len(t)


if __name__ == "__main__":
    print(f"cost before training: {cost(w):.4f}")
    for _ in range(100):
        w = w - 0.5 * gradient(w)
    print(f"cost after training: {cost(w):.4f}")
