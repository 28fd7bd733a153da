"""A rubric tried before it grades: its reference passes, and every mistake of the catalogue loses the points it should and no others."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence

from gradcheck.errors import UsageError
from gradcheck.grading.declaring import declared_alone, declared_for
from gradcheck.grading.expected_losses import Expected, expected_loss
from gradcheck.grading.planting import OWN_PARTS, Home, Planted, asked_of, plantings, right_subject, shows
from gradcheck.grading.rubric import Rubric
from gradcheck.grading.rubric_model import Item
from gradcheck.grading.rubric_network import NetworkTable
from gradcheck.mistakes.catalogue import CATALOGUE
from gradcheck.mistakes.mistake import Mistake, Where
from gradcheck.mistakes.program import Asked
from gradcheck.results.grades import GradeSheet, SheetStatus
from gradcheck.subjects.network_class import NetworkSubject

Program = Callable[[Item], NetworkSubject]
"""A submission as grading sees it: the class that it has for an item, declared as the item wants it."""

Grade = Callable[[Program], GradeSheet]
"""Whatever grades a program by the rubric that is tried."""


@dataclasses.dataclass(frozen=True)
class Tried:
    """One planted mistake, what it should cost, and what it cost.

    Attributes
    ----------
    mistake : str
        Its id.
    made : str
        The id, and where it was made.
    in_class : str
        The class that it was made in.
    expected : Expected
    lost : tuple of (str, float)
        Ids of the items that lost points, and how many.
    named : tuple of str
        The mistakes that the grading called it.
    is_graded : bool
        Whether there was a grading at all.

    Examples
    --------
    >>> Tried("bp1-sign", "bp1-sign", "Network", Expected(frozenset({"bp1"})), (("bp1", 2.0),)).is_as_expected
    True
    """

    mistake: str
    made: str
    in_class: str
    expected: Expected
    lost: tuple[tuple[str, float], ...] = ()
    named: tuple[str, ...] = ()
    is_graded: bool = True

    @property
    def lost_ids(self) -> frozenset[str]:
        """The items that lost points."""
        return frozenset(id for id, _ in self.lost)

    @property
    def is_as_expected(self) -> bool:
        """Whether it lost what it should and nothing else."""
        return self.is_graded and self.expected.is_met_by(self.lost_ids)

    @property
    def is_untold(self) -> bool:
        """Whether it lost nothing: the rubric cannot tell it from a right program."""
        return self.is_graded and not self.lost


@dataclasses.dataclass(frozen=True)
class RubricCoverage:
    """What a rubric can tell.

    Attributes
    ----------
    rubric : str
        The assignment's title.
    rubric_sha256 : str
    reference : Tried
        The right program, which should lose nothing.
    tried : tuple of Tried
    left_out : tuple of str
        Mistakes that no program of this assignment can show: of other neurons, of a weight decay or a convention that it has not.
    untouched : tuple of str
        Ids of the items that no mistake was tried on: nothing is known of what they can tell.

    Examples
    --------
    >>> RubricCoverage("Backprop", "", Tried("", "right", "Network", Expected()), ()).is_sound
    True
    """

    rubric: str
    rubric_sha256: str
    reference: Tried
    tried: tuple[Tried, ...]
    left_out: tuple[str, ...] = ()
    untouched: tuple[str, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether the right program has full points, and each mistake lost what it should."""
        return self.reference.is_untold and all(one.is_as_expected for one in self.tried)

    @property
    def confused(self) -> tuple[tuple[Tried, ...], ...]:
        """The mistakes that look alike: they lose points of the same items, and none of them is called by its name."""
        groups: dict[frozenset[str], dict[str, Tried]] = {}
        for one in self.tried:
            if one.lost and one.mistake not in one.named:
                groups.setdefault(one.lost_ids, {}).setdefault(one.mistake, one)
        return tuple(tuple(group.values()) for group in groups.values() if len(group) > 1)


def cover(rubric: Rubric, grade: Grade, mistakes: Sequence[Mistake] = CATALOGUE) -> RubricCoverage:
    """Grade the right program, and one for each mistake that the assignment can show, and compare the points lost with those deserved.

    Parameters
    ----------
    rubric : Rubric
        Of the protocol network.
    grade : callable
        (program) -> GradeSheet; the program is asked for the class of each item, a NetworkSubject.
    mistakes : sequence of Mistake

    Raises
    ------
    UsageError
        If the rubric is of another protocol, whose mistakes no catalogue has.
    """
    network = rubric.network
    if network is None:
        protocol = rubric.assignment.protocol.value
        raise UsageError(f"{rubric.path} is of the protocol {protocol}: the catalogue has mistakes of networks alone")
    tried, left_out = [], []
    for mistake in mistakes:
        found = [_tried(rubric, grade, *one) for one in _where_it_shows(rubric, network, mistake)]
        tried += found
        left_out += [] if found else [mistake.id]
    touched = {id for one in tried for id in (*one.expected.must, *one.expected.may)}
    return RubricCoverage(
        rubric.assignment.title,
        rubric.sha256,
        _found(Tried("", "the right program", "", Expected()), grade(_right(rubric))),
        tuple(tried),
        tuple(left_out),
        tuple(item.id for item in rubric.items if item.id not in touched),
    )


@dataclasses.dataclass(frozen=True)
class _Class:
    """A class of the assignment, and the items that are about it."""

    name: str
    items: tuple[Item, ...]
    is_own: bool
    """Whether it is the assignment's own class, and not one that an item has for itself."""


def _classes(rubric: Rubric) -> list[_Class]:
    """Return the classes of an assignment, its own first."""
    groups: dict[tuple[str, ...], list[Item]] = {rubric.assignment.names: []}
    for item in rubric.items:
        groups.setdefault(rubric.names_of(item), []).append(item)
    return [_Class(names[0], tuple(items), names == rubric.assignment.names) for names, items in groups.items()]


def _where_it_shows(rubric: Rubric, network: NetworkTable, mistake: Mistake) -> Iterator[tuple[Planted, _Class, Asked]]:
    """Yield the ways to make a mistake in this assignment, each in the first class that shows it and with the question that does."""
    for planted in plantings(mistake):
        for one in _classes(rubric):
            asked = _asked(planted, one, network)
            if asked is not None:
                yield planted, one, asked
                break


def _asked(planted: Planted, one: _Class, network: NetworkTable) -> Asked | None:
    """Return the first question, in the order of blame, that shows a mistake in a class; that no item asks it is the rubric's fault."""
    parts = {item.part for item in one.items}
    if planted.home is Home.OWN:
        # Without an item for it, a wrong derivative is no other mistake than the same one inside backprop.
        is_looked_at = planted.mistake.slot == "forward" or OWN_PARTS[planted.mistake.slot] in parts
        is_shown = one.is_own and is_looked_at and shows(planted, declared_alone(network), Asked.ONE)
        return Asked.ONE if is_shown else None
    if planted.where is Where.EVERYWHERE and planted.mistake.slot == "sigma_prime":
        # Where it shows in the output layer alone, or in the others alone, it is that mistake and was tried as such.
        halves = [dataclasses.replace(planted, where=half) for half in (Where.OUTPUT, Where.HIDDEN)]
        if not all(half.where in planted.mistake.where and _asked(half, one, network) for half in halves):
            return None
    questions = {} if not one.is_own else {asked: declared_alone(network) for asked in (Asked.ONE, Asked.STEP)}
    for item in one.items:
        declared = declared_for(item, network)
        questions.setdefault(asked_of(item.part, declared.batch), declared)
    return next((asked for asked, declared in questions.items() if shows(planted, declared, asked)), None)


def _tried(rubric: Rubric, grade: Grade, planted: Planted, where: _Class, asked: Asked) -> Tried:
    """Grade a program with a mistake in one of its classes."""
    ids = {item.id for item in where.items}
    right = _right(rubric)

    def program(item: Item) -> NetworkSubject:
        subject = right(item)
        return planted.subject(subject.declared, subject.name) if item.id in ids else subject

    expected = expected_loss(rubric, where.items, planted, asked)
    return _found(Tried(planted.mistake.id, planted.words, where.name, expected), grade(program))


def _right(rubric: Rubric) -> Program:
    """Return the right program."""

    def program(item: Item) -> NetworkSubject:
        if rubric.network is None:
            raise UsageError(f"{rubric.path} declares no network")
        return right_subject(declared_for(item, rubric.network), rubric.names_of(item)[0])

    return program


def _found(blank: Tried, sheet: GradeSheet) -> Tried:
    """Return what a sheet says of a program."""
    lost = tuple((item.id, item.lost) for item in sheet.items if item.lost > 0.0)
    named = tuple(dict.fromkeys(id for item in sheet.items for id in item.diagnosis))
    return dataclasses.replace(blank, lost=lost, named=named, is_graded=sheet.status is SheetStatus.GRADED)
