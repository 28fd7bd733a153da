"""The network whose every weight is judged, with its examples."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from gradcheck.errors import UsageError
from gradcheck.network.activations import Activation
from gradcheck.network.arrays import Array
from gradcheck.network.model import Network
from gradcheck.subjects.network_class import Declared


@dataclasses.dataclass(frozen=True, eq=False)
class SweptCase:
    """Hold the network that is swept, and its examples.

    Attributes
    ----------
    network : Network
    x, y : ndarray, shape (n_1, m) and (n_L, m)

    Examples
    --------
    >>> drawn_case(Declared(), (2, 3, 1), 5, seed=0).x.shape
    (2, 5)
    """

    network: Network
    x: Array
    y: Array


def drawn_case(declared: Declared, sizes: Sequence[int], examples: int, *, seed: int) -> SweptCase:
    """Draw a network of these sizes, and examples in the chapter's shape: inputs from 0 to 1, one output that is right.

    Parameters
    ----------
    declared : Declared
    sizes : sequence of int
        Neurons a layer, the input layer first.
    examples : int
        m.
    seed : int

    Raises
    ------
    UsageError
        If the declared activations are not one, or one for each layer after the input, or there is no memory for so much.

    Examples
    --------
    >>> drawn_case(Declared(), (2, 3), 1, seed=0).y.sum()
    np.float64(1.0)
    """
    each, generator = _each_layers(declared, sizes), np.random.default_rng(seed)
    try:
        network = Network.random(
            sizes, generator, activations=each, cost=declared.cost, weight_decay=declared.weight_decay
        )
        y = np.zeros((sizes[-1], examples))
        y[generator.integers(sizes[-1], size=examples), np.arange(examples)] = 1.0
        return SweptCase(network, generator.uniform(size=(sizes[0], examples)), y)
    except (MemoryError, ValueError) as error:
        raise UsageError(
            f"a network of sizes {','.join(map(str, sizes))} with {examples:,} examples does not fit into memory ({error}): choose fewer neurons or examples"
        ) from error


def _each_layers(declared: Declared, sizes: Sequence[int]) -> tuple[Activation, ...]:
    """Return one activation for each layer after the input."""
    count = len(sizes) - 1
    if len(declared.activations) not in (1, count):
        raise UsageError(
            f"{len(declared.activations)} activations are declared, and sizes {','.join(map(str, sizes))} have {count} layers after "
            "the input: one activation for all, or one for each, is required"
        )
    return declared.activations * (count if len(declared.activations) == 1 else 1)
