"""True full forward passes, at the parameters with one of them displaced."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from gradcheck.network.arrays import Array
from gradcheck.network.model import ForwardPass, Network
from gradcheck.sweep.settings import UNIT_ROUNDOFF

FullCost: TypeAlias = Callable[[Sequence[Array], Sequence[Array]], Any]
"""``cost(weights, biases)``: C by one full forward pass over all examples."""


@dataclass(frozen=True)
class Subject:
    """Hold another's cost, which the sweep's are to be those of.

    Parameters
    ----------
    cost : callable
        `FullCost`, over the x and y of the sweep.
    unit_roundoff : float
        Of the arithmetic of its forward pass: half of the machine precision (dimensionless).

    Examples
    --------
    >>> Subject(lambda weights, biases: 0.0).unit_roundoff == 2.0**-53
    True
    """

    cost: FullCost
    unit_roundoff: float = UNIT_ROUNDOFF


@dataclass(frozen=True)
class Parameter:
    """Name one weight or bias.

    Parameters
    ----------
    layer : int
        Weight matrices counted from 0.
    neuron : int
    place : int
        k of w_jk, or n_(l-1) for the bias.

    Examples
    --------
    >>> Parameter(0, 2, 3).name(3), Parameter(0, 2, 1).name(3)
    ('biases[0][2]', 'weights[0][2, 1]')
    """

    layer: int
    neuron: int
    place: int

    def name(self, inputs: int) -> str:
        """Return its name, given how many inputs its layer has."""
        if self.place == inputs:
            return f"biases[{self.layer}][{self.neuron}]"
        return f"weights[{self.layer}][{self.neuron}, {self.place}]"


class FullPasses:
    """Evaluate C at the parameters with one of them displaced: in place in a copy, and put back.

    Parameters
    ----------
    network : Network
    cost : callable
        `FullCost`.

    Examples
    --------
    >>> network = Network.random([1, 1], np.random.default_rng(0))
    >>> passes = FullPasses(network, reference_cost(network, np.ones((1, 1)), np.ones((1, 1))))
    >>> passes.at(Parameter(0, 0, 0), 1.0).step, passes.count
    (1.0, 1)
    """

    def __init__(self, network: Network, cost: FullCost) -> None:
        self._weights = [np.array(w) for w in network.weights]
        self._biases = [np.array(b) for b in network.biases]
        self._cost = cost
        self.count = 0

    def base(self) -> float:
        """Return C itself."""
        self.count += 1
        return float(self._cost(self._weights, self._biases))

    def at(self, parameter: Parameter, step: float) -> DisplacedCost:
        """Return C with one parameter displaced, and the step that rounding made of the one asked for."""
        w, b = self._weights[parameter.layer], self._biases[parameter.layer]
        array, place = (
            (b, (parameter.neuron, 0)) if parameter.place == w.shape[1] else (w, (parameter.neuron, parameter.place))
        )
        before = array[place]
        try:
            array[place] = before + step
            realised = float(array[place] - before)
            return DisplacedCost(self.base(), realised)
        finally:
            array[place] = before


@dataclass(frozen=True)
class DisplacedCost:
    """Hold C with one parameter displaced by `step`.

    Examples
    --------
    >>> DisplacedCost(1.5, 1e-3).step
    0.001
    """

    cost: float
    step: float


def reference_cost(network: Network, x: Array, y: Array) -> FullCost:
    """Return C of the reference network by a full forward pass.

    Examples
    --------
    >>> network = Network.random([1, 1], np.random.default_rng(0))
    >>> x, y = np.ones((1, 1)), np.ones((1, 1))
    >>> reference_cost(network, x, y)(network.weights, network.biases) == network.cost_of(x, y)
    True
    """

    def cost(weights: Sequence[Array], biases: Sequence[Array]) -> float:
        zs, activations = [], [x]
        for w, b, activation in zip(weights, biases, network.activations, strict=True):
            zs.append(w @ activations[-1] + b)
            activations.append(activation.value(zs[-1]))
        examples = network.example_costs(ForwardPass(tuple(zs), tuple(activations)), y)
        return float(examples.mean() + network.weight_decay.value(weights))

    return cost
