"""How a user's network is made and keeps its parameters: from sizes, in lists of arrays, vectors as columns or flat."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from gradcheck.errors import USER_CODE_RAISES, GradcheckError, UsageError, UserCodeError, seen


def construct(name: str, make: Callable[[list[int]], Any], sizes: list[int]) -> Any:
    """Return a new object of the user's, or say what its constructor wants instead.

    The chapter's Network(sizes).

    Raises
    ------
    UsageError
        If it cannot be called with a list of sizes alone.
    UserCodeError
        If it raises.

    Examples
    --------
    >>> construct("list", list, [2, 3])
    [2, 3]
    """
    try:
        return make(sizes)
    except GradcheckError:
        raise
    except TypeError as error:
        if error.__traceback__ is not None and error.__traceback__.tb_next is None:
            raise UsageError(
                f"{name}({sizes}) could not be called ({error}): networks of many sizes are needed, made from a list of sizes alone; "
                f"write a function `def make(sizes): return {name}(...)` and name it as the target"
            ) from error
        raise UserCodeError(f"{name}({sizes}) raised TypeError: {error}") from error
    except USER_CODE_RAISES as error:
        raise UserCodeError(f"{name}({sizes}) raised {type(error).__name__}: {error}") from error


def takes_columns(name: str, theirs: Any, sizes: tuple[int, ...]) -> bool:
    """Return whether vectors are (n, 1) columns; raise if parameters are missing or stored in another way.

    Equation (25)'s shapes: weights (n_l, n_(l-1)), biases (n_l, 1) or (n_l,), one of each for every layer after the input.

    Raises
    ------
    UsageError
        If they are not so, or backprop or feedforward takes other arguments.
    UserCodeError
        If looking at them raises.

    Examples
    --------
    >>> from gradcheck.examples.network_right import Network
    >>> takes_columns("Network", Network([2, 3]), (2, 3))
    True
    """
    try:
        return _columns_or_flat(name, theirs, sizes)
    except GradcheckError:
        raise
    except USER_CODE_RAISES as error:
        raise UserCodeError(f"looking at {name}({list(sizes)}) raised {type(error).__name__}: {error}") from error


def _columns_or_flat(name: str, theirs: Any, sizes: tuple[int, ...]) -> bool:
    """Do what `takes_columns` says, with whatever the user's attributes raise."""
    missing = [attribute for attribute in ("weights", "biases", "backprop") if not hasattr(theirs, attribute)]
    if missing:
        raise UsageError(
            f"{name} has no {' and no '.join(missing)}: a network in the chapter's shape has weights, biases and backprop(x, y); "
            "for other code name a cost and a gradient (file.py:cost,gradient)"
        )
    for attribute in ("weights", "biases"):
        if not isinstance(getattr(theirs, attribute), list | tuple | np.ndarray):
            raise UsageError(
                f"{name}.{attribute} is {seen(getattr(theirs, attribute))}: a list of arrays, one a layer, is required"
            )
    _check_signature(name, theirs, "backprop", 2)
    _check_signature(name, theirs, "feedforward", 1)
    weights = [np.shape(w) for w in theirs.weights]
    biases = [np.shape(b) for b in theirs.biases]
    wanted = [(n, n_before) for n_before, n in pairwise(sizes)]
    if weights != wanted:
        turned = " (they are transposed)" if weights == [shape[::-1] for shape in wanted] else ""
        raise UsageError(
            f"{name}({list(sizes)}).weights has the shapes {weights}{turned}: {wanted} is required, "
            "one row a neuron of the layer and one column a neuron of the layer before"
        )
    if biases == [(n, 1) for n in sizes[1:]]:
        return True
    if biases == [(n,) for n in sizes[1:]]:
        return False
    raise UsageError(
        f"{name}({list(sizes)}).biases has the shapes {biases}: {[(n, 1) for n in sizes[1:]]} is required, or {[(n,) for n in sizes[1:]]}"
    )


def _check_signature(name: str, theirs: Any, method: str, count: int) -> None:
    """Raise unless a method, where there is one, can be called with so many arguments."""
    if not callable(getattr(theirs, method, None)):
        return
    try:
        signature = inspect.signature(getattr(theirs, method))
    except (TypeError, ValueError):
        return
    try:
        signature.bind(*range(count))
    except TypeError as error:
        wanted = "(x, y), the chapter's arguments," if count == 2 else "(a), the activations of the input layer,"
        raise UsageError(f"{name}.{method}{signature} cannot be called with {wanted} alone: {error}") from error
