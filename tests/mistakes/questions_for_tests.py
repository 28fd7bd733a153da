"""Questions to ask wrong programs, and what they answer: equal, different, or no answer because the program would crash."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from gradcheck.mistakes import REFERENCE, Answer, Asked, Call, Edit, Mistake, Question, edits_for, mistake_named
from gradcheck.network.activations import SIGMOID, Activation
from gradcheck.network.arrays import Array
from gradcheck.network.costs import CROSS_ENTROPY, LOG_LIKELIHOOD, QUADRATIC, Cost
from gradcheck.network.model import Network
from gradcheck.network.weight_decay import NO_DECAY, WeightDecay


@dataclasses.dataclass(frozen=True)
class Ask:
    """What a question is made of; as it stands, one example of a square sigmoid network."""

    sizes: tuple[int, ...] = (3, 3, 3, 3)
    hidden: Activation = SIGMOID
    output: Activation = SIGMOID
    cost: Cost = QUADRATIC
    decay: WeightDecay = NO_DECAY
    asked: Asked = Asked.ONE
    m: int = 1
    calls: int = 1
    seed: int = 0

    def network(self, generator: np.random.Generator) -> Network:
        activations: Sequence[Activation] = [*[self.hidden] * (len(self.sizes) - 2), self.output]
        return Network.random(self.sizes, generator, activations=activations, cost=self.cost, weight_decay=self.decay)

    def question(self) -> Question:
        generator = np.random.default_rng(self.seed)
        calls = []
        for _ in range(self.calls):
            x = generator.normal(size=(self.sizes[0], self.m))
            calls.append(Call(self.network(generator), x, targets(self.cost, (self.sizes[-1], self.m), generator)))
        return Question(self.asked, tuple(calls))


def targets(cost: Cost, shape: tuple[int, int], generator: np.random.Generator) -> Array:
    """Return targets that suit the cost: any, from 0 to 1, or one-hot columns."""
    if cost is CROSS_ENTROPY:
        return generator.uniform(size=shape)
    if cost is LOG_LIKELIHOOD:
        return np.eye(shape[0])[:, generator.integers(0, shape[0], size=shape[1])]
    return generator.normal(size=shape)


def changed(question: Question, **parts: object) -> Question:
    """Return the question with other parameters, inputs or targets in its last call: weights=, biases=, x= or y=."""
    call = question.last
    network = call.network.with_parameters(
        parts.pop("weights", call.network.weights),  # type: ignore[arg-type]
        parts.pop("biases", call.network.biases),  # type: ignore[arg-type]
    )
    last = dataclasses.replace(call, network=network, **parts)  # type: ignore[arg-type]
    return dataclasses.replace(question, calls=(*question.calls[:-1], last))


def right_targets(question: Question) -> Question:
    """Return the question with y = a^L, where the gradient is 0."""
    call = question.last
    return changed(question, y=call.network.feedforward(call.x).output)


def answers(mistake: Mistake, question: Question) -> list[tuple[Edit, Answer]]:
    """Return every answer that the mistake leads to, but for the programs that would crash."""
    found = []
    for edit in edits_for((mistake,), question.last.network, question.asked):
        number = None if mistake.fitted is None else 0.5
        try:
            with np.errstate(all="ignore"):
                found.append((edit, edit.made_in(REFERENCE, number).answer(question)))
        except (ValueError, IndexError):
            continue
    return found


def same(one: Answer, two: Answer, *, rtol: float = 1e-9) -> bool:
    """Tell whether two answers are the same to rounding, shapes and kind of number included."""
    if len(one.leaves) != len(two.leaves):
        return False
    scale = max(1e-4, *(np.abs(leaf).max() for leaf in two.leaves))  # the gradient is of order 1, or its rounding
    return all(
        a.shape == b.shape and a.dtype.kind == b.dtype.kind and bool(np.all(np.abs(a - b) <= rtol * scale))
        for a, b in zip(one.leaves, two.leaves, strict=True)
    )


def explained(id: str, question: Question, claimed: Answer) -> bool:
    """Tell whether the mistake, made in some layers, answers the same."""
    mistake = mistake_named(id)
    number = mistake.fitted(question, claimed) if mistake.fitted else None

    def explains(edit: Edit) -> bool:
        try:
            return same(edit.made_in(REFERENCE, number).answer(question), claimed)
        except (ValueError, IndexError):
            return False

    return any(map(explains, edits_for((mistake,), question.last.network, question.asked)))
