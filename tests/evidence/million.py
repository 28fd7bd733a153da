"""A network of a million weights with its gradient, as plainly as it is written by hand: what speed is measured on."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

import gradcheck

MILLION = (784, 1000, 200, 10)
FACTOR = 1.01
"""The one wrong weight's gradient is this many times the right one."""


@dataclasses.dataclass
class Program:
    """A network of sigmoids with the quadratic cost, as plainly as it is written by hand; one example."""

    sizes: tuple[int, ...]
    wrong: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        generator = np.random.default_rng(0)
        pairs = list(zip(self.sizes[:-1], self.sizes[1:], strict=True))
        weights = [generator.normal(size=(n, k)) / np.sqrt(k) for k, n in pairs]
        self.at = {"w": weights, "b": [generator.normal(size=(n, 1)) for _, n in pairs]}
        self.x, self.y = generator.uniform(size=(self.sizes[0], 1)), generator.uniform(size=(self.sizes[-1], 1))

    @property
    def parameters(self) -> int:
        """P."""
        return sum(array.size for arrays in self.at.values() for array in arrays)

    def activations(self, p: Any) -> list[Any]:
        """Return a^l of every layer."""
        found = [self.x]
        for w, b in zip(p["w"], p["b"], strict=True):
            found.append(1.0 / (1.0 + np.exp(-(w @ found[-1] + b))))
        return found

    def cost(self, p: Any) -> float:
        """Return C."""
        return 0.5 * float(np.sum((self.activations(p)[-1] - self.y) ** 2))

    def gradient(self, p: Any) -> Any:
        """Return what backpropagation returns, but for the one wrong weight."""
        a = self.activations(p)
        delta = (a[-1] - self.y) * a[-1] * (1.0 - a[-1])
        nabla_b, nabla_w = [delta], [delta @ a[-2].T]
        for i in range(len(p["w"]) - 1, 0, -1):
            delta = (p["w"][i].T @ delta) * a[i] * (1.0 - a[i])
            nabla_b.insert(0, delta)
            nabla_w.insert(0, delta @ a[i - 1].T)
        if self.wrong is not None:
            nabla_w[0][self.wrong] *= FACTOR
        return {"w": nabla_w, "b": nabla_b}

    def check(self, seed: int) -> gradcheck.CheckResult:
        """Return the verdict."""
        return gradcheck.check(self.cost, self.gradient, self.at, options=gradcheck.Options(seed=seed))
