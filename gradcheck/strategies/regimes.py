"""The regimes that networks can be asked to be in: each one a place where wrong gradients hide, or right ones are called wrong."""

from __future__ import annotations

import enum
from typing import Any

from gradcheck.errors import UsageError


class Regime(enum.Enum):
    """Where a network is hostile. Each member stands for a promise about every network, or case, that is drawn.

    Attributes
    ----------
    SATURATED
        sigmoid and tanh with |z| of at least 20 in every neuron: |sigma'(z)| <= 2.1e-9, for inputs from -2 to 2.
    DEAD
        A ReLU neuron has z < 0, for all inputs from -2 to 2.
    KINKED
        A pre-activation lies within 1e-7 of a kink of its activation, or exactly on it, for one of the examples.
    VANISHING
        Nine layers of sigmoids or more: the largest component of delta^l is at most 1/4 of that of delta^(l+1).
    ILL_SCALED
        The largest weight or bias is at least 1e6 times the smallest, and what is computed is of order one.
    FLOAT32
        All parameters and examples are float32.
    SINGLE_NEURON
        One neuron in every layer after the input.
    LINEAR
        sigma(z) = z in every layer, the chapter's linear neurons.
    MODIFIED_NEURON
        In one layer, of two neurons or more, one neuron has another activation than the others: the chapter's exercise.

    Examples
    --------
    >>> Regime("dead")
    <Regime.DEAD: 'dead'>
    """

    SATURATED = "saturated"
    DEAD = "dead"
    KINKED = "kinked"
    VANISHING = "vanishing"
    ILL_SCALED = "ill_scaled"
    FLOAT32 = "float32"
    SINGLE_NEURON = "single_neuron"
    LINEAR = "linear"
    MODIFIED_NEURON = "modified_neuron"


def as_regime(regime: Any) -> Regime | None:
    """Return a regime given as such or by its value; None for none.

    Raises
    ------
    UsageError
        If there is no such regime; the message lists them.

    Examples
    --------
    >>> as_regime("linear")
    <Regime.LINEAR: 'linear'>
    """
    if regime is None or isinstance(regime, Regime):
        return regime
    try:
        return Regime(regime)
    except ValueError as error:
        names = ", ".join(one.value for one in Regime)
        raise UsageError(f"regime is {regime!r}: choose one of {names}") from error
