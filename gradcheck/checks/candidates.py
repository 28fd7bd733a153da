"""Programs with one mistake or two in them, and what they answer to some questions."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import combinations, islice
from typing import Final

import numpy as np

from gradcheck.checks.digits import common_digits, digits_of_leaf
from gradcheck.mistakes.catalogue import CATALOGUE
from gradcheck.mistakes.mistake import Edit, edits_for
from gradcheck.mistakes.program import REFERENCE, Answer, Asked, Call, Program, Question

MOST_PAIRS: Final = 4000
"""Pairs of edits tried at most (a count): a second of work on the networks that mistakes are looked for on."""


def _step_by_columns(program: Program, call: Call) -> Answer:
    """Return the step of a program whose update hands all columns to backprop at once, and divides the sum by m."""
    return program.gradient(call, Asked.SUM).each(lambda leaf: leaf / call.m)


BY_COLUMNS: Final = dataclasses.replace(REFERENCE, step=_step_by_columns)
"""The fully matrix-based mini-batch, the chapter's last exercise."""


@dataclasses.dataclass(frozen=True)
class Made:
    """Mistakes made in a program that is right but for them: the reference, or one whose step goes by columns.

    Examples
    --------
    >>> Made((), REFERENCE).program is REFERENCE
    True
    """

    edits: tuple[Edit, ...]
    program: Program

    @property
    def is_fitted(self) -> bool:
        """Whether what it answers depends on what was claimed: a learning rate is read off that."""
        return any(edit.mistake.fitted is not None for edit in self.edits)


def answer_of(made: Made, question: Question, claimed: Answer) -> Answer | None:
    """Return what a program with some mistakes in it answers; None where they cannot be made on this network.

    Examples
    --------
    >>> from gradcheck.network import Network
    >>> question = Question(Asked.ONE, (Call(Network.random([2, 1], np.random.default_rng(0)), np.ones((2, 1)), np.zeros((1, 1))),))
    >>> right = REFERENCE.answer(question)
    >>> common_digits(answer_of(Made((), REFERENCE), question, right), right)
    inf
    """
    program = made.program
    try:
        with np.errstate(all="ignore"):
            for edit in made.edits:
                fitted = edit.mistake.fitted
                program = edit.made_in(program, None if fitted is None else fitted(question, claimed))
            return program.answer(question)
    except (ValueError, IndexError, np.linalg.LinAlgError):  # shapes that do not fit: this program would have stopped
        return None


class Candidates:
    """Every mistake that can be made where some questions of one kind are asked, and its answers, worked out once and when needed.

    Examples
    --------
    >>> from gradcheck.network import Network
    >>> question = Question(Asked.ONE, (Call(Network.random([2, 1], np.random.default_rng(0)), np.ones((2, 1)), np.zeros((1, 1))),))
    >>> len(Candidates((question,)).right)
    1
    """

    def __init__(self, questions: Sequence[Question]) -> None:
        self.questions = questions
        network, self.asked = questions[0].last.network, questions[0].asked
        self.right = [REFERENCE.answer(question) for question in questions]
        self.single = [Made((edit,), REFERENCE) for edit in edits_for(CATALOGUE, network, self.asked)]
        if self.asked is Asked.STEP:
            self.single += [Made((edit,), BY_COLUMNS) for edit in edits_for(CATALOGUE, network, Asked.SUM)]
        self._known: dict[tuple[int, int], Answer | None] = {}
        self._right_of_one: dict[int, bool] = {}

    def answer(self, made: Made, number: int, claimed: Answer) -> Answer | None:
        """Return what a program answers to the question of a number."""
        if made.is_fitted or len(made.edits) > 1:
            return answer_of(made, self.questions[number], claimed)
        key = (id(made), number)
        if key not in self._known:
            self._known[key] = answer_of(made, self.questions[number], claimed)
        return self._known[key]

    def is_possible(self, made: Made, wanted: float) -> bool:
        """Tell whether single examples, which were judged before several and are right, do not show a mistake."""
        if self.asked is Asked.ONE or len(made.edits) > 1:  # of a pair, each was asked by itself
            return True
        if Asked.ONE not in made.edits[0].mistake.asked:
            return True
        if id(made) not in self._right_of_one:
            question, right = self._of_one
            predicted = answer_of(made, question, right)
            self._right_of_one[id(made)] = predicted is not None and common_digits(predicted, right) >= wanted
        return self._right_of_one[id(made)]

    @cached_property
    def _of_one(self) -> tuple[Question, Answer]:
        """A question about single examples, and the right answer."""
        last = self.questions[0].last
        question = Question(Asked.ONE, (last.example(0), last.example(1)))
        return question, REFERENCE.answer(question)

    def pairs(self, claimed: Sequence[Answer], wanted: float) -> Iterator[Made]:
        """Yield the pairs of single mistakes that may together give the claimed answers."""
        # The last call of the first network, where what is kept between calls shows.
        number = max(range(len(self.questions)), key=lambda i: len(self.questions[i].calls))
        sides = [_Side.of(self, made, number, claimed[number], wanted) for made in self.single]
        seen = [side for side in sides if side is not None and side.changed]
        pairs = (Made((*one.made.edits, *two.made.edits), one.made.program) for one, two in _together(seen))
        yield from islice(pairs, MOST_PAIRS)


@dataclasses.dataclass(frozen=True, eq=False)
class _Side:
    """One mistake of a pair: the arrays it changes, and those in which it gives by itself what was claimed."""

    made: Made
    changed: frozenset[int]
    unlike: frozenset[int]
    is_rearranged: bool

    @staticmethod
    def of(candidates: Candidates, made: Made, number: int, claimed: Answer, wanted: float) -> _Side | None:
        """Return the side of a single mistake; None where it cannot be made, or its answer has another number of arrays."""
        predicted = candidates.answer(made, number, claimed) if candidates.is_possible(made, wanted) else None
        right = candidates.right[number]
        if predicted is None or len(predicted.leaves) != len(claimed.leaves):
            return None
        changed = _unlike(predicted, right, wanted)
        return _Side(made, changed, _unlike(predicted, claimed, wanted), _is_rearranged(predicted, right))

    def goes_with(self, other: _Side) -> bool:
        """Tell whether both may be made at once, and the other may account for all that this one does not give."""
        edits = self.made.edits[0], other.made.edits[0]
        return (
            self.made.program is other.made.program
            and (self.unlike <= other.changed or self.is_rearranged)
            and (other.unlike <= self.changed or other.is_rearranged)
            and edits[0].goes_with(edits[1])
        )


def _together(sides: list[_Side]) -> Iterator[tuple[_Side, _Side]]:
    return ((one, two) for one, two in combinations(sides, 2) if one.goes_with(two))


def _unlike(one: Answer, other: Answer, wanted: float) -> frozenset[int]:
    whole = max(one.largest, other.largest)
    leaves = enumerate(zip(one.leaves, other.leaves, strict=False))
    return frozenset(i for i, (a, b) in leaves if not digits_of_leaf(a, b, whole) >= wanted)


def _is_rearranged(one: Answer, right: Answer) -> bool:
    """Tell whether an answer holds the numbers of the right one in other places: then a second mistake shows in other arrays."""
    one_sorted, right_sorted = (
        np.sort(np.concatenate([np.ravel(leaf) for leaf in answer.leaves])) for answer in (one, right)
    )
    return bool(np.array_equal(one_sorted, right_sorted))
