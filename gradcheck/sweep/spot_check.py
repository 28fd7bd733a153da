"""Some parameters by true full forward passes, in every run: what makes it honest to use the structure of the network."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from gradcheck.errors import UsageError
from gradcheck.network.model import Network
from gradcheck.sweep.estimating import Estimated, Sweeping
from gradcheck.sweep.full_passes import DisplacedCost, FullPasses, Parameter
from gradcheck.sweep.own_changes import changes_by_themselves, own_change
from gradcheck.sweep.sizes import PathSizes

COARSE: Final = 2.0**-10
"""A step in units of the parameter at which a cost changes by far more than rounding."""

HALF_THE_DIGITS: Final = 2.0**-26
"""What two evaluations of one cost share whatever they round (dimensionless), and those of two parameters do not."""


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

    A step may be so small that a full pass does not see it: so each cost is evaluated once more by itself, beside that of the large step.

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
    drawn = drawn_parameters(sweeping.network, count, generator)
    for layer, of_layer in enumerate(found):
        parameters = [one for one in drawn if one.layer == layer]
        own = [own_change(sweeping, of_layer, one) for one in parameters]
        full = [(passes.at(one, mine.step), passes.at(one, COARSE)) for one, mine in zip(parameters, own, strict=True)]
        steps = np.array([(mine.step, coarse.step) for mine, (_, coarse) in zip(own, full, strict=True)])
        themselves = changes_by_themselves(sweeping, parameters, steps) if parameters else []
        for parameter, mine, (fine, coarse), (again, large) in zip(parameters, own, full, themselves, strict=True):
            rounding = Rounding(parameter, path_rounding(sweeping, sizes, parameter), sizes.cost)
            compare(sweeping, rounding, _Both(mine, fine, base))
            require_same(sweeping, rounding, _Twice(mine, again))
            compare(sweeping, rounding, _Both(large, coarse, base))


@dataclass(frozen=True)
class Rounding:
    """Hold what rounding may do to the changes of C by one parameter.

    Parameters
    ----------
    parameter : Parameter
    of_paths : float
        Cost per unit of the parameter: `path_rounding`.
    of_cost : float
        How far C may lie off [cost].

    Examples
    --------
    >>> Rounding(Parameter(0, 0, 0), 1e-15, 1e-16).of_cost
    1e-16
    """

    parameter: Parameter
    of_paths: float
    of_cost: float


@dataclass(frozen=True)
class _Both:
    """Hold the change of C by the sweep, the displaced cost of a full pass, and C."""

    of_sweep: DisplacedCost
    full: DisplacedCost
    base: float


@dataclass(frozen=True)
class _Twice:
    """Hold the change of C for one step as it stands in the sweep, and evaluated by itself."""

    in_place: DisplacedCost
    by_itself: DisplacedCost


def require_same(sweeping: Sweeping, rounding: Rounding, twice: _Twice) -> None:
    """Refuse a change that is not in its parameter's place.

    Raises
    ------
    SpotCheckFailed
        If it is not.

    Examples
    --------
    >>> from gradcheck.sweep.estimating import prepared
    >>> from gradcheck.sweep.settings import SweepSettings
    >>> network, x, y = Network.random([1, 1], np.random.default_rng(0)), np.ones((1, 1)), np.ones((1, 1))
    >>> rounding = Rounding(Parameter(0, 0, 0), 1e-15, 1e-16)
    >>> twice = _Twice(DisplacedCost(1e-9, 1e-8), DisplacedCost(2e-9, 1e-8))
    >>> require_same(prepared(network, x, y, SweepSettings()), rounding, twice)
    Traceback (most recent call last):
    gradcheck.sweep.spot_check.SpotCheckFailed: weights[0][0, 0] changed by 1e-08: ...
    """
    one, other = twice.in_place.cost, twice.by_itself.cost
    # The paths at the point are no measure of it where it crosses a kink.
    allowed = 2 * twice.in_place.step * rounding.of_paths + HALF_THE_DIGITS * abs(other)
    if sweeping.has_plain_layer:
        allowed += 4 * rounding.of_cost
    if differ(one, other, allowed):
        raise SpotCheckFailed(
            f"{_name(sweeping, rounding)} changed by {twice.in_place.step:.3g}: the cost changes by {one!r} in "
            f"the sweep and by {other!r} when it is evaluated by itself; rounding explains {allowed:.1e} at most. It is a mistake of the "
            "sweep: please report it with the network's sizes and the seed"
        )


def compare(sweeping: Sweeping, rounding: Rounding, both: _Both) -> None:
    """Refuse two changes that differ by more than the rounding of two full passes and of the sweep explains.

    Raises
    ------
    SpotCheckFailed
        If they do.

    Examples
    --------
    >>> from gradcheck.sweep.estimating import prepared
    >>> from gradcheck.sweep.settings import SweepSettings
    >>> network, x, y = Network.random([1, 1], np.random.default_rng(0)), np.ones((1, 1)), np.ones((1, 1))
    >>> rounding = Rounding(Parameter(0, 0, 0), 1e-15, 1e-16)
    >>> both = _Both(DisplacedCost(0.5, 1e-3), DisplacedCost(1.0, 1e-3), 1.0)
    >>> compare(prepared(network, x, y, SweepSettings()), rounding, both)
    Traceback (most recent call last):
    gradcheck.sweep.spot_check.SpotCheckFailed: weights[0][0, 0] changed by 0.001: ...
    """
    of_sweep, full = both.of_sweep, both.full.cost - both.base
    # The sweep adds its step to w in exact arithmetic; a full pass takes the nearest double to the sum.
    unrealised = abs(both.full.step - of_sweep.step) * abs(of_sweep.cost) / of_sweep.step if of_sweep.step else 0.0
    of_paths = abs(of_sweep.step) * rounding.of_paths
    allowed = (4 if sweeping.has_plain_layer else 2) * rounding.of_cost + of_paths + 2 * unrealised
    if differ(of_sweep.cost, full, allowed):
        name = _name(sweeping, rounding)
        raise SpotCheckFailed(
            f"{name} changed by {of_sweep.step:.3g}: the cost changes by {of_sweep.cost!r} in the sweep and by {full!r} in a full "
            f"forward pass; rounding explains {allowed:.1e} at most. Nothing of this sweep is to be believed: if the forward pass is "
            "yours, it is not that of the network that was declared (its sizes, activations, cost, weight decay); else it is a mistake "
            "of the sweep, please report it with the network's sizes and the seed"
        )


def _name(sweeping: Sweeping, rounding: Rounding) -> str:
    """Return the parameter's name."""
    return rounding.parameter.name(sweeping.network.sizes[rounding.parameter.layer])


def differ(one: float, other: float, allowed: float) -> bool:
    """Tell whether two changes of C differ by more than is allowed; two that are both no number do not: their bounds are none either.

    Examples
    --------
    >>> differ(1.0, 1.5, 0.1), differ(1.0, float("nan"), 0.1), differ(float("nan"), float("inf"), 0.1)
    (True, True, False)
    """
    return not abs(one - other) <= allowed and (math.isfinite(one) or math.isfinite(other))


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
    return float((of_delta * np.abs(a) + of_input).mean())
