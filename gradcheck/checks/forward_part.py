"""The part of a network check that compares the user's forward pass with equation (25)."""

from __future__ import annotations

import contextlib
import dataclasses
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.counterexample import as_code
from gradcheck.checks.forward import forward_mismatch, matching_activations
from gradcheck.checks.guards import call_user
from gradcheck.checks.network_run import NetworkRun, agreement_note, on_the_smallest, with_note
from gradcheck.checks.options import Options
from gradcheck.errors import BudgetExceeded, UserCodeError
from gradcheck.network.model import Network
from gradcheck.results import CheckResult, Component, Diagnosis, Explains, Fault, FaultKind, Reason, Verdict
from gradcheck.strategies import NetworkCase
from gradcheck.subjects.network_class import PROBE_SIZES, UserNetwork

Array = npt.NDArray[Any]

FITTED: Final = 3
"""Generic networks that an activation must fit to be named (a count): weighted inputs of both signs are among their 21 with
probability 1 - 2^-20."""


def forward_part(run: NetworkRun) -> CheckResult:
    """Compare the forward pass with equation (25) on random networks; on disagreement say what fits it instead.

    Examples
    --------
    >>> from gradcheck.examples.network_right import Network as Theirs
    >>> from gradcheck.subjects.network_class import NetworkSubject
    >>> forward_part(NetworkRun(NetworkSubject("Network", Theirs), Options(seed=0))).verdict
    <Verdict.AGREE: 'agree'>
    """
    return _ForwardPart(run).judged()


class _ForwardPart:
    """The user's forward pass on networks of its own."""

    def __init__(self, run: NetworkRun) -> None:
        self.run, self.subject, self.budget = run, run.subject, run.budget

    def judged(self) -> CheckResult:
        seen = self.run.search(self._judge, (1, 1))
        names = ", ".join(activation.name for activation in self.subject.declared.activations)
        part = self.run.blank("feedforward", f"feedforward as that of {names} neurons (25)", seen)
        if seen.first is None or seen.smallest is None:
            return with_note(part, agreement_note(seen))
        spent = self.budget.spent
        worst: Component | None = None
        fitting: tuple[str, ...] = ()
        with contextlib.suppress(BudgetExceeded), on_the_smallest(seen.smallest):
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
        found = f"but with {' or '.join(fitting)} neurons" if fitting else "and no activation known here fits it"
        sentence = f"it does not compute sigma(w a + b) with {names} neurons, {found}"
        told = Diagnosis("other-forward", "", sentence, Explains.PATTERN)
        return with_note(dataclasses.replace(part, diagnosis=(told,)), _forward_note(names, fitting))

    def _judge(self, case: NetworkCase, options: Options) -> CheckResult:
        output = self._output(case, options)
        mismatch = forward_mismatch(case.network, case.x, output)
        if mismatch is not None and not np.array_equal(output, self._output(case, self.budget.left()), equal_nan=True):
            return CheckResult("feedforward", Verdict.INCONCLUSIVE, Reason.NONDETERMINISTIC, forward_passes=2)
        verdict = Verdict.AGREE if mismatch is None else Verdict.DISAGREE
        return CheckResult("feedforward", verdict, forward_passes=1)

    def _fitting(self, case: NetworkCase, output: Array) -> tuple[str, ...]:
        """Return the declarations that fit the smallest case and, since many fit that one, some generic networks."""
        generator = self.run.options.generator("fitting")
        each = self.subject.declared.activations
        sizes = PROBE_SIZES if len(each) == 1 else self.run.sizes
        cases, outputs = [case], [output]
        with contextlib.suppress(BudgetExceeded, UserCodeError):
            for _ in range(FITTED):
                network = Network.random(sizes, generator, activations=self.run.recipe().of_layers(len(sizes) - 1))
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


def _forward_note(names: str, fitting: tuple[str, ...]) -> str:
    """Return the sentence for a forward pass that is not the declared one."""
    start = f"feedforward does not compute sigma(w a + b), equation (25), with {names} neurons, so everything below is about another network"
    if not fitting:
        return (
            f"{start}; no activation known here fits it: compare it with (25) layer by layer before looking at backprop"
        )
    said = f'--activation {fitting[0]}, or activation = "{fitting[0]}" in gradcheck.toml'
    return f"{start}; {' or '.join(fitting)} fits it: if that is what you mean, say {said}"
