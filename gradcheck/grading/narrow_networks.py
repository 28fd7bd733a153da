"""What a backprop that stops does on networks so narrow that it runs: in which equation it stops, and what holds of the others."""

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
THIN: Final = (1, 1, 3)
"""Widths of layers (counts). In the first two all that (BP1), (BP3) and (BP4) have to do with is there in several, not what only (BP2)
has to do with, several neurons in the layer after a hidden one; in the last not what only (BP4) has to do with, several activations
in the layer before."""


def check_on_narrow(subject: NetworkSubject, options: Options) -> CheckResult | None:
    """Return (BP1) to (BP4) of a class that stops in one of them, which is broken; None where it stops on the narrowest too.

    What runs where the layer after a hidden one has a single neuron, and where there is no hidden layer, stops in (BP2): that alone is
    another there. Where it stops at every hidden layer, (BP1) is all that is seen. What runs where each layer but the last is of one
    neuron stops in (BP4), or in the forward pass that it takes a from.

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
    shallow = equations_on(run, SHALLOW)
    if shallow:
        narrow = equations_on(run, NARROW)
        first = tuple(one for one in shallow if one.equation == "BP1")
        told = _stopping("BP2", NARROW, (*narrow, *shallow)) if narrow else first
        title = f"{subject.name}: backprop where (BP2) is of one neuron, or of none"
    else:
        told = _stopping("BP4", THIN, equations_on(run, THIN))
        title = f"{subject.name}: backprop where (BP4) is of one activation"
    if not told:
        return None
    return CheckResult(title, Verdict.DISAGREE, equations=told, parts=tuple(equation_parts(run, told)))


def _stopping(equation: str, sizes: tuple[int, ...], found: tuple[EquationResult, ...]) -> tuple[EquationResult, ...]:
    """Return what was found with one equation, in which the class stops on other widths, broken in each layer."""
    stops = EquationResult(equation, 2, EquationStatus.BROKEN, sizes=sizes)
    return tuple(stops if one.equation == equation else one for one in found)


def equations_on(run: NetworkRun, sizes: tuple[int, ...]) -> tuple[EquationResult, ...]:
    """Return each equation at each layer of networks of these widths; nothing where the class stops there, or answers no gradient.

    Examples
    --------
    >>> from gradcheck.examples.network_right import Network
    >>> {one.status.value for one in equations_on(NetworkRun(NetworkSubject("Network", Network), Options(seed=0)), (4, 3))}
    {'holds'}
    """
    exposed = exposing_of(sizes, run.subject.declared, run.options.generator("exposing"))
    try:
        every = hear(run.subject, exposed.examples())
    except GradcheckError:
        return ()
    if not all(one.has_every_layer for one in every):
        return ()
    return judged_together([Example(one.question.last, one.answer) for one in every])
