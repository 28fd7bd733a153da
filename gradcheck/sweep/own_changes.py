"""The changes of C for steps of one parameter: as they stand in a sweep, and found by themselves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gradcheck.network.arrays import Array
from gradcheck.network.model import Network
from gradcheck.network.weight_decay import NO_DECAY
from gradcheck.sweep.decay import decay_changes
from gradcheck.sweep.estimating import Estimated, Sweeping
from gradcheck.sweep.full_passes import DisplacedCost, Parameter


def own_change(sweeping: Sweeping, found: Estimated, parameter: Parameter) -> DisplacedCost:
    """Return the change of C for a step up as the sweep found it.

    Examples
    --------
    >>> from gradcheck.sweep.estimating import prepared
    >>> from gradcheck.sweep.settings import SweepSettings
    >>> sweeping = prepared(Network.random([1, 1], np.random.default_rng(0)), np.ones((1, 1)), np.ones((1, 1)), SweepSettings())
    >>> own_change(sweeping, Estimated(np.full((1, 2), 3.0), np.zeros((1, 2))), Parameter(0, 0, 0)).cost < 1e-6
    True
    """
    step, place = sweeping.settings.realised_step, (parameter.neuron, parameter.place)
    slope = found.quotient[place] if found.half_gap is None else found.quotient[place] + found.half_gap[place]
    change = step * float(slope)
    return DisplacedCost(change + decay_change(sweeping.network, parameter, step), step)


def changes_by_themselves(
    sweeping: Sweeping, parameters: Sequence[Parameter], steps: Array
) -> list[list[DisplacedCost]]:
    """Return the changes of C for steps of some parameters of one layer, found as the sweep finds them.

    Parameters
    ----------
    sweeping : Sweeping
    parameters : sequence of Parameter
    steps : ndarray, shape (J, D)
        D of each.

    Examples
    --------
    >>> from gradcheck.sweep.estimating import prepared
    >>> from gradcheck.sweep.settings import SweepSettings
    >>> sweeping = prepared(Network.random([1, 1], np.random.default_rng(0)), np.ones((1, 1)), np.ones((1, 1)), SweepSettings())
    >>> changes_by_themselves(sweeping, [Parameter(0, 0, 0)], np.array([[0.0]]))[0][0].cost
    0.0
    """
    layer, neurons = parameters[0].layer, np.array([one.neuron for one in parameters])
    inputs = sweeping.with_ones[layer][[one.place for one in parameters]]
    changes = [
        example.cost_changes(layer, neurons, steps * a[:, None])
        for example, a in zip(sweeping.examples, inputs.T, strict=True)
    ]
    each = zip(parameters, np.mean(changes, axis=0), steps.tolist(), strict=True)
    return [
        [
            DisplacedCost(float(change) + decay_change(sweeping.network, parameter, step), step)
            for change, step in zip(of_one, own_steps, strict=True)
        ]
        for parameter, of_one, own_steps in each
    ]


def decay_change(network: Network, parameter: Parameter, step: float) -> float:
    """Return what a step of one weight changes in the weight decay, a sum over the weights in which one term moves.

    Examples
    --------
    >>> from gradcheck.network.weight_decay import WeightDecay
    >>> network = Network.random([1, 1], np.random.default_rng(0), weight_decay=WeightDecay(l2=2.0))
    >>> network = network.with_parameters([[[3.0]]], network.biases)
    >>> decay_change(network, Parameter(0, 0, 0), 1.0)
    7.0
    """
    w = network.weights[parameter.layer]
    if parameter.place == w.shape[1] or network.weight_decay == NO_DECAY:
        return 0.0
    return float(decay_changes(network.weight_decay, w[parameter.neuron, [parameter.place]], step)[0])
