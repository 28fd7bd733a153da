"""A user's backprop against every single component of (46), on one network as large as is wanted."""

from __future__ import annotations

import dataclasses
from typing import Final

import numpy as np

from gradcheck.checks.claim_noise import claim_noise
from gradcheck.checks.component_verdicts import Compared, block_result, census_of, wrong_components
from gradcheck.checks.fewer_digits import allowing_for, notes_on_digits
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

SINGLE: Final = 2.0**-24
"""Unit roundoff of float32, the coarsest arithmetic that a gradient is taken to be computed in, whatever its dtype (dimensionless)."""


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
        compared, notes = _compared(case, claim, found, claim.eps / 2), _notes(found, own)
        if any(one.wrong.any() for one in compared):
            noise = claim_noise(subject, case, claim, np.random.default_rng(settings.seed), meter=meter)
            coarse = claim_rounding(case.network, case.x, case.y, max(SINGLE, claim.eps / 2))
            allowed = allowing_for(noise, (*coarse.of_b, *coarse.of_w), compared)
            compared, notes = allowed, (*notes, *notes_on_digits(compared, allowed))
        result = _judged(dataclasses.replace(result, notes=notes), compared)
    return dataclasses.replace(
        result,
        forward_passes=meter.forward_passes,
        example_passes=own.example_passes,
        gradient_calls=meter.gradient_calls,
    )


def _judged(blank: CheckResult, compared: list[Compared]) -> CheckResult:
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
    )


def _compared(case: NetworkCase, claim: NetworkClaim, found: Sweep, unit_roundoff: float) -> list[Compared]:
    """Return each leaf of the claim beside its estimates, with the bound of their difference."""
    rounding = claim_rounding(case.network, case.x, case.y, unit_roundoff)
    beside = zip((*found.nabla_b, *found.nabla_w), (*found.bound_b, *found.bound_w), strict=True)
    of_claim = (*rounding.of_b, *rounding.of_w)
    return [
        Compared(name, leaf, one.reshape(leaf.shape), bound.reshape(leaf.shape), noise.reshape(leaf.shape), claim.eps)
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
