"""Which cost is defined for the outputs of which activation: a logarithm is not defined for every number."""

from __future__ import annotations

from typing import Any, Final

from gradcheck.errors import UsageError
from gradcheck.network.activations import ACTIVATIONS, SIGMOID, SOFTMAX, SOFTPLUS, Activation
from gradcheck.network.costs import COSTS, CROSS_ENTROPY, LOG_LIKELIHOOD, Cost, cost_named
from gradcheck.strategies.registry import known_activations

DEFINED_FOR: Final = {
    CROSS_ENTROPY.name: (SIGMOID.name, SOFTMAX.name),
    LOG_LIKELIHOOD.name: (SIGMOID.name, SOFTPLUS.name, SOFTMAX.name),
}
"""The activations whose outputs are above 0, and below 1 for the cross-entropy, by the cost that needs it."""


def goes_with(activation: Activation, cost: Cost) -> bool:
    """Tell whether a cost is known to be defined for an output activation: the quadratic cost is for any.

    Examples
    --------
    >>> goes_with(ACTIVATIONS["tanh"], CROSS_ENTROPY), goes_with(SIGMOID, CROSS_ENTROPY)
    (False, True)
    """
    return cost.name not in DEFINED_FOR or activation.name in DEFINED_FOR[cost.name]


def refuse_pair(activation: Activation, cost: Cost) -> None:
    """Refuse a cost that is known not to be defined for an output activation; of an activation of the user's own nothing is known.

    Examples
    --------
    >>> refuse_pair(ACTIVATIONS["tanh"], CROSS_ENTROPY)
    Traceback (most recent call last):
    ...
    gradcheck.errors.UsageError: the cost cross_entropy is not defined for outputs of tanh: choose sigmoid or softmax
    """
    if activation.name in ACTIVATIONS and not goes_with(activation, cost):
        others = " or ".join(DEFINED_FOR[cost.name])
        raise UsageError(f"the cost {cost.name} is not defined for outputs of {activation.name}: choose {others}")


def as_activation(activation: Any) -> Activation:
    """Return an activation given as such or by its name, built-in or registered.

    Examples
    --------
    >>> as_activation("tanh").name
    'tanh'
    """
    if isinstance(activation, Activation):
        return activation
    known = known_activations()
    if not isinstance(activation, str) or activation not in known:
        raise UsageError(f"activation is {activation!r}: an Activation is required, or one of {', '.join(known)}")
    return known[activation]


def as_cost(cost: Any) -> Cost:
    """Return a cost given as such or by its name.

    Examples
    --------
    >>> as_cost("quadratic").name
    'quadratic'
    """
    if isinstance(cost, Cost):
        return cost
    if not isinstance(cost, str):
        raise UsageError(f"cost is {cost!r}: a Cost is required, or one of {', '.join(COSTS)}")
    return cost_named(cost)
