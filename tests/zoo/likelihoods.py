"""Families of likelihoods and fits made of matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.zoo.matrices import definite
from tests.zoo.planting import plant
from tests.zoo.specimen import Pair, Specimen, beside, family


@family()
def power_of_a_matrix(generator: np.random.Generator) -> Pair:
    """tr(A^3 B); wrong: two of the three terms."""
    b = generator.standard_normal((4, 4))

    def gradient(terms: int) -> Any:
        def found(a: Any) -> Any:
            products = [a @ a @ b, a @ b @ a, b @ a @ a]
            return sum(p.T for p in products[:terms])

        return found

    right = Specimen(lambda a: np.trace(a @ a @ a @ b), gradient(3), generator.standard_normal((4, 4)))
    return beside(right, gradient(2), "one term missing")


@family()
def quadratic_form(generator: np.random.Generator) -> Pair:
    """x^T A x with A not symmetric; wrong: 2 A x."""
    at = {"x": generator.standard_normal(5), "A": generator.standard_normal((5, 5))}
    right = Specimen(
        lambda p: p["x"] @ p["A"] @ p["x"],
        lambda p: {"x": (p["A"] + p["A"].T) @ p["x"], "A": np.outer(p["x"], p["x"])},
        at,
    )
    return beside(right, lambda p: {"x": 2 * p["A"] @ p["x"], "A": np.outer(p["x"], p["x"])}, "A taken for symmetric")


def _squared_distances(x: Any) -> Any:
    return (x[:, None] - x[None, :]) ** 2


@family()
def gaussian_process(generator: np.random.Generator) -> Pair:
    """The marginal likelihood of a Gaussian process by log length, log variance and log noise; wrong: a half forgotten."""
    x = np.sort(generator.uniform(-2.0, 2.0, 8))
    y = np.sin(x) + 0.1 * generator.standard_normal(8)
    d = _squared_distances(x)

    def parts(t: Any) -> tuple[Any, Any]:
        k = np.exp(t[1]) * np.exp(-0.5 * d * np.exp(-2 * t[0]))
        return k, k + np.exp(t[2]) * np.eye(8)

    def cost(t: Any) -> Any:
        _, k = parts(t)
        return 0.5 * y @ np.linalg.solve(k, y) + 0.5 * np.linalg.slogdet(k)[1]

    def gradient(half: float) -> Any:
        def found(t: Any) -> Any:
            kernel, k = parts(t)
            inverse = np.linalg.inv(k)
            inner = half * inverse - 0.5 * np.outer(inverse @ y, inverse @ y)
            slopes = [kernel * d * np.exp(-2 * t[0]), kernel, np.exp(t[2]) * np.eye(8)]
            return np.array([np.sum(inner * s) for s in slopes])

        return found

    at = np.array([0.0, 0.3, -2.0]) + 0.2 * generator.standard_normal(3)
    return beside(Specimen(cost, gradient(0.5), at), gradient(1.0), "half of the trace forgotten")


@family()
def gaussian_likelihood(generator: np.random.Generator) -> Pair:
    """The likelihood of a Gaussian by its mean and its precision."""
    x = generator.standard_normal((12, 3))

    def cost(p: Any) -> Any:
        r = x - p["mean"]
        return 0.5 * np.sum((r @ p["precision"]) * r) - 6.0 * np.linalg.slogdet(p["precision"])[1]

    def gradient(p: Any) -> Any:
        r = x - p["mean"]
        a = p["precision"]
        return {"mean": -0.5 * np.sum(r @ (a + a.T), axis=0), "precision": 0.5 * r.T @ r - 6.0 * np.linalg.inv(a).T}

    return plant(generator, Specimen(cost, gradient, {"mean": 0.3 * x[0], "precision": definite(generator, 3)}))


@family()
def low_rank_fit(generator: np.random.Generator) -> Pair:
    """A matrix with missing entries, factorised; wrong: the mask of what is missing forgotten."""
    target, seen = generator.standard_normal((5, 6)), generator.random((5, 6)) < 0.6

    def gradient(mask: Any) -> Any:
        def found(p: Any) -> Any:
            r = (p["U"] @ p["V"].T - target) * mask
            return {"U": 2 * r @ p["V"], "V": 2 * r.T @ p["U"]}

        return found

    at = {"U": generator.standard_normal((5, 2)), "V": generator.standard_normal((6, 2))}
    right = Specimen(lambda p: np.sum(seen * (p["U"] @ p["V"].T - target) ** 2), gradient(seen), at)
    return beside(right, gradient(1.0), "mask forgotten")
