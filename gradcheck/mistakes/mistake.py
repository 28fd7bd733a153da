"""One named mistake: which step of backprop it replaces, by what, and how it is told to a learner."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable
from typing import Any

from gradcheck.mistakes.program import Answer, Asked, Place, Program, Question
from gradcheck.network.model import Network

PER_LAYER = frozenset(
    [
        "nabla_a",
        "sigma_prime",
        "back",
        "output_error",
        "hidden_error",
        "nabla_b",
        "nabla_w",
        "average_b",
        "average_w",
        "decay_b",
        "decay_w",
    ]
)
"""Steps that are taken once a layer: a mistake in one of them may be made in some layers and not in others."""


class Where(enum.Enum):
    """In which layers a mistake is made.

    Examples
    --------
    >>> Where.HIDDEN.layers(4)
    [frozenset({2, 3})]
    >>> Where.ONE.layers(3)
    [frozenset({2}), frozenset({3})]
    """

    EVERYWHERE = "everywhere"
    OUTPUT = "output"
    HIDDEN = "hidden"
    ONE = "one"
    ONE_HIDDEN = "one hidden"
    ONE_AFTER_THE_FIRST = "one after the first"

    def layers(self, num_layers: int) -> list[frozenset[int]]:
        """Return the sets of layers, counted from 2 to L, that this may mean in a network of L layers."""
        every = range(2, num_layers + 1)
        found = {
            Where.EVERYWHERE: [frozenset(every)],
            Where.OUTPUT: [frozenset({num_layers})],
            Where.HIDDEN: [frozenset(every[:-1])],
            Where.ONE: [frozenset({layer}) for layer in every],
            Where.ONE_HIDDEN: [frozenset({layer}) for layer in every[:-1]],
            Where.ONE_AFTER_THE_FIRST: [frozenset({layer}) for layer in every[1:]],
        }[self]
        return [layers for layers in found if layers]


@dataclasses.dataclass(frozen=True)
class Mistake:
    """A named edit of the reference.

    Attributes
    ----------
    id : str
        Lower case, with hyphens: what the catalogue, the reports and the rubrics call it.
    equation : str
        The equations it breaks, such as "(BP2)".
    slot : str
        The step of `Program` that it replaces.
    sentence : str
        What was written, in one sentence for a learner, without a full stop.
    hint : str
        Where to look, without the answer.
    unseen : str
        The condition under which nobody can tell it from a right program: it is never reported there.
    wrong : callable
        (right step) -> the wrong one; (right step, number) -> it where `fitted` is given.
    where : tuple of Where
        The layers it may be made in; empty for a step that is not taken layer by layer.
    asked : frozenset of Asked
        The questions whose answers it may change.
    fitted : callable or None
        (question, claimed answer) -> the number that this program would have been written with, a learning rate say.

    Examples
    --------
    >>> sign = Mistake("bp1-sign", "(BP1)", "nabla_a", "it is y - a", "look at the sign", "never", lambda right: lambda p: -right(p))
    >>> sign.slot
    'nabla_a'
    """

    id: str
    equation: str
    slot: str
    sentence: str
    hint: str
    unseen: str
    wrong: Callable[..., Any]
    where: tuple[Where, ...] = ()
    asked: frozenset[Asked] = frozenset(Asked)
    fitted: Callable[[Question, Answer], float] | None = None


@dataclasses.dataclass(frozen=True)
class Edit:
    """A mistake made in some layers of a network.

    Attributes
    ----------
    mistake : Mistake
    layers : frozenset of int
        Counted from 2 to L; empty for a mistake that is not made layer by layer.

    Examples
    --------
    >>> sign = Mistake("bp1-sign", "(BP1)", "nabla_a", "it is y - a", "look at the sign", "never", lambda right: lambda p: -right(p))
    >>> Edit(sign, frozenset({3})).made_in(Program()).nabla_a is Program().nabla_a
    False
    """

    mistake: Mistake
    layers: frozenset[int] = frozenset()

    def made_in(self, program: Program, number: float | None = None) -> Program:
        """Return the program with this mistake made in it."""
        slot = self.mistake.slot
        right = getattr(program, slot)
        wrong = self.mistake.wrong(right) if number is None else self.mistake.wrong(right, number)
        if slot not in PER_LAYER:
            return _with(program, slot, wrong)
        layers = self.layers

        def step(place: Place, *rest: Any) -> Any:
            return (wrong if place.layer in layers else right)(place, *rest)

        return _with(program, slot, step)

    def goes_with(self, other: Edit) -> bool:
        """Tell whether both mistakes can be made at once: in two steps, or in the same one at different layers."""
        return self.mistake.slot != other.mistake.slot or not (self.layers & other.layers or not self.layers)


def edits_for(mistakes: tuple[Mistake, ...], network: Network, asked: Asked) -> list[Edit]:
    """Return every way to make some mistakes in a network of this depth that may change the answer to such a question.

    Examples
    --------
    >>> import numpy as np
    >>> sign = Mistake(
    ...     "bp2-sign", "(BP2)", "back", "", "", "", lambda right: lambda *of: -right(*of), (Where.HIDDEN, Where.ONE)
    ... )
    >>> network = Network.random([2, 3, 3, 1], np.random.default_rng(0))
    >>> [sorted(edit.layers) for edit in edits_for((sign,), network, Asked.ONE)]
    [[2, 3], [2], [3], [4]]
    """
    found: list[Edit] = []
    for mistake in mistakes:
        if asked not in mistake.asked:
            continue
        sets = [layers for where in mistake.where for layers in where.layers(network.num_layers)]
        if not mistake.where:
            sets = [frozenset()]  # it is not made layer by layer
        found.extend(Edit(mistake, layers) for layers in dict.fromkeys(sets))
    return found


def _with(program: Program, slot: str, step: Callable[..., Any]) -> Program:
    """Return the program with one step replaced."""
    changed: dict[str, Any] = {slot: step}
    return dataclasses.replace(program, **changed)
