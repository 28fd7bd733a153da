"""Families of matrix calculus: determinants, factorisations, eigenvalues, solves, likelihoods of Gaussians."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg

from tests.zoo.planting import plant
from tests.zoo.specimen import Kind, Pair, Specimen, beside, family


def definite(generator: np.random.Generator, n: int) -> Any:
    """Return a positive definite matrix."""
    a = generator.standard_normal((n, n))
    return a @ a.T / n + np.eye(n)


def _adjugate(a: Any) -> Any:
    """Return the matrix of cofactors of a 3 by 3 matrix: the gradient of its determinant, singular or not."""
    return np.stack([np.cross(a[1], a[2]), np.cross(a[2], a[0]), np.cross(a[0], a[1])])


def _det3(a: Any) -> Any:
    return np.sum(a[0] * np.cross(a[1], a[2]))


@family(draws=6)
def determinant_at_a_singular_matrix(generator: np.random.Generator) -> Pair:
    """det where it is 0 but for rounding: the cost has no size of its own there."""
    a = generator.standard_normal((3, 3))
    a[2] = a[0] + generator.uniform(-1.0, 1.0) * a[1]
    right = Specimen(np.linalg.det, _adjugate, a, clean=_det3, noise=1e-15)
    return plant(
        generator, right, "everything doubled", "one leaf transposed", "one row wrong", "one component missing"
    )


@family()
def determinant_near_a_singular_matrix(generator: np.random.Generator) -> Pair:
    """det beside a singular matrix, its gradient as det times the inverse transposed."""
    a = generator.standard_normal((3, 3))
    a[2] = a[0] + 0.5 * a[1] + 1e-5 * generator.standard_normal(3)
    right = Specimen(np.linalg.det, lambda a: np.linalg.det(a) * np.linalg.inv(a).T, a, clean=_det3, noise=1e-15)
    return plant(generator, right, "one leaf transposed", "everything negated", "one row wrong")


@family()
def determinant(generator: np.random.Generator) -> Pair:
    """det of a 5 by 5 matrix; wrong: the inverse without its transpose."""
    right = Specimen(
        np.linalg.det, lambda a: np.linalg.det(a) * np.linalg.inv(a).T, generator.standard_normal((5, 5)), noise=1e-15
    )
    return beside(right, lambda a: np.linalg.det(a) * np.linalg.inv(a), "inverse not transposed")


@family()
def log_determinant(generator: np.random.Generator) -> Pair:
    """log |det|."""
    right = Specimen(
        lambda a: np.linalg.slogdet(a)[1],
        lambda a: np.linalg.inv(a).T,
        definite(generator, 4) + 0.2 * generator.standard_normal((4, 4)),
    )
    return plant(generator, right)


@family()
def trace_of_the_inverse(generator: np.random.Generator) -> Pair:
    """tr(A^-1 B); wrong: its sign, or the factors in the other order."""
    b = generator.standard_normal((4, 4))

    def gradient(a: Any) -> Any:
        inverse = np.linalg.inv(a)
        return -(inverse @ b @ inverse).T

    right = Specimen(lambda a: np.trace(np.linalg.inv(a) @ b), gradient, definite(generator, 4) + 1.0)
    return plant(generator, right)


@family()
def solve(generator: np.random.Generator) -> Pair:
    """A cost behind a linear solve, by its adjoint; wrong: the adjoint with A where its transpose is due."""
    target = generator.standard_normal(4)

    def gradient(transposed: Any) -> Any:
        def found(p: Any) -> Any:
            x = np.linalg.solve(p["A"], p["b"])
            adjoint = np.linalg.solve(transposed(p["A"]), x - target)
            return {"A": -np.outer(adjoint, x), "b": adjoint}

        return found

    at = {"A": definite(generator, 4) + 0.5 * generator.standard_normal((4, 4)), "b": generator.standard_normal(4)}
    right = Specimen(
        lambda p: 0.5 * np.sum((np.linalg.solve(p["A"], p["b"]) - target) ** 2), gradient(np.transpose), at
    )
    return beside(right, gradient(lambda a: a), "adjoint not transposed")


@family()
def triangular_solve(generator: np.random.Generator) -> Pair:
    """A solve that reads the lower triangle only; wrong: a gradient in the upper one too."""
    c = generator.standard_normal(4)

    def cost(p: Any) -> Any:
        return c @ scipy.linalg.solve_triangular(p["L"], p["b"], lower=True)

    def gradient(mask: Any) -> Any:
        def found(p: Any) -> Any:
            x = scipy.linalg.solve_triangular(p["L"], p["b"], lower=True)
            adjoint = scipy.linalg.solve_triangular(p["L"], c, lower=True, trans="T")
            return {"L": mask(-np.outer(adjoint, x)), "b": adjoint}

        return found

    at = {"L": np.tril(generator.standard_normal((4, 4))) + 3 * np.eye(4), "b": generator.standard_normal(4)}
    return beside(Specimen(cost, gradient(np.tril), at), gradient(lambda g: g), "upper triangle not masked")


def _cholesky_adjoint(lower: Any, found: Any) -> Any:
    """Return the gradient by the matrix from that by its Cholesky factor; the cost reads the lower triangle alone."""
    inner = np.tril(lower.T @ found)
    inner[np.diag_indices_from(inner)] *= 0.5
    inverse = np.linalg.inv(lower)
    s = inverse.T @ inner @ inverse
    s = s + s.T
    return np.tril(s) - np.diag(0.5 * np.diag(s))


@family()
def cholesky(generator: np.random.Generator) -> Pair:
    """A cost of the Cholesky factor; wrong: the diagonal not halved."""
    c = np.tril(generator.standard_normal((4, 4)))

    def gradient(a: Any) -> Any:
        return _cholesky_adjoint(np.linalg.cholesky(a), c)

    def wrong(a: Any) -> Any:
        g = gradient(a)
        return g + np.diag(np.diag(g))

    right = Specimen(lambda a: np.sum(c * np.linalg.cholesky(a)), gradient, definite(generator, 4))
    return beside(right, wrong, "diagonal not halved")


@family()
def largest_eigenvalue(generator: np.random.Generator) -> Pair:
    """The largest eigenvalue of the symmetric part; wrong: its vector not of length 1."""

    def gradient(a: Any) -> Any:
        v = np.linalg.eigh(0.5 * (a + a.T))[1][:, -1]
        return np.outer(v, v)

    right = Specimen(
        lambda a: np.linalg.eigvalsh(0.5 * (a + a.T))[-1],
        gradient,
        np.diag([1.0, 2.0, 3.0, 5.0]) + 0.3 * generator.standard_normal((4, 4)),
    )
    return beside(right, lambda a: 1.3 * gradient(a), "eigenvector not of length 1")


@family()
def close_eigenvalues(generator: np.random.Generator) -> Pair:
    """The largest eigenvalue where the next is 1e-3 away: strong curvature."""
    q, _ = np.linalg.qr(generator.standard_normal((4, 4)))
    a = q @ np.diag([1.0, 2.0, 3.0, 3.001]) @ q.T

    def gradient(a: Any) -> Any:
        v = np.linalg.eigh(0.5 * (a + a.T))[1][:, -1]
        return np.outer(v, v)

    right = Specimen(lambda a: np.linalg.eigvalsh(0.5 * (a + a.T))[-1], gradient, a, length=1e-3)
    return plant(generator, right, "everything doubled", "one row wrong", "one component missing", least=1e-2)


@family(Kind.KINK)
def equal_eigenvalues(generator: np.random.Generator) -> Pair:
    """The largest eigenvalue where it is double: a kink in many dimensions."""
    a = np.diag([3.0, 3.0, 1.0])

    def gradient(a: Any) -> Any:
        v = np.linalg.eigh(0.5 * (a + a.T))[1][:, -1]
        return np.outer(v, v)

    right = Specimen(
        lambda a: np.linalg.eigvalsh(0.5 * (a + a.T))[-1],
        gradient,
        a,
        by_construction="a subgradient: v v^T of any top v",
    )
    return plant(generator, right, "everything doubled", "everything negated")


@family()
def nuclear_norm(generator: np.random.Generator) -> Pair:
    """The sum of singular values, none of them zero; wrong: V without its transpose."""

    def gradient(a: Any) -> Any:
        u, _, vt = np.linalg.svd(a)
        return u @ vt

    def wrong(a: Any) -> Any:
        u, _, vt = np.linalg.svd(a)
        return u @ vt.T

    right = Specimen(
        lambda a: np.sum(np.linalg.svd(a, compute_uv=False)),
        gradient,
        generator.standard_normal((4, 4)) + 2 * np.eye(4),
        length=0.1,
    )
    return beside(right, wrong, "V not transposed")


@family()
def matrix_exponential(generator: np.random.Generator) -> Pair:
    """<C, exp(A)>, whose gradient is a Frechet derivative at the transpose; wrong: as if A and C commuted."""
    c = generator.standard_normal((4, 4))
    right = Specimen(
        lambda a: np.sum(c * scipy.linalg.expm(a)),
        lambda a: scipy.linalg.expm_frechet(a.T, c, compute_expm=False),
        0.7 * generator.standard_normal((4, 4)),
    )
    return beside(right, lambda a: scipy.linalg.expm(a.T) @ c, "A and C taken to commute")
