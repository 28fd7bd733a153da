"""Families of chance: dropout with and without its seed, random gradients, batches, a cost that drifts."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from tests.zoo.contracts import faulty
from tests.zoo.networks import specimen_of
from tests.zoo.perceptron import Shape, draw
from tests.zoo.planting import plant
from tests.zoo.specimen import AGREE, DISAGREE, OPEN, Expected, Kind, Pair, Specimen, beside, family


def _dropout(generator: np.random.Generator, seed: int | None) -> Specimen:
    net, at = draw(generator, Shape((6, 8, 2)))
    source = np.random.default_rng(5)

    def masked() -> Any:
        mask = (np.random.default_rng(seed) if seed is not None else source).random(net.x.shape) < 0.8
        return dataclasses.replace(net, x=net.x * mask / 0.8)

    return Specimen(lambda p: masked().cost(p), lambda p: masked().gradient(p), at)


@family()
def dropout_with_a_seed(generator: np.random.Generator) -> Pair:
    """Dropout that draws the same mask at every call."""
    return plant(generator, _dropout(generator, 3))


@family(Kind.RANDOM, expected=Expected(OPEN, DISAGREE | OPEN))
def dropout_without_a_seed(generator: np.random.Generator) -> Pair:
    """Dropout that draws another mask at every call: neither right nor wrong by numbers."""
    right = dataclasses.replace(_dropout(generator, None), by_construction="the gradient under a mask of its own")
    return faulty(right, lambda p: {k: [2 * g for g in v] for k, v in right.gradient(p).items()}, "doubled as well")


@family(Kind.CONTRACT, expected=Expected(AGREE, DISAGREE | OPEN))
def random_gradient(generator: np.random.Generator) -> Pair:
    """A cost without chance, and a gradient estimated from a random half of the examples."""
    net, at = draw(generator, Shape((4, 5, 2), examples=8))
    source = np.random.default_rng(11)

    def gradient(p: Any) -> Any:
        some = source.permutation(8)[:4]
        return dataclasses.replace(net, x=net.x[:, some], y=net.y[:, some]).gradient(p)

    return faulty(specimen_of(net, at), gradient, "another half of the examples at each call")


@family(Kind.CONTRACT, expected=Expected(AGREE, DISAGREE))
def last_batch_only(generator: np.random.Generator) -> Pair:
    """The gradient of the last mini-batch where the cost is of all."""
    net, at = draw(generator, Shape((4, 5, 2), examples=8))
    return beside(
        specimen_of(net, at), dataclasses.replace(net, x=net.x[:, 4:], y=net.y[:, 4:]).gradient, "last batch only"
    )


@family(Kind.RANDOM, expected=Expected(OPEN, OPEN | DISAGREE))
def drifting_cost(generator: np.random.Generator) -> Pair:
    """A cost that grows a little at each call, as a running mean in it does."""
    net, at = draw(generator, Shape((3, 4, 2)))
    calls = [0]

    def cost(p: Any) -> Any:
        calls[0] += 1
        return net.cost(p) + 1e-3 * calls[0]

    right = Specimen(cost, net.gradient, at, clean=net.cost)
    return plant(generator, right, "everything doubled", visible=0.0)
