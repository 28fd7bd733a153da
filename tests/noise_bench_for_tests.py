"""Costs whose noise is known: by construction, or as the spread of their rounding errors against exact arithmetic."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable
from typing import Any, Final

import mpmath
import numpy as np
import numpy.typing as npt

from gradcheck.differences.lines import Line

Vector = npt.NDArray[Any]
f32 = np.float32
EPS: Final = float(np.finfo(float).eps)
EPS32: Final = float(np.finfo(f32).eps)
NEARBY: Final = 40
"""Points at which the rounding error is taken (a count): their spread is known to 11 %."""


@dataclasses.dataclass(frozen=True)
class Case:
    """A cost on a line, the same cost without its noise, and how far around the point the noise is looked at.

    `exact` is None where `sigma` is the noise by construction. `eps` and `dtype` are those of the parameters.
    """

    cost: Callable[[Vector], float]
    exact: Callable[[Vector], Any] | None
    w: Vector
    v: Vector
    reach: float = 1e-6
    sigma: float = 0.0
    dtype: Any = np.float64

    @property
    def eps(self) -> float:
        return float(np.finfo(self.dtype).eps)

    def line(self) -> Line:
        def safe(w: Vector) -> float:
            try:
                with np.errstate(all="ignore"):
                    return float(self.cost(w))
            except (ArithmeticError, ValueError):
                return math.nan

        return Line(safe, self.w, self.v, lambda w: w.astype(self.dtype).astype(np.float64))

    def true_noise(self, generator: np.random.Generator) -> float:
        """Return the standard deviation of cost - exact at points nearby, less their trend."""
        if self.exact is None:
            return self.sigma
        line = self.line()
        steps = self.reach * generator.uniform(-1.0, 1.0, NEARBY)
        errors, at = [], []
        with mpmath.workdps(50):
            for t in steps:
                point = line.point(t)
                (value,) = line.at([point])
                if math.isfinite(value):
                    errors.append(mpmath.mpf(value) - mpmath.mpf(self.exact(point)))
                    at.append(t / self.reach)
            largest = max(map(abs, errors)) or mpmath.mpf(1)
            scaled = np.array([float(error / largest) for error in errors])
        trend = np.vander(np.array(at), 2)
        rest = scaled - trend @ np.linalg.lstsq(trend, scaled, rcond=None)[0]
        return float(largest) * math.sqrt(float(rest @ rest) / (len(rest) - 2))

    def unavoidable(self, centre: float) -> float:
        """Return what the noise may always be taken for: a rounding of the value, and of its point."""
        line = self.line()
        h = 1e-2 if self.dtype != np.float64 else 1e-6
        plus, minus = line.values([h, -h])
        steepest = abs(plus - minus) / (2.0 * h) if math.isfinite(plus - minus) else 0.0
        return self.eps / 2.0 * max(abs(centre), steepest * line.distance)


def hashed(w: Vector) -> float:
    """Return a normal number that is the same whenever it is asked at the same point."""
    seed = np.ascontiguousarray(w, dtype=np.float64).view(np.uint64)
    return float(np.random.default_rng(seed).standard_normal())


def scalar(function: Callable[[float], Any], exact: Callable[[Any], Any] | None, x: float, **more: Any) -> Case:
    """Return the case of a function of one number, along a direction of its own size."""
    return Case(
        lambda w: float(function(float(w[0]))),
        None if exact is None else lambda w: exact(mpmath.mpf(float(w[0]))),
        np.array([x]),
        np.array([more.pop("v", abs(x) or 1.0)]),
        **more,
    )


def network(generator: np.random.Generator, *, sizes: tuple[int, ...] = (3, 5, 4, 2), batch: int = 4) -> Any:
    """Return a network's cost in any dtype, its parameters and their number of examples."""
    shapes = [(a, b) for b, a in itertools.pairwise(sizes)]
    X = generator.standard_normal((sizes[0], batch))
    Y = generator.standard_normal((sizes[-1], batch))
    w = np.concatenate([generator.standard_normal(a * b + a) / math.sqrt(b) for a, b in shapes])
    relu = bool(generator.integers(2))

    def cost(parameters: Vector, dtype: Any, mean_dtype: Any = None) -> Any:
        w = parameters.astype(dtype)
        A, start = X.astype(dtype), 0
        for layer, (rows, columns) in enumerate(shapes):
            W = w[start : start + rows * columns].reshape(rows, columns)
            start += rows * columns
            Z = W @ A + w[start : start + rows, None]
            start += rows
            A = Z if layer == len(shapes) - 1 else np.maximum(Z, 0) if relu else np.tanh(Z)
        rest = (A - Y.astype(dtype)).astype(mean_dtype or dtype)
        return (rest**2).sum(dtype=mean_dtype or dtype) / rest.dtype.type(batch)

    return cost, w


def long(value: Any) -> Any:
    """Return a long double as a number of mpmath, all its digits."""
    high = float(value)
    return mpmath.mpf(high) + mpmath.mpf(float(value - np.longdouble(high)))


def network_case(generator: np.random.Generator, cast: Callable[[Any, Vector], float], **more: Any) -> Case:
    """Return a network's cost as `cast` computes it from the cost in any dtype and the parameters."""
    size = more.pop("size", {})
    cost, w = network(generator, **size)
    dtype = more.get("dtype", np.float64)
    w = w.astype(dtype).astype(float)
    offset = more.pop("offset", 0.0)
    return Case(
        lambda w: cast(cost, w),
        lambda w: long(cost(w, np.longdouble)) + offset,
        w,
        w * generator.standard_normal(w.size) if more.pop("own_scale", False) else generator.standard_normal(w.size),
        **more,
    )


def determinant_at_singular(generator: np.random.Generator) -> Case:
    n = int(generator.integers(3, 6))
    A = generator.standard_normal((n, n))
    A[-1] = 2.0 * A[0]
    return Case(
        lambda w: float(np.linalg.det(w.reshape(n, n))),
        lambda w: mpmath.det(mpmath.matrix(w.reshape(n, n).tolist())),
        A.ravel(),
        generator.standard_normal(n * n),
    )


def cancelled_output(generator: np.random.Generator) -> Case:
    cost, w = network(generator)
    at = cost(w, np.float64)
    return Case(
        lambda p: float(cost(p, np.float64) - at),
        lambda p: long(cost(p, np.longdouble)) - mpmath.mpf(float(at)),
        w,
        generator.standard_normal(w.size),
    )


def power_of_ten(generator: np.random.Generator, low: float, high: float) -> float:
    return float(10.0 ** generator.uniform(low, high))


def point(generator: np.random.Generator) -> float:
    return float(generator.uniform(0.3, 2.0))


def babylonian(a: float, tolerance: float) -> float:
    """Return sqrt(a) by an iteration that stops early, after as many turns as `a` needs."""
    low, high = 0.0, max(1.0, a)
    while high - low > tolerance:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if middle * middle < a else (low, middle)
    return 0.5 * (low + high)


def offset_case(generator: np.random.Generator, low: float, high: float, *, taken_off: bool = False) -> Case:
    offset = float(np.round(power_of_ten(generator, low, high)))
    back = offset if taken_off else 0.0
    return scalar(
        lambda x: (math.exp(x) + offset) - back, lambda x: mpmath.exp(x) + offset - back, point(generator), reach=1e-5
    )


def float32_offset(generator: np.random.Generator, low: float, high: float) -> Case:
    offset = power_of_ten(generator, low, high)
    x = point(generator)
    step = float(np.spacing(f32(math.exp(x) + offset)))
    return scalar(
        lambda x: f32(math.exp(x)) + f32(offset),
        lambda x: mpmath.exp(x) + float(f32(offset)),
        x,
        reach=min(0.3, 30.0 * step),
    )


def scaled_case(generator: np.random.Generator, scale: float) -> Case:
    return scalar(lambda x: scale * math.exp(x), lambda x: mpmath.mpf(scale) * mpmath.exp(x), point(generator))


def hash_case(generator: np.random.Generator, low: float, high: float) -> Case:
    sigma = power_of_ten(generator, low, high)
    return Case(
        lambda w: math.exp(w[0]) + sigma * hashed(w), None, np.array([point(generator)]), np.ones(1), sigma=sigma
    )


def cells_case(generator: np.random.Generator, low: float, high: float) -> Case:
    """Return a cost that is smooth within cells and jumps between them, as solvers that stop early do."""
    sigma, width = power_of_ten(generator, -11, -6), power_of_ten(generator, low, high)
    return Case(
        lambda w: math.exp(w[0]) + sigma * hashed(np.floor(w / width)),
        None,
        np.array([point(generator)]),
        np.ones(1),
        sigma=sigma,
    )


def kink_case(generator: np.random.Generator, distance: float) -> Case:
    at = point(generator)
    return scalar(lambda x: abs(x - at) + math.sin(x), lambda x: abs(x - at) + mpmath.sin(x), at + distance)


def steep(generator: np.random.Generator) -> Case:
    slope = power_of_ten(generator, 3, 9)
    return scalar(lambda x: slope * (x - 1.0) + 1.0, lambda x: slope * (x - 1) + 1, float(generator.uniform(0.9, 1.1)))


def oscillating(generator: np.random.Generator, low: float, high: float) -> Case:
    rate = power_of_ten(generator, low, high)
    return scalar(
        lambda x: math.sin(rate * x), lambda x: mpmath.sin(mpmath.mpf(rate) * x), point(generator), v=1.0, reach=1e-8
    )


def expanded_power(generator: np.random.Generator) -> Case:
    def power(x: Any) -> Any:
        return x**7 - 7 * x**6 + 21 * x**5 - 35 * x**4 + 35 * x**3 - 21 * x**2 + 7 * x - 1

    return scalar(power, power, float(generator.uniform(0.95, 1.05)))


def many_float32_parameters(generator: np.random.Generator) -> Case:
    n = int(generator.integers(2000, 6000))
    w, x = generator.standard_normal(n), generator.standard_normal(n)
    return Case(
        lambda p: float(np.sum(np.sin((p.astype(f32) * f32(1.0)).astype(np.float64) * x))),
        lambda p: long(np.sum(np.sin(p.astype(np.longdouble) * x))),
        w,
        generator.standard_normal(n),
        reach=1e-4,
    )


def running_sum(generator: np.random.Generator) -> Case:
    a = generator.standard_normal(150)

    def cost(w: Vector) -> float:
        total = 0.0
        for value in a * w[0]:
            total += math.exp(value)
        return total

    return Case(
        cost,
        lambda w: mpmath.fsum(mpmath.exp(mpmath.mpf(float(v)) * mpmath.mpf(float(w[0]))) for v in a),
        np.array([0.5]),
        np.ones(1),
    )


def softmax_loss(generator: np.random.Generator) -> Case:
    w = 3.0 * generator.standard_normal(8)

    def exact(p: Vector) -> Any:
        return mpmath.log(mpmath.fsum(mpmath.exp(mpmath.mpf(float(z))) for z in p)) - mpmath.mpf(float(p[0]))

    return Case(lambda p: float(np.log(np.sum(np.exp(p))) - p[0]), exact, w, generator.standard_normal(8))


def fixed_iteration(generator: np.random.Generator) -> Case:
    tolerance = power_of_ten(generator, -12, -7)
    x = point(generator)
    # Bisection leaves an error that is uniform within its last bracket, between tolerance / 2 and tolerance wide.
    return scalar(lambda x: babylonian(x, tolerance), mpmath.sqrt, x, reach=30.0 * tolerance + 1e-7)


def round_case(generator: np.random.Generator) -> Case:
    digits = int(generator.integers(3, 13))
    offset = float(generator.choice([0.0, 1.0, 100.0]))
    return scalar(
        lambda x: round(math.exp(x) + offset, digits),
        lambda x: mpmath.exp(x) + offset,
        point(generator),
        reach=min(0.3, 100.0 * 10.0**-digits),
    )


def printed_case(generator: np.random.Generator) -> Case:
    digits = int(generator.integers(4, 13))
    return scalar(
        lambda x: float(f"{math.exp(x):.{digits}g}"), mpmath.exp, point(generator), reach=min(0.3, 1e3 * 10.0**-digits)
    )


G = np.random.Generator
BENCH: Final[dict[str, Callable[[G], Case]]] = {
    "exp": lambda g: scaled_case(g, 1.0),
    "scale 1e-300": lambda g: scaled_case(g, 1e-300),
    "scale 1e300": lambda g: scaled_case(g, 1e300),
    "offset 1e3 to 1e9": lambda g: offset_case(g, 3, 9),
    "offset added and taken off": lambda g: offset_case(g, 3, 9, taken_off=True),
    "float32 value": lambda g: float32_offset(g, -8, 0),
    "float32 value, offset 1e2 to 1e6": lambda g: float32_offset(g, 2, 6),
    "float32 argument": lambda g: scalar(lambda x: math.exp(float(f32(x))), mpmath.exp, point(g), reach=1e-5),
    "float16 value": lambda g: scalar(lambda x: np.float16(math.exp(x)), mpmath.exp, point(g), reach=0.05),
    "rounded": round_case,
    "printed": printed_case,
    "determinant of a singular matrix": determinant_at_singular,
    "network less its own output": cancelled_output,
    "hash noise 1e-14 to 1e-9": lambda g: hash_case(g, -14, -9),
    "hash noise 1e-9 to 1e-3": lambda g: hash_case(g, -9, -3),
    "cells of 1e-10 to 1e-7": lambda g: cells_case(g, -10, -7),
    "cells of 1e-7 to 1e-6": lambda g: cells_case(g, -7, -6),
    "bisection that stops early": fixed_iteration,
    "kink at the point": lambda g: kink_case(g, 0.0),
    "kink 1e-11 to 1e-5 away": lambda g: kink_case(g, power_of_ten(g, -11, -5)),
    "steep": steep,
    "rate 10 to 1e3": lambda g: oscillating(g, 1, 3),
    "rate 1e3 to 1e5": lambda g: oscillating(g, 3, 5),
    "power written out": expanded_power,
    "running sum": running_sum,
    "softmax loss": softmax_loss,
    "log near 0": lambda g: scalar(math.log, mpmath.log, power_of_ten(g, -9, -2), reach=1e-6),
    "log at 1e-9, along a step of 1": lambda g: scalar(
        math.log, mpmath.log, power_of_ten(g, -9, -7), v=1.0, reach=1e-11
    ),
    "sqrt at its end": lambda g: scalar(
        lambda x: math.sqrt(1.0 - x), lambda x: mpmath.sqrt(1 - x), 1.0 - power_of_ten(g, -4, -2)
    ),
    "network": lambda g: network_case(g, lambda c, w: float(c(w, np.float64))),
    "network in float32": lambda g: network_case(g, lambda c, w: float(c(w, f32)), reach=1e-4),
    "network in float32, loss in float64": lambda g: network_case(
        g, lambda c, w: float(c(w, f32, np.float64)), reach=1e-4
    ),
    "network in float32, offset 1e4": lambda g: network_case(
        g, lambda c, w: float(c(w, f32) + f32(1e4)), reach=0.05, offset=1e4
    ),
    "network with float32 parameters": lambda g: network_case(g, lambda c, w: float(c(w, f32)), reach=1e-4, dtype=f32),
    "wide network": lambda g: network_case(
        g, lambda c, w: float(c(w, np.float64)), size={"sizes": (20, 200, 100, 3), "batch": 16}
    ),
    "thousands of float32 arguments": many_float32_parameters,
}
