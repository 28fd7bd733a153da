"""Every single mistake that is typed into a right program, and those of the catalogue that cannot be."""

from __future__ import annotations

from typing import Final

from tests.grading.student_sources_for_tests import SOURCES
from tests.grading.typed_exercises_for_tests import EXERCISES
from tests.grading.typed_forward_for_tests import (
    FORWARD_INSIDE,
    FORWARD_OWN,
    FORWARD_SHARED,
    OUTPUT_INSIDE,
    OUTPUT_OWN,
)
from tests.grading.typed_gradients_for_tests import BIASES, HIDDEN_ERROR, WEIGHTS
from tests.grading.typed_mistake_for_tests import Typed
from tests.grading.typed_sigma_for_tests import SIGMA_PRIME
from tests.grading.typed_steps_for_tests import STEPS, WHOLE

MISTAKES: Final = (
    *FORWARD_INSIDE,
    *FORWARD_OWN,
    *FORWARD_SHARED,
    *OUTPUT_INSIDE,
    *OUTPUT_OWN,
    *SIGMA_PRIME,
    *HIDDEN_ERROR,
    *BIASES,
    *WEIGHTS,
    *WHOLE,
    *STEPS,
    *EXERCISES,
)

"""All of them, in the order of blame."""

NOT_TYPED: Final = {
    "it is no mistake in a network of sigmoid neurons": (
        "forward-output-sigmoid",
        "forward-hidden-sigmoid",
        "sigma-prime-formula-of-sigmoid",
    ),
    "the network has no softmax": (
        "forward-softmax-over-examples",
        "forward-softmax-over-all",
        "sigma-prime-softmax-diagonal",
    ),
    "the cost is the quadratic one": (
        "bp1-quadratic-derivative",
        "bp1-cross-entropy-first-term",
        "bp1-log-likelihood-all-classes",
    ),
    "the network has no such neurons": (
        "sigma-prime-mask-inverted",
        "sigma-prime-product-rule",
        "sigma-prime-leak-dropped",
    ),
    "backprop of several columns is declared to return their sum, not their mean": (
        "mean-missing",
        "mean-missing-in-weights",
        "mean-missing-in-biases",
        "mean-twice",
        "mean-twice-in-weights",
        "mean-twice-in-biases",
        "mean-over-neurons",
        "mean-over-inputs",
        "mean-over-outputs",
        "mean-by-m-less-1",
        "last-example-over-m",
    ),
    "the cost has no weight decay": (
        "decay-forgotten",
        "decay-doubled",
        "decay-halved",
        "decay-sign",
        "decay-of-biases",
        "decay-sign-for-w",
        "decay-w-for-sign",
        "decay-of-absolute-w",
        "decay-over-m",
        "decay-times-m",
        "step-decay-over-m",
    ),
    "no program makes it of networks of any sizes: two layers of one shape must be there, and be known": (
        "layers-exchanged",
    ),
}
"""The mistakes of the catalogue that no edit makes in a program for the built-in rubric, by the reason."""


def source_of(one: Typed) -> str:
    """Return the text of the program with a mistake in it."""
    return one.made_in(SOURCES[one.source])
