"""Mistakes in the forward pass that `backprop` makes for itself, (25); the output of `feedforward` may be right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import numpy as np

from gradcheck.mistakes.making import instead, is_one_of, refuse
from gradcheck.mistakes.mistake import Mistake
from gradcheck.mistakes.program import Array, Asked
from gradcheck.network.activations import LINEAR, SIGMOID, TANH, Activation
from gradcheck.network.model import ForwardPass, Network

Layer = Callable[[Activation, Array, Array, Array], tuple[Array, Array]]
"""(sigma, w, b, a of the layer before) -> (z, a)."""


def _right_layer(sigma: Activation, w: Array, b: Array, a: Array) -> tuple[Array, Array]:
    z = w @ a + b
    return z, sigma.value(z)


def _bias_forgotten(sigma: Activation, w: Array, b: Array, a: Array) -> tuple[Array, Array]:
    z = w @ a
    return z, sigma.value(z)


def _bias_after_sigma(sigma: Activation, w: Array, b: Array, a: Array) -> tuple[Array, Array]:
    z = w @ a
    return z, sigma.value(z) + b


def _bias_subtracted(sigma: Activation, w: Array, b: Array, a: Array) -> tuple[Array, Array]:
    z = w @ a - b
    return z, sigma.value(z)


def _w_transposed(sigma: Activation, w: Array, b: Array, a: Array) -> tuple[Array, Array]:
    z = w.T @ a + b
    return z, sigma.value(z)


def _through(network: Network, x: Array, sigmas: Sequence[Activation], layer: Layer = _right_layer) -> ForwardPass:
    zs, activations = [], [x]
    for w, b, sigma in zip(network.weights, network.biases, sigmas, strict=True):
        z, a = layer(sigma, w, b, activations[-1])
        zs.append(z)
        activations.append(a)
    return ForwardPass(tuple(zs), tuple(activations))


def _by_layer(layer: Layer) -> Callable[[Network, Array], ForwardPass]:
    return lambda network, x: _through(network, x, network.activations, layer)


def _output_is(sigma: Activation) -> Callable[[Network, Array], ForwardPass]:
    return lambda network, x: _through(network, x, [*network.activations[:-1], sigma])


def _hidden_is(sigma: Activation) -> Callable[[Network, Array], ForwardPass]:
    def forward(network: Network, x: Array) -> ForwardPass:
        return _through(network, x, [sigma] * (len(network.weights) - 1) + [network.activations[-1]])

    return forward


def _input_squashed(network: Network, x: Array) -> ForwardPass:
    return _through(network, network.activations[0].value(x), network.activations)


def _softmax_over(axis: int | None) -> Callable[[Network, Array], ForwardPass]:
    def forward(network: Network, x: Array) -> ForwardPass:
        if not is_one_of(network.activations[-1], "softmax"):
            refuse("the output is no softmax")
        right = network.feedforward(x)
        e = np.exp(right.zs[-1] - right.zs[-1].max())
        return ForwardPass(right.zs, (*right.activations[:-1], e / e.sum(axis=axis, keepdims=True)))

    return forward


_Forward = partial(Mistake, equation="(25)", slot="forward")

FORWARD_PASS: Final = (
    _Forward(
        id="forward-bias-forgotten",
        sentence="the forward pass inside backprop is w a without + b, so every z is that of another network",
        hint="compare each z of backprop with the argument of sigma in (25), term by term",
        unseen="all biases are 0",
        wrong=instead(_by_layer(_bias_forgotten)),
    ),
    _Forward(
        id="forward-bias-after-sigma",
        sentence="the forward pass inside backprop is sigma(w a) + b: b is a part of z and stands inside sigma",
        hint="look at the brackets of (25)",
        unseen="all biases are 0",
        wrong=instead(_by_layer(_bias_after_sigma)),
    ),
    _Forward(
        id="forward-bias-subtracted",
        sentence="the forward pass inside backprop is w a - b: a bias is minus a threshold, and is added",
        hint="look at the sign of each term of z",
        unseen="all biases are 0",
        wrong=instead(_by_layer(_bias_subtracted)),
    ),
    _Forward(
        id="forward-w-transposed",
        sentence="the forward pass inside backprop is w^T a + b: w_jk goes from neuron k to neuron j, so the forward pass takes w as it stands",
        hint="what do the two indices of w_jk say?",
        unseen="every weight matrix is symmetric; on layers of different widths the program crashes",
        wrong=instead(_by_layer(_w_transposed)),
    ),
    _Forward(
        id="forward-output-sigmoid",
        sentence="the output layer of the forward pass inside backprop is squashed by the sigmoid, which is not its sigma",
        hint="which function do the output neurons have?",
        unseen="the output neurons are sigmoid neurons",
        wrong=instead(_output_is(SIGMOID)),
    ),
    _Forward(
        id="forward-hidden-linear",
        sentence="the hidden layers of the forward pass inside backprop have no sigma: z is handed on in the place of a",
        hint="what does one layer hand to the next?",
        unseen="there is no hidden layer, or all hidden neurons are linear",
        wrong=instead(_hidden_is(LINEAR)),
    ),
    _Forward(
        id="forward-hidden-sigmoid",
        sentence="the hidden layers of the forward pass inside backprop have the sigmoid, which is not their sigma",
        hint="which function do the hidden neurons have?",
        unseen="there is no hidden layer, or all hidden neurons are sigmoid neurons",
        wrong=instead(_hidden_is(SIGMOID)),
    ),
    _Forward(
        id="forward-hidden-tanh",
        sentence="the hidden layers of the forward pass inside backprop have tanh, which is not their sigma",
        hint="which function do the hidden neurons have?",
        unseen="there is no hidden layer, or all hidden neurons are tanh neurons",
        wrong=instead(_hidden_is(TANH)),
    ),
    _Forward(
        id="forward-input-squashed",
        sentence="the forward pass inside backprop applies sigma to the inputs: a^1 is x itself",
        hint="what is a^1?",
        unseen="sigma of the inputs is the inputs, as in a linear network",
        wrong=instead(_input_squashed),
    ),
    _Forward(
        id="forward-softmax-over-examples",
        sentence="the softmax inside backprop sums over the examples: it is over the neurons of one example, the column",
        hint="which numbers should add to 1?",
        unseen="the output is no softmax",
        wrong=instead(_softmax_over(1)),
    ),
    _Forward(
        id="forward-softmax-over-all",
        sentence="the softmax inside backprop is divided by the sum over the whole matrix: each column has a sum of its own",
        hint="which numbers should add to 1?",
        unseen="there is one example, or the output is no softmax",
        wrong=instead(_softmax_over(None)),
        asked=frozenset({Asked.SUM, Asked.MEAN}),
    ),
)
