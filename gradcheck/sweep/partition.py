"""How a sweep is cut into pieces: by the shapes of the problem alone, so that the result does not depend on who works on what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from gradcheck.network.model import Network

BATCH_NUMBERS: Final = 2**18
"""Numbers in the largest array of a batch, which holds a few such arrays: 2 MiB each. Smaller ones fit the cache of a core better, and
lose more than that to the calls themselves."""

UNIT_BATCHES: Final = 16
"""Batches in a piece of work (a count): what is done once a piece is small beside them, and a piece is done soon."""


@dataclass(frozen=True)
class Unit:
    """One piece of work: some neurons of one layer, with all their weights and biases and all examples.

    Parameters
    ----------
    layer : int
        Weight matrices counted from 0.
    start, stop : int
        The neurons.

    Examples
    --------
    >>> Unit(0, 2, 5).rows
    slice(2, 5, None)
    """

    layer: int
    start: int
    stop: int

    @property
    def rows(self) -> slice:
        """Return the neurons as a slice."""
        return slice(self.start, self.stop)


def units(network: Network, sides: int) -> list[Unit]:
    """Return the pieces, in the order of the layers.

    Parameters
    ----------
    network : Network
    sides : int
        1 for forward differences, 2 for central ones.

    Examples
    --------
    >>> import numpy as np
    >>> len(units(Network.random([784, 30, 10], np.random.default_rng(0)), 1))
    2
    """
    found = []
    for layer, w in enumerate(network.weights):
        neurons = max(1, UNIT_BATCHES * batch_rows(network, layer) // (sides * (w.shape[1] + 1)))
        found += [Unit(layer, start, min(start + neurons, len(w))) for start in range(0, len(w), neurons)]
    return found


def batch_rows(network: Network, layer: int) -> int:
    """Return how many perturbed costs are recomputed together.

    Examples
    --------
    >>> import numpy as np
    >>> batch_rows(Network.random([784, 1000, 200, 10], np.random.default_rng(0)), 0)
    1310
    """
    widest = max(network.sizes[min(layer + 2, network.num_layers - 1) :])
    return max(1, BATCH_NUMBERS // widest)


def pieces(count: int, most: int) -> Iterator[slice]:
    """Yield slices of `count` things, nearly equal and of `most` at most.

    Examples
    --------
    >>> list(pieces(5, 3))
    [slice(0, 2, None), slice(2, 5, None)]
    """
    number = max(1, -(-count // most))
    edges: Sequence[int] = [count * i // number for i in range(number + 1)]
    yield from (slice(a, b) for a, b in pairwise(edges))
