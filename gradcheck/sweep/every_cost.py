"""The million-and-one check: every cost that (46) asks for, of a known network."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gradcheck.errors import UsageError
from gradcheck.network.arrays import Array, as_columns
from gradcheck.network.model import Network
from gradcheck.network.weight_decay import NO_DECAY
from gradcheck.sweep.bounds import estimate_bound
from gradcheck.sweep.counts import SweepCounts, counted
from gradcheck.sweep.decay import decay_bound, decay_quotients
from gradcheck.sweep.estimating import Estimated, Sweeping, prepared
from gradcheck.sweep.exact_example import without_identity
from gradcheck.sweep.full_passes import FullPasses, Subject, reference_cost
from gradcheck.sweep.partition import units
from gradcheck.sweep.settings import DEFAULT_SETTINGS, UNIT_ROUNDOFF, Form, SweepSettings
from gradcheck.sweep.sizes import PathSizes, path_sizes
from gradcheck.sweep.spot_check import spot_check
from gradcheck.sweep.workers import estimates


@dataclass(frozen=True, eq=False)
class Sweep:
    """Hold what a sweep estimated, in the order of the layers 2 to L.

    Parameters
    ----------
    nabla_b, nabla_w : tuple of ndarray, shape (n_l, 1) and (n_l, n_(l-1)) each
        The quotients of (46), cost per unit of parameter.
    bound_b, bound_w : tuple of ndarray, of the same shapes
        Their error bounds, truncation and rounding; not a number where a cost was none.
    plain : tuple of str
        Where values were subtracted: everything in the z-form, and what has no identity in the delta-form.
    settings : SweepSettings
    counts : SweepCounts

    Examples
    --------
    >>> network = Network.random([2, 3, 1], np.random.default_rng(0))
    >>> sweep(network, [0.5, 0.25], [1.0]).plain
    ()
    """

    nabla_b: tuple[Array, ...]
    nabla_w: tuple[Array, ...]
    bound_b: tuple[Array, ...]
    bound_w: tuple[Array, ...]
    plain: tuple[str, ...]
    settings: SweepSettings
    counts: SweepCounts


def sweep(
    network: Network,
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    settings: SweepSettings = DEFAULT_SETTINGS,
    subject: Subject | None = None,
) -> Sweep:
    """Return every partial derivative of C as (46) has it, each of its costs recomputed.

    Equation (46). A change of w_jk moves z_j alone: what is before is shared by all costs, the next layer's weighted inputs take a
    rank-one update, and the rest is recomputed for many costs at once as matrix products. Nothing is made linear, nothing
    interpolated, and no equation of backpropagation is used. Weights of one neuron whose inputs a_k are equal have the same perturbed
    weighted inputs, so the same cost, which is evaluated once. The step is added to a weight in exact arithmetic, not to its nearest
    double. A network of single precision is swept in double.

    Parameters
    ----------
    network : Network
        Of real numbers.
    x : array_like, shape (n_1, m) or (n_1,)
        Inputs, dimensionless.
    y : array_like, shape (n_L, m) or (n_L,)
        Targets, dimensionless.
    settings : SweepSettings
    subject : Subject, optional
        Another's cost by full forward passes over x and y: spot-checked as the reference network's is.

    Raises
    ------
    UsageError
        If the network is complex, or the cost at its parameters is not finite.
    ShapeError
        If x or y does not fit.
    SpotCheckFailed
        If a cost differs from that of a true forward pass.

    Examples
    --------
    >>> from gradcheck.network.backprop import backprop
    >>> network = Network.random([2, 3, 1], np.random.default_rng(0))
    >>> found = sweep(network, [0.5, 0.25], [1.0])
    >>> bool(np.allclose(found.nabla_w[0], backprop(network, [0.5, 0.25], [1.0]).nabla_w[0], rtol=1e-13, atol=0))
    True
    >>> found.counts.costs
    26
    """
    network = in_double(network)
    columns = as_columns(x, network.dtype, "x")
    forward = network.feedforward(columns)
    targets = network.targets(forward, y)
    cost = network.cost_from(forward, targets)
    if not math.isfinite(cost):
        raise UsageError(
            f"the cost is {cost} at this point: it has no derivative there; choose parameters and examples at which it is finite"
        )
    sweeping = prepared(network, columns, targets, settings)
    found = assembled(sweeping, targets)
    sizes = path_sizes(network, forward, targets, UNIT_ROUNDOFF)
    passes = FullPasses(network, reference_cost(network, columns, targets))
    spot_check(sweeping, found, sizes, passes)
    if subject is not None:
        own_sizes = path_sizes(network, forward, targets, subject.unit_roundoff)
        spot_check(sweeping, found, own_sizes, FullPasses(network, subject.cost))
    return _result(sweeping, found, sizes, passes.count)


def in_double(network: Network) -> Network:
    """Return the network with its parameters as doubles, which changes none of them.

    Raises
    ------
    UsageError
        If they are complex.

    Examples
    --------
    >>> single = Network.random([1, 1], np.random.default_rng(0))
    >>> in_double(single.with_parameters([np.ones((1, 1), np.float32)], [np.ones((1, 1), np.float32)])).dtype
    dtype('float64')
    """
    if network.dtype.kind != "f":
        raise UsageError(
            f"the network's parameters are {network.dtype}: a sweep displaces real ones, in float32 or float64"
        )
    if network.dtype == np.float64:
        return network
    return network.with_parameters(
        [w.astype(np.float64) for w in network.weights], [b.astype(np.float64) for b in network.biases]
    )


def assembled(sweeping: Sweeping, targets: Array) -> list[Estimated]:
    """Return the estimates of each layer, from those of the pieces, without the weight decay.

    Examples
    --------
    >>> network = Network.random([2, 3, 1], np.random.default_rng(0))
    >>> found = assembled(prepared(network, np.ones((2, 1)), np.ones((1, 1)), SweepSettings()), np.ones((1, 1)))
    >>> [one.quotient.shape for one in found]
    [(3, 3), (1, 4)]
    """
    network, sides = sweeping.network, len(sweeping.settings.difference.sides)
    shapes = [(len(w), w.shape[1] + 1) for w in network.weights]
    layers = [Estimated(*(np.empty(shape) for _ in range(sides))) for shape in shapes]
    progress, done = sweeping.settings.progress, 0
    cut = units(network, sides)
    with contextlib.closing(
        estimates(sweeping, targets, cut)
    ) as found:  # ctrl-C ends its processes now, not when it is collected
        for unit, one in zip(cut, found, strict=True):
            layers[unit.layer].put(unit.rows, one)
            done += sides * one.quotient.size
            if progress is not None:
                progress(done, sides * network.num_parameters)
    return layers


def _result(sweeping: Sweeping, found: Sequence[Estimated], sizes: PathSizes, full_passes: int) -> Sweep:
    """Return the estimates with their bounds, the weight decay added."""
    network, settings = sweeping.network, sweeping.settings
    bounds = [estimate_bound(sweeping, sizes, layer, one.half_gap) for layer, one in enumerate(found)]
    decay, step, difference = network.weight_decay, settings.realised_step, settings.difference
    for one, bound, w in zip(found, bounds, network.weights, strict=True):
        if decay != NO_DECAY:
            one.quotient[:, :-1] += decay_quotients(decay, w, step, difference)
            bound[:, :-1] += decay_bound(decay, w, step, difference)
    return Sweep(
        nabla_b=tuple(one.quotient[:, -1:] for one in found),
        nabla_w=tuple(one.quotient[:, :-1] for one in found),
        bound_b=tuple(bound[:, -1:] for bound in bounds),
        bound_w=tuple(bound[:, :-1] for bound in bounds),
        plain=("z-form",) if settings.form is Form.Z else without_identity(network),
        settings=settings,
        counts=counted(sweeping, full_passes),
    )
