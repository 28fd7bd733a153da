"""Other people's gradient checkers behind one call, each at its defaults; what has no verdict of its own is compared as said here."""

from __future__ import annotations

import dataclasses
import enum
import importlib.metadata
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import optree

from tests.zoo.library_room import imported
from tests.zoo.specimen import Layer, Specimen

PASSED, REFUSED, OPEN = "agree", "disagree", "inconclusive"
THRESHOLD: Final = 1e-6
"""The gap that is called agreement where a peer gives a number or a derivative and no verdict: absolute for scipy's check_grad, whose
documentation calls a difference of some 1e-6 small; relative for the others (dimensionless)."""


class Inconclusive(Exception):
    """The peer says that it cannot tell."""


class Refused(Exception):
    """The peer's numbers, or the form of the gradient, say that it is wrong."""


class Scale(enum.Enum):
    """How the forward passes of a checker grow."""

    EACH_COMPONENT = "some for every component"
    ONE_DIRECTION = "the same at any P"


@dataclasses.dataclass(frozen=True)
class Peer:
    """A checker: its name, the module to import, how it was asked, and `ask`, which raises unless the gradient passes.

    `scale`: whether its forward passes grow with P.
    """

    name: str
    module: str
    distribution: str
    asked: str
    ask: Callable[[Specimen], None]
    scale: Scale = Scale.EACH_COMPONENT

    def version(self) -> str | None:
        """Return the version installed, or None if it cannot be imported."""
        try:
            imported(self.module)
        except Exception:
            return None
        return importlib.metadata.version(self.distribution)

    def judge(self, specimen: Specimen) -> str:
        """Return what the peer says; what else it raises is not caught."""
        try:
            self.ask(specimen)
        except (AssertionError, Refused):
            return REFUSED
        except Inconclusive:
            return OPEN
        return PASSED


class Flat:
    """A specimen as functions of one vector of shape (P,)."""

    def __init__(self, specimen: Specimen) -> None:
        self.specimen = specimen
        leaves, self.spec = optree.tree_flatten(specimen.at)
        self.leaves = [np.asarray(leaf) for leaf in leaves]
        self.point = np.concatenate([leaf.astype(float).ravel() for leaf in self.leaves])

    def structure(self, vector: Any) -> Any:
        """Return a vector as parameters, each leaf in its own dtype."""
        ends = np.cumsum([leaf.size for leaf in self.leaves])[:-1]
        chunks = np.split(np.asarray(vector, dtype=float), ends)
        parts = zip(chunks, self.leaves, strict=True)
        return self.spec.unflatten([chunk.reshape(leaf.shape).astype(leaf.dtype)[()] for chunk, leaf in parts])

    def cost(self, vector: Any) -> float:
        """Return the cost at a vector."""
        return float(self.specimen.cost(self.structure(vector)))

    def gradient(self, vector: Any) -> Any:
        """Return the gradient at a vector; one without the parameters' structure and shapes refuses itself."""
        return np.concatenate([g.astype(float).ravel() for g in self.claimed(self.structure(vector))])

    def claimed(self, parameters: Any) -> list[Any]:
        """Return the leaves of the gradient as arrays."""
        found = self.specimen.gradient(parameters)
        try:
            leaves = [np.asarray(leaf) for leaf in self.spec.flatten_up_to(found)]
        except (ValueError, TypeError) as error:
            raise Refused("another structure") from error
        if any(g.shape != leaf.shape for g, leaf in zip(leaves, self.leaves, strict=True)):
            raise Refused("another shape")
        return leaves


def _layer_of(specimen: Specimen) -> Layer:
    """Return the layer, or the cost as a layer without cache: forward(*leaves), backward(u) at the last point."""
    if specimen.layer is not None:
        return specimen.layer
    flat = Flat(specimen)

    def forward(*leaves: Any) -> Any:
        moved = flat.spec.unflatten([np.asarray(leaf)[()] for leaf in leaves])
        return np.asarray(specimen.cost(moved)), moved

    def backward(u: Any, moved: Any) -> Any:
        return [np.asarray(u) * g for g in flat.claimed(moved)]

    return Layer(forward, backward, tuple(flat.leaves))


def _backward(layer: Layer, u: Any, out: Any) -> list[Any]:
    """Return the gradients by the floating inputs."""
    found = layer.backward(u, out[1]) if isinstance(out, tuple) else layer.backward(u)
    found = list(found) if isinstance(found, (tuple, list)) else [found]
    floating = [i for i, x in enumerate(layer.inputs) if np.asarray(x).dtype.kind == "f"]
    return [found[i] for i in floating] if len(found) == len(layer.inputs) else found


def _filled(layer: Layer, moved: Any) -> list[Any]:
    rest = iter(moved)
    return [next(rest) if np.asarray(x).dtype.kind == "f" else x for x in layer.inputs]


def _torch(*, fast_mode: bool) -> Callable[[Specimen], None]:
    def ask(specimen: Specimen) -> None:
        torch = imported("torch")
        torch.set_num_threads(1)
        layer = _layer_of(specimen)

        class Claimed(torch.autograd.Function):
            @staticmethod
            def forward(ctx: Any, *leaves: Any) -> Any:
                ctx.out = layer.forward(*_filled(layer, [leaf.detach().numpy() for leaf in leaves]))
                return torch.as_tensor(np.array(ctx.out[0] if isinstance(ctx.out, tuple) else ctx.out))

            @staticmethod
            def backward(ctx: Any, u: Any) -> Any:
                return tuple(torch.as_tensor(np.array(g)) for g in _backward(layer, u.numpy(), ctx.out))

        inputs = [
            torch.tensor(np.array(x), requires_grad=True) for x in layer.inputs if np.asarray(x).dtype.kind == "f"
        ]
        try:
            torch.autograd.gradcheck(Claimed.apply, inputs, fast_mode=fast_mode)
        except imported("torch.autograd.gradcheck").GradcheckError as error:
            raise Refused(str(error)[:200]) from error

    return ask


def _jax(*, x64: bool) -> Callable[[Specimen], None]:
    def ask(specimen: Specimen) -> None:
        jax = imported("jax")
        layer = _layer_of(specimen)

        def forward(*leaves: Any) -> Any:
            out = layer.forward(*_filled(layer, [np.asarray(leaf) for leaf in leaves]))
            return np.asarray(out[0] if isinstance(out, tuple) else out)

        def forward_and_pull(*leaves: Any) -> Any:
            out = layer.forward(*_filled(layer, leaves))
            value = np.asarray(out[0] if isinstance(out, tuple) else out)
            return value, lambda u: tuple(np.asarray(g) for g in _backward(layer, np.asarray(u), out))

        floating = tuple(np.asarray(x) for x in layer.inputs if np.asarray(x).dtype.kind == "f")
        kept = jax.config.jax_enable_x64
        jax.config.update("jax_enable_x64", x64)
        try:
            imported("jax.test_util").check_vjp(forward, forward_and_pull, floating)
        finally:
            jax.config.update("jax_enable_x64", kept)

    return ask


def _autograd(specimen: Specimen) -> None:
    extend, test_util = imported("autograd.extend"), imported("autograd.test_util")
    flat = Flat(specimen)
    cost = extend.primitive(flat.cost)
    extend.defvjp(cost, lambda value, x: lambda u: u * flat.gradient(x))
    np.random.seed(0)  # noqa: NPY002 - autograd draws its direction from numpy's global stream
    test_util.check_grads(cost, modes=["rev"], order=1)(flat.point)


def _scipy_check_grad(specimen: Specimen) -> None:
    flat = Flat(specimen)
    gap = imported("scipy.optimize").check_grad(flat.cost, flat.gradient, flat.point)
    if not gap <= THRESHOLD:
        raise Refused(f"{gap:.3g}")


def _within(found: Any, claimed: Any, error: Any) -> None:
    if not np.all(np.abs(found - claimed) <= np.maximum(error, THRESHOLD * np.abs(found))):
        raise Refused("a component differs")


def _numdifftools(specimen: Specimen) -> None:
    flat = Flat(specimen)
    found = imported("numdifftools").Gradient(flat.cost, full_output=True)(flat.point)
    _within(np.ravel(found.estimate), flat.gradient(flat.point), np.ravel(found.error_estimate))


def _derivcheck(specimen: Specimen) -> None:
    flat = Flat(specimen)
    try:
        imported("derivcheck").assert_deriv(flat.cost, flat.gradient, flat.point)
    except FloatingPointError as error:
        raise Inconclusive(str(error)) from error


def _scipy_differentiate(specimen: Specimen) -> None:
    flat = Flat(specimen)

    def costs(x: Any) -> Any:
        return np.apply_along_axis(flat.cost, 0, x)

    found = imported("scipy.differentiate").jacobian(costs, flat.point)
    if not np.all(found.success):
        raise Inconclusive("not converged")
    _within(found.df, flat.gradient(flat.point), found.error)


PEERS: Final = (
    Peer(
        "torch gradcheck",
        "torch",
        "torch",
        "autograd.Function around the cost or the layer",
        _torch(fast_mode=Scale.ONE_DIRECTION),
    ),
    Peer(
        "torch gradcheck, fast",
        "torch",
        "torch",
        "the same with fast_mode=True",
        _torch(fast_mode=True),
        Scale.ONE_DIRECTION,
    ),
    Peer(
        "jax check_vjp",
        "jax",
        "jax",
        "check_vjp(f, f_vjp, args) on numpy functions, x64 off as by default",
        _jax(x64=Scale.ONE_DIRECTION),
        Scale.ONE_DIRECTION,
    ),
    Peer("jax check_vjp, x64", "jax", "jax", "the same with jax_enable_x64", _jax(x64=True), Scale.ONE_DIRECTION),
    Peer(
        "autograd check_grads",
        "autograd",
        "autograd",
        'a primitive; modes=["rev"], order=1',
        _autograd,
        Scale.ONE_DIRECTION,
    ),
    Peer(
        "scipy check_grad", "scipy.optimize", "scipy", "its number has no verdict: passes up to 1e-6", _scipy_check_grad
    ),
    Peer(
        "scipy.differentiate",
        "scipy.differentiate",
        "scipy",
        "jacobian within its own error or 1e-6 relative; no success: inconclusive",
        _scipy_differentiate,
    ),
    Peer(
        "numdifftools", "numdifftools", "numdifftools", "Gradient within its own error or 1e-6 relative", _numdifftools
    ),
    Peer("derivcheck", "derivcheck", "derivcheck", "assert_deriv; its FloatingPointError is inconclusive", _derivcheck),
)
"""The peers, at their defaults."""
