"""Steps that an object of a class took, and what each should have been: by itself, by its own backprop, by one that is given."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from gradcheck.checks.guards import call_user
from gradcheck.checks.hearing import as_answer
from gradcheck.grading.hiding import give, without
from gradcheck.mistakes.program import REFERENCE, Answer, Asked, Call, Question
from gradcheck.subjects.network_class import UPDATE_ETA, NetworkSubject, UserNetwork


@dataclasses.dataclass(frozen=True, eq=False)
class Taken:
    """The steps that one object took from the same parameters, and those that each example's would have been; all divided by eta.

    Attributes
    ----------
    call : Call
    steps : tuple of (Answer or None)
        None where the parameters are no arrays of their shapes any more.
    each : tuple of Answer
        Fewer than there are examples where there is no right step.

    Examples
    --------
    >>> [field.name for field in dataclasses.fields(Taken)]
    ['call', 'steps', 'each']
    """

    call: Call
    steps: tuple[Answer | None, ...]
    each: tuple[Answer, ...]

    @property
    def right(self) -> Answer | None:
        """What each step should have been, the mean over the examples."""
        if len(self.each) < self.call.m:
            return None
        total = self.each[0]
        for one in self.each[1:]:
            total = total.plus(one)
        return total.each(lambda leaf: leaf / self.call.m)


Take = Callable[[NetworkSubject, Call, np.random.Generator], Taken]


def of_singles(subject: NetworkSubject, call: Call, _: np.random.Generator) -> Taken:
    """Return the step beside the steps that a new object takes for each example alone."""
    each = [_updated(_loaded(subject, call), call.example(i)) for i in range(call.m)]
    return Taken(call, _twice(subject, call), tuple(one for one in each if one is not None))


def of_reference(subject: NetworkSubject, call: Call, _: np.random.Generator) -> Taken:
    """Return the step of one example beside the gradient as the reference has it."""
    return Taken(call, _twice(subject, call), (REFERENCE.answer(Question(Asked.ONE, (call,))),))


def of_own_backprop(subject: NetworkSubject, call: Call, _: np.random.Generator) -> Taken:
    """Return the step beside what the class's own backprop answers, one example after the other."""
    user = _loaded(subject, call)
    answers = [_answered(user, call.example(i)) for i in range(call.m)]
    return Taken(call, _twice(subject, call), tuple(one for one in answers if one is not None))


def of_given_backprop(subject: NetworkSubject, call: Call, generator: np.random.Generator) -> Taken:
    """Return the step beside what a backprop answers that is put in place of the class's own; see `_given`."""
    given, before = _given(call, generator), _before(call)
    steps = _twice(without(subject, "backprop"), call, given)
    return Taken(call, steps, tuple(one.plus(before) for one in given))


def of_given_singles(subject: NetworkSubject, call: Call, generator: np.random.Generator) -> Taken:
    """Return the step beside the steps for each example alone, with a backprop that is put in place of the class's own."""
    given, other = _given(call, generator), without(subject, "backprop")
    each = [_twice(other, call.example(i), [one])[0] for i, one in enumerate(given)]
    return Taken(call, _twice(other, call, given), tuple(one for one in each if one is not None))


def _answered(user: UserNetwork, call: Call) -> Answer | None:
    """Return what backprop answers; None where that is no gradient of the parameters."""
    answer = as_answer(user, call_user("backprop", user.backprop, np.array(call.x), np.array(call.y)))
    return answer if answer is not None and _shapes_of(answer) == _shapes_of(_before(call)) else None


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
    before, after = _before(call), as_answer(user, (user.theirs.biases, user.theirs.weights))
    if after is None or _shapes_of(after) != _shapes_of(before):
        return None
    return before.plus(after.each(np.negative)).each(lambda leaf: leaf / UPDATE_ETA)


def _before(call: Call) -> Answer:
    """Return the parameters as they were before any step."""
    return Answer(call.network.biases, call.network.weights)


def _shapes_of(answer: Answer) -> list[tuple[int, ...]]:
    return [leaf.shape for leaf in answer.leaves]
