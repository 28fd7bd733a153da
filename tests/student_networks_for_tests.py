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

    weights: list[Array]
    biases: list[Array]

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

    def by_biases(self, delta: Array, before: Array) -> Array:
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
            nabla_b[layer] = self.by_biases(delta, activations[layer])
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


class Flat(Student):
    """The same with vectors of shape (n,)."""

    def __init__(self, sizes: list[int]) -> None:
        super().__init__(sizes)
        self.biases = [b.reshape(-1) for b in self.biases]

    def by_biases(self, delta: Array, before: Array) -> Array:
        return delta

    def by_weights(self, delta: Array, before: Array, layer: int) -> Array:
        return np.outer(delta, before)


class Tanh(Student):
    """Tanh neurons in every layer."""

    def sigma(self, z: Array, layer: int) -> Array:
        return np.tanh(z)

    def sigma_prime(self, z: Array, layer: int) -> Array:
        return 1.0 - np.tanh(z) ** 2


class ReluThenSoftmax(Student):
    """Relu neurons in the hidden layer, softmax and log-likelihood at the output."""

    def sigma(self, z: Array, layer: int) -> Array:
        if layer < len(self.weights) - 1:
            return np.maximum(z, 0.0)
        exponentials = np.exp(z - z.max(axis=0))
        return exponentials / exponentials.sum(axis=0)

    def sigma_prime(self, z: Array, layer: int) -> Array:
        return (z > 0.0) * 1.0

    def output_error(self, z: Array, a: Array, y: Array) -> Array:
        return self.cost_derivative(a, y)


class ReluThenLinear(Student):
    """Relu neurons in hidden layers, linear ones at the output."""

    def sigma(self, z: Array, layer: int) -> Array:
        return np.maximum(z, 0.0) if layer < len(self.weights) - 1 else z

    def sigma_prime(self, z: Array, layer: int) -> Array:
        return (z > 0.0) * 1.0 if layer < len(self.weights) - 1 else np.ones(z.shape)


class CrossEntropy(Student):
    """Sigmoid neurons with the cross-entropy cost, whose derivative cancels sigma'."""

    def output_error(self, z: Array, a: Array, y: Array) -> Array:
        return self.cost_derivative(a, y)


class Decay(Student):
    """With a weight decay of 0.3/2 w^2 + 0.2 |w| in every example's cost."""

    def by_weights(self, delta: Array, before: Array, layer: int) -> Array:
        w = self.weights[layer]
        return delta @ before.T + 0.3 * w + 0.2 * np.sign(w)


class Mean(Student):
    """backprop of several columns returns their mean, and update_mini_batch uses it so."""

    def backprop(self, x: Array, y: Array) -> Any:
        nabla_b, nabla_w = super().backprop(x, y)
        return [nb / x.shape[1] for nb in nabla_b], [nw / x.shape[1] for nw in nabla_w]


class Constant(Student):
    """Neurons that say 0.5 whatever comes in."""

    def sigma(self, z: Array, layer: int) -> Array:
        return np.full(z.shape, 0.5)

    def sigma_prime(self, z: Array, layer: int) -> Array:
        return np.zeros(z.shape)


class WithDefaults(Student):
    """A constructor with more arguments, which have defaults."""

    def __init__(self, sizes: list[int], scale: float = 0.1, *, name: str = "net") -> None:
        super().__init__(sizes)
        self.name, self.scale = name, scale


class WithoutExtras:
    """Weights, biases and backprop, and nothing else: no feedforward, no update_mini_batch."""

    def __init__(self, sizes: list[int]) -> None:
        student = Student(sizes)
        self.weights, self.biases = student.weights, student.biases

    def backprop(self, x: Array, y: Array) -> Any:
        student = Student([w.shape[1] for w in self.weights] + [self.weights[-1].shape[0]])
        student.weights, student.biases = self.weights, self.biases
        return student.backprop(x, y)


# --- wrong ones: one mistake each ---------------------------------------------------------------------------------


class NoSigmaPrimeAtTheOutput(Student):
    def output_error(self, z: Array, a: Array, y: Array) -> Array:
        return a - y


class NoSigmaPrimeInHiddenLayers(Student):
    def hidden_error(self, layer: int, delta: Array, zs: list[Array], activations: list[Array]) -> Array:
        return self.weights[layer + 1].T @ delta


class SigmaPrimeFormula(Student):
    def sigma_prime(self, z: Array, layer: int) -> Array:
        return wrong_sigmoid_prime(z)


def wrong_sigmoid_prime(z: Any) -> Any:
    """Return s (1 + s), with the sign wrong."""
    return sigmoid(z) * (1.0 + sigmoid(z))


class CostDerivativeTwice(Student):
    def cost_derivative(self, a: Array, y: Array) -> Array:
        return 2.0 * (a - y)


class WeightedInputForActivation(Student):
    def backprop(self, x: Array, y: Array) -> Any:
        nabla_b, nabla_w = super().backprop(x, y)
        zs, _ = self.forward(x)
        return nabla_b, [nabla_w[0], *(nb @ z.T for nb, z in zip(nabla_b[1:], zs, strict=False))]


class MeanOverTheNextLayer(Student):
    def hidden_error(self, layer: int, delta: Array, zs: list[Array], activations: list[Array]) -> Array:
        return super().hidden_error(layer, delta, zs, activations) / len(delta)


class WeightsNotTransposed(Student):
    def hidden_error(self, layer: int, delta: Array, zs: list[Array], activations: list[Array]) -> Array:
        w = self.weights[layer + 1]
        turned = w if w.shape[0] == w.shape[1] else w.T
        return (turned @ delta) * self.sigma_prime(zs[layer], layer)


class BiasSummedOverNeurons(Student):
    def by_biases(self, delta: Array, before: Array) -> Array:
        return np.full((len(delta), 1), delta.sum())


class BiasTimesActivation(Student):
    def by_biases(self, delta: Array, before: Array) -> Array:
        return delta * before.mean()


class RowAgainstColumn(Student):
    def cost_derivative(self, a: Array, y: Array) -> Array:
        return a - y.ravel()


class LeftoverFactor(Student):
    def by_weights(self, delta: Array, before: Array, layer: int) -> Array:
        return delta @ before.T * (4.0 if layer == 1 else 1.0)


class ErrorOverwritesActivation(Student):
    def output_error(self, z: Array, a: Array, y: Array) -> Array:
        a -= y
        return a * a * (1.0 - a)


class DecayOfBiases(Decay):
    def backprop(self, x: Array, y: Array) -> Any:
        nabla_b, nabla_w = super().backprop(x, y)
        return [nb + 0.3 * b for nb, b in zip(nabla_b, self.biases, strict=True)], nabla_w


class TanhPrimeOfItsSquare(Tanh):
    def sigma_prime(self, z: Array, layer: int) -> Array:
        return 1.0 - z**2


class SoftmaxDiagonalOnly(ReluThenSoftmax):
    def output_error(self, z: Array, a: Array, y: Array) -> Array:
        return -y / a * a * (1.0 - a)


class OneExamplesBias(Student):
    def by_biases(self, delta: Array, before: Array) -> Array:
        return delta[:, [0]]


class UpdateWithoutMean(Student):
    def update_mini_batch(self, mini_batch: list[tuple[Array, Array]], eta: float) -> None:
        super().update_mini_batch(mini_batch, eta * len(mini_batch))


class SwappedOrder(Student):
    def backprop(self, x: Array, y: Array) -> Any:
        return super().backprop(x, y)[::-1]


class Transposed(Student):
    def by_weights(self, delta: Array, before: Array, layer: int) -> Array:
        return before @ delta.T


class Integers(Student):
    def by_biases(self, delta: Array, before: Array) -> Array:
        return delta.astype(int)


class ReturnsNothing(Student):
    def backprop(self, x: Array, y: Array) -> Any:
        super().backprop(x, y)


class NotANumber(Student):
    def by_biases(self, delta: Array, before: Array) -> Array:
        return delta * np.nan


class Accumulates(Student):
    def __init__(self, sizes: list[int]) -> None:
        super().__init__(sizes)
        self.total = [np.zeros(b.shape) for b in self.biases]

    def backprop(self, x: Array, y: Array) -> Any:
        nabla_b, nabla_w = super().backprop(x, y)
        self.total = [t + nb for t, nb in zip(self.total, nabla_b, strict=True)]
        return self.total, nabla_w


class Stale(Student):
    """backprop takes the activations of the last call of feedforward."""

    def feedforward(self, a: Array) -> Array:
        self.kept = self.forward(a)
        return self.kept[1][-1]

    def backprop(self, x: Array, y: Array) -> Any:
        zs, activations = getattr(self, "kept", None) or self.forward(x)
        delta = self.output_error(zs[-1], activations[-1], y)
        nabla_b, nabla_w = super().backprop(x, y)
        return [*nabla_b[:-1], delta], nabla_w


class UpdatesWhileGoingBack(Student):
    def hidden_error(self, layer: int, delta: Array, zs: list[Array], activations: list[Array]) -> Array:
        self.weights[layer + 1] -= 0.1 * delta @ activations[layer + 1].T
        return super().hidden_error(layer, delta, zs, activations)


class ByChance(Student):
    def by_biases(self, delta: Array, before: Array) -> Array:
        return delta * (1.0 + np.random.random())  # noqa: NPY002 - as students write it


class RaisesWhenDeep(Student):
    def hidden_error(self, layer: int, delta: Array, zs: list[Array], activations: list[Array]) -> Array:
        if layer > 0:
            raise IndexError("list index out of range")
        return super().hidden_error(layer, delta, zs, activations)


class RaisesInFeedforward(Student):
    def feedforward(self, a: Array) -> Array:
        if len(self.weights) > 1:
            raise ZeroDivisionError("division by zero")
        return super().feedforward(a)
