"""The step of `update_mini_batch`, by itself: the mean over a mini-batch, and the gradient that one example's step goes down."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.exposing import Exposing, exposing
from gradcheck.checks.forward import unit_roundoff
from gradcheck.checks.guards import call_user
from gradcheck.checks.hearing import hear
from gradcheck.checks.listening import NETWORKS, Listening
from gradcheck.checks.network_run import NetworkRun
from gradcheck.checks.options import Options
from gradcheck.errors import GradcheckError
from gradcheck.grading.outcomes import Outcome, of_verdict
from gradcheck.mistakes.program import REFERENCE, Answer, Asked, Call, Question
from gradcheck.results import BlockResult, CheckResult, Diagnosis, Status, Verdict
from gradcheck.subjects.network_class import UPDATE_ETA, NetworkSubject, UserNetwork

Array = npt.NDArray[Any]

ROUNDINGS: Final = 1024.0
"""Roundings that a step through a few layers may make of its terms (a count): far more than it makes, far fewer than a mistake is."""

Expected = Callable[[Call], list[Answer]]
"""What a step may be: any of these."""


@dataclasses.dataclass(frozen=True)
class Asking:
    """A class whose step is asked for, and what is known of its backprop.

    Attributes
    ----------
    subject : NetworkSubject
    options : Options
    gives_backprop : bool
        Whether its own backprop, which is wrong, stands for the right one.

    Examples
    --------
    >>> [field.name for field in dataclasses.fields(Asking)]
    ['subject', 'options', 'gives_backprop']
    """

    subject: NetworkSubject
    options: Options
    gives_backprop: bool = False


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

    def mean(call: Call) -> list[Answer]:
        each = [_step(asking.subject, call.example(i)) for i in range(call.m)]
        return [*_mean([one for one in each if one is not None], call.m), *_own(asking, call)]

    title = "update_mini_batch as the mean over the mini-batch (26)"
    return _judged(asking, title, "mini_batch", mean, lambda one: one.batches(Asked.STEP).calls[0])


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

    def gradient(call: Call) -> list[Answer]:
        return [REFERENCE.answer(Question(Asked.ONE, (call,))), *_own(asking, call)]

    title = "update_mini_batch as a step of eta times the gradient"
    return _judged(asking, title, "descent_step", gradient, lambda one: one.examples().calls[0])


def _judged(asking: Asking, title: str, part: str, expected: Expected, call_of: Callable[[Exposing], Call]) -> Outcome:
    """Compare the steps on a few networks with what they may be, array by array."""
    generator = asking.options.generator("steps")
    wrong: set[str] = set()
    blocks: dict[str, tuple[int, ...]] = {}
    has_moved = carried = False
    for _ in range(NETWORKS):
        call = call_of(exposing(asking.subject.declared, generator))
        step = _step(asking.subject, call)
        allowed = expected(call)
        unit = _unit(asking.subject, call)
        blocks = dict(_shapes(call))
        has_moved |= step is not None and any(np.any(leaf != 0.0) for leaf in step.leaves)
        found = [set(_differing(step, one, call, unit)) for one in allowed] or [set(blocks)]
        best = min(range(len(found)), key=lambda i: len(found[i]))
        carried |= best > 0
        wrong |= found[best]
    if not has_moved:
        wrong = set(blocks)
    statuses = {name: Status.DISAGREE if name in wrong else Status.AGREE for name in blocks}
    result = CheckResult(
        f"{asking.subject.name}: {title}",
        Verdict.DISAGREE if wrong else Verdict.AGREE,
        blocks=tuple(BlockResult(name, shape, statuses[name]) for name, shape in blocks.items()),
        diagnosis=_diagnosis(asking) if wrong else (),
        seed=asking.options.seed or 0,
        part=part,
    )
    share = Fraction(len(blocks) - len(wrong), len(blocks))
    outcome = of_verdict(result, asking.options.seed or 0)
    return dataclasses.replace(outcome, share=share, carried=carried and not wrong)


def _step(subject: NetworkSubject, call: Call) -> Answer | None:
    """Return the step that a new object takes, divided by eta."""
    heard = hear(subject, Question(Asked.STEP, (call,)))
    return heard[0].answer if heard else None


def _mean(answers: list[Answer], m: int) -> list[Answer]:
    if len(answers) < m:
        return []
    total = answers[0]
    for one in answers[1:]:
        total = total.plus(one)
    return [total.each(lambda leaf: leaf / m)]


def _own(asking: Asking, call: Call) -> list[Answer]:
    """Return the step that goes down what the class's own backprop answers, one example after the other, where that is given."""
    if not asking.gives_backprop:
        return []
    user = UserNetwork(asking.subject, call.network.sizes)
    user.load([np.array(w) for w in call.network.weights], [np.array(b) for b in call.network.biases])
    try:
        answers = []
        for i in range(call.m):
            one = call.example(i)
            nabla_b, nabla_w = call_user("backprop", user.backprop, np.array(one.x), np.array(one.y))
            answers.append(Answer(tuple(map(_column, nabla_b)), tuple(map(np.array, nabla_w))))
        after = Answer(tuple(map(_column, user.theirs.biases)), tuple(map(np.array, user.theirs.weights)))
        # What backprop itself did to the parameters is part of what came of it.
        before = Answer(call.network.biases, call.network.weights)
        moved = before.plus(after.each(np.negative)).each(lambda leaf: leaf / UPDATE_ETA)
        return [one.plus(moved) for one in _mean(answers, call.m)]
    except (GradcheckError, TypeError, ValueError):  # no gradient, so no step of it
        return []


def _column(leaf: Any) -> Array:
    array = np.array(leaf)
    return array.reshape(-1, 1) if array.ndim == 1 else array


def _shapes(call: Call) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the arrays that a step moves, with their shapes."""
    for name, leaves in (("biases", call.network.biases), ("weights", call.network.weights)):
        yield from ((f"{name}[{i}]", leaf.shape) for i, leaf in enumerate(leaves))


def _differing(step: Answer | None, right: Answer, call: Call, unit: float) -> Iterator[str]:
    """Yield the names of the arrays in which a step differs from what it should be by more than rounding."""
    names = [name for name, _ in _shapes(call)]
    if step is None or len(step.leaves) != len(names) or len(right.leaves) != len(names):
        yield from names
        return
    before = (*call.network.biases, *call.network.weights)
    size = max(float(np.max(np.abs(leaf), initial=0.0)) for leaf in right.leaves)
    for name, old, said, wanted in zip(names, before, step.leaves, right.leaves, strict=True):
        allowed = ROUNDINGS * unit * (np.abs(old) / UPDATE_ETA + size)
        if said.shape != wanted.shape or not np.all(np.abs(said - wanted) <= allowed):
            yield name


def _unit(subject: NetworkSubject, call: Call) -> float:
    """Return the unit roundoff of what backprop returns: a step made of it knows no more digits."""
    try:
        heard = hear(subject, Question(Asked.ONE, (call.example(0),)))
    except GradcheckError:
        return unit_roundoff(np.dtype(np.float64))
    leaves = heard[0].answer.leaves if heard else ()
    return max([unit_roundoff(np.dtype(np.float64)), *(unit_roundoff(leaf.dtype) for leaf in leaves)])


def _diagnosis(asking: Asking) -> tuple[Diagnosis, ...]:
    """Return the mistakes of the step by name, where backprop is none of them."""
    try:
        return Listening(NetworkRun(asking.subject, asking.options)).diagnosis(Asked.STEP)
    except GradcheckError:
        return ()
