"""Pairs of scipy and numpy in which one function is the other's derivative."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.zoo.library_room import from_library, imported, summed
from tests.zoo.specimen import Kind, Specimen

SCIPY = "scipy"
Build = Callable[[np.random.Generator, Any], Specimen]


@from_library(SCIPY, draws=2)
def rosenbrock(generator: np.random.Generator) -> Specimen:
    """rosen and rosen_der."""
    optimize = imported("scipy.optimize")
    return Specimen(optimize.rosen, optimize.rosen_der, generator.uniform(-1.5, 1.5, 5))


def _special(name: str, make: Callable[[Any, np.random.Generator], tuple[Any, Any]], low: float, high: float) -> None:
    def build(generator: np.random.Generator) -> Specimen:
        f, slope = make(imported("scipy.special"), generator)
        return summed(f, slope, generator.uniform(low, high, 4))

    build.__name__ = name
    from_library(SCIPY)(build)


_special("gammaln", lambda s, g: (s.gammaln, s.digamma), 0.5, 8.0)
_special("digamma", lambda s, g: (s.digamma, lambda x: s.polygamma(1, x)), 0.5, 8.0)
_special("bessel_j", lambda s, g: (lambda x: s.jv(2.5, x), lambda x: s.jvp(2.5, x)), 1.0, 9.0)
_special("bessel_y", lambda s, g: (lambda x: s.yv(1, x), lambda x: s.yvp(1, x)), 1.0, 9.0)
_special("bessel_i", lambda s, g: (lambda x: s.iv(1.5, x), lambda x: s.ivp(1.5, x)), 0.5, 5.0)
_special("bessel_k", lambda s, g: (lambda x: s.kv(1.5, x), lambda x: s.kvp(1.5, x)), 0.5, 5.0)
_special(
    "spherical_bessel",
    lambda s, g: (lambda x: s.spherical_jn(3, x), lambda x: s.spherical_jn(3, x, derivative=True)),
    1.0,
    9.0,
)
_special("airy", lambda s, g: (lambda x: s.airy(x)[0], lambda x: s.airy(x)[1]), -5.0, 2.0)
_special("airy_second", lambda s, g: (lambda x: s.airy(x)[2], lambda x: s.airy(x)[3]), -5.0, 2.0)
_special("kelvin", lambda s, g: (s.ber, s.berp), 0.5, 5.0)
_special("legendre", lambda s, g: (lambda x: s.legendre_p(5, x), lambda x: s.legendre_p(5, x, diff_n=1)[1]), -0.9, 0.9)
_special("parabolic_cylinder", lambda s, g: (lambda x: s.pbdv(1.5, x)[0], lambda x: s.pbdv(1.5, x)[1]), 0.2, 2.0)


def _distribution(name: str, arguments: tuple[float, ...], low: float, high: float) -> None:
    def build(generator: np.random.Generator) -> Specimen:
        law = getattr(imported("scipy.stats"), name)(*arguments)
        return summed(law.cdf, law.pdf, generator.uniform(low, high, 4))

    build.__name__ = f"cdf_of_{name}"
    from_library(SCIPY)(build)


_distribution("norm", (0.3, 1.2), -2.0, 2.0)
_distribution("gamma", (2.5,), 0.5, 5.0)
_distribution("beta", (2.0, 3.5), 0.1, 0.9)
_distribution("t", (4.5,), -2.0, 2.0)
_distribution("lognorm", (0.7,), 0.3, 3.0)
_distribution("weibull_min", (1.7,), 0.3, 2.0)
_distribution("gumbel_r", (), -1.0, 3.0)
_distribution("logistic", (), -3.0, 3.0)


def _curve(generator: np.random.Generator, name: str) -> Specimen:
    x = np.linspace(0.0, 1.0, 7)
    curve = getattr(imported("scipy.interpolate"), name)(x, generator.standard_normal(7))
    slope = curve.derivative if name == "KroghInterpolator" else curve.derivative()
    return summed(curve, slope, generator.uniform(0.1, 0.9, 4), length=0.02)


@from_library(SCIPY)
def cubic_spline(generator: np.random.Generator) -> Specimen:
    """A cubic spline between its knots."""
    return _curve(generator, "CubicSpline")


@from_library(SCIPY)
def monotone_spline(generator: np.random.Generator) -> Specimen:
    """Pchip, whose second derivative jumps at the knots."""
    return _curve(generator, "PchipInterpolator")


@from_library(SCIPY)
def polynomial_through_points(generator: np.random.Generator) -> Specimen:
    """Krogh's interpolation."""
    return _curve(generator, "KroghInterpolator")


@from_library(SCIPY)
def spline_at_its_knots(generator: np.random.Generator) -> Specimen:
    """A cubic spline exactly at its knots, where its third derivative jumps."""
    x = np.arange(6.0)
    curve = imported("scipy.interpolate").CubicSpline(x, generator.standard_normal(6))
    return summed(curve, curve.derivative(), x[1:5].copy(), length=0.1)


@from_library(SCIPY)
def matrix_exponential_frechet(generator: np.random.Generator) -> Specimen:
    """expm, and expm_frechet at the transpose."""
    linalg = imported("scipy.linalg")
    c = generator.standard_normal((3, 3))
    return Specimen(
        lambda a: np.sum(c * linalg.expm(a)),
        lambda a: linalg.expm_frechet(a.T, c, compute_expm=False),
        generator.standard_normal((3, 3)),
    )


def _series(name: str) -> None:
    def build(generator: np.random.Generator) -> Specimen:
        series = getattr(imported("numpy.polynomial"), name)(generator.standard_normal(8))
        return summed(series, series.deriv(), generator.uniform(-0.9, 0.9, 4), length=0.1)

    build.__name__ = f"{name.lower()}_series"
    from_library("numpy")(build)


for _name in ("Chebyshev", "Legendre", "Hermite", "Laguerre"):
    _series(_name)


@from_library(SCIPY, Kind.NOISE)
def integral_by_quadrature(generator: np.random.Generator) -> Specimen:
    """An adaptive quadrature by its upper limit, whose derivative is the integrand."""
    quad = imported("scipy.integrate").quad

    def integrand(t: Any) -> Any:
        return np.exp(-t) * np.sin(3 * t)

    return Specimen(
        lambda p: sum(quad(integrand, 0.0, float(t))[0] for t in p),
        integrand,
        generator.uniform(0.5, 2.0, 3),
        noise=1e-13,
    )
