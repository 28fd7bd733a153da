"""How many passes the user's own backprop makes: one forward and one backward, or as many as differences take."""

from __future__ import annotations

import contextlib
import dataclasses
import sys
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from gradcheck.checks.exposing import LAYERS, exposing_of
from gradcheck.checks.guards import call_user
from gradcheck.checks.network_run import NetworkRun
from gradcheck.errors import USER_CODE_RAISES, UsageError
from gradcheck.passes import PassCounts, replaced
from gradcheck.results import CountedStep, PassCount
from gradcheck.subjects.discover import COSTS, sigma_names
from gradcheck.subjects.network_class import Declared, UserNetwork

NARROWEST: Final = (2, 4)
"""Width of the input layer of the two networks (counts): every layer is one wider than that before it, so that neither the widths nor
the numbers of parameters of the two are alike."""


def own_passes(run: NetworkRun) -> tuple[PassCount, ...]:
    """Count, on two networks of different sizes, what one call of the class's backprop calls of its own functions.

    Its `feedforward` (25) and `cost_derivative`, and the pairs of sigma and sigma' in its file or its class; those it never calls are
    left out, and nothing is said of a class that stops. Two gradient calls, none where there is nothing to count, and no forward passes.

    Examples
    --------
    >>> from gradcheck.checks.options import Options
    >>> from gradcheck.examples.network_right import Network as Theirs
    >>> from gradcheck.subjects.network_class import NetworkSubject
    >>> run = NetworkRun(NetworkSubject("Network", Theirs), Options(seed=0))
    >>> [(one.function, one.calls) for one in own_passes(run) if one.sizes == (2, 3, 4)]
    [('sigmoid', 2), ('sigmoid_prime', 2), ('cost_derivative', 1)]
    """
    found: list[PassCount] = []
    try:
        if not any(_functions(run.user.theirs)):
            return ()
        for sizes in _sizes(run.subject.declared):
            found += _of_one_call(run, sizes)
    except USER_CODE_RAISES:  # what it raises was told, or is a matter of being counted
        return ()
    called = {one.function for one in found if one.calls > 0}
    return tuple(one for one in found if one.function in called)


def takes_differences(counted: PassCount) -> bool:
    """Tell whether one call of backprop called a function as often as the network has parameters, or more, as differences (46) do.

    Examples
    --------
    >>> [takes_differences(PassCount("sigmoid", CountedStep.SIGMA, (2, 3, 4), calls)) for calls in (2, 52)]
    [False, True]
    """
    return counted.calls >= counted.parameters


def _sizes(declared: Declared) -> list[tuple[int, ...]]:
    """Return the sizes of two networks, of different depths where the depth is not declared."""
    each = declared.activations
    depths = (LAYERS - 1, LAYERS) if len(each) == 1 else (len(each) + 1,) * 2
    return [tuple(range(width, width + depth)) for width, depth in zip(NARROWEST, depths, strict=True)]


def _of_one_call(run: NetworkRun, sizes: tuple[int, ...]) -> list[PassCount]:
    """Count one call of backprop on a new network."""
    network = exposing_of(sizes, run.subject.declared, run.options.generator("own passes"))
    functions = list(_functions(run.user.theirs))
    steps = {one.name: one.step for one in functions}
    passes = PassCounts(list(steps))
    with contextlib.ExitStack() as put_back:
        for one in functions:
            with contextlib.suppress(UsageError):  # what cannot be replaced is not counted
                put_back.enter_context(replaced(one.owner, one.name, passes))
        user = UserNetwork(run.subject, sizes)  # made here: it may keep a sigma
        user.load([np.array(w) for w in network.network.weights], [np.array(b) for b in network.network.biases])
        before = dict(passes)
        run.calls += 1
        call_user("backprop", user.backprop, network.x[:, [0]], network.y[:, [0]])
    return [PassCount(name, step, sizes, passes[name] - before[name]) for name, step in steps.items()]


@dataclasses.dataclass(frozen=True)
class _Function:
    """A function to be counted: where it is looked up, by which name, and what it is to backprop."""

    owner: Any
    name: str
    step: CountedStep


def _functions(theirs: Any) -> Iterator[_Function]:
    """Yield those that the object's class has, and those in the files of this class and the classes it inherits from."""
    kind = type(theirs)
    if callable(getattr(kind, "feedforward", None)):
        yield _Function(kind, "feedforward", CountedStep.FORWARD_PASS)
    modules = dict.fromkeys(one.__module__ for one in kind.__mro__)
    files = [sys.modules[name] for name in modules if name in sys.modules]
    for owner, place in ((kind, theirs), *((file, file) for file in files)):
        names = [name for name in dir(owner) if not name.startswith("__") and name not in COSTS]
        for name, prime in sigma_names(place, names):
            yield _Function(owner, name, CountedStep.SIGMA)
            yield _Function(owner, prime, CountedStep.SIGMA_PRIME)
    if callable(getattr(kind, "cost_derivative", None)):
        yield _Function(kind, "cost_derivative", CountedStep.COST_DERIVATIVE)
