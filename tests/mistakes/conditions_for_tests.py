"""For every mistake a question that shows it, and one under the condition in its `unseen`, where nobody could see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Final

import numpy as np

from gradcheck.mistakes import Asked, Mistake, Question
from gradcheck.network.activations import (
    ELU,
    LEAKY_RELU,
    LINEAR,
    RELU,
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


SUM_OF_ONE: Final = asked(asked=Asked.SUM)
MEAN_OF_ONE: Final = asked(asked=Asked.MEAN)
STEP_OF_ONE: Final = asked(asked=Asked.STEP)
LINEAR_NEURONS: Final = asked(hidden=LINEAR, output=LINEAR)
ONE_NEURON_A_LAYER: Final = asked(sizes=(1, 1, 1))
NO_HIDDEN_LAYER: Final = asked(sizes=(3, 3))
ZERO_WEIGHTS: Final = with_weights(np.zeros_like, decay=DECAY)
SIGNS_FOR_WEIGHTS: Final = with_weights(np.sign, decay=DECAY)
STEP_AT_TARGET: Final = at_target(asked=Asked.STEP, m=4)
decayed = partial(asked, decay=DECAY)

NEVER: Final = frozenset({"bp3-vector", "integer-dtype"})
"""A shape and a dtype are always seen."""

ZERO: Final = at_target()

UNSEEN: Final = MappingProxyType({
    "forward-bias-forgotten": with_biases(0.0),
    "forward-bias-after-sigma": with_biases(0.0),
    "forward-bias-subtracted": with_biases(0.0),
    "forward-w-transposed": with_weights(symmetric),
    "forward-output-sigmoid": asked(),
    "forward-hidden-linear": asked(hidden=LINEAR),
    "forward-hidden-sigmoid": asked(),
    "forward-hidden-tanh": asked(hidden=TANH),
    "forward-input-squashed": asked(hidden=LINEAR),
    "forward-softmax-over-examples": asked(),
    "forward-softmax-over-all": asked(asked=Asked.SUM, output=SOFTMAX),
    "bp1-sign": ZERO,
    "bp1-doubled": ZERO,
    "bp1-halved": ZERO,
    "bp1-mean-over-outputs": asked(sizes=(3, 3, 1)),
    "bp1-summed-over-outputs": asked(sizes=(3, 3, 1)),
    "bp1-absolute": above_target(),
    "bp1-squared": above_target(),
    "bp1-cost-itself": ZERO,
    "bp1-target-forgotten": with_targets(0.0),
    "bp1-uses-z": asked(output=LINEAR),
    "bp1-quadratic-derivative": asked(),
    "bp1-cross-entropy-first-term": with_targets(1.0, cost=CROSS_ENTROPY),
    "bp1-log-likelihood-all-classes": with_targets(1.0, cost=LOG_LIKELIHOOD),
    "bp1-overwrites-a": ZERO,
    "sigma-prime-missing": LINEAR_NEURONS,
    "sigma-prime-of-a": LINEAR_NEURONS,
    "sigma-prime-is-sigma": ZERO,
    "sigma-prime-formula-with-z": with_biases(20.0, output=ELU, sizes=(3, 3)),
    "sigma-prime-plus-for-minus": ZERO,
    "sigma-prime-one-minus-a": LINEAR_NEURONS,
    "sigma-prime-sign": ZERO,
    "sigma-prime-twice": LINEAR_NEURONS,
    "sigma-prime-as-product": ZERO,
    "sigma-prime-of-sigmoid": asked(),
    "sigma-prime-formula-of-sigmoid": asked(),
    "sigma-prime-of-tanh": asked(hidden=TANH, output=TANH),
    "sigma-prime-formula-of-tanh": asked(hidden=TANH, output=TANH),
    "sigma-prime-of-relu": asked(hidden=RELU, output=RELU),
    "sigma-prime-leak-dropped": with_biases(20.0, output=LEAKY_RELU, sizes=(3, 3)),
    "sigma-prime-mask-inverted": asked(),
    "sigma-prime-product-rule": asked(),
    "sigma-prime-softmax-diagonal": asked(),
    "sigma-prime-not-diagonal": ONE_NEURON_A_LAYER,
    "sigma-prime-dot-product": ONE_NEURON_A_LAYER,
    "sigma-prime-of-the-other-neurons": asked(),
    "sigma-prime-of-the-modified-neuron": asked(),
    "bp2-w-not-transposed": with_weights(symmetric),
    "bp2-elementwise": asked(sizes=(3, 3, 1), asked=Asked.SUM, m=4),
    "bp2-sum-over-wrong-index": with_weights(lambda w: np.diag(np.diag(w))),
    "bp2-own-weights": one_weight_matrix,
    "bp2-weights-forgotten": with_weights(lambda w: np.eye(len(w))),
    "bp2-mean-not-sum": asked(sizes=(3, 3, 1)),
    "bp2-absolute-weights": with_weights(np.abs),
    "bp2-sign": ZERO,
    "bp2-doubled": ZERO,
    "bp2-delta-not-updated": asked(sizes=(3, 3, 3)),
    "bp2-weights-already-updated": NO_HIDDEN_LAYER,
    "bp2-order-of-34": LINEAR_NEURONS,
    "bp2-as-output": handing_on,
    "bp2-sigma-prime-of-next-z": LINEAR_NEURONS,
    "bp2-sigma-prime-of-z-before": LINEAR_NEURONS,
    "bp2-sigma-prime-of-output-z": LINEAR_NEURONS,
    "bp3-forgotten": ZERO,
    "bp3-sign": ZERO,
    "bp3-summed-over-all": ONE_NEURON_A_LAYER,
    "bp3-mean-over-neurons": ONE_NEURON_A_LAYER,
    "bp3-wrong-axis": ONE_NEURON_A_LAYER,
    "bp3-rows-and-columns-mixed": SUM_OF_ONE,
    "bp3-not-summed": SUM_OF_ONE,
    "bp3-first-example-only": SUM_OF_ONE,
    "bp3-grown-to-matrix": ONE_NEURON_A_LAYER,
    "bp3-times-own-activation": ZERO,
    "bp3-row-sums-of-nabla-w": with_inputs(1 / 3, sizes=(3, 3)),
    "bp3-times-mean-activation": with_inputs(1.0, sizes=(3, 3)),
    "bp3-times-b": with_biases(1.0),
    "bp3-before-sigma-prime": LINEAR_NEURONS,
    "bp4-forgotten": ZERO,
    "bp4-sign": ZERO,
    "bp4-transposed": ONE_NEURON_A_LAYER,
    "bp4-uses-z": LINEAR_NEURONS,
    "bp4-own-activation": handing_on,
    "bp4-two-layers-before": handing_on,
    "bp4-uses-x": NO_HIDDEN_LAYER,
    "bp4-input-squashed": LINEAR_NEURONS,
    "bp4-elementwise": ONE_NEURON_A_LAYER,
    "bp4-delta-missing": above_target(sizes=(3, 3), output=LINEAR),
    "bp4-activation-missing": with_inputs(1.0, sizes=(3, 3)),
    "bp4-times-w": with_weights(np.ones_like),
    "bp4-before-sigma-prime": LINEAR_NEURONS,
    "mean-missing": MEAN_OF_ONE,
    "mean-missing-in-weights": MEAN_OF_ONE,
    "mean-missing-in-biases": MEAN_OF_ONE,
    "mean-twice": MEAN_OF_ONE,
    "mean-twice-in-weights": MEAN_OF_ONE,
    "mean-twice-in-biases": MEAN_OF_ONE,
    "mean-over-neurons": asked(asked=Asked.MEAN, m=3),
    "mean-over-inputs": asked(asked=Asked.MEAN, m=3),
    "mean-over-outputs": asked(asked=Asked.MEAN, m=3),
    "mean-by-m-less-1": at_target(asked=Asked.MEAN, m=4),
    "mean-where-sum-is-declared": SUM_OF_ONE,
    "last-example-over-m": MEAN_OF_ONE,
    "last-example-only": SUM_OF_ONE,
    "first-example-only": SUM_OF_ONE,
    "decay-forgotten": ZERO_WEIGHTS,
    "decay-doubled": ZERO_WEIGHTS,
    "decay-halved": ZERO_WEIGHTS,
    "decay-sign": ZERO_WEIGHTS,
    "decay-of-biases": with_biases(0.0, decay=DECAY),
    "decay-sign-for-w": SIGNS_FOR_WEIGHTS,
    "decay-w-for-sign": SIGNS_FOR_WEIGHTS,
    "decay-of-absolute-w": with_weights(np.abs, decay=DECAY),
    "decay-over-m": decayed(asked=Asked.MEAN),
    "decay-times-m": decayed(asked=Asked.MEAN),
    "order-swapped": with_inputs(1.0, sizes=(1, 1)),
    "layers-reversed": NO_HIDDEN_LAYER,
    "layers-shifted": handing_on,
    "layers-exchanged": asked(sizes=(2, 4, 3)),
    "first-layer-zero": ZERO,
    "output-layer-zero": ZERO,
    "hidden-layers-zero": ZERO,
    "all-zero": ZERO,
    "descent-direction": ZERO,
    "gradient-doubled": ZERO,
    "gradient-halved": ZERO,
    "accumulates-over-calls": asked(),
    "answers-for-the-call-before": asked(),
    "answers-for-the-first-call": asked(),
    "forward-pass-of-the-call-before": asked(),
    "forward-pass-of-the-first-call": asked(),
    "step-sums-not-reset": asked(asked=Asked.STEP, m=4),
    "step-ascends": STEP_AT_TARGET,
    "step-eta-forgotten": STEP_AT_TARGET,  # eta is never 1 in the questions that are asked
    "step-eta-twice": STEP_AT_TARGET,
    "step-no-mean": STEP_OF_ONE,
    "step-no-mean-in-weights": STEP_OF_ONE,
    "step-no-mean-in-biases": STEP_OF_ONE,
    "step-mean-twice": STEP_OF_ONE,
    "step-last-example-over-m": STEP_OF_ONE,
    "step-last-example-only": STEP_OF_ONE,
    "step-first-example-over-m": STEP_OF_ONE,
    "step-first-example-only": STEP_OF_ONE,
    "step-one-by-one": STEP_OF_ONE,
    "step-one-by-one-no-mean": STEP_OF_ONE,
    "step-biases-never": STEP_AT_TARGET,
    "step-weights-never": STEP_AT_TARGET,
    "step-over-layer-width": asked(sizes=(1, 1, 1), asked=Asked.STEP, m=4),
    "step-decay-over-m": decayed(asked=Asked.STEP),
})  # fmt: skip
"""One question for each mistake, under its condition."""
