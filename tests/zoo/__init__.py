"""A zoo of right and wrong gradients, generated from seeds, with the truth about each."""

from __future__ import annotations

from collections.abc import Iterator

from tests.zoo import (
    chance,
    contracts,
    edges,
    formulas,
    kinks,
    layers,
    library_autodiff,
    library_models,
    library_scipy,
    library_sklearn,
    likelihoods,
    matrices,
    network_costs,
    networks,
    precision,
    scales,
    sequences,
)
from tests.zoo.specimen import FAMILIES, Expected, Family, Kind, Layer, Pair, Specimen

SEED = 2024

__all__ = ["FAMILIES", "SEED", "Expected", "Family", "Kind", "Layer", "Pair", "Specimen", "pairs"]

_ROOMS = (
    chance,
    contracts,
    edges,
    formulas,
    kinks,
    layers,
    likelihoods,
    matrices,
    network_costs,
    networks,
    precision,
    scales,
    sequences,
)
_LIBRARIES = (library_autodiff, library_models, library_scipy, library_sklearn)


def pairs(seed: int = SEED) -> Iterator[Pair]:
    """Yield every pair of the standard zoo."""
    for family in FAMILIES.values():
        for number in range(family.draws):
            yield family.draw(seed, number)
