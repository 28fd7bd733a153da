"""A user's backprop against every single component of (46), on one network as large as is wanted."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.component_verdicts import Compared, block_result, census_of, wrong_components
from gradcheck.checks.guards import call_user
from gradcheck.checks.options import Options
from gradcheck.checks.problem import Problem
from gradcheck.errors import UsageError
from gradcheck.network.arrays import Array
from gradcheck.network.model import Network
from gradcheck.results import CheckResult, Fault, Reason, Status, Verdict
from gradcheck.subjects.network_class import Batch, Declared, NetworkSubject, UserNetwork, cost_of, gradient_subject
from gradcheck.sweep import Form, Sweep, SweepSettings, sweep
from gradcheck.sweep.claim_rounding import claim_rounding
from gradcheck.sweep.full_passes import FullCost

Vector = npt.NDArray[Any]

MOST_WRONG: Final = 100
"""Wrong components that a result carries, worst first (a count): a census counts them all."""


@dataclasses.dataclass(frozen=True, eq=False)
class SweptCase:
    """Hold the network that is swept, and its examples.

    Attributes
    ----------
    network : Network
    x, y : ndarray, shape (n_1, m) and (n_L, m)

    Examples
    --------
    >>> drawn_case(Declared(), (2, 3, 1), 5, seed=0).x.shape
    (2, 5)
    """

    network: Network
    x: Array
    y: Array


def drawn_case(declared: Declared, sizes: Sequence[int], examples: int, *, seed: int) -> SweptCase:
    """Draw a network of these sizes, and examples in the chapter's shape: inputs from 0 to 1, one output that is right.

    Parameters
    ----------
    declared : Declared
    sizes : sequence of int
        Neurons a layer, the input layer first.
    examples : int
        m.
    seed : int

    Raises
    ------
    UsageError
        If the declared activations are not one, or one for each layer after the input.

    Examples
    --------
    >>> drawn_case(Declared(), (2, 3), 1, seed=0).y.sum()
    np.float64(1.0)
    """
    count = len(sizes) - 1
    if len(declared.activations) not in (1, count):
        raise UsageError(
            f"{len(declared.activations)} activations are declared, and sizes {','.join(map(str, sizes))} have {count} layers after "
            "the input: one activation for all, or one for each, is required"
        )
    each = declared.activations * (count if len(declared.activations) == 1 else 1)
    generator = np.random.default_rng(seed)
    network = Network.random(sizes, generator, activations=each, cost=declared.cost, weight_decay=declared.weight_decay)
    y = np.zeros((sizes[-1], examples))
    y[generator.integers(sizes[-1], size=examples), np.arange(examples)] = 1.0
    return SweptCase(network, generator.uniform(size=(sizes[0], examples)), y)


def check_every_weight(subject: NetworkSubject, case: SweptCase, settings: SweepSettings) -> CheckResult:
    """Return whether a user's backprop is right in every component.

    Equation (46) for each of them, by `gradcheck.sweep`; the sweep's costs are spot-checked by the user's own forward pass.

    Parameters
    ----------
    subject : NetworkSubject
    case : SweptCase
    settings : SweepSettings

    Raises
    ------
    SpotCheckFailed
        If the user's forward pass is not that of the network that was declared.
    UserCodeError
        If the user's code raises.

    Examples
    --------
    >>> from gradcheck.examples.network_right import Network as Theirs
    >>> subject = NetworkSubject("Network", Theirs)
    >>> check_every_weight(subject, drawn_case(Declared(), (4, 3, 2), 1, seed=0), SweepSettings()).verdict
    <Verdict.AGREE: 'agree'>
    """
    claimed = claimed_gradient(subject, case, settings.seed)
    blank = CheckResult(
        title=f"{subject.name}: every weight and bias of {list(case.network.sizes)}",
        verdict=Verdict.DISAGREE,
        parameters=case.network.num_parameters,
        gradient_calls=claimed.calls,
        seed=settings.seed,
    )
    if claimed.faults:
        return dataclasses.replace(blank, faults=claimed.faults)
    found = sweep(case.network, case.x, case.y, settings=settings, subject=_full_cost(subject, case))
    return _judged(dataclasses.replace(blank, notes=_notes(found)), _compared(case, claimed, found), found)


@dataclasses.dataclass(frozen=True, eq=False)
class Claimed:
    """Hold what backprop claims: one array a leaf, biases first; or its faults.

    Attributes
    ----------
    leaves : tuple of ndarray
    names : tuple of str
    faults : tuple of Fault
    calls : int
        Of the user's gradient.
    eps : float
        The coarsest machine precision of what it returned (dimensionless).

    Examples
    --------
    >>> Claimed((), (), (), 0, 0.0).calls
    0
    """

    leaves: tuple[Array, ...]
    names: tuple[str, ...]
    faults: tuple[Fault, ...]
    calls: int
    eps: float


def claimed_gradient(subject: NetworkSubject, case: SweptCase, seed: int) -> Claimed:
    """Return what a user's backprop claims: of all columns where it is declared so, else the mean of one call an example.

    Examples
    --------
    >>> from gradcheck.examples.network_right import Network as Theirs
    >>> case = drawn_case(Declared(), (4, 3, 2), 5, seed=0)
    >>> claimed_gradient(NetworkSubject("Network", Theirs), case, 0).names
    ('biases[0]', 'biases[1]', 'weights[0]', 'weights[1]')
    """
    together = subject.declared.batch is not Batch.UPDATE
    columns = [slice(None)] if together else [slice(i, i + 1) for i in range(case.x.shape[1])]
    total: Vector | None = None
    eps = 0.0
    for column in columns:
        problem = Problem(
            gradient_subject(subject, case.network, case.x[:, column], case.y[:, column]), Options(seed=seed)
        )
        claim = problem.claim(problem.w)
        if claim.faults or claim.vector is None:
            return Claimed((), (), claim.faults, problem.gradient_calls, 0.0)
        total = np.array(claim.vector, dtype=np.float64) if total is None else total + claim.vector
        eps = max(eps, *(claim.eps(i) for i in range(len(problem.layout.leaves))))
    mean = np.asarray(total) / len(columns)
    leaves = problem.layout.leaves
    return Claimed(
        tuple(mean[leaf.place].reshape(leaf.shape) for leaf in leaves),
        tuple(leaf.name for leaf in leaves),
        (),
        len(columns),
        eps,
    )


def _full_cost(subject: NetworkSubject, case: SweptCase) -> FullCost:
    """Return the user's cost by their own forward passes."""
    user = UserNetwork(subject, case.network.sizes)
    cost = cost_of(user, case.network, case.x, case.y)

    def full(weights: Sequence[Array], biases: Sequence[Array]) -> float:
        return float(call_user("the forward pass", cost, {"weights": list(weights), "biases": list(biases)}))

    return full


def _compared(case: SweptCase, claimed: Claimed, found: Sweep) -> list[Compared]:
    """Return each leaf of the claim beside its estimates, with the bound of their difference."""
    rounding = claim_rounding(case.network, case.x, case.y, claimed.eps / 2)
    estimated = (*found.nabla_b, *found.nabla_w)
    bounds = (*found.bound_b, *found.bound_w)
    of_claim = (*rounding.of_b, *rounding.of_w)
    return [
        Compared(name, claim, one.reshape(claim.shape), bound.reshape(claim.shape), noise.reshape(claim.shape))
        for name, claim, one, bound, noise in zip(
            claimed.names, claimed.leaves, estimated, bounds, of_claim, strict=True
        )
    ]


def _judged(blank: CheckResult, compared: list[Compared], found: Sweep) -> CheckResult:
    """Return the verdict over all blocks."""
    blocks = tuple(block_result(one) for one in compared)
    wrong = wrong_components(compared, MOST_WRONG)
    verdict = _verdict({block.status for block in blocks})
    reasons = [block.reason for block in blocks if block.status is Status.INCONCLUSIVE]
    return dataclasses.replace(
        blank,
        verdict=verdict,
        reason=next(iter(reasons), Reason.VACUOUS) if verdict is Verdict.INCONCLUSIVE else None,
        blocks=blocks,
        worst=wrong[0] if wrong else None,
        wrong=wrong,
        census=tuple(census_of(one) for one in compared if one.wrong.sum() > MOST_WRONG // 10),
        forward_passes=found.counts.full_passes,
        example_passes=found.counts.full_passes * found.counts.examples,
    )


def _verdict(statuses: set[Status]) -> Verdict:
    """Return the verdict over blocks of these statuses; what proves nothing is no agreement."""
    if Status.DISAGREE in statuses:
        return Verdict.DISAGREE
    settled = Status.INCONCLUSIVE not in statuses and statuses != {Status.VACUOUS}
    return Verdict.AGREE if settled else Verdict.INCONCLUSIVE


def _notes(found: Sweep) -> tuple[str, ...]:
    """Say what was swept, and how."""
    counts = found.counts
    asked = (
        f"{counts.costs:,} costs were asked for; {counts.evaluations:,} of one example were evaluated, equal inputs once, in as many "
        f"multiplications as {counts.equivalent_passes:,.0f} full forward passes; {counts.full_passes:,} true ones spot-checked them"
    )
    form = f"{found.settings.form.value}-form, {found.settings.difference.value} differences, step {found.settings.realised_step:.1e}"
    if found.settings.form is Form.DELTA and found.plain:
        form += f"; values were subtracted, for want of an identity, at {', '.join(found.plain)}"
    return asked, form
