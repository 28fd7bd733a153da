"""The networks that checks draw: all of one recipe, that of the code that is checked."""

from __future__ import annotations

import dataclasses
import functools
from itertools import pairwise
from typing import Final

from hypothesis import strategies as st

from gradcheck.errors import UsageError
from gradcheck.network.activations import SIGMOID, SOFTMAX, Activation
from gradcheck.network.arrays import Array
from gradcheck.network.costs import QUADRATIC, Cost
from gradcheck.network.model import Network
from gradcheck.network.weight_decay import NO_DECAY, WeightDecay
from gradcheck.strategies.cases import NetworkCase
from gradcheck.strategies.numbers_drawn import generic, targets


@dataclasses.dataclass(frozen=True)
class Recipe:
    """What networks are drawn from.

    Attributes
    ----------
    activations : tuple of Activation
        One for every layer, or one for each of the layers after the input: then their number is that of the layers.
    cost : Cost
    weight_decay : WeightDecay
    max_layers : int
        Layers at most, input layer included.
    max_width : int
        Neurons in a layer at most.

    Raises
    ------
    UsageError
        If a number is too small, or no activation is given.

    Examples
    --------
    >>> Recipe(max_layers=3).layers
    (2, 3)
    """

    activations: tuple[Activation, ...] = (SIGMOID,)
    cost: Cost = QUADRATIC
    weight_decay: WeightDecay = NO_DECAY
    max_layers: int = 6
    max_width: int = 4

    def __post_init__(self) -> None:
        if not self.activations:
            raise UsageError("activations is empty: at least one activation is required")
        if self.max_layers < 2 or self.max_width < 1:
            raise UsageError(
                f"max_layers is {self.max_layers} and max_width {self.max_width}: at least 2 layers of 1 neuron are required"
            )

    @property
    def layers(self) -> tuple[int, int]:
        """The least and the largest number of layers."""
        if len(self.activations) > 1:
            return len(self.activations) + 1, len(self.activations) + 1
        return 2, self.max_layers

    def of_layers(self, count: int) -> tuple[Activation, ...]:
        """Return one activation for each of `count` layers after the input."""
        return self.activations if len(self.activations) > 1 else self.activations * count


DEFAULT_RECIPE: Final = Recipe()


@st.composite
def recipe_networks(draw: st.DrawFn, recipe: Recipe = DEFAULT_RECIPE) -> Network:
    """Return a strategy for networks of equation (25), with generic weights and biases of order one.

    Shrinks to one layer of one neuron. Errors: UsageError by `Recipe`.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(recipe_networks(), lambda network: True).sizes
    (1, 1)
    """
    sizes = list(draw(_sizes(*recipe.layers, recipe.max_width)))
    activations = recipe.of_layers(len(sizes) - 1)
    if SOFTMAX in activations and sizes[-1] == 1:
        sizes[-1] = 2  # one class has probability 1 whatever the weights are
    weights = [draw(generic((n, n_before))) for n_before, n in pairwise(sizes)]
    biases = [draw(generic((n, 1))) for n in sizes[1:]]
    return Network(weights, biases, activations, recipe.cost, weight_decay=recipe.weight_decay)


@functools.cache
def _sizes(least: int, most: int, max_width: int) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(1, max_width), min_size=least, max_size=most)


@st.composite
def _examples(draw: st.DrawFn, network: Network, m: int) -> tuple[Array, Array]:
    """Return x and y."""
    # No choice, and yet one of those that Hypothesis varies: without it the seeds of earlier reports would draw other cases.
    draw(st.integers(m, m))
    x = draw(generic((network.sizes[0], m)))
    return x, draw(targets(network, m))


def _counts(least: int, most: int) -> st.SearchStrategy[int]:
    """Return numbers of examples."""
    if not 1 <= least <= most:
        raise UsageError(f"min_examples is {least} and max_examples {most}: 1 <= min <= max is required")
    return st.integers(least, most)


@st.composite
def recipe_cases(
    draw: st.DrawFn, recipe: Recipe = DEFAULT_RECIPE, *, min_examples: int = 1, max_examples: int = 1
) -> NetworkCase:
    """Return a strategy for a network together with examples for it.

    What (46) and (BP1) to (BP4) are compared on. Errors: UsageError by `Recipe`, or if not 1 <= min_examples <= max_examples.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(recipe_cases(max_examples=5), lambda case: case.m > 1).m
    2
    """
    # Drawn before the network: a layer that shrinking takes away must not move this number.
    m = draw(_counts(min_examples, max_examples))
    network = draw(recipe_networks(recipe))
    x, y = draw(_examples(network, m))
    return NetworkCase(network, x, y)
