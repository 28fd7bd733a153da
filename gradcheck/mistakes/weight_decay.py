"""Mistakes in the gradient of a weight decay, l2 w + l1 sign(w), of networks that have one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import numpy as np

from gradcheck.mistakes.making import instead, refuse
from gradcheck.mistakes.mistake import Mistake, Where
from gradcheck.mistakes.program import Array, Asked, Place
from gradcheck.network.weight_decay import NO_DECAY, WeightDecay

Decay = Callable[[Place], Array]


def _of(place: Place) -> WeightDecay:
    decay = place.call.network.weight_decay
    return decay if decay != NO_DECAY else refuse("the network has no weight decay")


def _times(factor: Callable[[Place], float]) -> Callable[[Decay], Decay]:
    def edit(right: Decay) -> Decay:
        def decay(place: Place) -> Array:
            _of(place)
            return factor(place) * right(place)

        return decay

    return edit


def _biases_too(place: Place) -> Array:
    return _of(place).nabla_w(place.b)


def _signs(place: Place) -> Array:
    decay = _of(place)
    return (decay.l2 + decay.l1) * np.sign(place.w) if decay.l2 else refuse("there is no l2")


def _no_signs(place: Place) -> Array:
    decay = _of(place)
    return (decay.l2 + decay.l1) * place.w if decay.l1 else refuse("there is no l1")


def _absolute(place: Place) -> Array:
    return _of(place).nabla_w(np.abs(place.w))


_Decay: Any = partial(
    Mistake, equation="weight decay", slot="decay_w", where=(Where.EVERYWHERE, Where.HIDDEN, Where.ONE)
)
NO_WEIGHTS: Final = "all weights of the layer are 0, or there is no weight decay"

WEIGHT_DECAY: Final[tuple[Mistake, ...]] = (
    _Decay(
        id="decay-forgotten",
        sentence="the weight decay is in the cost but not in the gradient",
        hint="differentiate every term of the cost",
        unseen=NO_WEIGHTS,
        wrong=_times(lambda place: 0.0),
    ),
    _Decay(
        id="decay-doubled",
        sentence="the weight decay in the gradient is twice too large, as if the cost had no 1/2 before w^2",
        hint="which factor stands before w^2 in the cost?",
        unseen=NO_WEIGHTS,
        wrong=_times(lambda place: 2.0),
    ),
    _Decay(
        id="decay-halved",
        sentence="the weight decay in the gradient is half as large as it should be: the 1/2 of the cost is kept, which the exponent 2 cancels",
        hint="which factor stands before w^2 in the cost, and what does it cancel?",
        unseen=NO_WEIGHTS,
        wrong=_times(lambda place: 0.5),
    ),
    _Decay(
        id="decay-sign",
        sentence="the weight decay is subtracted in the gradient, so the weights grow",
        hint="should a step make the weights smaller or larger?",
        unseen=NO_WEIGHTS,
        wrong=_times(lambda place: -1.0),
    ),
    _Decay(
        id="decay-of-biases",
        slot="decay_b",
        sentence="the biases are decayed too: the cost has the weights alone in this term",
        hint="over which parameters does the term of the cost sum?",
        unseen="all biases of the layer are 0, or there is no weight decay",
        wrong=instead(_biases_too),
    ),
    _Decay(
        id="decay-sign-for-w",
        sentence="the weight decay has sign(w) where w belongs: that is the derivative of |w|, not of w^2 / 2",
        hint="is the cost's term one of squares or of absolute values?",
        unseen="every weight is 1, 0 or -1, or there is no decay of squares",
        wrong=instead(_signs),
    ),
    _Decay(
        id="decay-w-for-sign",
        sentence="the weight decay has w where sign(w) belongs: that is the derivative of w^2 / 2, not of |w|",
        hint="is the cost's term one of squares or of absolute values?",
        unseen="every weight is 1, 0 or -1, or there is no decay of absolute values",
        wrong=instead(_no_signs),
    ),
    _Decay(
        id="decay-of-absolute-w",
        sentence="the weight decay has |w| where w or its sign belongs: the derivative has a sign of its own",
        hint="which way should a negative weight be moved?",
        unseen="no weight is negative, or there is no weight decay",
        wrong=instead(_absolute),
    ),
    _Decay(
        id="decay-over-m",
        sentence="the weight decay is divided by m with the examples' gradients: the cost has it once, outside the mean",
        hint="is the weight decay inside the mean over the examples or beside it?",
        unseen="there is one example, or no weight decay",
        wrong=_times(lambda place: 1 / place.call.m),
        where=(Where.EVERYWHERE,),
        asked=frozenset({Asked.SUM, Asked.MEAN}),
    ),
    _Decay(
        id="decay-times-m",
        sentence="the weight decay is counted once an example: the cost has it once, outside the mean",
        hint="is the weight decay inside the sum over the examples or beside it?",
        unseen="there is one example, or no weight decay",
        wrong=_times(lambda place: place.call.m),
        where=(Where.EVERYWHERE,),
        asked=frozenset({Asked.MEAN}),
    ),
)
