"""Families of formulas: edges of domains, degenerate shapes, penalties, ill-conditioned and steep costs."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.zoo.planting import plant
from tests.zoo.specimen import Pair, Specimen, beside, family


@family(draws=6)
def ill_conditioned_quadratic(generator: np.random.Generator) -> Pair:
    """A quadratic form of condition 1e8 to 1e12."""
    n = 5
    q, _ = np.linalg.qr(generator.standard_normal((n, n)))
    h = q @ np.diag(10.0 ** np.linspace(0.0, -float(generator.integers(8, 13)), n)) @ q.T
    h = 0.5 * (h + h.T)
    right = Specimen(lambda p: 0.5 * p @ h @ p, lambda p: h @ p, generator.standard_normal(n))
    return plant(generator, right)


@family()
def steep_powers(generator: np.random.Generator) -> Pair:
    """A polynomial of degree 20 with strong curvature."""
    c = generator.standard_normal(21)
    right = Specimen(
        lambda p: np.sum(np.polynomial.polynomial.polyval(p, c)),
        lambda p: np.polynomial.polynomial.polyval(p, np.polynomial.polynomial.polyder(c)),
        generator.uniform(0.8, 1.3, 3),
        length=0.05,
    )
    return plant(generator, right)


@family(draws=4)
def ridge(generator: np.random.Generator) -> Pair:
    """Least squares with an L2 penalty; wrong: the penalty's factor 2, its sign, or none."""
    a, y, rate = generator.standard_normal((10, 4)), generator.standard_normal(10), 0.3

    def gradient(factor: float) -> Any:
        return lambda w: a.T @ (a @ w - y) + factor * rate * w

    right = Specimen(
        lambda w: 0.5 * np.sum((a @ w - y) ** 2) + rate * np.sum(w * w), gradient(2.0), generator.standard_normal(4)
    )
    factor = float(generator.choice([1.0, 0.0, -2.0]))
    return beside(right, gradient(factor), f"penalty times {factor / 2:g}")


@family(draws=4)
def lasso_away_from_its_kinks(generator: np.random.Generator) -> Pair:
    """An L1 penalty where no weight is within 0.1 of zero; wrong: its signs forgotten."""
    a, y, rate = generator.standard_normal((10, 4)), generator.standard_normal(10), 0.2
    w = generator.choice([-1.0, 1.0], 4) * generator.uniform(0.1, 1.0, 4)
    w[0] = -abs(w[0])
    right = Specimen(
        lambda w: 0.5 * np.sum((a @ w - y) ** 2) + rate * np.sum(np.abs(w)),
        lambda w: a.T @ (a @ w - y) + rate * np.sign(w),
        w,
    )
    return beside(right, lambda w: a.T @ (a @ w - y) + rate, "signs forgotten")


@family(draws=4)
def group_lasso(generator: np.random.Generator) -> Pair:
    """A penalty on the norms of groups, none of them zero; wrong: divided by the norm of all."""
    w = [generator.standard_normal(3), generator.standard_normal(2)]
    rate = 0.5
    right = Specimen(
        lambda p: sum(np.sum(np.sin(g)) + rate * np.sqrt(np.sum(g * g)) for g in p),
        lambda p: [np.cos(g) + rate * g / np.sqrt(np.sum(g * g)) for g in p],
        w,
    )

    def wrong(p: Any) -> Any:
        norm = np.sqrt(sum(np.sum(g * g) for g in p))
        return [np.cos(g) + rate * g / norm for g in p]

    return beside(right, wrong, "one norm for all groups")


@family(draws=4)
def gradient_with_cancellation(generator: np.random.Generator) -> Pair:
    """log(1 + exp(-x)) with a gradient written as 1/(1 + exp(-x)) - 1, which loses digits at large x."""
    x = generator.uniform(5.0, 16.0, 4)
    right = Specimen(lambda p: np.sum(np.log1p(np.exp(-p))), lambda p: 1 / (1 + np.exp(-p)) - 1, x)
    return plant(generator, right, "everything doubled", "everything negated")


@family(draws=4)
def strange_containers(generator: np.random.Generator) -> Pair:
    """Dicts of tuples of lists of arrays and Python floats."""
    at = {"a": (1.5, [generator.standard_normal(2), {"c": generator.standard_normal((2, 1, 2))}]), "z": [-0.7]}

    def cost(p: Any) -> Any:
        x, (v, inner) = p["a"]
        return x**2 * np.sum(np.sin(v)) + np.sum(inner["c"] ** 3) * p["z"][0]

    def gradient(p: Any) -> Any:
        x, (v, inner) = p["a"]
        c, z = inner["c"], p["z"][0]
        return {"a": (2 * x * np.sum(np.sin(v)), [x**2 * np.cos(v), {"c": 3 * c**2 * z}]), "z": [np.sum(c**3)]}

    return plant(generator, Specimen(cost, gradient, at))


@family()
def not_contiguous(generator: np.random.Generator) -> Pair:
    """Parameters in Fortran's order, and a gradient that is a transposed view."""
    a = generator.standard_normal((4, 3))
    at = np.asfortranarray(generator.standard_normal((3, 4)))
    right = Specimen(lambda p: np.sum(np.sin(a @ p) ** 2), lambda p: (np.sin(2 * (a @ p)).T @ a).T, at)
    return plant(generator, right)


@family(draws=4)
def rosenbrock(generator: np.random.Generator) -> Pair:
    """The banana valley, in its bottom and off it."""

    def gradient(p: Any) -> Any:
        g = np.zeros_like(p)
        g[:-1] += -400 * p[:-1] * (p[1:] - p[:-1] ** 2) - 2 * (1 - p[:-1])
        g[1:] += 200 * (p[1:] - p[:-1] ** 2)
        return g

    point = generator.uniform(-1.5, 1.5, 6)
    if generator.integers(2):
        for i in range(5):
            point[i + 1] = point[i] ** 2
    right = Specimen(lambda p: np.sum(100 * (p[1:] - p[:-1] ** 2) ** 2 + (1 - p[:-1]) ** 2), gradient, point)
    return plant(generator, right)


@family()
def deep_recursion(generator: np.random.Generator) -> Pair:
    """A logistic map iterated 12 times, its derivative by the chain rule; wrong: one step left out."""

    def run(p: Any, steps: int) -> tuple[Any, Any]:
        x, slope = p["x"], 0.0 * p["x"]
        d = 1.0 + 0.0 * p["x"]
        for _ in range(steps):
            slope = x * (1 - x) + p["r"] * (1 - 2 * x) * slope
            d = p["r"] * (1 - 2 * x) * d
            x = p["r"] * x * (1 - x)
        return x, (d, slope)

    def gradient(steps: int) -> Any:
        def found(p: Any) -> Any:
            d, slope = run(p, steps)[1]
            return {"x": d, "r": slope}

        return found

    at = {"x": generator.uniform(0.2, 0.8, 2), "r": generator.uniform(2.5, 3.2, 2)}
    right = Specimen(lambda p: np.sum(run(p, 12)[0]), gradient(12), at, length=1e-2)
    return beside(right, gradient(11), "one step left out")


@family(draws=4)
def spectral_phase(generator: np.random.Generator) -> Pair:
    """The power in a band of a discrete Fourier transform; wrong: the factor 2 of |c|^2, or the conjugate."""
    n = 8
    basis = np.exp(-2j * np.pi * np.outer(np.arange(2, 5), np.arange(n)) / n)
    real, imaginary = basis.real, basis.imag

    def gradient(factor: float, sign: float) -> Any:
        return lambda p: factor * (real.T @ (real @ p) + sign * imaginary.T @ (imaginary @ p))

    right = Specimen(
        lambda p: np.sum((real @ p) ** 2 + (imaginary @ p) ** 2), gradient(2.0, 1.0), generator.standard_normal(n)
    )
    factor, sign = [(1.0, 1.0), (2.0, -1.0)][generator.integers(2)]
    return beside(right, gradient(factor, sign), f"factor {factor:g}, sign {sign:g}")
