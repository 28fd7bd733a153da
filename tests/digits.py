"""A network trained on scikit-learn's handwritten digits by our own stochastic gradient descent: saturated weights."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from sklearn.datasets import load_digits

from gradcheck.network.activations import SIGMOID
from gradcheck.network.arrays import Array
from gradcheck.network.costs import CROSS_ENTROPY
from gradcheck.network.descent import Schedule, sgd
from gradcheck.network.model import Network

SCHEDULE = Schedule(epochs=15, mini_batch_size=10, eta=0.5)


@dataclass(frozen=True, eq=False)
class TrainedDigits:
    """A trained network, and the fifth of the digits that it never saw: x (64, 359), y (10, 359), labels (359,)."""

    network: Network
    x: Array
    y: Array
    labels: Array


def trained_digits_network(generator: np.random.Generator) -> TrainedDigits:
    """Return a network of sizes (64, 30, 10); generators in the same state give the same one, trained once a process.

    The generator is advanced by one draw, whether the network had to be trained or not.
    """
    return _trained(int(generator.integers(2**63)))


@cache
def _trained(seed: int) -> TrainedDigits:
    """Return the network that this seed leads to."""
    generator = np.random.default_rng(seed)
    pixels, labels = load_digits(return_X_y=True)
    x, y = pixels.T / 16, np.eye(10)[:, labels]  # a pixel counts from 0 to 16
    order = generator.permutation(x.shape[1])
    held_out, seen = order[: x.shape[1] // 5], order[x.shape[1] // 5 :]
    network = Network.random([64, 30, 10], generator, activations=SIGMOID, cost=CROSS_ENTROPY)
    for learned in sgd(network, x[:, seen], y[:, seen], SCHEDULE, generator):
        network = learned
    return TrainedDigits(network, x[:, held_out], y[:, held_out], labels[held_out])
