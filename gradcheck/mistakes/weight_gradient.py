"""Mistakes in (BP4): what is returned for the weights."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np

from gradcheck.mistakes.making import BACKPROP, GRADIENT_IS_ZERO, after, before_sigma_prime, instead, refuse
from gradcheck.mistakes.mistake import Mistake, Where
from gradcheck.mistakes.program import Array, Place

NablaW = Callable[[Place, Array], Array]


def _outer(incoming: Callable[[Place], Array]) -> NablaW:
    """Return (BP4) with something else in the place of a^(l-1)."""

    def nabla_w(place: Place, delta: Array) -> Array:
        product: Array = delta @ incoming(place).T
        return product

    return nabla_w


def _z_before(place: Place) -> Array:
    return place.a(1) if place.layer == 2 else place.z(place.layer - 1)


def _two_before(place: Place) -> Array:
    if place.layer < 4:  # a^(l-2) of layer 3 is x, and layer 2 has nothing so far back: the program crashes
        refuse("two layers back from here there is the input at most")
    return place.a(place.layer - 2)


def _squashed_input(place: Place) -> Array:
    return place.activation.value(place.a(1)) if place.layer == 2 else place.a(place.layer - 1)


def _transposed(place: Place, delta: Array) -> Array:
    product: Array = place.a(place.layer - 1) @ delta.T
    return product


def _elementwise(place: Place, delta: Array) -> Array:
    product: Array = delta * place.a(place.layer - 1)
    return product


def _before_sigma_prime(place: Place, delta: Array) -> Array:
    product: Array = before_sigma_prime(place) @ place.a(place.layer - 1).T
    return product


def _delta_missing(place: Place, delta: Array) -> Array:
    product: Array = np.ones_like(delta) @ place.a(place.layer - 1).T
    return product


def _a_missing(place: Place, delta: Array) -> Array:
    return np.repeat(delta.sum(axis=1, keepdims=True), place.w.shape[1], axis=1)


_NablaW = partial(Mistake, equation="(BP4)", slot="nabla_w", where=(Where.EVERYWHERE, Where.HIDDEN, Where.ONE))

WEIGHT_GRADIENT: Final = (
    _NablaW(
        id="bp4-forgotten",
        sentence="the gradient by the weights is left at 0, so they never learn",
        hint="is nabla_w of every layer written at all?",
        unseen=GRADIENT_IS_ZERO,
        wrong=instead(lambda place, delta: np.zeros_like(place.w)),
    ),
    _NablaW(
        id="bp4-sign",
        sentence="the gradient by the weights has the wrong sign",
        hint="is there a minus in (BP4)?",
        unseen=GRADIENT_IS_ZERO,
        wrong=after(lambda right: -right),
    ),
    _NablaW(
        id="bp4-transposed",
        sentence="nabla_w is transposed: a^(l-1) times delta^T, so the derivative by w_jk stands at k, j",
        hint="compare the shapes of w and nabla_w on layers of different widths",
        unseen="nabla_w is symmetric, a single number say",
        wrong=instead(_transposed),
        asked=BACKPROP,
    ),
    _NablaW(
        id="bp4-uses-z",
        sentence="delta is multiplied to z^(l-1), where (BP4) has a^(l-1): what the weight is multiplied by in the forward pass",
        hint="which of the two lists does this line read, the zs or the activations?",
        unseen="the neurons of the layer before are linear, or it is the input layer",
        wrong=instead(_outer(_z_before)),
        where=(Where.EVERYWHERE, Where.HIDDEN, Where.ONE_AFTER_THE_FIRST),
    ),
    _NablaW(
        id="bp4-own-activation",
        sentence="delta^l is multiplied to a^l, the activations of its own layer: the weight's input is a^(l-1)",
        hint="which activation goes into the weight w_jk^l?",
        unseen="a^l = a^(l-1)",
        wrong=instead(_outer(lambda place: place.a(place.layer))),
        asked=BACKPROP,
    ),
    _NablaW(
        id="bp4-two-layers-before",
        sentence="delta^l is multiplied to a^(l-2), one layer too far back",
        hint="print the index of the activations beside the layer that the loop is at",
        unseen="a^(l-2) = a^(l-1); in layer 3, where a^(l-2) is x, it is told as that",
        wrong=instead(_outer(_two_before)),
        where=(Where.ONE_AFTER_THE_FIRST,),
        asked=BACKPROP,
    ),
    _NablaW(
        id="bp4-uses-x",
        sentence="delta is multiplied to the inputs x in every layer, where (BP4) has the activations of the layer before",
        hint="which activation goes into the weight w_jk^l?",
        unseen="there is no hidden layer, or x = a^(l-1)",
        wrong=instead(_outer(lambda place: place.a(1))),
        where=(Where.EVERYWHERE, Where.HIDDEN, Where.ONE_AFTER_THE_FIRST),
        asked=BACKPROP,
    ),
    _NablaW(
        id="bp4-input-squashed",
        sentence="in the first layer delta is multiplied to sigma(x): a^1 is x itself",
        hint="what is a^1?",
        unseen="sigma(x) = x, as for linear neurons",
        wrong=instead(_outer(_squashed_input)),
        where=(Where.EVERYWHERE,),
    ),
    _NablaW(
        id="bp4-elementwise",
        sentence="delta and a^(l-1) are multiplied elementwise, where (BP4) has every neuron of one layer with every neuron of the other",
        hint="which product is meant, * or @, and what shape has it?",
        unseen="there is one neuron in both layers and one example",
        wrong=instead(_elementwise),
        asked=BACKPROP,
    ),
    _NablaW(
        id="bp4-delta-missing",
        sentence="nabla_w holds the activations before alone: delta is left out",
        hint="does nabla_w vanish where the network makes no error?",
        unseen="every delta of the layer is 1",
        wrong=instead(_delta_missing),
    ),
    _NablaW(
        id="bp4-activation-missing",
        sentence="nabla_w holds delta alone, in every column: the activation a^(l-1) is left out",
        hint="what is the derivative of z_j by w_jk?",
        unseen="every activation of the layer before is 1",
        wrong=instead(_a_missing),
    ),
    _NablaW(
        id="bp4-times-w",
        sentence="nabla_w is multiplied by the weights themselves: z depends on w_jk with the factor a_k alone",
        hint="what is the derivative of z_j by w_jk?",
        unseen="every weight is 1",
        wrong=lambda right: lambda place, delta: right(place, delta) * place.w,
    ),
    _NablaW(
        id="bp4-before-sigma-prime",
        sentence="nabla_w is taken before the error is multiplied by sigma'(z), nabla_b after it",
        hint="in which line is delta complete?",
        unseen="sigma' is 1 in this layer, as for linear neurons",
        wrong=instead(_before_sigma_prime),
    ),
)
