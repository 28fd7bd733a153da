"""What a backprop that stops on layers of different widths does where all layers are of one: which of its equations is to blame."""

from __future__ import annotations

import dataclasses

from gradcheck.checks.equation_parts import equation_parts
from gradcheck.checks.listening import Listening
from gradcheck.checks.network_run import NetworkRun
from gradcheck.checks.options import Options
from gradcheck.checks.residuals import Example
from gradcheck.checks.several_examples import judged_together
from gradcheck.results import CheckResult, EquationStatus, Verdict
from gradcheck.subjects.network_class import NetworkSubject


def check_on_squares(subject: NetworkSubject, options: Options) -> CheckResult | None:
    """Return (BP1) to (BP4) of a class on networks with layers of one width; None where none of them is broken, or it stops there too.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.examples.network_right import Network, sigmoid_prime
    >>> class Turned(Network):
    ...     def backprop(self, x, y):
    ...         turned = Network(self.sizes)
    ...         turned.biases, turned.weights = self.biases, self.weights
    ...         return turned.backprop(x, y)
    >>> check_on_squares(NetworkSubject("Turned", Turned), Options(seed=0)) is None  # nothing is wrong with it
    True
    """
    run = NetworkRun(subject, options)
    listening = Listening(run)
    judged: list[Example] = []
    for heard in listening.examples_of_squares:
        call = heard.question.last
        if not heard.has_every_layer:
            return None
        judged.append(Example(call, heard.answer))
    if not judged:
        return None
    equations = judged_together(judged)
    if all(one.status is not EquationStatus.BROKEN for one in equations):
        return None
    named = listening.diagnosis_of_squares()
    parts = [dataclasses.replace(one, diagnosis=named) for one in equation_parts(run, equations)]
    title = f"{subject.name}: backprop where all layers are of one width"
    return CheckResult(title, Verdict.DISAGREE, diagnosis=named, equations=equations, parts=tuple(parts))
