"""Networks on which mistakes show: no two layers alike, nothing zero, nothing saturated, nothing symmetric."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.mistakes.program import Asked, Call, Question
from gradcheck.network.costs import LOG_LIKELIHOOD
from gradcheck.network.model import Network
from gradcheck.strategies.cases import NetworkCase
from gradcheck.subjects.network_class import Declared

Array = npt.NDArray[Any]

WIDTHS: Final = (4, 7, 6, 3, 8, 2, 9)
"""Widths of the layers (counts): no two alike, none that of a mini-batch, so that no transpose and no sum over the wrong axis hides."""

LAYERS: Final = 4
"""Layers of a network whose depth is not declared (a count): two hidden ones, so that (BP2) is seen from another hidden layer too."""

SQUARE: Final = 4
"""Width of all layers where a program does not run on others (a count)."""

M: Final = 5
"""Examples in a mini-batch (a count): no width is 5."""

CALLS: Final = 3
"""Calls of one program, one after the other, of which each answer is compared (a count): what is kept between calls shows in the second,
and in the third whether it was the first or the one before."""

DRAWS: Final = 50
"""Networks drawn at most until one is generic (a count): of relu networks of these widths about one in three is."""

NEAR_KINK: Final = 1e-3
"""Weighted inputs this near to a kink are drawn again (dimensionless): rounding must not decide a sigma'."""

SATURATED: Final = 6.0
"""Weighted inputs beyond this are drawn again (dimensionless): sigma' would lose three of its digits."""


@dataclasses.dataclass(frozen=True, eq=False)
class Exposing:
    """A network with examples, one a column: enough for two mini-batches.

    Examples
    --------
    >>> one = exposing(Declared(), np.random.default_rng(0))
    >>> one.network.sizes, one.x.shape
    ((4, 7, 6, 3), (4, 10))
    """

    network: Network
    x: Array
    y: Array

    def case(self, examples: int = 1) -> NetworkCase:
        """Return the network with its first examples."""
        return NetworkCase(self.network, self.x[:, :examples], self.y[:, :examples])

    def examples(self) -> Question:
        """Return calls with one example each."""
        return Question(Asked.ONE, tuple(self._call(slice(i, i + 1)) for i in range(CALLS)))

    def batches(self, asked: Asked) -> Question:
        """Return calls with one mini-batch each."""
        return Question(asked, tuple(self._call(slice(i * M, (i + 1) * M)) for i in range(2)))

    def _call(self, chosen: slice) -> Call:
        return Call(self.network, self.x[:, chosen], self.y[:, chosen])


def exposing(declared: Declared, generator: np.random.Generator) -> Exposing:
    """Return a network of the declared neurons on which mistakes in (BP1) to (BP4) show, with examples.

    Weights and biases of order one, none of them 0; targets that are not symmetric; in every hidden layer neurons of both kinds
    where sigma has a kink; a weight decay where one is declared.

    Examples
    --------
    >>> exposing(Declared(), np.random.default_rng(0)).network.num_layers
    4
    """
    return exposing_of(_sizes(declared), declared, generator)


def exposing_square(declared: Declared, generator: np.random.Generator) -> Exposing:
    """Return the same with all layers of one width, for programs that do not run on others.

    Examples
    --------
    >>> exposing_square(Declared(), np.random.default_rng(0)).network.sizes
    (4, 4, 4, 4)
    """
    return exposing_of((SQUARE,) * len(_sizes(declared)), declared, generator)


def _sizes(declared: Declared) -> tuple[int, ...]:
    each = declared.activations
    count = LAYERS if len(each) == 1 else len(each) + 1
    return tuple(WIDTHS[i % len(WIDTHS)] for i in range(count))


def exposing_of(sizes: tuple[int, ...], declared: Declared, generator: np.random.Generator) -> Exposing:
    """Return the same with layers of given widths, drawn until it is generic; the last one stands where none is.

    Examples
    --------
    >>> exposing_of((2, 3), Declared(), np.random.default_rng(0)).network.sizes
    (2, 3)
    """
    for _ in range(DRAWS):
        found = _draw(sizes, declared, generator)
        if _is_generic(found):
            break
    return found


def _draw(sizes: tuple[int, ...], declared: Declared, generator: np.random.Generator) -> Exposing:
    each = declared.activations
    activations = each * (len(sizes) - 1) if len(each) == 1 else each
    weights = [_away_from_zero(generator, (n, before)) / np.sqrt(before / 2.0) for before, n in pairwise(sizes)]
    biases = [_away_from_zero(generator, (n, 1)) / 2.0 for n in sizes[1:]]
    network = Network(weights, biases, activations, declared.cost, weight_decay=declared.weight_decay)
    x = _away_from_zero(generator, (sizes[0], 2 * M))
    y = generator.uniform(0.05, 0.95, (sizes[-1], 2 * M))
    if declared.cost is LOG_LIKELIHOOD:
        y = np.eye(sizes[-1])[:, generator.integers(0, sizes[-1], 2 * M)]
    return Exposing(network, x, y)


def _away_from_zero(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Return numbers of both signs between 0.3 and 1.5 in size."""
    size: Array = generator.uniform(0.3, 1.5, shape) * generator.choice([-1.0, 1.0], shape)
    return size


def _is_generic(found: Exposing) -> bool:
    """Tell whether no weighted input is saturated or at a kink, and each layer with kinks has neurons on both sides of them."""
    zs = found.network.feedforward(found.x).zs
    for z, activation in zip(zs, found.network.activations, strict=True):
        if np.max(np.abs(z)) > SATURATED:
            return False
        for kink in activation.kinks:
            first = z[:, :CALLS]
            sides = np.mean(first > kink, axis=0)
            # A single neuron cannot be on both sides: on the upper one sigma' is not 0 for any of ours.
            has_both = np.all((sides > 0.0) & (sides < 1.0)) if len(first) > 1 else np.all(sides == 1.0)
            if np.min(np.abs(z - kink)) < NEAR_KINK or not has_both:
                return False
    return True
