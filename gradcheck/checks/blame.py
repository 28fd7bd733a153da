"""What else explains that backprop disagrees: another cost, the order of what is returned."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import numpy.typing as npt

from gradcheck.checks.gradient import check_gradient
from gradcheck.checks.search import Budget
from gradcheck.network.costs import COSTS
from gradcheck.network.model import Network
from gradcheck.results import CheckResult, Diagnosis, Explains, FaultKind, Verdict
from gradcheck.strategies.cases import NetworkCase
from gradcheck.subjects.network_class import NetworkSubject, update_subject
from gradcheck.subjects.protocol import GradientSubject

Array = npt.NDArray[Any]


def blame(
    subject: NetworkSubject,
    case: NetworkCase,
    make: Callable[..., GradientSubject],
    detail: CheckResult,
    budget: Budget,
) -> tuple[Diagnosis, ...]:
    """Return what explains a disagreement on `case`, best first; empty when nothing here does.

    The order of what is returned, and a cost other than the declared one.
    """
    found = list(_returned_in_the_other_order(detail))
    if make is not update_subject and not detail.faults:
        found.extend(_other_cost(subject, case, make, budget))
    return tuple(found)


def _returned_in_the_other_order(detail: CheckResult) -> Iterator[Diagnosis]:
    """Recognise (nabla_w, nabla_b) by the shapes alone."""
    shaped = {fault.where for fault in detail.faults if fault.kind is FaultKind.SHAPE}
    if any(name.startswith("biases") for name in shaped) and any(name.startswith("weights") for name in shaped):
        sentence = "the gradients of weights and biases have each other's shapes: backprop must return (nabla_b, nabla_w), nabla_b first"
        yield Diagnosis("swapped-order", "(BP3), (BP4)", sentence, Explains.PATTERN)


def _other_cost(
    subject: NetworkSubject, case: NetworkCase, make: Callable[..., GradientSubject], budget: Budget
) -> Iterator[Diagnosis]:
    """Look for another cost that the same gradient is right for."""
    declared = subject.declared
    for cost in COSTS.values():
        if cost is declared.cost:
            continue
        network = Network(
            case.network.weights,
            case.network.biases,
            case.network.activations,
            cost,
            weight_decay=declared.weight_decay,
        )
        other = dataclasses.replace(subject, declared=dataclasses.replace(declared, cost=cost))
        if check_gradient(make(other, network, case.x, case.y), budget.left()).verdict is Verdict.AGREE:
            sentence = (
                f"it is the gradient of the {cost.name} cost, not of the {declared.cost.name} cost: (BP1) is where the two "
                f"differ; if that is your cost, say --cost {cost.name}"
            )
            yield Diagnosis(f"cost-{cost.name}", "(BP1)", sentence, Explains.PATTERN)
