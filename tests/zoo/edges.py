"""Families at edges: of domains, of what a cost can be, of what parameters can be."""

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


@family()
def cost_of_shape_one(generator: np.random.Generator) -> Pair:
    """A cost that comes back as an array of no dimensions."""
    right = Specimen(
        lambda p: np.array(np.sum(p * np.exp(-(p**2)))),
        lambda p: (1 - 2 * p**2) * np.exp(-(p**2)),
        generator.uniform(0.1, 1.5, 5),
    )
    return plant(generator, dataclasses.replace(right))
