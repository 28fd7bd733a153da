"""The cost at one point, several times: one number, one number to rounding, or chance."""

from __future__ import annotations

import dataclasses
import math
import statistics
from typing import Final

import numpy as np

from gradcheck.checks.problem import Problem

REPEATS: Final = 5
"""Evaluations at one point once two of them differed (a count): the least that tell a spread from a change that happens once."""

SAME_COST: Final = 64.0
"""Equal evaluations may differ by this many roundings of the cost: another order of summation, no more (dimensionless). 10^3 to 10^6
positive terms summed in 1 to 64 parts, in any order, differed by 3.6 roundings at most; 10^4 added one by one by 52."""


@dataclasses.dataclass(frozen=True)
class Repeats:
    """The cost at one point, in the order of the evaluations.

    Attributes
    ----------
    values : tuple of float
        2 where they are equal, else 5 [cost].
    allowed : float
        The largest difference that is rounding [cost].

    Examples
    --------
    >>> Repeats((1.0, 1.0 + 2**-50), allowed=1e-14).is_rounding
    True
    """

    values: tuple[float, ...]
    allowed: float

    @property
    def spread(self) -> float:
        """The largest difference [cost]; NaN if one value is not finite."""
        return max(self.values) - min(self.values) if np.all(np.isfinite(self.values)) else math.nan

    @property
    def is_rounding(self) -> bool:
        """Whether the differences, if any, are of the size of roundings; NaN is not."""
        return self.spread <= self.allowed

    @property
    def sentence(self) -> str:
        """What was seen and what to do, for differences that are more than rounding."""
        first, *later = self.values
        if len(later) > 1 and len(set(later)) == 1:
            return (
                f"the cost keeps something between its calls: at the same point it was {first!r} at first and {later[0]!r} after it "
                f"was evaluated elsewhere{self._apart}; compute it from its argument alone"
            )
        return (
            f"the cost is not deterministic: {len(self.values)} evaluations at the same point gave {self._range}{self._apart}; "
            "fix its seed inside the cost (dropout, shuffling, a global random state)"
        )

    @property
    def _range(self) -> str:
        """The least and the largest value, or one that is not finite beside one that is."""
        odd = [value for value in self.values if not math.isfinite(value)]
        sound = [value for value in self.values if math.isfinite(value)]
        return f"{sound[0]!r} and {odd[0]!r}" if odd else f"{min(sound)!r} to {max(sound)!r}"

    @property
    def _apart(self) -> str:
        """How far apart the values are, absolutely and of the cost, and their standard deviation."""
        if not math.isfinite(self.spread):
            return ""
        relative = self.spread / max(abs(value) for value in self.values)
        return f", {self.spread:.1e} apart ({relative:.1e} of the cost), standard deviation {statistics.pstdev(self.values):.1e}"


@np.errstate(all="ignore")
def repeat_cost(problem: Problem, centre: float, beside: float) -> Repeats:
    """Evaluate the cost at the point of (46) again, and more often where that differs; 1 forward pass or 4.

    Roundings are counted in the larger of the cost there and `beside` the point: at a zero by cancellation the cost itself says
    nothing of the size of its terms.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.checks.options import Options
    >>> from gradcheck.subjects.protocol import GradientSubject
    >>> values = iter([3.0, 3.5, 2.5, 2.0, 3.0])
    >>> problem = Problem(GradientSubject("chance", lambda w: next(values), lambda w: w, at=1.0), Options())
    >>> repeat_cost(problem, next(values), 3.0).values
    (3.0, 3.5, 2.5, 2.0, 3.0)
    """
    values = [centre, problem.cost(problem.w)]
    if values[0] != values[1]:
        values += [problem.cost(problem.w) for _ in range(REPEATS - 2)]
    eps = max(problem.cost_eps, *(problem.layout.eps(leaf) for leaf in problem.layout.leaves if leaf.size))
    size = max(abs(centre), abs(beside)) if math.isfinite(beside) else abs(centre)
    return Repeats(tuple(values), SAME_COST * eps * size)
