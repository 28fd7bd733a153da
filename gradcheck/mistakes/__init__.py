"""Wrong backprops by name: each a named edit of the reference, for explaining a gradient that is wrong."""

from gradcheck.mistakes.catalogue import CATALOGUE, mistake_named
from gradcheck.mistakes.making import CannotBeMade
from gradcheck.mistakes.mistake import PER_LAYER, Edit, Mistake, Where, edits_for
from gradcheck.mistakes.program import REFERENCE, Answer, Asked, Call, Place, Program, Question

__all__ = [
    "CATALOGUE",
    "PER_LAYER",
    "REFERENCE",
    "Answer",
    "Asked",
    "Call",
    "CannotBeMade",
    "Edit",
    "Mistake",
    "Place",
    "Program",
    "Question",
    "Where",
    "edits_for",
    "mistake_named",
]
