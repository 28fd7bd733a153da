"""For every mistake a question that shows it, and one under the condition in its `unseen`, where nobody could see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import numpy as np

from gradcheck.mistakes import Asked, Mistake, Question
from gradcheck.network.activations import (
    LEAKY_RELU,
    LINEAR,
    SIGMOID,
    SOFTMAX,
    SWISH,
    TANH,
    modified_neuron,
)
from gradcheck.network.costs import CROSS_ENTROPY, LOG_LIKELIHOOD
from gradcheck.network.weight_decay import WeightDecay
from tests.mistakes.questions_for_tests import Ask, changed, right_targets

DECAY: Final = WeightDecay(l1=0.3, l2=0.2)
SEVERAL: Final = {Asked.ONE: 1, Asked.SUM: 4, Asked.MEAN: 4, Asked.STEP: 4}

# --- where a mistake is seen ------------------------------------------------------------------------------------------

SIGMOIDS: Final = Ask()
TANHS: Final = Ask(hidden=TANH, output=TANH)
SOFTMAXES: Final = Ask(output=SOFTMAX, cost=LOG_LIKELIHOOD)
LEAKY: Final = Ask(hidden=LEAKY_RELU, output=LEAKY_RELU, sizes=(8, 8, 8, 8))
WITH_A_MODIFIED_NEURON: Final = Ask(hidden=modified_neuron(SIGMOID, 1, TANH))

SEEN: Final = MappingProxyType({
    "forward-output-sigmoid": TANHS,
    "forward-hidden-sigmoid": TANHS,
    "forward-softmax-over-examples": SOFTMAXES,
    "forward-softmax-over-all": SOFTMAXES,
    "bp1-quadratic-derivative": Ask(cost=CROSS_ENTROPY),
    "bp1-cross-entropy-first-term": Ask(cost=CROSS_ENTROPY),
    "bp1-log-likelihood-all-classes": SOFTMAXES,
    "sigma-prime-of-sigmoid": TANHS,
    "sigma-prime-formula-of-sigmoid": TANHS,
    "sigma-prime-of-relu": TANHS,
    "sigma-prime-leak-dropped": LEAKY,
    "sigma-prime-mask-inverted": LEAKY,
    "sigma-prime-product-rule": Ask(hidden=SWISH, output=SWISH),
    "sigma-prime-softmax-diagonal": SOFTMAXES,
    "sigma-prime-of-the-other-neurons": WITH_A_MODIFIED_NEURON,
    "sigma-prime-of-the-modified-neuron": WITH_A_MODIFIED_NEURON,
    "mean-over-neurons": Ask(sizes=(3, 2, 2)),
    "mean-over-outputs": Ask(sizes=(3, 3, 2)),
    "layers-exchanged": Ask(sizes=(3, 3, 3)),
})  # fmt: skip
"""Where the network of sigmoid neurons does not show it."""


def shown(mistake: Mistake) -> Question:
    """Return a question whose answer the mistake changes."""
    asked = next(one for one in Asked if one in mistake.asked)
    ask = replace(SEEN.get(mistake.id, SIGMOIDS), asked=asked, m=SEVERAL[asked])
    if mistake.slot in ("decay_b", "decay_w") or mistake.id == "step-decay-over-m":
        ask = replace(ask, decay=DECAY)
    if mistake.equation == "calls" or mistake.id == "step-sums-not-reset":
        ask = replace(ask, calls=3)
    if mistake.id == "bp2-elementwise":  # the only batch on which numpy makes a matrix of the right shape of it
        ask = replace(ask, asked=Asked.SUM, m=3)
    return ask.question()


# --- where it is not --------------------------------------------------------------------------------------------------


def asked(**parts: object) -> Callable[[], Question]:
    return lambda: Ask(**parts).question()  # type: ignore[arg-type]


def at_target(**parts: object) -> Callable[[], Question]:
    """The gradient is 0."""
    return lambda: right_targets(Ask(**parts).question())  # type: ignore[arg-type]


def with_weights(make: Callable[[np.ndarray], np.ndarray], **parts: object) -> Callable[[], Question]:
    def question() -> Question:
        one = Ask(**parts).question()  # type: ignore[arg-type]
        return changed(one, weights=[make(w) for w in one.last.network.weights])

    return question


def with_biases(value: float, **parts: object) -> Callable[[], Question]:
    def question() -> Question:
        one = Ask(**parts).question()  # type: ignore[arg-type]
        return changed(one, biases=[np.full_like(b, value) for b in one.last.network.biases])

    return question


def above_target(**parts: object) -> Callable[[], Question]:
    """Every output is its target plus 1."""

    def question() -> Question:
        one = right_targets(Ask(**parts).question())  # type: ignore[arg-type]
        return changed(one, y=one.last.y - 1)

    return question


def with_targets(value: float, **parts: object) -> Callable[[], Question]:
    def question() -> Question:
        one = Ask(**parts).question()  # type: ignore[arg-type]
        return changed(one, y=np.full_like(one.last.y, value))

    return question


def with_inputs(value: float, **parts: object) -> Callable[[], Question]:
    def question() -> Question:
        one = Ask(**parts).question()  # type: ignore[arg-type]
        return changed(one, x=np.full_like(one.last.x, value))

    return question


def handing_on() -> Question:
    """Every layer hands on what it is given."""
    one = Ask(hidden=LINEAR, output=LINEAR).question()
    network = one.last.network
    return changed(
        one, weights=[np.eye(len(w)) for w in network.weights], biases=[np.zeros_like(b) for b in network.biases]
    )


def one_weight_matrix() -> Question:
    one = Ask().question()
    return changed(one, weights=[one.last.network.weights[0]] * 3)


def symmetric(w: np.ndarray) -> np.ndarray:
    return w + w.T
