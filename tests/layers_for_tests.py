"""Right layers in the shapes people write them: forward(*inputs) -> (out, cache), backward(cotangent, cache), random inputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradcheck.checks.vjp import check_vjp


@dataclass(frozen=True, eq=False)
class Layer:
    """A pair and the inputs to judge it at."""

    forward: Callable[..., Any]
    backward: Callable[..., Any]
    inputs: tuple[Any, ...]

    def check(self, options: Any) -> Any:
        return check_vjp(self.forward, self.backward, self.inputs, options=options)


def affine_tanh(generator: np.random.Generator, dtype: Any) -> Layer:
    n, d, m = generator.integers(1, 5, 3)

    def forward(x: Any, w: Any, b: Any) -> Any:
        a = np.tanh(x @ w + b)
        return a, (x, w, a)

    def backward(u: Any, cache: Any) -> Any:
        x, w, a = cache
        d = u * (1 - a**2)
        return d @ w.T, x.T @ d, d.sum(axis=0)

    return Layer(forward, backward, _normal(generator, dtype, (n, d), (d, m), (m,)))


def relu(generator: np.random.Generator, dtype: Any) -> Layer:
    return Layer(
        lambda x: (np.maximum(x, 0), {"mask": x > 0}),
        lambda u, cache: u * cache["mask"],
        _normal(generator, dtype, (3, int(generator.integers(1, 6)))),
    )


def batch_norm(generator: np.random.Generator, dtype: Any) -> Layer:
    def forward(x: Any, gamma: Any, beta: Any) -> Any:
        deviation = np.sqrt(x.var(axis=0) + x.dtype.type(1e-3))
        normal = (x - x.mean(axis=0)) / deviation
        return gamma * normal + beta, [normal, gamma, deviation]

    def backward(u: Any, cache: Any) -> Any:
        normal, gamma, deviation = cache
        d = u * gamma
        dx = (d - d.mean(axis=0) - normal * (d * normal).mean(axis=0)) / deviation
        return dx, (u * normal).sum(axis=0), u.sum(axis=0)

    n = int(generator.integers(3, 7))
    return Layer(forward, backward, _normal(generator, dtype, (n, 2), (2,), (2,)))


def softmax_loss(generator: np.random.Generator, dtype: Any) -> Layer:
    def forward(x: Any, labels: Any) -> Any:
        e = np.exp(x - x.max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True)
        return -np.mean(np.log(p[np.arange(len(labels)), labels])), (p, labels)

    def backward(u: Any, cache: Any) -> Any:
        p, labels = cache
        d = p.copy()
        d[np.arange(len(labels)), labels] -= 1
        return u * d / len(labels)

    n, classes = int(generator.integers(1, 5)), int(generator.integers(2, 5))
    (x,) = _normal(generator, dtype, (n, classes))
    return Layer(forward, backward, (x, generator.integers(0, classes, n)))


def softmax(generator: np.random.Generator, dtype: Any) -> Layer:
    def forward(x: Any) -> Any:
        e = np.exp(x - x.max())
        return e / e.sum(), e / e.sum()

    (x,) = _normal(generator, dtype, (5,))
    return Layer(forward, lambda u, p: p * (u - np.sum(u * p)), (x * dtype(generator.uniform(0.1, 6.0)),))


def convolution(generator: np.random.Generator, dtype: Any) -> Layer:
    def forward(x: Any, k: Any) -> Any:
        return np.convolve(x, k, "valid"), (x, k)

    def backward(u: Any, cache: Any) -> Any:
        x, k = cache
        return np.convolve(u, k[::-1], "full"), np.convolve(x, u[::-1], "valid")[::-1]

    return Layer(forward, backward, _normal(generator, dtype, (9,), (3,)))


def embedding(generator: np.random.Generator, dtype: Any) -> Layer:
    def backward(u: Any, cache: Any) -> Any:
        words, table = cache
        d = np.zeros_like(table)
        np.add.at(d, words, u)
        return None, d

    (table,) = _normal(generator, dtype, (4, 3))
    return Layer(lambda words, table: (table[words], (words, table)), backward, (generator.integers(0, 4, 6), table))


def shifted(generator: np.random.Generator, dtype: Any) -> Layer:
    """An output of 1000 that hardly changes, as logits with a large bias."""
    (x,) = _normal(generator, dtype, (4,))
    return Layer(lambda x: (dtype(1000) + np.sin(x), np.cos(x)), lambda u, c: u * c, (x,))


def logarithm(generator: np.random.Generator, dtype: Any) -> Layer:
    """A domain that a step away leaves."""
    return Layer(lambda x: (np.log(x), x), lambda u, x: u / x, (generator.uniform(0.1, 2.0, 4).astype(dtype),))


KINDS: tuple[Callable[..., Layer], ...] = (
    affine_tanh,
    relu,
    batch_norm,
    softmax_loss,
    softmax,
    convolution,
    embedding,
    shifted,
    logarithm,
)


def _normal(generator: np.random.Generator, dtype: Any, *shapes: tuple[int, ...]) -> tuple[Any, ...]:
    return tuple(generator.standard_normal(shape).astype(dtype) for shape in shapes)
