"""The strategy for networks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, TypeAlias

from hypothesis import strategies as st

from gradcheck.errors import UsageError
from gradcheck.network.activations import Activation
from gradcheck.network.costs import Cost
from gradcheck.network.model import Network
from gradcheck.strategies.arguments import elements_strategy
from gradcheck.strategies.impositions import IMPOSITIONS
from gradcheck.strategies.numbers_drawn import generic, generic_matrix
from gradcheck.strategies.regimes import Regime, as_regime
from gradcheck.strategies.rules import RULES
from gradcheck.strategies.structure import Asked, asked_of, structures

OneActivation: TypeAlias = Activation | str
Activations: TypeAlias = OneActivation | Sequence[OneActivation] | st.SearchStrategy[Activation]


def networks(
    *,
    sizes: Sequence[int] | st.SearchStrategy[list[int]] | None = None,
    activations: Activations | None = None,
    costs: Cost | str | st.SearchStrategy[Cost] | None = None,
    elements: st.SearchStrategy[Any] | None = None,
    regime: Regime | str | None = None,
) -> st.SearchStrategy[Network]:
    """Return a strategy for networks of equation (25), any activations with any cost that is defined for their outputs.

    Weights are of full rank and, like the biases, of order one and never 0. Shrinks to one layer of one neuron, with ones.

    Parameters
    ----------
    sizes : sequence of int, or strategy of them
        Neurons of each layer, the input layer first; see `layer_sizes`, by default of 2 to 5 layers of 1 to 4 neurons.
    activations : Activation, name, sequence or strategy
        One for all layers; a sequence with one for each layer after the input; or a strategy from which each layer's is drawn,
        see `activations`.
    costs : Cost, name or strategy
        See `costs`.
    elements : strategy
        What weights and biases are drawn from, of whatever rank they are then; by default short numbers from -2 to 2, not 0.
    regime : Regime or its value
        Where the network is to be hostile.

    Raises
    ------
    UsageError
        If an argument is of the wrong kind; if no network can be as is asked; if the regime is KINKED, which is a matter of
        examples: `network_cases` has it.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(networks(), lambda network: network.num_layers > 2).sizes
    (1, 1, 1)
    >>> deep = find(networks(regime="vanishing"), lambda network: True)
    >>> deep.num_layers, deep.activations[0].name
    (9, 'sigmoid')
    >>> classifier = networks(sizes=[4, 3, 2], activations=["relu", "softmax"], costs="log_likelihood")
    >>> find(classifier, lambda network: True).num_parameters
    23
    """
    asked_regime = as_regime(regime)
    if asked_regime is Regime.KINKED:
        raise UsageError(
            f"regime is {regime!r}: a network is at a kink for some examples, not for all; use network_cases(regime='kinked')"
        )
    numbers = elements_strategy(elements)
    return drawn_networks(asked_of(RULES[asked_regime], sizes, activations, costs), asked_regime, numbers)


@st.composite
def drawn_networks(
    draw: st.DrawFn, asked: Asked, regime: Regime | None, elements: st.SearchStrategy[Any] | None
) -> Network:
    """Return a strategy for networks of a structure and in a regime, whose arguments are right."""
    structure = draw(structures(asked))
    weights = [draw(generic_matrix((n, n_before), elements)) for n_before, n in pairwise(structure.sizes)]
    biases = [draw(generic((n, 1), elements)) for n in structure.sizes[1:]]
    network = Network(weights, biases, structure.activations, structure.cost)
    return IMPOSITIONS[regime](draw, network)
