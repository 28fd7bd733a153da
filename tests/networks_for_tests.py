"""Random networks for the tests of `gradcheck.network`, their exact gradients (mpmath), and what rounding may do.

The strategy here is small and of the tests' own: `gradcheck.strategies` is built on the code that is tested here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath as mp
import numpy as np
from hypothesis import strategies as st

from gradcheck.network.activations import (
    ACTIVATIONS,
    LINEAR,
    SIGMOID,
    SOFTMAX,
    Activation,
)
from gradcheck.network.arrays import Array
from gradcheck.network.costs import CROSS_ENTROPY, LOG_LIKELIHOOD, QUADRATIC, Cost
from gradcheck.network.gradient import Gradient
from gradcheck.network.model import Network
from gradcheck.network.weight_decay import NO_DECAY, WeightDecay

ELEMENTWISE = tuple(activation for activation in ACTIVATIONS.values() if activation.derivative is not None)
OUTPUTS: tuple[tuple[Activation, Cost], ...] = (
    *((activation, QUADRATIC) for activation in ACTIVATIONS.values()),
    (SIGMOID, CROSS_ENTROPY),
    (SOFTMAX, LOG_LIKELIHOOD),
)
ELEMENTWISE_OUTPUTS = tuple(pair for pair in OUTPUTS if pair[0] is not SOFTMAX)


@dataclass(frozen=True, eq=False)
class Case:
    """A network and a mini-batch: x (n_1, m), y (n_L, m)."""

    network: Network
    x: Array
    y: Array

    def __repr__(self) -> str:
        """Say what a failing example was."""
        names = [activation.name for activation in self.network.activations]
        return f"Case(sizes={self.network.sizes}, {names}, {self.network.cost.name}, m={self.x.shape[1]})"


@st.composite
def cases(
    draw: st.DrawFn,
    *,
    hidden: Sequence[Activation] = ELEMENTWISE,
    outputs: Sequence[tuple[Activation, Cost]] = OUTPUTS,
    max_size: int = 4,
    max_layers: int = 4,
) -> Case:
    """Draw a small network with normal weights and a mini-batch that suits its cost."""
    sizes = draw(st.lists(st.integers(1, max_size), min_size=2, max_size=max_layers))
    output, cost = draw(st.sampled_from(outputs))
    before = draw(st.lists(st.sampled_from(hidden), min_size=len(sizes) - 2, max_size=len(sizes) - 2))
    decay = draw(st.sampled_from([NO_DECAY, WeightDecay(l2=0.5), WeightDecay(l1=0.25, l2=0.125)]))
    m = draw(st.integers(1, 3))
    generator = np.random.default_rng(draw(st.integers(0, 2**32)))
    network = Network.random(sizes, generator, activations=[*before, output], cost=cost, weight_decay=decay)
    return Case(network, generator.normal(size=(sizes[0], m)), targets_for(cost, (sizes[-1], m), generator))


def targets_for(cost: Cost, shape: tuple[int, int], generator: np.random.Generator) -> Array:
    """Return targets that the cost is made for: any number, from 0 to 1, or columns that sum to 1."""
    if cost.value is QUADRATIC.value:
        return generator.normal(size=shape)
    y = generator.integers(0, 2, size=shape) if generator.integers(2) else generator.uniform(size=shape)
    if cost.value is CROSS_ENTROPY.value:
        return np.asarray(y, dtype=np.float64)
    return np.asarray((y + 0.5) / (y + 0.5).sum(axis=0))


# --- the truth, in mpmath ---------------------------------------------------------------------------------------------


def _mp_phi(z: Any) -> Any:
    return mp.erfc(-z / mp.sqrt(2)) / 2


def _mp_sigmoid(z: Any) -> Any:
    return 1 / (1 + mp.exp(-z))


MP_ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "sigmoid": _mp_sigmoid,
    "tanh": lambda z: mp.sinh(z) / mp.cosh(z),
    "relu": lambda z: z if mp.re(z) > 0 else mp.mpf(0),
    "leaky_relu": lambda z: z if mp.re(z) > 0 else mp.mpf(0.01) * z,
    "elu": lambda z: z if mp.re(z) > 0 else mp.expm1(z),
    "softplus": lambda z: mp.log(1 + mp.exp(z)),
    "gelu": lambda z: z * _mp_phi(z),
    "gelu_tanh": lambda z: z * _mp_sigmoid(2 * mp.sqrt(2 / mp.pi) * (z + mp.mpf(0.044715) * z**3)),
    "swish": lambda z: z * _mp_sigmoid(z),
    "linear": lambda z: z,
}


def mp_layer(activation: Activation, zs: list[Any]) -> list[Any]:
    """Return the activations of one example's layer."""
    if activation is SOFTMAX:
        exponentials = [mp.exp(z) for z in zs]
        return [e / mp.fsum(exponentials) for e in exponentials]
    return [MP_ACTIVATIONS[activation.name](z) for z in zs]


def mp_example_cost(cost: Cost, a: list[Any], y: list[Any]) -> Any:
    """Return C_x from its definition; 0 ln 0 is 0."""
    if cost is QUADRATIC:
        return mp.fsum((y_j - a_j) ** 2 for a_j, y_j in zip(a, y, strict=True)) / 2
    terms = [y_j * mp.log(a_j) if y_j else mp.mpf(0) for a_j, y_j in zip(a, y, strict=True)]
    if cost is CROSS_ENTROPY:
        terms += [(1 - y_j) * mp.log(1 - a_j) if y_j != 1 else mp.mpf(0) for a_j, y_j in zip(a, y, strict=True)]
    return -mp.fsum(terms)


def mp_cost(network: Network, weights: list[Any], biases: list[Any], x: Array, y: Array) -> Any:
    """Return C with these parameters: sums over components, as equations (23) and (26) are written."""
    total = mp.mpf(0)
    for example in range(x.shape[1]):
        a = [mp.mpf(v) for v in x[:, example].tolist()]
        for w, b, activation in zip(weights, biases, network.activations, strict=True):
            sums = [mp.fsum(w_jk * a_k for w_jk, a_k in zip(row, a, strict=True)) for row in w]
            a = mp_layer(activation, [z_j + b_j for z_j, b_j in zip(sums, b, strict=True)])
        total += mp_example_cost(network.cost, a, [mp.mpf(v) for v in y[:, example].tolist()])
    entries = [entry for w in weights for row in w for entry in row]
    decay = network.weight_decay
    l2 = mp.mpf(decay.l2) / 2 * mp.fsum(v * v for v in entries)
    l1 = mp.mpf(decay.l1) * mp.fsum(v * mp.sign(mp.re(v)) for v in entries)
    return total / x.shape[1] + l2 + l1


def mp_gradient(case: Case) -> Gradient:
    """Return the gradient to 50 digits, rounded once: Im C(w + ih)/h, whose own relative error is h^2 = 1e-80."""
    with mp.workdps(50):
        h = mp.mpf(10) ** -40
        weights = [[[mp.mpf(v) for v in row] for row in w.tolist()] for w in case.network.weights]
        biases = [[mp.mpf(v) for v in b[:, 0].tolist()] for b in case.network.biases]

        def partial(row: list[Any], k: int) -> float:
            kept, row[k] = row[k], row[k] + mp.mpc(0, h)
            derivative = float(mp.im(mp_cost(case.network, weights, biases, case.x, case.y)) / h)
            row[k] = kept
            return derivative

        nabla_w = [np.array([[partial(row, k) for k in range(len(row))] for row in w]) for w in weights]
        nabla_b = [np.array([[partial(b, j)] for j in range(len(b))]) for b in biases]
    return Gradient(nabla_b=tuple(nabla_b), nabla_w=tuple(nabla_w))


# --- the error model --------------------------------------------------------------------------------------------------

U = 2.0**-53  # unit roundoff of float64
ELEMENTARY = 8  # roundings u that exp, log1p, tanh ... may make: numpy's own accuracy tests allow 4 ulp
ROUNDINGS = 2 * ELEMENTARY + 8  # an activation has at most two of those and eight of + - * /
FADDEEVA = 1e-13 / U  # the complex normal distribution: what its implementation states


def exponent_rounding(activation: Activation, z: Array) -> Array:
    """Return, in u, the relative error of an activation from rounding inside an exponent: its size times the roundings.

    GELU: Phi rounds z/sqrt 2 twice and squares it (5 roundings of z^2/2 together), phi squares z. GELU_TANH: nine
    roundings of its argument. All others take the exponential of z itself.
    """
    if not activation.uniform:  # two functions: whichever
        return np.maximum(3 * z * z, 9 * abs(2 * np.sqrt(2 / np.pi) * z * (1 + 0.044715 * z * z)))
    if activation.name == "gelu":
        return 3 * z * z
    if activation.name == "gelu_tanh":
        return np.asarray(9 * abs(2 * np.sqrt(2 / np.pi) * z * (1 + 0.044715 * z * z)))
    return np.zeros(z.shape)


def slope_terms(activation: Activation, z: Array) -> Array:
    """Return the sum of the absolute terms of sigma'(z): |G| + |z G'| for the activations z G(z), else |sigma'|."""
    if not activation.uniform:
        return np.maximum(abs(activation.derivative(z)), 1.3)  # type: ignore[misc]  # |G| <= 1 and |z G'| <= 0.3
    if activation.name in ("gelu", "gelu_tanh", "swish"):
        gate = np.where(z == 0, 0.5, activation.value(z) / np.where(z == 0, 1, z))
        return np.asarray(gate + abs(activation.derivative(z) - gate))  # type: ignore[misc]
    return abs(activation.derivative(z))  # type: ignore[misc]


@dataclass(frozen=True, eq=False)
class LayerErrors:
    """What a layer's forward pass may have lost: bounds on the errors of z, a and sigma'(z) (of p for softmax)."""

    z: Array
    a: Array
    slope: Array


def gradient_bounds(case: Case, *, summands: int = 0, elementary: float = ELEMENTARY, fused: str = "yes") -> Gradient:
    """Return how far rounding may take each component of a computed gradient from the truth, to first order.

    Every sum of N terms, in whatever order, errs by at most (N + 2) u times the sum of the terms' absolute values, N
    being the larger of its length and `summands`; every activation by the roundings counted above; errors already made
    pass through the derivative of what comes after, sigma' for a value and |sigma''| <= 1 for a slope (no activation
    here has more). Absolute values are carried back as |w|^T |delta| |sigma'|, which bounds every order in which the
    products of (35) and (53) can be taken. `fused` "no" is for those that take nabla_a C of a matched pair apart.
    """
    network, roundings = case.network, 2 * elementary + 8
    forward = network.feedforward(case.x)
    errors: list[LayerErrors] = []
    a_error = np.zeros(case.x.shape)
    for i, activation in enumerate(network.activations):
        w, a, z = abs(network.weights[i]), abs(forward.activations[i]), forward.zs[i]
        z_error = (max(w.shape[1] + 1, summands) + 2) * U * (w @ a + abs(network.biases[i])) + w @ a_error
        errors.append(layer_errors(activation, z, z_error, roundings))
        a_error = errors[-1].a
    delta, error = _output_bounds(case, forward.zs[-1], forward.output, errors[-1], (roundings, fused == "yes"))
    nabla_b, nabla_w, m = [], [], case.x.shape[1]
    for i in reversed(range(len(network.weights))):
        a, a_error = abs(forward.activations[i]), errors[i - 1].a if i else np.zeros(case.x.shape)
        sums = (max(m, summands) + 4) * U
        decay = 4 * U * (network.weight_decay.l2 * abs(network.weights[i]) + network.weight_decay.l1)
        nabla_b.append((sums * delta + error).mean(axis=1, keepdims=True))
        nabla_w.append((sums * delta @ a.T + error @ a.T + delta @ a_error.T) / m + decay)
        if i:
            w, activation, z = abs(network.weights[i].T), network.activations[i - 1], forward.zs[i - 1]
            slope = slope_terms(activation, z)
            rounded = (max(w.shape[1], summands) + 4) * U * (w @ delta)
            error = (rounded + w @ error) * slope + (w @ delta) * errors[i - 1].slope
            delta = (w @ delta) * slope
    return Gradient(nabla_b=tuple(nabla_b[::-1]), nabla_w=tuple(nabla_w[::-1]))


def layer_errors(activation: Activation, z: Array, z_error: Array, roundings: float) -> LayerErrors:
    """Return the bounds for one layer's activations and slopes."""
    a = abs(activation.value(z))
    if activation is SOFTMAX:
        below = z.max(axis=0) - z
        rounded = U * (roundings + len(z) + 2 * (below + (a * below).sum(axis=0))) * a
        a_error = a * (z_error + (a * z_error).sum(axis=0)) + rounded
        return LayerErrors(z_error, a_error, a_error)
    relative = U * (roundings + exponent_rounding(activation, z))
    slope = slope_terms(activation, z)
    curvature = 0.0 if activation.uniform and (activation.kinks or activation is LINEAR) else 1.0
    return LayerErrors(z_error, slope * z_error + relative * a, curvature * z_error + relative * slope)


def _output_bounds(case: Case, z: Array, a: Array, errors: LayerErrors, how: tuple[float, bool]) -> tuple[Array, Array]:
    """Return the absolute terms of delta^L and the bound on its error."""
    (roundings, fused), y, activation = how, case.y, case.network.activations[-1]
    pair = case.network.matched_pair
    if pair is not None and fused:
        terms = abs(1 - y) * a + abs(y) * (1 - a) + 4 * U * abs(y)
        return terms, errors.a * y.sum(axis=0) + errors.a + U * (roundings + len(y) + 4) * terms
    n, n_error = _nabla_a_bounds(case, a, errors.a)
    if activation is SOFTMAX:
        spread = abs(n) + abs(n).max(axis=0) + (a * (abs(n) + abs(n).max(axis=0))).sum(axis=0)
        terms = a * spread
        moved = errors.a * spread + a * (n_error + (a * n_error).sum(axis=0) + (errors.a * abs(n)).sum(axis=0) * 2)
        return terms, moved + (roundings + len(y) + 4) * U * terms
    slope = slope_terms(activation, z)
    return abs(n) * slope, n_error * slope + abs(n) * errors.slope + 2 * U * abs(n) * slope


def _nabla_a_bounds(case: Case, a: Array, a_error: Array) -> tuple[Array, Array]:
    """Return nabla_a C and the bound on its error: what a's error does to it, and at most six roundings."""
    y, cost = case.y, case.network.cost
    n = cost.nabla_a(a, y)
    if cost is QUADRATIC:
        return n, a_error + U * abs(n)
    by_a = y / a**2 if cost is LOG_LIKELIHOOD else y / a**2 + (1 - y) / (1 - a) ** 2
    return n, by_a * a_error + 6 * U * abs(n)


def worst_ratio(claimed: Gradient, truth: Gradient, bounds: Gradient) -> float:
    """Return the largest |claimed - truth| / bound over all components; 0/0 is 0, and NaN is infinite."""
    worst = 0.0
    for name in ("nabla_b", "nabla_w"):
        for c, t, bound in zip(getattr(claimed, name), getattr(truth, name), getattr(bounds, name), strict=True):
            if c.shape != t.shape:
                return np.inf
            gap = abs(c - t)
            # smaller than any normal number is as good as 0: gradual underflow is outside the model
            ratio = np.where(gap <= np.finfo(np.float64).tiny, 0.0, gap / np.maximum(bound, np.finfo(np.float64).tiny))
            worst = max(worst, np.inf if np.isnan(ratio).any() else float(ratio.max()))
    return worst
