"""Before anything is measured: is there a cost, is there one gradient, and do both keep their contracts?"""

from __future__ import annotations

import dataclasses
import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.problem import Claim, Problem
from gradcheck.differences.directions import block_scale
from gradcheck.results import Fault, FaultKind, Reason

Vector = npt.NDArray[Any]

ELSEWHERE: Final = 2.0**-7
"""How far away "elsewhere" is, in units of each block's scale: far enough to change every digit a stale cache would keep (dimensionless)."""

SAME_GRADIENT: Final = 64.0
"""Two calls at one point may differ by this many roundings of the block's largest component: another order of summation, no more (dimensionless)."""

GRADIENT_ROUNDINGS: Final = 4.0
"""Least rounding error of a claimed component, in units of eps times itself (dimensionless)."""


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
class Preflight:
    """What is known before measuring.

    Attributes
    ----------
    centre : float
        The cost at the point.
    claimed : ndarray, shape (P,), or None where the gradient has faults
    gradient_noise : ndarray, shape (P,)
        Rounding error of each claimed component [cost per unit of parameter].
    faults : tuple of Fault
    reason : Reason or None
        Why no verdict can be reached here, whatever the gradient is.
    note : str
        The sentence that goes with `reason`.
    nearby : Nearby or None
        None where the cost or the gradient has no sound answer there.

    Examples
    --------
    >>> import numpy as np
    >>> Preflight(1.0, None, np.zeros(1), (), Reason.DOMAIN, "the cost is nan").reason
    <Reason.DOMAIN: 'domain'>
    """

    centre: float
    claimed: Vector | None
    gradient_noise: Vector
    faults: tuple[Fault, ...] = ()
    reason: Reason | None = None
    note: str = ""
    nearby: Nearby | None = None


def preflight(problem: Problem, generator: np.random.Generator) -> Preflight:
    """Look at the cost and the gradient at the point before anything is differenced.

    What equation (46) takes for granted: C is one finite number that depends on w alone. 4 forward passes and 6 gradient
    calls. The gradient is called elsewhere first, so that one that answers for the first point it ever saw is judged on its answer here.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.checks.options import Options
    >>> from gradcheck.subjects.protocol import GradientSubject
    >>> subject = GradientSubject("root", np.sqrt, lambda w: 0.5 / np.sqrt(w), at=4.0)
    >>> preflight(Problem(subject, Options()), np.random.default_rng(0)).claimed
    array([0.25])
    """
    nothing = np.zeros(problem.w.size)
    centre, mutation = problem.cost_keeps_parameters(problem.w)
    if mutation is not None:
        return Preflight(centre, None, nothing, (mutation,))
    if not math.isfinite(centre):
        return Preflight(
            centre,
            None,
            nothing,
            (),
            Reason.DOMAIN,
            f"the cost is {centre} at the point given: a finite cost is required",
        )
    elsewhere = _elsewhere(problem, generator)
    beside = problem.probe(elsewhere)
    if not math.isfinite(beside):
        elsewhere = problem.w
    again = problem.cost(problem.w)
    if again != centre:
        note = (
            f"the cost is not deterministic: two evaluations at the same point gave {centre!r} and {again!r}, "
            f"{abs(again - centre):.1e} apart; fix its seed inside the cost (dropout, shuffling, a global random state)"
        )
        return Preflight(centre, None, nothing, (), Reason.NONDETERMINISTIC, note)
    claim = problem.claim_elsewhere(elsewhere)
    first = problem.claim(problem.w)
    if first.faults or first.vector is None:
        return Preflight(centre, None, nothing, first.faults)
    problem.probe(elsewhere)
    fault = _fault_across_calls(problem, first, elsewhere)
    if fault is not None:
        return Preflight(centre, None, nothing, (fault,))
    nearby = None
    if elsewhere is not problem.w and claim is not None and claim.vector is not None and not claim.faults:
        nearby = Nearby(elsewhere, beside, claim.vector)
    return Preflight(centre, first.vector, _rounding(problem, first, generator), nearby=nearby)


def _elsewhere(problem: Problem, generator: np.random.Generator) -> Vector:
    """Return a point beside the user's, every component moved."""
    moved = problem.w.copy()
    for leaf in problem.layout.leaves:
        if leaf.size:
            moved[leaf.place] += ELSEWHERE * block_scale(moved[leaf.place]) * generator.standard_normal(leaf.size)
    return problem.layout.realise(moved)


def _fault_across_calls(problem: Problem, first: Claim, elsewhere: Vector) -> Fault | None:
    """Call the gradient after the cost, then after itself, was evaluated elsewhere; each time it must say the same."""
    second = problem.claim(problem.w).vector
    leaf = _changed_leaf(problem, first, second)
    if leaf is not None:
        return _name_change(problem, first, second, leaf)
    problem.claim_elsewhere(elsewhere)
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
    grown = dataclasses.replace(claim, vector=2.0 * second - first)
    if changed and _changed_leaf(problem, grown, third) is None:
        sentence = f"the gradient of {leaf} grows by the same amount with every call at one point: set it to zero before adding to it"
        return Fault(FaultKind.ACCUMULATION, leaf, sentence)
    if changed:
        spread = float(np.max(np.abs(third - second)))
        sentence = f"the gradient of {leaf} differs from call to call at the same point, by {spread:.1e}: a random state, or a sum that is never reset"
        return Fault(FaultKind.NONDETERMINISTIC, leaf, sentence)
    problem.probe(problem.w)
    if _changed_leaf(problem, dataclasses.replace(claim, vector=third), problem.claim(problem.w).vector) is None:
        return _earlier_call(leaf)
    sentence = (
        f"the gradient of {leaf} changed after the cost was evaluated at another point: it uses values kept from the last "
        "forward pass (a stale cache); compute them from its own argument"
    )
    return Fault(FaultKind.STALE, leaf, sentence)


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


def _changed_leaf(problem: Problem, before: Claim, after: Vector | None) -> str | None:
    """Return the name of the first leaf whose gradient differs by more than the order of summation explains."""
    if before.vector is None or after is None:
        return problem.layout.leaves[0].name
    for leaf, eps in zip(problem.layout.leaves, _roundings(problem, before), strict=True):
        was, now = before.vector[leaf.place], after[leaf.place]
        allowed = SAME_GRADIENT * eps * np.max(np.abs(was), initial=0.0)
        if not np.all(np.abs(now - was) <= allowed):
            return leaf.name
    return None


def _roundings(problem: Problem, claim: Claim) -> list[float]:
    """Return the machine precision of each leaf's gradient: of the parameter's dtype, or of its own where that is coarser."""
    return [max(problem.layout.eps(leaf), claim.eps(i)) for i, leaf in enumerate(problem.layout.leaves)]


def _rounding(problem: Problem, first: Claim, generator: np.random.Generator) -> Vector:
    """Measure the rounding error of each component: how it answers to a change of every parameter in its last digit."""
    noise = np.zeros(problem.w.size)
    claimed = noise if first.vector is None else first.vector
    nudged = problem.w.copy()
    for leaf, eps in zip(problem.layout.leaves, _roundings(problem, first), strict=True):
        nudged[leaf.place] *= 1.0 + problem.layout.eps(leaf) * generator.choice([-1.0, 1.0], leaf.size)
        noise[leaf.place] = GRADIENT_ROUNDINGS * eps * np.abs(claimed[leaf.place])
    claim = problem.claim_elsewhere(problem.layout.realise(nudged))
    beside = None if claim is None else claim.vector
    return noise if beside is None else np.fmax(noise, np.abs(beside - claimed))
