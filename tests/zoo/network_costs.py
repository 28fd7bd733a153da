"""Families of networks under offsets, penalties, and with leaves that hardly matter."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from tests.zoo.networks import specimen_of
from tests.zoo.perceptron import SMOOTH, Shape, draw
from tests.zoo.planting import edited, plant
from tests.zoo.specimen import (
    AGREE,
    DISAGREE,
    Expected,
    Kind,
    Pair,
    Specimen,
    beside,
    family,
)


@family()
def zero_biases(generator: np.random.Generator) -> Pair:
    """Biases that start at zero: a block without a size of its own."""
    net, at = draw(generator, Shape((4, 5, 3), str(generator.choice(SMOOTH))))
    at["b"] = [0.0 * b for b in at["b"]]
    return plant(generator, specimen_of(net, at))


@family()
def zero_everything(generator: np.random.Generator) -> Pair:
    """All parameters zero: the first layer's gradient vanishes exactly, the last biases' does not."""
    net, at = draw(generator, Shape((4, 5, 3), "softplus", last="sigmoid"))
    at = {name: [0.0 * leaf for leaf in leaves] for name, leaves in at.items()}
    return plant(generator, specimen_of(net, at), "everything doubled", "everything negated", "one leaf doubled")


@family(draws=6)
def cost_plus_a_million(generator: np.random.Generator) -> Pair:
    """An offset of 1e6 under the cost, as a sum over other data gives it."""
    net, at = draw(generator, Shape((3, 4, 2), examples=2))
    right = dataclasses.replace(specimen_of(net, at), cost=lambda p: net.cost(p) + 1e6)
    return plant(generator, right, "everything doubled", "one leaf negated", "one leaf zeroed", "one row wrong")


@family(Kind.NOISE, draws=6)
def cost_plus_a_billion(generator: np.random.Generator) -> Pair:
    """An offset of 1e8 or 1e9: few digits of the cost are left."""
    net, at = draw(generator, Shape((3, 4, 2), examples=2))
    offset = float(generator.choice([1e8, 1e9]))
    right = dataclasses.replace(specimen_of(net, at), cost=lambda p: net.cost(p) + offset)
    return plant(generator, right, "everything doubled", "everything negated", visible=1e4)


@family(draws=6)
def faint_biases(generator: np.random.Generator) -> Pair:
    """Biases whose gradient is a millionth of the weights', and those biases wrong."""
    net, at = draw(generator, Shape((4, 5, 3), str(generator.choice(["tanh", "sigmoid"]))))

    def faint(p: Any) -> Any:
        return {"w": p["w"], "b": [1e-6 * b for b in p["b"]]}

    def gradient(p: Any) -> Any:
        found = net.gradient(faint(p))
        return {"w": found["w"], "b": [1e-6 * b for b in found["b"]]}

    right = Specimen(lambda p: net.cost(faint(p)), gradient, at)
    factor = float(generator.choice([2.0, 0.0, -1.0, 1.01]))

    def spoil(leaves: list[Any]) -> None:
        leaves[:2] = [factor * leaf for leaf in leaves[:2]]

    return beside(right, edited(gradient, spoil), f"biases times {factor:g}")


@family(Kind.SMOOTH, expected=Expected(AGREE, DISAGREE))
def weight_decay_forgotten(generator: np.random.Generator) -> Pair:
    """A penalty on the weights that the gradient forgets, halves or extends to the biases."""
    net, at = draw(generator, Shape((4, 5, 3), str(generator.choice(SMOOTH))))
    rate = 10.0 ** generator.uniform(-3.0, 0.0)

    def with_decay(weights: float, biases: float) -> Any:
        def gradient(p: Any) -> Any:
            found = net.gradient(p)
            return {
                "w": [g + weights * w for g, w in zip(found["w"], p["w"], strict=True)],
                "b": [g + biases * b for g, b in zip(found["b"], p["b"], strict=True)],
            }

        return gradient

    right = Specimen(lambda p: net.cost(p) + 0.5 * rate * sum(np.sum(w * w) for w in p["w"]), with_decay(rate, 0.0), at)
    name, weights, biases = [("forgotten", 0.0, 0.0), ("halved", rate / 2, 0.0), ("of the biases too", rate, rate)][
        generator.integers(3)
    ]
    return beside(right, with_decay(weights, biases), f"decay {name}")
