"""A multilayer perceptron written by hand: forward, backward, and the wrong backward passes people write."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Array = Any


def sigmoid(z: Array) -> Array:
    """Return the logistic function, for complex arguments too."""
    return 0.5 * (1.0 + np.tanh(0.5 * z))


def relu(z: Array) -> Array:
    """Return the rectified z."""
    return z * (np.real(z) > 0)


def _softplus(z: Array) -> Array:
    return np.log1p(np.exp(z))


ACTIVATIONS: dict[str, tuple[Callable[[Array], Array], Callable[[Array, Array], Array]]] = {
    "sigmoid": (sigmoid, lambda z, a: a * (1 - a)),
    "tanh": (np.tanh, lambda z, a: 1 - a * a),
    "softplus": (_softplus, lambda z, a: sigmoid(z)),
    "sine": (np.sin, lambda z, a: np.cos(z)),
    "silu": (lambda z: z * sigmoid(z), lambda z, a: sigmoid(z) + a * (1 - sigmoid(z))),
    "relu": (relu, lambda z, a: 1.0 * (z > 0)),
    "identity": (lambda z: z, lambda z, a: np.ones_like(z)),
}
SMOOTH = ("sigmoid", "tanh", "softplus", "sine", "silu")


def _square(a: Array, y: Array) -> Array:
    return 0.5 * np.sum((a - y) ** 2) / y.shape[1]


def _cross_entropy(z: Array, y: Array) -> Array:
    top = np.max(np.real(z), axis=0)
    return np.sum(top + np.log(np.sum(np.exp(z - top), axis=0)) - np.sum(z * y, axis=0)) / y.shape[1]


def _softmax(z: Array) -> Array:
    e = np.exp(z - np.max(z, axis=0))
    return e / np.sum(e, axis=0)


LOSSES = {
    "square": (_square, lambda a, y: (a - y) / y.shape[1]),
    "cross-entropy": (_cross_entropy, lambda z, y: (_softmax(z) - y) / y.shape[1]),
}


@dataclasses.dataclass(frozen=True, eq=False)
class Perceptron:
    """Layers of x -> f(W x + b) on columns of examples, with a loss behind the last."""

    activations: tuple[str, ...]
    loss: str
    x: Array
    y: Array

    def cost(self, p: Any) -> Any:
        """Return the cost: a number of numpy's, complex if a parameter is."""
        return LOSSES[self.loss][0](self.forward(p)[1][-1], self.y)

    def gradient(self, p: Any) -> Any:
        """Return the gradient by backpropagation."""
        return self.backward(p)

    def forward(self, p: Any) -> tuple[list[Array], list[Array]]:
        """Return the weighted inputs and the activations, layer by layer."""
        zs, activations = [], [self.x]
        for w, b, name in zip(p["w"], p["b"], self.activations, strict=True):
            zs.append(w @ activations[-1] + b)
            activations.append(ACTIVATIONS[name][0](zs[-1]))
        return zs, activations

    def backward(self, p: Any, mistake: str = "") -> Any:
        """Return the gradient, or what it becomes under one mistake."""
        zs, activations = self.forward(p)
        delta = LOSSES[self.loss][1](activations[-1], self.y)
        if mistake == "no mean":
            delta = delta * self.y.shape[1]
        if mistake == "cost derivative's sign":
            delta = -delta
        dw: list[Array] = []
        db: list[Array] = []
        for layer in reversed(range(len(zs))):
            delta = delta * self._slope(layer, zs[layer], activations[layer + 1], mistake)
            below = activations[layer + 1] if mistake == "bp4 of the next layer" and layer else activations[layer]
            if mistake == "bp4 uses z" and layer:
                below = zs[layer - 1]
            dw.insert(0, delta @ (below if below.shape == activations[layer].shape else activations[layer]).T)
            db.insert(0, self._bias(delta, mistake))
            w = p["w"][layer]
            delta = (w if mistake == "bp2 without transposing" and w.shape[0] == w.shape[1] else w.T) @ delta
        if mistake == "delta not summed into bp2":
            dw[0] = dw[0] * 0.5
        return {"w": dw, "b": db}

    def _slope(self, layer: int, z: Array, a: Array, mistake: str) -> Array:
        last = layer == len(self.activations) - 1
        if (mistake == "bp1 without the slope" and last) or (mistake == "bp2 without the slope" and not last):
            return np.ones_like(z)
        if mistake == "slope at a":
            return ACTIVATIONS[self.activations[layer]][1](a, ACTIVATIONS[self.activations[layer]][0](a))
        return ACTIVATIONS[self.activations[layer]][1](z, a)

    @staticmethod
    def _bias(delta: Array, mistake: str) -> Array:
        total = np.sum(delta, axis=1, keepdims=True)
        return {"bp3 takes one example": delta[:, :1], "bp3 doubled": 2 * total, "bp3 forgotten": 0 * total}.get(
            mistake, total
        )


BACKWARD_MISTAKES = (
    "no mean",
    "cost derivative's sign",
    "bp4 of the next layer",
    "bp4 uses z",
    "bp2 without transposing",
    "bp1 without the slope",
    "bp2 without the slope",
    "slope at a",
    "bp3 takes one example",
    "bp3 doubled",
    "bp3 forgotten",
)


@dataclasses.dataclass(frozen=True)
class Shape:
    """What a random perceptron is drawn to: sizes, an activation for all hidden layers, the loss, the examples, a gain."""

    sizes: Sequence[int]
    hidden: str = "tanh"
    last: str = "identity"
    loss: str = "square"
    examples: int = 4
    gain: float = 1.0


def draw(generator: np.random.Generator, shape: Shape) -> tuple[Perceptron, Any]:
    """Return a random perceptron and its parameters {"w": [...], "b": [...]}."""
    sizes = list(shape.sizes)
    hidden = [shape.hidden] * (len(sizes) - 2)
    x = generator.standard_normal((sizes[0], shape.examples))
    y = generator.uniform(size=(sizes[-1], shape.examples))
    if shape.loss == "cross-entropy":
        y = np.eye(sizes[-1])[:, generator.integers(sizes[-1], size=shape.examples)]
    w = [shape.gain * generator.standard_normal((m, n)) / np.sqrt(n) for n, m in itertools.pairwise(sizes)]
    b = [0.5 * shape.gain * generator.standard_normal((m, 1)) for m in sizes[1:]]
    return Perceptron((*hidden, shape.last), shape.loss, x, y), {"w": w, "b": b}
