"""Mistakes in what is returned when every equation is right: order, sign, layers left out, dtype."""

from __future__ import annotations

from functools import partial
from itertools import combinations
from typing import Final

import numpy as np

from gradcheck.mistakes.making import BACKPROP, GRADIENT_IS_ZERO, after, refuse
from gradcheck.mistakes.mistake import Mistake
from gradcheck.mistakes.program import Answer, Array


def _order_swapped(answer: Answer) -> Answer:
    return Answer(answer.nabla_w, answer.nabla_b)


def _reversed(answer: Answer) -> Answer:
    return Answer(answer.nabla_b[::-1], answer.nabla_w[::-1])


def _shifted(answer: Answer) -> Answer:
    if len(answer.nabla_b) < 3:
        refuse("two layers shifted are two layers reversed")
    b, w = answer.nabla_b, answer.nabla_w
    return Answer((*b[1:], b[0]), (*w[1:], w[0]))


def _exchanged(answer: Answer) -> Answer:
    """Return the answer with the first two layers of one shape in each other's place."""
    layers = list(zip(answer.nabla_b, answer.nabla_w, strict=True))
    for i, j in combinations(range(len(layers)), 2):
        if all(one.shape == two.shape for one, two in zip(layers[i], layers[j], strict=True)):
            layers[i], layers[j] = layers[j], layers[i]
            return Answer(tuple(b for b, _ in layers), tuple(w for _, w in layers))
    return refuse("no two layers have one shape")


def _zero_at(answer: Answer, layers: range) -> Answer:
    def kept(leaves: tuple[Array, ...]) -> tuple[Array, ...]:
        return tuple(np.zeros_like(leaf) if i in layers else leaf for i, leaf in enumerate(leaves))

    return Answer(kept(answer.nabla_b), kept(answer.nabla_w))


def _first_zero(answer: Answer) -> Answer:
    return _zero_at(answer, range(1))


def _output_zero(answer: Answer) -> Answer:
    last = len(answer.nabla_b) - 1
    return _zero_at(answer, range(last, last + 1)) if last else refuse("it is the only layer")


def _hidden_zero(answer: Answer) -> Answer:
    hidden = range(len(answer.nabla_b) - 1)
    return _zero_at(answer, hidden) if len(hidden) > 1 else refuse("there are no two hidden layers")


def _integer(leaf: Array) -> Array:
    with np.errstate(invalid="ignore"):  # what is not finite becomes some integer, as in the program itself
        return leaf.astype(np.int64)


_Whole = partial(Mistake, equation="whole gradient", slot="finish")

WHOLE_GRADIENT: Final = (
    _Whole(
        id="order-swapped",
        sentence="(nabla_w, nabla_b) is returned where (nabla_b, nabla_w) is expected",
        hint="which of the two does the caller take first?",
        unseen="every layer has one neuron, and nabla_b = nabla_w",
        wrong=after(_order_swapped),
        asked=BACKPROP,
    ),
    _Whole(
        id="layers-reversed",
        sentence="the layers are returned from the last to the first, in the order of the backward pass",
        hint="in which order are the gradients appended, and in which are they read?",
        unseen="there is no hidden layer",
        wrong=after(_reversed),
        asked=BACKPROP,
    ),
    _Whole(
        id="layers-shifted",
        sentence="every layer's gradient stands one place too early, and the first one's at the end",
        hint="print the index that is written beside the layer that the loop is at",
        unseen="the gradients of all layers are the same",
        wrong=after(_shifted),
        asked=BACKPROP,
    ),
    _Whole(
        id="layers-exchanged",
        sentence="the gradients of two layers of one shape stand in each other's place",
        hint="print the index that is written beside the layer that the loop is at",
        unseen="no two layers have one shape",
        wrong=after(_exchanged),
    ),
    _Whole(
        id="first-layer-zero",
        sentence="the backward loop stops one layer too soon: the gradient of the first layer is left at 0",
        hint="which is the last layer that the backward loop reaches?",
        unseen=GRADIENT_IS_ZERO,
        wrong=after(_first_zero),
    ),
    _Whole(
        id="output-layer-zero",
        sentence="the gradient of the output layer is left at 0: its delta is used to go back but never stored",
        hint="is nabla_b and nabla_w of the output layer written?",
        unseen=GRADIENT_IS_ZERO,
        wrong=after(_output_zero),
    ),
    _Whole(
        id="hidden-layers-zero",
        sentence="the backward loop is never entered: the gradients of all hidden layers are left at 0",
        hint="how often does the backward loop run?",
        unseen=GRADIENT_IS_ZERO,
        wrong=after(_hidden_zero),
    ),
    _Whole(
        id="all-zero",
        sentence="the whole gradient is 0: the arrays it starts from are returned as they were made",
        hint="are the arrays that are filled the ones that are returned?",
        unseen=GRADIENT_IS_ZERO,
        wrong=after(lambda answer: answer.each(np.zeros_like)),
    ),
    _Whole(
        id="descent-direction",
        sentence="the direction of descent, minus the gradient, is returned: the minus belongs to the update",
        hint="where does the minus of gradient descent stand?",
        unseen=GRADIENT_IS_ZERO,
        wrong=after(lambda answer: answer.each(np.negative)),
    ),
    _Whole(
        id="gradient-doubled",
        sentence="the whole gradient is twice too large, a weight decay included",
        hint="is a factor left over, or everything added twice?",
        unseen=GRADIENT_IS_ZERO,
        wrong=after(lambda answer: answer.each(lambda leaf: 2 * leaf)),
    ),
    _Whole(
        id="gradient-halved",
        sentence="the whole gradient is half as large as it should be, a weight decay included",
        hint="is a factor left over?",
        unseen=GRADIENT_IS_ZERO,
        wrong=after(lambda answer: answer.each(lambda leaf: leaf / 2)),
    ),
    _Whole(
        id="integer-dtype",
        sentence="the gradient is stored in arrays of integers, which cut off everything after the point",
        hint="print the dtype of what is returned",
        unseen="never: the dtype is seen",
        wrong=after(lambda answer: answer.each(_integer)),
    ),
)
