"""The structure of a network, as it is asked for and as it is drawn: its sizes, its activations, its cost."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st

from gradcheck.errors import UsageError
from gradcheck.network.activations import Activation
from gradcheck.network.costs import COSTS, Cost
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
    """

    rule: Rule
    sizes: st.SearchStrategy[list[int]] | None
    costs: st.SearchStrategy[Cost] | None
    each: st.SearchStrategy[Activation] | None
    layers: tuple[Activation, ...] | None


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
    asked = Asked(
        rule,
        None if sizes is None else value_or_strategy(sizes, as_sizes),
        None if costs is None else value_or_strategy(costs, as_cost),
        each,
        layers,
    )
    known_sizes = None if sizes is None or isinstance(sizes, st.SearchStrategy) else as_sizes(sizes)
    known_cost = None if costs is None or isinstance(costs, st.SearchStrategy) else as_cost(costs)
    if isinstance(activations, Activation | str):
        one = as_activation(activations)
        layers = (one,) * (len(known_sizes) - 1 if known_sizes else 1)
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
    if activations is None:
        return
    rule.refuse_activations(activations)
    if sizes is not None and len(sizes) != len(activations) + 1:
        raise UsageError(
            f"sizes is {list(sizes)} and {len(activations)} activations were given: one for each layer after the input is required"
        )
    if sizes is not None and sizes[-1] == 1 and activations[-1].derivative is None:
        raise UsageError(
            f"sizes is {list(sizes)}: one class of a {activations[-1].name} has probability 1 whatever the weights are; "
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
    output, cost = draw(_outputs(asked))
    sizes = draw(_sizes(asked, output))
    hidden = asked.layers[:-1] if asked.layers else [draw(_hidden(asked)) for _ in sizes[2:]]
    activations = (*hidden, output)
    if asked.sizes is None and asked.layers is None and asked.each is None:
        return Structure(tuple(sizes), activations, cost)
    if asked.each is not None and not any(map(asked.rule.is_marked, activations)):
        reject()
    refuse(asked.rule, sizes, activations, cost)
    return Structure(tuple(sizes), activations, cost)


@st.composite
def _outputs(draw: st.DrawFn, asked: Asked) -> tuple[Activation, Cost]:
    """Draw the output activation with a cost that goes with it."""
    cost = None if asked.costs is None else draw(asked.costs)
    if asked.layers is None and asked.each is None:
        pairs = outputs(asked.rule, cost)
        return draw(st.sampled_from(pairs)) if pairs else reject()
    if asked.layers is not None:
        output = asked.layers[-1]
    elif asked.each is not None:
        output = draw(asked.each.filter(lambda one: asked.rule.allows(one) and (cost is None or goes_with(one, cost))))
    if cost is None:
        cost = draw(st.sampled_from([one for one in COSTS.values() if goes_with(output, one)]))
    return output, cost


def _hidden(asked: Asked) -> st.SearchStrategy[Activation]:
    """Return the activations of hidden layers."""
    rule = asked.rule
    if asked.each is not None:
        return asked.each.filter(rule.allows_hidden)
    known = [one for one in known_activations().values() if rule.allows_hidden(one) and rule.is_marked(one)]
    return st.sampled_from(known)


@st.composite
def _sizes(draw: st.DrawFn, asked: Asked, output: Activation) -> list[int]:
    """Draw the sizes: as they are asked for, or so that the network has as many layers as it needs."""
    if asked.sizes is not None:
        sizes = draw(asked.sizes)
        # Where the softmax was not asked for, another output is drawn for a single neuron.
        if sizes[-1] == 1 and output.derivative is None and asked.layers is None:
            reject()
        return sizes
    if asked.layers is not None:
        least = len(asked.layers) + 1
        asked.rule.refuse_sizes([1] * least)
        sizes = draw(st.lists(st.integers(1, 1 if asked.rule.is_single else 4), min_size=least, max_size=least))
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
    return value_or_strategy(activations, as_activation), None
