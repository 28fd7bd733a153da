"""Mistakes that only several calls show: what one call leaves behind for the next."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from gradcheck.mistakes.making import BACKPROP
from gradcheck.mistakes.mistake import Mistake
from gradcheck.mistakes.program import Answer, Asked, Call, Program, Question

Replay = Callable[[Program, Question], Answer]


def _accumulated(right: Replay) -> Replay:
    def replay(program: Program, question: Question) -> Answer:
        answer = right(program, question)
        for earlier in question.before:
            answer = answer.plus(right(program, earlier))
        return answer

    return replay


def _steps_accumulated(right: Replay) -> Replay:
    """Return the replay in which the sums over a mini-batch start from those of the mini-batches before."""

    def replay(program: Program, question: Question) -> Answer:
        answer, m = right(program, question), question.last.m
        for earlier in question.before:
            share = earlier.last.m / m
            answer = answer.plus(right(program, earlier).each(lambda leaf, share=share: share * leaf))  # type: ignore[misc]
        return answer

    return replay


def _call_before(question: Question, i: int) -> Call:
    """Return an earlier call; the first call of all finds nothing kept, and goes by itself."""
    return question.calls[i] if len(question.calls) > 1 else question.last


def _answer_of(i: int) -> Callable[[Replay], Replay]:
    def edit(right: Replay) -> Replay:
        def replay(program: Program, question: Question) -> Answer:
            return right(program, Question(question.asked, (_call_before(question, i),)))

        return replay

    return edit


def _forward_of(i: int) -> Callable[[Replay], Replay]:
    def edit(right: Replay) -> Replay:
        def replay(program: Program, question: Question) -> Answer:
            stale = _call_before(question, i)
            return program.backward(question.last, program.forward(stale.network, stale.x), question.asked)

        return replay

    return edit


_History: Any = partial(Mistake, equation="calls", slot="replay", asked=BACKPROP)
FIRST_CALL: Final = "it is the first call"

CALL_HISTORY: Final[tuple[Mistake, ...]] = (
    _History(
        id="accumulates-over-calls",
        sentence="each call adds to the gradients of the calls before: the sums are not set to 0 when backprop begins",
        hint="call backprop twice with the same example: are the answers the same?",
        unseen=FIRST_CALL,
        wrong=_accumulated,
    ),
    _History(
        id="answers-for-the-call-before",
        sentence="the gradient of the call before is returned",
        hint="call backprop with two different examples: which one is the second answer about?",
        unseen=FIRST_CALL,
        wrong=_answer_of(-2),
    ),
    _History(
        id="answers-for-the-first-call",
        sentence="the gradient of the first call is kept and returned ever after",
        hint="is anything stored on the object and not renewed?",
        unseen=FIRST_CALL,
        wrong=_answer_of(0),
    ),
    _History(
        id="forward-pass-of-the-call-before",
        sentence="the backward pass starts from the forward pass of the call before: z and a are stored on the object and renewed too late",
        hint="when are the stored z and a renewed?",
        unseen=FIRST_CALL,
        wrong=_forward_of(-2),
    ),
    _History(
        id="forward-pass-of-the-first-call",
        sentence="the backward pass starts from the forward pass of the first call: z and a are stored on the object and never renewed",
        hint="are the stored z and a ever renewed?",
        unseen=FIRST_CALL,
        wrong=_forward_of(0),
    ),
    _History(
        id="step-sums-not-reset",
        equation="descent step",
        sentence="the sums over the mini-batch are not set to 0 when the next one begins, so each step takes the ones before again",
        hint="where do the sums over the mini-batch begin?",
        unseen="it is the first mini-batch",
        wrong=_steps_accumulated,
        asked=frozenset({Asked.STEP}),
    ),
)
