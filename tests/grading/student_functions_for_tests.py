"""What students hand in for the built-in rubrics of functions, all of it right, and mistakes typed into it."""

from __future__ import annotations

from typing import Final

from gradcheck.grading.parts import SubmissionProtocol
from tests.grading.typed_mistake_for_tests import Typed, typed

PAIR: Final = """\
import numpy as np


def softplus(z):
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def softplus_prime(z):
    return np.exp(z) / (1 + np.exp(z))


def swish(z):
    return z / (1 + np.exp(-z))


def swish_prime(z):
    e = np.exp(-z)
    return (1 + e + z * e) / (1 + e) ** 2
"""

LAYERS: Final = """\
import numpy as np


def affine_forward(x, w, b):
    out = np.einsum("nd,dm->nm", x, w) + b[None, :]
    return out, {"x": x, "w": w}


def affine_backward(dout, cache):
    dx, dw = np.zeros_like(cache["x"]), np.zeros_like(cache["w"])
    for n in range(len(dout)):
        dx[n] = cache["w"] @ dout[n]
        dw += np.outer(cache["x"][n], dout[n])
    return dx, dw, np.sum(dout, axis=0)


def relu_forward(x):
    mask = x > 0
    return np.where(mask, x, 0.0), mask


def relu_backward(dout, cache):
    return np.where(cache, dout, 0.0)
"""

LOSS: Final = """\
import numpy as np


def loss(params, X, y):
    h = np.tanh(np.dot(X, params["W1"]) + params["b1"])
    z = np.dot(h, params["W2"]) + params["b2"]
    log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
    n, grads, total = len(y), {}, 0.0
    for i in range(n):
        total -= log_p[i, y[i]] / n
    total += 0.025 * sum(np.sum(params[name] ** 2) for name in ("W1", "W2"))
    one_hot = np.eye(z.shape[1])[y]
    dz = (np.exp(log_p) - one_hot) / n
    dh = np.dot(dz, params["W2"].T) * (1 - h * h)
    grads["W2"], grads["b2"] = np.dot(h.T, dz) + 0.05 * params["W2"], dz.sum(axis=0)
    grads["W1"], grads["b1"] = np.dot(X.T, dh) + 0.05 * params["W1"], dh.sum(axis=0)
    return total, grads
"""

FUNCTIONS: Final = {
    SubmissionProtocol.PAIR: PAIR,
    SubmissionProtocol.LAYERS: LAYERS,
    SubmissionProtocol.LOSS: LOSS,
}
"""A right program for each of the rubrics."""

FUNCTION_MISTAKES: Final[dict[SubmissionProtocol, tuple[Typed, ...]]] = {
    SubmissionProtocol.PAIR: (
        typed("pair", "(minus for plus)", "swish_prime", ("(1 + e + z * e)", "(1 + e - z * e)")),
        typed("pair", "(no absolute value)", "softplus", ("np.exp(-np.abs(z))", "np.exp(-2 * np.abs(z))")),
    ),
    SubmissionProtocol.LAYERS: (
        typed("layers", "(overwritten, as = for +=)", "affine_backward", ("dw += np.outer", "dw = np.outer")),
        typed(
            "layers", "(mask inverted)", "relu_backward", ("np.where(cache, dout, 0.0)", "np.where(cache, 0.0, dout)")
        ),
    ),
    SubmissionProtocol.LOSS: (
        typed("loss", "(tanh' of a square root)", "grads", ("(1 - h * h)", "(1 - h)")),
        typed("loss", "(decay not in the gradient)", "grads", (' + 0.05 * params["W1"]', "")),
    ),
}
"""Mistakes in them, with the items that they deserve to cost."""
