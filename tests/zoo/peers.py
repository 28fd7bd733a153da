"""Other people's gradient checkers behind one call, each at its defaults; what has no verdict of its own is compared as said here."""

from __future__ import annotations

import dataclasses
import enum
import importlib.metadata
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from tests.zoo.library_room import imported
from tests.zoo.specimen import Specimen
from tests.zoo.views import Flat, Refused, backward_of, filled, layer_of

PASSED, REFUSED, OPEN = "agree", "disagree", "inconclusive"
THRESHOLD: Final = 1e-6
"""The gap that is called agreement where a peer gives a number or a derivative and no verdict: absolute for scipy's check_grad, whose
documentation calls a difference of some 1e-6 small; relative for the others (dimensionless)."""


class Inconclusive(Exception):
    """The peer says that it cannot tell."""


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


def _torch(*, fast_mode: bool) -> Callable[[Specimen], None]:
    def ask(specimen: Specimen) -> None:
        torch = imported("torch")
        torch.set_num_threads(1)
        layer = layer_of(specimen)

        class Claimed(torch.autograd.Function):
            @staticmethod
            def forward(ctx: Any, *leaves: Any) -> Any:
                ctx.out = layer.forward(*filled(layer, [leaf.detach().numpy() for leaf in leaves]))
                return torch.as_tensor(np.array(ctx.out[0] if isinstance(ctx.out, tuple) else ctx.out))

            @staticmethod
            def backward(ctx: Any, u: Any) -> Any:
                return tuple(torch.as_tensor(np.array(g)) for g in backward_of(layer, u.numpy(), ctx.out))

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
        layer = layer_of(specimen)

        def forward(*leaves: Any) -> Any:
            out = layer.forward(*filled(layer, [np.asarray(leaf) for leaf in leaves]))
            return np.asarray(out[0] if isinstance(out, tuple) else out)

        def forward_and_pull(*leaves: Any) -> Any:
            out = layer.forward(*filled(layer, leaves))
            value = np.asarray(out[0] if isinstance(out, tuple) else out)
            return value, lambda u: tuple(np.asarray(g) for g in backward_of(layer, np.asarray(u), out))

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
        _torch(fast_mode=False),
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
        _jax(x64=False),
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
