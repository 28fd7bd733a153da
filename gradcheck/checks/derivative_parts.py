"""The parts of a network check that stand before (BP1): the user's sigma' and nabla_a C, each by itself."""

from __future__ import annotations

import contextlib
import dataclasses
import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.exposing import CALLS, Exposing
from gradcheck.checks.guards import call_user
from gradcheck.checks.network_run import NetworkRun
from gradcheck.checks.sigma import check_sigma
from gradcheck.errors import UsageError, UserCodeError
from gradcheck.network.activations import Activation, custom
from gradcheck.network.costs import Cost, matched_pair
from gradcheck.network.model import Network
from gradcheck.results import CheckResult, Diagnosis, Verdict
from gradcheck.subjects.functions import SIGMA_POINTS, elementwise
from gradcheck.subjects.network_class import UserNetwork

Array = npt.NDArray[Any]

DERIVATIVE_ROUNDINGS: Final = 16.0
"""Roundings a cost's derivative may make of |a| + |y| and of itself (a count): it is a handful of operations."""


HINT: Final = "Write down the cost of one example, and differentiate it by a single output activation: which sign, which factor, which power?"
"""Of a wrong nabla_a C."""

STEPS: Final = {"sigma": "sigma_prime", "cost_derivative": "nabla_a"}
"""The steps of backprop that the parts judge."""


def sigma_part(run: NetworkRun) -> CheckResult | None:
    """Judge the sigma' that stands beside the class; None where there is none, or nothing can be said of it.

    Of (BP1) and (BP2). Evaluations of sigma alone are no evaluations of the cost, and are not counted among them.

    Examples
    --------
    >>> from gradcheck.checks.options import Options
    >>> from gradcheck.examples.network_right import Network as Theirs
    >>> from gradcheck.subjects.network_class import NetworkSubject
    >>> sigma_part(NetworkRun(NetworkSubject("Network", Theirs), Options(seed=0))) is None
    True
    """
    sigma = run.subject.sigma
    if sigma is None:
        return None
    unlimited = dataclasses.replace(run.options, max_forward_passes=None, progress=None)
    with contextlib.suppress(UserCodeError, UsageError):  # what raises here may not be used by the class at all
        found = check_sigma(sigma, unlimited)
        if found.verdict is not Verdict.INCONCLUSIVE:
            return _sigma_told(run, sigma.name, found)
    return None


def _sigma_told(run: NetworkRun, name: str, found: CheckResult) -> CheckResult:
    """Return what was found of a sigma' without the sum it was measured in, whose numbers say nothing to anybody."""
    title = f"{run.subject.name}: {name} as the derivative of its sigma"
    part = CheckResult(title, found.verdict, seed=run.options.seed or 0, diagnosis=found.diagnosis, part=name)
    if found.verdict is Verdict.DISAGREE:
        return part
    digits = min((block.digits for block in found.blocks if block.digits is not None), default=0.0)
    notes = (*found.notes, f"to {math.floor(10.0 * digits) / 10.0} digits at {SIGMA_POINTS} weighted inputs")
    return dataclasses.replace(part, notes=notes)


def cost_derivative_part(run: NetworkRun, exposed: Exposing) -> CheckResult | None:
    """Compare cost_derivative(a, y) with nabla_a C of the declared cost, or with delta^L where the two cancel sigma'(z).

    The other factor of (BP1); None where the class has none, or it cannot be called so.
    """
    with contextlib.suppress(UserCodeError, UsageError):
        user = UserNetwork(run.subject, exposed.network.sizes)
        if user.has("cost_derivative"):
            return _compared(run, user, exposed)
    return None


def _compared(run: NetworkRun, user: UserNetwork, exposed: Exposing) -> CheckResult | None:
    network = exposed.network
    user.load([np.array(w) for w in network.weights], [np.array(b) for b in network.biases])
    title = f"{run.subject.name}: cost_derivative as nabla_a C of the {network.cost.name} cost"
    part = CheckResult(title, Verdict.AGREE, seed=run.options.seed or 0, part="cost_derivative")
    for i in range(CALLS):
        x, y = exposed.x[:, [i]], exposed.y[:, [i]]
        forward = network.feedforward(x)
        a = forward.output
        claimed = np.asarray(call_user("cost_derivative", user.theirs.cost_derivative, user.column(a), user.column(y)))
        if claimed.dtype.kind not in "fiu":
            return None
        pair = matched_pair(network.activations[-1], network.cost)
        right = user.column(network.cost.nabla_a(a, y))
        accepted = [right] if pair is None else [right, user.column(pair.delta(forward.zs[-1], y))]
        size = np.abs(user.column(a)) + np.abs(user.column(y))
        if not any(_is_close(claimed, value, size) for value in accepted):
            sentence = (
                f"cost_derivative is not nabla_a C of the {network.cost.name} cost: for a = {short(a)}, y = {short(y)} "
                f"it says {short(claimed)}, {short(right)} is right"
            )
            told = Diagnosis("cost-derivative", "(BP1)", sentence, hint=HINT)
            return dataclasses.replace(part, verdict=Verdict.DISAGREE, diagnosis=(told,))
    return part


@dataclasses.dataclass(frozen=True)
class NetworkAsWritten:
    """Networks with the user's own sigma' or nabla_a C in them: what (BP1) and (BP2) are judged with once those are known to be wrong.

    Examples
    --------
    >>> [field.name for field in dataclasses.fields(NetworkAsWritten)]
    ['run', 'wrong']
    """

    run: NetworkRun
    wrong: frozenset[str]

    @property
    def steps(self) -> frozenset[str]:
        """The steps of a program that these are."""
        return frozenset(STEPS[name] for name in self.wrong if name in STEPS)

    def __call__(self, network: Network) -> Network:
        activations, cost = network.activations, network.cost
        if "sigma" in self.wrong:
            activations = tuple(map(self._activation, activations))
        if "cost_derivative" in self.wrong:
            # Another function than the cost's own, so that no fused form is taken for it.
            cost = Cost(cost.name, lambda a, y: network.cost.value(a, y), self._nabla_a(network))
        return Network(network.weights, network.biases, activations, cost, weight_decay=network.weight_decay)

    def _activation(self, activation: Activation) -> Activation:
        sigma = self.run.subject.sigma
        if activation.derivative is None or sigma is None:
            return activation
        prime = sigma.sigma_prime
        # Another function than the activation's own, so that no fused form with the cost is taken for it.
        return custom(
            activation.name,
            lambda z: activation.value(z),
            lambda z: _called(elementwise(prime, z[:1, 0]), z, shape=z.shape),
        )

    def _nabla_a(self, network: Network) -> Callable[[Array, Array], Array]:
        user = UserNetwork(self.run.subject, network.sizes)
        return lambda a, y: _called(user.theirs.cost_derivative, user.column(a), user.column(y), shape=a.shape)


def _called(function: Callable[..., Any], *arguments: Array, shape: tuple[int, ...]) -> Array:
    """Return what the user's function says in a shape, and NaN, which fits nothing, where it raises or says something else."""
    try:
        return np.reshape(np.asarray(call_user("it", function, *arguments), dtype=np.float64), shape)
    except (UserCodeError, UsageError, TypeError, ValueError):
        return np.full(shape, np.nan)


def _is_close(claimed: Array, right: Array, size: Array) -> bool:
    """Tell whether two derivatives differ by no more than rounding."""
    allowed = DERIVATIVE_ROUNDINGS * np.finfo(np.float64).eps * (np.abs(right) + size)
    return claimed.shape == right.shape and bool(np.all(np.abs(claimed - right) <= allowed))


def short(values: Array) -> str:
    """Return a few numbers as a list.

    Examples
    --------
    >>> short(np.array([[0.5], [1 / 3]]))
    '[0.5, 0.333333]'
    """
    return str([float(f"{value:.6g}") for value in np.ravel(values)[:4]])
