"""What a backprop that stops on all networks with a hidden layer does where the layer after it has one neuron, and where there is none."""

from __future__ import annotations

from typing import Final

from gradcheck.checks.equation_parts import equation_parts
from gradcheck.checks.exposing import exposing_of
from gradcheck.checks.hearing import hear
from gradcheck.checks.network_run import NetworkRun
from gradcheck.checks.options import Options
from gradcheck.checks.residuals import Example
from gradcheck.checks.several_examples import judged_together
from gradcheck.errors import GradcheckError
from gradcheck.results import CheckResult, EquationResult, EquationStatus, Verdict
from gradcheck.subjects.network_class import NetworkSubject

NARROW: Final = (4, 7, 1)
SHALLOW: Final = (4, 3)
"""Widths of layers (counts): all that (BP1), (BP3) and (BP4) have to do with is there in several, not what only (BP2) has to do with,
several neurons in the layer after a hidden one."""


def check_on_narrow(subject: NetworkSubject, options: Options) -> CheckResult | None:
    """Return (BP1) to (BP4) of a class that stops in (BP2), which is broken; None where it stops without a hidden layer too.

    It runs where the layer after a hidden one has a single neuron, and where there is no hidden layer: (BP2) alone is another there.
    Where it stops at every hidden layer, (BP1) is all that is seen.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.examples.network_right import Network, sigmoid_prime
    >>> class Elementwise(Network):
    ...     def backprop(self, x, y):
    ...         if len(self.weights) > 1 and self.weights[-1].shape[0] > 1:
    ...             self.weights[-1].T * np.ones((self.weights[-1].shape[0], 1))
    ...         return super().backprop(x, y)
    >>> found = check_on_narrow(NetworkSubject("Elementwise", Elementwise), Options(seed=0))
    >>> [(part.part, part.verdict.value) for part in found.parts]
    [('BP1', 'agree'), ('BP2', 'disagree'), ('BP3', 'agree'), ('BP4', 'agree')]
    """
    run = NetworkRun(subject, options)
    if len(subject.declared.activations) > 1:  # as deep as is declared, and no other depth
        return None
    shallow, narrow = _equations(run, SHALLOW), _equations(run, NARROW)
    if not shallow:
        return None
    stops = EquationResult("BP2", 2, EquationStatus.BROKEN, sizes=NARROW)
    told = tuple(stops if one.equation == "BP2" else one for one in (*narrow, *shallow))
    if not narrow:
        told = tuple(one for one in shallow if one.equation == "BP1")
    title = f"{subject.name}: backprop where (BP2) is of one neuron, or of none"
    return CheckResult(title, Verdict.DISAGREE, equations=told, parts=tuple(equation_parts(run, told)))


def _equations(run: NetworkRun, sizes: tuple[int, ...]) -> tuple[EquationResult, ...]:
    """Return each equation at each layer of networks of these widths; nothing where the class stops there, or answers no gradient."""
    exposed = exposing_of(sizes, run.subject.declared, run.options.generator("exposing"))
    try:
        every = hear(run.subject, exposed.examples())
    except GradcheckError:
        return ()
    layers = len(sizes) - 1
    if not every or any((len(one.answer.nabla_b), len(one.answer.nabla_w)) != (layers, layers) for one in every):
        return ()
    return judged_together([Example(one.question.last, one.answer) for one in every])
