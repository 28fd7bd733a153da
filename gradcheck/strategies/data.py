"""Strategies for examples to run a network on: as columns side by side, and as the chapter's mini-batches."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from gradcheck.errors import UsageError
from gradcheck.network.arrays import Array
from gradcheck.network.model import Network
from gradcheck.strategies.arguments import counts, elements_strategy
from gradcheck.strategies.numbers_drawn import generic, targets


def examples(
    network: Network, *, min_examples: int = 1, max_examples: int = 4, elements: st.SearchStrategy[Any] | None = None
) -> st.SearchStrategy[tuple[Array, Array]]:
    """Return a strategy for (x, y) with one column an example, y as the network's cost wants it.

    Equation (26)'s x and y(x): x of shape (n_1, m), y of shape (n_L, m), in the network's dtype, dimensionless. For the
    log-likelihood y is one class an example, for other costs anything from 0 to 1.

    Parameters
    ----------
    network : Network
    min_examples, max_examples : int
        How many, m; at least 1.
    elements : strategy
        What the numbers of x are drawn from; by default short ones from -2 to 2 that are not 0.

    Raises
    ------
    UsageError
        If the network is none, a number of examples is too small, or elements is no strategy.

    Examples
    --------
    >>> import numpy as np
    >>> from hypothesis import find
    >>> network = Network.random([2, 3], np.random.default_rng(0))
    >>> x, y = find(examples(network), lambda case: True)
    >>> x.shape, y.shape
    ((2, 1), (3, 1))
    """
    least, most = counts(("min_examples", min_examples), ("max_examples", max_examples), 1)
    return _examples(_as_network(network), st.integers(least, most), elements_strategy(elements))


def mini_batches(
    network: Network, *, min_size: int = 1, max_size: int = 4, elements: st.SearchStrategy[Any] | None = None
) -> st.SearchStrategy[list[tuple[Array, Array]]]:
    """Return a strategy for mini-batches as the chapter's ``update_mini_batch(mini_batch, eta)`` takes them.

    Lists of (x, y), each of one example: x of shape (n_1, 1), y of shape (n_L, 1), dimensionless.

    Parameters
    ----------
    network : Network
    min_size, max_size : int
        How many examples; at least 1.
    elements : strategy
        As for `examples`.

    Raises
    ------
    UsageError
        As for `examples`.

    Examples
    --------
    >>> import numpy as np
    >>> from hypothesis import find
    >>> network = Network.random([2, 3], np.random.default_rng(0))
    >>> [x.shape for x, y in find(mini_batches(network), lambda mini_batch: len(mini_batch) > 1)]
    [(2, 1), (2, 1)]
    """
    least, most = counts(("min_size", min_size), ("max_size", max_size), 1)
    one = _examples(_as_network(network), st.just(1), elements_strategy(elements))
    return st.lists(one, min_size=least, max_size=most)


@st.composite
def _examples(
    draw: st.DrawFn, network: Network, numbers: st.SearchStrategy[int], elements: st.SearchStrategy[Any] | None
) -> tuple[Array, Array]:
    """Draw x and y for a network."""
    m = draw(numbers)
    x = draw(generic((network.sizes[0], m), elements))
    return x.astype(network.dtype), draw(targets(network, m)).astype(network.dtype)


def _as_network(network: Any) -> Network:
    """Return a network, or say that it is none."""
    if not isinstance(network, Network):
        hint = (
            "draw one first, networks().flatmap(examples)"
            if isinstance(network, st.SearchStrategy)
            else "draw one from networks()"
        )
        raise UsageError(f"network is {network!r}: a gradcheck.network.Network is required; {hint}")
    return network
