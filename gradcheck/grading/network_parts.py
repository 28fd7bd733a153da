"""The parts of a network class, each judged where no other can take it down: in a process, or with objects, of its own."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any, Final

import numpy as np

from gradcheck.checks.derivative_parts import cost_derivative_part
from gradcheck.checks.equations import check_network
from gradcheck.checks.exposing import exposing
from gradcheck.checks.guards import call_user
from gradcheck.checks.network_run import NetworkRun
from gradcheck.checks.options import Options
from gradcheck.checks.sigma import check_sigma
from gradcheck.checks.single_parts import check_columns, check_feedforward, check_step
from gradcheck.grading.class_outcome import class_outcome, on_own_forward_pass
from gradcheck.grading.dependence import is_given
from gradcheck.grading.doors import NetworkDoor
from gradcheck.grading.hiding import STEP, without
from gradcheck.grading.network_equations import equation_outcome
from gradcheck.grading.outcomes import Outcome, judged, missing, of_verdict
from gradcheck.grading.parts import EQUATIONS, Part
from gradcheck.grading.rubric import Rubric
from gradcheck.grading.rubric_model import CarriedForward, Item, Partial
from gradcheck.grading.shares import shares_of_columns, shares_of_gradient, shares_of_step
from gradcheck.grading.steps import Asking, Known, descent_step, mini_batch
from gradcheck.network.activations import Activation
from gradcheck.results.grades import ItemStatus
from gradcheck.subjects.functions import SIGMA_RANGE, SigmaSubject, elementwise
from gradcheck.subjects.network_class import NetworkSubject, UserNetwork

_SAME: Final = 1e-12
"""A sigma nearer than this to the declared one is that one (relative to 1 + |sigma|, some thousand roundings)."""


class NetworkJudge:
    """What becomes of each item of a network assignment; what several items need is found out once.

    Parameters
    ----------
    door : NetworkDoor
    rubric : Rubric
    seed_of : callable
        (what is judged) -> the seed of its random numbers.

    Examples
    --------
    >>> from gradcheck.examples.network_bp2_no_sigma_prime_wrong import Network
    >>> from gradcheck.grading.doors import ProgramDoor
    >>> from gradcheck.grading.parts import SubmissionProtocol
    >>> from gradcheck.grading.starting_rubric import starting_rubric
    >>> rubric = starting_rubric(SubmissionProtocol.NETWORK)
    >>> judge = NetworkJudge(ProgramDoor(lambda item: NetworkSubject("Network", Network)), rubric, lambda _: 0)
    >>> [judge.outcome(item).status.value for item in rubric.items[3:7]]
    ['pass', 'fail', 'pass', 'pass']
    """

    def __init__(self, door: NetworkDoor, rubric: Rubric, seed_of: Callable[[str], int]) -> None:
        self.door, self.rubric, self.seed_of = door, rubric, seed_of
        self.found: dict[tuple[Any, ...], Outcome] = {}

    def outcome(self, item: Item) -> Outcome:
        """Return what became of an item."""
        name = self.door.class_of(item)
        if name is None and item.part is not Part.SIGMA_PRIME:
            return missing(f"there is no class {' or '.join(self.rubric.names_of(item))}")
        part = item.part
        if part in EQUATIONS:
            return equation_outcome(part, self._gradient(item), self.rubric.policy.carried_forward)
        if part is Part.BACKPROP:
            return self._backprop(item)
        judges: dict[Part, Callable[[Item, Options], Outcome]] = {
            Part.FEEDFORWARD: self._feedforward,
            Part.COST_DERIVATIVE: self._cost_derivative,
            Part.SIGMA_PRIME: self._sigma_prime,
            Part.MINI_BATCH: self._mini_batch,
            Part.DESCENT_STEP: self._descent_step,
            Part.UPDATE_MINI_BATCH: self._update,
            Part.MATRIX_BATCH: self._columns,
        }
        return self._once((part, name, item.modified), item, judges.get(part, self._other_neurons))

    def _once(self, key: tuple[Any, ...], item: Item, judge: Callable[[Item, Options], Outcome]) -> Outcome:
        """Judge, unless it was judged before."""
        if key not in self.found:
            seed = self.seed_of(item.part.value if item.part not in EQUATIONS else Part.BACKPROP.value)
            self.found[key] = judged(item.id, seed, lambda options: judge(item, options))
        return self.found[key]

    def _feedforward(self, item: Item, options: Options) -> Outcome:
        with self.door.open(item) as subject:
            alone = without(subject, "backprop", STEP, "cost_derivative", "cost")
            if not _has(alone, "feedforward"):
                return missing("there is no feedforward(a)")
            return of_verdict(check_feedforward(alone, options), options.seed or 0)

    def _cost_derivative(self, item: Item, options: Options) -> Outcome:
        with self.door.open(item) as subject:
            alone = without(subject, "backprop", STEP, "feedforward")
            if not _has(alone, "cost_derivative"):
                return missing("there is no cost_derivative(output_activations, y)")
            run = NetworkRun(alone, options)
            exposed = exposing(alone.declared, options.generator("exposing"))
            part = cost_derivative_part(run, exposed)
            if part is not None:
                return of_verdict(part, options.seed or 0)
            theirs = UserNetwork(alone, exposed.network.sizes).theirs
            a, y = exposed.network.feedforward(exposed.x[:, :1]).output, exposed.y[:, :1]
            call_user("cost_derivative", theirs.cost_derivative, a, y)  # it raises again, and is told
            return Outcome(ItemStatus.ERROR, words="cost_derivative does not return an array of real numbers")

    def _sigma_prime(self, item: Item, options: Options) -> Outcome:
        names = self.door.sigma_names()
        if names is None:
            return missing("there is no sigma with its derivative, such as sigmoid(z) and sigmoid_prime(z)")
        with self.door.open(item) as subject:
            if subject.sigma is None:
                return missing("there is no sigma with its derivative")
            sigma = _of_declared(subject.sigma, subject.declared.activations)
            return of_verdict(check_sigma(sigma, options), options.seed or 0)

    def _gradient(self, item: Item) -> Outcome:
        """Return what was found of backprop and its equations, beside what is given to this item."""
        ahead = {part: self._before(item, part) for part in (Part.COST_DERIVATIVE, Part.SIGMA_PRIME)}
        hidden = {
            STEP,
            "feedforward",
        }  # the cost is that of the reference's forward pass: nobody chooses what is differentiated
        shown = {part: one.is_right or is_given(self.rubric, item, part) for part, one in ahead.items()}
        stops = (ItemStatus.TIMEOUT, ItemStatus.LIMIT)
        hidden |= set() if shown[Part.COST_DERIVATIVE] else {"cost_derivative"}
        hidden |= {"cost_derivative"} if ahead[Part.COST_DERIVATIVE].status in stops else set()
        shows_sigma = shown[Part.SIGMA_PRIME] and ahead[Part.SIGMA_PRIME].status not in stops
        forgives = self._forgives_forward_pass(item)

        def judge(item: Item, options: Options) -> Outcome:
            with self.door.open(item) as subject:
                whole = subject if shows_sigma else dataclasses.replace(subject, sigma=None)
                seen = without(whole, *sorted(hidden))
                if not _has(seen, "backprop"):
                    return missing("there is no backprop(x, y)")
                outcome = class_outcome(seen, options)
                if not forgives or outcome.status is not ItemStatus.FAIL:
                    return outcome
                return on_own_forward_pass(outcome, without(whole, *sorted(hidden - {"feedforward"})), options)

        key = ("gradient", self.door.class_of(item), frozenset(hidden), shows_sigma, forgives)
        return self._once(key, item, judge)

    def _forgives_forward_pass(self, item: Item) -> bool:
        """Tell whether `feedforward` is wrong, has cost its points, and is not to cost others here."""
        if all(one.part is not Part.FEEDFORWARD for one in self.rubric.items):
            return False
        return is_given(self.rubric, item, Part.FEEDFORWARD) and (
            self._before(item, Part.FEEDFORWARD).status is ItemStatus.FAIL
        )

    def _before(self, item: Item, part: Part) -> Outcome:
        """Return what became of a part that others stand on, whether or not an item asks for it."""
        other = item.model_copy(update={"part": part, "modified": None})
        if part is Part.SIGMA_PRIME and self.door.sigma_names() is None:
            return missing("")
        return self.outcome(other)

    def _backprop(self, item: Item) -> Outcome:
        whole = self._gradient(item)
        if whole.result is None or whole.status is ItemStatus.ERROR:
            return whole
        part = next((one for one in whole.result.parts if one.part == "backprop"), None)
        if part is None:
            return dataclasses.replace(whole, status=ItemStatus.INCONCLUSIVE)
        outcome = of_verdict(part, whole.seed)
        return self._shared(item, outcome, partial(shares_of_gradient, partial=item.partial))

    def _mini_batch(self, item: Item, options: Options) -> Outcome:
        return self._of_step(item, options, mini_batch)

    def _descent_step(self, item: Item, options: Options) -> Outcome:
        return self._of_step(item, options, descent_step)

    def _of_step(self, item: Item, options: Options, judge: Callable[[Asking], Outcome]) -> Outcome:
        known = self._known(item)
        with self.door.open(item) as subject:
            seen = without(subject, "feedforward")
            if not _has(seen, STEP):
                return missing("there is no update_mini_batch(mini_batch, eta)")
            # A step may go down a gradient of its own.
            seen = seen if _has(seen, "backprop") else without(seen, "backprop")
            return judge(Asking(seen, options, known))

    def _known(self, item: Item) -> Known:
        """Tell whether backprop is right; where it is wrong, whether that is not to cost points here."""
        gradient = self._gradient(item)
        # In half precision differences cannot tell, and the equations can.
        equations = [equation_outcome(part, gradient, CarriedForward.NONE) for part in EQUATIONS]
        if gradient.is_right or all(one.is_right for one in equations):
            return Known.RIGHT
        whole = (Part.BACKPROP, *EQUATIONS)
        asked = [part for part in whole if any(one.part is part for one in self.rubric.items)]
        return Known.FORGIVEN if all(is_given(self.rubric, item, part) for part in asked) else Known.NOTHING

    def _update(self, item: Item, options: Options) -> Outcome:
        with self.door.open(item) as subject:
            seen = without(subject, "feedforward")
            if not _has(seen, STEP):
                return missing("there is no update_mini_batch(mini_batch, eta)")
            outcome = of_verdict(check_step(seen, options), options.seed or 0)
        return self._shared(item, outcome, partial(shares_of_step, partial=item.partial))

    def _columns(self, item: Item, options: Options) -> Outcome:
        with self.door.open(item) as subject:
            outcome = of_verdict(check_columns(without(subject, "feedforward", STEP), options), options.seed or 0)
        return self._shared(item, outcome, partial(shares_of_columns, partial=item.partial))

    def _other_neurons(self, item: Item, options: Options) -> Outcome:
        """Judge backprop of a class of other neurons, of which the reference's forward pass makes the cost."""
        with self.door.open(item) as subject:
            seen = dataclasses.replace(without(subject, "feedforward", "cost_derivative", STEP), sigma=None)
            whole = check_network(seen, options=options)
        part = next((one for one in whole.parts if one.part == "backprop"), whole)
        outcome = of_verdict(part, options.seed or 0)
        return self._shared(item, outcome, partial(shares_of_gradient, partial=item.partial))

    def _shared(self, item: Item, outcome: Outcome, shares: Callable[[NetworkSubject, Options], Fraction]) -> Outcome:
        """Return an outcome with the share that is right, where it is wrong and the rubric asks for that."""
        if item.partial is Partial.NONE or outcome.status is not ItemStatus.FAIL:
            return outcome
        with self.door.open(item) as subject:
            seen = without(subject, "feedforward")
            share = shares(seen, Options(seed=outcome.seed or self.seed_of(item.part.value)))
        # What was found wrong elsewhere is not right for being right here.
        return dataclasses.replace(outcome, share=share if share < 1 else Fraction(0))


def _has(subject: NetworkSubject, method: str) -> bool:
    layers = len(subject.declared.activations)
    sizes = [2, 3, 2] if layers == 1 else [2, *(3 for _ in subject.declared.activations)]
    return callable(getattr(call_user(subject.name, subject.make, sizes), method, None))


def _of_declared(sigma: SigmaSubject, declared: tuple[Activation, ...]) -> SigmaSubject:
    """Return sigma' beside the declared sigma, where the submission's own is another: nobody may choose what is differentiated."""
    if len({one.name for one in declared}) != 1:
        return sigma
    z = np.linspace(-SIGMA_RANGE, SIGMA_RANGE, 9)
    right = declared[0].value(z)
    try:
        said = np.asarray(elementwise(sigma.sigma, z)(z))
        is_declared = said.shape == z.shape and bool(np.all(np.abs(said - right) <= _SAME * (1.0 + np.abs(right))))
    except Exception:  # it is told by the check of it
        return sigma
    return sigma if is_declared else dataclasses.replace(sigma, sigma=declared[0].value)
