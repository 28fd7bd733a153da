"""Check a network class in the order of blame: sigma', forward pass, nabla_a C, backprop, its equations, mini-batch, descent step."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from gradcheck.checks.cost_part import cost_part
from gradcheck.checks.demon import demon_parts
from gradcheck.checks.derivative_parts import NetworkAsWritten, cost_derivative_part, sigma_part
from gradcheck.checks.equation_parts import equation_parts
from gradcheck.checks.every_weight_part import DIFFERENCED, with_every_weight
from gradcheck.checks.forward_part import forward_part
from gradcheck.checks.gradient_part import BACKPROP, STEP, gradient_part, judge_case, of_columns
from gradcheck.checks.judging import aggregate
from gradcheck.checks.listening import Listening
from gradcheck.checks.network_run import NetworkRun, with_note
from gradcheck.checks.options import DEFAULT_OPTIONS, Options, seeded
from gradcheck.checks.own_passes import own_passes, takes_differences
from gradcheck.errors import UserCodeError
from gradcheck.results import CheckResult, EquationResult, EquationStatus, Explains, PassCount, Status, Verdict
from gradcheck.subjects.network_class import DEFAULT_DECLARED, Batch, Declared, NetworkSubject


def check_network(
    subject: NetworkSubject | Callable[[list[int]], Any],
    *,
    declared: Declared = DEFAULT_DECLARED,
    options: Options = DEFAULT_OPTIONS,
) -> CheckResult:
    """Tell whether a class in the shape of the chapter's Network computes the gradient of its own cost.

    Equations (25), (BP1) to (BP4), and the mini-batch step, on 25 random networks each; the smallest network on which one fails
    is in the result. Backprop that agrees on them is judged in every weight and bias of one of the chapter's size, by all costs of (46).

    Parameters
    ----------
    subject : class, function of the sizes, or NetworkSubject
        Makes an object with `weights`, `biases`, `backprop(x, y) -> (nabla_b, nabla_w)` and, where it has them,
        `feedforward(a)` and `update_mini_batch(mini_batch, eta)`; vectors as (n, 1) columns or of shape (n,).
    declared : Declared
        Its activations, cost, weight decay and what its backprop returns for a mini-batch of columns; sigmoid neurons and the
        quadratic cost unless something is said. A NetworkSubject brings its own.
    options : Options

    Raises
    ------
    UsageError
        If it cannot be made from a list of sizes, or lacks weights, biases or backprop.
    UserCodeError
        If the user's code raises.

    Examples
    --------
    >>> from gradcheck.examples.network_right import Network
    >>> check_network(Network).verdict
    <Verdict.AGREE: 'agree'>
    >>> from gradcheck.examples.network_bp2_no_sigma_prime_wrong import Network
    >>> check_network(Network).verdict
    <Verdict.DISAGREE: 'disagree'>
    """
    if not isinstance(subject, NetworkSubject):
        subject = NetworkSubject(getattr(subject, "__name__", "Network"), subject, declared)
    return _NetworkCheck(subject, seeded(options)).run()


class _NetworkCheck:
    """The parts of one network check, done one after the other within one budget."""

    def __init__(self, subject: NetworkSubject, options: Options) -> None:
        self.shared = NetworkRun(subject, options)
        self.listening = Listening(self.shared)
        self.parts: list[CheckResult] = []
        self.notes: list[str] = []
        self.own_passes: tuple[PassCount, ...] = ()

    def run(self) -> CheckResult:
        """Return the result made of all parts."""
        sigma = sigma_part(self.shared)
        if self.shared.user.has("feedforward"):
            self.parts.append(forward_part(self.shared))
            if self.parts[-1].faults:
                self.notes.append(
                    "backprop was not judged: there is no cost to difference while feedforward has another shape"
                )
                return self._whole()
        else:
            names = ", ".join(one.name for one in self.shared.subject.declared.activations)
            self.notes.append(
                f"there is no feedforward: the cost is measured on the reference's forward pass (25), of {names} neurons; if yours are "
                "others, say so (--activation, or activation in gradcheck.toml)"
            )
        # Beside another forward pass than the declared one, nothing but the cost's own slopes can be compared with.
        self.listening.is_possible = all(part.verdict is Verdict.AGREE for part in self.parts)
        backprop = self._judge_backprop(sigma)
        if backprop.verdict is Verdict.DISAGREE:
            self.notes.append("mini-batches were not judged: they stand on backprop, which is to be mended first")
        else:
            self._judge_mini_batches(self.shared.subject.declared)
        # After these: what the class keeps between calls is as it was for them.
        self.own_passes = own_passes(self.shared)
        if backprop.verdict is Verdict.AGREE and self.listening.is_possible:
            self._judge_every_weight()
        return self._whole()

    def _judge_every_weight(self) -> None:
        """Add every weight of a large network to the part on backprop, unless that makes a pass for each of them itself."""
        place = next(i for i, part in enumerate(self.parts) if part.part == BACKPROP.part)
        if any(takes_differences(one) for one in self.own_passes):
            self.parts[place] = with_note(self.parts[place], DIFFERENCED)
        else:
            self.parts[place] = with_every_weight(self.shared, self.parts[place])

    def _judge_backprop(self, sigma: CheckResult | None) -> CheckResult:
        """Judge backprop of one example by differences, and the factors and equations it is made of each by itself."""
        factors = {} if sigma is None else {"sigma": sigma}
        if self.listening.is_possible:
            for name, judged in (("cost", cost_part), ("cost_derivative", cost_derivative_part)):
                part = judged(self.shared, self.listening.networks[0])
                factors |= {} if part is None else {name: part}
            wrong = frozenset(name for name, part in factors.items() if part.verdict is Verdict.DISAGREE)
            self.listening.as_written = NetworkAsWritten(self.shared, wrong) if wrong else None
        backprop = self._backprop()
        equations, backprop = self._equations(backprop)
        shown = demon_parts(self.shared, self.listening.networks[0]) if self.listening.is_possible else []
        self._add_before(self._kept([*factors.values(), *shown], backprop))
        self.parts += [dataclasses.replace(backprop, equations=equations), *equation_parts(self.shared, equations)]
        return backprop

    def _backprop(self) -> CheckResult:
        """Judge the gradient of one example; where the class stops on layers of different widths, say what it does where all are of one."""
        try:
            return gradient_part(self.shared, BACKPROP, self.listening)
        except UserCodeError as error:
            named = self.listening.diagnosis_of_squares()
            if not named:
                raise
            words = " or ".join(one.sentence for one in named)
            sentence = f"{error}; where all layers are of one width it runs, and there {words} ({named[0].id})"
            raise UserCodeError(sentence) from error.__cause__

    def _equations(self, backprop: CheckResult) -> tuple[tuple[EquationResult, ...], CheckResult]:
        """Return the equations at each layer, and the part on backprop, which differences decide where the two say different things."""
        equations = self.listening.equations()
        if backprop.verdict is Verdict.DISAGREE or all(one.status is not EquationStatus.BROKEN for one in equations):
            return equations, backprop
        case = self.listening.networks[0].case()
        again = judge_case(self.shared, backprop, BACKPROP, case, self.listening)
        if again.verdict is Verdict.DISAGREE:
            return equations, again
        if again.verdict is not Verdict.AGREE:  # the budget ended before differences could say
            return (), again
        note = "(BP1) to (BP4) hold of it to fewer digits than float64 has; differences see no error"
        return (), with_note(again, note)

    def _kept(self, shown: list[CheckResult], backprop: CheckResult) -> list[CheckResult]:
        """Return the parts that bear on the gradient: what is wrong beside a right backprop is not used by it, and noted."""
        if backprop.verdict is Verdict.DISAGREE:
            return shown
        for part in shown:
            if part.verdict is not Verdict.AGREE:
                name = part.title.removeprefix(f"{self.shared.subject.name}: ")
                self.notes.append(f"not so, and backprop does not need it: {name}")
        return [part for part in shown if part.verdict is Verdict.AGREE]

    def _add_before(self, shown: list[CheckResult]) -> None:
        """Add parts in the order of blame: sigma' stands before the forward pass."""
        sigma = self.shared.subject.sigma
        first = [part for part in shown if sigma is not None and part.part == sigma.name]
        self.parts = [*first, *self.parts, *(part for part in shown if part not in first)]

    def _judge_mini_batches(self, declared: Declared) -> None:
        """Judge backprop of several columns where it is declared what it returns, and the descent step where there is one."""
        if declared.batch is not Batch.UPDATE:
            self.parts.append(gradient_part(self.shared, of_columns(declared.batch), self.listening))
        if self.shared.user.takes_update():
            self.parts.append(gradient_part(self.shared, STEP, self.listening))
        elif self.shared.user.has("update_mini_batch"):
            self.notes.append(
                "update_mini_batch was not judged: it takes more than (mini_batch, eta), the chapter's arguments"
            )
        elif declared.batch is Batch.UPDATE:
            self.notes.append(
                "mini-batches were not checked: there is no update_mini_batch, and what backprop returns for several columns is not "
                "declared (--batch sum or --batch mean)"
            )

    def _whole(self) -> CheckResult:
        """Return the parts as one result, told by the first that disagrees and has a smallest network, or else by the first."""
        statuses = [Status(part.verdict.value) for part in self.parts]
        verdict, reason = aggregate(statuses, [part.reason for part in self.parts])
        options, name = self.shared.options, self.shared.subject.name
        blank = CheckResult(name, verdict, reason, seed=options.seed or 0)
        same = [part for part in self.parts if part.verdict is verdict] if verdict is not Verdict.AGREE else []
        told = next((part for part in same if part.counterexample), None)
        told = told or next((part for part in same if part.faults), same[0] if same else blank)
        compared = Explains.COMPARISON
        factors = [part for part in same if part is not told and any(one.kind is compared for one in part.diagnosis)]
        wrong = [part.part for part in factors]
        return dataclasses.replace(
            told,
            title=f"{told.title}, whose {wrong[0]} is wrong" if wrong else told.title,
            part="",
            reason=reason,
            diagnosis=(*told.diagnosis, *(one for part in factors for one in part.diagnosis)),
            equations=next((part.equations for part in self.parts if part.equations), ()),
            own_passes=self.own_passes,
            notes=(*told.notes, *self.notes),
            parts=tuple(self.parts),
            forward_passes=self.shared.budget.spent,
            gradient_calls=sum(part.gradient_calls for part in self.parts) + self.shared.calls,
            example_passes=sum(part.example_passes for part in self.parts),
            reproduce=f"gradcheck.check_network({name}, options=gradcheck.Options(seed={options.seed}))",
        )
