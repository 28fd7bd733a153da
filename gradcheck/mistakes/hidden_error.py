"""Mistakes in (BP2): how the error of a hidden layer is made of the error of the layer after."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np

from gradcheck.mistakes.making import BACKPROP, GRADIENT_IS_ZERO, after, delta_at, instead, refuse
from gradcheck.mistakes.mistake import Mistake, Where
from gradcheck.mistakes.program import REFERENCE, Answer, Array, Asked, Place, Program, Question

Back = Callable[[Place, Array], Array]


def _w_untransposed(place: Place, delta_next: Array) -> Array:
    product: Array = place.w_next @ delta_next
    return product


def _elementwise(place: Place, delta_next: Array) -> Array:
    product: Array = place.w_next.T * delta_next
    return product


def _wrong_sum(place: Place, delta_next: Array) -> Array:
    product: Array = place.w_next.sum(axis=1, keepdims=True) * delta_next
    return product


def _own_w(place: Place, delta_next: Array) -> Array:
    product: Array = place.w.T @ delta_next
    return product


def _absolute_w(place: Place, delta_next: Array) -> Array:
    product: Array = np.abs(place.w_next).T @ delta_next
    return product


def _mean(right: Back) -> Back:
    return lambda place, delta_next: right(place, delta_next) / len(place.w_next)


def _output_delta(right: Back) -> Back:
    return lambda place, _: right(place, delta_at(place.at(place.call.network.num_layers)))


def _order_of_34(place: Place, delta_next: Array) -> Array:
    program = place.program
    return program.back(place, program.sigma_prime(place.at(place.layer + 1), delta_next))


def _sigma_prime_of(layer: Callable[[Place], int]) -> Callable[[Callable[..., Array]], Callable[..., Array]]:
    """Return the edit that takes z of another layer for sigma'(z^l)."""

    def edit(right: Callable[..., Array]) -> Callable[..., Array]:
        def step(place: Place, cotangent: Array) -> Array:
            other = layer(place)
            if not 2 <= other <= place.call.network.num_layers:
                refuse(f"there is no z^{other}")
            return place.activation.vjp(place.z(other), cotangent)

        return step

    return edit


def _last_layer(place: Place) -> int:
    layers = place.call.network.num_layers
    return layers if layers > 3 else refuse("with one hidden layer it is the next one's z")


def _as_at_output(place: Place, _: Array) -> Array:
    error = place.call.network.cost.nabla_a(place.a(place.layer), place.call.y)
    return place.program.sigma_prime(place, error)


def _updated(right: Back, eta: float) -> Back:
    """Return the step that finds w^(l+1) already moved by -eta times the gradient just found."""

    def back(place: Place, delta_next: Array) -> Array:
        after_it, program = place.at(place.layer + 1), place.program
        times = place.call.m if place.asked is Asked.SUM else 1
        nabla_w = program.average_w(after_it, program.nabla_w(after_it, delta_next))
        nabla_w = nabla_w + times * program.decay_w(after_it)
        correction: Array = nabla_w.T @ delta_next
        return right(place, delta_next) - eta * correction

    return back


def _fitted_eta(question: Question, claimed: Answer) -> float:
    """Return the learning rate that explains the claimed error of layer L-1, by least squares: that error is linear in it."""
    layer = question.last.network.num_layers - 3
    if layer < 0:
        refuse("there is no hidden layer")
    right = REFERENCE.answer(question).nabla_b[layer]
    with_rate_1 = Program(back=_updated(REFERENCE.back, 1.0)).answer(question).nabla_b[layer]
    if np.shape(claimed.nabla_b[layer]) != right.shape:
        refuse("nabla_b has another shape")
    moved, seen = (right - with_rate_1).ravel(), (right - claimed.nabla_b[layer]).ravel()
    square = float(moved @ moved)
    if not square > 0:
        refuse("the weights would not move")
    return float(moved @ seen) / square


_Back = partial(Mistake, equation="(BP2)", slot="back", where=(Where.HIDDEN, Where.ONE_HIDDEN))

HIDDEN_ERROR: Final = (
    _Back(
        id="bp2-w-not-transposed",
        sentence="w stands for its transpose: the error goes back through the weights against their direction, from row to column",
        hint="write down the shapes of both factors in (BP2) for layers of different widths",
        unseen="w^(l+1) is symmetric, a single weight say; on layers of different widths the program crashes",
        wrong=instead(_w_untransposed),
    ),
    _Back(
        id="bp2-elementwise",
        sentence="the transposed weights are multiplied to the error elementwise, where (BP2) has a matrix product",
        hint="which product is meant, * or @?",
        unseen="layer l+1 has one neuron; with several the program crashes on a single example",
        wrong=instead(_elementwise),
    ),
    _Back(
        id="bp2-sum-over-wrong-index",
        sentence="the error of each neuron is multiplied by the sum of its own row of weights: the sum of (BP2) runs over the neurons of the layer after",
        hint="over which index of w_kj does the sum run?",
        unseen="the weights between the two layers are a diagonal matrix, a single weight say",
        wrong=instead(_wrong_sum),
    ),
    _Back(
        id="bp2-own-weights",
        sentence="the error comes back through w^l, the weights into this layer: those out of it, w^(l+1), carry it",
        hint="which weights stand between this layer and the next?",
        unseen="w^l = w^(l+1); on layers of different widths the program crashes",
        wrong=instead(_own_w),
    ),
    _Back(
        id="bp2-weights-forgotten",
        sentence="the weights are forgotten: delta^(l+1) itself is multiplied by sigma'(z^l)",
        hint="does a heavy connection carry back more error than a light one?",
        unseen="w^(l+1) is the identity",
        wrong=instead(lambda place, delta_next: delta_next),
    ),
    _Back(
        id="bp2-mean-not-sum",
        sentence="the error is the mean over the neurons of the layer after, where (BP2) has their sum",
        hint="over the next layer's neurons, is it a mean or a sum?",
        unseen="layer l+1 has one neuron",
        wrong=_mean,
    ),
    _Back(
        id="bp2-absolute-weights",
        sentence="the error comes back through |w|: a negative weight turns its sign",
        hint="what does a negative weight do to the error?",
        unseen="no weight of layer l+1 is negative",
        wrong=instead(_absolute_w),
    ),
    _Back(
        id="bp2-sign",
        sentence="the error of the hidden layer has the wrong sign",
        hint="is there a minus in (BP2)?",
        unseen=GRADIENT_IS_ZERO,
        wrong=after(lambda right: -right),
    ),
    _Back(
        id="bp2-doubled",
        sentence="the error of the hidden layer is twice too large",
        hint="is there a factor in (BP2)?",
        unseen=GRADIENT_IS_ZERO,
        wrong=after(lambda right: 2 * right),
    ),
    _Back(
        id="bp2-delta-not-updated",
        sentence="every hidden layer is given the output error delta^L: delta is not replaced by that of the layer just done",
        hint="which value has delta when the loop comes round again?",
        unseen="there is one hidden layer",
        wrong=_output_delta,
        where=(Where.HIDDEN,),
    ),
    _Back(
        id="bp2-weights-already-updated",
        sentence="the weights are updated while going back, so the error of a layer comes through weights that have already moved",
        hint="when do the weights change: during the backward pass, or after it?",
        unseen="the learning rate is 0, or there is no hidden layer",
        wrong=_updated,
        where=(Where.HIDDEN,),
        asked=BACKPROP,
        fitted=_fitted_eta,
    ),
    _Back(
        id="bp2-order-of-34",
        slot="hidden_error",
        sentence="sigma' comes before the weights, as w^T (sigma'(z^(l+1)) * delta^(l+1)): in (34) the matrix Sigma'(z^l) of this layer stands on the left",
        hint="which layer's z stands in (34), and on which side of the weights?",
        unseen="sigma' is 1 in both layers, as for linear neurons",
        wrong=instead(_order_of_34),
    ),
    _Back(
        id="bp2-as-output",
        slot="hidden_error",
        sentence="the error of a hidden layer is worked out as if it were the output, from its own a and the target y",
        hint="what is the target of a hidden neuron?",
        unseen="layer l+1 hands on what it is given: linear neurons, the identity for weights, no biases",
        wrong=instead(_as_at_output),
    ),
    _Back(
        id="bp2-sigma-prime-of-next-z",
        slot="sigma_prime",
        sentence="sigma' is taken at z^(l+1), one layer too far on: (BP2) has sigma'(z^l)",
        hint="print the index of the zs beside the layer that the loop is at",
        unseen="sigma' is the same at both z, as for linear neurons",
        wrong=_sigma_prime_of(lambda place: place.layer + 1),
    ),
    _Back(
        id="bp2-sigma-prime-of-z-before",
        slot="sigma_prime",
        sentence="sigma' is taken at z^(l-1), one layer too far back",
        hint="print the index of the zs beside the layer that the loop is at",
        unseen="sigma' is the same at both z, as for linear neurons",
        wrong=_sigma_prime_of(lambda place: place.layer - 1),
        where=(Where.ONE_AFTER_THE_FIRST,),
    ),
    _Back(
        id="bp2-sigma-prime-of-output-z",
        slot="sigma_prime",
        sentence="sigma' is taken at z^L in every layer: the z of the loop does not move back with it",
        hint="print the index of the zs beside the layer that the loop is at",
        unseen="sigma' is the same at both z, as for linear neurons; with one hidden layer it is told as one layer too far on",
        wrong=_sigma_prime_of(_last_layer),
        where=(Where.HIDDEN,),
    ),
)
