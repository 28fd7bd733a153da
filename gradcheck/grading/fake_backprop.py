"""Gradients that are right and no backpropagation: differences, complex steps, dual numbers; told by their price and by their digits.

Flags are evidence for a person. Points are taken, where the rubric says so, only on two kinds of evidence or on an overwhelming price.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.exposing import exposing, exposing_of
from gradcheck.errors import UserCodeError
from gradcheck.grading.doors import SubmissionDoor
from gradcheck.grading.failures import Failure, SubmissionError
from gradcheck.grading.hiding import STEP, without
from gradcheck.grading.rubric_model import Item
from gradcheck.mistakes.program import REFERENCE, Asked, Call, Question
from gradcheck.network.activations import SIGMOID
from gradcheck.network.costs import QUADRATIC
from gradcheck.network.model import Network
from gradcheck.results.grades import Evidence, Flag, FlagCode, Severity
from gradcheck.subjects.network_class import Declared, NetworkSubject, UserNetwork

Array = npt.NDArray[Any]

SMALL: Final = (12, 16, 4, 9, 11, 5)
LARGE: Final = (60, 80, 10, 40, 50, 20)
"""Widths of the layers of the two networks whose prices are compared (counts): the first few, as many as are declared."""

RATIO: Final = 25.0
"""A gradient that costs more than so many forward passes of its own program is none by backpropagation: honest ones cost 2 to 5 (a count)."""

GROWS: Final = 2.0
"""And the price grows with the network at least so much between the two: a slow program's does not (dimensionless)."""

OVERWHELMING: Final = 10.0
"""So many times the limit is evidence enough by itself (dimensionless)."""

FINGERPRINT: Final = 1e-12
"""Residuals of a right gradient: honest ones are near 1e-16, those of the best differences above 2e-12 (relative to its largest component)."""

COST_DOMINATED: Final = 1e-5
"""The same where the cost is 1e9 times its gradient: honest ones are below 1e-6 in single precision too, differences lose all but three digits."""

IS_RIGHT: Final = 1e-3
"""A gradient farther off than this is a wrong one, and no fake (relative)."""

SATURATED: Final = -20.0
"""b^L where sigmoid'(z) is 2e-9 and still exact: on the other side 1 - a loses its digits (dimensionless)."""

WORK: Final = 0.03
"""Processor time that each price is measured over at least [seconds]."""

CONFIRMED: Final = 3
"""Measurements of which the most favourable counts, where one is above the limit (a count)."""


@dataclasses.dataclass(frozen=True)
class Suspect:
    """A class whose gradient is looked at.

    Attributes
    ----------
    door : SubmissionDoor
    item : Item
        Whose class it is.
    seed : int
    policy : Severity
        What the rubric wants of a fake.
    is_right : bool
        Whether its gradient is right in all its equations: the digits of a wrong one show nothing.

    Examples
    --------
    >>> [field.name for field in dataclasses.fields(Suspect)]
    ['door', 'item', 'seed', 'policy', 'is_right']
    """

    door: SubmissionDoor
    item: Item
    seed: int
    policy: Severity
    is_right: bool = True


def flags_of_gradient(suspect: Suspect) -> tuple[Flag, ...]:
    """Return what shows that a gradient is made by other means than backpropagation.

    Raises
    ------
    UserCodeError
        If the submission fails at what is asked: then nothing is shown.
    """
    measures = (_by_price, _by_digits) if suspect.is_right else (_by_price,)
    found = [flag for measure in measures for flag in _measured(measure, suspect)]
    price = next((one for one in found if one.code is FlagCode.COST_RATIO), None)
    is_overwhelming = price is not None and price.evidence[0].value >= OVERWHELMING * RATIO
    is_sure = len(found) > 1 or is_overwhelming
    severity = suspect.policy if is_sure else Severity.REVIEW
    return tuple(dataclasses.replace(one, severity=severity) for one in found)


def _measured(measure: Callable[[Suspect], Iterator[Flag]], suspect: Suspect) -> tuple[Flag, ...]:
    """Return the flags of one kind of evidence; what fails shows nothing."""
    try:
        return tuple(measure(suspect))
    except UserCodeError:
        return ()


def _by_digits(suspect: Suspect) -> Iterator[Flag]:
    """Yield flags where a right gradient errs as differences err, at an ordinary point or where the cost hides its gradient."""
    with suspect.door.open(suspect.item) as subject:
        generator = np.random.default_rng([suspect.seed, 1])
        exposed = exposing(subject.declared, generator)
        ordinary = Call(exposed.network, exposed.x[:, :1], exposed.y[:, :1])
        seen = without(subject, STEP)
        said = _answered(seen, ordinary)
        residual = None if said is None else _residual(said, ordinary)
        if said is None or residual is None or not residual <= IS_RIGHT:
            return
        if any(map(_is_single, said)) or _is_coarse(seen, ordinary):
            return
        if residual > FINGERPRINT:
            sentence = (
                f"the gradient is off by {residual:.0e} of its size: rounding leaves 1e-15, differences leave this"
            )
            yield Flag(FlagCode.FINGERPRINT, Severity.REVIEW, sentence, (Evidence("residual", residual, FINGERPRINT),))
        dominated = _cost_dominated(exposed.network, ordinary)
        there = None if dominated is None else _answered(seen, dominated)
        lost = None if dominated is None or there is None else _residual(there, dominated)
        if lost is not None and not lost <= COST_DOMINATED:
            sentence = f"where the cost is a billion times its gradient the gradient is off by {lost:.0e} of its size, as differences are"
            evidence = (Evidence("residual", lost, COST_DOMINATED),)
            yield Flag(FlagCode.COST_DOMINATED, Severity.REVIEW, sentence, evidence)


def _answered(subject: NetworkSubject, call: Call) -> list[Array] | None:
    """Return the gradient of one example, nabla_b first; None where it is none in float64."""
    user = UserNetwork(subject, call.network.sizes)
    user.load([np.array(w) for w in call.network.weights], [np.array(b) for b in call.network.biases])
    returned = user.backprop(np.array(call.x), np.array(call.y))
    try:
        nabla_b, nabla_w = returned
        said = [*(np.asarray(one).reshape(-1, 1) for one in nabla_b), *(np.asarray(one) for one in nabla_w)]
    except (TypeError, ValueError):
        return None
    shapes = [one.shape for one in (*call.network.biases, *call.network.weights)]
    is_double = all(one.dtype == np.float64 for one in said)
    return said if is_double and [one.shape for one in said] == shapes else None


def _residual(said: list[Array], call: Call) -> float | None:
    """Return how far a gradient is off, relative to the largest component; None where it is not finite."""
    right = REFERENCE.answer(Question(Asked.ONE, (call,))).leaves
    size = max(float(np.max(np.abs(one))) for one in right)
    residual = max(float(np.max(np.abs(one - two))) for one, two in zip(said, right, strict=True)) / size
    return residual if np.isfinite(residual) else None


def _is_single(values: Array) -> bool:
    """Tell whether all numbers are those of single precision, and not all of them few digits long by nature."""
    with np.errstate(over="ignore"):
        is_single = bool(np.all(values.astype(np.float32) == values))
        return values.size > 1 and is_single and bool(np.any(values.astype(np.float16) != values))


def _is_coarse(subject: NetworkSubject, call: Call) -> bool:
    """Tell whether the program's own forward pass is computed in fewer digits than float64 has."""
    user = UserNetwork(subject, call.network.sizes)
    if not user.has("feedforward"):
        return False
    user.load([np.array(w) for w in call.network.weights], [np.array(b) for b in call.network.biases])
    a, right = user.feedforward(np.array(call.x)), call.network.feedforward(call.x).output
    return a.shape == right.shape and FINGERPRINT < float(np.max(np.abs(a - right))) < IS_RIGHT


def _cost_dominated(network: Network, call: Call) -> Call | None:
    """Return the call at a point where the cost is of order 1 and its gradient 1e-9; None where the declared neurons have none."""
    if network.activations[-1] is not SIGMOID or network.cost is not QUADRATIC or network.weight_decay.l1 > 0.0:
        return None
    if network.weight_decay.l2 > 0.0:
        return None
    weights = [*network.weights[:-1], 0.1 * network.weights[-1]]
    biases = [*network.biases[:-1], np.full_like(network.biases[-1], SATURATED)]
    there = Network(weights, biases, network.activations, network.cost)
    return Call(there, call.x, np.ones_like(call.y))


def _by_price(suspect: Suspect) -> Iterator[Flag]:
    """Yield a flag where a gradient takes the work of many forward passes, and of more the larger the network is."""
    large = _ratio(suspect, LARGE)
    if large is None or not large > RATIO:
        return
    ratio = min([large, *_ratios(suspect, LARGE, CONFIRMED - 1)])
    # The least of several: a busy moment in one of them must not look like a price that does not grow.
    small = min(_ratios(suspect, SMALL, CONFIRMED), default=None)
    if small is None or not (ratio > RATIO and ratio > GROWS * small):
        return
    # Told in tens of the limit: two gradings must say the same, and no two measure the same time.
    least = RATIO * 10.0 ** int(np.log10(ratio / RATIO))
    sentence = f"backprop takes more than {least:.0f} times the work of the program's own forward pass, and of a small network far less"
    evidence = (
        Evidence("gradient over forward pass, more than", least, RATIO, "times the work"),
        Evidence("its growth with the network, more than", GROWS, GROWS, "times"),
    )
    yield Flag(FlagCode.COST_RATIO, Severity.REVIEW, sentence, evidence)


def _ratios(suspect: Suspect, widths: tuple[int, ...], times: int) -> list[float]:
    """Measure several times; what cannot be measured is left out."""
    return [one for one in (_ratio(suspect, widths) for _ in range(times)) if one is not None]


def _ratio(suspect: Suspect, widths: tuple[int, ...]) -> float | None:
    """Return the processor time of backprop over that of feedforward; None where it cannot be measured."""
    idle = _work(suspect, widths, None, 1)
    once = _work(suspect, widths, "feedforward", 1)
    if idle is None or once is None:
        return None
    calls = int(np.clip(WORK / max(once.wall, 1e-6), 4, 400))
    forward = _work(suspect, widths, "feedforward", calls)
    if forward is None:
        return None
    each = max(forward.cpu - idle.cpu, 1e-5) / calls
    try:
        first = _work(suspect, widths, "backprop", 1)
        several = 1 if first is None else int(np.clip(WORK / max(first.wall, 1e-6), 1, 400))
        backward = _work(suspect, widths, "backprop", several)
    except SubmissionError as error:
        if error.failure not in (Failure.TIMEOUT, Failure.LATE):
            raise
        return suspect.door.limits.call_seconds / each  # at least so much: it was still at it
    return None if backward is None else max(backward.cpu - idle.cpu, 0.0) / several / each


@dataclasses.dataclass(frozen=True)
class _Work:
    """Processor time of a whole fork, and the wall time of its last call [seconds]."""

    cpu: float
    wall: float


def _work(suspect: Suspect, widths: tuple[int, ...], method: str | None, calls: int) -> _Work | None:
    """Return the work of a fork that loads a network and calls one of its methods so many times."""
    import time

    wall = 0.0
    with suspect.door.open(suspect.item) as subject:
        call = _call_on(widths, subject.declared, suspect.seed)
        user = UserNetwork(subject, call.network.sizes)
        if method is not None and not user.has(method):
            return None
        user.load([np.array(w) for w in call.network.weights], [np.array(b) for b in call.network.biases])
        _settle(user, call)
        arguments = [user.column(call.x)] if method == "feedforward" else [user.column(call.x), user.column(call.y)]
        for _ in range(calls if method is not None else 0):
            begun = time.monotonic()
            getattr(user.theirs, str(method))(*arguments)
            wall = time.monotonic() - begun
    return _Work(suspect.door.usages[-1].cpu_seconds, wall)


def _settle(user: UserNetwork, call: Call) -> None:
    """Send the parameters once, with a forward pass, so that no later call carries them."""
    user.theirs.feedforward(user.column(call.x)) if user.has("feedforward") else None
    user.theirs.sends.clear()


def _call_on(widths: tuple[int, ...], declared: Declared, seed: int) -> Call:
    """Return a call on a network of these widths."""
    count = 3 if len(declared.activations) == 1 else len(declared.activations) + 1
    sizes = tuple(widths[i % len(widths)] for i in range(count))
    exposed = exposing_of(sizes, declared, np.random.default_rng([seed, 2]))
    return Call(exposed.network, exposed.x[:, :1], exposed.y[:, :1])
