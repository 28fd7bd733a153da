"""Mistakes of the catalogue planted in a right program of an assignment, each where a student could have made it."""

from __future__ import annotations

import dataclasses
import enum
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.grading.mistaken_network import MistakenNetwork, nabla_a_alone, sigma_prime_alone
from gradcheck.grading.parts import Part
from gradcheck.mistakes.mistake import Edit, Mistake, Where
from gradcheck.mistakes.program import REFERENCE, Asked, Call, Program, Question
from gradcheck.network.model import Network
from gradcheck.subjects.functions import SigmaSubject
from gradcheck.subjects.network_class import Batch, Declared, NetworkSubject

Array = npt.NDArray[Any]

ETA: Final = 0.4
"""The number that a mistake with one is made with: the learning rate of weights updated while going back (dimensionless)."""

WIDTHS: Final = ((3, 4, 2, 3, 5, 2), (3, 3, 3, 3, 3, 3))
"""Neurons in the layers of the networks that a mistake is looked for on: of different widths, and of one (counts)."""

LAYERS: Final = (4, 2)
"""How many layers these have where the activations leave it open (counts)."""

_EXAMPLES: Final = 7
"""Examples in a mini-batch: as many as no layer has neurons (a count)."""

_CALLS: Final = 3
"""Calls of one program, the last of which is looked at (a count)."""

_SAME: Final = 1e-9
"""Answers nearer to each other than this are the same to rounding (relative)."""


class Home(enum.Enum):
    """Where in a program a mistake is made.

    Examples
    --------
    >>> Home("inside").name
    'INSIDE'
    """

    INSIDE = "inside"
    """In backprop, or in the step."""
    OWN = "own"
    """In a function of its own: feedforward, cost_derivative, the derivative of sigma."""


OWN_PARTS: Final = {"forward": Part.FEEDFORWARD, "nabla_a": Part.COST_DERIVATIVE, "sigma_prime": Part.SIGMA_PRIME}
"""The steps that may stand in a function of their own, and the part of a rubric that asks for it."""


@dataclasses.dataclass(frozen=True)
class Planted:
    """One mistake, in the layers and the place of a program where it is made.

    Attributes
    ----------
    mistake : Mistake
    where : Where or None
        None for a mistake that is not made layer by layer.
    home : Home

    Examples
    --------
    >>> from gradcheck.mistakes.catalogue import mistake_named
    >>> Planted(mistake_named("bp1-sign"), Where.OUTPUT).words
    'bp1-sign'
    """

    mistake: Mistake
    where: Where | None = None
    home: Home = Home.INSIDE

    @property
    def words(self) -> str:
        """What it is called in a table: its id, and where it is made if it could be made elsewhere too."""
        places = []
        if self.home is Home.OWN:
            places.append(f"in {_FUNCTIONS[self.mistake.slot]}")
        elif self.where is not None and len(_wheres(self.mistake)) > 1:
            places.append(self.where.value)
        return " ".join([self.mistake.id, *(f"({place})" for place in places)])

    def program(self, num_layers: int) -> Program:
        """Return the program of a network of so many layers; the reference where it has none in which this can be made."""
        sets = [frozenset[int]()] if self.where is None else self.where.layers(num_layers)
        if self.mistake.equation == "(BP2)":  # of the layers before the output alone
            sets = [layers for layers in sets if num_layers not in layers]
        if not sets:
            return REFERENCE
        number = ETA if self.mistake.fitted is not None else None
        return Edit(self.mistake, sets[-1]).made_in(REFERENCE, number)

    def _programs(self, program: Program) -> dict[Asked, Program]:
        """Return what answers which question: the mistake where it may show, and a step of its own only for a mistake of the step."""
        is_step = self.mistake.asked == {Asked.STEP}
        asked = (*BACKPROP_ASKED, Asked.STEP) if is_step else BACKPROP_ASKED
        return {one: program if one in self.mistake.asked else REFERENCE for one in asked}

    def subject(self, declared: Declared, name: str) -> NetworkSubject:
        """Return the class with this mistake in it."""

        def make(sizes: list[int]) -> MistakenNetwork:
            program = self.program(len(sizes))
            if self.home is Home.INSIDE:
                return MistakenNetwork(declared, self._programs(program), sizes)
            # A forward pass of its own is not the one inside backprop; the derivatives are called from there.
            inside = REFERENCE if self.mistake.slot == "forward" else program
            return MistakenNetwork(declared, dict.fromkeys(BACKPROP_ASKED, inside), sizes, own=program)

        is_sigma = self.home is Home.OWN and self.mistake.slot == "sigma_prime"
        return NetworkSubject(name, make, declared, sigma_of(declared, self.program(2) if is_sigma else REFERENCE))


BACKPROP_ASKED: Final = (Asked.ONE, Asked.SUM, Asked.MEAN)
"""What `backprop` is asked; a step made of its answers needs no program of its own."""

_FUNCTIONS: Final = {"forward": "feedforward", "nabla_a": "cost_derivative", "sigma_prime": "sigma_prime"}


def right_subject(declared: Declared, name: str) -> NetworkSubject:
    """Return a class without a mistake.

    Examples
    --------
    >>> right_subject(Declared(), "Network").name
    'Network'
    """
    programs = dict.fromkeys(BACKPROP_ASKED, REFERENCE)
    return NetworkSubject(
        name, lambda sizes: MistakenNetwork(declared, programs, sizes), declared, sigma_of(declared, REFERENCE)
    )


def sigma_of(declared: Declared, program: Program) -> SigmaSubject | None:
    """Return the sigma and the sigma' of a program; None where the layers have several, or none number by number.

    Examples
    --------
    >>> sigma_of(Declared(), REFERENCE).sigma_prime(np.zeros(1))
    array([0.25])
    """
    if len({one.name for one in declared.activations}) != 1 or declared.activations[0].derivative is None:
        return None
    activation = declared.activations[0]
    network = Network.random([1, 1], np.random.default_rng(0), activations=activation)
    return SigmaSubject("sigma_prime", activation.value, lambda z: sigma_prime_alone(program, network, z))


def plantings(mistake: Mistake) -> list[Planted]:
    """Return the ways in which a mistake is tried.

    Examples
    --------
    >>> from gradcheck.mistakes.catalogue import mistake_named
    >>> [one.words for one in plantings(mistake_named("sigma-prime-of-a"))][:2]
    ['sigma-prime-of-a (everywhere)', 'sigma-prime-of-a (output)']
    """
    inside = [Planted(mistake, where) for where in _wheres(mistake)]
    is_own = mistake.slot in OWN_PARTS and (not mistake.where or mistake.where[0] in (Where.EVERYWHERE, Where.OUTPUT))
    return [*inside, *([Planted(mistake, inside[0].where, Home.OWN)] if is_own else [])]


def _wheres(mistake: Mistake) -> list[Where | None]:
    """Return the layers in which a mistake is tried: all that it may be made in, and for sigma' the output and the others alone."""
    if not mistake.where:
        return [None]
    if mistake.slot != "sigma_prime":
        return [mistake.where[0]]
    several = [one for one in mistake.where if one in (Where.EVERYWHERE, Where.OUTPUT, Where.HIDDEN)]
    return list(several or mistake.where[:1])


def shows(planted: Planted, declared: Declared, asked: Asked) -> bool:
    """Tell whether a planted mistake makes a program answer one kind of question otherwise than the right one, on some network.

    Examples
    --------
    >>> from gradcheck.mistakes.catalogue import mistake_named
    >>> shows(Planted(mistake_named("bp1-sign"), Where.OUTPUT), Declared(), Asked.ONE)
    True
    >>> shows(Planted(mistake_named("decay-sign"), Where.EVERYWHERE), Declared(), Asked.ONE)
    False
    """
    if planted.home is Home.OWN:
        return asked is Asked.ONE and any(_shows_alone(planted, call) for call in _calls(declared, 1))
    if asked not in planted.mistake.asked:
        return False
    m = 1 if asked is Asked.ONE else _EXAMPLES
    several = [_calls(declared, m, seed) for seed in range(_CALLS)]
    return any(_differs(planted, Question(asked, calls)) for calls in zip(*several, strict=True))


def _calls(declared: Declared, m: int, seed: int = 0) -> list[Call]:
    """Return one call for each of the networks that mistakes are looked for on."""
    activations, found = declared.activations, []
    counts = LAYERS if len(activations) == 1 else (len(activations) + 1,)
    for number, (count, widths) in enumerate((count, widths) for count in counts for widths in WIDTHS):
        generator = np.random.default_rng([number, seed])
        sizes = [widths[i % len(widths)] for i in range(count)]
        network = Network.random(
            sizes,
            generator,
            activations=activations * (count - 1) if len(activations) == 1 else activations,
            cost=declared.cost,
            weight_decay=declared.weight_decay,
        )
        x = generator.standard_normal((sizes[0], m))
        found.append(Call(network, x, generator.uniform(0.1, 0.9, (sizes[-1], m))))
    return found


def _differs(planted: Planted, question: Question) -> bool:
    program = planted.program(question.last.network.num_layers)
    try:
        with np.errstate(all="ignore"):
            answer = program.answer(question)
    except ValueError:  # it cannot be made here, or the program stops
        return False
    right = REFERENCE.answer(question)
    pairs = zip(answer.leaves, right.leaves, strict=True)
    return any(_is_another(np.asarray(one), two) for one, two in pairs)


def _shows_alone(planted: Planted, call: Call) -> bool:
    """Tell whether a function of its own says something else than the right one, and can be written as one."""
    network = call.network
    program = planted.program(network.num_layers)
    try:
        with np.errstate(all="ignore"):
            if planted.mistake.slot == "forward":
                return _is_another(program.forward(network, call.x).output, network.feedforward(call.x).output)
            if planted.mistake.slot == "nabla_a":
                return _is_wrong_nabla_a(program, call)
            return _is_wrong_sigma_prime(program, network)
    except ValueError:
        return False


def _is_wrong_nabla_a(program: Program, call: Call) -> bool:
    """Tell whether a function of a and y alone is neither nabla_a C nor, where sigma' cancels, the delta^L that may be meant by it."""
    network, forward = call.network, call.network.feedforward(call.x)
    said, right = (nabla_a_alone(one, network, forward.output, call.y) for one in (program, REFERENCE))
    pair = network.matched_pair
    accepted = [right] if pair is None else [right, pair.delta(forward.zs[-1], call.y)]
    return bool(np.isfinite(said).all()) and all(_is_another(said, one) for one in accepted)


def _is_wrong_sigma_prime(program: Program, network: Network) -> bool:
    """Tell whether a sigma' is that of its sigma neither as a function of z nor as one of a: either way may be meant."""
    activation, z = network.activations[-1], np.linspace(-2.0, 2.0, 7)
    if len({one.name for one in network.activations}) != 1 or activation.derivative is None:
        return False
    right = sigma_prime_alone(REFERENCE, network, z)
    return all(_is_another(sigma_prime_alone(program, network, one), right) for one in (z, activation.value(z)))


def _is_another(one: Array, two: Array) -> bool:
    """Tell whether two arrays differ by more than rounding, or in shape or kind."""
    if one.shape != two.shape or one.dtype.kind != two.dtype.kind:
        return True
    return not np.allclose(one, two, rtol=_SAME, atol=_SAME * float(np.max(np.abs(two), initial=0.0)))


def asked_of(part: Part, batch: Batch) -> Asked:
    """Return the kind of question that a part asks a program.

    Examples
    --------
    >>> asked_of(Part.MATRIX_BATCH, Batch.MEAN)
    <Asked.MEAN: 'mean'>
    """
    if part is Part.MATRIX_BATCH:
        return Asked.MEAN if batch is Batch.MEAN else Asked.SUM
    is_step = part in (Part.MINI_BATCH, Part.DESCENT_STEP, Part.UPDATE_MINI_BATCH)
    return Asked.STEP if is_step else Asked.ONE
