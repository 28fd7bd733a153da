"""Every single mistake that is typed into a right program, and those of the catalogue that cannot be."""

from __future__ import annotations

from typing import Final

from tests.grading.student_sources_for_tests import SOURCES
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
from tests.grading.typed_steps_for_tests import MATRIX, STEPS, WHOLE

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
    *MATRIX,
)


def source_of(one: Typed) -> str:
    """Return the text of the program with a mistake in it."""
    return one.made_in(SOURCES[one.source])
