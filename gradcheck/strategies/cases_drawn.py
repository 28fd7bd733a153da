"""The strategy for networks together with examples."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from hypothesis import reject
from hypothesis import strategies as st

from gradcheck.errors import UsageError
from gradcheck.network.arrays import Array
from gradcheck.network.model import Network
from gradcheck.strategies.arguments import counts
from gradcheck.strategies.cases import NetworkCase
from gradcheck.strategies.data import examples
from gradcheck.strategies.impositions import put_on_a_kink
from gradcheck.strategies.networks_drawn import drawn_networks
from gradcheck.strategies.regimes import Regime, as_regime
from gradcheck.strategies.rules import RULES
from gradcheck.strategies.structure import asked_of

KINK_MARGIN: Final = 1e-3
"""How far from a kink a pre-activation stays, as a share of the sizes of its terms, but in the regime KINKED (dimensionless): a step of
equation (46) is 1e-8 of a parameter, one of a central difference 1e-5."""


def network_cases(
    *,
    networks: Network | st.SearchStrategy[Network] | None = None,
    min_examples: int = 1,
    max_examples: int = 4,
    regime: Regime | str | None = None,
) -> st.SearchStrategy[NetworkCase]:
    """Return a strategy for a network together with examples for it.

    What (46) and (BP1) to (BP4) are compared on. Its pre-activations stay away from the kinks of its activations, but in the regime
    KINKED. Shrinks to the smallest network, one example, and ones.

    Parameters
    ----------
    networks : Network or strategy
        By default ``networks(regime=regime)``.
    min_examples, max_examples : int
        How many examples, m; at least 1.
    regime : Regime or its value
        Where the network is to be hostile. Beside `networks` only KINKED: it moves one bias, so that the network is at a kink.

    Raises
    ------
    UsageError
        If an argument is of the wrong kind, or a regime is given beside networks that was to be given to ``networks`` itself.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(network_cases(), lambda case: case.m > 1).x.shape
    (1, 2)
    >>> case = find(network_cases(regime="kinked"), lambda case: True)
    >>> case.network.activations[0].name, case.network.feedforward(case.x).zs
    ('relu', (array([[0.]]),))
    """
    asked_regime = as_regime(regime)
    least, most = counts(("min_examples", min_examples), ("max_examples", max_examples), 1)
    drawn = _networks_of(networks, asked_regime)
    return _cases(drawn, st.integers(least, most), asked_regime)


def _networks_of(networks: Any, regime: Regime | None) -> st.SearchStrategy[Network]:
    """Return the strategy of networks, made for the regime where none was given."""
    if networks is None:
        return drawn_networks(asked_of(RULES[regime], None, None, None), regime, None)
    if regime is not None and regime is not Regime.KINKED:
        raise UsageError(
            f"networks and regime {regime.value!r} are both given: give the regime to the networks, networks(regime={regime.value!r})"
        )
    if isinstance(networks, st.SearchStrategy):
        return networks
    if not isinstance(networks, Network):
        raise UsageError(f"networks is {networks!r}: a Network or a strategy of networks is required")
    if regime is Regime.KINKED:
        RULES[regime].refuse_activations(networks.activations)
    return st.just(networks)


@st.composite
def _cases(
    draw: st.DrawFn, networks: st.SearchStrategy[Network], numbers: st.SearchStrategy[int], regime: Regime | None
) -> NetworkCase:
    """Draw a network and examples for it."""
    # Drawn before the network: a layer that shrinking takes away must not move this number.
    m = draw(numbers)
    network = draw(networks)
    x, y = draw(examples(network, min_examples=m, max_examples=m))
    if regime is Regime.KINKED:
        network = put_on_a_kink(draw, network, x)
    elif is_near_a_kink(network, x):
        reject()
    if not has_a_cost(network, x, y):
        reject()
    return NetworkCase(network, x, y)


def has_a_cost(network: Network, x: Array, y: Array) -> bool:
    """Tell whether the cost and its derivative by the outputs are finite: a softmax output that rounds to 1 has no log(1 - a).

    Examples
    --------
    >>> from gradcheck.network.activations import SOFTMAX
    >>> from gradcheck.network.costs import CROSS_ENTROPY
    >>> x, y = np.array([[1.0]]), np.array([[0.0], [1.0]])
    >>> [has_a_cost(Network([[[w], [0.0]]], [[[0.0], [0.0]]], [SOFTMAX], CROSS_ENTROPY), x, y) for w in (5.0, 50.0)]
    [True, False]
    """
    with np.errstate(all="ignore"):
        forward = network.feedforward(x)
        values = [network.example_costs(forward, y)]
        if network.matched_pair is None:  # else it is the two together that are differentiated
            values.append(network.cost.nabla_a(forward.output, network.targets(forward, y)))
    return all(bool(np.isfinite(value).all()) for value in values)


def is_near_a_kink(network: Network, x: Array) -> bool:
    """Tell whether a pre-activation of a kinked activation is within `KINK_MARGIN` of the kink.

    Examples
    --------
    >>> from gradcheck.network.activations import RELU
    >>> network = Network([[[1.0]]], [[[-1.0]]], [RELU], Network.random([1, 1], np.random.default_rng(0)).cost)
    >>> is_near_a_kink(network, np.array([[1.0]])), is_near_a_kink(network, np.array([[1.5]]))
    (True, False)
    """
    forward = network.feedforward(x)
    for i, activation in enumerate(network.activations):
        terms = np.abs(network.weights[i]) @ np.abs(forward.activations[i]) + np.abs(network.biases[i])
        for kink in activation.kinks:
            if np.any(np.abs(forward.zs[i] - kink) <= KINK_MARGIN * terms):
                return True
    return False
