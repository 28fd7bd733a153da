"""Strategies for activation functions and for costs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st

from gradcheck.errors import UsageError
from gradcheck.network.activations import Activation
from gradcheck.network.costs import COSTS, Cost
from gradcheck.strategies.pairing import as_activation, as_cost, goes_with
from gradcheck.strategies.registry import known_activations


def activations(*, names: Iterable[str] | None = None, cost: Cost | str | None = None) -> st.SearchStrategy[Activation]:
    """Return a strategy for activation functions, the sigma of equation (25).

    Parameters
    ----------
    names : iterable of str
        Which ones; by default all that are built in, and those that are registered when one is drawn. Shrinks to the first.
    cost : Cost or str
        Only those whose outputs this cost is defined for.

    Raises
    ------
    UsageError
        If a name or the cost is unknown, or nothing is left to draw.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(activations(), lambda activation: activation.kinks != ()).name
    'relu'
    >>> find(activations(cost="cross_entropy"), lambda activation: activation.derivative is None).name
    'softmax'
    """
    chosen = None if names is None else [as_activation(name) for name in _names(names)]
    needed = None if cost is None else as_cost(cost)

    def drawable() -> list[Activation]:
        known = list(known_activations().values()) if chosen is None else chosen
        return [activation for activation in known if needed is None or goes_with(activation, needed)]

    if not drawable():
        raise UsageError(f"names is {names!r} and cost {cost!r}: no activation is left to draw")
    # Asked for again at every draw: one may be registered after this strategy was made.
    return _sampled(drawable)


def costs(*, names: Iterable[str] | None = None, activation: Activation | str | None = None) -> st.SearchStrategy[Cost]:
    """Return a strategy for costs of one example as functions of a^L.

    Parameters
    ----------
    names : iterable of str
        Which ones; all by default. Shrinks to the first, by default the quadratic cost (27).
    activation : Activation or str
        Of the output layer: only the costs that are defined for its outputs.

    Raises
    ------
    UsageError
        If a name or the activation is unknown, or nothing is left to draw.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(costs(), lambda cost: True).name
    'quadratic'
    """
    chosen = [as_cost(name) for name in (COSTS if names is None else _names(names))]
    output = None if activation is None else as_activation(activation)
    drawable = [cost for cost in chosen if output is None or goes_with(output, cost)]
    if not drawable:
        raise UsageError(f"names is {names!r} and activation {activation!r}: no cost is left to draw")
    return st.sampled_from(drawable)


@st.composite
def _sampled(draw: st.DrawFn, drawable: Any) -> Activation:
    """Draw one of those that there are now."""
    drawn: Activation = draw(st.sampled_from(drawable()))
    return drawn


def _names(names: Any) -> list[str]:
    """Return names as a list; a lone string is no list of names."""
    if isinstance(names, str) or not isinstance(names, Iterable):
        raise UsageError(f"names is {names!r}: a list of names is required, such as ['{names}']")
    return list(names)
