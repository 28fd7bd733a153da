"""A backprop of which every step can be replaced: as it stands it is the reference, with one step replaced a mistake."""

from __future__ import annotations

import dataclasses
import enum
import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.network.activations import Activation
from gradcheck.network.model import ForwardPass, Network
from gradcheck.network.weight_decay import NO_DECAY

Array = npt.NDArray[Any]


class Asked(enum.Enum):
    """What a program is asked for.

    Examples
    --------
    >>> Asked("step")
    <Asked.STEP: 'step'>
    """

    ONE = "one"
    """What `backprop` returns for one example."""
    SUM = "sum"
    """What `backprop` returns for several columns, declared to be their sum."""
    MEAN = "mean"
    """The same, declared to be their mean."""
    STEP = "step"
    """The step that `update_mini_batch` takes, divided by eta."""


@dataclasses.dataclass(frozen=True, eq=False)
class Call:
    """One call of a program: the network as it stands, and one column an example.

    Attributes
    ----------
    network : Network
    x, y : ndarray, shape (n_1, m) and (n_L, m)

    Examples
    --------
    >>> Call(Network.random([2, 1], np.random.default_rng(0)), np.ones((2, 3)), np.zeros((1, 3))).m
    3
    """

    network: Network
    x: Array
    y: Array

    @property
    def m(self) -> int:
        """The number of examples."""
        return int(self.x.shape[1])

    def example(self, i: int) -> Call:
        """Return the call with one of the examples alone."""
        return self._examples[i]

    @functools.cached_property
    def _examples(self) -> tuple[Call, ...]:
        """Each example alone, with its forward pass once that is made."""
        return tuple(Call(self.network, self.x[:, [i]], self.y[:, [i]]) for i in range(self.m))

    @functools.cached_property
    def forward(self) -> ForwardPass:
        """The right forward pass, (25), made once for all programs that are right up to there; none of them writes to it."""
        return self.network.feedforward(self.x)


@dataclasses.dataclass(frozen=True, eq=False)
class Question:
    """Calls of one program, one after the other; the last is the one whose answer is wanted.

    Examples
    --------
    >>> call = Call(Network.random([2, 1], np.random.default_rng(0)), np.ones((2, 1)), np.zeros((1, 1)))
    >>> Question(Asked.ONE, (call,)).last is call
    True
    """

    asked: Asked
    calls: tuple[Call, ...]

    @property
    def last(self) -> Call:
        """The call whose answer is wanted."""
        return self.calls[-1]

    @property
    def before(self) -> tuple[Question, ...]:
        """The questions of the earlier calls."""
        return tuple(Question(self.asked, self.calls[: i + 1]) for i in range(len(self.calls) - 1))


@dataclasses.dataclass(frozen=True, eq=False)
class Answer:
    """A gradient as it was returned: nabla_b and nabla_w, layer by layer, in whatever shapes and dtypes.

    Examples
    --------
    >>> Answer((np.zeros((1, 1)),), (np.ones((1, 2)),)).leaves[1].shape
    (1, 2)
    """

    nabla_b: tuple[Array, ...]
    nabla_w: tuple[Array, ...]

    @functools.cached_property
    def leaves(self) -> tuple[Array, ...]:
        """All arrays, those of nabla_b first."""
        return (*self.nabla_b, *self.nabla_w)

    @functools.cached_property
    def largest(self) -> float:
        """The largest entry in size."""
        return max((float(np.abs(leaf).max(initial=0.0)) for leaf in map(np.asarray, self.leaves)), default=0.0)

    def each(self, change: Callable[[Array], Array]) -> Answer:
        """Return the answer with every array changed."""
        return Answer(tuple(map(change, self.nabla_b)), tuple(map(change, self.nabla_w)))

    def plus(self, other: Answer) -> Answer:
        """Return the sum of two answers."""
        b = tuple(one + two for one, two in zip(self.nabla_b, other.nabla_b, strict=True))
        return Answer(b, tuple(one + two for one, two in zip(self.nabla_w, other.nabla_w, strict=True)))


@dataclasses.dataclass(frozen=True, eq=False)
class Place:
    """One layer l of the network while a program goes back through it: what its steps may look at.

    Attributes
    ----------
    program : Program
    call : Call
    forward : ForwardPass
        The program's own.
    layer : int
        l, from 2 to L.
    asked : Asked

    Examples
    --------
    >>> call = Call(Network.random([2, 3, 1], np.random.default_rng(0)), np.ones((2, 1)), np.zeros((1, 1)))
    >>> place = Place(REFERENCE, call, call.network.feedforward(call.x), 2, Asked.ONE)
    >>> place.w.shape, place.w_next.shape, place.is_output
    ((3, 2), (1, 3), False)
    """

    program: Program
    call: Call
    forward: ForwardPass
    layer: int
    asked: Asked

    @property
    def is_output(self) -> bool:
        """Whether this is the layer L."""
        return self.layer == self.call.network.num_layers

    @property
    def activation(self) -> Activation:
        """sigma of this layer."""
        return self.call.network.activations[self.layer - 2]

    @property
    def w(self) -> Array:
        """w^l, of shape (n_l, n_(l-1))."""
        return self.call.network.weights[self.layer - 2]

    @property
    def b(self) -> Array:
        """b^l, of shape (n_l, 1)."""
        return self.call.network.biases[self.layer - 2]

    @property
    def w_next(self) -> Array:
        """w^(l+1), of shape (n_(l+1), n_l)."""
        return self.call.network.weights[self.layer - 1]

    def z(self, layer: int) -> Array:
        """z of any layer from 2 to L, of shape (n, m)."""
        return self.forward.zs[layer - 2]

    def a(self, layer: int) -> Array:
        """a of any layer from 1 to L, of shape (n, m)."""
        return self.forward.activations[layer - 1]

    def at(self, layer: int) -> Place:
        """Return the place of another layer."""
        return dataclasses.replace(self, layer=layer)


def _forward(network: Network, x: Array) -> ForwardPass:
    return network.feedforward(x)


def _nabla_a(place: Place) -> Array:
    return place.call.network.cost.nabla_a(place.forward.output, place.call.y)


def _sigma_prime(place: Place, cotangent: Array) -> Array:
    return place.activation.vjp(place.z(place.layer), cotangent)


def _back(place: Place, delta_next: Array) -> Array:
    product: Array = place.w_next.T @ delta_next
    return product


def _output_error(place: Place) -> Array:
    return place.program.sigma_prime(place, place.program.nabla_a(place))


def _hidden_error(place: Place, delta_next: Array) -> Array:
    return place.program.sigma_prime(place, place.program.back(place, delta_next))


def _nabla_b(place: Place, delta: Array) -> Array:
    total: Array = np.sum(delta, axis=1, keepdims=True)
    return total


def _nabla_w(place: Place, delta: Array) -> Array:
    product: Array = delta @ place.a(place.layer - 1).T
    return product


def _average(place: Place, total: Array) -> Array:
    return total / place.call.m if place.asked is Asked.MEAN else total


def _no_decay(place: Place) -> Array:
    return np.zeros((), place.w.dtype)  # a number: what it is added to keeps its shape, be it right or wrong


def _decay(place: Place) -> Array:
    weight_decay = place.call.network.weight_decay
    return _no_decay(place) if weight_decay == NO_DECAY else weight_decay.nabla_w(place.w)


def _finish(network: Network, answer: Answer) -> Answer:
    return answer


def _step(program: Program, call: Call) -> Answer:
    each = [program.gradient(call.example(i), Asked.ONE) for i in range(call.m)]
    total = each[0]
    for one in each[1:]:
        total = total.plus(one)
    return total.each(lambda leaf: leaf / call.m)


def _replay(program: Program, question: Question) -> Answer:
    return program.once(question.last, question.asked)


@dataclasses.dataclass(frozen=True)
class Program:
    """The steps of backpropagation, (25) and (BP1) to (BP4), the mini-batch and the descent step, each to be replaced.

    Attributes
    ----------
    forward : callable
        (network, x) -> ForwardPass, as `backprop` computes it for itself; equation (25).
    nabla_a : callable
        (place) -> nabla_a C, of shape (n_L, m).
    sigma_prime : callable
        (place, cotangent) -> cotangent * sigma'(z^l), the vjp where neurons are not independent.
    back : callable
        (place, delta^(l+1)) -> (w^(l+1))^T delta^(l+1), of shape (n_l, m).
    output_error, hidden_error : callable
        (place) -> delta^L, (BP1); (place, delta^(l+1)) -> delta^l, (BP2): what puts the steps above together.
    nabla_b, nabla_w : callable
        (place, delta) -> the sum over the columns of (BP3) and of (BP4).
    average_b, average_w : callable
        (place, sum) -> what is returned for several columns.
    decay_b, decay_w : callable
        (place) -> the gradient of the weight decay.
    finish : callable
        (network, answer) -> the answer as it is returned.
    step : callable
        (program, call) -> the descent step over a mini-batch, divided by eta.
    replay : callable
        (program, question) -> the answer to the last of several calls.

    Examples
    --------
    >>> network = Network.random([2, 3, 1], np.random.default_rng(0))
    >>> call = Call(network, np.ones((2, 1)), np.zeros((1, 1)))
    >>> [leaf.shape for leaf in REFERENCE.answer(Question(Asked.ONE, (call,))).leaves]
    [(3, 1), (1, 1), (3, 2), (1, 3)]
    """

    forward: Callable[[Network, Array], ForwardPass] = _forward
    nabla_a: Callable[[Place], Array] = _nabla_a
    sigma_prime: Callable[[Place, Array], Array] = _sigma_prime
    back: Callable[[Place, Array], Array] = _back
    output_error: Callable[[Place], Array] = _output_error
    hidden_error: Callable[[Place, Array], Array] = _hidden_error
    nabla_b: Callable[[Place, Array], Array] = _nabla_b
    nabla_w: Callable[[Place, Array], Array] = _nabla_w
    average_b: Callable[[Place, Array], Array] = _average
    average_w: Callable[[Place, Array], Array] = _average
    decay_b: Callable[[Place], Array] = _no_decay
    decay_w: Callable[[Place], Array] = _decay
    finish: Callable[[Network, Answer], Answer] = _finish
    step: Callable[[Program, Call], Answer] = _step
    replay: Callable[[Program, Question], Answer] = _replay

    def answer(self, question: Question) -> Answer:
        """Return what the program answers to the last of some calls.

        Raises
        ------
        ValueError
            If a mistake cannot be made on a network of these sizes, as numpy says.
        """
        return self.replay(self, question)

    def once(self, call: Call, asked: Asked) -> Answer:
        """Return what the program answers to one call that knows of no others."""
        return self.step(self, call) if asked is Asked.STEP else self.gradient(call, asked)

    def gradient(self, call: Call, asked: Asked) -> Answer:
        """Return what its `backprop` returns."""
        is_right = self.forward is REFERENCE.forward
        return self.backward(call, call.forward if is_right else self.forward(call.network, call.x), asked)

    def backward(self, call: Call, forward: ForwardPass, asked: Asked) -> Answer:
        """Go back through the layers from a forward pass that is already made."""
        network, nabla_b, nabla_w = call.network, [], []
        delta = self.output_error(Place(self, call, forward, network.num_layers, asked))
        for layer in range(network.num_layers, 1, -1):
            place = Place(self, call, forward, layer, asked)
            delta = delta if place.is_output else self.hidden_error(place, delta)
            m = call.m if asked is Asked.SUM else 1
            nabla_b.append(self.average_b(place, self.nabla_b(place, delta)) + m * self.decay_b(place))
            nabla_w.append(self.average_w(place, self.nabla_w(place, delta)) + m * self.decay_w(place))
        return self.finish(network, Answer(tuple(reversed(nabla_b)), tuple(reversed(nabla_w))))


REFERENCE = Program()
"""Backpropagation as it should be."""
