"""Other points than the user's: where they are, and what the cost and the gradient say there."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.claims import Claim
from gradcheck.checks.problem import Problem
from gradcheck.differences.directions import block_scale, spread_numbers
from gradcheck.errors import UsageError, UserCodeError

Vector = npt.NDArray[Any]

ELSEWHERE: Final = 2.0**-7
"""How far away "beside" is, in units of each block's scale: far enough to change every digit a stale cache would keep (dimensionless)."""

FAR_SPREAD: Final = 0.25
"""Standard deviation of what is added to -w at the far point, in units of each block's scale (dimensionless): zero biases move
too, and the signs of the others stay turned, with those of the units they feed: nearly every mask of a relu or a pool flips."""

LEAST_SHARE: Final = 0.25
"""Where -w is outside the domain (log, sqrt) every component is drawn towards 0 instead, to between this share of itself and
1 - this share (dimensionless): the signs stay, and so does a bound on the size."""


@dataclasses.dataclass(frozen=True)
class Nearby:
    """A generic point beside the user's, with what the cost and the gradient say there.

    Examples
    --------
    >>> import numpy as np
    >>> Nearby(np.ones(1), 1.0, np.ones(1)).centre
    1.0
    """

    w: Vector
    centre: float
    claimed: Vector


@dataclasses.dataclass(frozen=True)
class Visited:
    """A point at which the cost was evaluated.

    Examples
    --------
    >>> import numpy as np
    >>> Visited(np.ones(1), 2.0).with_claim(None) is None
    True
    """

    w: Vector
    cost: float

    def with_claim(self, claim: Claim | None) -> Nearby | None:
        """Return the point with a gradient that was claimed there, None where that is not sound."""
        if claim is None or claim.vector is None or claim.faults:
            return None
        return Nearby(self.w, self.cost, claim.vector)


@np.errstate(all="ignore")
def visit_beside(problem: Problem, generator: np.random.Generator) -> Visited | None:
    """Evaluate the cost a little beside the point of (46), every component moved; None where it is not finite. 1 forward pass.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.checks.options import Options
    >>> from gradcheck.subjects.protocol import GradientSubject
    >>> problem = Problem(GradientSubject("square", lambda w: w @ w, lambda w: 2 * w, at=np.ones(3)), Options())
    >>> bool(np.max(np.abs(visit_beside(problem, np.random.default_rng(0)).w - 1.0)) < 0.01)
    True
    """
    moved = problem.w.copy()
    for leaf in problem.layout.leaves:
        if leaf.size:
            away = ELSEWHERE * block_scale(moved[leaf.place])
            moved[leaf.place] += away * spread_numbers(leaf.size, generator)
    moved = problem.layout.realise(moved)
    cost = problem.probe(moved)
    return Visited(moved, cost) if math.isfinite(cost) else None


@np.errstate(all="ignore")
def visit_far(problem: Problem, generator: np.random.Generator) -> Visited | None:
    """Evaluate the cost about one block's scale away, near -w: what a program keeps that a small step leaves as it is (masks)
    changes there. 1 forward pass, or 2 where the first is outside the domain; None where both are.

    Whatever the program raises there counts as outside: nobody promised that it works so far from the point given.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.checks.options import Options
    >>> from gradcheck.subjects.protocol import GradientSubject
    >>> problem = Problem(GradientSubject("log", np.log, lambda w: 1.0 / w, at=2.0), Options())
    >>> bool(0.5 <= visit_far(problem, np.random.default_rng(0)).w[0] <= 1.5), problem.forward_passes
    (True, 2)
    """
    for place in (_turned, _drawn_in):
        moved = problem.layout.realise(place(problem, generator))
        cost = _cost_far(problem, moved) if np.all(np.isfinite(moved)) else math.nan
        if math.isfinite(cost):
            return Visited(moved, cost)
    return None


def _turned(problem: Problem, generator: np.random.Generator) -> Vector:
    """Return -w, spread by a share of each block's scale."""
    moved = -problem.w
    for leaf in problem.layout.leaves:
        if leaf.size:
            spread = FAR_SPREAD * block_scale(moved[leaf.place])
            moved[leaf.place] += spread * spread_numbers(leaf.size, generator)
    return moved


def _drawn_in(problem: Problem, generator: np.random.Generator) -> Vector:
    """Return w with each component drawn towards 0, by its own share."""
    return problem.w * generator.uniform(LEAST_SHARE, 1.0 - LEAST_SHARE, problem.w.size)


def _cost_far(problem: Problem, w: Vector) -> float:
    """Return the cost, NaN where the program does not work."""
    try:
        return problem.probe(w)
    except (UsageError, UserCodeError):
        return math.nan


def claim_far(problem: Problem, w: Vector) -> Claim | None:
    """Return what the gradient says at a point far from that of (46), None where the program does not work. 1 gradient call.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.checks.options import Options
    >>> from gradcheck.subjects.protocol import GradientSubject
    >>> problem = Problem(GradientSubject("log", np.log, lambda w: {}[w], at=2.0), Options())
    >>> claim_far(problem, np.ones(1)) is None
    True
    """
    try:
        return problem.claim_elsewhere(w)
    except (UsageError, UserCodeError):
        return None
