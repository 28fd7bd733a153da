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
from gradcheck.network.arrays import Array
from gradcheck.results import CheckResult, Reason, Status, Verdict
from gradcheck.strategies.cases import NetworkCase
from gradcheck.subjects.network_class import NetworkSubject
from gradcheck.sweep import Form, Subject, Sweep, SweepSettings, sweep
from gradcheck.sweep.claim_rounding import claim_rounding

MOST_WRONG: Final = 100
"""Wrong components that a result carries, worst first (a count): a census counts them all."""

STANDS_OUT: Final = 64.0
"""A component is wrong where it is off by more than so many times what half of the others are (dimensionless)."""

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


@np.errstate(all="ignore")  # shares of what is 0
def _judged(blank: CheckResult, case: NetworkCase, claim: NetworkClaim, found: Sweep) -> CheckResult:
    """Return the verdict over all blocks: wrong is what stands out of the digits that the claim has."""
    compared = _compared(case, claim, found, claim.eps / 2)
    if any(one.wrong.any() for one in compared):
        standing = _standing_out(compared, claim.eps / 2)
        if sum(one.wrong.sum() for one in standing) < sum(one.wrong.sum() for one in compared):
            off = typical([one.gap / np.abs(one.estimated) for one in compared])
            note = f"it is right to fewer digits than its dtype has: half of its components are off by {off:.0e} of themselves or more"
            compared, blank = standing, dataclasses.replace(blank, notes=(*blank.notes, note))
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


def _standing_out(compared: list[Compared], unit_roundoff: float) -> list[Compared]:
    """Return the leaves with what the claim may be off by for the digits that it has: whatever its dtype, it may be computed in float32,
    or by differences. What half of the components are off by is taken in units of their rounding, of themselves, and as it is."""
    sizes = [np.abs(one.estimated) for one in compared]
    largest = max(float(size.max(initial=0.0)) for size in sizes)
    more = [np.zeros_like(size) for size in sizes]
    for units, most in (
        ([one.rounding for one in compared], SINGLE / unit_roundoff),
        (sizes, SINGLE),
        ([np.ones_like(size) for size in sizes], SINGLE * largest),
    ):
        share = min(most, typical([one.gap / unit for one, unit in zip(compared, units, strict=True)]))
        more = [whole + STANDS_OUT * share * unit for whole, unit in zip(more, units, strict=True)]
    return [dataclasses.replace(one, rounding=one.rounding + extra) for one, extra in zip(compared, more, strict=True)]


def typical(ratios: list[Array]) -> float:
    """Return what half of all that are numbers, or more, reach: of two the smaller; 0 where none is a number.

    Examples
    --------
    >>> typical([np.array([1.0, 2.0]), np.array([9.0, np.nan])]), typical([np.array([1.0, 9.0])])
    (2.0, 1.0)
    """
    every = np.sort(np.concatenate([one[np.isfinite(one)] for one in ratios]))
    return float(every[(every.size - 1) // 2]) if every.size else 0.0


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
