"""The part of a network check that compares a cost that the class has of its own with the declared one, (26) or (27)."""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from gradcheck.checks.derivative_parts import DERIVATIVE_ROUNDINGS, short
from gradcheck.checks.exposing import CALLS, Exposing
from gradcheck.checks.guards import as_cost, call_user
from gradcheck.checks.network_run import NetworkRun
from gradcheck.errors import UsageError, UserCodeError
from gradcheck.results import CheckResult, Diagnosis, Verdict
from gradcheck.subjects.network_class import UserNetwork

OUTPUTS: Final = (
    "a",
    "output",
    "outputs",
    "output_activations",
    "activations",
    "prediction",
    "predictions",
    "y_hat",
    "yhat",
    "y_pred",
)
"""What users call a^L where it is an argument: a first argument of another name may be the input x, and is not called."""


def cost_part(run: NetworkRun, exposed: Exposing) -> CheckResult | None:
    """Compare the class's own cost(a, y), or cost.fn(a, y), with the declared cost of single examples, equation (27).

    None where the class has none, or nothing can be said of it.

    Examples
    --------
    >>> from gradcheck.checks.exposing import exposing
    >>> from gradcheck.checks.options import Options
    >>> from gradcheck.examples.network_right import Network
    >>> from gradcheck.subjects.network_class import NetworkSubject
    >>> class Doubled(Network):
    ...     def cost(self, a, y):
    ...         return np.sum((a - y) ** 2)
    >>> run = NetworkRun(NetworkSubject("Doubled", Doubled), Options(seed=0))
    >>> cost_part(run, exposing(run.subject.declared, np.random.default_rng(0))).verdict
    <Verdict.DISAGREE: 'disagree'>
    """
    with contextlib.suppress(UserCodeError, UsageError):
        user = UserNetwork(run.subject, exposed.network.sizes)
        function = own_cost(user.theirs)
        return None if function is None else _compared(run, user, exposed, function)
    return None


def own_cost(theirs: Any) -> Callable[..., Any] | None:
    """Return the class's function of (a, y), as the chapter's later programs have it or as a method; None where there is none.

    Examples
    --------
    >>> from gradcheck.examples.network_right import Network
    >>> own_cost(Network([2, 3, 1])) is None
    True
    """
    own = getattr(theirs, "cost", None)
    function = getattr(own, "fn", own)
    if not callable(function):
        return None
    try:
        names = [p.name for p in inspect.signature(function).parameters.values() if p.default is p.empty]
    except (TypeError, ValueError):
        return None
    return function if len(names) == 2 and names[0] in OUTPUTS else None


def _compared(run: NetworkRun, user: UserNetwork, exposed: Exposing, function: Callable[..., Any]) -> CheckResult:
    network = exposed.network
    user.load([np.array(w) for w in network.weights], [np.array(b) for b in network.biases])
    part = CheckResult(
        f"{run.subject.name}: cost as the {network.cost.name} cost",
        Verdict.AGREE,
        seed=run.options.seed or 0,
        part="cost",
    )
    wrong: list[str] = []
    ratios: list[float] = []
    for i in range(CALLS):
        y = exposed.y[:, [i]]
        a = network.feedforward(exposed.x[:, [i]]).output
        claimed = as_cost(call_user("cost", function, user.column(a), user.column(y)), "cost")
        right = float(network.cost.value(a, y)[0])
        rounding = DERIVATIVE_ROUNDINGS * float(np.finfo(np.float64).eps) * (abs(right) + len(a))
        ratios.append(claimed / right)
        if not abs(claimed - right) <= rounding:
            wrong.append(f"for a = {short(a)}, y = {short(y)} it says {claimed:.6g}, {right:.6g} is right")
    if not wrong:
        return part
    is_multiple = np.ptp(ratios) * abs(right) <= rounding
    factor = f" but {ratios[0]:.6g} times it" if is_multiple else ""
    sentence = f"cost is not the {network.cost.name} cost{factor}: {wrong[0]}"
    return dataclasses.replace(part, verdict=Verdict.DISAGREE, diagnosis=(Diagnosis("cost", "(27)", sentence),))
