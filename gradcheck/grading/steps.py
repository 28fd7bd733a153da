"""The step of `update_mini_batch`, by itself: the mean over a mini-batch, and the gradient that one example's step goes down."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import combinations
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.exposing import Exposing, exposing, exposing_square
from gradcheck.checks.forward import unit_roundoff
from gradcheck.checks.hearing import hear
from gradcheck.checks.listening import NETWORKS, Listening
from gradcheck.checks.network_run import NetworkRun
from gradcheck.checks.options import Options
from gradcheck.errors import GradcheckError
from gradcheck.grading.outcomes import Outcome, of_verdict
from gradcheck.grading.taken_steps import (
    Take,
    Taken,
    of_given_backprop,
    of_given_singles,
    of_own_backprop,
    of_reference,
    of_singles,
)
from gradcheck.mistakes.program import Answer, Asked, Call, Question
from gradcheck.network.model import Network
from gradcheck.results import BlockResult, CheckResult, Diagnosis, Status, Verdict
from gradcheck.subjects.network_class import UPDATE_ETA, Declared, NetworkSubject

Array = npt.NDArray[Any]

ROUNDINGS: Final = 1024.0
"""Roundings that a step through a few layers may make of its terms (a count): far more than it makes, far fewer than a mistake is."""


class Known(enum.Enum):
    """What is known of the backprop that a step is made with.

    Examples
    --------
    >>> Known("right").name
    'RIGHT'
    """

    NOTHING = "nothing"
    RIGHT = "right"
    """To the digits that it is computed in: a step made of it knows no more of them."""
    FORGIVEN = "forgiven"
    """It is wrong, and that is not to cost points here."""


@dataclasses.dataclass(frozen=True)
class Asking:
    """A class whose step is asked for, and what is known of its backprop.

    Attributes
    ----------
    subject : NetworkSubject
    options : Options
    backprop : Known
        What is known of its own backprop.

    Examples
    --------
    >>> [field.name for field in dataclasses.fields(Asking)]
    ['subject', 'options', 'backprop']
    """

    subject: NetworkSubject
    options: Options
    backprop: Known = Known.NOTHING


def mini_batch(asking: Asking) -> Outcome:
    """Tell whether the step of m examples is the mean of the steps of each alone; equation (26)'s 1/m sum over x.

    Examples
    --------
    >>> from gradcheck.examples import network_update_ascends_wrong, network_update_no_mean_wrong
    >>> for module in (network_update_no_mean_wrong, network_update_ascends_wrong):
    ...     mini_batch(Asking(NetworkSubject("Network", module.Network), Options(seed=0))).status.value
    'fail'
    'pass'
    """
    return _judged(asking, "update_mini_batch as the mean over the mini-batch (26)", "mini_batch", of_singles)


def descent_step(asking: Asking) -> Outcome:
    """Tell whether the step of one example is eta times the gradient, down; the chapter's w -> w - eta dC/dw.

    Examples
    --------
    >>> from gradcheck.examples import network_update_ascends_wrong, network_update_no_mean_wrong
    >>> for module in (network_update_no_mean_wrong, network_update_ascends_wrong):
    ...     descent_step(Asking(NetworkSubject("Network", module.Network), Options(seed=0))).status.value
    'pass'
    'fail'
    """
    return _judged(asking, "update_mini_batch as a step of eta times the gradient", "descent_step", of_reference)


def _judged(asking: Asking, title: str, part: str, take: Take) -> Outcome:
    """Judge the step as it is and, where backprop is right or forgiven, beside what the class's own answers and beside one that is given.

    A backprop that is right need not be so to the last digit: a step made of it knows no more digits.
    """
    given = of_given_singles if take is of_singles else of_given_backprop
    ways = [(take, exposing)]
    if asking.backprop is not Known.NOTHING:
        ways += [(of_own_backprop, exposing), (given, exposing)]
    if asking.backprop is Known.FORGIVEN:
        ways += [(take, exposing_square), (of_own_backprop, exposing_square)]
    first: Outcome | None = None
    failed: GradcheckError | None = None
    for one, draw in ways:
        if draw is exposing_square and failed is None:  # it runs on layers of different widths, and is wrong there
            break
        try:
            outcome = _compared(asking, _Way(title, part, one, draw))
        except GradcheckError as error:
            failed = failed or error
            continue
        if outcome.is_right:
            is_carried = asking.backprop is Known.FORGIVEN and (one, draw) != ways[0]
            return dataclasses.replace(outcome, carried=is_carried)
        first = first or outcome
    if failed is not None and first is None:
        raise failed
    if first is None or first.result is None:
        return Outcome(of_verdict(CheckResult(title, Verdict.INCONCLUSIVE)).status)
    return dataclasses.replace(first, result=dataclasses.replace(first.result, diagnosis=_diagnosis(asking)))


@dataclasses.dataclass(frozen=True)
class _Way:
    """One way to judge a step: what it is compared with, on which networks."""

    title: str
    part: str
    take: Take
    draw: Callable[[Declared, np.random.Generator], Exposing]

    def calls(self, one: Exposing) -> tuple[Call, ...]:
        """Return a mini-batch, or several examples each by itself."""
        return one.examples().calls if self.part == "descent_step" else one.batches(Asked.STEP).calls


@np.errstate(all="ignore")  # what is not finite, or becomes so here, is wrong: numpy need not say it too
def _compared(asking: Asking, way: _Way) -> Outcome:
    """Compare the steps on a few networks with what they should be, array by array."""
    generator, seed = asking.options.generator("steps"), asking.options.seed or 0
    blocks: dict[str, tuple[int, ...]] = {}
    wrong: set[str] = set()
    told: set[str] = set()
    for _ in range(NETWORKS):
        one = way.draw(asking.subject.declared, generator)
        blocks = {name: leaf.shape for name, leaf in _named(one.network)}
        unit = _unit(asking, way.calls(one)[0])
        taken = [way.take(asking.subject, call, generator) for call in way.calls(one)]
        wrong |= {name for each in taken for name in _differing(each, unit)}
        told |= set(_told_by(taken, one.network, unit))
    if way.take is of_own_backprop or not _is_told_of_a_kind(told, blocks):
        wrong |= set(blocks) - told  # what is 0 in both is no step down a gradient
    statuses = {name: Status.DISAGREE if name in wrong else Status.AGREE for name in blocks}
    result = CheckResult(
        f"{asking.subject.name}: {way.title}",
        Verdict.DISAGREE if wrong else Verdict.AGREE,
        blocks=tuple(BlockResult(name, shape, statuses[name]) for name, shape in blocks.items()),
        seed=seed,
        part=way.part,
    )
    return dataclasses.replace(of_verdict(result, seed), share=Fraction(len(blocks) - len(wrong), len(blocks)))


def _named(network: Network) -> list[tuple[str, Array]]:
    """Return the arrays that a step moves, by name, as they are before it."""
    both = (("biases", network.biases), ("weights", network.weights))
    return [(f"{name}[{i}]", leaf) for name, leaves in both for i, leaf in enumerate(leaves)]


def _differing(taken: Taken, unit: float) -> Iterator[str]:
    """Yield the names of the arrays in which a step differs from what it should be by more than rounding."""
    before, right = _named(taken.call.network), taken.right
    steps = [step for step in taken.steps if step is not None]
    # Beside infinity everything is near.
    is_finite = right is not None and all(bool(np.all(np.isfinite(leaf))) for leaf in right.leaves)
    if right is None or not is_finite or len(steps) < len(taken.steps):
        yield from (name for name, _ in before)
        return
    size = _size(right)
    for step in steps:
        for (name, old), said, wanted in zip(before, step.leaves, right.leaves, strict=True):
            if not np.all(np.abs(said - wanted) <= _allowed(old, size, unit)):
                yield name


def _told_by(taken: list[Taken], network: Network, unit: float) -> Iterator[str]:
    """Yield the names of the arrays whose right steps differ by so much that no one step is near two of them.

    What is one and the same whatever the examples are, 0 say, tells nothing of a step.
    """
    rights = [one.right for one in taken]
    for i, (name, old) in enumerate(_named(network)):
        beside = [(right.leaves[i], _allowed(old, _size(right), unit)) for right in rights if right is not None]
        if any(np.any(np.abs(a - b) > near_a + near_b) for (a, near_a), (b, near_b) in combinations(beside, 2)):
            yield name


def _is_told_of_a_kind(told: set[str], blocks: dict[str, tuple[int, ...]]) -> bool:
    """Tell whether all biases or all weights are among what is told: a single array that moves is no step of a network."""
    kinds = ([name for name in blocks if name.startswith(kind)] for kind in ("biases", "weights"))
    return any(told.issuperset(names) for names in kinds)


def _allowed(old: Array, size: float, unit: float) -> Array:
    """Return how far rounding may have a step from what it should be, with parameters of these values and terms of this size."""
    allowed: Array = ROUNDINGS * unit * (np.abs(old) / UPDATE_ETA + size)
    return allowed


def _size(answer: Answer) -> float:
    return max(float(np.max(np.abs(leaf), initial=0.0)) for leaf in answer.leaves)


def _unit(asking: Asking, call: Call) -> float:
    """Return the unit roundoff of what backprop returns, at most that of single precision: a step made of it knows no more digits."""
    double, single = (unit_roundoff(np.dtype(one)) for one in (np.float64, np.float32))
    try:
        heard = hear(asking.subject, Question(Asked.ONE, (call.example(0),)))
    except GradcheckError:
        return double
    coarsest = max((unit_roundoff(leaf.dtype) for one in heard for leaf in one.answer.leaves), default=double)
    return min(max(double, coarsest), single)


def _diagnosis(asking: Asking) -> tuple[Diagnosis, ...]:
    """Return the mistakes of the step by name."""
    try:
        return Listening(NetworkRun(asking.subject, asking.options)).diagnosis(Asked.STEP)
    except GradcheckError:
        return ()
