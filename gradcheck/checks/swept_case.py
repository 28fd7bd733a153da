"""The network whose every weight is judged, with its examples."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from gradcheck.errors import UsageError
from gradcheck.network.activations import Activation
from gradcheck.network.model import Network
from gradcheck.strategies.cases import NetworkCase
from gradcheck.subjects.network_class import Declared

HELD: Final = 17
"""Arrays of the size of the network that a check holds at once (a count): copies to displace, claims, estimates, gaps, bounds and rests of
parabolas."""


def drawn_case(declared: Declared, sizes: Sequence[int], examples: int, *, seed: int) -> NetworkCase:
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
        _require_memory(sizes, examples)
        network = Network.random(
            sizes, generator, activations=each, cost=declared.cost, weight_decay=declared.weight_decay
        )
        y = np.zeros((sizes[-1], examples))
        y[generator.integers(sizes[-1], size=examples), np.arange(examples)] = 1.0
        # Numbers of float32: a program that keeps its examples in float32 sees the same ones.
        x = generator.uniform(size=(sizes[0], examples)).astype(np.float32).astype(float)
        return NetworkCase(network, x, y)
    except (MemoryError, ValueError) as error:
        raise UsageError(
            f"a network of sizes {','.join(map(str, sizes))} with {examples:,} example{'' if examples == 1 else 's'} does not fit into "
            f"memory ({error}): choose fewer neurons or examples"
        ) from error


def _require_memory(sizes: Sequence[int], examples: int) -> None:
    """Refuse what this machine cannot hold: asking the system for it may be granted, and end this process and others later."""
    numbers = sum((before + 1) * n for before, n in pairwise(sizes)) + examples * sum(sizes)
    needed = HELD * 8 * numbers
    try:
        there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # no system that tells
        return
    if needed > there:
        raise MemoryError(f"it takes {needed / 2**30:,.0f} GiB, and this machine has {there / 2**30:,.0f}")


def _each_layers(declared: Declared, sizes: Sequence[int]) -> tuple[Activation, ...]:
    """Return one activation for each layer after the input."""
    count = len(sizes) - 1
    if len(declared.activations) not in (1, count):
        raise UsageError(
            f"{len(declared.activations)} activations are declared, and sizes {','.join(map(str, sizes))} have {count} layers after "
            "the input: one activation for all, or one for each, is required"
        )
    return declared.activations * (count if len(declared.activations) == 1 else 1)
