"""Random networks of any depth, shape, activations, cost and weight decay, on which mistakes are looked for."""

from __future__ import annotations

import dataclasses
from functools import cached_property
from typing import Final

import numpy as np

from gradcheck.checks.exposing import WIDTHS, Exposing, exposing_of
from gradcheck.checks.listening import NETWORKS
from gradcheck.mistakes.program import Asked, Question
from gradcheck.network.activations import (
    ACTIVATIONS,
    LEAKY_RELU,
    LINEAR,
    SIGMOID,
    SOFTMAX,
    Activation,
    modified_neuron,
)
from gradcheck.network.costs import CROSS_ENTROPY, LOG_LIKELIHOOD, QUADRATIC, Cost
from gradcheck.network.weight_decay import NO_DECAY, WeightDecay
from gradcheck.subjects.network_class import Batch, Declared

LAYERS: Final = (2, 3, 3, 4, 4, 4, 5)
"""How many layers a network has (counts), the input layer included."""

DECAYS: Final = (NO_DECAY, NO_DECAY, WeightDecay(l2=0.3), WeightDecay(l1=0.2), WeightDecay(l1=0.2, l2=0.3))
ELEMENTWISE: Final = (*(one for one in ACTIVATIONS.values() if one.derivative is not None), LEAKY_RELU)
OUTPUTS: Final = (
    (None, QUADRATIC),
    (None, QUADRATIC),
    (SIGMOID, QUADRATIC),
    (SIGMOID, CROSS_ENTROPY),
    (SIGMOID, CROSS_ENTROPY),
    (SOFTMAX, LOG_LIKELIHOOD),
    (SOFTMAX, LOG_LIKELIHOOD),
    (SOFTMAX, QUADRATIC),
)
"""Output activations, None for any, with a cost that fits."""

BATCHES: Final = (Batch.UPDATE, Batch.SUM, Batch.MEAN)


@dataclasses.dataclass(frozen=True, eq=False)
class Drawn:
    """A declaration, and the networks that a class is listened to on, as many as the checker takes."""

    number: int
    declared: Declared
    exposed: tuple[Exposing, ...]

    def questions(self, asked: Asked) -> tuple[Question, ...]:
        """Return the questions of one kind, one for each network, always the same objects."""
        return self._questions[asked]

    @cached_property
    def _questions(self) -> dict[Asked, tuple[Question, ...]]:
        return {
            asked: tuple(one.examples() if asked is Asked.ONE else one.batches(asked) for one in self.exposed)
            for asked in Asked
        }

    @property
    def asked(self) -> tuple[Asked, ...]:
        """The questions that the checker asks such a class, in its order."""
        several = {Batch.UPDATE: (), Batch.SUM: (Asked.SUM,), Batch.MEAN: (Asked.MEAN,)}[self.declared.batch]
        return (Asked.ONE, *several, Asked.STEP)


def drawn(seed: int, number: int) -> Drawn:
    """Return the networks of a number: one in four with layers of one width, two as the checker draws them, one of any widths."""
    generator = np.random.default_rng([seed, number])
    count = int(generator.choice(LAYERS))
    sizes = _sizes(number % 4, count, generator)
    activations, cost = _functions(count - 1, generator)
    decay = DECAYS[generator.integers(len(DECAYS))]
    declared = Declared(activations, cost, decay, BATCHES[generator.integers(len(BATCHES))])
    return Drawn(number, declared, tuple(exposing_of(sizes, declared, generator) for _ in range(NETWORKS)))


def _sizes(kind: int, count: int, generator: np.random.Generator) -> tuple[int, ...]:
    if kind == 0:
        return (int(generator.integers(2, 6)),) * count
    if kind == 1:
        return tuple(int(n) for n in generator.integers(1, 8, count))
    return tuple(int(n) for n in generator.permutation(WIDTHS)[:count])


def _functions(layers: int, generator: np.random.Generator) -> tuple[tuple[Activation, ...], Cost]:
    """Return an activation for each layer and a cost that fits; half of the networks have one activation in all hidden layers."""
    one = ELEMENTWISE[generator.integers(len(ELEMENTWISE))]
    is_mixed = generator.random() < 0.5
    hidden = [ELEMENTWISE[generator.integers(len(ELEMENTWISE))] if is_mixed else one for _ in range(layers)]
    if layers > 1 and generator.random() < 0.3:
        hidden[0] = modified_neuron(hidden[0], 0, LINEAR if hidden[0] is not LINEAR else SIGMOID)
    output, cost = OUTPUTS[generator.integers(len(OUTPUTS))]
    return (*hidden[:-1], output or hidden[-1]), cost
