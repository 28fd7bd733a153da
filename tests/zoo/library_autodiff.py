"""Gradients by automatic differentiation: torch, jax, autograd and mygrad on the same costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.zoo.library_room import from_library, imported
from tests.zoo.specimen import Specimen

X = np.linspace(-1.0, 1.0, 12).reshape(4, 3)
Y = np.cos(np.arange(8.0)).reshape(4, 2)


def _network(m: Any, p: Any, x: Any) -> Any:
    """Two layers of tanh with the square."""
    return m.sum((m.tanh(x @ p[:6].reshape(3, 2) + p[6:8]) @ p[8:12].reshape(2, 2) - p[12:14]) ** 2)


def _softmax_regression(m: Any, p: Any, x: Any) -> Any:
    """The logarithm of a sum of exponentials."""
    z = x @ p[:12].reshape(3, 4) + p[12:16]
    return m.sum(m.log(m.sum(m.exp(z), 1)) - z[:, 1])


def _mixture(m: Any, p: Any, x: Any) -> Any:
    """The likelihood of a mixture of two Gaussians."""
    left = m.exp(-0.5 * (x[:, 0] - p[0]) ** 2 * m.exp(p[2]) + 0.5 * p[2])
    right = m.exp(-0.5 * (x[:, 0] - p[1]) ** 2 * m.exp(p[3]) + 0.5 * p[3])
    share = 1 / (1 + m.exp(-p[4]))
    return -m.sum(m.log(share * left + (1 - share) * right))


def _attention(m: Any, p: Any, x: Any) -> Any:
    """One head of attention."""
    q, k, v = x @ p[:9].reshape(3, 3), x @ p[9:18].reshape(3, 3), x @ p[18:27].reshape(3, 3)
    e = m.exp(q @ k.T / 1.7)
    return m.sum((e / m.sum(e, 1).reshape(4, 1)) @ v * x)


def _recurrence(m: Any, p: Any, x: Any) -> Any:
    """A recurrence of twelve steps."""
    h = p[:3]
    w = p[3:12].reshape(3, 3)
    for i in range(12):
        h = m.tanh(w @ h + x[i % 4])
    return m.sum(h * h)


COSTS: dict[str, tuple[Callable[[Any, Any, Any], Any], int]] = {
    "network": (_network, 14),
    "softmax_regression": (_softmax_regression, 16),
    "mixture": (_mixture, 5),
    "attention": (_attention, 27),
    "recurrence": (_recurrence, 12),
}


def _by_torch(cost: Any, at: Any) -> Specimen:
    torch = imported("torch")
    x = torch.tensor(X)

    def gradient(p: Any) -> Any:
        with torch.enable_grad():  # a caller may have switched it off
            t = torch.tensor(p, requires_grad=True)
            return torch.autograd.grad(cost(torch, t, x), t)[0].numpy()

    return Specimen(lambda p: float(cost(torch, torch.tensor(p), x)), gradient, at, clean=lambda p: cost(np, p, X))


def _by_jax(cost: Any, at: Any) -> Specimen:
    jax = imported("jax")
    jnp = imported("jax.numpy")
    jax.config.update("jax_enable_x64", True)  # noqa: FBT003
    f = jax.jit(lambda p: cost(jnp, p, jnp.asarray(X)))
    slope = jax.jit(jax.grad(f))
    return Specimen(lambda p: float(f(p)), lambda p: np.asarray(slope(p)), at, clean=lambda p: cost(np, p, X))


def _by_autograd(cost: Any, at: Any) -> Specimen:
    grad, anp = imported("autograd").grad, imported("autograd.numpy")
    return Specimen(lambda p: cost(anp, p, X), grad(lambda p: cost(anp, p, X)), at, clean=lambda p: cost(np, p, X))


def _by_mygrad(cost: Any, at: Any) -> Specimen:
    mygrad = imported("mygrad")

    def gradient(p: Any) -> Any:
        t = mygrad.tensor(p)
        cost(mygrad, t, X).backward()
        return np.array(t.grad)

    return Specimen(lambda p: cost(np, p, X), gradient, at, clean=lambda p: cost(np, p, X))


MAKERS = {"torch": _by_torch, "jax": _by_jax, "autograd": _by_autograd, "mygrad": _by_mygrad}


def _register(library: str, name: str) -> None:
    cost, size = COSTS[name]

    def build(generator: np.random.Generator) -> Specimen:
        return MAKERS[library](cost, 0.6 * generator.standard_normal(size))

    build.__name__ = name
    from_library(library)(build)


for _library in MAKERS:
    for _name in COSTS:
        _register(_library, _name)
