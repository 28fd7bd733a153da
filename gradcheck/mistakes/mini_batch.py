"""Mistakes in the averaging over a mini-batch, (26): where 1/m stands, and which examples are counted."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from gradcheck.mistakes.making import instead, refuse
from gradcheck.mistakes.mistake import Mistake, Where
from gradcheck.mistakes.program import Answer, Array, Asked, Place, Program, Question

Average = Callable[[Place, Array], Array]
Replay = Callable[[Program, Question], Answer]


def _of_both(average: Average) -> Callable[[Replay], Replay]:
    """Return the edit that averages both nabla_b and nabla_w so."""

    def edit(right: Replay) -> Replay:
        return lambda program, question: right(
            dataclasses.replace(program, average_b=average, average_w=average), question
        )

    return edit


def _sum(place: Place, total: Array) -> Array:
    return total


def _mean(place: Place, total: Array) -> Array:
    return total / place.call.m


def _mean_twice(place: Place, total: Array) -> Array:
    return total / place.call.m**2


def _by_m_less_1(place: Place, total: Array) -> Array:
    return total / (place.call.m - 1) if place.call.m > 1 else refuse("one example, less one, is none")


def _by_neurons(place: Place, total: Array) -> Array:
    return total / len(place.b)


def _by_inputs(place: Place, total: Array) -> Array:
    return total / len(place.call.x)


def _by_outputs(place: Place, total: Array) -> Array:
    return total / len(place.call.y)


def _one_example(i: int) -> Callable[[Replay], Replay]:
    """Return the edit that answers for one example of the mini-batch, as if it were the whole."""

    def edit(right: Replay) -> Replay:
        def replay(program: Program, question: Question) -> Answer:
            calls = (*question.calls[:-1], question.last.example(i))
            return right(program, dataclasses.replace(question, calls=calls))

        return replay

    return edit


def _last_over_m(right: Replay) -> Replay:
    def replay(program: Program, question: Question) -> Answer:
        m = question.last.m
        return _one_example(-1)(_of_both(lambda place, total: total / m)(right))(program, question)

    return replay


_FromM: Any = partial(Mistake, equation="(26)", slot="replay")
_OneKind: Any = partial(Mistake, equation="(26)", where=(Where.EVERYWHERE,))
MEAN: Final = frozenset({Asked.MEAN})
SUM: Final = frozenset({Asked.SUM})

MINI_BATCH: Final[tuple[Mistake, ...]] = (
    _FromM(
        id="mean-missing",
        sentence="the sum over the examples is returned where their mean is declared: 1/m is missing",
        hint="does the gradient grow with the size of the mini-batch?",
        unseen="there is one example",
        wrong=_of_both(_sum),
        asked=MEAN,
    ),
    _OneKind(
        id="mean-missing-in-weights",
        slot="average_w",
        sentence="1/m is missing in nabla_w, and is there in nabla_b",
        hint="are weights and biases divided alike?",
        unseen="there is one example",
        wrong=instead(_sum),
        asked=MEAN,
    ),
    _OneKind(
        id="mean-missing-in-biases",
        slot="average_b",
        sentence="1/m is missing in nabla_b, and is there in nabla_w",
        hint="are weights and biases divided alike?",
        unseen="there is one example",
        wrong=instead(_sum),
        asked=MEAN,
    ),
    _FromM(
        id="mean-twice",
        sentence="the gradient is divided by m twice, in the error say and once more at the end",
        hint="count the divisions by m between the cost and what is returned",
        unseen="there is one example",
        wrong=_of_both(_mean_twice),
        asked=MEAN,
    ),
    _OneKind(
        id="mean-twice-in-weights",
        slot="average_w",
        sentence="nabla_w is divided by m twice, nabla_b once",
        hint="count the divisions by m between the cost and what is returned",
        unseen="there is one example",
        wrong=instead(_mean_twice),
        asked=MEAN,
    ),
    _OneKind(
        id="mean-twice-in-biases",
        slot="average_b",
        sentence="nabla_b is divided by m twice, nabla_w once",
        hint="count the divisions by m between the cost and what is returned",
        unseen="there is one example",
        wrong=instead(_mean_twice),
        asked=MEAN,
    ),
    _FromM(
        id="mean-over-neurons",
        sentence="each layer's gradient is divided by its number of neurons, where m, the number of examples, is meant",
        hint="which axis of the matrix counts the examples?",
        unseen="every layer has as many neurons as there are examples",
        wrong=_of_both(_by_neurons),
        asked=MEAN,
    ),
    _FromM(
        id="mean-over-inputs",
        sentence="the gradient is divided by the number of inputs, the rows of x, where m, its columns, is meant",
        hint="which axis of the matrix counts the examples?",
        unseen="there are as many inputs as examples",
        wrong=_of_both(_by_inputs),
        asked=MEAN,
    ),
    _FromM(
        id="mean-over-outputs",
        sentence="the gradient is divided by the number of outputs, the rows of y, where m, its columns, is meant",
        hint="which axis of the matrix counts the examples?",
        unseen="there are as many outputs as examples",
        wrong=_of_both(_by_outputs),
        asked=MEAN,
    ),
    _FromM(
        id="mean-by-m-less-1",
        sentence="the gradient is divided by m - 1: that belongs to a variance, the cost (26) is a mean over m",
        hint="how many examples are there?",
        unseen="the gradient of the examples together is 0; with one example the program divides by 0",
        wrong=_of_both(_by_m_less_1),
        asked=MEAN,
    ),
    _FromM(
        id="mean-where-sum-is-declared",
        sentence="the mean over the examples is returned where their sum is declared, so an update that divides by m divides twice",
        hint="who divides by m, backprop or the update?",
        unseen="there is one example",
        wrong=_of_both(_mean),
        asked=SUM,
    ),
    _FromM(
        id="last-example-over-m",
        sentence="each example's gradient overwrites that of the one before, as = for +=, and the last one is divided by m",
        hint="is the gradient of an example added to the others?",
        unseen="there is one example",
        wrong=_last_over_m,
        asked=MEAN,
    ),
    _FromM(
        id="last-example-only",
        sentence="only the last example counts: its gradient is returned as if it were the whole mini-batch's",
        hint="change the first example: does the gradient change?",
        unseen="there is one example",
        wrong=_one_example(-1),
        asked=MEAN | SUM,
    ),
    _FromM(
        id="first-example-only",
        sentence="only the first example counts, as with a return inside the loop",
        hint="change the last example: does the gradient change?",
        unseen="there is one example",
        wrong=_one_example(0),
        asked=MEAN | SUM,
    ),
)
