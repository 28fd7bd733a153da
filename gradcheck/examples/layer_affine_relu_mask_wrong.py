"""An affine layer and a ReLU with one mistake: relu_backward asks for the sign of dout where (BP2) asks for
sigma'(z), the sign of the input.
"""

import numpy as np


def affine_forward(x, w, b):
    """Return x @ w + b for the N rows of x, and what the backward pass needs."""
    out = x @ w + b
    return out, (x, w)


def affine_backward(dout, cache):
    """Return the gradients (dx, dw, db), given the gradient dout at the output."""
    x, w = cache
    dx = dout @ w.T
    dw = x.T @ dout
    db = dout.sum(axis=0)
    return dx, dw, db


def relu_forward(x):
    """Return x with its negative entries set to zero, and what the backward pass needs."""
    return np.maximum(x, 0.0), None


def relu_backward(dout, cache):
    """Return the gradient dx, given the gradient dout at the output."""
    return dout * (dout > 0)


# A point to look at: N = 4 examples, D = 5 inputs, M = 3 outputs.
rng = np.random.default_rng(15)
x = rng.standard_normal((4, 5))
w = rng.standard_normal((5, 3))
b = rng.standard_normal(3)


if __name__ == "__main__":
    target = np.abs(rng.standard_normal((4, 3)))
    for step in range(51):
        hidden, affine_cache = affine_forward(x, w, b)
        out, relu_cache = relu_forward(hidden)
        if step in (0, 50):
            print(f"cost {'after' if step else 'before'} training: {0.5 * np.sum((out - target) ** 2):.4f}")
        _, dw, db = affine_backward(relu_backward(out - target, relu_cache), affine_cache)
        w, b = w - 0.02 * dw, b - 0.02 * db
