"""What each reason of an inconclusive result means, and what to do next."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Final

from gradcheck.results import Reason


@dataclasses.dataclass(frozen=True)
class Explanation:
    """Why nothing could be decided, and what to do next.

    Examples
    --------
    >>> EXPLANATIONS[Reason.BUDGET].short
    'the budget of forward passes ran out'
    """

    short: str
    sentence: str
    advice: str


EXPLANATIONS: Final[Mapping[Reason, Explanation]] = {
    Reason.NOISE: Explanation(
        "the cost is too noisy to measure its slope",
        "The cost is too noisy here. Each evaluation of it is a little off, by rounding or by chance, and beside "
        "that it changes too little from one point to the next: too few digits of its slope are left to compare.",
        "compute in float64, leave large constants out of the cost, and let anything inside it that is solved "
        "step by step run until it no longer changes; then check again.",
    ),
    Reason.KINK: Explanation(
        "the cost has a kink here, and so no single gradient",
        "The cost has a kink at this point or very close to it: relu, max or abs at the place where they bend, or a "
        "jump in one of its derivatives, as at the knot of a spline. Its slope from one side differs from its slope from the "
        "other, as far as can be measured, so there is no single right answer to compare yours with.",
        "check at a point a little away from this one. Weights, biases or inputs of exactly 0 are the usual cause: "
        "start from small random numbers instead.",
    ),
    Reason.NONDETERMINISTIC: Explanation(
        "the cost is not the same twice at one point",
        "The cost gave two different values at one and the same point, so there is no one function whose gradient "
        "could be measured.",
        "make the cost depend on its parameters alone: fix the seed inside it, switch dropout and shuffling off, "
        "and use the same examples in every call.",
    ),
    Reason.VACUOUS: Explanation(
        "both gradients are zero here, which proves nothing",
        "This point proves nothing: the claimed gradient and the estimated one are both zero, to within what can "
        "be measured. A program that always answers zero would pass here as well.",
        "check at a point where every neuron is at work. Neurons that are saturated (weights too large) or dead "
        "(relu below zero), inputs that are all 0, and parameters the cost does not use are the usual causes.",
    ),
    Reason.DOMAIN: Explanation(
        "the cost is not a finite number here, or close by",
        "The cost is not a finite number at this point or close around it: the logarithm or root of a number that "
        "is not positive, a division by zero, or an overflow.",
        "check at a point well inside the domain of the cost, or write the cost in a form that does not overflow "
        "there.",
    ),
    Reason.TRUNCATION: Explanation(
        "the cost bends too sharply to measure its slope",
        "The cost bends so sharply around this point that its slope could not be measured closely enough: the "
        "estimate kept changing as the steps shrank, until rounding took over.",
        "check at another point, or on parameters of another scale. A cost that oscillates fast and a kink close "
        "by are the usual causes.",
    ),
    Reason.DTYPE: Explanation(
        "the numbers are too coarse to measure enough digits",
        "The numbers are too coarse, in one of two ways. Either the parameters or the cost have a dtype with few "
        "digits (float32, float16). Or your gradient itself loses digits by subtracting numbers that are almost "
        "equal, as 1 - tanh(z)**2 does where z is large: that makes it inaccurate, not wrong.",
        "give the parameters as float64, for example at.astype(np.float64), and let the cost and the gradient "
        "compute in it. If that is done, write the gradient without the subtraction: 1/cosh(z)**2 in place of "
        "1 - tanh(z)**2.",
    ),
    Reason.BUDGET: Explanation(
        "the budget of forward passes ran out",
        "The budget of forward passes ran out before everything was measured.",
        "allow more (--budget on the command line, --gradcheck-budget in pytest, max_forward_passes in "
        "gradcheck.Options), or check fewer parameters at a time.",
    ),
}

UNEXPLAINED: Final = Explanation(
    "no verdict was reached",
    "No verdict was reached, and no reason was recorded.",
    "run the check again; if it stays open, check at another point.",
)

TOO_SMALL: Final = Explanation(
    "your gradient is too small here to be judged",
    "Your gradient is not zero here, but smaller than the smallest slope that could have been seen, or so little larger that "
    "too few of its digits could be compared.",
    "check at a point where the gradient is larger: smaller weights, neurons that are not saturated, or fewer layers; and "
    "leave large constants out of the cost.",
)
"""In place of what the reason means, where all that is open is a claim below the resolution."""

SLIGHTLY_OFF: Final = Explanation(
    "your gradient is very close to the slope, but not equal to it",
    "Your gradient agrees with the measured slope in its first digits, and further down differs from it by more than "
    "rounding explains. A mistake in the derivation seldom makes so small a difference. A cost that is computed step by "
    "step until it hardly changes does, and so does a very small term that was left out.",
    "if the cost solves something step by step (a root, an equation in time, a linear system), tighten its tolerance and "
    "check again. If not, look for a small term that is missing, such as a weight decay of 1e-8.",
)

COARSE: Final = Explanation(
    "the dtype is too coarse to measure enough digits",
    "The numbers are too coarse: the parameters, or the cost, have a dtype with few digits (float32, float16), and the "
    "rounding of your gradient in it leaves too few to compare.",
    "give the parameters as float64, for example at.astype(np.float64), and let the cost and the gradient compute in it.",
)
"""In place of what DTYPE means, where the coarse dtype of the cost or of the parameters is known to be the cause."""

CANCELS: Final = Explanation(
    "your gradient loses too many digits here to be judged",
    "Your gradient is inaccurate, not wrong, as far as can be seen: it differs from the slope by no more than the rounding of "
    "numbers that are almost equal and are subtracted from each other, as in 1 - tanh(z)**2 or s * (1 - s) where z is large.",
    "write the gradient without that subtraction, 1/cosh(z)**2 in place of 1 - tanh(z)**2, or check at a point where the "
    "neurons are not saturated.",
)
"""In place of what DTYPE means, where the gap is no more than a rounding of terms that cancel."""

JUMPS: Final = Explanation(
    "your gradient jumps from point to point here",
    "Your gradient jumps close to this point by more than it differs from the slope: the gradient of a cost that is made of "
    "flat or straight pieces does that (max, abs, a table that is interpolated). Whether the two differ because of a jump or "
    "because of a mistake could not be told.",
    "check at another point, in the middle of a piece, or on fewer parameters.",
)
"""In place of what DTYPE means, where the claim is constant in pieces."""

LOSES_DIGITS: Final = Explanation(
    "your gradient is too inaccurate here to be judged",
    "Your gradient is inaccurate, not wrong, as far as can be seen: its own rounding leaves too few digits. Somewhere within "
    "it is computed in a coarse dtype (float32, float16), or it subtracts numbers that are almost equal, as 1 - tanh(z)**2 "
    "does where z is large.",
    "compute it in float64, and without that subtraction: 1/cosh(z)**2 in place of 1 - tanh(z)**2.",
)
"""In place of what DTYPE means, where the rounding of the gradient itself is all that limits."""


def explanation(reason: Reason | None) -> Explanation:
    """Return what a reason means and asks for.

    Examples
    --------
    >>> explanation(None).short
    'no verdict was reached'
    """
    return UNEXPLAINED if reason is None else EXPLANATIONS[reason]
