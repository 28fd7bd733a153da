"""Mistakes in (BP1): what the error of the output layer starts from, nabla_a C, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np

from gradcheck.mistakes.formulas import RIGHT, formula_for
from gradcheck.mistakes.making import GRADIENT_IS_ZERO, after, as_columns_of, instead, refuse
from gradcheck.mistakes.mistake import Mistake, Where
from gradcheck.mistakes.program import Array, Place
from gradcheck.network.costs import CROSS_ENTROPY, LOG_LIKELIHOOD, QUADRATIC, Cost


def _only_with(cost: Cost, step: Callable[[Place], Array]) -> Callable[[Place], Array]:
    def checked(place: Place) -> Array:
        if place.call.network.cost.value is not cost.value:
            refuse(f"the cost is not {cost.name}")
        return step(place)

    return checked


def _difference(place: Place) -> Array:
    return place.forward.output - place.call.y


def _of_z(place: Place) -> Array:
    return place.call.network.cost.nabla_a(place.z(place.layer), place.call.y)


def _the_cost(place: Place) -> Array:
    cost = place.call.network.cost.value(place.forward.output, place.call.y)
    return as_columns_of(cost[np.newaxis], place.call.y)


def _overwritten(place: Place) -> Array:
    spoilt = place.program.nabla_a(place)
    return formula_for(RIGHT, place.activation)(spoilt, spoilt)


_NablaA = partial(Mistake, equation="(BP1)", slot="nabla_a", where=(Where.OUTPUT,))

OUTPUT_ERROR: Final = (
    _NablaA(
        id="bp1-sign",
        sentence="the error starts from y - a, the wrong sign: the gradient points downhill and a step along it goes up",
        hint="differentiate (27) by a^L, with its inner derivative",
        unseen=GRADIENT_IS_ZERO,
        wrong=after(lambda right: -right),
    ),
    _NablaA(
        id="bp1-doubled",
        sentence="nabla_a C is twice too large, as if the cost had no 1/2",
        hint="which factor stands before the sum in the cost, and what does it cancel?",
        unseen=GRADIENT_IS_ZERO,
        wrong=after(lambda right: 2 * right),
    ),
    _NablaA(
        id="bp1-halved",
        sentence="nabla_a C is half as large as it should be: the 1/2 of (27) is kept, which the exponent 2 cancels",
        hint="which factor stands before the sum in the cost, and what does it cancel?",
        unseen=GRADIENT_IS_ZERO,
        wrong=after(lambda right: right / 2),
    ),
    _NablaA(
        id="bp1-mean-over-outputs",
        sentence="nabla_a C is divided by the number of output neurons: the cost (27) is a sum over them, no mean",
        hint="over what does the cost take a mean, and over what a sum?",
        unseen="there is one output neuron",
        wrong=after(lambda right: right / len(right)),
    ),
    _NablaA(
        id="bp1-summed-over-outputs",
        sentence="every output neuron is given the sum of nabla_a C over all of them: each has an error of its own",
        hint="is there a sum in (BP1)?",
        unseen="there is one output neuron",
        wrong=after(lambda right: as_columns_of(right.sum(axis=0), right)),
    ),
    _NablaA(
        id="bp1-absolute",
        sentence="nabla_a C has lost its sign to an absolute value, so an output that is too small is pushed further down",
        hint="should an output that is too large and one that is too small move the same way?",
        unseen="no output is below its target",
        wrong=after(np.abs),
    ),
    _NablaA(
        id="bp1-squared",
        sentence="nabla_a C is squared: (a - y)^2 belongs to the cost, and its derivative has no square",
        hint="does this line hold the cost or its derivative?",
        unseen="every entry of nabla_a C is 0 or 1",
        wrong=after(np.square),
    ),
    _NablaA(
        id="bp1-cost-itself",
        sentence="the error starts from the cost itself, one number for all outputs, not from its derivative by each of them",
        hint="does this line hold the cost or its derivative?",
        unseen="the cost is 0",
        wrong=instead(_the_cost),
    ),
    _NablaA(
        id="bp1-target-forgotten",
        sentence="the error starts from a^L alone: the target y is left out",
        hint="does the error depend on what the network should have said?",
        unseen="the targets are 0, or the cost is not the quadratic one",
        wrong=instead(_only_with(QUADRATIC, lambda place: place.forward.output)),
    ),
    _NablaA(
        id="bp1-uses-z",
        sentence="nabla_a C is taken at z^L in the place of a^L, as where the last layer of the forward pass has lost its sigma: the cost is a function of the activations",
        hint="which list does this line read, and what is its last entry?",
        unseen="the output neurons are linear",
        wrong=instead(_of_z),
    ),
    _NablaA(
        id="bp1-quadratic-derivative",
        sentence="nabla_a C is a - y, which is right for the quadratic cost alone: with another cost a sigma' too many is left in delta^L",
        hint="differentiate the cost that this network has",
        unseen="the cost is the quadratic one",
        wrong=instead(_difference),
    ),
    _NablaA(
        id="bp1-cross-entropy-first-term",
        sentence="nabla_a C is -y/a: the second term of the cross-entropy, (1 - y) ln(1 - a), is forgotten",
        hint="the cross-entropy of one neuron has two terms",
        unseen="every target is 1, or the cost is not the cross-entropy",
        wrong=instead(_only_with(CROSS_ENTROPY, lambda place: -place.call.y / place.forward.output)),
    ),
    _NablaA(
        id="bp1-log-likelihood-all-classes",
        sentence="nabla_a C is -1/a for every class: the log-likelihood looks at the class of the target alone",
        hint="which outputs does the cost depend on before the softmax?",
        unseen="every target is 1, or the cost is not the log-likelihood",
        wrong=instead(_only_with(LOG_LIKELIHOOD, lambda place: -1 / place.forward.output)),
    ),
    Mistake(
        id="bp1-overwrites-a",
        equation="(BP1)",
        slot="output_error",
        sentence="delta^L is built in place on a^L, so sigma', written in a, is taken from activations that are already overwritten by a - y",
        hint="do two names stand for one array?",
        unseen="a^L = y, or sigma' is not written in a",
        wrong=instead(_overwritten),
        where=(Where.OUTPUT,),
    ),
)
