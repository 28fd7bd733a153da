"""Single mistakes and pairs of them put into random networks, and what the checker calls them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Final

import numpy as np

from gradcheck.checks.candidates import BY_COLUMNS, Candidates, Made
from gradcheck.checks.digits import common_digits
from gradcheck.checks.gradient import check_gradient
from gradcheck.checks.hearing import Heard, hear
from gradcheck.checks.naming import Explanation, explain
from gradcheck.checks.options import Locate, Options
from gradcheck.checks.residuals import Example
from gradcheck.errors import UserCodeError
from gradcheck.mistakes.catalogue import CATALOGUE
from gradcheck.mistakes.mistake import Edit, Mistake, edits_for
from gradcheck.mistakes.program import REFERENCE, Asked, Program
from gradcheck.results import EquationStatus, Verdict
from gradcheck.subjects.network_class import NetworkSubject, gradient_subject, update_subject
from tests.drawn_networks_for_tests import Drawn
from tests.injected_for_tests import injected

SAME: Final = 10.0
"""Answers that share this many digits are called the same to rounding (decimal digits)."""

NEAR: Final = 3.0
"""Edits that share this many digits with what was claimed are counted in the calibration (decimal digits)."""

ETA: Final = 0.4
"""The number that a mistake with one is made with: the learning rate of weights updated while going back (dimensionless)."""


@dataclasses.dataclass(frozen=True)
class Injection:
    """One mistake in one random network.

    Attributes
    ----------
    entry : int
        Its place in the catalogue.
    number : int
        That of the network.
    asked : str
        The first question, in the checker's order, that shows it; empty where none does.
    by_equations, by_differences : bool or None
        Whether these see it; None where they were not asked.
    names : tuple of str
        What it was called, in order.
    in_its_layers : bool
        Whether one of the names came with the layers in which it was made.
    digits : float
        To how many digits it was matched; NaN where it was not.
    near : tuple of float
        The digits of all other edits that share at least NEAR.
    """

    entry: int
    number: int
    asked: str
    by_equations: bool | None = None
    by_differences: bool | None = None
    names: tuple[str, ...] = ()
    in_its_layers: bool = False
    digits: float = float("nan")
    near: tuple[float, ...] = ()


@dataclasses.dataclass(frozen=True)
class Put:
    """A mistake as it is put into a network: with its layers, in its program, and the question that shows it."""

    made: Made
    asked: Asked | None

    @property
    def program(self) -> Program:
        """The wrong program."""
        program = self.made.program
        for edit in self.made.edits:
            program = edit.made_in(program, None if edit.mistake.fitted is None else ETA)
        return program


@dataclasses.dataclass(frozen=True)
class Task:
    """What is done in one network: entries to put into it, those of them that differences are asked about, and how many pairs."""

    number: int
    entries: tuple[int, ...]
    differences: frozenset[int]
    pairs: int


def put(mistake: Mistake, network: Drawn, generator: np.random.Generator) -> Put | None:
    """Return a mistake in some layers of a network, at random; None where it cannot be made there."""
    one, found = network.exposed[0].network, None
    edits = [e for e in edits_for((mistake,), one, next(iter(mistake.asked))) if reached(e, one.num_layers)]
    if not edits:
        return None
    edit = edits[generator.integers(len(edits))]
    for asked in network.asked:
        for program in _programs(mistake, asked):
            there = Put(Made((edit,), program), asked)
            is_seen = seen(there, network)
            if is_seen:
                return there
            if is_seen is None and asked is Asked.ONE:
                return None  # the program stops on a single example: nothing else is asked
            found = found if is_seen is None else Put(there.made, None)
    return found


def _programs(mistake: Mistake, asked: Asked) -> Iterator[Program]:
    """Yield the programs, right but for a mistake, in which it may show in the answer to a question."""
    if asked in mistake.asked:
        yield REFERENCE
    if asked is Asked.STEP and Asked.SUM in mistake.asked:
        yield BY_COLUMNS


def reached(edit: Edit, num_layers: int) -> bool:
    """Tell whether the step that an edit replaces is taken in one of its layers: (BP1) at the output, (BP2) below it."""
    if edit.mistake.slot in ("back", "hidden_error"):
        return bool(edit.layers - {num_layers})
    return True


def seen(one: Put, network: Drawn) -> bool | None:
    """Tell whether the wrong program answers otherwise than the right one, to rounding; None where it stops."""
    assert one.asked is not None
    is_seen = False
    for question in (each for whole in network.questions(one.asked) for each in (*whole.before, whole)):
        right = REFERENCE.answer(question)
        try:
            with np.errstate(all="ignore"):
                answer = one.program.answer(question)
        except (ValueError, IndexError):
            return None
        is_seen = is_seen or common_digits(answer, right) < SAME
    return is_seen


class Bench:
    """One random network, on which wrong programs are listened to."""

    def __init__(self, network: Drawn) -> None:
        self.network = network
        self.known: dict[Asked, Candidates] = {}

    def hear(self, subject: NetworkSubject, asked: Asked) -> list[Heard]:
        """Return what a class answers on all networks of the bench; nothing where it stops."""
        try:
            with np.errstate(all="ignore"):
                heard = [one for question in self.network.questions(asked) for one in hear(subject, question)]
        except UserCodeError:
            return []
        return heard if len(heard) == sum(len(question.calls) for question in self.network.questions(asked)) else []

    def explain(self, heard: list[Heard]) -> tuple[Explanation, ...]:
        """Return what explains it; what single mistakes answer is worked out once for the bench."""
        return explain(heard, self.candidates(heard)) if heard else ()

    def candidates(self, heard: list[Heard]) -> Candidates:
        """Return the mistakes that can be made on the bench's networks."""
        asked = heard[0].question.asked
        if asked not in self.known:
            self.known[asked] = Candidates([one.question for one in heard])
        return self.known[asked]


def inject(bench: Bench, entry: int, one: Put, *, differences: bool) -> Injection:
    """Return what becomes of one mistake in the bench's network."""
    number = bench.network.number
    if one.asked is None:
        return Injection(entry, number, "")
    subject = injected(bench.network.declared, one.program)
    heard = bench.hear(subject, one.asked)
    found = bench.explain(heard)
    mistake = CATALOGUE[entry].id
    its = [each for each in found if [edit.mistake.id for edit in each.edits] == [mistake]]
    return Injection(
        entry,
        number,
        one.asked.value,
        by_equations=breaks_an_equation(heard) if one.asked is Asked.ONE else None,
        by_differences=disagrees(subject, bench.network, one.asked) if differences else None,
        names=tuple(" + ".join(edit.mistake.id for edit in each.edits) for each in found),
        in_its_layers=any(each.edits == one.made.edits for each in its),
        digits=its[0].digits if its else float("nan"),
        near=tuple(_near(bench, heard, one)) if differences and heard else (),
    )


def breaks_an_equation(heard: list[Heard]) -> bool:
    """Tell whether the equations see that an answer is wrong: one is broken, or the answer has another shape or holds integers."""
    for one in heard:
        right = REFERENCE.answer(one.question)
        if [np.shape(leaf) for leaf in one.answer.leaves] != [leaf.shape for leaf in right.leaves]:
            return True
        if any(leaf.dtype.kind != "f" for leaf in one.answer.leaves):
            return True
        with np.errstate(all="ignore"):
            judged = Example(one.question.last, one.answer).judged()
        if any(each.status is EquationStatus.BROKEN for each in judged):
            return True
    return False


def disagrees(subject: NetworkSubject, network: Drawn, asked: Asked) -> bool:
    """Tell whether differences say DISAGREE on one of the networks that the class was listened to on."""
    options = Options(seed=network.number, locate=Locate.NEVER)
    make = update_subject if asked is Asked.STEP else gradient_subject
    calls = [
        (exposed, call)
        for exposed, question in zip(network.exposed, network.questions(asked), strict=True)
        for call in question.calls
    ]
    for exposed, call in calls:
        with np.errstate(all="ignore"):
            if check_gradient(make(subject, exposed.network, call.x, call.y), options).verdict is Verdict.DISAGREE:
                return True
    return False


def _near(bench: Bench, heard: list[Heard], one: Put) -> Iterator[float]:
    """Yield the digits to which other edits give what was heard, where they are many."""
    candidates = bench.candidates(heard)
    for made in candidates.single:
        if made.edits == one.made.edits or not candidates.is_possible(made, SAME):
            continue
        fewest = float("inf")
        for number, each in enumerate(heard):
            predicted = candidates.answer(made, number, each.answer)
            fewest = 0.0 if predicted is None else min(fewest, common_digits(predicted, each.answer))
            if fewest < NEAR:
                break
        if fewest >= NEAR:
            yield fewest


# --- pairs ------------------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class PairOutcome:
    """Two mistakes in one random network: what they are, and what they were called."""

    number: int
    mistakes: tuple[str, str]
    is_seen: bool
    names: tuple[str, ...] = ()

    @property
    def outcome(self) -> str:
        """How well both were named, in a word or two."""
        if not self.is_seen:
            return "indistinguishable"
        ids = " + ".join(self.mistakes)
        if not self.names:
            return "not named"
        if self.names[0] == ids:
            return "first"
        return "tied" if ids in self.names else "by others that give the same answers"


def inject_pair(bench: Bench, generator: np.random.Generator) -> PairOutcome:
    """Return what becomes of two mistakes drawn at random, among those that can be made together on the bench's network."""
    network, order = bench.network, {mistake.id: i for i, mistake in enumerate(CATALOGUE)}
    while True:
        edits = _two_edits(network, generator)
        if edits is None:
            continue
        edits = tuple(sorted(edits, key=lambda edit: order[edit.mistake.id]))
        one = Put(Made(edits, REFERENCE), Asked.ONE)
        is_seen = seen(one, network)
        if is_seen is not None:
            break
    ids = (edits[0].mistake.id, edits[1].mistake.id)
    if not is_seen:
        return PairOutcome(network.number, ids, is_seen=False)
    found = bench.explain(bench.hear(injected(network.declared, one.program), Asked.ONE))
    names = tuple(" + ".join(sorted((e.mistake.id for e in each.edits), key=order.__getitem__)) for each in found)
    return PairOutcome(network.number, ids, is_seen=True, names=names)


def _two_edits(network: Drawn, generator: np.random.Generator) -> tuple[Edit, ...] | None:
    """Return two edits of different mistakes that go together and each change an answer; None where the draw has none."""
    one = network.exposed[0].network
    entries = [mistake for mistake in CATALOGUE if Asked.ONE in mistake.asked]
    chosen = []
    for i in generator.choice(len(entries), 2, replace=False):
        edits = [edit for edit in edits_for((entries[i],), one, Asked.ONE) if reached(edit, one.num_layers)]
        if not edits:
            return None
        edit = edits[generator.integers(len(edits))]
        if not seen(Put(Made((edit,), REFERENCE), Asked.ONE), network):
            return None
        chosen.append(edit)
    return tuple(chosen) if chosen[0].goes_with(chosen[1]) else None
