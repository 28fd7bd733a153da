"""Families of formulas: edges of domains, degenerate shapes, penalties, ill-conditioned and steep costs."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from tests.zoo.planting import plant
from tests.zoo.specimen import AGREE, DISAGREE, OPEN, Expected, Kind, Pair, Specimen, beside, family


def _edge(generator: np.random.Generator, right: Specimen, *mistakes: str) -> Pair:
    return plant(generator, right, *(mistakes or ("everything doubled", "one component missing", "everything negated")))


@family(draws=6)
def logarithm_near_zero(generator: np.random.Generator) -> Pair:
    """sum log x with x of 1e-12 to 1e-2 in one array: a step is soon outside the domain."""
    x = 10.0 ** generator.uniform(-12.0, -2.0, 4)
    return _edge(generator, Specimen(lambda p: np.sum(np.log(p)), lambda p: 1 / p, x))


@family(draws=4)
def logarithm_of_one_small_number(generator: np.random.Generator) -> Pair:
    """x log x beside ordinary terms, x of 1e-9 to 1e-5."""
    x = generator.uniform(0.5, 2.0, 4)
    x[0] = 10.0 ** generator.uniform(-9.0, -5.0)
    return _edge(generator, Specimen(lambda p: np.sum(p * np.log(p)), lambda p: np.log(p) + 1, x))


@family(draws=6)
def root_near_zero(generator: np.random.Generator) -> Pair:
    """sum sqrt x with x of 1e-10 to 1e-4: NaN on the other side."""
    x = 10.0 ** generator.uniform(-10.0, -4.0) * generator.uniform(0.5, 2.0, 3)
    return _edge(generator, Specimen(lambda p: np.sum(np.sqrt(p)), lambda p: 0.5 / np.sqrt(p), x))


@family(draws=6)
def arcsine_near_its_end(generator: np.random.Generator) -> Pair:
    """arcsin or arccos at 1 - 1e-3 to 1 - 1e-7."""
    gap = 10.0 ** generator.uniform(-7.0, -3.0)
    x = (1 - gap * generator.uniform(0.5, 1.0, 2)) * generator.choice([-1.0, 1.0], 2)
    f, sign = (np.arcsin, 1.0) if generator.integers(2) else (np.arccos, -1.0)
    right = Specimen(lambda p: np.sum(f(p)), lambda p: sign / np.sqrt((1 - p) * (1 + p)), x, length=gap)
    return _edge(generator, right)


@family(draws=4)
def barrier(generator: np.random.Generator) -> Pair:
    """A logarithmic barrier with slacks of 1e-6 beside others of 1."""
    a = generator.standard_normal((6, 3))
    x = generator.standard_normal(3)
    slack = generator.uniform(0.5, 2.0, 6)
    slack[0] = 1e-6
    b = a @ x + slack
    right = Specimen(
        lambda p: -1e-3 * np.sum(np.log(b - a @ p)) + np.sum(p**2),
        lambda p: 1e-3 * a.T @ (1 / (b - a @ p)) + 2 * p,
        x,
        length=1e-6,
        noise=1e-11,
    )
    return plant(generator, right, "everything doubled", "everything negated", visible=1e3)


@family(Kind.VACUOUS, expected=Expected(OPEN, DISAGREE))
def constant_cost(generator: np.random.Generator) -> Pair:
    """A cost that does not depend on its parameters: its zero gradient proves nothing; another one is wrong."""
    value = float(generator.choice([0.0, 3.0, -1e3]))
    at = [generator.standard_normal(3), generator.standard_normal((2, 2))]
    right = Specimen(lambda p: value, lambda p: [0.0 * p[0], 0.0 * p[1]], at)
    return beside(right, lambda p: [0.0 * p[0] + 0.1, 0.0 * p[1]], "nonzero")


@family(draws=8)
def one_parameter(generator: np.random.Generator) -> Pair:
    """P = 1: a Python float, an array without dimensions or one of one component."""
    x = generator.uniform(0.5, 2.0)
    functions = [
        (np.sin, np.cos),
        (np.exp, np.exp),
        (lambda p: p**3, lambda p: 3 * p**2),
        (lambda p: 1 / p, lambda p: -1 / p**2),
        (np.log, lambda p: 1 / p),
        (np.sinh, np.cosh),
    ]
    f, slope = functions[generator.integers(len(functions))]
    at: Any = [float(x), np.array(x), np.array([x])][generator.integers(3)]
    right = Specimen(lambda p: np.sum(f(p)), slope, at)
    return plant(generator, right, "everything doubled", "everything negated", "one leaf 0.1 % too large")


@family()
def empty_leaf(generator: np.random.Generator) -> Pair:
    """A leaf of no components beside others."""
    at = {"none": np.zeros((0, 3)), "some": generator.standard_normal(3), "nil": np.zeros(0)}

    def gradient(p: Any) -> Any:
        return {"none": np.zeros((0, 3)), "some": np.cos(p["some"]), "nil": np.zeros(0)}

    return plant(generator, Specimen(lambda p: np.sum(np.sin(p["some"])) + np.sum(p["none"]), gradient, at))


@family()
def one_leaf_unused(generator: np.random.Generator) -> Pair:
    """A leaf the cost does not use, and a wrong gradient that gives it one."""
    at = {"used": generator.standard_normal(3), "unused": generator.standard_normal(2)}
    right = Specimen(
        lambda p: np.sum(np.exp(p["used"])), lambda p: {"used": np.exp(p["used"]), "unused": 0.0 * p["unused"]}, at
    )
    return beside(right, lambda p: {"used": np.exp(p["used"]), "unused": 1e-3 * p["unused"]}, "unused leaf's nonzero")


@family(draws=4)
def at_a_minimum(generator: np.random.Generator) -> Pair:
    """Least squares beside its minimum: the gradient is a thousandth of what it is elsewhere."""
    a, x = generator.standard_normal((8, 4)), generator.standard_normal(4)
    y = a @ x
    point = x + 1e-3 * generator.standard_normal(4)
    right = Specimen(lambda p: 0.5 * np.sum((a @ p - y) ** 2), lambda p: a.T @ (a @ p - y), point)
    return plant(generator, right, least=1e-4)


@family(Kind.VACUOUS, expected=Expected(AGREE | OPEN, DISAGREE))
def exactly_at_a_minimum(generator: np.random.Generator) -> Pair:
    """Exactly at the minimum of a quadratic: the gradient is zero, and only a nearby point tells 2x from x."""
    x = generator.integers(-3, 4, 4).astype(float)
    right = Specimen(lambda p: 0.5 * np.sum((p - x) ** 2), lambda p: p - x, x)
    return beside(right, lambda p: p - x + 0.25, "a constant added")


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


@family()
def enormous_cost(generator: np.random.Generator) -> Pair:
    """A cost of 1e150, and one of 1e-150."""
    scale = float(generator.choice([1e150, 1e-150]))
    right = Specimen(lambda p: scale * np.sum(np.exp(p)), lambda p: scale * np.exp(p), generator.standard_normal(4))
    return plant(generator, right)


@family()
def overflowing_nearby(generator: np.random.Generator) -> Pair:
    """exp near its end: a step of the parameters' size overflows."""
    right = Specimen(
        lambda p: np.sum(np.exp(p)),
        lambda p: np.exp(p),
        generator.uniform(400.0, 650.0) + generator.uniform(0.0, 5.0, 3),
        length=1.0,
    )
    return plant(generator, right, "everything doubled", "one leaf negated", "one leaf 0.1 % too large")


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


@family()
def cost_of_shape_one(generator: np.random.Generator) -> Pair:
    """A cost that comes back as an array of no dimensions."""
    right = Specimen(
        lambda p: np.array(np.sum(p * np.exp(-(p**2)))),
        lambda p: (1 - 2 * p**2) * np.exp(-(p**2)),
        generator.uniform(0.1, 1.5, 5),
    )
    return plant(generator, dataclasses.replace(right))
