"""Costs with their right gradients, ways to spoil a gradient, and an independent count of calls, for the tests of `check`."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradcheck.checks.options import Options
from gradcheck.network.activations import SIGMOID, Activation
from gradcheck.network.backprop import backprop
from gradcheck.network.model import Network

SEED = Options(seed=1)


@dataclass(frozen=True, eq=False)
class Case:
    """A cost, its right gradient, and the point: parameters {"w": [...], "b": [...]}."""

    cost: Callable[[Any], Any]
    gradient: Callable[[Any], Any]
    at: Any


def network_case(
    sizes: Sequence[int],
    generator: np.random.Generator,
    *,
    activations: Activation | Sequence[Activation] = SIGMOID,
    gain: float = 1.0,
    dtype: Any = np.float64,
) -> Case:
    """Return a random network's cost on three examples, with its own backprop as the gradient."""
    network = Network.random(sizes, generator, activations=activations)
    x = generator.normal(size=(sizes[0], 3)).astype(dtype)
    y = generator.uniform(size=(sizes[-1], 3)).astype(dtype)

    def cost(p: Any) -> Any:
        return network.with_parameters(p["w"], p["b"]).cost_of(x, y)

    def gradient(p: Any) -> Any:
        found = backprop(network.with_parameters(p["w"], p["b"]), x, y)
        return {"w": [np.array(a) for a in found.nabla_w], "b": [np.array(a) for a in found.nabla_b]}

    weights = [np.array(gain * w, dtype=dtype) for w in network.weights]
    return Case(cost, gradient, {"w": weights, "b": [np.array(b, dtype=dtype) for b in network.biases]})


def spoiled(gradient: Callable[[Any], Any], edit: Callable[[Any], None]) -> Callable[[Any], Any]:
    """Return the gradient with an edit made in place to a copy of what it returns."""

    def wrong(parameters: Any) -> Any:
        returned = copy.deepcopy(gradient(parameters))
        edit(returned)
        return returned

    return wrong


class Counted:
    """A function that counts its own calls, beside the count of the package."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function, self.calls = function, 0

    def __call__(self, *arguments: Any) -> Any:
        self.calls += 1
        return self.function(*arguments)


def wave(w: Any) -> float:
    """Return sum w sin w, a smooth cost of one array."""
    return float(np.sum(w * np.sin(w)))


def wave_gradient(w: Any) -> Any:
    """Return its gradient."""
    return np.sin(w) + w * np.cos(w)


WAVE_AT = np.array([1.0, 2.0, 3.0])
