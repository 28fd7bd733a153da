"""Check a network class on random networks, in the order of blame: forward pass, backprop, mini-batch, descent step."""

from __future__ import annotations

import contextlib
import dataclasses
import math
from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.blame import blame
from gradcheck.checks.counterexample import as_code
from gradcheck.checks.forward import forward_mismatch, matching_activations
from gradcheck.checks.gradient import check_gradient
from gradcheck.checks.guards import call_user
from gradcheck.checks.judging import aggregate
from gradcheck.checks.options import DEFAULT_OPTIONS, Locate, Options
from gradcheck.checks.search import CASES, Budget, Judge, Search, search
from gradcheck.errors import BudgetExceeded, UsageError, UserCodeError
from gradcheck.network.model import Network
from gradcheck.results import CheckResult, Component, Fault, FaultKind, Reason, Status, Verdict
from gradcheck.strategies import NetworkCase, Recipe, network_cases
from gradcheck.subjects.network_class import (
    DEFAULT_DECLARED,
    PROBE_SIZES,
    Batch,
    Declared,
    NetworkSubject,
    UserNetwork,
    gradient_subject,
    update_subject,
)
from gradcheck.subjects.protocol import GradientSubject

Array = npt.NDArray[Any]

MINI_BATCH: Final = 5
"""Examples in a mini-batch at most (a count): above the width of the networks, so that no sum over the wrong axis hides."""

FITTED: Final = 3
"""Generic networks that an activation must fit to be named (a count): weighted inputs of both signs are among their 21 with
probability 1 - 2^-20."""


def check_network(
    subject: NetworkSubject | Callable[[list[int]], Any],
    *,
    declared: Declared = DEFAULT_DECLARED,
    options: Options = DEFAULT_OPTIONS,
) -> CheckResult:
    """Tell whether a class in the shape of the chapter's Network computes the gradient of its own cost.

    Equations (25), (BP1) to (BP4), and the mini-batch step, on 25 random networks each; the smallest network on which one fails
    is in the result.

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
    return _NetworkCheck(subject, options.seeded()).run()


class _NetworkCheck:
    """The parts of one network check, done one after the other within one budget."""

    def __init__(self, subject: NetworkSubject, options: Options) -> None:
        self.subject, self.options, self.budget = subject, options, Budget(options)
        self.sizes = (2, *(3 for _ in subject.declared.activations[1:]), 4)
        self.user = UserNetwork(subject, self.sizes)
        if subject.declared.batch is not Batch.UPDATE and not self.user.takes_columns:
            raise UsageError(
                f"a mini-batch of columns is declared (batch {subject.declared.batch.value}), but {subject.name} has biases of shape (n,): "
                "columns need biases of shape (n, 1)"
            )
        self.parts: list[CheckResult] = []
        self.notes: list[str] = []

    def run(self) -> CheckResult:
        """Return the result made of all parts."""
        declared = self.subject.declared
        if self.user.has("feedforward"):
            self._add(self._forward_part())
            if self.parts[-1].faults:
                self.notes.append(
                    "backprop was not judged: there is no cost to difference while feedforward has another shape"
                )
                return self._whole()
        else:
            self.notes.append("there is no feedforward: the cost is measured on the reference's forward pass (25)")
        self._add(self._gradient_part("backprop", gradient_subject, 1, 1))
        if self.parts[-1].verdict is Verdict.DISAGREE:
            self.notes.append("mini-batches were not judged: they stand on backprop, which is to be mended first")
            return self._whole()
        self._judge_mini_batches(declared)
        return self._whole()

    def _judge_mini_batches(self, declared: Declared) -> None:
        """Judge backprop of several columns where it is declared what it returns, and the descent step where there is one."""
        if declared.batch is not Batch.UPDATE:
            title = f"backprop of a mini-batch as columns, declared to return the {declared.batch.value}"
            self._add(self._gradient_part(title, gradient_subject, 2, MINI_BATCH))
        if self.user.takes_update():
            self._add(self._gradient_part("update_mini_batch", update_subject, 1, MINI_BATCH))
        elif self.user.has("update_mini_batch"):
            self.notes.append(
                "update_mini_batch was not judged: it takes more than (mini_batch, eta), the chapter's arguments"
            )
        elif declared.batch is Batch.UPDATE:
            self.notes.append(
                "mini-batches were not checked: there is no update_mini_batch, and what backprop returns for several columns is not "
                "declared (--batch sum or --batch mean)"
            )

    def _add(self, part: CheckResult) -> None:
        self.parts.append(part)

    def _recipe(self) -> Recipe:
        declared = self.subject.declared
        return Recipe(declared.activations, declared.cost, declared.weight_decay)

    def _search(self, judge: Judge, least: int, most: int) -> Search:
        """Search within what is left of the budget."""
        return search(network_cases(self._recipe(), min_examples=least, max_examples=most), judge, self.budget)

    def _blank(self, title: str, seen: Search) -> CheckResult:
        """Return a part's result without its details."""
        return CheckResult(
            title=f"{self.subject.name}: {title}",
            verdict=seen.verdict,
            reason=seen.reason,
            forward_passes=seen.forward_passes,
            gradient_calls=seen.gradient_calls,
            example_passes=seen.example_passes,
            seed=self.options.seed or 0,
        )

    def _forward_part(self) -> CheckResult:
        """Compare the forward pass with equation (25)."""
        seen = self._search(self._judge_forward, 1, 1)
        names = ", ".join(activation.name for activation in self.subject.declared.activations)
        part = self._blank(f"feedforward is that of {names} neurons (25)", seen)
        if seen.first is None or seen.smallest is None:
            return _with_note(part, _agreement_note(seen))
        spent = self.budget.spent
        worst: Component | None = None
        fitting: tuple[str, ...] = ()
        with contextlib.suppress(BudgetExceeded), _smallest(seen.smallest):
            output = self._output(seen.smallest, self.budget.left())
            worst = forward_mismatch(seen.smallest.network, seen.smallest.x, output)
            fitting = self._fitting(seen.smallest, output)
        part = dataclasses.replace(
            part,
            worst=worst,
            counterexample=as_code(self.subject, seen.smallest, "feedforward"),
            forward_passes=part.forward_passes + self.budget.spent - spent,
            example_passes=part.example_passes + self.budget.spent - spent,
        )
        if worst is not None and not worst.index:
            shape = (seen.smallest.network.sizes[-1], 1)
            sentence = f"feedforward returned shape {output.shape} for one example: {shape} is required"
            return dataclasses.replace(part, worst=None, faults=(Fault(FaultKind.SHAPE, worst.block, sentence),))
        return _with_note(part, _forward_note(names, fitting))

    def _judge_forward(self, case: NetworkCase, options: Options) -> CheckResult:
        output = self._output(case, options)
        mismatch = forward_mismatch(case.network, case.x, output)
        if mismatch is not None and not np.array_equal(output, self._output(case, self.budget.left()), equal_nan=True):
            return CheckResult("feedforward", Verdict.INCONCLUSIVE, Reason.NONDETERMINISTIC, forward_passes=2)
        verdict = Verdict.AGREE if mismatch is None else Verdict.DISAGREE
        return CheckResult("feedforward", verdict, forward_passes=1)

    def _fitting(self, case: NetworkCase, output: Array) -> tuple[str, ...]:
        """Return the declarations that fit the smallest case and, since many fit that one, some generic networks."""
        generator = self.options.generator("fitting")
        each = self.subject.declared.activations
        sizes = PROBE_SIZES if len(each) == 1 else self.sizes
        cases, outputs = [case], [output]
        with contextlib.suppress(BudgetExceeded, UserCodeError):
            for _ in range(FITTED):
                network = Network.random(sizes, generator, activations=self._recipe().of_layers(len(sizes) - 1))
                generic = NetworkCase(network, generator.standard_normal((sizes[0], 1)), np.zeros((sizes[-1], 1)))
                outputs.append(self._output(generic, self.budget.left()))
                cases.append(generic)
        return matching_activations(cases, outputs)

    def _output(self, case: NetworkCase, options: Options) -> Array:
        """Return the user's a^L, of shape (n_L, m); one forward pass."""
        user = UserNetwork(self.subject, case.network.sizes)
        user.load([w.copy() for w in case.network.weights], [b.copy() for b in case.network.biases])
        if options.progress is not None:
            options.progress(1)
        output: Array = call_user("feedforward", user.feedforward, case.x)
        return output

    def _gradient_part(self, title: str, make: Callable[..., GradientSubject], least: int, most: int) -> CheckResult:
        """Judge the gradient that `make` reads out of the user's class."""

        def judge(case: NetworkCase, options: Options) -> CheckResult:
            quick = dataclasses.replace(_of_case(options, case), locate=Locate.FIRST)
            return check_gradient(make(self.subject, case.network, case.x, case.y), quick)

        seen = self._search(judge, least, most)
        part = self._blank(title, seen)
        if seen.smallest is None:
            return _with_note(part, _agreement_note(seen))
        return self._disagreement(part, seen.smallest, make)

    def _disagreement(self, part: CheckResult, case: NetworkCase, make: Callable[..., GradientSubject]) -> CheckResult:
        """Return the part with what is wrong on the smallest case."""
        method = "update_mini_batch" if make is update_subject else "backprop"
        part = dataclasses.replace(part, counterexample=as_code(self.subject, case, method))
        spent = self.budget.spent
        try:
            with _smallest(case):
                options = _of_case(self.budget.left(), case)
                detail = check_gradient(make(self.subject, case.network, case.x, case.y), options)
            if detail.verdict is Verdict.AGREE:
                note = "what failed on one call did not fail on the same network again: the code answers by chance"
                part = dataclasses.replace(part, verdict=Verdict.INCONCLUSIVE, reason=Reason.NONDETERMINISTIC)
                return _with_note(part, note)
            if detail.reason is Reason.BUDGET:
                raise BudgetExceeded("nothing is left to locate it with")
            part = dataclasses.replace(
                part,
                faults=detail.faults,
                blocks=detail.blocks,
                worst=detail.worst,
                wrong=detail.wrong,
                parameters=detail.parameters,
                gradient_calls=part.gradient_calls + detail.gradient_calls,
            )
            part = dataclasses.replace(part, diagnosis=blame(self.subject, case, make, detail, self.budget))
        except BudgetExceeded:
            budget = self.options.max_forward_passes
            part = _with_note(part, f"the budget of {budget} forward passes ran out before all was known about it")
        passes = self.budget.spent - spent
        return dataclasses.replace(
            part,
            forward_passes=part.forward_passes + passes,
            example_passes=part.example_passes + passes * case.m,
        )

    def _whole(self) -> CheckResult:
        """Return the parts as one result, told by the first that disagrees."""
        statuses = [Status(part.verdict.value) for part in self.parts]
        verdict, reason = aggregate(statuses, [part.reason for part in self.parts])
        blank = CheckResult(self.subject.name, verdict, reason, seed=self.options.seed or 0)
        told = next((part for part in self.parts if part.verdict is verdict), blank)
        return dataclasses.replace(
            told,
            title=self.subject.name if verdict is Verdict.AGREE else told.title,
            reason=reason,
            notes=(*told.notes, *self.notes) if verdict is not Verdict.AGREE else tuple(self.notes),
            parts=tuple(self.parts),
            forward_passes=self.budget.spent,
            gradient_calls=sum(part.gradient_calls for part in self.parts),
            example_passes=sum(part.example_passes for part in self.parts),
            reproduce=f"gradcheck.check_network({self.subject.name}, options=gradcheck.Options(seed={self.options.seed}))",
        )


@contextlib.contextmanager
def _smallest(case: NetworkCase) -> Iterator[None]:
    """Add the sizes of the smallest network to what the user's code raises on it."""
    try:
        yield
    except UserCodeError as error:
        sizes = list(case.network.sizes)
        raise UserCodeError(
            f"{error} (on a network with sizes {sizes}, the smallest on which it was seen)"
        ) from error.__cause__


def _of_case(options: Options, case: NetworkCase) -> Options:
    """Return the options for one network: its own directions, and the same ones whenever it is judged again."""
    arrays = [*case.network.weights, *case.network.biases, case.x, case.y]
    return options.derived(*(np.ascontiguousarray(array).tobytes().hex() for array in arrays))


def _with_note(part: CheckResult, note: str) -> CheckResult:
    return dataclasses.replace(part, notes=(*part.notes, note))


def _agreement_note(seen: Search) -> str:
    """Return on how many networks a part was judged, and what was inconclusive."""
    left = [f"{count} inconclusive ({reason.value})" for reason, count in seen.reasons.items()]
    digits = (
        f", each block to {math.floor(seen.digits * 10.0) / 10.0} digits or more" if math.isfinite(seen.digits) else ""
    )
    return f"{seen.agreed} of {CASES} random networks agree{digits}" + "".join(f", {words}" for words in left)


def _forward_note(names: str, fitting: tuple[str, ...]) -> str:
    """Return the sentence for a forward pass that is not the declared one."""
    start = f"feedforward does not compute sigma(w a + b), equation (25), with {names} neurons, so everything below is about another network"
    if not fitting:
        return (
            f"{start}; no activation known here fits it: compare it with (25) layer by layer before looking at backprop"
        )
    return f"{start}; {' or '.join(fitting)} fits it: if that is what you mean, say --activation {fitting[0]}"
