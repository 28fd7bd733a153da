"""Thirty wrong networks whose mistakes are in no catalogue: no name may be given to any of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from gradcheck.network.activations import TANH
from gradcheck.network.costs import CROSS_ENTROPY
from gradcheck.network.weight_decay import WeightDecay
from gradcheck.subjects.network_class import Batch, Declared, NetworkSubject
from tests.student_networks_for_tests import Array, CrossEntropy, Student, Tanh, sigmoid_prime

Batches = list[tuple[Array, Array]]


class ClippedGradient(Student):
    """Each entry clipped, against explosion."""

    def backprop(self, x: Array, y: Array) -> Any:
        return tuple([np.clip(leaf, -0.01, 0.01) for leaf in leaves] for leaves in super().backprop(x, y))


class NormalisedGradient(Student):
    """Divided by its own length."""

    def backprop(self, x: Array, y: Array) -> Any:
        nabla_b, nabla_w = super().backprop(x, y)
        length = np.sqrt(sum(float(np.sum(leaf**2)) for leaf in (*nabla_b, *nabla_w)))
        return [leaf / length for leaf in nabla_b], [leaf / length for leaf in nabla_w]


class DropoutLeftOn(Student):
    """Every second input of (BP4) is dropped, as in training."""

    def by_weights(self, delta: Array, before: Array, layer: int) -> Array:
        kept = np.arange(len(before))[:, np.newaxis] % 2
        return delta @ (2.0 * kept * before).T


class RoundedSigmaPrime(Student):
    """sigma' from a table with two decimals."""

    def sigma_prime(self, z: Array, layer: int) -> Array:
        return np.round(sigmoid_prime(z), 2)


class ConstantSigmaPrime(Student):
    """sigma' is taken to be what it is at 0."""

    def sigma_prime(self, z: Array, layer: int) -> Array:
        return np.full(z.shape, 0.25)


class ClippedZ(Student):
    """z is clipped before sigma', against overflow, far too early."""

    def sigma_prime(self, z: Array, layer: int) -> Array:
        return sigmoid_prime(np.clip(z, -0.5, 0.5))


class FirstNeuronOnly(Student):
    """The error comes back through the first neuron of the next layer alone."""

    def hidden_error(self, layer: int, delta: Array, zs: list[Array], activations: list[Array]) -> Array:
        return (self.weights[layer + 1][:1].T @ delta[:1]) * self.sigma_prime(zs[layer], layer)


class LastBiasForgotten(Student):
    """A loop over the neurons ends one too early."""

    def by_biases(self, delta: Array, before: Array) -> Array:
        found = np.zeros((len(delta), 1))
        for j in range(len(delta) - 1):
            found[j] = delta[j].sum()
        return found


class LastColumnForgotten(Student):
    """A loop over the inputs ends one too early."""

    def by_weights(self, delta: Array, before: Array, layer: int) -> Array:
        found = np.zeros((len(delta), len(before)))
        for k in range(len(before) - 1):
            found[:, [k]] = delta @ before[[k]].T
        return found


class MomentumInBackprop(Student):
    """What is returned has nine tenths of the last gradient in it."""

    velocity: Any = None

    def backprop(self, x: Array, y: Array) -> Any:
        found = super().backprop(x, y)
        if self.velocity is not None:
            found = tuple(
                [0.9 * v + n for v, n in zip(*both, strict=True)] for both in zip(self.velocity, found, strict=True)
            )
        self.velocity = found
        return found


class LearningRateInGradient(Student):
    """The learning rate is already in it."""

    def backprop(self, x: Array, y: Array) -> Any:
        return tuple([0.01 * leaf for leaf in leaves] for leaves in super().backprop(x, y))


class DeltaTimesDepth(Student):
    """A counter is left in the product."""

    def hidden_error(self, layer: int, delta: Array, zs: list[Array], activations: list[Array]) -> Array:
        return (layer + 3) * super().hidden_error(layer, delta, zs, activations)


class LeftoverFactor(Student):
    """A factor of 4 from an afternoon's debugging."""

    def by_weights(self, delta: Array, before: Array, layer: int) -> Array:
        return delta @ before.T * (4.0 if layer == 0 else 1.0)


class Temperature(Student):
    """sigma' is that of a sigmoid with another slope."""

    def sigma_prime(self, z: Array, layer: int) -> Array:
        return 2.0 * sigmoid_prime(2.0 * z)


class CoarseDifferences(Student):
    """No backprop at all: one-sided differences with a large step."""

    def backprop(self, x: Array, y: Array) -> Any:
        def cost() -> float:
            return float(np.sum((self.feedforward(x) - y) ** 2) / 2)

        found = []
        for leaves in (self.biases, self.weights):
            found.append([np.zeros(leaf.shape) for leaf in leaves])
            for leaf, nabla in zip(leaves, found[-1], strict=True):
                for at in np.ndindex(leaf.shape):
                    before, kept = cost(), leaf[at]
                    leaf[at] = kept + 0.1
                    nabla[at] = (cost() - before) / 0.1
                    leaf[at] = kept
        return tuple(found)


class CenteredInputs(Student):
    """(BP4) takes the activations less their mean."""

    def by_weights(self, delta: Array, before: Array, layer: int) -> Array:
        return delta @ (before - before.mean(axis=0)).T


class CenteredDelta(Student):
    """The error is centered over the layer."""

    def hidden_error(self, layer: int, delta: Array, zs: list[Array], activations: list[Array]) -> Array:
        found = super().hidden_error(layer, delta, zs, activations)
        return found - found.mean(axis=0)


class HardSigmoidPrime(Student):
    """sigma' of the piecewise linear sigmoid."""

    def sigma_prime(self, z: Array, layer: int) -> Array:
        return 0.2 * (np.abs(z) < 2.5)


class CubeForSquare(Student):
    """e^-z / (1 + e^-z)^3."""

    def sigma_prime(self, z: Array, layer: int) -> Array:
        return np.exp(-z) / (1.0 + np.exp(-z)) ** 3


class SignInExponent(Student):
    """e^z / (1 + e^-z)^2."""

    def sigma_prime(self, z: Array, layer: int) -> Array:
        return np.exp(z) / (1.0 + np.exp(-z)) ** 2


class OneOverCosh(Tanh):
    """1/cosh(z), its square forgotten."""

    def sigma_prime(self, z: Array, layer: int) -> Array:
        return 1.0 / np.cosh(z)


class HuberBeyondATenth(Student):
    """The error is cut off, as Huber's cost would have it."""

    def cost_derivative(self, a: Array, y: Array) -> Array:
        return np.clip(a - y, -0.1, 0.1)


class SignOfError(Student):
    """The derivative of |a - y|."""

    def cost_derivative(self, a: Array, y: Array) -> Array:
        return np.sign(a - y)


class CubedError(Student):
    """(a - y)^3."""

    def cost_derivative(self, a: Array, y: Array) -> Array:
        return (a - y) ** 3


class SmoothedLabels(CrossEntropy):
    """The labels are smoothed in backprop and not in the cost."""

    def cost_derivative(self, a: Array, y: Array) -> Array:
        return a - (0.9 * y + 0.05)


class DecayIsTheCost(Student):
    """The weight decay's own value, w^2 / 2, stands for its derivative."""

    def by_weights(self, delta: Array, before: Array, layer: int) -> Array:
        return delta @ before.T + 0.3 * self.weights[layer] ** 2 / 2.0


class PseudoInverse(Student):
    """The error goes back through the pseudo-inverse, as if a layer were to be undone."""

    def hidden_error(self, layer: int, delta: Array, zs: list[Array], activations: list[Array]) -> Array:
        return (np.linalg.pinv(self.weights[layer + 1]) @ delta) * self.sigma_prime(zs[layer], layer)


class FeedbackAlignment(Student):
    """The error goes back through fixed random weights."""

    def hidden_error(self, layer: int, delta: Array, zs: list[Array], activations: list[Array]) -> Array:
        fixed = np.random.default_rng(layer).standard_normal(self.weights[layer + 1].T.shape)
        return (fixed @ delta) * self.sigma_prime(zs[layer], layer)


class OneTooManyInTheMean(Student):
    """The step is divided by m + 1."""

    def update_mini_batch(self, mini_batch: Batches, eta: float) -> None:
        super().update_mini_batch(mini_batch, eta * len(mini_batch) / (len(mini_batch) + 1))


class LastExampleLeftOut(Student):
    """The loop over the mini-batch ends one too early."""

    def update_mini_batch(self, mini_batch: Batches, eta: float) -> None:
        if len(mini_batch) > 1:
            super().update_mini_batch(mini_batch[:-1], eta)


class BiasesFirst(Student):
    """The biases are moved first, and the weights by a gradient taken after that."""

    def update_mini_batch(self, mini_batch: Batches, eta: float) -> None:
        kept = list(self.weights)
        super().update_mini_batch(mini_batch, eta)
        self.weights, moved = kept, list(self.biases)
        super().update_mini_batch(mini_batch, eta)
        self.biases = moved


class ColumnsWeighted(Student):
    """The columns of a mini-batch are given falling weights."""

    def by_weights(self, delta: Array, before: Array, layer: int) -> Array:
        return (delta * 0.5 ** np.arange(delta.shape[1])) @ before.T


OUTSIDE: Final[Mapping[str, NetworkSubject]] = MappingProxyType(
    {
        one.__name__: NetworkSubject(one.__name__, one, declared)
        for one, declared in (
            (ClippedGradient, Declared()),
            (NormalisedGradient, Declared()),
            (DropoutLeftOn, Declared()),
            (RoundedSigmaPrime, Declared()),
            (ConstantSigmaPrime, Declared()),
            (ClippedZ, Declared()),
            (FirstNeuronOnly, Declared()),
            (LastBiasForgotten, Declared()),
            (LastColumnForgotten, Declared()),
            (MomentumInBackprop, Declared()),
            (LearningRateInGradient, Declared()),
            (DeltaTimesDepth, Declared()),
            (LeftoverFactor, Declared()),
            (Temperature, Declared()),
            (CoarseDifferences, Declared()),
            (CenteredInputs, Declared()),
            (CenteredDelta, Declared()),
            (HardSigmoidPrime, Declared()),
            (CubeForSquare, Declared()),
            (SignInExponent, Declared()),
            (OneOverCosh, Declared((TANH,))),
            (HuberBeyondATenth, Declared()),
            (SignOfError, Declared()),
            (CubedError, Declared()),
            (SmoothedLabels, Declared(cost=CROSS_ENTROPY)),
            (DecayIsTheCost, Declared(weight_decay=WeightDecay(l2=0.3))),
            (PseudoInverse, Declared()),
            (FeedbackAlignment, Declared()),
            (OneTooManyInTheMean, Declared()),
            (LastExampleLeftOut, Declared()),
            (BiasesFirst, Declared()),
            (ColumnsWeighted, Declared(batch=Batch.SUM)),
        )
    }
)
"""All of them, each with what its author declares."""
