"""Before anything is measured: is there a cost, is there one gradient, and do both keep their contracts?"""

from __future__ import annotations

import dataclasses
import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.claims import GRADIENT_ROUNDINGS as GRADIENT_ROUNDINGS
from gradcheck.checks.claims import Claim
from gradcheck.checks.contracts import after_call_elsewhere, after_cost_elsewhere, roundings
from gradcheck.checks.elsewhere import Nearby as Nearby
from gradcheck.checks.elsewhere import Visited, claim_far, visit_beside, visit_far
from gradcheck.checks.forward import underflow
from gradcheck.checks.one_answer import Answers, one_answer_for_all
from gradcheck.checks.problem import Problem
from gradcheck.checks.repeats import repeat_cost
from gradcheck.checks.watch import watching
from gradcheck.differences.directions import random_signs
from gradcheck.results import Fault, FaultKind, Reason
from gradcheck.subjects.protocol import GradientSubject

Vector = npt.NDArray[Any]

FEWEST_DIFFERENCED: Final = 2
"""Evaluations of the cost within one gradient call that are worth a note (a count): the least that a difference takes. One is how
a program fills its cache."""


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
        A little beside the point; None where the cost or the gradient has no sound answer there, or the gradient is a value.
    notes : tuple of str
        What is worth saying whatever the verdict.
    cost_noise : float
        The largest difference between equal evaluations, where it is of the size of roundings; 0 where they are equal [cost].
    far : Nearby or None
        About one block's scale away, near -w; None as for `nearby`.

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
    notes: tuple[str, ...] = ()
    cost_noise: float = 0.0
    far: Nearby | None = None


def preflight(problem: Problem, generator: np.random.Generator) -> Preflight:
    """Look at the cost and the gradient at the point before anything is differenced.

    What equation (46) takes for granted: C is one finite number that depends on w alone. 5 forward passes (6 where -w is outside
    the domain) and 6 gradient calls when nothing is wrong; for a gradient given as its value 3 and 1. The gradient is
    called far away first, so that one that answers for the first point it ever saw is judged on its answer here.

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
        sentence = f"{mutation.sentence}; the gradient was not judged"
        return Preflight(centre, None, nothing, (dataclasses.replace(mutation, sentence=sentence),))
    if not math.isfinite(centre):
        note = f"the cost is {centre} at the point given: a finite cost is required"
        return Preflight(centre, None, nothing, (), Reason.DOMAIN, note)
    beside = visit_beside(problem, generator)
    far = None if problem.subject.gives_value_only else visit_far(problem, generator)
    repeats = repeat_cost(problem, centre, math.nan if beside is None else beside.cost)
    if not repeats.is_rounding:
        return Preflight(centre, None, nothing, (), Reason.NONDETERMINISTIC, repeats.sentence)
    cost = _Cost(Visited(problem.w, centre), beside, far, repeats.spread)
    if problem.subject.gives_value_only:
        return _value_judged(problem, cost)
    return _function_judged(problem, cost, generator)


@dataclasses.dataclass(frozen=True)
class _Cost:
    """What the cost said, at the point and elsewhere, and the largest difference between equal evaluations."""

    here: Visited
    beside: Visited | None
    far: Visited | None
    noise: float

    @property
    def farthest(self) -> Visited:
        """The point where most of what a program keeps is another."""
        return self.far or self.beside or self.here

    def claim(self, problem: Problem, at: Visited) -> Claim | None:
        """Return what the gradient says at one of the points that are ours."""
        return claim_far(problem, at.w) if at is self.far else problem.claim_elsewhere(at.w)


def _value_judged(problem: Problem, cost: _Cost) -> Preflight:
    """Judge a gradient given as its value: there is nothing to ask it elsewhere, and no contract about calls."""
    claim = problem.claim(problem.w)
    if claim.faults or claim.vector is None:
        return Preflight(cost.here.cost, None, np.zeros(problem.w.size), claim.faults)
    return Preflight(cost.here.cost, claim.vector, _least_rounding(problem, claim), cost_noise=cost.noise)


def _function_judged(problem: Problem, cost: _Cost, generator: np.random.Generator) -> Preflight:
    """Call the gradient here and elsewhere by turns; far away first."""
    earlier = cost.claim(problem, cost.farthest)
    first, notes = _asked_and_watched(problem)
    faulty = Preflight(cost.here.cost, None, np.zeros(problem.w.size), first.faults, notes=notes)
    if first.faults or first.vector is None:
        return faulty
    problem.probe(cost.farthest.w)
    fault = after_cost_elsewhere(problem, first)
    if fault is not None:
        return dataclasses.replace(faulty, faults=(fault,))
    beside = cost.claim(problem, cost.beside or cost.farthest)
    fault = after_call_elsewhere(problem, first)
    if fault is not None:
        return dataclasses.replace(faulty, faults=(fault,))
    found = Preflight(
        cost.here.cost,
        first.vector,
        _rounding(problem, first, generator),
        nearby=None if cost.beside is None else cost.beside.with_claim(beside),
        notes=(*notes, *_written_elsewhere(beside, earlier)),
        cost_noise=cost.noise,
        far=None if cost.far is None else cost.far.with_claim(earlier),
    )
    fault = _kept_result(problem, found, first, generator)
    return found if fault is None else dataclasses.replace(faulty, faults=(fault,))


def _asked_and_watched(problem: Problem) -> tuple[Claim, tuple[str, ...]]:
    """Call the gradient at the point, and say so if it calls the cost again and again: once fills a cache, more is differencing."""
    subject = problem.subject
    with watching(subject.watched or subject.cost) as watch:
        claim = problem.claim(problem.w)
    if watch.calls is None or watch.calls < FEWEST_DIFFERENCED:
        return claim, ()
    note = (
        f"one gradient call evaluated the cost {watch.calls} times, for {problem.w.size} components: "
        f"it may be differencing instead of backpropagating{_uncounted(subject)}"
    )
    return claim, (note,)


def _uncounted(subject: GradientSubject) -> str:
    """Say which of the evaluations within gradient calls are not among the forward passes counted: all, or all but the one declared."""
    if not subject.passes_per_gradient:
        return "; evaluations within gradient calls are not among the forward passes counted here"
    return "; of the evaluations within a gradient call one is among the forward passes counted here"


def _written_elsewhere(*claims: Claim | None) -> tuple[str, ...]:
    """Return a note if the gradient writes to its parameters at other points, while at the one given it does not."""
    faults = [fault for claim in claims if claim is not None for fault in claim.faults]
    written = [fault.sentence for fault in faults if fault.kind is FaultKind.MUTATION]
    return tuple(f"at another point than the one given, {sentence}" for sentence in written[:1])


def _kept_result(problem: Problem, found: Preflight, first: Claim, generator: np.random.Generator) -> Fault | None:
    """Return a fault if the gradient's answer is the same wherever it is asked, and should not be."""
    if found.nearby is None or found.claimed is None:
        return None
    eps = max(problem.cost_eps, *roundings(problem, first))
    here = Nearby(problem.w, found.centre, found.claimed)
    return one_answer_for_all(problem, Answers(here, found.nearby, found.far, found.cost_noise, eps), generator)


@np.errstate(all="ignore")
def _least_rounding(problem: Problem, claim: Claim) -> Vector:
    """Return the least rounding error of each component: a few roundings of itself, and what its dtype cannot hold near 0."""
    noise = np.zeros(problem.w.size)
    if claim.vector is not None:
        for i, (leaf, eps) in enumerate(zip(problem.layout.leaves, roundings(problem, claim), strict=True)):
            lost = underflow(np.asarray(claim.leaves[i]).dtype)
            noise[leaf.place] = GRADIENT_ROUNDINGS * (eps * np.abs(claim.vector[leaf.place]) + lost)
    return noise


@np.errstate(all="ignore")
def _rounding(problem: Problem, first: Claim, generator: np.random.Generator) -> Vector:
    """Measure the rounding error of each component: how it answers to a change of every parameter in its last digit."""
    nudged = problem.w.copy()
    for leaf in problem.layout.leaves:
        nudged[leaf.place] *= 1.0 + problem.layout.eps(leaf) * random_signs(leaf.size, generator)
    claim = problem.claim_elsewhere(problem.layout.realise(nudged))
    least = _least_rounding(problem, first)
    if claim is None or claim.vector is None or first.vector is None:
        return least
    noise: Vector = np.fmax(least, np.abs(claim.vector - first.vector))
    return noise
