"""Networks as students write them, in the chapter's shape: one right class whose steps can be overridden, and wrong ones.

Nothing here is taken from `gradcheck`: these are the programs that it judges.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


def sigmoid(z: Any) -> Any:
    """Return the sigmoid of z."""
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_prime(z: Any) -> Any:
    """Return the sigmoid's derivative at z."""
    return sigmoid(z) * (1.0 - sigmoid(z))


class Student:
    """The chapter's network; every step is a method, so that a subclass can get exactly one of them wrong."""

    def __init__(self, sizes: list[int]) -> None:
        generator = np.random.default_rng(0)
        self.sizes = sizes
        self.biases = [generator.standard_normal((n, 1)) for n in sizes[1:]]
        self.weights = [generator.standard_normal((n, k)) for k, n in pairwise(sizes)]

    def sigma(self, z: Array, layer: int) -> Array:
        """Return a of one layer, counted from 0 after the input."""
        return sigmoid(z)

    def sigma_prime(self, z: Array, layer: int) -> Array:
        """Return sigma'(z) of one layer."""
        return sigmoid_prime(z)

    def forward(self, x: Array) -> tuple[list[Array], list[Array]]:
        """Return (25)'s zs and activations."""
        zs, activations = [], [x]
        for layer, (b, w) in enumerate(zip(self.biases, self.weights, strict=True)):
            zs.append(w @ activations[-1] + b)
            activations.append(self.sigma(zs[-1], layer))
        return zs, activations

    def feedforward(self, a: Array) -> Array:
        """Return a^L."""
        return self.forward(a)[1][-1]

    def output_error(self, z: Array, a: Array, y: Array) -> Array:
        """Return (BP1)'s delta^L."""
        return self.cost_derivative(a, y) * self.sigma_prime(z, len(self.weights) - 1)

    def hidden_error(self, layer: int, delta: Array, zs: list[Array], activations: list[Array]) -> Array:
        """Return (BP2)'s delta of one layer from that of the next."""
        return (self.weights[layer + 1].T @ delta) * self.sigma_prime(zs[layer], layer)

    def by_biases(self, delta: Array) -> Array:
        """Return (BP3): the sum over the examples."""
        return delta.sum(axis=1, keepdims=True)

    def by_weights(self, delta: Array, before: Array, layer: int) -> Array:
        """Return (BP4): the sum over the examples."""
        return delta @ before.T

    def cost_derivative(self, a: Array, y: Array) -> Array:
        """Return nabla_a C."""
        return a - y

    def backprop(self, x: Array, y: Array) -> Any:
        """Return (nabla_b, nabla_w), summed over the columns."""
        zs, activations = self.forward(x)
        nabla_b, nabla_w = list(self.biases), list(self.weights)
        delta = self.output_error(zs[-1], activations[-1], y)
        for layer in reversed(range(len(self.weights))):
            nabla_b[layer] = self.by_biases(delta)
            nabla_w[layer] = self.by_weights(delta, activations[layer], layer)
            if layer:
                delta = self.hidden_error(layer - 1, delta, zs, activations)
        return nabla_b, nabla_w

    def update_mini_batch(self, mini_batch: list[tuple[Array, Array]], eta: float) -> None:
        """Take one step of descent on the mean of a mini-batch."""
        gradients = [self.backprop(x, y) for x, y in mini_batch]
        for nabla_b, nabla_w in gradients:
            step = eta / len(mini_batch)
            self.biases = [b - step * nb for b, nb in zip(self.biases, nabla_b, strict=True)]
            self.weights = [w - step * nw for w, nw in zip(self.weights, nabla_w, strict=True)]
