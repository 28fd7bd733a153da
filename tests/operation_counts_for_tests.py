"""Multiplications counted as they are made: an array that counts what is multiplied with it, and the counts that theory gives."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from gradcheck.network import Network, backprop_from

Array = np.ndarray[Any, Any]

ELEMENTWISE = frozenset({np.multiply, np.divide, np.square})
"""What counts as one multiplication an element of its result; a division is one too."""


@dataclasses.dataclass
class Tally:
    """Multiplications so far (counts): in products with weight matrices and outer products, and element by element."""

    products: int = 0
    elementwise: int = 0


class CountingArray(np.ndarray[Any, Any]):
    """An array that counts the multiplications it takes part in, and hands the tally on to what is computed from it."""

    tally: Tally

    def __array_finalize__(self, source: Any) -> None:
        if source is not None and hasattr(source, "tally"):
            self.tally = source.tally

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **keywords: Any) -> Any:
        if "out" in keywords:
            keywords["out"] = tuple(map(plain, keywords["out"]))
        found = getattr(ufunc, method)(*map(plain, inputs), **keywords)
        if ufunc is np.matmul:
            self.tally.products += np.shape(found)[0] * np.shape(inputs[0])[1] * np.shape(found)[1]
        elif ufunc in ELEMENTWISE:
            self.tally.elementwise += int(np.size(found))
        return counting(found, self.tally)


def plain(value: Any) -> Any:
    """Return a counting array as one that does not count."""
    return value.view(np.ndarray) if isinstance(value, CountingArray) else value


def counting(array: Array, tally: Tally) -> CountingArray:
    """Return an array that counts into `tally`."""
    counted = np.asarray(array).view(CountingArray)
    counted.tally = tally
    return counted


@dataclasses.dataclass(frozen=True)
class Counts:
    """The multiplications of one forward and of one backward pass over a mini-batch."""

    forward: Tally
    backward: Tally

    @property
    def ratio(self) -> float:
        """All multiplications of the backward pass over all of the forward pass."""
        return (self.backward.products + self.backward.elementwise) / (self.forward.products + self.forward.elementwise)

    @property
    def ratio_of_products(self) -> float:
        """The products of the backward pass over those of the forward pass."""
        return self.backward.products / self.forward.products


def measured(sizes: Sequence[int], m: int) -> Counts:
    """Return the multiplications of the reference's two passes, for sigmoids and the quadratic cost, as the chapter has them."""
    generator = np.random.default_rng(0)
    network = Network.random(sizes, generator)
    x, y = generator.normal(size=(sizes[0], m)), generator.uniform(size=(sizes[-1], m))
    counts = Counts(Tally(), Tally())
    forward = counted_by(network, counts.forward).feedforward(x)
    # Every array is made to count, so that no product is missed whichever operand it has.
    again = dataclasses.replace(
        forward,
        zs=tuple(counting(plain(z), counts.backward) for z in forward.zs),
        activations=tuple(counting(plain(a), counts.backward) for a in forward.activations),
    )
    backprop_from(counted_by(network, counts.backward), again, y)
    return counts


def counted_by(network: Network, tally: Tally) -> Network:
    """Return the network with weights and biases that count."""
    copy = network.with_parameters(network.weights, network.biases)
    # Past the constructor, which makes plain copies.
    object.__setattr__(copy, "weights", tuple(counting(w, tally) for w in network.weights))
    object.__setattr__(copy, "biases", tuple(counting(b, tally) for b in network.biases))
    return copy


def expected(sizes: Sequence[int], m: int) -> Counts:
    """Return what theory counts, with W = sum n_l n_(l-1) weights, W_1 = n_2 n_1 of them in the first layer, and N = sum n_l neurons.

    Forward (25): m W in products and, in 1 / (1 + e^-z), one division a neuron: m N.
    Backward: (BP4) m W and (BP2) m (W - W_1) in products. Each element: two in sigma', one in (BP1) or (BP2), one for the 1/m of (26)
    in (BP4), so 4 m N, and N for that of (BP3).
    """
    weights, first, neurons = sum(n * k for k, n in pairwise(sizes)), sizes[0] * sizes[1], sum(sizes[1:])
    return Counts(
        Tally(products=m * weights, elementwise=m * neurons),
        Tally(products=m * (2 * weights - first), elementwise=4 * m * neurons + neurons),
    )
