"""Families at and near kinks, where a right program may answer with any subgradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.zoo.perceptron import Shape, draw
from tests.zoo.planting import plant
from tests.zoo.specimen import Kind, Layer, Pair, Specimen, beside, family, layer_specimen

CONSTRUCTED = "the chain rule with one fixed slope for each unit at its kink"


def _slopes(z: Any, at_zero: float) -> Any:
    """Return the slopes of the rectifier, with the one chosen at exactly 0."""
    return np.where(z > 0, 1.0, np.where(z < 0, 0.0, at_zero))


def _rectified_fit(generator: np.random.Generator, at_kink: int, distance: float) -> tuple[Any, Any, Any]:
    """Return (cost, gradient with a chosen slope at 0, point): sum c relu(w * s - t), some units at a distance of their kink."""
    n = 6
    s = generator.choice([-1.0, 1.0], n) * 2.0 ** generator.integers(-1, 2, n)  # powers of two: w * s is exact
    w = generator.standard_normal(n)
    t = w * s - np.sign(generator.standard_normal(n)) * generator.uniform(0.3, 1.0, n)
    t[:at_kink] = w[:at_kink] * s[:at_kink] - distance * generator.choice([-1.0, 1.0], at_kink)
    c = generator.uniform(0.5, 2.0, n)

    def cost(p: Any) -> Any:
        return np.sum(c * np.maximum(p * s - t, 0.0)) + 0.5 * np.sum(p * p)

    def gradient(at_zero: float) -> Any:
        return lambda p: c * s * _slopes(p * s - t, at_zero) + p

    return cost, gradient, w


@family(Kind.KINK, draws=8)
def rectifier_at_its_kink(generator: np.random.Generator) -> Pair:
    """One or three units exactly at their kinks; right with slope 0, 1 or the mean, wrong with one out of range."""
    cost, gradient, w = _rectified_fit(generator, int(generator.choice([1, 3])), 0.0)
    right = Specimen(cost, gradient(float(generator.choice([0.0, 1.0, 0.5]))), w, by_construction=CONSTRUCTED)
    slope = float(generator.choice([-0.7, 1.8, 5.0]))
    return beside(right, gradient(slope), f"slope {slope:g} at the kink")


@family(Kind.KINK, draws=8)
def rectifier_near_its_kink(generator: np.random.Generator) -> Pair:
    """Units 3e-7 away from their kinks; the wrong one takes the slope of the other side."""
    cost, gradient, w = _rectified_fit(generator, int(generator.choice([1, 3])), 3e-7)
    right = Specimen(cost, gradient(0.0), w, by_construction=CONSTRUCTED)

    def other_side(p: Any) -> Any:
        moved = gradient(0.0)(p)
        lower, upper = gradient(0.0)(p - 1e-6), gradient(0.0)(p + 1e-6)
        return moved - np.where(np.abs(moved - lower) > 1e-3, moved - lower, moved - upper)

    return beside(right, other_side, "the slope of the other side")


@family(Kind.KINK, draws=6)
def absolute_value_at_zero(generator: np.random.Generator) -> Pair:
    """|x| with some components exactly 0; right with any slope of [-1, 1]."""
    w = generator.standard_normal(5)
    w[: int(generator.integers(1, 4))] = 0.0
    c = generator.uniform(0.5, 2.0, 5)

    def gradient(at_zero: float) -> Any:
        return lambda p: c * np.where(p == 0, at_zero, np.sign(p)) + np.cos(p)

    right = Specimen(
        lambda p: np.sum(c * np.abs(p) + np.sin(p)),
        gradient(float(generator.choice([0.0, 1.0, -1.0, 0.3]))),
        w,
        by_construction=CONSTRUCTED,
    )
    slope = float(generator.choice([1.6, -3.0]))
    return beside(right, gradient(slope), f"slope {slope:g} at 0")


@family(Kind.KINK, draws=6)
def opposed_rectifiers(generator: np.random.Generator) -> Pair:
    """relu(b0) - relu(b1) and relu(b2) - relu(-b2) at 0: no gap along some directions, and still a right program."""
    at_zero = float(generator.choice([0.0, 1.0, 0.5]))

    def cost(p: Any) -> Any:
        b, w = p["b"], p["w"]
        kinks = np.maximum(b[0], 0) - np.maximum(b[1], 0) + np.maximum(b[2], 0) - np.maximum(-b[2], 0)
        return kinks + np.sum(np.sin(w) * w) + np.sum(b)

    def gradient(p: Any) -> Any:
        s = _slopes(p["b"], at_zero)
        d = np.array([s[0], -s[1], s[2] + _slopes(-p["b"], at_zero)[2]])
        return {"b": d + 1.0, "w": np.sin(p["w"]) + p["w"] * np.cos(p["w"])}

    right = Specimen(cost, gradient, {"b": np.zeros(3), "w": generator.standard_normal(4)}, by_construction=CONSTRUCTED)
    return beside(right, lambda p: {"b": gradient(p)["b"], "w": 2 * gradient(p)["w"]}, "smooth leaf doubled")


@family(Kind.KINK, draws=6)
def all_units_at_their_kinks(generator: np.random.Generator) -> Pair:
    """A rectified network on an input of zeros with biases of zero, as a padded example gives it."""
    net, at = draw(generator, Shape((3, 6, 2), "relu", examples=1))
    net.x[:] = 0.0
    at["b"][0] = 0.0 * at["b"][0]
    right = Specimen(net.cost, net.gradient, at, by_construction=CONSTRUCTED)
    return plant(generator, right, "everything doubled", "everything negated")


@family(Kind.KINK)
def one_dead_example_among_others(generator: np.random.Generator) -> Pair:
    """A rectified network with zero biases in which one example of several is all zeros."""
    net, at = draw(generator, Shape((3, 6, 2), "relu", examples=4))
    net.x[:, 0] = 0.0
    at["b"][0] = 0.0 * at["b"][0]
    right = Specimen(net.cost, net.gradient, at, by_construction=CONSTRUCTED)
    return plant(generator, right, "everything doubled", "one leaf negated", least=0.1)


@family(Kind.KINK)
def pooled_ties(generator: np.random.Generator) -> Pair:
    """The largest of each window, where two are equal: right takes the first or shares it, wrong takes both."""
    x = generator.integers(0, 5, (6, 4)).astype(float)
    x[:, 1] = x[:, 0] = x.max(axis=1) + 1.0
    shared = bool(generator.integers(2))

    def forward(x: Any) -> Any:
        return np.max(x, axis=1), x

    def backward(u: Any, x: Any) -> Any:
        if shared:
            ties = x == x.max(axis=1, keepdims=True)
            return u[:, None] * ties / ties.sum(axis=1, keepdims=True)
        return u[:, None] * (np.arange(4) == np.argmax(x, axis=1)[:, None])

    right = layer_specimen(Layer(forward, backward, (x,)), generator, by_construction=CONSTRUCTED)
    wrong = Layer(forward, lambda u, x: 2.0 * u[:, None] * (x == x.max(axis=1, keepdims=True)), (x,))
    spoiled = layer_specimen(wrong, np.random.default_rng(0))
    return beside(right, spoiled.gradient, "both get twice the whole", layer=wrong)


@family(Kind.KINK)
def hinge_at_the_margin(generator: np.random.Generator) -> Pair:
    """A support vector exactly on its margin."""
    x, labels = generator.integers(-4, 5, (8, 3)).astype(float), generator.choice([-1.0, 1.0], 8)
    w = generator.integers(-2, 3, 3).astype(float)
    x[0] = labels[0] * np.array([1.0, 0.0, 0.0])
    w[0] = 1.0

    def gradient(at_zero: float) -> Any:
        def found(w: Any) -> Any:
            slack = 1.0 - labels * (x @ w)
            return w - (labels * _slopes(slack, at_zero)) @ x

        return found

    right = Specimen(
        lambda w: 0.5 * np.sum(w * w) + np.sum(np.maximum(1.0 - labels * (x @ w), 0.0)),
        gradient(float(generator.choice([0.0, 1.0]))),
        w,
        by_construction=CONSTRUCTED,
    )
    return beside(right, gradient(-2.0), "slope -2 at the margin")


@family(Kind.KINK)
def leaky_and_clipped(generator: np.random.Generator) -> Pair:
    """A leaky rectifier at 0 and a clipped line exactly at its end."""
    w = np.concatenate([[0.0, 1.0, -1.0], generator.uniform(0.2, 0.8, 3)])
    side = float(generator.choice([0.0, 1.0]))

    def cost(p: Any) -> Any:
        return np.sum(np.where(p > 0, p, 0.01 * p)) + np.sum(np.clip(p, -1.0, 1.0) ** 2)

    def gradient(p: Any) -> Any:
        leaky = np.where(p > 0, 1.0, np.where(p < 0, 0.01, side))
        inside = np.where(np.abs(p) < 1, 1.0, np.where(np.abs(p) > 1, 0.0, side))
        return np.where(p == 0, max(side, 0.01), leaky) + 2 * p * inside

    right = Specimen(cost, gradient, w, by_construction=CONSTRUCTED)
    return plant(generator, right, "everything negated", "everything doubled")


@family(Kind.KINK)
def second_derivative_jumps(generator: np.random.Generator) -> Pair:
    """Huber's loss exactly where its square meets its line: one slope, two curvatures."""
    w = np.concatenate([[1.0, -1.0], generator.uniform(-3.0, 3.0, 4)])

    def cost(p: Any) -> Any:
        return np.sum(np.where(np.abs(p) <= 1, 0.5 * p * p, np.abs(p) - 0.5))

    return plant(generator, Specimen(cost, lambda p: np.clip(p, -1.0, 1.0), w), least=1e-4)


@family(Kind.KINK)
def huge_number_of_kinks(generator: np.random.Generator) -> Pair:
    """The mean of 20 000 absolute values: a kink every 1e-4."""
    t = generator.standard_normal(20_000)

    def gradient(p: Any) -> Any:
        return np.array([np.mean(np.sign(p[0] - t)), p[1]])

    right = Specimen(
        lambda p: np.mean(np.abs(p[0] - t)) + 0.5 * p[1] ** 2,
        gradient,
        generator.uniform(0.3, 1.0, 2),
        by_construction="a mean of slopes",
    )
    return plant(generator, right, "everything doubled", "everything negated", "one component missing")
