"""The mistake that a wrong gradient was made with: each edit of the reference, and pairs of them, on the same inputs."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, islice
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.hearing import Heard
from gradcheck.checks.residuals import Example
from gradcheck.mistakes.catalogue import CATALOGUE
from gradcheck.mistakes.mistake import Edit, edits_for
from gradcheck.mistakes.program import REFERENCE, Answer, Asked, Call, Program, Question
from gradcheck.results import Diagnosis, EquationStatus, Explains

Array = npt.NDArray[Any]

MATCHING_DIGITS: Final = 1 / 2
"""An edit explains an answer where at least this share of its dtype's digits is the same (dimensionless). In reports/diagnosis.md
true matches share 12 digits of float64 or more, and edits of other programs 4 or less."""

MOST_PAIRS: Final = 4000
"""Pairs of edits tried at most (a count): a second of work on the networks that mistakes are looked for on."""

Cell = tuple[str, int]


@dataclasses.dataclass(frozen=True)
class Explanation:
    """Mistakes that together give the claimed answers, and the fewest digits to which they do.

    Examples
    --------
    >>> Explanation((), 15.0).digits
    15.0
    """

    edits: tuple[Edit, ...]
    digits: float


def explain(heard: Sequence[Heard]) -> tuple[Explanation, ...]:
    """Return the mistakes that give everything that was heard, single ones first, pairs only where no single one does.

    Every one that explains it equally is returned, in the order of the catalogue.

    Examples
    --------
    >>> explain(())
    ()
    """
    return _Search(heard).explanations() if heard else ()


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


def in_steps(found: tuple[Explanation, ...], steps: frozenset[str]) -> tuple[Explanation, ...]:
    """Return those explanations that lie in steps known to be wrong by themselves, where some do; all of them where none does.

    Examples
    --------
    >>> in_steps((Explanation((), 15.0),), frozenset({"nabla_a"}))
    (Explanation(edits=(), digits=15.0),)
    """
    there = tuple(one for one in found if one.edits and all(edit.mistake.slot in steps for edit in one.edits))
    return there or found


class _Search:
    """The edits of the reference that can be made on the networks of some questions, and what they answer."""

    def __init__(self, heard: Sequence[Heard]) -> None:
        self.heard = heard
        self.first = heard[0]
        self.wanted = MATCHING_DIGITS * min(_digits_of(one.answer) for one in heard)
        self.right = [REFERENCE.answer(one.question) for one in heard]
        network, asked = self.first.question.last.network, self.first.question.asked
        self.single = [Made((edit,), REFERENCE) for edit in edits_for(CATALOGUE, network, asked)]
        if asked is Asked.STEP:
            self.single += [Made((edit,), BY_COLUMNS) for edit in edits_for(CATALOGUE, network, Asked.SUM)]
        if asked is not Asked.ONE:
            self.single = [made for made in self.single if self._is_right_of_one(made)]

    def explanations(self) -> tuple[Explanation, ...]:
        """Return all single edits that match, else all pairs."""
        return self._alike(self._matches(iter(self.single))) or self._alike(self._matches(self._pairs()))

    def _is_right_of_one(self, made: Made) -> bool:
        """Tell whether single examples, which were judged before and are right, do not show a mistake."""
        one = Question(Asked.ONE, (self.first.question.last.example(0), self.first.question.last.example(1)))
        answer = REFERENCE.answer(one)
        predicted = answer_of(made, Heard(one, answer))
        return predicted is not None and common_digits(predicted, answer) >= self.wanted

    def _matches(self, sets: Iterator[Made]) -> Iterator[Explanation]:
        """Yield the sets of edits that explain every answer, and change some answer."""
        for made in sets:
            digits = self._digits(made)
            if digits >= self.wanted:
                yield Explanation(made.edits, digits)

    def _digits(self, made: Made) -> float:
        """Return the fewest digits to which edits give what was heard; 0 where they cannot be made, or give what is right."""
        fewest, is_seen = math.inf, False
        for one, right in zip(self.heard, self.right, strict=True):
            predicted = answer_of(made, one)
            if predicted is None:
                return 0.0
            fewest = min(fewest, common_digits(predicted, one.answer))
            if not fewest >= self.wanted:
                return 0.0
            is_seen = is_seen or not common_digits(predicted, right) >= self.wanted
        return fewest if is_seen else 0.0

    def _alike(self, found: Iterator[Explanation]) -> tuple[Explanation, ...]:
        """Return the explanations, of the same mistakes only those in the most layers."""
        kept: dict[tuple[str, ...], Explanation] = {}
        for one in found:
            kept.setdefault(tuple(sorted(edit.mistake.id for edit in one.edits)), one)
        return tuple(kept.values())

    def _pairs(self) -> Iterator[Made]:
        """Yield pairs of edits that together break what is broken, each of them no more than that; of single examples only."""
        if self.first.question.asked is not Asked.ONE:
            return
        broken = self._broken(self.first.answer)
        cells = {made.edits[0]: self._cells(made) for made in self.single}
        useful = [edit for edit, breaks in cells.items() if breaks is not None and (not broken or breaks <= broken)]
        pairs = (pair for pair in combinations(useful, 2) if pair[0].goes_with(pair[1]))
        chosen = (pair for pair in pairs if not broken or _union(cells[edit] for edit in pair) == broken)
        for pair in islice(chosen, MOST_PAIRS):
            yield Made(pair, REFERENCE)

    def _cells(self, made: Made) -> frozenset[Cell] | None:
        """Return what an edit breaks; None where it cannot be made or changes nothing."""
        predicted = answer_of(made, self.first)
        if predicted is None or common_digits(predicted, self.right[0]) >= self.wanted:
            return None
        return self._broken(predicted)

    def _broken(self, answer: Answer) -> frozenset[Cell]:
        """Return the equations an answer breaks, by layer; none of one with other shapes."""
        if not _has_shapes(answer, self.right[0]):
            return frozenset()
        judged = Example(self.first.question.last, answer).judged()
        return frozenset((one.equation, one.layer) for one in judged if one.status is EquationStatus.BROKEN)


def _union(each: Iterable[frozenset[Cell] | None]) -> frozenset[Cell]:
    return frozenset(cell for cells in each if cells is not None for cell in cells)


def _step_by_columns(program: Program, call: Call) -> Answer:
    """Return the step of a program whose update hands all columns to backprop at once, and divides the sum by m."""
    return program.gradient(call, Asked.SUM).each(lambda leaf: leaf / call.m)


BY_COLUMNS: Final = dataclasses.replace(REFERENCE, step=_step_by_columns)
"""The fully matrix-based mini-batch, the chapter's last exercise."""


def answer_of(made: Made, heard: Heard) -> Answer | None:
    """Return what a program with some mistakes in it answers; None where they cannot be made on this network.

    Examples
    --------
    >>> from gradcheck.network import Network
    >>> question = Question(Asked.ONE, (Call(Network.random([2, 1], np.random.default_rng(0)), np.ones((2, 1)), np.zeros((1, 1))),))
    >>> right = REFERENCE.answer(question)
    >>> common_digits(answer_of(Made((), REFERENCE), Heard(question, right)), right)
    inf
    """
    program = made.program
    try:
        with np.errstate(all="ignore"):
            for edit in made.edits:
                fitted = edit.mistake.fitted
                number = None if fitted is None else fitted(heard.question, heard.answer)
                program = edit.made_in(program, number)
            return program.answer(heard.question)
    except (ValueError, IndexError, np.linalg.LinAlgError):  # shapes that do not fit: this program would have stopped
        return None


def common_digits(one: Answer, other: Answer) -> float:
    """Return the fewest decimal digits that two answers share in any of their arrays, beside the array's largest entry.

    0 where shapes differ, one holds whole numbers and the other does not, or one of them is not finite.

    Examples
    --------
    >>> same = Answer((np.ones(2),), (np.ones((2, 2)),))
    >>> common_digits(same, same), round(common_digits(same, same.each(lambda leaf: 1.001 * leaf)), 2)
    (inf, 3.0)
    """
    if not _has_shapes(one, other):
        return 0.0
    return min((_common(a, b) for a, b in zip(one.leaves, other.leaves, strict=True)), default=0.0)


def _common(one: Array, other: Array) -> float:
    if (one.dtype.kind == "f") is not (other.dtype.kind == "f"):
        return 0.0
    size = max(np.max(np.abs(one), initial=0.0), np.max(np.abs(other), initial=0.0))
    gap = float(np.max(np.abs(one - other), initial=0.0))
    if gap == 0.0:
        return math.inf
    return max(0.0, -math.log10(gap / size)) if math.isfinite(gap) else 0.0


def _has_shapes(one: Answer, other: Answer) -> bool:
    return (
        len(one.nabla_b) == len(other.nabla_b)
        and len(one.nabla_w) == len(other.nabla_w)
        and all(np.shape(a) == np.shape(b) for a, b in zip(one.leaves, other.leaves, strict=True))
    )


def _digits_of(answer: Answer) -> float:
    """Return the decimal digits of the coarsest floating dtype of an answer; integers are cut off after the fact."""
    floating = [leaf.dtype for leaf in map(np.asarray, answer.leaves) if leaf.dtype.kind == "f"]
    return min((-math.log10(float(np.finfo(dtype).eps)) for dtype in floating), default=15.65)


def as_diagnosis(found: Explanation, num_layers: int) -> Diagnosis:
    """Return an explanation as a diagnosis, in words.

    Examples
    --------
    >>> as_diagnosis(Explanation((), 15.0), 3).kind
    <Explains.MISTAKE: 'mistake'>
    """
    return Diagnosis(
        id=" + ".join(edit.mistake.id for edit in found.edits),
        equation=", ".join(dict.fromkeys(equation_of(edit, num_layers) for edit in found.edits)),
        sentence="; and ".join(edit.mistake.sentence for edit in found.edits),
        kind=Explains.MISTAKE,
        where=" and ".join(filter(None, dict.fromkeys(where_of(edit, num_layers) for edit in found.edits))),
        hint="; and ".join(edit.mistake.hint for edit in found.edits),
        digits=found.digits if math.isfinite(found.digits) else None,
    )


def equation_of(edit: Edit, num_layers: int) -> str:
    """Return the equations an edit breaks in the layers it is made in: a sigma' is (BP1)'s at the output and (BP2)'s below.

    Examples
    --------
    >>> from gradcheck.mistakes.mistake import Mistake
    >>> no_sigma_prime = Mistake("x", "(BP1), (BP2)", "sigma_prime", "", "", "", lambda right: right)
    >>> equation_of(Edit(no_sigma_prime, frozenset({2})), 3), equation_of(Edit(no_sigma_prime, frozenset({3})), 3)
    ('(BP2)', '(BP1)')
    """
    equation = edit.mistake.equation
    if equation != "(BP1), (BP2)" or not edit.layers:
        return equation
    if edit.layers == {num_layers}:
        return "(BP1)"
    return equation if num_layers in edit.layers else "(BP2)"


def where_of(edit: Edit, num_layers: int) -> str:
    """Return the layers of an edit in words; nothing where it is made in all of them.

    Examples
    --------
    >>> from gradcheck.mistakes.mistake import Mistake
    >>> mistake = Mistake("x", "(BP2)", "back", "", "", "", lambda right: right)
    >>> where_of(Edit(mistake, frozenset({2, 3})), 4), where_of(Edit(mistake, frozenset({3})), 4)
    ('hidden layers', 'layer 3')
    """
    layers, hidden = edit.layers, set(range(2, num_layers))
    if not layers or (layers == hidden | {num_layers}):
        return ""
    if layers == {num_layers}:
        return "output layer"
    if layers == hidden:
        return "hidden layers" if len(hidden) > 1 else "hidden layer"
    return f"layer {min(layers)}"
