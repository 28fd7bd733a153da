"""A user's backprop against every single component of (46), on one network as large as is wanted."""

from __future__ import annotations

import dataclasses
from typing import Final

import numpy as np

from gradcheck.checks.component_verdicts import Compared, block_result, census_of, wrong_components
from gradcheck.checks.meter import Meter
from gradcheck.checks.network_claim import NetworkClaim, network_claim
from gradcheck.checks.options import DEFAULT_OPTIONS
from gradcheck.checks.own_cost import OwnCost
from gradcheck.results import CheckResult, Reason, Status, Verdict
from gradcheck.strategies.cases import NetworkCase
from gradcheck.subjects.network_class import NetworkSubject
from gradcheck.sweep import Form, Subject, Sweep, SweepSettings, sweep
from gradcheck.sweep.claim_rounding import claim_rounding

MOST_WRONG: Final = 100
"""Wrong components that a result carries, worst first (a count): a census counts them all."""

STANDS_OUT: Final = 64.0
"""A component is wrong where it is off by so many times what its neighbours are off by (dimensionless), in roundings of each."""

SINGLE: Final = 2.0**-24
"""Unit roundoff of float32 (dimensionless)."""


def check_every_weight(
    subject: NetworkSubject, case: NetworkCase, settings: SweepSettings, *, meter: Meter | None = None
) -> CheckResult:
    """Return whether a user's backprop is right in every component.

    Equation (46) for each of them, by `gradcheck.sweep`; the sweep's costs are spot-checked by the user's own forward pass.

    Parameters
    ----------
    subject : NetworkSubject
    case : NetworkCase
    settings : SweepSettings
    meter : Meter, optional
        Counts forward passes and gradient calls, also where an error ends the check.

    Raises
    ------
    UsageError
        If the user's forward pass is not that of the network that was declared, or the cost there is not finite.
    UserCodeError
        If the user's code raises.
    BudgetExceeded
        If the meter's budget is used up.

    Examples
    --------
    >>> from gradcheck.checks.swept_case import drawn_case
    >>> from gradcheck.examples.network_right import Network as Theirs
    >>> subject = NetworkSubject("Network", Theirs)
    >>> check_every_weight(subject, drawn_case(subject.declared, (4, 3, 2), 1, seed=0), SweepSettings()).verdict
    <Verdict.AGREE: 'agree'>
    """
    meter = meter or Meter(DEFAULT_OPTIONS)
    own = OwnCost(subject, case, meter)
    roundoff = own.unit_roundoff()
    claim = network_claim(subject, case, meter)
    result = CheckResult(
        f"{subject.name}: every weight and bias of {list(case.network.sizes)}",
        Verdict.DISAGREE,
        faults=claim.faults,
        parameters=case.network.num_parameters,
        seed=settings.seed,
    )
    if not claim.faults:
        found = sweep(case.network, case.x, case.y, settings=settings, subject=Subject(own, roundoff))
        result = _judged(dataclasses.replace(result, notes=_notes(found, own)), case, claim, found)
    return dataclasses.replace(
        result,
        forward_passes=meter.forward_passes,
        example_passes=own.example_passes,
        gradient_calls=meter.gradient_calls,
    )


def _judged(blank: CheckResult, case: NetworkCase, claim: NetworkClaim, found: Sweep) -> CheckResult:
    """Return the verdict over all blocks: wrong is what stands out of the digits that the claim has."""
    compared = _compared(case, claim, found, claim.eps / 2)
    own = min(own_roundoff(compared, claim.eps / 2), SINGLE) * STANDS_OUT
    if own > claim.eps / 2 and any(one.wrong.any() for one in compared):
        compared = _compared(case, claim, found, own)
        note = f"it is right to fewer digits than its dtype has: most of it as if each operation were rounded to {own / STANDS_OUT:.0e}"
        blank = dataclasses.replace(blank, notes=(*blank.notes, note))
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
    )


def own_roundoff(compared: list[Compared], unit_roundoff: float) -> float:
    """Return the unit roundoff that explains what half of the components are off by: that of a program in float32, say, whatever it returns.

    Examples
    --------
    >>> gap, one, none = np.array([1e-7, 1e-8, 1e-9]), np.ones(3), np.zeros(3)
    >>> f"{own_roundoff([Compared('b', one + gap, one, none, 1e-15 * one)], 1e-16):.1e}"
    '1.0e-09'
    """
    every = np.concatenate([(one.gap / one.allowed)[one.estimated != 0.0] for one in compared])
    every = every[np.isfinite(every)]
    return unit_roundoff * float(np.median(every)) if every.size else 0.0


def _compared(case: NetworkCase, claim: NetworkClaim, found: Sweep, unit_roundoff: float) -> list[Compared]:
    """Return each leaf of the claim beside its estimates, with the bound of their difference."""
    rounding = claim_rounding(case.network, case.x, case.y, unit_roundoff)
    beside = zip((*found.nabla_b, *found.nabla_w), (*found.bound_b, *found.bound_w), strict=True)
    of_claim = (*rounding.of_b, *rounding.of_w)
    return [
        Compared(name, leaf, one.reshape(leaf.shape), bound.reshape(leaf.shape), noise.reshape(leaf.shape))
        for name, leaf, (one, bound), noise in zip(claim.names, claim.leaves, beside, of_claim, strict=True)
    ]


def _verdict(statuses: set[Status]) -> Verdict:
    """Return the verdict over blocks of these statuses; what proves nothing is no agreement."""
    if Status.DISAGREE in statuses:
        return Verdict.DISAGREE
    settled = Status.INCONCLUSIVE not in statuses and statuses != {Status.VACUOUS}
    return Verdict.AGREE if settled else Verdict.INCONCLUSIVE


def _notes(found: Sweep, own: OwnCost) -> tuple[str, ...]:
    """Say what was swept, and how."""
    counts = found.counts
    whose = "true ones of yours" if own.is_own else "true ones of the reference, since there is no feedforward,"
    asked = (
        f"{counts.costs:,} costs were asked for; {counts.evaluations:,} of one example were evaluated, equal inputs once, in as many "
        f"multiplications as {counts.equivalent_passes:,.0f} full forward passes; {counts.for_bounds:,} more measured the truncation, and "
        f"{counts.full_passes:,} {whose} spot-checked them"
    )
    form = f"{found.settings.form.value}-form, {found.settings.difference.value} differences, step {found.settings.realised_step:.1e}"
    if found.settings.form is Form.DELTA and found.plain:
        form += f"; values were subtracted, for want of an identity, at {', '.join(found.plain)}"
    return asked, form
