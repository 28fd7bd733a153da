"""Activations of the user's own, which are drawn like the built-in ones from when they are registered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import numpy as np

from gradcheck.errors import UsageError, UserCodeError
from gradcheck.network.activations import ACTIVATIONS, Activation, custom
from gradcheck.network.arrays import Array
from gradcheck.strategies.arguments import finite_numbers

_REGISTERED: Final[dict[str, Activation]] = {}

TRIAL: Final = np.array([[-1.83, -0.71, 0.0137], [0.29, 0.97, 1.79]])
"""Weighted inputs that a function is tried on when it is registered (dimensionless)."""


def register_activation(
    name: str, value: Callable[[Array], Array], derivative: Callable[[Array], Array], *, kinks: Iterable[float] = ()
) -> Activation:
    """Have an elementwise activation of your own drawn too, by `activations`, `networks` and `network_cases`.

    sigma and sigma' of (BP1) and (BP2). They are tried on a few numbers at once, but not compared: that is what
    ``gradcheck.check`` is for. Registered again under its name, the later one is drawn. It is drawn with the quadratic cost
    alone, the only one that is defined for any output; give the cost by name to have another.

    Parameters
    ----------
    name : str
        Not that of a built-in activation.
    value, derivative : callable
        sigma(z) and sigma'(z), for real arrays (n, m), of their shape, finite for every z; dimensionless.
    kinks : iterable of float
        Values of z at which there is no derivative.

    Raises
    ------
    UsageError
        If the name is taken or empty, a kink is not finite, or a function does not return finite real numbers of z's shape.
    UserCodeError
        If a function raises.

    Examples
    --------
    >>> import numpy as np
    >>> from hypothesis import find
    >>> from gradcheck.strategies import networks
    >>> sine = register_activation("sine", np.sin, np.cos)
    >>> find(networks(), lambda network: network.activations[-1].name == "sine").sizes
    (1, 1)
    >>> unregister_activation("sine")
    """
    if not isinstance(name, str) or not name:
        raise UsageError(f"name is {name!r}: a name is required, by which the activation is asked for")
    if name in ACTIVATIONS:
        raise UsageError(f"name is {name!r}, a built-in activation: choose another name")
    activation = custom(name, value, derivative, kinks=finite_numbers("kinks", kinks))
    for role, function in (("value", value), ("derivative", derivative)):
        _try(name, role, function)
    _REGISTERED[name] = activation
    return activation


def unregister_activation(name: str) -> None:
    """Have an activation drawn no longer.

    Raises
    ------
    UsageError
        If it was not registered; the message lists those that are.

    Examples
    --------
    >>> unregister_activation("sigmoid")
    Traceback (most recent call last):
    ...
    gradcheck.errors.UsageError: name is 'sigmoid': registered are none
    """
    if name not in _REGISTERED:
        raise UsageError(f"name is {name!r}: registered are {', '.join(_REGISTERED) or 'none'}")
    del _REGISTERED[name]


def known_activations() -> dict[str, Activation]:
    """Return the built-in and the registered activations by their names, as they are now.

    Examples
    --------
    >>> "tanh" in known_activations()
    True
    """
    return {**ACTIVATIONS, **_REGISTERED}


def _try(name: str, role: str, function: Any) -> None:
    """Refuse a function that networks could not be run with."""
    if not callable(function):
        raise UsageError(f"{role} of {name} is {function!r}: a function of an array is required")
    given = TRIAL.copy()
    try:
        returned = function(given)
    except Exception as error:
        raise UserCodeError(f"{role} of {name} raised {type(error).__name__}: {error}") from error
    if not isinstance(returned, np.ndarray) or returned.shape != TRIAL.shape or returned.dtype.kind != "f":
        seen = f"{returned.dtype} of shape {returned.shape}" if isinstance(returned, np.ndarray) else repr(returned)
        raise UsageError(
            f"{role} of {name} returned {seen} for z of shape {TRIAL.shape}: a floating array of z's shape is required"
        )
    if not np.array_equal(given, TRIAL):
        raise UsageError(
            f"{role} of {name} changes the z that it is given: a new array is required, as z is used again"
        )
    if not np.all(np.isfinite(returned)):
        z = TRIAL[~np.isfinite(returned)][0]
        raise UsageError(
            f"{role} of {name} is {returned[z == TRIAL][0]} at z = {z}: random networks have any z, "
            "so finite numbers are required everywhere"
        )
