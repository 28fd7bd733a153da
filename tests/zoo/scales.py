"""Families of unequal scales, fast oscillation, noise and rounding in the cost."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Any

import numpy as np

from tests.zoo.networks import specimen_of
from tests.zoo.perceptron import Shape, draw
from tests.zoo.planting import edited, plant
from tests.zoo.specimen import Kind, Pair, Specimen, beside, family

WHOLE = ("one leaf doubled", "one leaf negated", "one leaf zeroed", "everything doubled")


@family(draws=8)
def leaves_sixteen_decades_apart(generator: np.random.Generator) -> Pair:
    """Leaves of size 1e-8, 1 and 1e8 in one structure, each as important as the other."""
    scales = {"small": 1e-8, "middle": 1.0, "large": 1e8}
    at = {name: scale * generator.standard_normal(4) for name, scale in scales.items()}

    def cost(p: Any) -> Any:
        return sum(np.sum(np.sin(p[name] / scale) + (p[name] / scale) ** 2) for name, scale in scales.items())

    def gradient(p: Any) -> Any:
        return {name: (np.cos(p[name] / s) + 2 * p[name] / s) / s for name, s in scales.items()}

    return plant(generator, Specimen(cost, gradient, at))


@family(draws=6)
def network_in_other_units(generator: np.random.Generator) -> Pair:
    """A network whose first weights are of size 1e-8 and whose biases are of size 1e8, in other units."""
    net, at = draw(generator, Shape((3, 4, 2)))
    units = {"w": [1e8, 1.0], "b": [1e-8, 1.0]}

    def inner(p: Any) -> Any:
        return {name: [u * leaf for u, leaf in zip(units[name], p[name], strict=True)] for name in units}

    def gradient(p: Any) -> Any:
        found = net.gradient(inner(p))
        return {name: [u * leaf for u, leaf in zip(units[name], found[name], strict=True)] for name in units}

    point = {name: [leaf / u for u, leaf in zip(units[name], at[name], strict=True)] for name in units}
    return plant(generator, Specimen(lambda p: net.cost(inner(p)), gradient, point))


def _unequal_components(generator: np.random.Generator, decades: int) -> Pair:
    k = 10.0 ** np.linspace(-decades, decades, int(generator.integers(4, 9)))
    point = generator.uniform(0.4, 1.2, k.size) / k * generator.choice([-1.0, 1.0], k.size)
    right = Specimen(lambda p: np.sum(np.tanh(k * p)), lambda p: k * (1 - np.tanh(k * p) ** 2), point)
    index = int(generator.integers(k.size))
    factor = float(generator.choice([2.0, 0.0, -1.0, 1.01]))

    def spoil(leaves: list[Any]) -> None:
        leaves[0][index] *= factor

    return beside(right, edited(right.gradient, spoil), f"component of scale {k[index]:.0e} times {factor:g}")


@family(draws=6)
def components_two_decades_apart(generator: np.random.Generator) -> Pair:
    """sum tanh(k p) with k from 0.1 to 10 or 0.01 to 100, p about 1/k, in one array; one component wrong."""
    return _unequal_components(generator, int(generator.integers(1, 3)))


@family(draws=6)
def components_eight_decades_apart(generator: np.random.Generator) -> Pair:
    """The same with k from 1e-4 to 1e4."""
    return _unequal_components(generator, int(generator.integers(3, 5)))


@family(draws=6)
def components_twelve_decades_apart(generator: np.random.Generator) -> Pair:
    """The same with k from 1e-6 to 1e6."""
    return _unequal_components(generator, int(generator.integers(5, 7)))


@family(draws=8)
def fast_oscillation(generator: np.random.Generator) -> Pair:
    """sin(k x) with k from 1e4 to 1e6: a step too large sees another slope, and sees it consistently."""
    k = 10.0 ** generator.uniform(4.0, 6.0)
    x = generator.uniform(0.1, 1.0, 3)
    right = Specimen(lambda p: np.sum(np.sin(k * p)), lambda p: k * np.cos(k * p), x, length=1.0 / k, noise=1e-16 * k)
    return plant(generator, right, *WHOLE, "one component missing", visible=1e2)


@family(draws=4)
def ripple_on_a_slope(generator: np.random.Generator) -> Pair:
    """A smooth cost with a ripple of amplitude 1e-4 and frequency 3e4; the wrong gradient leaves the ripple out."""
    k, amplitude = 3e4 * generator.uniform(0.5, 1.5), 1e-4
    x = generator.uniform(0.5, 2.0, 4)
    right = Specimen(
        lambda p: np.sum(p**2) + amplitude * np.sum(np.sin(k * p)),
        lambda p: 2 * p + amplitude * k * np.cos(k * p),
        x,
        length=1.0 / k,
        noise=1e-16 * amplitude * k,
    )
    return beside(right, lambda p: 2 * p, "ripple left out")


def _hash_noise(p: Any, amplitude: float) -> float:
    """Return a number of [-amplitude, amplitude] that depends on every bit of the parameters, always the same."""
    text = b"".join(np.ascontiguousarray(leaf).tobytes() for name in sorted(p) for leaf in p[name])
    return amplitude * (int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big") / 2.0**63 - 1.0)


def _noisy(generator: np.random.Generator, amplitude: float, *mistakes: str) -> Pair:
    net, at = draw(generator, Shape((3, 4, 2), str(generator.choice(["tanh", "sigmoid"]))))
    right = specimen_of(net, at, noise=amplitude)
    right = dataclasses.replace(right, cost=lambda p: float(net.cost(p)) + _hash_noise(p, amplitude))
    return plant(generator, right, *mistakes, visible=1e5 if amplitude < 1e-8 else 1e3)


@family(Kind.NOISE, draws=8)
def noise_of_1e_10(generator: np.random.Generator) -> Pair:
    """True noise of 1e-10 in each evaluation, the same at the same point."""
    return _noisy(generator, 1e-10, *WHOLE, "one row wrong")


@family(Kind.NOISE, draws=4)
def noise_of_1e_6(generator: np.random.Generator) -> Pair:
    """True noise of 1e-6."""
    return _noisy(generator, 1e-6, "everything doubled", "everything negated")


@family(Kind.NOISE, draws=6)
def quantised_cost(generator: np.random.Generator) -> Pair:
    """A cost rounded to 6 decimals, as read from a log."""
    net, at = draw(generator, Shape((3, 4, 2)))
    right = dataclasses.replace(specimen_of(net, at, noise=1e-6), cost=lambda p: round(float(net.cost(p)), 6))
    return plant(generator, right, "everything doubled", "everything negated", visible=1e3)


@family(Kind.NOISE, draws=4)
def noise_that_grows_with_the_cost(generator: np.random.Generator) -> Pair:
    """A sum of large terms that cancel: the rounding is that of the terms."""
    net, at = draw(generator, Shape((3, 4, 2)))
    big = 1e7 * generator.standard_normal(1000)
    big -= np.mean(big)

    def cost(p: Any) -> Any:
        c = net.cost(p)
        return np.sum(big + c) / 1000

    right = dataclasses.replace(specimen_of(net, at, noise=1e-8), cost=cost)
    return plant(generator, right, "everything doubled", "everything negated", visible=1e4)


def _newton_root(a: Any, tolerance: float) -> Any:
    """Return x with x + exp(x) = a, found by Newton's method until the step is below `tolerance`."""
    x = np.zeros_like(a)
    for _ in range(100):
        step = (x + np.exp(x) - a) / (1 + np.exp(x))
        x = x - step
        if np.max(np.abs(step)) < tolerance:
            break
    return x


def _solved(generator: np.random.Generator, tolerance: float, noise: float) -> Pair:
    target = generator.standard_normal(4)

    def cost(p: Any) -> Any:
        return 0.5 * np.sum((_newton_root(p, tolerance) - target) ** 2)

    def gradient(p: Any) -> Any:
        x = _newton_root(p, 1e-13)
        return (x - target) / (1 + np.exp(x))

    right = Specimen(
        cost,
        gradient,
        generator.uniform(-1.0, 3.0, 4),
        clean=lambda p: 0.5 * np.sum((_newton_root(p, 1e-13) - target) ** 2),
        noise=noise,
    )
    return plant(generator, right, *WHOLE, "one component missing", visible=1e5)


@family()
def solver_to_the_last_digit(generator: np.random.Generator) -> Pair:
    """A cost behind Newton's method, stopped at 1e-12; the gradient is implicit."""
    return _solved(generator, 1e-12, 0.0)


@family(Kind.NOISE)
def solver_stopped_early(generator: np.random.Generator) -> Pair:
    """The same stopped at steps below 1e-4: what is left jumps with the number of iterations."""
    return _solved(generator, 1e-4, 1e-8)


@family(Kind.NOISE)
def linear_iteration_stopped(generator: np.random.Generator) -> Pair:
    """A linear system by Jacobi's iteration until the residual is below 1e-7; the gradient solves the adjoint."""
    n = 5
    matrix = np.eye(n) * 4 + 0.5 * generator.standard_normal((n, n))
    target = generator.standard_normal(n)

    def solve(b: Any) -> Any:
        x = np.zeros(n, dtype=b.dtype)
        diagonal = np.diag(matrix)
        for _ in range(500):
            residual = b - matrix @ x
            x = x + residual / diagonal
            if np.max(np.abs(residual)) < 1e-7:
                break
        return x

    right = Specimen(
        lambda b: 0.5 * np.sum((solve(b) - target) ** 2),
        lambda b: np.linalg.solve(matrix.T, np.linalg.solve(matrix, b) - target),
        generator.standard_normal(n),
        clean=lambda b: 0.5 * np.sum((np.linalg.solve(matrix, b) - target) ** 2),
        noise=1e-7,
    )
    return plant(generator, right, *WHOLE, visible=1e4)
