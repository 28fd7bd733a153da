"""What a check of a network class adds to its part on backprop: one network of a real size, every weight and bias by itself."""

from __future__ import annotations

import dataclasses
import math
from typing import Final

from gradcheck.checks.every_weight import check_every_weight
from gradcheck.checks.meter import Meter
from gradcheck.checks.network_run import NetworkRun, with_note
from gradcheck.checks.swept_case import drawn_case
from gradcheck.errors import BudgetExceeded, UsageError, UserCodeError
from gradcheck.results import CheckResult, Reason, Verdict
from gradcheck.subjects.network_class import Declared
from gradcheck.sweep import SweepSettings

INPUTS, HIDDEN, OUTPUTS = 784, 30, 10
"""Neurons of the chapter's own network (counts)."""

DIFFERENCED: Final = (
    "the weights of a large network were not measured each by itself: backprop makes a forward pass or more for each"
)
"""What the part says where so many passes would be made."""


def real_sizes(declared: Declared) -> tuple[int, ...]:
    """Return the sizes of the chapter's network, with as many hidden layers as the declaration has.

    Examples
    --------
    >>> real_sizes(Declared())
    (784, 30, 10)
    """
    each = declared.activations
    hidden = 1 if len(each) == 1 else len(each) - 1
    return (INPUTS, *(HIDDEN,) * hidden, OUTPUTS)


def with_every_weight(run: NetworkRun, backprop: CheckResult) -> CheckResult:
    """Return the part on backprop with every weight and bias of one more network judged by itself: a random direction samples them all
    at once, and an error of one in so many is below what it resolves.

    Equation (46), all its costs. The other networks' verdict stands where this one's cannot be measured, and the part says so.

    Examples
    --------
    >>> from gradcheck.checks.options import Options
    >>> from gradcheck.examples.network_right import Network
    >>> from gradcheck.subjects.network_class import NetworkSubject
    >>> run = NetworkRun(NetworkSubject("Network", Network), Options(seed=0))
    >>> with_every_weight(run, CheckResult("backprop", Verdict.AGREE)).notes[0][:55]
    'every weight and bias of [784, 30, 10] agrees by itself'
    """
    spent, meter = run.budget.spent, Meter(run.options)
    try:
        declared, seed = run.subject.declared, run.options.seed or 0
        case, meter = drawn_case(declared, real_sizes(declared), 1, seed=seed), Meter(run.budget.left())
        found = check_every_weight(run.subject, case, SweepSettings(seed=seed), meter=meter)
        part = _added(backprop, found)
    except BudgetExceeded:
        part = dataclasses.replace(backprop, verdict=Verdict.INCONCLUSIVE, reason=Reason.BUDGET)
    except (UserCodeError, UsageError) as error:
        sizes = list(real_sizes(run.subject.declared))
        part = with_note(backprop, f"the weights of {sizes} were not measured each by itself: {error}")
    passes = run.budget.spent - spent
    return dataclasses.replace(
        part,
        forward_passes=backprop.forward_passes + passes,
        example_passes=backprop.example_passes + passes,
        gradient_calls=backprop.gradient_calls + meter.gradient_calls,
    )


def _added(backprop: CheckResult, found: CheckResult) -> CheckResult:
    """Return the part with what was found: a disagreement is one of the part, an agreement a note."""
    what = found.title.partition(": ")[2]
    if found.verdict is Verdict.DISAGREE:
        part = dataclasses.replace(
            backprop,
            title=f"{backprop.title}, {what}",
            verdict=Verdict.DISAGREE,
            reason=None,
            faults=found.faults,
            blocks=found.blocks,
            worst=found.worst,
            wrong=found.wrong,
            census=found.census,
            parameters=found.parameters,
        )
        return dataclasses.replace(part, notes=(*backprop.notes, *found.notes))
    if found.verdict is Verdict.INCONCLUSIVE:
        why = "" if found.reason is None else f" ({found.reason.value})"
        left = dataclasses.replace(backprop, notes=(*backprop.notes, *found.notes[2:]))
        return with_note(left, f"{what}: not all could be measured by itself{why}")
    digits = min((block.digits for block in found.blocks if block.digits is not None), default=0.0)
    said = f"{what} agrees by itself, to {math.floor(10.0 * digits) / 10.0} digits or more: {found.notes[0]}"
    return dataclasses.replace(backprop, notes=(*backprop.notes, said, *found.notes[2:]))
