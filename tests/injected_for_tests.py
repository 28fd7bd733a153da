"""Programs with catalogued mistakes in them as classes in the chapter's shape, which look to the checker like any user's."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from gradcheck.mistakes.program import Answer, Asked, Call, Program, Question
from gradcheck.network.model import Network
from gradcheck.subjects.network_class import Batch, Declared, NetworkSubject

Array = np.ndarray[Any, np.dtype[Any]]


class Injected:
    """A network whose `feedforward` is right and whose `backprop` and `update_mini_batch` are a `Program`'s."""

    def __init__(self, declared: Declared, program: Program, sizes: list[int]) -> None:
        self.declared, self.program = declared, program
        self.biases: list[Array] = [np.ones((n, 1)) for n in sizes[1:]]
        self.weights: list[Array] = [np.ones((n, k)) for k, n in pairwise(sizes)]
        self.calls: dict[Asked, list[Call]] = {asked: [] for asked in Asked}

    def feedforward(self, a: Array) -> Array:
        """Return a^L, without a mistake."""
        return self._network(self.weights).feedforward(a).output

    def backprop(self, x: Array, y: Array) -> tuple[list[Array], list[Array]]:
        """Return (nabla_b, nabla_w) as the program does, which may remember earlier calls."""
        several = Asked.MEAN if self.declared.batch is Batch.MEAN else Asked.SUM
        answer = self._answer(Asked.ONE if x.shape[1] == 1 else several, x, y)
        return list(answer.nabla_b), list(answer.nabla_w)

    def update_mini_batch(self, mini_batch: list[tuple[Array, Array]], eta: float) -> None:
        """Take the program's step."""
        step = self._answer(Asked.STEP, np.hstack([x for x, _ in mini_batch]), np.hstack([y for _, y in mini_batch]))
        self.biases = [b - eta * moved for b, moved in zip(self.biases, step.nabla_b, strict=True)]
        self.weights = [w - eta * moved for w, moved in zip(self.weights, step.nabla_w, strict=True)]

    def _network(self, weights: list[Array]) -> Network:
        each = self.declared.activations
        activations = each * len(weights) if len(each) == 1 else each
        return Network(weights, self.biases, activations, self.declared.cost, weight_decay=self.declared.weight_decay)

    def _answer(self, asked: Asked, x: Array, y: Array) -> Answer:
        """Return the program's answer to a call, after all others of its kind."""
        self.calls[asked].append(Call(self._network([rounded(w) for w in self.weights]), np.array(x), np.array(y)))
        return self.program.answer(Question(asked, tuple(self.calls[asked])))


def rounded(array: Array) -> Array:
    """Return numbers moved to the next double, up and down by turns: what another order of the same sums does to the answers."""
    up = (np.arange(array.size) % 2 == 0).reshape(array.shape)
    return np.nextafter(array, np.where(up, np.inf, -np.inf))


def injected(declared: Declared, program: Program, name: str = "Injected") -> NetworkSubject:
    """Return a class with this program in it."""
    return NetworkSubject(name, lambda sizes: Injected(declared, program, sizes), declared)
