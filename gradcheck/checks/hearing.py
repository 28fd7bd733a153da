"""What a user's class answers to questions, kept as it was when it was answered."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from gradcheck.checks.guards import call_user
from gradcheck.mistakes.program import Answer, Asked, Call, Question
from gradcheck.subjects.network_class import UPDATE_ETA, NetworkSubject, UserNetwork


@dataclasses.dataclass(frozen=True, eq=False)
class Heard:
    """A question and the answer to it.

    Examples
    --------
    >>> [field.name for field in dataclasses.fields(Heard)]
    ['question', 'answer']
    """

    question: Question
    answer: Answer

    @property
    def has_every_layer(self) -> bool:
        """Whether nabla_b and nabla_w have an array for each layer, of whatever shape."""
        layers = len(self.question.last.network.weights)
        return (len(self.answer.nabla_b), len(self.answer.nabla_w)) == (layers, layers)


def hear(subject: NetworkSubject, question: Question) -> list[Heard]:
    """Ask one object of the user's class all calls of a question in turn, and return each answer; none that is no pair of lists.

    Raises
    ------
    UserCodeError
        If the user's code raises.

    Examples
    --------
    >>> from gradcheck.checks.exposing import exposing
    >>> from gradcheck.examples.network_right import Network
    >>> subject = NetworkSubject("Network", Network)
    >>> heard = hear(subject, exposing(subject.declared, np.random.default_rng(0)).examples())
    >>> [len(one.question.calls) for one in heard]
    [1, 2, 3]
    """
    user = UserNetwork(subject, question.last.network.sizes)
    found = []
    for number, call in enumerate(question.calls):
        user.load([np.array(w) for w in call.network.weights], [np.array(b) for b in call.network.biases])
        ask = _step if question.asked is Asked.STEP else _gradient
        answer = ask(user, call)
        if answer is not None:
            found.append(Heard(Question(question.asked, question.calls[: number + 1]), answer))
    return found


def _gradient(user: UserNetwork, call: Call) -> Answer | None:
    """Return what backprop answers."""
    return as_answer(user, call_user("backprop", user.backprop, np.array(call.x), np.array(call.y)))


def _step(user: UserNetwork, call: Call) -> Answer | None:
    """Return the step that update_mini_batch takes, divided by eta."""
    pairs = [(user.column(call.x[:, [i]]), user.column(call.y[:, [i]])) for i in range(call.m)]
    call_user("update_mini_batch", user.theirs.update_mini_batch, pairs, UPDATE_ETA)
    after = as_answer(user, (user.theirs.biases, user.theirs.weights))
    if after is None or len(after.leaves) != len(_before(call)):
        return None
    try:
        steps = [(old - new) / UPDATE_ETA for old, new in zip(_before(call), after.leaves, strict=True)]
    except ValueError:  # shapes that do not go together
        return None
    count = len(call.network.biases)
    return Answer(tuple(steps[:count]), tuple(steps[count:]))


def _before(call: Call) -> list[Any]:
    return [*call.network.biases, *call.network.weights]


def as_answer(user: UserNetwork, returned: Any) -> Answer | None:
    """Return (nabla_b, nabla_w) as copies of its arrays, vectors as columns; None for anything else."""
    if not isinstance(returned, tuple | list) or len(returned) != 2:
        return None
    try:
        nabla_b, nabla_w = ([np.array(leaf) for leaf in layers] for layers in returned)
    except (TypeError, ValueError):
        return None
    if not user.takes_columns:
        nabla_b = [leaf.reshape(-1, 1) if leaf.ndim == 1 else leaf for leaf in nabla_b]
    if any(leaf.dtype.kind not in "fiub" for leaf in (*nabla_b, *nabla_w)):
        return None
    return Answer(tuple(nabla_b), tuple(nabla_w))
