"""Which items of a rubric a planted mistake should lose the points of: one mistake, once."""

from __future__ import annotations

import dataclasses
from typing import Final

from gradcheck.grading.parts import EQUATIONS, Part
from gradcheck.grading.planting import OWN_PARTS, Home, Planted
from gradcheck.grading.rubric import Rubric
from gradcheck.grading.rubric_model import CarriedForward, Item
from gradcheck.mistakes.mistake import Where
from gradcheck.mistakes.program import Asked

_BEFORE_THE_EQUATIONS: Final = (Part.FEEDFORWARD, Part.COST_DERIVATIVE, Part.SIGMA_PRIME)

_WHOLE: Final = frozenset({*EQUATIONS, *_BEFORE_THE_EQUATIONS, Part.BACKPROP})

STANDS_ON: Final[dict[Part, frozenset[Part]]] = {
    Part.BP1: frozenset(_BEFORE_THE_EQUATIONS),
    Part.BP2: frozenset({Part.FEEDFORWARD, Part.COST_DERIVATIVE, Part.SIGMA_PRIME, Part.BP1}),
    Part.BP3: frozenset({Part.FEEDFORWARD, Part.COST_DERIVATIVE, Part.SIGMA_PRIME, Part.BP1, Part.BP2}),
    Part.BP4: frozenset({Part.FEEDFORWARD, Part.COST_DERIVATIVE, Part.SIGMA_PRIME, Part.BP1, Part.BP2}),
    Part.BACKPROP: _WHOLE - {Part.BACKPROP},
    Part.MINI_BATCH: _WHOLE,
    Part.DESCENT_STEP: _WHOLE,
    Part.UPDATE_MINI_BATCH: _WHOLE,
    Part.LINEAR_NEURONS: _WHOLE - {Part.BACKPROP},
    Part.MODIFIED_NEURON: _WHOLE - {Part.BACKPROP},
    Part.MATRIX_BATCH: _WHOLE - {Part.BACKPROP},
}
"""What a part is made of: where one of these is wrong it comes out wrong too, unless the right answer is given in its place."""

_OF_ONE_EXAMPLE: Final = frozenset(
    {
        "step-ascends",
        "step-eta-forgotten",
        "step-eta-twice",
        "step-biases-never",
        "step-weights-never",
        "step-over-layer-width",
    }
)
"""Mistakes of the step that one example shows, and of which the mean over a mini-batch is right."""

_OF_BOTH: Final = frozenset({"step-sums-not-reset"})
"""Mistakes of the step that show for one example and for several."""


@dataclasses.dataclass(frozen=True)
class Expected:
    """What a mistake should cost.

    Attributes
    ----------
    must : frozenset of str
        Ids of the items that lose points.
    may : frozenset of str
        Ids of further items that may: those made of a wrong one that is not given, and where it cannot be said which of several.

    Examples
    --------
    >>> Expected(frozenset({"bp1"})).is_met_by(frozenset({"bp1"})), Expected(frozenset({"bp1"})).is_met_by(frozenset())
    (True, False)
    """

    must: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()

    def is_met_by(self, lost: frozenset[str]) -> bool:
        """Tell whether the items that lost points are these: something, all that must, and no others."""
        return bool(lost) and self.must <= lost <= self.must | self.may


def expected_loss(rubric: Rubric, items: tuple[Item, ...], planted: Planted, asked: Asked) -> Expected:
    """Return what a mistake should cost that stands in the class of some items, and that a kind of question shows.

    Examples
    --------
    >>> from gradcheck.grading.parts import SubmissionProtocol
    >>> from gradcheck.grading.starting_rubric import starting_rubric
    >>> from gradcheck.mistakes.catalogue import mistake_named
    >>> rubric = starting_rubric(SubmissionProtocol.NETWORK)
    >>> sign = Planted(mistake_named("bp2-sign"), Where.HIDDEN)
    >>> expected_loss(rubric, rubric.items[:9], sign, Asked.ONE)
    Expected(must=frozenset({'bp2'}), may=frozenset())
    """
    sure, possible = _parts(planted, asked)
    wrong = sure | possible
    must = {item.id for item in items if item.part in sure or _is_sum_of(item.part, sure)}
    may = {item.id for item in items if item.part in possible or _is_sum_of(item.part, possible)}
    cause = frozenset(item.id for item in items if item.part in wrong)
    for item in items:
        is_made_of = bool(STANDS_ON.get(item.part, frozenset()) & wrong)
        if is_made_of and not _is_given(rubric, item, cause):
            may.add(item.id)
    lost = must | may
    may |= {item.id for item in rubric.items if _required(rubric, item) & lost}
    return Expected(frozenset(must), frozenset(may - must))


def _parts(planted: Planted, asked: Asked) -> tuple[frozenset[Part], frozenset[Part]]:
    """Return the parts that are wrong, and those of which some are and it depends on the network which."""
    nothing: frozenset[Part] = frozenset()
    mistake = planted.mistake
    if planted.home is Home.OWN:
        return frozenset({OWN_PARTS[mistake.slot]}), nothing
    if asked in (Asked.SUM, Asked.MEAN):
        return frozenset({Part.MATRIX_BATCH}), nothing
    if asked is Asked.STEP:
        return _of_the_step(mistake.id), nothing
    if mistake.equation == "(BP1), (BP2)":
        return _of_sigma_prime(planted.where), nothing
    if mistake.equation == "weight decay":
        return frozenset({Part.BP3 if mistake.slot == "decay_b" else Part.BP4}), nothing
    single = [part for part in EQUATIONS if mistake.equation == f"({part.value})"]
    return frozenset(single), nothing if single else frozenset(EQUATIONS)


def _of_the_step(id: str) -> frozenset[Part]:
    whole = {Part.UPDATE_MINI_BATCH}
    if id in _OF_BOTH:
        return frozenset({Part.MINI_BATCH, Part.DESCENT_STEP} | whole)
    return frozenset({Part.DESCENT_STEP if id in _OF_ONE_EXAMPLE else Part.MINI_BATCH} | whole)


def _of_sigma_prime(where: Where | None) -> frozenset[Part]:
    if where is Where.EVERYWHERE:
        return frozenset({Part.BP1, Part.BP2})
    return frozenset({Part.BP1 if where is Where.OUTPUT else Part.BP2})


def _is_sum_of(part: Part, wrong: frozenset[Part]) -> bool:
    """Tell whether a part is nothing but the equations together: where one is wrong, so is it."""
    is_whole = part in (Part.BACKPROP, Part.LINEAR_NEURONS, Part.MODIFIED_NEURON)
    return is_whole and bool(wrong & set(EQUATIONS))


def _is_given(rubric: Rubric, item: Item, cause: frozenset[str]) -> bool:
    """Tell whether the right answer of all that is wrong is given to an item, be it by way of others."""
    if rubric.policy.carried_forward is CarriedForward.NONE or not cause:
        return False
    return cause - {item.id} <= _reached(rubric, item, "given")


def _required(rubric: Rubric, item: Item) -> frozenset[str]:
    return _reached(rubric, item, "requires")


def _reached(rubric: Rubric, item: Item, key: str) -> frozenset[str]:
    """Return the items that one names under a key, and those that these name, and so on."""
    named = {one.id: getattr(one, key) for one in rubric.items}
    found: set[str] = set()
    to_do = list(named[item.id])
    while to_do:
        one = to_do.pop()
        if one not in found:
            found.add(one)
            to_do.extend(named[one])
    return frozenset(found)
