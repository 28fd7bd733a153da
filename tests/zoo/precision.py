"""Families in float32 and float16: correct code with few digits is correct."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import optree

from tests.zoo.perceptron import Perceptron, Shape, draw
from tests.zoo.planting import plant
from tests.zoo.specimen import AGREE, DISAGREE, OPEN, Expected, Kind, Layer, Pair, Specimen, family, layer_specimen

COARSE = ("one leaf doubled", "one leaf negated", "one leaf zeroed", "everything doubled", "everything negated")
SINGLE_NOISE = 1e-7


def _cast(structure: Any, dtype: Any) -> Any:
    return optree.tree_map(lambda leaf: np.asarray(leaf, dtype=dtype), structure)


def _network(generator: np.random.Generator, hidden: str = "") -> tuple[Perceptron, Any]:
    shape = Shape((4, 5, 3), hidden or str(generator.choice(["tanh", "sigmoid", "softplus"])))
    return draw(generator, shape)


def _single(net: Perceptron) -> Perceptron:
    return dataclasses.replace(net, x=net.x.astype(np.float32), y=net.y.astype(np.float32))


def _planted(generator: np.random.Generator, right: Specimen, noise: float = SINGLE_NOISE) -> Pair:
    return plant(generator, dataclasses.replace(right, noise=noise), *COARSE, least=0.4, visible=3e5)


@family(Kind.PRECISION, draws=8)
def single_precision_parameters(generator: np.random.Generator) -> Pair:
    """Parameters, data and arithmetic in float32."""
    net, at = _network(generator)
    single = _single(net)
    return _planted(generator, Specimen(single.cost, single.gradient, _cast(at, np.float32), clean=net.cost))


@family(Kind.PRECISION, draws=6)
def single_precision_inside(generator: np.random.Generator) -> Pair:
    """Parameters of float64 that the code casts to float32 at once; the cost is a Python float."""
    net, at = _network(generator)
    single = _single(net)
    right = Specimen(
        lambda p: float(single.cost(_cast(p, np.float32))),
        lambda p: _cast(single.gradient(_cast(p, np.float32)), np.float64),
        at,
        clean=net.cost,
    )
    return _planted(generator, right)


@family(Kind.PRECISION)
def single_precision_data(generator: np.random.Generator) -> Pair:
    """Data of float32 and parameters of float64: numpy computes in float64."""
    net, at = _network(generator)
    single = _single(net)
    return plant(generator, Specimen(single.cost, single.gradient, at, clean=single.cost), least=1e-4)


@family(Kind.PRECISION)
def single_precision_gradient(generator: np.random.Generator) -> Pair:
    """A cost in float64 whose gradient comes rounded to float32."""
    net, at = _network(generator)
    right = Specimen(net.cost, lambda p: _cast(net.gradient(p), np.float32), at, clean=net.cost)
    return plant(generator, right, *COARSE, least=0.1)


@family(Kind.PRECISION)
def mixed_leaves(generator: np.random.Generator) -> Pair:
    """Weights of float32 beside biases of float64, judged in float64."""
    net, at = _network(generator)
    mixed = {"w": _cast(at["w"], np.float32), "b": at["b"]}

    def gradient(p: Any) -> Any:
        found = net.gradient(p)
        return {"w": _cast(found["w"], np.float32), "b": found["b"]}

    return _planted(generator, Specimen(net.cost, gradient, mixed, clean=net.cost))


@family(Kind.PRECISION, expected=Expected(AGREE, DISAGREE))
def single_precision_rectifiers(generator: np.random.Generator) -> Pair:
    """A float32 network of rectifiers, none within 0.05 of its kink."""
    while True:
        net, at = _network(generator, "relu")
        z = net.forward(at)[0][0]
        if np.min(np.abs(z)) > 0.05 and np.all(np.any(z > 0, axis=1)):
            single = _single(net)
            return _planted(generator, Specimen(single.cost, single.gradient, _cast(at, np.float32), clean=net.cost))


@family(Kind.PRECISION, expected=Expected(AGREE | OPEN, DISAGREE | OPEN, refusal=True))
def half_precision(generator: np.random.Generator) -> Pair:
    """float16 parameters and arithmetic: judged with honest bounds or refused, never wrongly."""
    net, at = _network(generator, "tanh")
    half = dataclasses.replace(net, x=net.x.astype(np.float16), y=net.y.astype(np.float16))
    right = Specimen(half.cost, half.gradient, _cast(at, np.float16), clean=net.cost, noise=1e-3)
    return plant(generator, right, *COARSE, least=0.4, visible=30.0)


@family(Kind.PRECISION, expected=Expected(AGREE | OPEN, DISAGREE | OPEN, refusal=True))
def half_precision_inside(generator: np.random.Generator) -> Pair:
    """float64 parameters cast to float16 inside: steps below 1e-3 change nothing."""
    net, at = _network(generator, "tanh")
    half = dataclasses.replace(net, x=net.x.astype(np.float16), y=net.y.astype(np.float16))
    right = Specimen(
        lambda p: float(half.cost(_cast(p, np.float16))),
        lambda p: _cast(half.gradient(_cast(p, np.float16)), np.float64),
        at,
        clean=net.cost,
        noise=1e-3,
    )
    return plant(generator, right, *COARSE, least=0.4, visible=30.0)


@family(Kind.PRECISION)
def single_precision_layer(generator: np.random.Generator) -> Pair:
    """An affine layer with a tanh, all in float32."""
    x, w, b = (_cast(generator.standard_normal(s), np.float32) for s in ((5, 4), (4, 3), (3,)))

    def forward(x: Any, w: Any, b: Any) -> Any:
        out = np.tanh(x @ w + b)
        return out, (x, w, out)

    def backward(factor: float) -> Any:
        def found(u: Any, cache: Any) -> Any:
            x, w, out = cache
            delta = u.astype(np.float32) * (1 - out * out)
            return delta @ w.T, np.float32(factor) * (x.T @ delta), delta.sum(axis=0)

        return found

    seed = int(generator.integers(2**31))
    layers = [Layer(forward, backward(factor), (x, w, b)) for factor in (1.0, 2.0)]
    right, wrong = (layer_specimen(layer, np.random.default_rng(seed), noise=SINGLE_NOISE) for layer in layers)
    found = right.gradient(right.at)
    spoiled = dataclasses.replace(wrong, is_right=False, share=1.0, mistake="weights doubled", truth=found)
    return Pair(dataclasses.replace(right, truth=found), spoiled)


@family(Kind.NOISE)
def large_single_precision_cost(generator: np.random.Generator) -> Pair:
    """A cost of some 1e5 summed in float32: its last digit is 0.01."""
    net, at = _network(generator)
    single = _single(net)

    def cost(p: Any) -> Any:
        return np.float32(1e5) + single.cost(p)

    right = Specimen(cost, lambda p: single.gradient(p), _cast(at, np.float32), clean=net.cost, noise=1e-2)
    return plant(generator, right, "everything doubled", "everything negated", least=0.5, visible=1.0)
