"""What a sweep did, counted apart: costs that (46) asks for, costs that were evaluated, and operations."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from gradcheck.sweep.bounds import BENDS
from gradcheck.sweep.estimating import Sweeping


@dataclass(frozen=True)
class SweepCounts:
    """Hold the counts of one sweep.

    Parameters
    ----------
    costs : int
        Costs asked for: P + 1 for forward differences, 2 P for central ones.
    examples : int
        m: each cost is the mean over so many.
    evaluations : int
        Costs of one example that were evaluated, equal inputs once; `costs` times `examples` where no two are equal and none is 0.
    for_bounds : int
        Costs of one example that were evaluated beside them, four a neuron, to measure the truncation.
    multiplications : int
        Those of all matrix products and rank-one updates of both.
    pass_multiplications : int
        Those of one full forward pass over the examples.
    full_passes : int
        Full forward passes of the spot check.

    Examples
    --------
    >>> SweepCounts(3, 1, 3, 4, 30, 10, 17).equivalent_passes
    3.0
    """

    costs: int
    examples: int
    evaluations: int
    for_bounds: int
    multiplications: int
    pass_multiplications: int
    full_passes: int

    @property
    def equivalent_passes(self) -> float:
        """Return how many full forward passes have as many multiplications."""
        return self.multiplications / self.pass_multiplications


def counted(sweeping: Sweeping, full_passes: int) -> SweepCounts:
    """Return the counts of a sweep.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.network.model import Network
    >>> from gradcheck.sweep.estimating import prepared
    >>> from gradcheck.sweep.settings import Difference, SweepSettings
    >>> network = Network.random([2, 3, 1], np.random.default_rng(0))
    >>> settings = SweepSettings(difference=Difference.FORWARD)
    >>> counted(prepared(network, np.array([[0.5], [0.0]]), np.ones((1, 1)), settings), 0).evaluations
    11
    """
    network, sides = sweeping.network, len(sweeping.settings.difference.sides)
    by_layer = [
        sides * n * sum(len(inputs[layer].values) for inputs in sweeping.inputs)
        for layer, n in enumerate(network.sizes[1:])
    ]
    forward, m = sides == 1, len(sweeping.examples)
    of_bounds = [BENDS * n * m for n in network.sizes[1:]]
    return SweepCounts(
        costs=sides * network.num_parameters + forward,
        examples=m,
        evaluations=sum(by_layer) + forward * m,
        for_bounds=sum(of_bounds),
        multiplications=sum(
            (one + other) * row_multiplications(sweeping, i)
            for i, (one, other) in enumerate(zip(by_layer, of_bounds, strict=True))
        )
        + forward * pass_multiplications(sweeping),
        pass_multiplications=pass_multiplications(sweeping),
        full_passes=full_passes,
    )


def row_multiplications(sweeping: Sweeping, layer: int) -> int:
    """Return the multiplications of one example's perturbed cost: a rank-one update, then the layers behind it.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.network.model import Network
    >>> from gradcheck.sweep.estimating import prepared
    >>> from gradcheck.sweep.settings import SweepSettings
    >>> network = Network.random([784, 1000, 200, 10], np.random.default_rng(0))
    >>> row_multiplications(prepared(network, np.ones((784, 1)), np.ones((10, 1)), SweepSettings()), 0)
    2200
    """
    behind = sweeping.network.sizes[layer + 2 :]
    return sum(before * n for before, n in pairwise(behind)) + (behind[0] if behind else 0)


def pass_multiplications(sweeping: Sweeping) -> int:
    """Return the multiplications of one full forward pass over all examples.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.network.model import Network
    >>> from gradcheck.sweep.estimating import prepared
    >>> from gradcheck.sweep.settings import SweepSettings
    >>> network = Network.random([2, 3, 1], np.random.default_rng(0))
    >>> pass_multiplications(prepared(network, np.ones((2, 5)), np.ones((1, 5)), SweepSettings()))
    45
    """
    return len(sweeping.examples) * sum(w.size for w in sweeping.network.weights)
