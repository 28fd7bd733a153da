"""A network class without some of its methods: what failed by itself must not take the rest down with it."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from typing import Any, Final

from gradcheck.grading.remote_calls import RemoteNetwork
from gradcheck.subjects.network_class import NetworkSubject

STEP: Final = "update_mini_batch"

_PARAMETERS: Final = ("weights", "biases")


class Without:
    """An object of a network class that seems to lack some methods.

    Examples
    --------
    >>> from gradcheck.examples.network_right import Network
    >>> hasattr(Without(Network([2, 1]), frozenset({"feedforward"})), "feedforward")
    False
    """

    def __init__(self, theirs: Any, hidden: frozenset[str]) -> None:
        self.theirs, self.hidden = theirs, hidden

    def __getattr__(self, name: str) -> Any:
        if name in self.hidden:
            raise AttributeError(f"{name} is not looked at here")
        return getattr(self.theirs, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _PARAMETERS:
            setattr(self.theirs, name, value)
        else:
            object.__setattr__(self, name, value)


class _WithoutBackprop(Without):
    """The same where backprop is not what is asked for: one that is never called stands in its place."""

    def backprop(self, x: Any, y: Any) -> Any:
        raise NotImplementedError("backprop is not asked for here")


def without(subject: NetworkSubject, *names: str) -> NetworkSubject:
    """Return a class without some of its methods; one without `backprop` can be asked for all else.

    Examples
    --------
    >>> from gradcheck.examples.network_right import Network
    >>> hidden = without(NetworkSubject("Network", Network), "update_mini_batch")
    >>> hasattr(hidden.make([2, 1]), "update_mini_batch"), hasattr(hidden.make([2, 1]), "backprop")
    (False, True)
    """
    hidden = frozenset(names)
    shown: Callable[[Any, frozenset[str]], Without] = _WithoutBackprop if "backprop" in hidden else Without
    make = subject.make
    return dataclasses.replace(subject, make=lambda sizes: shown(make(sizes), hidden))


def give(theirs: Any, method: str, answers: list[Any]) -> None:
    """Put a method in place of an object's own that answers with these, in turn: each with the biases and weights of then added.

    Whoever takes a step between two examples so goes another way than who takes the step of their mean.

    Parameters
    ----------
    theirs : object
        With `biases` and `weights`.
    method : str
    answers : list of [nabla_b, nabla_w]

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.examples.network_right import Network
    >>> network = Network([2, 1])
    >>> network.biases, network.weights = [np.zeros((1, 1))], [np.ones((1, 2))]
    >>> give(network, "backprop", [[[np.ones((1, 1))], [np.ones((1, 2))]]])
    >>> network.backprop(0, 0)
    ([array([[1.]])], [array([[2., 2.]])])
    """
    while isinstance(theirs, Without):
        theirs = theirs.theirs
    if isinstance(theirs, RemoteNetwork):
        theirs.give(method, answers)
        return
    turns = itertools.cycle(answers)

    def given(*_: Any, **__: Any) -> Any:
        return tuple(
            [a + b for a, b in zip(*pair, strict=True)]
            for pair in zip(next(turns), (theirs.biases, theirs.weights), strict=True)
        )

    setattr(theirs, method, given)
