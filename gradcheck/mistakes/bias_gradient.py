"""Mistakes in (BP3): what is returned for the biases."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np

from gradcheck.mistakes.making import BACKPROP, GRADIENT_IS_ZERO, SEVERAL, after, before_sigma_prime, instead
from gradcheck.mistakes.mistake import Mistake, Where
from gradcheck.mistakes.program import Array, Place


def _summed(delta: Array) -> Array:
    total: Array = np.sum(delta, axis=1, keepdims=True)
    return total


def _reshaped(place: Place, delta: Array) -> Array:
    n, m = delta.shape
    mixed: Array = delta.reshape(m, n).sum(axis=0).reshape(n, 1)
    return mixed


def _filled(number: Array, delta: Array) -> Array:
    return np.full((len(delta), 1), number)


def _times_own_a(place: Place, delta: Array) -> Array:
    return _summed(delta * place.a(place.layer))


def _rows_of_nabla_w(place: Place, delta: Array) -> Array:
    return _summed(delta * place.a(place.layer - 1).sum(axis=0))


def _times_mean_a(place: Place, delta: Array) -> Array:
    return _summed(delta * place.a(place.layer - 1).mean(axis=0))


def _before_sigma_prime(place: Place, delta: Array) -> Array:
    return _summed(before_sigma_prime(place))


_NablaB = partial(Mistake, equation="(BP3)", slot="nabla_b", where=(Where.EVERYWHERE, Where.HIDDEN, Where.ONE))

BIAS_GRADIENT: Final = (
    _NablaB(
        id="bp3-forgotten",
        sentence="the gradient by the biases is left at 0, so they never learn",
        hint="is nabla_b of every layer written at all?",
        unseen=GRADIENT_IS_ZERO,
        wrong=instead(lambda place, delta: np.zeros((len(delta), 1))),
    ),
    _NablaB(
        id="bp3-sign",
        sentence="the gradient by the biases has the wrong sign: (BP3) is delta itself",
        hint="is there a minus in (BP3)?",
        unseen=GRADIENT_IS_ZERO,
        wrong=after(lambda right: -right),
    ),
    _NablaB(
        id="bp3-summed-over-all",
        sentence="all neurons of the layer are given the sum over all of them, as where a sum without an axis fills the array",
        hint="over which axis of delta do the examples run?",
        unseen="the layer has one neuron",
        wrong=instead(lambda place, delta: _filled(delta.sum(), delta)),
    ),
    _NablaB(
        id="bp3-sum-without-axis",
        sentence="the sum has no axis, so it is one number for the whole layer in the place of one a neuron",
        hint="compare the shapes of b and nabla_b",
        unseen="never: the shape is seen",
        wrong=instead(lambda place, delta: delta.sum()),
        asked=BACKPROP,
    ),
    _NablaB(
        id="bp3-sum-without-axis-keepdims",
        sentence="the sum keeps its dimensions but has no axis, so it is one number, (1, 1), for the whole layer",
        hint="compare the shapes of b and nabla_b",
        unseen="the layer has one neuron",
        wrong=instead(lambda place, delta: delta.sum(keepdims=True)),
        asked=BACKPROP,
    ),
    _NablaB(
        id="bp3-mean-over-neurons",
        sentence="the error is averaged over the neurons of the layer: each bias has a derivative of its own",
        hint="over which axis of delta do the examples run?",
        unseen="the layer has one neuron",
        wrong=instead(lambda place, delta: _filled(delta.sum() / len(delta), delta)),
    ),
    _NablaB(
        id="bp3-wrong-axis",
        sentence="delta is summed over the neurons, axis 0, and not over the examples, axis 1",
        hint="one number a neuron is wanted: which axis has to go?",
        unseen="the layer has one neuron and there is one example",
        wrong=instead(lambda place, delta: delta.sum(axis=0, keepdims=True)),
        asked=BACKPROP,
    ),
    _NablaB(
        id="bp3-rows-and-columns-mixed",
        sentence="delta is reshaped where it should be transposed or summed, which mixes the numbers of different neurons",
        hint="does reshape move a matrix's columns to its rows?",
        unseen="there is one example, or the layer has one neuron",
        wrong=instead(_reshaped),
        asked=SEVERAL,
    ),
    _NablaB(
        id="bp3-not-summed",
        sentence="delta is returned as it is, one column an example, and not summed over the examples",
        hint="what shape has b, and what shape has this?",
        unseen="there is one example",
        wrong=instead(lambda place, delta: delta),
        asked=SEVERAL,
    ),
    _NablaB(
        id="bp3-first-example-only",
        sentence="only the first example's delta is taken for the biases",
        hint="does every example of the mini-batch move the biases?",
        unseen="there is one example",
        wrong=instead(lambda place, delta: delta[:, :1]),
        asked=SEVERAL,
    ),
    _NablaB(
        id="bp3-vector",
        sentence="the gradient by the biases has the shape (n,), where the biases are columns, (n, 1): subtracting the two makes a matrix",
        hint="compare the shapes of b and nabla_b",
        unseen="never: the shape is seen",
        wrong=instead(lambda place, delta: delta.sum(axis=1)),
        asked=BACKPROP,
    ),
    _NablaB(
        id="bp3-grown-to-matrix",
        sentence="a vector (n,) was added to a column (n, 1), which numpy makes a matrix (n, n): every row holds all biases' derivatives",
        hint="compare the shapes of b and nabla_b",
        unseen="the layer has one neuron",
        wrong=instead(lambda place, delta: np.zeros((len(delta), 1)) + delta.sum(axis=1)),
    ),
    _NablaB(
        id="bp3-times-own-activation",
        sentence="delta is multiplied by the activation of its own neuron: (BP3) has no activation",
        hint="what is the derivative of z by b?",
        unseen="every activation of the layer is 1 wherever its delta is not 0",
        wrong=instead(_times_own_a),
    ),
    _NablaB(
        id="bp3-row-sums-of-nabla-w",
        sentence="nabla_b is nabla_w summed over its columns, which multiplies delta by the sum of the activations before",
        hint="what is the derivative of z by b?",
        unseen="the activations of the layer before add to 1",
        wrong=instead(_rows_of_nabla_w),
    ),
    _NablaB(
        id="bp3-times-mean-activation",
        sentence="nabla_b is the mean of nabla_w over its columns, which multiplies delta by the mean of the activations before",
        hint="what is the derivative of z by b?",
        unseen="the mean of the activations of the layer before is 1",
        wrong=instead(_times_mean_a),
    ),
    _NablaB(
        id="bp3-times-b",
        sentence="delta is multiplied by the bias itself: z depends on b with the factor 1",
        hint="what is the derivative of z by b?",
        unseen="every bias is 1",
        wrong=lambda right: lambda place, delta: right(place, delta) * place.b,
    ),
    _NablaB(
        id="bp3-before-sigma-prime",
        sentence="nabla_b is taken before the error is multiplied by sigma'(z), nabla_w after it",
        hint="in which line is delta complete?",
        unseen="sigma' is 1 in this layer, as for linear neurons",
        wrong=instead(_before_sigma_prime),
    ),
)
