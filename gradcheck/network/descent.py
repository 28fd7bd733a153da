"""Learning with the gradient: one mini-batch step, and stochastic gradient descent over epochs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gradcheck.errors import ShapeError, UsageError
from gradcheck.network.arrays import as_columns
from gradcheck.network.backprop import backprop
from gradcheck.network.model import Network


@dataclass(frozen=True)
class Schedule:
    """Hold how long and how fast a network learns.

    Parameters
    ----------
    epochs : int
        Times that all examples are seen.
    mini_batch_size : int
        m, examples a step; the last mini-batch of an epoch may be shorter.
    eta : float
        Learning rate, weight squared per unit of cost.

    Raises
    ------
    UsageError
        If one of them is not positive.

    Examples
    --------
    >>> Schedule(epochs=30, mini_batch_size=10, eta=3.0).eta
    3.0
    """

    epochs: int
    mini_batch_size: int
    eta: float

    def __post_init__(self) -> None:
        """Refuse what is not positive."""
        for name, value in (("epochs", self.epochs), ("mini_batch_size", self.mini_batch_size), ("eta", self.eta)):
            if not (0 < value < np.inf):
                raise UsageError(f"{name} is {value!r}: a finite number above 0 is needed")


def gradient_descent_step(network: Network, x: npt.ArrayLike, y: npt.ArrayLike, eta: float) -> Network:
    """Return the network after one step on one mini-batch.

    The chapter's rule: w^l -> w^l - eta/m sum_x delta^(x,l) (a^(x,l-1))^T and b^l -> b^l - eta/m sum_x delta^(x,l).

    Parameters
    ----------
    network : Network
        The network.
    x, y : array_like, shapes (n_1, m) and (n_L, m)
        The mini-batch, dimensionless.
    eta : float
        Learning rate, weight squared per unit of cost.

    Returns
    -------
    Network
        A new one; `network` does not change.

    Raises
    ------
    ShapeError
        If x or y does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> network = Network.random([2, 3, 1], np.random.default_rng(0))
    >>> after = gradient_descent_step(network, [1.0, 1.0], [0.0], 0.1)
    >>> after.cost_of([1.0, 1.0], [0.0]) < network.cost_of([1.0, 1.0], [0.0])
    True
    """
    gradient = backprop(network, x, y)  # its mean over the examples is the rule's 1/m
    return network.with_parameters(
        [w - eta * nabla_w for w, nabla_w in zip(network.weights, gradient.nabla_w, strict=True)],
        [b - eta * nabla_b for b, nabla_b in zip(network.biases, gradient.nabla_b, strict=True)],
    )


def sgd(
    network: Network, x: npt.ArrayLike, y: npt.ArrayLike, schedule: Schedule, generator: np.random.Generator
) -> Iterator[Network]:
    """Yield the network after each epoch of stochastic gradient descent.

    The outer loops that the chapter leaves out: examples are shuffled every epoch and taken in mini-batches. Stop
    asking, and it stops.

    Parameters
    ----------
    network : Network
        Where to start.
    x, y : array_like, shapes (n_1, n) and (n_L, n)
        All training examples, one a column, dimensionless.
    schedule : Schedule
        Epochs, mini-batch size, learning rate.
    generator : numpy.random.Generator
        Shuffles the examples.

    Raises
    ------
    ShapeError
        If x or y does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> start = Network.random([2, 1], rng)
    >>> len(list(sgd(start, np.ones((2, 5)), np.ones((1, 5)), Schedule(3, 2, 0.1), rng)))
    3
    """
    inputs, targets = as_columns(x, network.dtype, "x"), as_columns(y, network.dtype, "y")
    n = inputs.shape[1]
    if targets.shape[1] != n:
        raise ShapeError(f"x holds {n} examples and y holds {targets.shape[1]}: each needs its target")
    for _ in range(schedule.epochs):
        order = generator.permutation(n)
        for start in range(0, n, schedule.mini_batch_size):
            batch = order[start : start + schedule.mini_batch_size]
            network = gradient_descent_step(network, inputs[:, batch], targets[:, batch], schedule.eta)
        yield network


def accuracy(network: Network, x: npt.ArrayLike, labels: npt.ArrayLike) -> float:
    """Return the share of examples whose largest output is the one that `labels` names.

    Parameters
    ----------
    network : Network
        The network.
    x : array_like, shape (n_1, m)
        Inputs, dimensionless.
    labels : array_like of int, shape (m,)
        The right output neuron of each example, counted from 0.

    Returns
    -------
    float
        From 0 to 1, dimensionless.

    Raises
    ------
    ShapeError
        If there is not one label for each example.

    Examples
    --------
    >>> import numpy as np
    >>> network = Network.random([2, 3], np.random.default_rng(0)).with_parameters(
    ...     [np.zeros((3, 2))], [[[0.0], [1.0], [0.0]]]
    ... )
    >>> accuracy(network, np.ones((2, 4)), [1, 1, 1, 0])
    0.75
    """
    output = network.feedforward(x).output
    expected = np.asarray(labels)
    if expected.shape != (output.shape[1],):
        raise ShapeError(f"labels have shape {expected.shape}: {output.shape[1]} examples need one label each")
    return float(np.mean(output.argmax(axis=0) == expected))
