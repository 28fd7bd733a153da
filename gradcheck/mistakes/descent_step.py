"""Mistakes in the descent step, w - eta/m times the sum over the mini-batch, with a right `backprop`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial, reduce
from typing import Any, Final

import numpy as np

from gradcheck.mistakes.making import GRADIENT_IS_ZERO, after, instead, refuse
from gradcheck.mistakes.mistake import Mistake
from gradcheck.mistakes.program import Answer, Array, Asked, Call, Place, Program
from gradcheck.network.weight_decay import NO_DECAY

ETA: Final = 2.0
"""The learning rate of the steps that are asked for, that of `gradcheck.subjects.network_class.UPDATE_ETA`."""

Step = Callable[[Program, Call], Answer]


def _times(factor: Callable[[Call], float]) -> Callable[[Step], Step]:
    return lambda right: lambda program, call: right(program, call).each(lambda leaf: factor(call) * leaf)


def _times_m(leaves: tuple[Array, ...], call: Call) -> tuple[Array, ...]:
    return tuple(call.m * leaf for leaf in leaves)


def _no_mean_in_weights(right: Step) -> Step:
    def step(program: Program, call: Call) -> Answer:
        answer = right(program, call)
        return Answer(answer.nabla_b, _times_m(answer.nabla_w, call))

    return step


def _no_mean_in_biases(right: Step) -> Step:
    def step(program: Program, call: Call) -> Answer:
        answer = right(program, call)
        return Answer(_times_m(answer.nabla_b, call), answer.nabla_w)

    return step


def _one_example(i: int, divisor: Callable[[Call], int]) -> Step:
    def step(program: Program, call: Call) -> Answer:
        return program.gradient(call.example(i), Asked.ONE).each(lambda leaf: leaf / divisor(call))

    return step


def _one_by_one(divisor: Callable[[Call], int]) -> Step:
    """Return the step that moves after every example, so that the next gradient is taken elsewhere."""

    def step(program: Program, call: Call) -> Answer:
        network, steps = call.network, []
        for i in range(call.m):
            one = dataclasses.replace(call.example(i), network=network)
            steps.append(program.gradient(one, Asked.ONE).each(lambda leaf: leaf / divisor(call)))
            network = network.with_parameters(
                [w - ETA * nabla for w, nabla in zip(network.weights, steps[-1].nabla_w, strict=True)],
                [b - ETA * nabla for b, nabla in zip(network.biases, steps[-1].nabla_b, strict=True)],
            )
        return reduce(Answer.plus, steps)

    return step


def _biases_never(answer: Answer) -> Answer:
    return Answer(tuple(map(np.zeros_like, answer.nabla_b)), answer.nabla_w)


def _weights_never(answer: Answer) -> Answer:
    return Answer(answer.nabla_b, tuple(map(np.zeros_like, answer.nabla_w)))


def _decay_over_m(right: Step) -> Step:
    def step(program: Program, call: Call) -> Answer:
        if call.network.weight_decay == NO_DECAY:
            refuse("the network has no weight decay")
        without = dataclasses.replace(program, decay_w=lambda place: np.zeros(()))
        answer, forward = right(without, call), program.forward(call.network, call.x)
        places = [Place(program, call, forward, i + 2, Asked.STEP) for i in range(len(answer.nabla_w))]
        decayed = [w + program.decay_w(at) / call.m for w, at in zip(answer.nabla_w, places, strict=True)]
        return Answer(answer.nabla_b, tuple(decayed))

    return step


_Step: Any = partial(Mistake, equation="descent step", slot="step", asked=frozenset({Asked.STEP}))
ONE_EXAMPLE: Final = "there is one example in the mini-batch"

DESCENT_STEP: Final[tuple[Mistake, ...]] = (
    _Step(
        id="step-ascends",
        sentence="the step is added where it should be subtracted: the cost goes up",
        hint="does the gradient point uphill or downhill?",
        unseen=GRADIENT_IS_ZERO,
        wrong=after(lambda answer: answer.each(np.negative)),
    ),
    _Step(
        id="step-eta-forgotten",
        sentence="the step is not multiplied by the learning rate eta",
        hint="which numbers does the size of a step depend on?",
        unseen="eta is 1",
        wrong=_times(lambda call: 1 / ETA),
    ),
    _Step(
        id="step-eta-twice",
        sentence="the step is multiplied by the learning rate eta twice",
        hint="which numbers does the size of a step depend on?",
        unseen="eta is 1",
        wrong=_times(lambda call: ETA),
    ),
    _Step(
        id="step-no-mean",
        sentence="the step takes the sum over the mini-batch: 1/m is missing, so larger mini-batches take larger steps",
        hint="does the step grow with the size of the mini-batch?",
        unseen=ONE_EXAMPLE,
        wrong=_times(lambda call: call.m),
    ),
    _Step(
        id="step-no-mean-in-weights",
        sentence="1/m is missing in the step of the weights, and is there in that of the biases",
        hint="are weights and biases divided alike?",
        unseen=ONE_EXAMPLE,
        wrong=_no_mean_in_weights,
    ),
    _Step(
        id="step-no-mean-in-biases",
        sentence="1/m is missing in the step of the biases, and is there in that of the weights",
        hint="are weights and biases divided alike?",
        unseen=ONE_EXAMPLE,
        wrong=_no_mean_in_biases,
    ),
    _Step(
        id="step-mean-twice",
        sentence="the step is divided by m twice, in the sum and once more in the update",
        hint="count the divisions by m between backprop and the update",
        unseen=ONE_EXAMPLE,
        wrong=_times(lambda call: 1 / call.m),
    ),
    _Step(
        id="step-last-example-over-m",
        sentence="each example's gradient overwrites the sum, as = for +=, and the last one is divided by m",
        hint="is the gradient of an example added to the others?",
        unseen=ONE_EXAMPLE,
        wrong=instead(_one_example(-1, lambda call: call.m)),
    ),
    _Step(
        id="step-last-example-only",
        sentence="the step is that of the last example alone",
        hint="change the first example: does the step change?",
        unseen=ONE_EXAMPLE,
        wrong=instead(_one_example(-1, lambda call: 1)),
    ),
    _Step(
        id="step-first-example-over-m",
        sentence="the step is that of the first example alone, divided by m, as when the update stands inside the loop and returns",
        hint="change the last example: does the step change?",
        unseen=ONE_EXAMPLE,
        wrong=instead(_one_example(0, lambda call: call.m)),
    ),
    _Step(
        id="step-first-example-only",
        sentence="the step is that of the first example alone",
        hint="change the last example: does the step change?",
        unseen=ONE_EXAMPLE,
        wrong=instead(_one_example(0, lambda call: 1)),
    ),
    _Step(
        id="step-one-by-one",
        sentence="the network is updated inside the loop over the mini-batch, by eta/m each time, so later gradients are taken at other weights",
        hint="at which weights are the gradients of one mini-batch taken?",
        unseen=ONE_EXAMPLE,
        wrong=instead(_one_by_one(lambda call: call.m)),
    ),
    _Step(
        id="step-one-by-one-no-mean",
        sentence="the network is updated inside the loop over the mini-batch, by the whole of eta each time",
        hint="at which weights are the gradients of one mini-batch taken?",
        unseen=ONE_EXAMPLE,
        wrong=instead(_one_by_one(lambda call: 1)),
    ),
    _Step(
        id="step-biases-never",
        sentence="the biases are never updated",
        hint="print the biases before and after a step",
        unseen="the gradient by the biases is 0",
        wrong=after(_biases_never),
    ),
    _Step(
        id="step-weights-never",
        sentence="the weights are never updated",
        hint="print the weights before and after a step",
        unseen="the gradient by the weights is 0",
        wrong=after(_weights_never),
    ),
    _Step(
        id="step-over-layer-width",
        sentence="the step of each layer is divided by its number of neurons besides m",
        hint="which length does this line divide by?",
        unseen="every layer has one neuron",
        wrong=after(lambda answer: answer.each(lambda leaf: leaf / len(leaf))),
    ),
    _Step(
        id="step-decay-over-m",
        sentence="the weight decay is divided by m with the sum over the mini-batch: the cost has it once, outside the mean",
        hint="is the weight decay inside the mean over the examples or beside it?",
        unseen="there is one example in the mini-batch, or no weight decay",
        wrong=_decay_over_m,
    ),
)
