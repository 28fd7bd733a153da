"""Hypothesis strategies for random networks and examples: generic where it matters, shrinking to the smallest case."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gradcheck.errors import UsageError
from gradcheck.network.activations import SIGMOID, SOFTMAX, Activation
from gradcheck.network.costs import LOG_LIKELIHOOD, QUADRATIC, Cost
from gradcheck.network.model import Network
from gradcheck.network.weight_decay import NO_DECAY, WeightDecay

Array = npt.NDArray[Any]

SIMPLEST: Final = (1.0, 0.5, 2.0, 1.5)
"""The numbers a case shrinks towards, simplest first (dimensionless): 1 alone would hide a missing factor, so others stay within reach."""

# Fewer than 101 values each: in a larger range of integers Hypothesis also draws numbers that stand in whatever files happen to be
# imported, and a seed would mean another network in another session.
ORDER_ONE: Final = (
    *(sign * size for sign in (1.0, -1.0) for size in SIMPLEST),
    *(sign * k / 20.0 for sign in (1.0, -1.0) for k in range(1, 41) if k / 20.0 not in SIMPLEST),
)
"""What weights, biases and inputs are drawn from: twentieths from -2 to 2, never 0 (dimensionless). Short numbers read well in a report,
and weights of order one neither saturate a small network nor leave it linear."""

LABELS: Final = (0.0, 1.0, 0.5, *(k / 50.0 for k in range(1, 50) if k != 25))
"""What desired outputs are drawn from: fiftieths from 0 to 1 (dimensionless)."""


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


@dataclasses.dataclass(frozen=True, eq=False)
class NetworkCase:
    """A network with examples to run it on.

    Attributes
    ----------
    network : Network
    x : ndarray, shape (n_1, m)
    y : ndarray, shape (n_L, m)

    Examples
    --------
    >>> import numpy as np
    >>> network = Network.random([2, 1], np.random.default_rng(0))
    >>> NetworkCase(network, np.ones((2, 3)), np.zeros((1, 3))).m
    3
    """

    network: Network
    x: Array
    y: Array

    @property
    def m(self) -> int:
        """The number of examples."""
        return int(self.x.shape[1])


def _generic(shape: tuple[int, ...]) -> st.SearchStrategy[Array]:
    """Return arrays of short numbers other than 0, without a shared fill value: a repeated one makes matrices of rank 1."""
    return arrays(np.float64, shape, elements=st.sampled_from(ORDER_ONE), fill=st.nothing())


@st.composite
def networks(draw: st.DrawFn, recipe: Recipe = DEFAULT_RECIPE) -> Network:
    """Return a strategy for networks of equation (25), with generic weights and biases of order one.

    Shrinks to one layer of one neuron. Errors: UsageError by `Recipe`.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(networks(), lambda network: True).sizes
    (1, 1)
    """
    least, most = recipe.layers
    sizes = draw(st.lists(st.integers(1, recipe.max_width), min_size=least, max_size=most))
    activations = recipe.of_layers(len(sizes) - 1)
    if SOFTMAX in activations and sizes[-1] == 1:
        sizes[-1] = 2  # one class has probability 1 whatever the weights are
    weights = [draw(_generic((n, n_before))) for n_before, n in pairwise(sizes)]
    biases = [draw(_generic((n, 1))) for n in sizes[1:]]
    return Network(weights, biases, activations, recipe.cost, weight_decay=recipe.weight_decay)


@st.composite
def examples(draw: st.DrawFn, network: Network, *, min_examples: int = 1, max_examples: int = 1) -> tuple[Array, Array]:
    """Return a strategy for (x, y) with one column an example, y as the network's cost wants it.

    Equation (26)'s x and y(x): x of shape (n_1, m), y of shape (n_L, m), dimensionless.

    Raises
    ------
    UsageError
        If the numbers of examples are not 1 <= min_examples <= max_examples.

    Examples
    --------
    >>> import numpy as np
    >>> from hypothesis import find
    >>> network = Network.random([2, 3], np.random.default_rng(0))
    >>> x, y = find(examples(network), lambda case: True)
    >>> x.shape, y.shape
    ((2, 1), (3, 1))
    """
    m = draw(_counts(min_examples, max_examples))
    x = draw(_generic((network.sizes[0], m)))
    return x, draw(_targets(network, m))


def _counts(least: int, most: int) -> st.SearchStrategy[int]:
    """Return numbers of examples."""
    if not 1 <= least <= most:
        raise UsageError(f"min_examples is {least} and max_examples {most}: 1 <= min <= max is required")
    return st.integers(least, most)


def _targets(network: Network, m: int) -> st.SearchStrategy[Array]:
    """Return labels: one class an example for the log-likelihood, anything between 0 and 1 for the other costs."""
    n = network.sizes[-1]
    if network.cost is LOG_LIKELIHOOD:
        classes = st.lists(st.integers(0, n - 1), min_size=m, max_size=m)
        return classes.map(lambda labels: np.eye(n)[:, labels])
    return arrays(np.float64, (n, m), elements=st.sampled_from(LABELS), fill=st.nothing())


@st.composite
def network_cases(
    draw: st.DrawFn, recipe: Recipe = DEFAULT_RECIPE, *, min_examples: int = 1, max_examples: int = 1
) -> NetworkCase:
    """Return a strategy for a network together with examples for it.

    What (46) and (BP1) to (BP4) are compared on. Errors: UsageError by `Recipe` and `examples`.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(network_cases(max_examples=5), lambda case: case.m > 1).m
    2
    """
    # Drawn before the network: a layer that shrinking takes away must not move this number.
    m = draw(_counts(min_examples, max_examples))
    network = draw(networks(recipe))
    x, y = draw(examples(network, min_examples=m, max_examples=m))
    return NetworkCase(network, x, y)
