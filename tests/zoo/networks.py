"""Families of networks: every mistake of backpropagation, deep, large, saturated, dead and vanishing ones."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from tests.zoo.perceptron import BACKWARD_MISTAKES, SMOOTH, Perceptron, Shape, draw
from tests.zoo.planting import edited, plant, visibility
from tests.zoo.specimen import (
    Kind,
    Pair,
    Specimen,
    beside,
    family,
    leaves_of,
)


def specimen_of(net: Perceptron, at: Any, **meta: Any) -> Specimen:
    """Return a perceptron as a specimen."""
    return Specimen(net.cost, net.gradient, at, clean=net.cost, **meta)


def in_floats(specimen: Specimen) -> Specimen:
    """Return the specimen with a cost that returns a Python float: the complex step cannot follow it."""
    cost = specimen.cost
    return dataclasses.replace(specimen, cost=lambda p: float(cost(p)), clean=specimen.clean or cost)


def _random_shape(generator: np.random.Generator) -> Shape:
    sizes = tuple(int(n) for n in generator.integers(2, 8, generator.integers(2, 5)))
    hidden = str(generator.choice(SMOOTH))
    if generator.integers(2):
        return Shape(sizes, hidden, loss="cross-entropy")
    return Shape(sizes, hidden, last=str(generator.choice(["sigmoid", "identity", "tanh"])))


@family(draws=12)
def small_network(generator: np.random.Generator) -> Pair:
    """Any small smooth network, with any mistake; every other one returns a Python float."""
    specimen = specimen_of(*draw(generator, _random_shape(generator)))
    return plant(generator, in_floats(specimen) if generator.integers(2) else specimen)


@family(draws=16)
def backward_mistake(generator: np.random.Generator) -> Pair:
    """A mistake in one of the equations (BP1) to (BP4)."""
    width = int(generator.integers(3, 6))
    net, at = draw(generator, Shape((width, width, width, 3), str(generator.choice(SMOOTH)), last="sigmoid"))
    right = specimen_of(net, at)
    while True:
        mistake = str(generator.choice(BACKWARD_MISTAKES))
        pair = beside(right, lambda p, mistake=mistake: net.backward(p, mistake), mistake)
        if pair.wrong.share > 1e-3:
            return pair


def _dedicated(mistake: str) -> Any:
    def make(generator: np.random.Generator) -> Pair:
        return plant(generator, specimen_of(*draw(generator, Shape((4, 5, 5, 3)))), mistake)

    make.__name__ = mistake.replace(" ", "_").replace("%", "percent").replace(".", "_")
    return family(draws=3)(make)


for _mistake in (
    "one row wrong",
    "one column wrong",
    "one leaf transposed",
    "one component missing",
    "two components swapped",
    "everything doubled",
    "everything negated",
    "a mean where a sum is due",
    "one component off by a millionth",
):
    _dedicated(_mistake)


@family()
def bias_doubled_in_a_large_network(generator: np.random.Generator) -> Pair:
    """The bias gradient of one layer doubled, at more than 3000 parameters."""
    shape = Shape((64, 40, 30, 10), str(generator.choice(["sigmoid", "tanh"])), loss="cross-entropy", examples=8)
    right = specimen_of(*draw(generator, shape))
    layer = int(generator.integers(3))

    def double(leaves: list[Any]) -> None:
        leaves[layer] = 2 * leaves[layer]  # the leaves of "b" come first

    return beside(right, edited(right.gradient, double), f"b[{layer}] doubled")


@family()
def first_of_eight_sigmoid_layers(generator: np.random.Generator) -> Pair:
    """The gradient of the first layer's weights zeroed or negated where it has all but vanished."""
    right = specimen_of(*draw(generator, Shape((6,) * 8 + (2,), "sigmoid", last="sigmoid")))
    factor = float(generator.choice([0.0, -1.0]))

    def spoil(leaves: list[Any]) -> None:
        leaves[8] = factor * leaves[8]  # 8 biases, then the weights
        leaves[0] = factor * leaves[0]

    return beside(in_floats(right), edited(right.gradient, spoil), f"first layer times {factor:g}")


@family(Kind.VACUOUS)
def vanished(generator: np.random.Generator) -> Pair:
    """16 sigmoid layers: the first layer's gradient lies below what differences resolve; the complex step sees it."""
    right = specimen_of(*draw(generator, Shape((5,) * 16 + (2,), "sigmoid", last="sigmoid")))

    def spoil(leaves: list[Any]) -> None:
        leaves[16] = -leaves[16]

    pair = beside(right, edited(right.gradient, spoil), "first layer negated")
    errors = [a - b for a, b in zip(leaves_of(pair.wrong.gradient(right.at)), leaves_of(pair.right.truth), strict=True)]
    hidden = visibility(right, errors) < 1e4
    return dataclasses.replace(pair, wrong=dataclasses.replace(pair.wrong, below_resolution=hidden))


@family(Kind.VACUOUS, draws=6)
def saturated(generator: np.random.Generator) -> Pair:
    """Weights thirty times too large: slopes of 1 - tanh^2 lose their digits."""
    shape = Shape((4, 5, 5, 3), str(generator.choice(["sigmoid", "tanh"])), examples=6, gain=30.0)
    right = specimen_of(*draw(generator, shape))
    return plant(
        generator, right, "one leaf doubled", "one leaf negated", "one row wrong", "everything doubled", visible=1e8
    )


@family(draws=2)
def fifty_layers(generator: np.random.Generator) -> Pair:
    """50 layers, 100 leaves."""
    right = specimen_of(*draw(generator, Shape((4,) * 51, "tanh", gain=1.4)))
    return plant(
        generator, right, "one leaf doubled", "one leaf negated", "one leaf zeroed", "one row wrong", visible=1e7
    )


@family(Kind.KINK, draws=4)
def two_thousand_rectifiers(generator: np.random.Generator) -> Pair:
    """A large rectified network: any step crosses some kink."""
    sizes = [(10, 2400, 2), (20, 1300, 700, 2)][generator.integers(2)]
    right = specimen_of(*draw(generator, Shape(sizes, "relu", examples=4)))
    return plant(generator, right, "one leaf doubled", "one leaf negated", "everything doubled")


@family(Kind.KINK, draws=1)
def a_million_rectified_parameters(generator: np.random.Generator) -> Pair:
    """P of 1.5 million."""
    right = specimen_of(*draw(generator, Shape((20, 1200, 1200, 2), "relu", examples=2)))
    return plant(generator, right, "one leaf doubled", "one leaf negated")


@family(draws=6)
def small_rectified_network(generator: np.random.Generator) -> Pair:
    """Rectifiers, at a point where none is within 1e-3 of its kink."""
    while True:
        net, at = draw(generator, Shape((4, 5, 4, 2), "relu", examples=3))
        zs = net.forward(at)[0]
        alive = all(np.all(np.any(z > 0, axis=1)) for z in zs[:-1])
        if alive and min(np.min(np.abs(z)) for z in zs[:-1]) > 1e-3:
            return plant(generator, specimen_of(net, at))


def _without_mask(net: Perceptron) -> Perceptron:
    """Return the same network without the rectifiers: their masks are all forgotten."""
    return dataclasses.replace(net, activations=("identity",) * len(net.activations))


@family(Kind.VACUOUS)
def dead_hidden_layer(generator: np.random.Generator) -> Pair:
    """Every rectifier of the hidden layer is off, for all examples; the wrong one forgets the mask."""
    net, at = draw(generator, Shape((3, 6, 2), "relu"))
    at["b"][0] = at["b"][0] - 20.0
    return beside(specimen_of(net, at), _without_mask(net).gradient, "mask forgotten")


@family(Kind.VACUOUS)
def dead_everywhere(generator: np.random.Generator) -> Pair:
    """Nothing but dead rectifiers, the last layer's too: the point itself proves nothing."""
    net, at = draw(generator, Shape((3, 5, 2), "relu", last="relu"))
    at["b"] = [b - 20.0 for b in at["b"]]
    return beside(specimen_of(net, at), _without_mask(net).gradient, "mask forgotten")
