"""A softmax classifier with one hidden layer of tanh neurons, log-likelihood cost and weight decay."""

import numpy as np

DECAY = 0.05

rng = np.random.default_rng(6)
X = rng.standard_normal((8, 4))
y = rng.integers(0, 3, size=8)
params = {
    "W1": rng.standard_normal((4, 6)),
    "b1": rng.standard_normal(6),
    "W2": rng.standard_normal((6, 3)),
    "b2": rng.standard_normal(3),
}


def loss(params, X, y):
    """Return (loss, grads) for the rows of X and their labels y: mean log-likelihood cost plus weight decay."""
    W1, b1, W2, b2 = params["W1"], params["b1"], params["W2"], params["b2"]
    N = len(y)

    hidden = np.tanh(X @ W1 + b1)
    scores = hidden @ W2 + b2
    scores = scores - scores.max(axis=1, keepdims=True)
    probabilities = np.exp(scores)
    probabilities = probabilities / probabilities.sum(axis=1, keepdims=True)
    data_loss = -np.mean(np.log(probabilities[np.arange(N), y]))
    decay = 0.5 * DECAY * (np.sum(W1**2) + np.sum(W2**2))

    delta2 = probabilities.copy()  # (BP1) for softmax and log-likelihood: a - y
    delta2[np.arange(N), y] -= 1.0
    delta1 = (delta2 @ W2.T) * (1.0 - hidden**2)  # (BP2)
    grads = {
        "W1": X.T @ delta1 / N + DECAY * W1,
        "b1": delta1.sum(axis=0) / N,
        "W2": hidden.T @ delta2 / N + DECAY * W2,
        "b2": delta2.sum(axis=0) / N,
    }
    return data_loss + decay, grads


if __name__ == "__main__":
    print(f"cost before training: {loss(params, X, y)[0]:.4f}")
    for _ in range(100):
        grads = loss(params, X, y)[1]
        params = {name: value - 0.3 * grads[name] for name, value in params.items()}
    print(f"cost after training: {loss(params, X, y)[0]:.4f}")
