"""Which of a rubric's items stand on which others: what is given, and what is required."""

from __future__ import annotations

from gradcheck.grading.parts import Part
from gradcheck.grading.rubric import Rubric
from gradcheck.grading.rubric_model import CarriedForward, Item


def is_given(rubric: Rubric, item: Item, part: Part) -> bool:
    """Tell whether the right answer of a part is given to an item, be it by way of others; what no item asks for always is.

    Examples
    --------
    >>> from gradcheck.grading.parts import SubmissionProtocol
    >>> from gradcheck.grading.starting_rubric import starting_rubric
    >>> rubric = starting_rubric(SubmissionProtocol.NETWORK)
    >>> bp1, bp4 = rubric.items[3], rubric.items[6]
    >>> is_given(rubric, bp4, Part.SIGMA_PRIME), is_given(rubric, bp1, Part.BP2)
    (True, False)
    """
    if rubric.policy.carried_forward is CarriedForward.NONE:
        return False
    names = rubric.names_of(item)
    asking = {one.id for one in rubric.items if one.part is part and rubric.names_of(one) == names}
    return asking <= reached(rubric, item, "given")


def reached(rubric: Rubric, item: Item, key: str) -> frozenset[str]:
    """Return the ids that an item names under a key, and those that these name, and so on.

    Examples
    --------
    >>> from gradcheck.grading.parts import SubmissionProtocol
    >>> from gradcheck.grading.starting_rubric import starting_rubric
    >>> rubric = starting_rubric(SubmissionProtocol.NETWORK)
    >>> sorted(reached(rubric, rubric.items[3], "given"))
    ['cost_derivative', 'feedforward', 'sigma_prime']
    """
    named = {one.id: getattr(one, key) for one in rubric.items}
    found: set[str] = set()
    to_do = list(getattr(item, key))
    while to_do:
        one = to_do.pop()
        if one not in found:
            found.add(one)
            to_do.extend(named.get(one, ()))  # of a student's own check the hidden items are not there
    return frozenset(found)
