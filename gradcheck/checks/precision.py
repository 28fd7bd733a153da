"""Code for float32 and float16 parameters is judged in float64 where it accepts them, with a bar for its own dtype besides."""

from __future__ import annotations

import numpy as np

from gradcheck.checks.evidence import decimal_digits
from gradcheck.checks.measuring import SHARE_OF_DIGITS, norm
from gradcheck.checks.options import Options
from gradcheck.checks.preflight import Preflight, preflight
from gradcheck.checks.problem import Problem
from gradcheck.errors import UsageError, UserCodeError


def is_narrow(problem: Problem) -> bool:
    """Tell whether any parameter is narrower than float64.

    Examples
    --------
    >>> from gradcheck.subjects.protocol import GradientSubject
    >>> is_narrow(Problem(GradientSubject("square", np.sum, np.ones_like, np.ones(2, np.float32)), Options()))
    True
    """
    return any(leaf.dtype != np.float64 for leaf in problem.layout.leaves)


def promote(problem: Problem, options: Options) -> tuple[Problem, Preflight] | None:
    """Return the problem in float64 with what preflight finds there, or None where the user's code does not take it.

    4 forward passes and 6 gradient calls or more.
    """
    wide = problem.promoted()
    try:
        with np.errstate(all="ignore"):
            first = preflight(wide, options.generator("preflight", "float64"))
    except (UserCodeError, UsageError):
        return None
    return None if first.faults or first.reason is not None or first.claimed is None else (wide, first)


def fault_of_rounding(problem: Problem, narrow: Preflight, wide: Preflight) -> str:
    """Return a sentence for the first leaf whose gradient in its own dtype is far from the one in float64, or an empty one.

    Far is: with fewer digits in common than an agreement needs.
    """
    if narrow.claimed is None or wide.claimed is None:
        return ""
    for leaf in problem.layout.leaves:
        gap = norm(wide.claimed[leaf.place] - narrow.claimed[leaf.place])
        digits = decimal_digits(gap, norm(wide.claimed[leaf.place]))
        if gap > 0.0 and not digits >= -SHARE_OF_DIGITS * np.log10(problem.layout.eps(leaf)):
            return (
                f"in {leaf.dtype} the gradient of {leaf.name} keeps only {max(digits, 0.0):.1f} digits of what the same code "
                "gives in float64: it overflows, underflows or cancels there"
            )
    return ""
