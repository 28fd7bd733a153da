"""The catalogue of wrong backprops, in the order of blame."""

from __future__ import annotations

import difflib
from typing import Final

from gradcheck.errors import UsageError
from gradcheck.mistakes.activation_derivative import ACTIVATION_DERIVATIVE
from gradcheck.mistakes.bias_gradient import BIAS_GRADIENT
from gradcheck.mistakes.call_history import CALL_HISTORY
from gradcheck.mistakes.descent_step import DESCENT_STEP
from gradcheck.mistakes.forward_pass import FORWARD_PASS
from gradcheck.mistakes.hidden_error import HIDDEN_ERROR
from gradcheck.mistakes.mini_batch import MINI_BATCH
from gradcheck.mistakes.mistake import Mistake
from gradcheck.mistakes.other_activation import OTHER_ACTIVATION
from gradcheck.mistakes.output_error import OUTPUT_ERROR
from gradcheck.mistakes.weight_decay import WEIGHT_DECAY
from gradcheck.mistakes.weight_gradient import WEIGHT_GRADIENT
from gradcheck.mistakes.whole_gradient import WHOLE_GRADIENT

CATALOGUE: Final[tuple[Mistake, ...]] = (
    *FORWARD_PASS,
    *OUTPUT_ERROR,
    *ACTIVATION_DERIVATIVE,
    *OTHER_ACTIVATION,
    *HIDDEN_ERROR,
    *BIAS_GRADIENT,
    *WEIGHT_GRADIENT,
    *MINI_BATCH,
    *WEIGHT_DECAY,
    *WHOLE_GRADIENT,
    *CALL_HISTORY,
    *DESCENT_STEP,
)
"""Every mistake that has a name."""


def mistake_named(id: str) -> Mistake:
    """Return the mistake of this id.

    Raises
    ------
    UsageError
        If there is none; the message lists close names.

    Examples
    --------
    >>> mistake_named("bp1-sign").equation
    '(BP1)'
    """
    named = {mistake.id: mistake for mistake in CATALOGUE}
    if id in named:
        return named[id]
    close = difflib.get_close_matches(id.lower(), named, n=3)
    meant = f"did you mean {' or '.join(close)}?" if close else "`gradcheck mistakes` lists them"
    raise UsageError(f"there is no mistake {id!r} in the catalogue: {meant}")
