"""Right networks in many styles: none of them may be called wrong, or be given a mistake's name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from gradcheck.network.activations import (
    ELU,
    LEAKY_RELU,
    LINEAR,
    RELU,
    SIGMOID,
    SOFTMAX,
    SOFTPLUS,
    SWISH,
    TANH,
    modified_neuron,
)
from gradcheck.network.costs import CROSS_ENTROPY, LOG_LIKELIHOOD
from gradcheck.network.weight_decay import WeightDecay
from gradcheck.subjects.network_class import Batch, Declared, NetworkSubject
from tests.student_networks_for_tests import (
    Array,
    CrossEntropy,
    Decay,
    Flat,
    Mean,
    ReluThenLinear,
    ReluThenSoftmax,
    Student,
    Tanh,
    WithDefaults,
    WithoutExtras,
    sigmoid,
    sigmoid_prime,
)

Batches = list[tuple[Array, Array]]


class ReluPrimeOneAtZero(ReluThenLinear):
    """relu' is 1 at 0: z >= 0 for z > 0."""

    def sigma_prime(self, z: Array, layer: int) -> Array:
        return (z >= 0.0) * 1.0 if layer < len(self.weights) - 1 else np.ones(z.shape)


class MeanInTheError(Student):
    """1/m stands in the error of the output, so that every product has it."""

    def cost_derivative(self, a: Array, y: Array) -> Array:
        return (a - y) / a.shape[1]


class MeanInTheStep(Student):
    """1/m is part of the learning rate."""

    def update_mini_batch(self, mini_batch: Batches, eta: float) -> None:
        x, y = (np.hstack(part) for part in zip(*mini_batch, strict=True))
        nabla_b, nabla_w = self.backprop(x, y)
        rate = eta / x.shape[1]
        self.biases = [b - rate * nb for b, nb in zip(self.biases, nabla_b, strict=True)]
        self.weights = [w - rate * nw for w, nw in zip(self.weights, nabla_w, strict=True)]


class RunningMean(Student):
    """The mean over the mini-batch is kept as it grows."""

    def update_mini_batch(self, mini_batch: Batches, eta: float) -> None:
        mean = [np.zeros(leaf.shape) for leaf in (*self.biases, *self.weights)]
        for count, (x, y) in enumerate(mini_batch, start=1):
            nabla_b, nabla_w = self.backprop(x, y)
            mean = [old + (new - old) / count for old, new in zip(mean, (*nabla_b, *nabla_w), strict=True)]
        self.biases = [b - eta * step for b, step in zip(self.biases, mean, strict=False)]
        self.weights = [w - eta * step for w, step in zip(self.weights, mean[len(self.biases) :], strict=True)]


class Float32(Student):
    """backprop works in float32."""

    def backprop(self, x: Array, y: Array) -> Any:
        kept = self.weights, self.biases
        self.weights, self.biases = ([leaf.astype(np.float32) for leaf in leaves] for leaves in kept)
        found = super().backprop(x.astype(np.float32), y.astype(np.float32))
        self.weights, self.biases = kept
        return found


class LongDouble(Student):
    """backprop works in extended precision and rounds at the end."""

    def backprop(self, x: Array, y: Array) -> Any:
        kept = self.weights, self.biases
        self.weights, self.biases = ([leaf.astype(np.longdouble) for leaf in leaves] for leaves in kept)
        found = super().backprop(x.astype(np.longdouble), y.astype(np.longdouble))
        self.weights, self.biases = kept
        return tuple([leaf.astype(np.float64) for leaf in leaves] for leaves in found)


class Loops(Student):
    """(BP2) and (BP4) written out, one product at a time."""

    def hidden_error(self, layer: int, delta: Array, zs: list[Array], activations: list[Array]) -> Array:
        w, found = self.weights[layer + 1], np.zeros(zs[layer].shape)
        for j in range(w.shape[1]):
            for k in range(w.shape[0]):
                found[j] += w[k, j] * delta[k]
        return found * self.sigma_prime(zs[layer], layer)

    def by_weights(self, delta: Array, before: Array, layer: int) -> Array:
        return np.array([[float(np.sum(d * a)) for a in before] for d in delta])


class Einsum(Student):
    """Every product an einsum."""

    def hidden_error(self, layer: int, delta: Array, zs: list[Array], activations: list[Array]) -> Array:
        return np.einsum("kj,km,jm->jm", self.weights[layer + 1], delta, self.sigma_prime(zs[layer], layer))

    def by_weights(self, delta: Array, before: Array, layer: int) -> Array:
        return np.einsum("jm,km->jk", delta, before)


class DiagonalMatrices(Student):
    """(33) and (34): a matrix with sigma' on its diagonal."""

    def output_error(self, z: Array, a: Array, y: Array) -> Array:
        return np.diag(sigmoid_prime(z)[:, 0]) @ (a - y)

    def hidden_error(self, layer: int, delta: Array, zs: list[Array], activations: list[Array]) -> Array:
        return np.diag(sigmoid_prime(zs[layer])[:, 0]) @ self.weights[layer + 1].T @ delta


class SigmaPrimeOfA(Student):
    """sigma' as a (1 - a), with the activations put in."""

    def output_error(self, z: Array, a: Array, y: Array) -> Array:
        return (a - y) * a * (1.0 - a)

    def hidden_error(self, layer: int, delta: Array, zs: list[Array], activations: list[Array]) -> Array:
        a = activations[layer + 1]
        return (self.weights[layer + 1].T @ delta) * a * (1.0 - a)


class CoshFormula(Student):
    """sigma' as 1 / (4 cosh^2(z/2))."""

    def sigma_prime(self, z: Array, layer: int) -> Array:
        return 1.0 / (4.0 * np.cosh(z / 2.0) ** 2)


class TanhByExponentials(Tanh):
    """tanh' as 4 / (e^z + e^-z)^2."""

    def sigma_prime(self, z: Array, layer: int) -> Array:
        return 4.0 / (np.exp(z) + np.exp(-z)) ** 2


class UnfusedCrossEntropy(Student):
    """The cross-entropy with its factors left as they are."""

    def cost_derivative(self, a: Array, y: Array) -> Array:
        return (1.0 - y) / (1.0 - a) - y / a


class UnfusedSoftmax(ReluThenSoftmax):
    """The whole Jacobian of the softmax, one example at a time."""

    def output_error(self, z: Array, a: Array, y: Array) -> Array:
        columns = [(np.diag(p) - np.outer(p, p)) @ (-t / p) for p, t in zip(a.T, y.T, strict=True)]
        return np.array(columns).T


class Recursive(Student):
    """No loop: each layer asks the next for its error."""

    def backprop(self, x: Array, y: Array) -> Any:
        zs, activations = self.forward(x)

        def delta(layer: int) -> Array:
            if layer == len(self.weights) - 1:
                return self.output_error(zs[-1], activations[-1], y)
            return self.hidden_error(layer, delta(layer + 1), zs, activations)

        deltas = [delta(layer) for layer in range(len(self.weights))]
        return (
            tuple(d.sum(axis=1, keepdims=True) for d in deltas),
            tuple(d @ a.T for d, a in zip(deltas, activations, strict=False)),
        )


class BiasAsWeight(Student):
    """The bias is the weight of an input that is always 1."""

    def backprop(self, x: Array, y: Array) -> Any:
        zs, activations = self.forward(x)
        delta, found = self.output_error(zs[-1], activations[-1], y), []
        for layer in reversed(range(len(self.weights))):
            one = np.ones((1, x.shape[1]))
            found.insert(0, delta @ np.vstack([one, activations[layer]]).T)
            if layer:
                delta = self.hidden_error(layer - 1, delta, zs, activations)
        return [whole[:, :1] for whole in found], [whole[:, 1:] for whole in found]


class FilledInPlace(Student):
    """Sums set to 0 at the beginning and added to in place, example by example."""

    def backprop(self, x: Array, y: Array) -> Any:
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        for i in range(x.shape[1]):
            one_b, one_w = super().backprop(x[:, [i]], y[:, [i]])
            for total, part in zip((*nabla_b, *nabla_w), (*one_b, *one_w), strict=True):
                total += part
        return nabla_b, nabla_w


class CacheRenewed(Student):
    """z and a are kept on the object, and renewed in every call."""

    def backprop(self, x: Array, y: Array) -> Any:
        self.cache = self.forward(x)
        return super().backprop(x, y)


class Fortran(Student):
    """Column by column in memory."""

    def by_weights(self, delta: Array, before: Array, layer: int) -> Array:
        return np.asfortranarray(delta @ before.T)


class ObjectArrays(Student):
    """Layers in object arrays, as old numpy made them of lists."""

    def backprop(self, x: Array, y: Array) -> Any:
        found = []
        for leaves in super().backprop(x, y):
            layers = np.empty(len(leaves), object)
            layers[:] = leaves
            found.append(layers)
        return tuple(found)


class ShuffledBatch(Student):
    """The mini-batch is gone through backwards."""

    def update_mini_batch(self, mini_batch: Batches, eta: float) -> None:
        super().update_mini_batch(mini_batch[::-1], eta)


class Softplus(Student):
    """Softplus neurons."""

    def sigma(self, z: Array, layer: int) -> Array:
        return np.logaddexp(0.0, z)

    def sigma_prime(self, z: Array, layer: int) -> Array:
        return sigmoid(z)


class LeakyRelu(Student):
    """Leaky relu neurons."""

    def sigma(self, z: Array, layer: int) -> Array:
        return np.where(z > 0.0, z, 0.01 * z)

    def sigma_prime(self, z: Array, layer: int) -> Array:
        return np.where(z > 0.0, 1.0, 0.01)


class Elu(Student):
    """Elu neurons, sigma' written in a."""

    def sigma(self, z: Array, layer: int) -> Array:
        return np.where(z > 0.0, z, np.expm1(np.minimum(z, 0.0)))

    def sigma_prime(self, z: Array, layer: int) -> Array:
        return np.where(z > 0.0, 1.0, 1.0 + self.sigma(z, layer))


class Swish(Student):
    """Swish neurons."""

    def sigma(self, z: Array, layer: int) -> Array:
        return z * sigmoid(z)

    def sigma_prime(self, z: Array, layer: int) -> Array:
        return sigmoid(z) + z * sigmoid_prime(z)


class Linear(Student):
    """Linear neurons: backprop without sigma'."""

    def sigma(self, z: Array, layer: int) -> Array:
        return z

    def sigma_prime(self, z: Array, layer: int) -> Array:
        return np.ones(z.shape)


class ModifiedNeuron(Student):
    """One neuron of the output layer is linear, the others are sigmoid neurons."""

    def sigma(self, z: Array, layer: int) -> Array:
        a = sigmoid(z)
        a[0] = z[0]
        return a

    def sigma_prime(self, z: Array, layer: int) -> Array:
        slope = sigmoid_prime(z)
        slope[0] = 1.0
        return slope


class TanhThenSigmoid(Student):
    """Tanh neurons in the hidden layer, sigmoid neurons and cross-entropy at the output."""

    def sigma(self, z: Array, layer: int) -> Array:
        return np.tanh(z) if layer == 0 else sigmoid(z)

    def sigma_prime(self, z: Array, layer: int) -> Array:
        return 1.0 - np.tanh(z) ** 2 if layer == 0 else sigmoid_prime(z)

    def output_error(self, z: Array, a: Array, y: Array) -> Array:
        return a - y


class DecayInTheMean(Decay):
    """The weight decay is counted once an example and divided by their number: once."""

    def by_weights(self, delta: Array, before: Array, layer: int) -> Array:
        w = self.weights[layer]
        return delta @ before.T + delta.shape[1] * (0.3 * w + 0.2 * np.sign(w))


_DECAY: Final = WeightDecay(l1=0.2, l2=0.3)

RIGHT: Final[Mapping[str, NetworkSubject]] = MappingProxyType(
    {
        f"{one.__name__}{number}": NetworkSubject(one.__name__, one, declared)
        for number, (one, declared) in enumerate(
            (
                (Student, Declared()),
                (Student, Declared(batch=Batch.SUM)),
                (Flat, Declared()),
                (Tanh, Declared((TANH,))),
                (ReluThenSoftmax, Declared((RELU, SOFTMAX), LOG_LIKELIHOOD)),
                (ReluThenLinear, Declared((RELU, LINEAR))),
                (CrossEntropy, Declared(cost=CROSS_ENTROPY)),
                (Decay, Declared(weight_decay=_DECAY)),
                (Mean, Declared(batch=Batch.MEAN)),
                (WithDefaults, Declared()),
                (WithoutExtras, Declared()),
                (ReluPrimeOneAtZero, Declared((RELU, LINEAR))),  # autograders.md 5.1, 12
                (MeanInTheError, Declared(batch=Batch.MEAN)),  # 20
                (MeanInTheStep, Declared(batch=Batch.SUM)),  # 20
                (RunningMean, Declared()),  # 20
                (Float32, Declared()),  # 33
                (LongDouble, Declared()),
                (Loops, Declared()),
                (Einsum, Declared(batch=Batch.SUM)),
                (DiagonalMatrices, Declared()),
                (SigmaPrimeOfA, Declared()),
                (CoshFormula, Declared()),
                (TanhByExponentials, Declared((TANH,))),
                (UnfusedCrossEntropy, Declared(cost=CROSS_ENTROPY)),
                (UnfusedSoftmax, Declared((RELU, SOFTMAX), LOG_LIKELIHOOD)),
                (Recursive, Declared()),
                (BiasAsWeight, Declared(batch=Batch.SUM)),
                (FilledInPlace, Declared(batch=Batch.SUM)),
                (CacheRenewed, Declared()),
                (Fortran, Declared()),
                (ObjectArrays, Declared()),
                (ShuffledBatch, Declared()),
                (Softplus, Declared((SOFTPLUS,))),
                (LeakyRelu, Declared((LEAKY_RELU,))),
                (Elu, Declared((ELU,))),
                (Swish, Declared((SWISH,))),
                (Linear, Declared((LINEAR,))),
                (ModifiedNeuron, Declared((modified_neuron(SIGMOID, 0, LINEAR),))),
                (TanhThenSigmoid, Declared((TANH, SIGMOID), CROSS_ENTROPY)),
                (DecayInTheMean, Declared(weight_decay=_DECAY, batch=Batch.SUM)),
            )
        )
    }
)
"""All of them, each with what its author declares."""
