"""Right networks of students who keep things on objects, write sigma' in the activations, or make a class of each layer."""

from __future__ import annotations

from typing import Final

STORED: Final = '''\
import numpy as np


class Network:
    """What the forward pass computes is kept on the object for the backward pass."""

    def __init__(self, sizes):
        self.sizes = sizes
        self.biases = [np.random.randn(n, 1) for n in sizes[1:]]
        self.weights = [np.random.randn(n, k) for k, n in zip(sizes[:-1], sizes[1:])]
        self.zs, self.activations = [], []
        self.reset()

    def reset(self):
        self.nabla_b = [np.zeros(b.shape) for b in self.biases]
        self.nabla_w = [np.zeros(w.shape) for w in self.weights]

    def feedforward(self, a):
        self.zs, self.activations = [], [a]
        for b, w in zip(self.biases, self.weights):
            self.zs.append(w @ self.activations[-1] + b)
            self.activations.append(self.sigmoid(self.zs[-1]))
        return self.activations[-1]

    @staticmethod
    def sigmoid(z):
        return 1.0 / (1.0 + np.exp(-z))

    def cost_derivative(self, output, target):
        return output - target

    def output_error(self, y):
        return self.cost_derivative(self.activations[-1], y) * sigmoid_prime(self.zs[-1])

    def hidden_error(self, i, delta):
        return (self.weights[i + 1].T @ delta) * sigmoid_prime(self.zs[i])

    def keep(self, i, delta):
        self.nabla_b[i] = self.nabla_b[i] + delta
        self.nabla_w[i] = self.nabla_w[i] + delta @ self.activations[i].T

    def backprop(self, x, y):
        self.reset()
        self.feedforward(x)
        delta = self.output_error(y)
        last = len(self.weights) - 1
        self.keep(last, delta)
        for i in reversed(range(last)):
            delta = self.hidden_error(i, delta)
            self.keep(i, delta)
        return self.nabla_b, self.nabla_w

    def update_mini_batch(self, mini_batch, eta):
        m = len(mini_batch)
        grads = [self.backprop(x, y) for x, y in mini_batch]
        for nabla_b, nabla_w in grads:
            self.biases = [b - eta / m * nb for b, nb in zip(self.biases, nabla_b)]
            self.weights = [w - eta / m * nw for w, nw in zip(self.weights, nabla_w)]


def sigmoid(z):
    return Network.sigmoid(z)


def sigmoid_prime(z):
    return Network.sigmoid(z) * (1.0 - Network.sigmoid(z))
'''

IN_ACTIVATIONS: Final = """\
import numpy as np
from itertools import count


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_prime(z):
    e = np.exp(-np.abs(z))
    return e / (1.0 + e) ** 2


class Network:
    def __init__(self, sizes):
        self.sizes = sizes
        self.biases = [np.zeros((n, 1)) for n in sizes[1:]]
        self.weights = [np.random.uniform(-1, 1, (n, k)) for k, n in zip(sizes, sizes[1:])]

    def feedforward(self, a):
        for layer in range(len(self.weights)):
            a = sigmoid(self.weights[layer].dot(a) + self.biases[layer])
        return a

    def cost_derivative(self, output_activations, y):
        return output_activations - y

    def backprop(self, x, y):
        acts = [x]
        for w, b in zip(self.weights, self.biases):
            acts.append(sigmoid(w.dot(acts[-1]) + b))
        out = acts[-1]
        deltas = [self.cost_derivative(out, y) * out * (1 - out)]
        for w, a in zip(self.weights[:0:-1], acts[-2:0:-1]):
            deltas.append(w.T.dot(deltas[-1]) * a * (1 - a))
        deltas.reverse()
        nabla_b = [d for d in deltas]
        nabla_w = [d.dot(a.T) for d, a in zip(deltas, acts)]
        return nabla_b, nabla_w

    def update_mini_batch(self, mini_batch, eta):
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        for n, (x, y) in zip(count(1), mini_batch):
            db, dw = self.backprop(x, y)
            nabla_b = [old + (new - old) / n for old, new in zip(nabla_b, db)]
            nabla_w = [old + (new - old) / n for old, new in zip(nabla_w, dw)]
        self.biases = [b - eta * nb for b, nb in zip(self.biases, nabla_b)]
        self.weights = [w - eta * nw for w, nw in zip(self.weights, nabla_w)]
"""

DATACLASS: Final = """\
from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_prime(z: np.ndarray) -> np.ndarray:
    return sigmoid(z) - sigmoid(z) ** 2


@dataclass
class Layer:
    z: np.ndarray
    before: np.ndarray
    w: np.ndarray

    @property
    def a(self) -> np.ndarray:
        return sigmoid(self.z)

    def delta(self, by_a: np.ndarray) -> np.ndarray:
        return by_a * sigmoid_prime(self.z)


@dataclass
class Network:
    sizes: list[int]
    biases: list[np.ndarray] = field(init=False)
    weights: list[np.ndarray] = field(init=False)

    def __post_init__(self) -> None:
        rng = np.random.default_rng(7)
        self.biases = [rng.normal(size=(n, 1)) for n in self.sizes[1:]]
        self.weights = [rng.normal(size=(n, k)) for k, n in zip(self.sizes, self.sizes[1:])]

    def layers(self, x: np.ndarray) -> list[Layer]:
        layers: list[Layer] = []
        for b, w in zip(self.biases, self.weights):
            before = layers[-1].a if layers else x
            layers.append(Layer(w @ before + b, before, w))
        return layers

    def feedforward(self, a: np.ndarray) -> np.ndarray:
        return self.layers(a)[-1].a

    def cost_derivative(self, output_activations: np.ndarray, y: np.ndarray) -> np.ndarray:
        return output_activations - y

    def backprop(self, x: np.ndarray, y: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
        layers = self.layers(x)
        by_a = self.cost_derivative(layers[-1].a, y)
        nabla_b: list[np.ndarray] = []
        nabla_w: list[np.ndarray] = []
        for layer in reversed(layers):
            delta = layer.delta(by_a)
            nabla_b.append(delta)
            nabla_w.append(np.outer(delta, layer.before))
            by_a = layer.w.T @ delta
        return nabla_b[::-1], nabla_w[::-1]

    def update_mini_batch(self, mini_batch: list[tuple[np.ndarray, np.ndarray]], eta: float) -> None:
        step = eta / len(mini_batch)
        moves = [self.backprop(x, y) for x, y in mini_batch]
        for nabla_b, nabla_w in moves:
            for b, nb in zip(self.biases, nabla_b):
                b -= step * nb
            for w, nw in zip(self.weights, nabla_w):
                w -= step * nw
"""
