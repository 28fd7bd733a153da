"""Some parameters by true full forward passes, in every run: what makes it honest to use the structure of the network."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from gradcheck.errors import UsageError
from gradcheck.network.model import Network
from gradcheck.network.weight_decay import NO_DECAY
from gradcheck.sweep.decay import decay_changes
from gradcheck.sweep.estimating import Estimated, Sweeping
from gradcheck.sweep.full_passes import DisplacedCost, FullPasses, Parameter
from gradcheck.sweep.sizes import PathSizes

COARSE: Final = 2.0**-10
"""A step in units of the parameter at which a cost changes by far more than rounding."""


class SpotCheckFailed(UsageError):
    """A cost of the sweep is not that of a full forward pass.

    Examples
    --------
    >>> issubclass(SpotCheckFailed, UsageError)
    True
    """


def drawn_parameters(network: Network, count: int, generator: np.random.Generator) -> list[Parameter]:
    """Draw parameters: every layer in turn, so that a last layer of few weights is looked at too.

    Examples
    --------
    >>> network = Network.random([2, 3, 1], np.random.default_rng(0))
    >>> [one.layer for one in drawn_parameters(network, 3, np.random.default_rng(0))]
    [1, 0, 1]
    """
    found = []
    for i in range(count):
        layer = len(network.weights) - 1 - i % len(network.weights)
        n, inputs = network.weights[layer].shape
        found.append(Parameter(layer, int(generator.integers(n)), int(generator.integers(inputs + 1))))
    return found


def spot_check(sweeping: Sweeping, found: Sequence[Estimated], sizes: PathSizes, passes: FullPasses) -> None:
    """Compare costs of the sweep with those of full forward passes, at its own step and at one where rounding hides little.

    Parameters
    ----------
    sweeping : Sweeping
    found : sequence of Estimated
        What the sweep found, one for each layer.
    sizes : PathSizes
    passes : FullPasses

    Raises
    ------
    SpotCheckFailed
        If two costs differ by more than rounding explains.

    Examples
    --------
    >>> from gradcheck.sweep.estimating import prepared
    >>> from gradcheck.sweep.partition import Unit
    >>> from gradcheck.sweep.settings import SweepSettings
    >>> from gradcheck.sweep.full_passes import reference_cost
    >>> from gradcheck.sweep.sizes import path_sizes
    >>> network, x, y = Network.random([1, 1], np.random.default_rng(0)), np.ones((1, 1)), np.ones((1, 1))
    >>> sweeping = prepared(network, x, y, SweepSettings())
    >>> sizes = path_sizes(network, network.feedforward(x), y, 2.0**-53)
    >>> passes = FullPasses(network, reference_cost(network, x, y))
    >>> spot_check(sweeping, [sweeping.estimate(Unit(0, 0, 1))], sizes, passes)
    >>> passes.count
    9
    """
    base, generator = passes.base(), np.random.default_rng(sweeping.settings.seed)
    count = sweeping.settings.checks_of(sweeping.network.num_parameters)
    for parameter in drawn_parameters(sweeping.network, count, generator):
        of_sweep = own_change(sweeping, found[parameter.layer], parameter)
        compare(sweeping, sizes, parameter, _Both(of_sweep, passes.at(parameter, of_sweep.step), base))
        full = passes.at(parameter, COARSE)
        compare(sweeping, sizes, parameter, _Both(coarse_change(sweeping, parameter, full.step), full, base))


@dataclass(frozen=True)
class _Both:
    """Hold the change of C by the sweep, the displaced cost of a full pass, and C."""

    of_sweep: DisplacedCost
    full: DisplacedCost
    base: float


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
    change = step * float(found.quotient[place] + found.half_gap[place])
    return DisplacedCost(change + decay_change(sweeping.network, parameter, step), step)


def coarse_change(sweeping: Sweeping, parameter: Parameter, step: float) -> DisplacedCost:
    """Return the change of C for a step as large as is wanted, found as the sweep finds it.

    Examples
    --------
    >>> from gradcheck.sweep.estimating import prepared
    >>> from gradcheck.sweep.settings import SweepSettings
    >>> sweeping = prepared(Network.random([1, 1], np.random.default_rng(0)), np.ones((1, 1)), np.ones((1, 1)), SweepSettings())
    >>> coarse_change(sweeping, Parameter(0, 0, 0), 0.0).cost
    0.0
    """
    rows = slice(parameter.neuron, parameter.neuron + 1)
    changes = [
        float(example.cost_changes(parameter.layer, rows, step * a[[parameter.place]])[0, 0])
        for example, a in zip(sweeping.examples, sweeping.with_ones[parameter.layer].T, strict=True)
    ]
    return DisplacedCost(float(np.mean(changes)) + decay_change(sweeping.network, parameter, step), step)


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


def compare(sweeping: Sweeping, sizes: PathSizes, parameter: Parameter, both: _Both) -> None:
    """Refuse two changes that differ by more than the rounding of two full passes and of the sweep explains.

    Raises
    ------
    SpotCheckFailed
        If they do.

    Examples
    --------
    >>> from gradcheck.sweep.estimating import prepared
    >>> from gradcheck.sweep.settings import SweepSettings
    >>> from gradcheck.sweep.sizes import path_sizes
    >>> network, x, y = Network.random([1, 1], np.random.default_rng(0)), np.ones((1, 1)), np.ones((1, 1))
    >>> sizes = path_sizes(network, network.feedforward(x), y, 2.0**-53)
    >>> both = _Both(DisplacedCost(0.5, 1e-3), DisplacedCost(1.0, 1e-3), 1.0)
    >>> compare(prepared(network, x, y, SweepSettings()), sizes, Parameter(0, 0, 0), both)
    Traceback (most recent call last):
    gradcheck.sweep.spot_check.SpotCheckFailed: weights[0][0, 0] changed by 0.001: ...
    """
    of_sweep, full = both.of_sweep, both.full.cost - both.base
    # The sweep adds its step to w in exact arithmetic; a full pass takes the nearest double to the sum.
    unrealised = abs(both.full.step - of_sweep.step) * abs(of_sweep.cost) / of_sweep.step if of_sweep.step else 0.0
    of_paths = abs(of_sweep.step) * path_rounding(sweeping, sizes, parameter)
    allowed = (4 if sweeping.has_plain_layer else 2) * sizes.cost + of_paths + 2 * unrealised
    is_no_number = not math.isfinite(of_sweep.cost) and not math.isfinite(
        full
    )  # in both: its bound is no number either
    if not abs(of_sweep.cost - full) <= allowed and not is_no_number:
        name = parameter.name(sweeping.network.sizes[parameter.layer])
        raise SpotCheckFailed(
            f"{name} changed by {of_sweep.step:.3g}: the cost changes by {of_sweep.cost!r} in the sweep and by {full!r} in a full "
            f"forward pass; rounding explains {allowed:.1e} at most. Nothing of this sweep is to be believed: if the forward pass is "
            "yours, it is not that of the network that was declared (its sizes, activations, cost, weight decay); else it is a mistake "
            "of the sweep, please report it with the network's sizes and the seed"
        )


def path_rounding(sweeping: Sweeping, sizes: PathSizes, parameter: Parameter) -> float:
    """Return `rounding_bound` of one parameter.

    Examples
    --------
    >>> from gradcheck.sweep.estimating import prepared
    >>> from gradcheck.sweep.settings import SweepSettings
    >>> from gradcheck.sweep.sizes import path_sizes
    >>> network, x, y = Network.random([1, 1], np.random.default_rng(0)), np.ones((1, 1)), np.ones((1, 1))
    >>> sizes = path_sizes(network, network.feedforward(x), y, 2.0**-53)
    >>> 0 < path_rounding(prepared(network, x, y, SweepSettings()), sizes, Parameter(0, 0, 0)) < 1e-14
    True
    """
    layer, neuron, place = parameter.layer, parameter.neuron, parameter.place
    of_z, a = sizes.by_z[layer][neuron], sweeping.with_ones[layer][place]
    of_delta = sizes.rounding[layer] * of_z + sizes.shift[layer][neuron]
    of_input = of_z * sizes.input_shift[layer][place] if place < len(sizes.input_shift[layer]) else 0.0
    return float(np.mean(of_delta * np.abs(a) + of_input))
