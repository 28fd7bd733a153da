"""Families of layers over sequences: softmax, attention, recurrence, tables; judged by `check_vjp`."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.zoo.layers import Array, pair_of, spoiled
from tests.zoo.perceptron import sigmoid
from tests.zoo.specimen import Pair, family


def _softmax(z: Array) -> Array:
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@family()
def softmax(generator: np.random.Generator) -> Pair:
    """Softmax; wrong: the diagonal of its Jacobian alone."""

    def forward(z: Array) -> Any:
        s = _softmax(z)
        return s, s

    def backward(u: Array, s: Array) -> Any:
        return (s * (u - np.sum(u * s, axis=-1, keepdims=True)),)

    return pair_of(
        generator, forward, (backward, lambda u, s: (u * s * (1 - s),)), (generator.standard_normal((4, 5)),)
    )


@family()
def log_softmax(generator: np.random.Generator) -> Pair:
    """log softmax with large logits; wrong: the sum of the cotangent forgotten."""

    def forward(z: Array) -> Any:
        top = z.max(axis=-1, keepdims=True)
        out = z - top - np.log(np.exp(z - top).sum(axis=-1, keepdims=True))
        return out, np.exp(out)

    def backward(u: Array, s: Array) -> Any:
        return (u - s * u.sum(axis=-1, keepdims=True),)

    return pair_of(generator, forward, (backward, lambda u, s: (u - s,)), (3 * generator.standard_normal((4, 5)),))


@family(draws=4)
def attention(generator: np.random.Generator) -> Pair:
    """Attention with scaled products; wrong: the scale forgotten on the way back to the keys."""

    def forward(q: Array, k: Array, v: Array) -> Any:
        weights = _softmax(q @ k.T / np.sqrt(q.shape[1]))
        return weights @ v, (q, k, v, weights)

    def backward(u: Array, cache: Any) -> Any:
        q, k, v, weights = cache
        d = u @ v.T
        d = weights * (d - np.sum(d * weights, axis=1, keepdims=True)) / np.sqrt(q.shape[1])
        return d @ k, d.T @ q, weights.T @ u

    inputs = tuple(generator.standard_normal((5, 4)) for _ in range(3))
    return pair_of(generator, forward, (backward, spoiled(backward, 1, lambda g: 2 * g)), inputs)


def _lstm_forward(x: Array, h: Array, c: Array, w: Array) -> Any:
    z = np.concatenate([x, h], axis=1) @ w
    i, f, o = (sigmoid(part) for part in np.split(z, 4, axis=1)[:3])
    g = np.tanh(np.split(z, 4, axis=1)[3])
    new = f * c + i * g
    return np.concatenate([o * np.tanh(new), new], axis=1), (x, h, c, w, i, f, o, g, new)


@family(draws=4)
def long_short_term_memory(generator: np.random.Generator) -> Pair:
    """One step of an LSTM; wrong: the path through the cell state not added to the one through the output."""

    def back(through: float) -> Any:
        def backward(u: Array, cache: Any) -> Any:
            x, h, c, w, i, f, o, g, new = cache
            dh, dnew = np.split(u, 2, axis=1)
            dnew = dnew * through + dh * o * (1 - np.tanh(new) ** 2)
            parts = [
                dnew * g * i * (1 - i),
                dnew * c * f * (1 - f),
                dh * np.tanh(new) * o * (1 - o),
                dnew * i * (1 - g**2),
            ]
            dz = np.concatenate(parts, axis=1)
            dxh = dz @ w.T
            return dxh[:, : x.shape[1]], dxh[:, x.shape[1] :], dnew * f, np.concatenate([x, h], axis=1).T @ dz

        return backward

    inputs = tuple(generator.standard_normal(s) for s in ((3, 2), (3, 4), (3, 4), (6, 16)))
    return pair_of(generator, _lstm_forward, (back(1.0), back(0.0)), inputs)


@family()
def recurrent_network(generator: np.random.Generator) -> Pair:
    """Ten steps of a recurrent network; wrong: only the last step goes back."""

    def forward(x: Array, w: Array, v: Array) -> Any:
        h = [np.zeros(w.shape[0])]
        for one in x:
            h.append(np.tanh(w @ h[-1] + v @ one))
        return h[-1], (x, w, v, h)

    def back(steps: int) -> Any:
        def backward(u: Array, cache: Any) -> Any:
            x, w, v, h = cache
            dx, dw, dv = np.zeros_like(x), np.zeros_like(w), np.zeros_like(v)
            for t in range(len(x) - 1, len(x) - 1 - steps, -1):
                d = u * (1 - h[t + 1] ** 2)
                dw, dv, dx[t], u = dw + np.outer(d, h[t]), dv + np.outer(d, x[t]), v.T @ d, w.T @ d
            return dx, dw, dv

        return backward

    inputs = (
        generator.standard_normal((10, 2)),
        0.6 * generator.standard_normal((3, 3)),
        generator.standard_normal((3, 2)),
    )
    return pair_of(generator, forward, (back(10), back(1)), inputs)


@family()
def embedding(generator: np.random.Generator) -> Pair:
    """Rows of a table by their numbers, some twice; wrong: the second overwrites the first."""
    ids = np.array([0, 2, 2, 4, 1, 2])

    def backward(u: Array, cache: Any) -> Any:
        found = np.zeros((5, 3))
        np.add.at(found, ids, u)
        return (found,)

    def wrong(u: Array, cache: Any) -> Any:
        """repeated rows overwritten"""
        found = np.zeros((5, 3))
        found[ids] = u
        return (found,)

    def forward(ids: Array, table: Array) -> Any:
        return table[ids], None

    return pair_of(generator, forward, (backward, wrong), (ids, generator.standard_normal((5, 3))))


@family()
def running_sum(generator: np.random.Generator) -> Pair:
    """A running sum of squares; wrong: summed forward on the way back."""
    backwards = (lambda u, x: (2 * x * np.cumsum(u[::-1])[::-1],), lambda u, x: (2 * x * np.cumsum(u),))
    return pair_of(generator, lambda x: (np.cumsum(x * x), x), backwards, (generator.standard_normal(7),))
