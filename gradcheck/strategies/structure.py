"""The structure of a network, as it is asked for and as it is drawn: its sizes, its activations, its cost."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st

from gradcheck.errors import UsageError
from gradcheck.network.activations import Activation
from gradcheck.network.costs import COSTS, QUADRATIC, Cost
from gradcheck.strategies.arguments import value_or_strategy
from gradcheck.strategies.pairing import as_activation, as_cost, goes_with, refuse_pair
from gradcheck.strategies.registry import known_activations
from gradcheck.strategies.rules import Rule
from gradcheck.strategies.sizes import as_sizes


@dataclasses.dataclass(frozen=True)
class Structure:
    """What a network is made of, but for its parameters.

    Examples
    --------
    >>> from gradcheck.network.activations import TANH
    >>> Structure((2, 3), (TANH,), COSTS["quadratic"]).sizes
    (2, 3)
    """

    sizes: tuple[int, ...]
    activations: tuple[Activation, ...]
    cost: Cost


@dataclasses.dataclass(frozen=True)
class Asked:
    """What was asked of the structure; None is for what was not.

    Attributes
    ----------
    rule : Rule
        The regime's.
    sizes, costs : strategy or None
    each : strategy or None
        The activation of every layer.
    layers : tuple of Activation or None
        The activation of each layer.
    output : Activation or None
        That of the output layer, where it is known.
    """

    rule: Rule
    sizes: st.SearchStrategy[list[int]] | None
    costs: st.SearchStrategy[Cost] | None
    each: st.SearchStrategy[Activation] | None
    layers: tuple[Activation, ...] | None
    output: Activation | None


def asked_of(rule: Rule, sizes: Any, activations: Any, costs: Any) -> Asked:
    """Return what is asked of the structure, values and strategies alike; what cannot be is refused at once.

    Raises
    ------
    UsageError
        If an argument is of the wrong kind, or a network with these sizes, activations and cost cannot be in the regime.

    Examples
    --------
    >>> from gradcheck.strategies.rules import ANY
    >>> asked_of(ANY, [2, 3], "tanh", "cross_entropy")
    Traceback (most recent call last):
    ...
    gradcheck.errors.UsageError: the cost cross_entropy is not defined for outputs of tanh: choose sigmoid or softmax
    """
    each, layers = _activations_of(activations)
    one = as_activation(activations) if isinstance(activations, Activation | str) else None
    asked = Asked(
        rule,
        None if sizes is None else value_or_strategy(sizes, as_sizes),
        None if costs is None else value_or_strategy(costs, as_cost),
        each,
        layers,
        layers[-1] if layers else one,
    )
    known_sizes = None if sizes is None or isinstance(sizes, st.SearchStrategy) else as_sizes(sizes)
    known_cost = None if costs is None or isinstance(costs, st.SearchStrategy) else as_cost(costs)
    if one is not None:
        layers = (one,) * (len(known_sizes) - 1 if known_sizes else rule.layers[0] - 1)
    if layers is not None:
        rule.refuse_depth(len(layers) + 1)
    refuse(rule, known_sizes, layers, known_cost)
    if layers is None and known_cost is not None and each is None and not outputs(rule, known_cost):
        raise UsageError(f"the cost {known_cost.name} is defined for no output that the regime {rule.name} allows")
    return asked


def refuse(
    rule: Rule, sizes: Sequence[int] | None, activations: Sequence[Activation] | None, cost: Cost | None
) -> None:
    """Refuse what is known of a structure, if no network can have it.

    Examples
    --------
    >>> from gradcheck.network.activations import SOFTMAX
    >>> from gradcheck.strategies.rules import ANY
    >>> refuse(ANY, [2, 1], [SOFTMAX], None)
    Traceback (most recent call last):
    ...
    gradcheck.errors.UsageError: sizes is [2, 1]: one class of a softmax has probability 1 whatever the weights are; give it two or more
    """
    if sizes is not None:
        rule.refuse_sizes(sizes)
        if rule.needs_pair and cost not in (None, QUADRATIC) and max(sizes[1:-1], default=1) < 2:
            raise UsageError(
                f"sizes is {list(sizes)}: the regime {rule.name} needs a hidden layer of two neurons or more, since an output "
                "neuron is modified with the quadratic cost alone"
            )
    if activations is None:
        return
    rule.refuse_activations(activations)
    if sizes is not None and len(sizes) != len(activations) + 1:
        raise UsageError(
            f"sizes is {list(sizes)} and {len(activations)} activations were given: one for each layer after the input is required"
        )
    is_one_class = rule.is_single or (sizes is not None and sizes[-1] == 1)
    if is_one_class and activations[-1].derivative is None:
        where = f"the regime {rule.name}" if sizes is None else f"sizes is {list(sizes)}"
        raise UsageError(
            f"{where}: one class of a {activations[-1].name} has probability 1 whatever the weights are; "
            "give it two or more"
        )
    if cost is not None:
        refuse_pair(activations[-1], cost)


def outputs(rule: Rule, cost: Cost | None) -> list[tuple[Activation, Cost]]:
    """Return every output activation with every cost that goes with it, first those that the regime needs somewhere.

    Examples
    --------
    >>> from gradcheck.strategies.rules import ANY
    >>> [activation.name for activation, _ in outputs(ANY, COSTS["cross_entropy"])]
    ['sigmoid', 'softmax']
    """
    pairs = [
        (activation, one)
        for one in (COSTS.values() if cost is None else [cost])
        for activation in known_activations().values()
        if rule.allows(activation)
        and goes_with(activation, one)
        and not (rule.is_single and activation.derivative is None)
    ]
    return sorted(pairs, key=lambda pair: not rule.is_marked(pair[0]))


@st.composite
def structures(draw: st.DrawFn, asked: Asked) -> Structure:
    """Draw a structure that is as asked."""
    given = None if asked.sizes is None else draw(asked.sizes)
    output, cost = draw(_outputs(asked, given))
    sizes = draw(_default_sizes(asked, output)) if given is None else given
    hidden = asked.layers[:-1] if asked.layers else [draw(_hidden(asked)) for _ in sizes[2:]]
    activations = (*hidden, output)
    if asked.each is not None and not any(map(asked.rule.is_marked, activations)):
        reject()
    refuse(asked.rule, given, activations, cost)
    return Structure(tuple(sizes), activations, cost)


@st.composite
def _outputs(draw: st.DrawFn, asked: Asked, sizes: Sequence[int] | None) -> tuple[Activation, Cost]:
    """Draw the output activation with a cost that goes with it, both fit for the sizes where these are given."""
    cost = None if asked.costs is None else draw(asked.costs)

    def fits(output: Activation) -> bool:
        is_marked = sizes is None or len(sizes) > 2 or asked.rule.is_marked(output)
        is_constant = output.derivative is None and (asked.rule.is_single or (sizes is not None and sizes[-1] == 1))
        return asked.rule.allows(output) and is_marked and not is_constant and (cost is None or goes_with(output, cost))

    if asked.each is not None and asked.output is None:
        output = draw(asked.each.filter(fits))
    elif asked.output is not None:
        output = asked.output
    else:
        pairs = [pair for pair in outputs(asked.rule, cost) if fits(pair[0])]
        if not pairs:
            raise UsageError(
                f"sizes is {sizes} and costs {cost.name if cost else None}: no output fits them in the regime {asked.rule.name}"
            )
        drawn: tuple[Activation, Cost] = draw(st.sampled_from(pairs))
        return drawn
    return output, cost or draw(st.sampled_from([one for one in COSTS.values() if goes_with(output, one)]))


def _hidden(asked: Asked) -> st.SearchStrategy[Activation]:
    """Return the activations of hidden layers."""
    rule = asked.rule
    if asked.each is not None:
        return asked.each.filter(rule.allows_hidden)
    known = [one for one in known_activations().values() if rule.allows_hidden(one) and rule.is_marked(one)]
    return st.sampled_from(known)


@st.composite
def _default_sizes(draw: st.DrawFn, asked: Asked, output: Activation) -> list[int]:
    """Draw sizes of as many layers as the network needs."""
    if asked.layers is not None:
        sizes = draw(asked.rule.sizes_of(len(asked.layers) + 1))
    else:
        sizes = draw(asked.rule.sizes(2 if asked.rule.is_marked(output) else 3))
    if output.derivative is None and sizes[-1] == 1:
        sizes[-1] = 2  # one class has probability 1 whatever the weights are
    return sizes


def _activations_of(activations: Any) -> tuple[st.SearchStrategy[Activation] | None, tuple[Activation, ...] | None]:
    """Return the activations as one strategy for every layer, or as one for each."""
    if activations is None:
        return None, None
    if isinstance(activations, Sequence) and not isinstance(activations, str):
        if not activations:
            raise UsageError(f"activations is {activations!r}: one for each layer after the input is required")
        return None, tuple(map(as_activation, activations))
    if not isinstance(activations, st.SearchStrategy) and as_activation(activations).derivative is None:
        return None, (as_activation(activations),)  # a softmax is at the output alone: one layer after the input
    return value_or_strategy(activations, as_activation), None
