"""What a user's backprop claims of one network, example by example or of all at once."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.contracts import after_cost_elsewhere
from gradcheck.checks.meter import Meter
from gradcheck.checks.options import DEFAULT_OPTIONS
from gradcheck.checks.problem import Problem
from gradcheck.network.arrays import Array
from gradcheck.results import Fault
from gradcheck.strategies.cases import NetworkCase
from gradcheck.subjects.network_class import Batch, NetworkSubject, gradient_subject

Vector = npt.NDArray[Any]

SHORT: Final = (np.float16, np.float32)
"""Dtypes in which gradients are computed and then returned in a longer one, the shortest first."""


@dataclasses.dataclass(frozen=True, eq=False)
class NetworkClaim:
    """Hold what backprop claims: one array a leaf, biases first; or its faults.

    Attributes
    ----------
    names : tuple of str
    leaves : tuple of ndarray
        Cost per unit of parameter.
    eps : float
        The coarsest machine precision of what it returned, by its dtype or by its numbers: those that were computed in float32 are
        numbers of float32 in any dtype (dimensionless).
    faults : tuple of Fault

    Examples
    --------
    >>> NetworkClaim().leaves
    ()
    """

    names: tuple[str, ...] = ()
    leaves: tuple[Array, ...] = ()
    eps: float = 0.0
    faults: tuple[Fault, ...] = ()


def network_claim(subject: NetworkSubject, case: NetworkCase, meter: Meter) -> NetworkClaim:
    """Return what a user's backprop claims: of all columns where it is declared so, else the mean of one call an example.

    Equations (BP1) to (BP4) as the user wrote them. Of the first call another must say the same.

    Parameters
    ----------
    subject : NetworkSubject
    case : NetworkCase
    meter : Meter
        Counts the gradient calls.

    Raises
    ------
    UserCodeError
        If the user's code raises.

    Examples
    --------
    >>> from gradcheck.checks.options import Options
    >>> from gradcheck.checks.swept_case import drawn_case
    >>> from gradcheck.examples.network_right import Network as Theirs
    >>> subject, meter = NetworkSubject("Network", Theirs), Meter(Options())
    >>> network_claim(subject, drawn_case(subject.declared, (4, 3, 2), 5, seed=0), meter).names
    ('biases[0]', 'biases[1]', 'weights[0]', 'weights[1]')
    >>> meter.gradient_calls
    6
    """
    columns = _columns(subject, case)
    total: Vector | float = 0.0
    eps = 0.0
    for column in columns:
        problem = _problem(subject, case, column, meter)
        claim = problem.claim(problem.w)
        changes = after_cost_elsewhere(problem, claim) if column is columns[0] and not claim.faults else None
        if claim.vector is None or claim.faults or changes is not None:
            return NetworkClaim(faults=claim.faults if changes is None else (changes,))
        total = total + claim.vector.astype(np.float64)
        eps = max(eps, _held_eps(claim.vector), *(claim.eps(i) for i in range(len(problem.layout.leaves))))
    leaves = problem.layout.leaves
    mean = np.asarray(total) / len(columns)
    return NetworkClaim(
        tuple(leaf.name for leaf in leaves), tuple(mean[leaf.place].reshape(leaf.shape) for leaf in leaves), eps
    )


def claim_beside(subject: NetworkSubject, case: NetworkCase, away: Vector, meter: Meter) -> Vector | None:
    """Return what a user's backprop claims with its parameters moved by `away`, both of shape (P,); None where it is no gradient.

    Raises
    ------
    UserCodeError
        If the user's code raises.

    Examples
    --------
    >>> from gradcheck.checks.options import Options
    >>> from gradcheck.checks.swept_case import drawn_case
    >>> from gradcheck.examples.network_right import Network as Theirs
    >>> subject = NetworkSubject("Network", Theirs)
    >>> claim_beside(subject, drawn_case(subject.declared, (2, 1), 1, seed=0), np.ones(3), Meter(Options())).shape
    (3,)
    """
    columns = _columns(subject, case)
    total = np.zeros(away.size)
    for column in columns:
        problem = _problem(subject, case, column, meter)
        claim = problem.claim_elsewhere(problem.layout.realise(problem.w + away))
        if claim is None or claim.vector is None or claim.faults:
            return None
        total += claim.vector
    return total / len(columns)


def _held_eps(claimed: Vector) -> float:
    """Return the machine precision of the shortest dtype that holds all these numbers; 0 where they are all 0."""
    with np.errstate(over="ignore"):
        held = [dtype for dtype in SHORT if claimed.any() and np.array_equal(claimed.astype(dtype), claimed)]
    return float(np.finfo(held[0]).eps) if held else 0.0


def _columns(subject: NetworkSubject, case: NetworkCase) -> list[slice]:
    """Return the examples that backprop is given at a time: all where it is declared so, else one."""
    together = subject.declared.batch is not Batch.UPDATE
    return [slice(None)] if together else [slice(i, i + 1) for i in range(case.x.shape[1])]


def _problem(subject: NetworkSubject, case: NetworkCase, column: slice, meter: Meter) -> Problem:
    """Return some examples as a problem whose calls are counted by the meter."""
    problem = Problem(gradient_subject(subject, case.network, case.x[:, column], case.y[:, column]), DEFAULT_OPTIONS)
    problem.meter = meter
    return problem
