"""A program of the catalogue as a class in the chapter's shape, which looks to whoever grades it like any student's."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.mistakes.program import REFERENCE, Answer, Asked, Call, Place, Program, Question
from gradcheck.network.model import ForwardPass, Network
from gradcheck.subjects.network_class import Batch, Declared

Array = npt.NDArray[Any]


class MistakenNetwork:
    """A network whose `backprop` and `update_mini_batch` are a program's, and whose `feedforward` and `cost_derivative` another's.

    Parameters
    ----------
    declared : Declared
        What it is.
    programs : mapping of Asked to Program
        What answers which kind of question; without one for Asked.STEP, `update_mini_batch` calls `backprop`, as the chapter's does.
    sizes : sequence of int
    own : Program
        What its functions of their own do: the reference's, unless something is said.

    Examples
    --------
    >>> network = MistakenNetwork(Declared(), {Asked.ONE: REFERENCE}, [2, 3])
    >>> [nabla_w.shape for nabla_w in network.backprop(np.ones((2, 1)), np.ones((3, 1)))[1]]
    [(3, 2)]
    """

    def __init__(
        self, declared: Declared, programs: Mapping[Asked, Program], sizes: list[int], own: Program = REFERENCE
    ) -> None:
        self.declared, self.programs, self.own = declared, programs, own
        self.biases: list[Array] = [np.ones((n, 1)) for n in sizes[1:]]
        self.weights: list[Array] = [np.ones((n, k)) for k, n in pairwise(sizes)]
        self.calls: dict[Asked, list[Call]] = {asked: [] for asked in Asked}

    def feedforward(self, a: Array) -> Array:
        """Return a^L."""
        return self.own.forward(self._network(self.weights), a).output

    def cost_derivative(self, output_activations: Array, y: Array) -> Array:
        """Return nabla_a C."""
        return nabla_a_alone(self.own, self._network(self.weights), output_activations, y)

    def backprop(self, x: Array, y: Array) -> tuple[list[Array], list[Array]]:
        """Return (nabla_b, nabla_w) as the program does, which may remember earlier calls."""
        several = Asked.MEAN if self.declared.batch is Batch.MEAN else Asked.SUM
        answer = self._answer(Asked.ONE if x.shape[1] == 1 else several, x, y)
        return list(answer.nabla_b), list(answer.nabla_w)

    def update_mini_batch(self, mini_batch: list[tuple[Array, Array]], eta: float) -> None:
        """Take a step down the mean of the gradients."""
        if Asked.STEP in self.programs:
            x, y = (np.hstack(columns) for columns in zip(*mini_batch, strict=True))
            step = self._answer(Asked.STEP, x, y)
            nabla_b, nabla_w = list(step.nabla_b), list(step.nabla_w)
        else:
            each = [self.backprop(x, y) for x, y in mini_batch]
            nabla_b, nabla_w = (
                [sum(of) / len(each) for of in zip(*leaves, strict=True)] for leaves in zip(*each, strict=True)
            )
        self.biases = [b - eta * moved for b, moved in zip(self.biases, nabla_b, strict=True)]
        self.weights = [w - eta * moved for w, moved in zip(self.weights, nabla_w, strict=True)]

    def _network(self, weights: list[Array]) -> Network:
        each = self.declared.activations
        activations = each * len(weights) if len(each) == 1 else each
        return Network(weights, self.biases, activations, self.declared.cost, weight_decay=self.declared.weight_decay)

    def _answer(self, asked: Asked, x: Array, y: Array) -> Answer:
        """Return the program's answer to a call, after all others of its kind."""
        self.calls[asked].append(Call(self._network([rounded(w) for w in self.weights]), np.array(x), np.array(y)))
        return self.programs[asked].answer(Question(asked, tuple(self.calls[asked])))


def rounded(array: Array) -> Array:
    """Return numbers moved to the next double, up and down by turns: what another order of the same sums does to the answers.

    Examples
    --------
    >>> rounded(np.array([1.0, 1.0])) - 1.0
    array([ 2.22044605e-16, -1.11022302e-16])
    """
    up = (np.arange(array.size) % 2 == 0).reshape(array.shape)
    return np.nextafter(array, np.where(up, np.inf, -np.inf))


def nabla_a_alone(program: Program, network: Network, a: Array, y: Array) -> Array:
    """Return what a program's nabla_a C is as a function of a^L and y alone; NaN where it would look at anything else.

    Of shape (n_L, m).

    Examples
    --------
    >>> network = Network.random([2, 1], np.random.default_rng(0))
    >>> nabla_a_alone(REFERENCE, network, np.array([[0.5]]), np.array([[1.0]]))
    array([[-0.5]])
    """
    unknown = np.full(np.shape(a), np.nan)
    forward = ForwardPass((unknown,) * len(network.weights), (*(unknown,) * len(network.weights), np.asarray(a)))
    call = Call(network, np.full((network.sizes[0], np.shape(a)[1]), np.nan), np.asarray(y))
    return program.nabla_a(Place(program, call, forward, network.num_layers, Asked.ONE))


def sigma_prime_alone(program: Program, network: Network, z: Array) -> Array:
    """Return what a program's sigma' of the output layer is as a function of z alone, for z of any shape.

    Examples
    --------
    >>> network = Network.random([2, 1], np.random.default_rng(0))
    >>> sigma_prime_alone(REFERENCE, network, np.zeros(1))
    array([0.25])
    """
    row = np.reshape(np.asarray(z, dtype=np.float64), (1, -1))
    layer = network.num_layers
    a = network.activations[-1].value(row)
    forward = ForwardPass((row,) * (layer - 1), (a,) * layer)
    place = Place(program, Call(network, row, a), forward, layer, Asked.ONE)
    return np.reshape(program.sigma_prime(place, np.ones_like(row)), np.shape(z))
