"""What else is wrong where backprop disagrees: sigma', the cost's derivative, another cost, the order of what is returned."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.gradient import check_gradient
from gradcheck.checks.guards import call_user
from gradcheck.checks.options import Options
from gradcheck.checks.search import Budget
from gradcheck.checks.sigma import check_sigma
from gradcheck.errors import UsageError, UserCodeError
from gradcheck.network.costs import COSTS, matched_pair
from gradcheck.network.model import Network
from gradcheck.results import CheckResult, Diagnosis, FaultKind, Verdict
from gradcheck.strategies import NetworkCase
from gradcheck.subjects.network_class import NetworkSubject, UserNetwork, update_subject
from gradcheck.subjects.protocol import GradientSubject

Array = npt.NDArray[Any]

DERIVATIVE_ROUNDINGS: Final = 16.0
"""Roundings a cost's derivative may make of |a| + |y| and of itself (a count): it is a handful of operations."""


def blame(
    subject: NetworkSubject,
    case: NetworkCase,
    make: Callable[..., GradientSubject],
    detail: CheckResult,
    budget: Budget,
) -> tuple[Diagnosis, ...]:
    """Return what explains a disagreement on `case`, best first; empty when nothing here does.

    (BP1)'s two ingredients first, sigma' and nabla_a C as the user wrote them, then a cost other than the declared one.
    """
    found = list(_returned_in_the_other_order(detail))
    if make is not update_subject and not detail.faults:
        # What raises here cannot explain anything, and takes nothing from the verdict.
        with contextlib.suppress(UserCodeError, UsageError):
            found.extend(_sigma_prime(subject, budget.options))
        with contextlib.suppress(UserCodeError, UsageError):
            found.extend(_cost_derivative(subject, case))
        found.extend(_other_cost(subject, case, make, budget))
    return tuple(found)


def _returned_in_the_other_order(detail: CheckResult) -> Iterator[Diagnosis]:
    """Recognise (nabla_w, nabla_b) by the shapes alone."""
    shaped = {fault.where for fault in detail.faults if fault.kind is FaultKind.SHAPE}
    if any(name.startswith("biases") for name in shaped) and any(name.startswith("weights") for name in shaped):
        sentence = "the gradients of weights and biases have each other's shapes: backprop must return (nabla_b, nabla_w), nabla_b first"
        yield Diagnosis("swapped-order", "(BP3), (BP4)", sentence)


def _sigma_prime(subject: NetworkSubject, options: Options) -> Iterator[Diagnosis]:
    """Pass on what a check of the user's sigma' says."""
    if subject.sigma is not None:
        # Evaluations of sigma alone are no evaluations of the cost, and are not counted among them.
        unlimited = dataclasses.replace(options, max_forward_passes=None, progress=None)
        result = check_sigma(subject.sigma, unlimited)
        if result.verdict is Verdict.DISAGREE:
            yield from result.diagnosis


def _cost_derivative(subject: NetworkSubject, case: NetworkCase) -> Iterator[Diagnosis]:
    """Compare cost_derivative(a, y) with nabla_a C of the declared cost, or with delta^L where the two cancel sigma'(z)."""
    user = UserNetwork(subject, case.network.sizes)
    if not user.has("cost_derivative"):
        return
    forward = case.network.feedforward(case.x)
    z, a, y = forward.zs[-1][:, [0]], forward.output[:, [0]], case.y[:, [0]]
    user.load([np.array(w) for w in case.network.weights], [np.array(b) for b in case.network.biases])
    claimed = np.asarray(call_user("cost_derivative", user.theirs.cost_derivative, user.column(a), user.column(y)))
    pair = matched_pair(case.network.activations[-1], case.network.cost)
    right = user.column(case.network.cost.nabla_a(a, y))
    fused = right if pair is None else user.column(pair.delta(z, y))
    size = np.abs(user.column(a)) + np.abs(user.column(y))
    if claimed.dtype.kind not in "fiu" or any(_is_close(claimed, value, size) for value in (right, fused)):
        return
    sentence = (
        f"cost_derivative is not nabla_a C of the {case.network.cost.name} cost: for a = {_short(a)}, y = {_short(y)} "
        f"it says {_short(claimed)}, {_short(right)} is right"
    )
    yield Diagnosis("cost-derivative", "(BP1)", sentence)


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
                f"it is the gradient of the {cost.name} cost, not of the {declared.cost.name} cost: if that is your cost, "
                f"say --cost {cost.name}; if not, (BP1) is where the two differ"
            )
            yield Diagnosis(f"cost-{cost.name}", "(BP1)", sentence)


def _is_close(claimed: Array, right: Array, size: Array) -> bool:
    """Tell whether two derivatives differ by no more than rounding."""
    allowed = DERIVATIVE_ROUNDINGS * np.finfo(np.float64).eps * (np.abs(right) + size)
    return claimed.shape == right.shape and bool(np.all(np.abs(claimed - right) <= allowed))


def _short(values: Array) -> str:
    """Return a few numbers as a list."""
    return str([float(f"{value:.6g}") for value in np.ravel(values)[:4]])
