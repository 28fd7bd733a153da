"""Faults seen only across calls: a gradient that depends on more than its argument."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.claims import Claim
from gradcheck.checks.problem import Problem
from gradcheck.results import Fault, FaultKind

Vector = npt.NDArray[Any]

SAME_GRADIENT: Final = 64.0
"""Two calls at one point may differ by this many roundings of the block's largest component: another order of summation, no more (dimensionless)."""


def after_cost_elsewhere(problem: Problem, first: Claim) -> Fault | None:
    """Ask for the gradient at the point again, once the cost was evaluated elsewhere: it must say the same. 1 gradient call.

    A gradient is a function of w alone; where it is not, up to 2 calls and 1 forward pass more find out what it is instead.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.checks.options import Options
    >>> from gradcheck.subjects.protocol import GradientSubject
    >>> kept = []
    >>> subject = GradientSubject("square", lambda w: kept.append(w) or w**2, lambda w: 2 * kept[-1], at=1.0)
    >>> problem = Problem(subject, Options())
    >>> _ = problem.probe(problem.w)
    >>> first = problem.claim(problem.w)
    >>> _ = problem.probe(2.0 * problem.w)
    >>> after_cost_elsewhere(problem, first).kind
    <FaultKind.STALE: 'stale'>
    """
    second = problem.claim(problem.w).vector
    leaf = _changed_leaf(problem, first, second)
    return None if leaf is None else _name_change(problem, first, second, leaf)


def after_call_elsewhere(problem: Problem, first: Claim) -> Fault | None:
    """Ask once more after the gradient itself was called elsewhere, and look whether the first answer still stands. 1 gradient call.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.checks.options import Options
    >>> from gradcheck.subjects.protocol import GradientSubject
    >>> buffer = np.zeros(1)
    >>> subject = GradientSubject("square", lambda w: w[0] ** 2, lambda w: np.multiply(2, w, out=buffer), at=np.ones(1))
    >>> problem = Problem(subject, Options())
    >>> first = problem.claim(problem.w)
    >>> _ = problem.claim(2.0 * problem.w)
    >>> after_call_elsewhere(problem, first).sentence
    'the array returned for parameters was overwritten by a later call: return a copy, not a buffer'
    """
    overwritten = _overwritten(problem, first)
    if overwritten is not None:
        return overwritten
    leaf = _changed_leaf(problem, first, problem.claim(problem.w).vector)
    return None if leaf is None else _earlier_call(leaf)


def _earlier_call(leaf: str) -> Fault:
    """Return the fault of a gradient that answers for another call's point."""
    return Fault(
        FaultKind.STALE,
        leaf,
        f"the gradient of {leaf} at the same point changed after a gradient call at another point: it keeps something of an earlier call",
    )


def _name_change(problem: Problem, claim: Claim, second: Vector | None, leaf: str) -> Fault:
    """Say what it is when the second call at the same point differs: accumulation, chance, or a stale cache."""
    first = claim.vector
    third = problem.claim(problem.w).vector
    if first is None or second is None or third is None:
        return Fault(
            FaultKind.STALE, leaf, f"the gradient of {leaf} was sound in the first call and is not in a later one"
        )
    changed = _changed_leaf(problem, dataclasses.replace(claim, vector=second), third) is not None
    grown = dataclasses.replace(claim, vector=_grown(first, second))
    if changed and _changed_leaf(problem, grown, third) is None:
        sentence = f"the gradient of {leaf} grows by the same amount with every call at one point: set it to zero before adding to it"
        return Fault(FaultKind.ACCUMULATION, leaf, sentence)
    if changed:
        sentence = (
            f"the gradient of {leaf} differs from call to call at the same point, by {_spread(first, second, third):.1e}: "
            "a random state, or a sum that is never reset"
        )
        return Fault(FaultKind.NONDETERMINISTIC, leaf, sentence)
    problem.probe(problem.w)
    if _changed_leaf(problem, dataclasses.replace(claim, vector=third), problem.claim(problem.w).vector) is None:
        return _earlier_call(leaf)
    sentence = (
        f"the gradient of {leaf} changed after the cost was evaluated at another point: it uses values kept from the last "
        "forward pass (a stale cache); compute them from its own argument"
    )
    return Fault(FaultKind.STALE, leaf, sentence)


@np.errstate(all="ignore")
def _grown(first: Vector, second: Vector) -> Vector:
    """Return what a gradient that grows by the same amount in every call says in the third."""
    return 2.0 * second - first


@np.errstate(all="ignore")
def _spread(*answers: Vector) -> float:
    """Return the largest difference between the answers in one component."""
    return float(np.max(np.ptp(answers, axis=0)))


def _overwritten(problem: Problem, first: Claim) -> Fault | None:
    """Return a fault if the arrays of the first call have changed since: views of a buffer that later calls overwrite."""
    for leaf, value in zip(problem.layout.leaves, first.leaves, strict=True):
        if first.vector is not None and not np.array_equal(
            np.ravel(np.asarray(value, dtype=np.float64)), first.vector[leaf.place]
        ):
            sentence = (
                f"the array returned for {leaf.name} was overwritten by a later call: return a copy, not a buffer"
            )
            return Fault(FaultKind.STALE, leaf.name, sentence)
    return None


@np.errstate(all="ignore")
def _changed_leaf(problem: Problem, before: Claim, after: Vector | None) -> str | None:
    """Return the name of the first leaf whose gradient differs by more than the order of summation explains."""
    if before.vector is None or after is None:
        return problem.layout.leaves[0].name
    for leaf, eps in zip(problem.layout.leaves, roundings(problem, before), strict=True):
        was, now = before.vector[leaf.place], after[leaf.place]
        allowed = SAME_GRADIENT * eps * np.max(np.abs(was), initial=0.0)
        if not (math.isfinite(allowed) and np.all(np.abs(now - was) <= allowed)):
            return leaf.name
    return None


def roundings(problem: Problem, claim: Claim) -> list[float]:
    """Return the machine precision of each leaf's gradient: of the parameter's dtype, or of its own where that is coarser.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.checks.options import Options
    >>> from gradcheck.subjects.protocol import GradientSubject
    >>> problem = Problem(GradientSubject("square", lambda w: w**2, lambda w: np.float32(2 * w), at=1.0), Options())
    >>> roundings(problem, problem.claim(problem.w)) == [np.finfo(np.float32).eps]
    True
    """
    return [max(problem.layout.eps(leaf), claim.eps(i)) for i, leaf in enumerate(problem.layout.leaves)]
