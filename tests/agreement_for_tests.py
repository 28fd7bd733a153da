"""When a gradient agrees with equation (46), its central form and the complex step: within the errors these have, and no tolerance.

An estimate errs by its truncation and by the rounding of the costs it subtracts. Both are bounded here from the network's own numbers: the
derivative that the truncation is made of by Cauchy's formula on a circle of complex parameters, the rounding of one cost by counting
roundings layer by layer. Nothing of the gradient that is judged goes into them.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import assume

from gradcheck.differences import (
    CountedFunction,
    Scale,
    Stencil,
    complex_step_gradient,
    estimate_component,
    estimate_gradient,
)
from gradcheck.network import Gradient, Network
from gradcheck.network.activations import SOFTMAX
from gradcheck.results import Estimate
from gradcheck.strategies import NetworkCase
from tests.networks_for_tests import ELEMENTARY, FADDEEVA, U, gradient_bounds, layer_errors
from tests.networks_for_tests import Case as BoundedCase

Array = np.ndarray[Any, Any]

POINTS = 32
"""Complex parameters on the circle (a count): coefficients of the Taylor series up to the 31st."""

RADIUS = 8.0
"""The circle's radius, in steps of the estimate (dimensionless)."""

Backprop = Callable[[Network, Array, Array], Gradient]


def vector_of(network: Network) -> Array:
    """Return all parameters as one vector, weights first, in the network's dtype."""
    return np.concatenate([np.ravel(array) for array in (*network.weights, *network.biases)])


def vector_of_gradient(gradient: Gradient) -> Array:
    """Return a gradient in the order of `vector_of`."""
    return np.concatenate([np.ravel(array) for array in (*gradient.nabla_w, *gradient.nabla_b)])


def network_at(network: Network, w: Array) -> Network:
    """Return the network with the parameters of a vector."""
    arrays, start = [], 0
    for array in (*network.weights, *network.biases):
        arrays.append(w[start : start + array.size].reshape(array.shape))
        start += array.size
    layers = len(network.weights)
    return network.with_parameters(arrays[:layers], arrays[layers:])


def cost_at(case: NetworkCase, w: Array) -> Any:
    """Return C of the case's network with other parameters."""
    return network_at(case.network, w).cost_of(case.x, case.y)


@dataclasses.dataclass(frozen=True)
class Looked:
    """One forward pass: the cost, and on which side of each of its branch points every pre-activation is."""

    cost: Any
    branches: tuple[bytes, ...]


def looked_at(case: NetworkCase, w: Array) -> Looked:
    """Return what one forward pass with other parameters shows; the ELU's second derivative jumps at 0, which is a branch point too."""
    network = network_at(case.network, w)
    forward = network.feedforward(case.x)
    branches = tuple(
        (z.real > kink).tobytes()
        for z, activation in zip(forward.zs, network.activations, strict=True)
        for kink in (
            *activation.kinks,
            *((0.0,) if "elu" in activation.name.replace("gelu", "").replace("relu", "") else ()),
        )
    )
    return Looked(network.cost_from(forward, case.y), branches)


@dataclasses.dataclass(frozen=True, eq=False)
class Along:
    """The cost along one parameter: the sizes of the terms of its Taylor series on a circle [cost], and how large it is there."""

    terms: Array
    radius: float
    largest: float

    @property
    def is_analytic(self) -> bool:
        """Whether the series converges well beyond the circle."""
        return bool(self.terms[POINTS // 2 :].max() <= 1e-3 * max(self.largest, np.finfo(float).tiny))

    def derivative(self, order: int, reach: float, rounding: float) -> float:
        """Return a bound on the size of a derivative everywhere within `reach` of the point."""
        total = math.factorial(order) * rounding
        for m in range(order, POINTS):
            factor = math.factorial(m) / math.factorial(m - order)
            total += factor * self.terms[m] * (reach / self.radius) ** (m - order)
        return float(total / self.radius**order)


def along(case: NetworkCase, index: int, radius: float) -> Along | None:
    """Return the cost along one parameter; None where a branch is crossed on the circle."""
    w = vector_of(case.network).astype(np.complex128)
    here = looked_at(case, w).branches
    values = np.empty(POINTS, dtype=np.complex128)
    for k in range(POINTS // 2 + 1):
        moved = w.copy()
        moved[index] += radius * np.exp(2j * np.pi * k / POINTS)
        looked = looked_at(case, moved)
        if looked.branches != here:
            return None
        values[k] = looked.cost
        values[-k] = np.conj(values[k])  # the cost of real parameters is real
    return Along(np.abs(np.fft.fft(values)) / POINTS, radius, float(np.abs(values).max()))


def unit_roundoff(network: Network) -> float:
    """Return u of the network's dtype, in units of that of float64."""
    return float(np.finfo(network.dtype).eps) / 2.0 / U


def cost_rounding(case: NetworkCase) -> float:
    """Return how far rounding may take one evaluation of the cost from the truth, to first order, as `gradient_bounds` counts."""
    network, roundings = case.network, 2 * ELEMENTARY + 8
    forward = network.feedforward(case.x)
    a_error = np.zeros(case.x.shape)
    for i, activation in enumerate(network.activations):
        w, a, z = abs(network.weights[i]), abs(forward.activations[i]), forward.zs[i]
        z_error = (w.shape[1] + 3) * U * (w @ a + abs(network.biases[i])) + w @ a_error
        a_error = layer_errors(activation, z, z_error, roundings).a
    y, a, n = case.y, forward.output, len(case.y)
    if network.matched_pair is not None:
        # delta^L is the slope; what is summed has one sign, so its sum is the cost, and exponents carry the rounding of z.
        slope = abs(network.matched_pair.delta(forward.zs[-1], y))
        spread = 2 * abs(forward.zs[-1]).max(axis=0) if network.activations[-1] is SOFTMAX else 0.0
        terms = network.example_costs(forward, y) + U * spread * y.sum(axis=0)
        moved = (slope * z_error).sum(axis=0) + U * spread
    else:
        terms = (
            abs(network.cost.value(np.minimum(a, 1.0), y)) if "log" in network.cost.name else network.cost.value(a, y)
        )
        if "log" in network.cost.name:
            terms = terms + abs(y * np.log(np.maximum(a, 1.0))).sum(axis=0)
        moved = (abs(network.cost.nabla_a(a, y)) * a_error).sum(axis=0)
    every = moved + (roundings + n) * U * terms
    return float(every.mean() + (len(every) + 3) * U * terms.mean()) * unit_roundoff(network)


def gradient_rounding(case: NetworkCase) -> Array:
    """Return how far rounding may take each component of a computed gradient from the truth; a case of which that is not known is none.

    Of a logarithm whose argument is so small that its square is 0 nothing is known: 1 / a^2 is not.
    """
    known = BoundedCase(case.network, case.x, case.y)
    is_normal = any("gelu" in activation.name for activation in case.network.activations)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        bounds = gradient_bounds(known, elementary=FADDEEVA if is_normal else ELEMENTARY)
        rounding = vector_of_gradient(bounds) * unit_roundoff(case.network)
    assume(np.isfinite(rounding).all())
    return rounding


def steps_of(w: Array, stencil: Stencil) -> Array:
    """Return the steps that `estimate_gradient` takes."""
    wide = w.astype(np.float64)
    rms = float(np.linalg.norm(wide) / np.sqrt(w.size))
    return stencil.default_step(float(np.finfo(w.dtype).eps)) * np.maximum(np.abs(wide), rms)


def scale_for(case: NetworkCase, stencil: Stencil, index: int, step: float, *, rounding: float) -> Scale | None:
    """Return what bounds the errors of an estimate of one component, with the rounding of one cost; None where the cost is not analytic
    near enough."""
    # What is realised of a step may be a half longer, in a coarse dtype.
    line = along(case, index, RADIUS * step)
    if line is None or not line.is_analytic:
        return None
    return Scale(noise=rounding, derivative=line.derivative(stencil.order + 1, 1.5 * step, rounding))


def estimated(case: NetworkCase, stencil: Stencil) -> Estimate | None:
    """Return the estimate of all components by a stencil with errors that hold; None where the cost is not smooth enough."""
    w, rounding = vector_of(case.network), cost_rounding(case)
    scales = [scale_for(case, stencil, i, step, rounding=rounding) for i, step in enumerate(steps_of(w, stencil))]
    derivatives = [scale.derivative for scale in scales if scale is not None and scale.derivative is not None]
    if len(derivatives) < len(scales):
        return None
    scale = Scale(noise=rounding, derivative=max(derivatives))
    return estimate_gradient(lambda v: cost_at(case, v), w, stencil=stencil, scale=scale)


def estimated_one_by_one(case: NetworkCase, stencil: Stencil) -> list[tuple[int, Estimate]]:
    """Return the estimates of the components, each with a step in its own size, where the cost is smooth enough."""
    w, rounding = vector_of(case.network), cost_rounding(case)
    found = []
    for index in range(w.size):
        length = abs(float(w[index]))
        step = stencil.default_step(float(np.finfo(w.dtype).eps)) * length
        scale = scale_for(case, stencil, index, step, rounding=rounding)
        if scale is not None:
            scale = dataclasses.replace(scale, length=length)
            found.append(
                (index, estimate_component(lambda v: cost_at(case, v), w, index, stencil=stencil, scale=scale))
            )
    return found


def excess(claimed: Array, estimate: Estimate, rounding: Array) -> float:
    """Return the largest gap in units of the errors that explain it: at most 1 where the gradient agrees; NaN is infinite."""
    gap = np.abs(claimed - estimate.value)
    allowed = estimate.error + rounding
    ratio = np.where(gap <= np.finfo(claimed.dtype).tiny, 0.0, gap / np.maximum(allowed, np.finfo(float).tiny))
    return math.inf if np.isnan(ratio).any() else float(ratio.max())


def excess_of_differences(case: NetworkCase, stencil: Stencil, backprop: Backprop) -> float | None:
    """Return `excess` of a backprop beside (46) or its central form; None where the cost is not smooth enough to say."""
    estimate = estimated(case, stencil)
    if estimate is None:
        return None
    return excess(vector_of_gradient(backprop(case.network, case.x, case.y)), estimate, gradient_rounding(case))


def excess_of_complex_step(case: NetworkCase, backprop: Backprop) -> float:
    """Return `excess` of a backprop beside the complex step; both round."""
    wide = vector_of(case.network).astype(np.float64)
    estimate = complex_step_gradient(lambda w: cost_at(case, w), wide)
    claimed = vector_of_gradient(backprop(case.network, case.x, case.y))
    return excess(claimed, estimate, 2.0 * gradient_rounding(case))


@dataclasses.dataclass(frozen=True, eq=False)
class Passes:
    """How often the functions of a network were called: the value and the vjp of each layer's activation, the cost and its gradient."""

    values: tuple[CountedFunction, ...]
    vjps: tuple[CountedFunction, ...]
    cost: CountedFunction
    nabla_a: CountedFunction

    def made(self) -> tuple[list[int], list[int], int, int]:
        """Return the numbers of calls."""
        values = [value.forward_passes for value in self.values]
        vjps = [vjp.forward_passes for vjp in self.vjps]
        return values, vjps, self.cost.forward_passes, self.nabla_a.forward_passes


def with_counted_passes(case: NetworkCase) -> tuple[NetworkCase, Passes]:
    """Return the case with functions that count their calls; a matched pair is then no longer fused."""
    network = case.network
    passes = Passes(
        tuple(CountedFunction(activation.value) for activation in network.activations),
        tuple(CountedFunction(activation.vjp) for activation in network.activations),
        CountedFunction(network.cost.value),
        CountedFunction(network.cost.nabla_a),
    )
    activations = [
        dataclasses.replace(activation, value=value, vjp=vjp)
        for activation, value, vjp in zip(network.activations, passes.values, passes.vjps, strict=True)
    ]
    cost = dataclasses.replace(network.cost, value=passes.cost, nabla_a=passes.nabla_a)
    counted = Network(network.weights, network.biases, activations, cost, weight_decay=network.weight_decay)
    return NetworkCase(counted, case.x, case.y), passes
