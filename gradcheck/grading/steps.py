"""The step of `update_mini_batch`, by itself: the mean over a mini-batch, and the gradient that one example's step goes down."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.exposing import Exposing, exposing, exposing_square
from gradcheck.checks.forward import unit_roundoff
from gradcheck.checks.guards import call_user
from gradcheck.checks.hearing import hear
from gradcheck.checks.listening import NETWORKS, Listening
from gradcheck.checks.network_run import NetworkRun
from gradcheck.checks.options import Options
from gradcheck.errors import GradcheckError
from gradcheck.grading.hiding import give, without
from gradcheck.grading.outcomes import Outcome, of_verdict
from gradcheck.mistakes.program import REFERENCE, Answer, Asked, Call, Question
from gradcheck.results import BlockResult, CheckResult, Diagnosis, Status, Verdict
from gradcheck.subjects.network_class import UPDATE_ETA, Declared, NetworkSubject, UserNetwork

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


@dataclasses.dataclass(frozen=True, eq=False)
class Taken:
    """The steps that one object took from the same parameters, and what each should have been; divided by eta, None where there is none.

    Examples
    --------
    >>> [field.name for field in dataclasses.fields(Taken)]
    ['call', 'steps', 'right']
    """

    call: Call
    steps: tuple[Answer | None, ...]
    right: Answer | None


Take = Callable[[Asking, Call, np.random.Generator], Taken]


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
    return _judged(asking, "update_mini_batch as the mean over the mini-batch (26)", "mini_batch", _of_singles)


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
    return _judged(asking, "update_mini_batch as a step of eta times the gradient", "descent_step", _of_reference)


def _judged(asking: Asking, title: str, part: str, take: Take) -> Outcome:
    """Judge the step as it is and, where backprop is forgiven, beside the class's own backprop and beside one that is given."""
    ways = [(take, exposing)]
    if asking.backprop is Known.FORGIVEN:
        given = _of_given_singles if take is _of_singles else _of_given_backprop
        ways += [(_of_own_backprop, exposing), (given, exposing)]
        ways += [(take, exposing_square), (_of_own_backprop, exposing_square)]
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
            return dataclasses.replace(outcome, carried=(one, draw) != ways[0])
        first = first or outcome
    if failed is not None:
        raise failed
    return first or Outcome(of_verdict(CheckResult(title, Verdict.INCONCLUSIVE)).status)


@dataclasses.dataclass(frozen=True)
class _Way:
    """One way to judge a step: what it is compared with, on which networks."""

    title: str
    part: str
    take: Take
    draw: Callable[[Declared, np.random.Generator], Exposing]


def _compared(asking: Asking, way: _Way) -> Outcome:
    """Compare the steps on a few networks with what they should be, array by array."""
    generator, seed = asking.options.generator("steps"), asking.options.seed or 0
    blocks: dict[str, tuple[int, ...]] = {}
    wrong: set[str] = set()
    has_moved = False
    for _ in range(NETWORKS):
        one = way.draw(asking.subject.declared, generator)
        call = (one.examples() if way.part == "descent_step" else one.batches(Asked.STEP)).calls[0]
        taken = way.take(asking, call, generator)
        blocks = dict(_shapes(call))
        wrong |= set(_differing(taken, _unit(asking, call)))
        has_moved |= any(bool(np.any(leaf != 0.0)) for step in taken.steps if step for leaf in step.leaves)
    wrong = wrong if has_moved else set(blocks)  # no step at all is the mean of no steps, and no descent
    statuses = {name: Status.DISAGREE if name in wrong else Status.AGREE for name in blocks}
    result = CheckResult(
        f"{asking.subject.name}: {way.title}",
        Verdict.DISAGREE if wrong else Verdict.AGREE,
        blocks=tuple(BlockResult(name, shape, statuses[name]) for name, shape in blocks.items()),
        diagnosis=_diagnosis(asking) if wrong else (),
        seed=seed,
        part=way.part,
    )
    return dataclasses.replace(of_verdict(result, seed), share=Fraction(len(blocks) - len(wrong), len(blocks)))


def _of_singles(asking: Asking, call: Call, _: np.random.Generator) -> Taken:
    """Return the step beside the mean of the steps that a new object takes for each example alone."""
    each = [_updated(_loaded(asking.subject, call), call.example(i)) for i in range(call.m)]
    return Taken(call, _twice(asking.subject, call), _mean([one for one in each if one is not None], call.m))


def _of_reference(asking: Asking, call: Call, _: np.random.Generator) -> Taken:
    return Taken(call, _twice(asking.subject, call), REFERENCE.answer(Question(Asked.ONE, (call,))))


def _of_own_backprop(asking: Asking, call: Call, _: np.random.Generator) -> Taken:
    """Return the step beside the one down what the class's own backprop answers, one example after the other."""
    user = _loaded(asking.subject, call)
    answers = []
    try:
        for i in range(call.m):
            one = call.example(i)
            nabla_b, nabla_w = call_user("backprop", user.backprop, np.array(one.x), np.array(one.y))
            answers.append(Answer(tuple(map(_column, nabla_b)), tuple(map(np.array, nabla_w))))
        mean = _mean(answers, call.m)
        moved = _moved(user, call)  # what backprop itself did to the parameters is part of what comes of it
        right = None if mean is None or moved is None else mean.plus(moved)
    except (TypeError, ValueError):  # no gradient, so no step of it
        right = None
    return Taken(call, _twice(asking.subject, call), right)


def _of_given_backprop(asking: Asking, call: Call, generator: np.random.Generator) -> Taken:
    """Return the step beside the one down what a backprop answers that is put in place of the class's own; see `_given`."""
    given = _given(call, generator)
    before, mean = Answer(call.network.biases, call.network.weights), _mean(given, call.m)
    steps = _twice(without(asking.subject, "backprop"), call, given)
    return Taken(call, steps, None if mean is None else mean.plus(before))


def _of_given_singles(asking: Asking, call: Call, generator: np.random.Generator) -> Taken:
    """Return the step beside the mean of the steps for each example alone, with a backprop that is put in place of the class's own."""
    given, subject = _given(call, generator), without(asking.subject, "backprop")
    each = [_twice(subject, call.example(i), [one])[0] for i, one in enumerate(given)]
    return Taken(call, _twice(subject, call, given), _mean([one for one in each if one is not None], call.m))


def _given(call: Call, generator: np.random.Generator) -> list[Answer]:
    """Return what a given backprop answers for each example: numbers at random.

    The parameters as they are then are added to them: what is asked after a step that should not have been taken yet is another.
    """
    shapes = [[leaf.shape for leaf in leaves] for leaves in (call.network.biases, call.network.weights)]
    draws = [[list(map(generator.standard_normal, each)) for each in shapes] for _ in range(call.m)]
    return [Answer(tuple(nabla_b), tuple(nabla_w)) for nabla_b, nabla_w in draws]


def _twice(subject: NetworkSubject, call: Call, given: list[Answer] | None = None) -> tuple[Answer | None, ...]:
    """Return two steps of a new object from the same parameters: what it keeps from the first must not show in the second."""
    user = _loaded(subject, call)
    if given is not None:
        give(user.theirs, "backprop", [[list(map(user.column, one.nabla_b)), list(one.nabla_w)] for one in given])
    first = _updated(user, call)
    _load(user, call)
    return first, _updated(user, call)


def _loaded(subject: NetworkSubject, call: Call) -> UserNetwork:
    user = UserNetwork(subject, call.network.sizes)
    _load(user, call)
    return user


def _load(user: UserNetwork, call: Call) -> None:
    user.load([np.array(w) for w in call.network.weights], [np.array(b) for b in call.network.biases])


def _updated(user: UserNetwork, call: Call) -> Answer | None:
    pairs = [(user.column(call.x[:, [i]]), user.column(call.y[:, [i]])) for i in range(call.m)]
    call_user("update_mini_batch", user.theirs.update_mini_batch, pairs, UPDATE_ETA)
    return _moved(user, call)


def _moved(user: UserNetwork, call: Call) -> Answer | None:
    """Return how far the parameters have moved down, divided by eta; None where they are no arrays of their shapes any more."""
    try:
        after = Answer(tuple(map(_column, user.theirs.biases)), tuple(map(np.array, user.theirs.weights)))
        before = Answer(call.network.biases, call.network.weights)
        if [leaf.shape for leaf in after.leaves] != [leaf.shape for leaf in before.leaves]:
            return None
        return before.plus(after.each(np.negative)).each(lambda leaf: leaf / UPDATE_ETA)
    except (TypeError, ValueError):
        return None


def _mean(answers: list[Answer], m: int) -> Answer | None:
    if len(answers) < m:
        return None
    total = answers[0]
    for one in answers[1:]:
        total = total.plus(one)
    return total.each(lambda leaf: leaf / m)


def _column(leaf: Any) -> Array:
    array = np.array(leaf)
    return array.reshape(-1, 1) if array.ndim == 1 else array


def _shapes(call: Call) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the arrays that a step moves, with their shapes."""
    for name, leaves in (("biases", call.network.biases), ("weights", call.network.weights)):
        yield from ((f"{name}[{i}]", leaf.shape) for i, leaf in enumerate(leaves))


def _differing(taken: Taken, unit: float) -> Iterator[str]:
    """Yield the names of the arrays in which a step differs from what it should be by more than rounding."""
    names = [name for name, _ in _shapes(taken.call)]
    steps = [step for step in taken.steps if step is not None]
    leaves = () if taken.right is None else taken.right.leaves
    is_finite = all(bool(np.all(np.isfinite(leaf))) for leaf in leaves)  # beside infinity everything is near
    if taken.right is None or len(leaves) != len(names) or not is_finite or len(steps) < len(taken.steps):
        yield from names
        return
    before = (*taken.call.network.biases, *taken.call.network.weights)
    size = max(float(np.max(np.abs(leaf), initial=0.0)) for leaf in taken.right.leaves)
    for step in steps:
        for name, old, said, wanted in zip(names, before, step.leaves, taken.right.leaves, strict=True):
            allowed = ROUNDINGS * unit * (np.abs(old) / UPDATE_ETA + size)
            if said.shape != wanted.shape or not np.all(np.abs(said - wanted) <= allowed):
                yield name


def _unit(asking: Asking, call: Call) -> float:
    """Return the unit roundoff of what backprop returns: a step made of it knows no more digits.

    Of a backprop that is right it is seen in the numbers: one may return single precision, or differences, as float64.
    """
    double, single = (unit_roundoff(np.dtype(one)) for one in (np.float64, np.float32))
    one = call.example(0)
    try:
        answers = [heard.answer for heard in hear(asking.subject, Question(Asked.ONE, (one,)))]
    except GradcheckError:
        return double
    units = [double, *(unit_roundoff(leaf.dtype) for answer in answers for leaf in answer.leaves)]
    if asking.backprop is Known.RIGHT:
        right = REFERENCE.answer(Question(Asked.ONE, (one,)))
        units += [min(_distance(answer, right), single) for answer in answers]
    return max(units)


def _distance(answer: Answer, right: Answer) -> float:
    """Return how far an answer is from the right one, beside its largest component; infinite where shapes differ."""
    if [leaf.shape for leaf in answer.leaves] != [leaf.shape for leaf in right.leaves]:
        return np.inf
    size = max(float(np.max(np.abs(leaf), initial=0.0)) for leaf in right.leaves)
    apart = max(float(np.max(np.abs(a - b), initial=0.0)) for a, b in zip(answer.leaves, right.leaves, strict=True))
    return apart / size if size > 0.0 else np.inf


def _diagnosis(asking: Asking) -> tuple[Diagnosis, ...]:
    """Return the mistakes of the step by name."""
    try:
        return Listening(NetworkRun(asking.subject, asking.options)).diagnosis(Asked.STEP)
    except GradcheckError:
        return ()
