"""A grader of classes in this very process, item by item, with what the checks know of equations: not safe, and not the product's."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from gradcheck.checks.derivative_parts import NetworkAsWritten, cost_derivative_part, sigma_part
from gradcheck.checks.listening import Listening
from gradcheck.checks.network_run import NetworkRun
from gradcheck.checks.options import Options
from gradcheck.checks.residuals import Example
from gradcheck.checks.several_examples import together
from gradcheck.grading.parts import EQUATIONS, Part
from gradcheck.grading.rubric import Rubric
from gradcheck.grading.rubric_coverage import Grade, Program
from gradcheck.mistakes.program import Asked
from gradcheck.network.backprop import backprop
from gradcheck.results import EquationStatus, Explains, Verdict
from gradcheck.results.grades import GradeSheet, ItemGrade, ItemStatus, SheetStatus
from gradcheck.subjects.network_class import Batch, NetworkSubject, UserNetwork

Array = np.ndarray[Any, np.dtype[Any]]
ETA = 0.25


class Judged:
    """One class, judged part by part."""

    def __init__(self, subject: NetworkSubject) -> None:
        self.subject, self.is_backprop_given = subject, False
        self.run = NetworkRun(subject, Options(seed=0))
        self.listening = Listening(self.run)

    def is_wrong(self, part: Part) -> bool:
        """Tell whether a part is wrong; what stops is."""
        try:
            return bool(self._is_wrong(part))
        except (ValueError, IndexError, TypeError):
            return True

    def _is_wrong(self, part: Part) -> bool:
        if part in EQUATIONS:
            return part.value in self.broken
        if part is Part.FEEDFORWARD:
            return any(not same(self.user(i).feedforward(x), n.feedforward(x).output) for i, n, x, _ in self.cases)
        if part in (Part.COST_DERIVATIVE, Part.SIGMA_PRIME):
            return ("cost_derivative" if part is Part.COST_DERIVATIVE else "sigma") in self.wrong_factors
        if part in (Part.MINI_BATCH, Part.DESCENT_STEP, Part.UPDATE_MINI_BATCH):
            return self.step_is_wrong(part)
        several = part is Part.MATRIX_BATCH
        return any(self.gradient_is_wrong(i, 5 if several else 1) for i in range(len(self.listening.networks)))

    @cached_property
    def cases(self) -> list[tuple[int, Any, Array, Array]]:
        networks = enumerate(self.listening.networks)
        return [(i, one.network, one.x[:, [0]], one.y[:, [0]]) for i, one in networks]

    def user(self, number: int) -> UserNetwork:
        """Return a new object of the class, with the parameters of one of the networks."""
        network = self.listening.networks[number].network
        user = UserNetwork(self.subject, network.sizes)
        user.load([np.array(w) for w in network.weights], [np.array(b) for b in network.biases])
        if self.is_backprop_given:
            user.theirs.backprop = lambda x, y: (backprop(network, x, y).nabla_b, backprop(network, x, y).nabla_w)
        return user

    @cached_property
    def wrong_factors(self) -> frozenset[str]:
        parts = {"sigma": sigma_part(self.run)}
        parts["cost_derivative"] = cost_derivative_part(self.run, self.listening.networks[0])
        return frozenset(name for name, part in parts.items() if part and part.verdict is Verdict.DISAGREE)

    @cached_property
    def broken(self) -> frozenset[str]:
        """The equations that are broken; of a class that stops on layers of different widths, all."""
        if self.wrong_factors:
            self.listening.as_written = NetworkAsWritten(self.run, self.wrong_factors)
        equations = self.listening.equations()
        if not equations:
            heard = self.listening.examples_of_squares
            equations = together([Example(one.question.last, one.answer, None).judged() for one in heard])
        broken = {one.equation for one in equations if one.status in (EquationStatus.BROKEN, EquationStatus.UNJUDGED)}
        return frozenset(broken if equations else {part.value for part in EQUATIONS})

    def step_is_wrong(self, part: Part) -> bool:
        """Tell whether steps of one example are not eta times the class's own gradient, or those of several not their mean."""
        found = False
        for i, whole in enumerate(self.listening.networks):
            again = self.user(i)  # the same object for all steps of one network, as training uses it
            alone = [self.step(again, whole, [k]) for k in range(4)]
            nabla_b, nabla_w = self.user(i).backprop(whole.x[:, [0]], whole.y[:, [0]])
            if part is not Part.MINI_BATCH:
                found |= not all(map(same, alone[0], [-ETA * np.asarray(g) for g in (*nabla_b, *nabla_w)]))
                found |= not all(map(same, alone[1], self.step(self.user(i), whole, [1])))
            if part is not Part.DESCENT_STEP:
                mean = [sum(leaves) / 4 for leaves in zip(*alone, strict=True)]
                found |= not all(map(same, self.step(again, whole, [0, 1, 2, 3]), mean))
        return found

    @staticmethod
    def step(user: UserNetwork, whole: Any, columns: list[int]) -> list[Array]:
        network = whole.network
        user.load([np.array(w) for w in network.weights], [np.array(b) for b in network.biases])
        user.theirs.update_mini_batch([(whole.x[:, [k]], whole.y[:, [k]]) for k in columns], ETA)
        before = (*network.biases, *network.weights)
        return [new - old for new, old in zip((*user.theirs.biases, *user.theirs.weights), before, strict=True)]

    def gradient_is_wrong(self, number: int, m: int) -> bool:
        whole, user = self.listening.networks[number], self.user(number)
        found = False
        for start in (0, m):
            x, y = whole.x[:, start : start + m], whole.y[:, start : start + m]
            right = backprop(whole.network, x, y)
            factor = m if self.subject.declared.batch is Batch.SUM else 1
            nabla_b, nabla_w = user.backprop(x, y)
            pairs = zip((*nabla_b, *nabla_w), (*right.nabla_b, *right.nabla_w), strict=True)
            found |= not all(same(np.asarray(one), factor * two) for one, two in pairs)
        return found

    def names(self, part: Part) -> tuple[str, ...]:
        """Return what the mistakes are called that the class answers as."""
        asked = Asked.ONE
        if part in (Part.MINI_BATCH, Part.DESCENT_STEP, Part.UPDATE_MINI_BATCH):
            asked = Asked.STEP
        elif part is Part.MATRIX_BATCH:
            asked = Asked(self.subject.declared.batch.value)
        found = self.listening.diagnosis(asked) or self.listening.diagnosis_of_squares()
        return tuple(one.id for one in found if one.kind is Explains.MISTAKE)


def same(one: Array, two: Array) -> bool:
    """Tell whether two arrays are the same to rounding, in shape and in kind."""
    if one.shape != two.shape or one.dtype.kind != two.dtype.kind:
        return False
    return np.allclose(one, two, rtol=1e-9, atol=1e-12)


def grader(rubric: Rubric) -> Grade:
    """Return what grades programs by a rubric."""

    def grade(program: Program) -> GradeSheet:
        judged: dict[Any, Judged] = {}
        items = []
        for item in rubric.items:
            subject = program(item)
            one = judged.setdefault(
                (subject.name, item.part if item.part is Part.MATRIX_BATCH else None), Judged(subject)
            )
            one.is_backprop_given = bool({lost.id for lost in items if lost.lost} & set(item.given))
            wrong = one.is_wrong(item.part)
            items.append(
                ItemGrade(
                    item.id,
                    item.title,
                    ItemStatus.FAIL if wrong else ItemStatus.PASS,
                    0.0 if wrong else item.points,
                    item.points,
                    diagnosis=one.names(item.part) if wrong else (),
                )
            )
        return GradeSheet("program", SheetStatus.GRADED, tuple(items))

    return grade
