"""The demon of (29): errors that a class shows, measured by perturbing one weighted input after the other."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.checks.equation_sides import Side
from gradcheck.checks.exposing import Exposing
from gradcheck.checks.forward import forward_rounding, unit_roundoff
from gradcheck.checks.gradient import check_gradient
from gradcheck.checks.guards import call_user
from gradcheck.checks.network_run import NetworkRun
from gradcheck.errors import UsageError, UserCodeError
from gradcheck.network.model import Network
from gradcheck.results import CheckResult, Verdict
from gradcheck.subjects.network_class import UserNetwork
from gradcheck.subjects.protocol import GivenGradient, GradientSubject

Array = npt.NDArray[Any]


def demon_parts(run: NetworkRun, exposed: Exposing) -> list[CheckResult]:
    """Judge the `zs` and the `deltas` that the class keeps after a backprop of one example; nothing of a class that keeps none.

    Equation (29): delta_j^l is what the cost moves by when z_j^l is moved, so each can be measured by the differences of (46).
    """
    with contextlib.suppress(UserCodeError, UsageError):
        user = UserNetwork(run.subject, exposed.network.sizes)
        user.load([np.array(w) for w in exposed.network.weights], [np.array(b) for b in exposed.network.biases])
        run.calls += 1
        call_user("backprop", user.backprop, exposed.x[:, [0]], exposed.y[:, [0]])
        zs, deltas = (_layers(user, exposed.network, name) for name in ("zs", "deltas"))
        found = [] if zs is None else [_zs_part(run, exposed, zs)]
        return found if deltas is None else [*found, *_delta_parts(run, exposed, deltas)]
    return []


def _layers(user: UserNetwork, network: Network, name: str) -> list[Array] | None:
    """Return an attribute that holds one column for each layer from 2 to L; None for anything else."""
    kept = call_user(name, getattr, user.theirs, name, None)
    if not isinstance(kept, list | tuple) or len(kept) != len(network.biases):
        return None
    try:
        columns = [np.array(one, dtype=np.float64).reshape(-1, 1) for one in kept]
    except (TypeError, ValueError):
        return None
    return columns if [one.shape for one in columns] == [b.shape for b in network.biases] else None


def _zs_part(run: NetworkRun, exposed: Exposing, zs: list[Array]) -> CheckResult:
    """Compare the weighted inputs with those of (25)."""
    forward = exposed.network.feedforward(exposed.x[:, [0]])
    rounding = forward_rounding(exposed.network, forward, unit_roundoff(zs[0].dtype))
    wrong = [
        layer
        for layer, (z, right, bound) in enumerate(zip(zs, forward.zs, rounding.zs, strict=True), start=2)
        if not Side(right, bound).fits(z)
    ]
    title = f"{run.subject.name}: zs as the weighted inputs (25)"
    part = CheckResult(title, Verdict.AGREE, seed=run.options.seed or 0, part="zs")
    if not wrong:
        return part
    note = f"the zs that backprop keeps are not w a + b from layer {wrong[0]} on"
    return dataclasses.replace(part, verdict=Verdict.DISAGREE, notes=(note,))


def _delta_parts(run: NetworkRun, exposed: Exposing, deltas: list[Array]) -> list[CheckResult]:
    """Measure each delta^l, the output layer's first."""
    network = exposed.network
    zs = network.feedforward(exposed.x[:, [0]]).zs
    found = []
    for layer in range(network.num_layers, 1, -1):
        if run.options.left(run.budget.spent) is None:
            break
        cost = cost_of_weighted_input(network, layer, exposed.y[:, [0]])
        part = f"deltas[{layer - 2}]"
        name = f"{run.subject.name}: {part} as the error of layer {layer} (29)"
        subject = GradientSubject(name, cost, GivenGradient(deltas[layer - 2]), zs[layer - 2])
        result = check_gradient(subject, run.budget.left())
        passes = result.forward_passes
        told = dataclasses.replace(result, title=name, example_passes=passes, gradient_calls=0, reproduce="", part=part)
        found.append(told)
    return found


def cost_of_weighted_input(network: Network, layer: int, y: Array) -> Callable[[Array], Any]:
    """Return the cost as a function of z^l of one layer, what comes before it left out.

    Equation (29)'s C, of z^l of shape (n_l, m).

    Examples
    --------
    >>> network = Network.random([2, 3, 1], np.random.default_rng(0))
    >>> x, y = np.ones((2, 1)), np.zeros((1, 1))
    >>> z = network.feedforward(x).zs[0]
    >>> abs(float(cost_of_weighted_input(network, 2, y)(z)) - network.cost_of(x, y)) < 1e-15
    True
    """

    def cost(z: Array) -> Any:
        a = network.activations[layer - 2].value(z)
        rest = zip(
            network.weights[layer - 1 :], network.biases[layer - 1 :], network.activations[layer - 1 :], strict=True
        )
        for w, b, activation in rest:
            a = activation.value(w @ a + b)
        return network.cost.value(a, y).mean()

    return cost
