"""(BP1) to (BP4) of a backprop that stands on a wrong forward pass: as they are for the z and a that it was given."""

from __future__ import annotations

import dataclasses
from typing import Final

import numpy as np

from gradcheck.checks.derivative_parts import NetworkAsWritten, cost_derivative_part, sigma_part
from gradcheck.checks.equation_parts import equation_parts
from gradcheck.checks.equation_sides import BOTH_SIDES
from gradcheck.checks.exposing import Exposing
from gradcheck.checks.forward import forward_rounding, unit_roundoff
from gradcheck.checks.guards import call_user
from gradcheck.checks.listening import Listening
from gradcheck.checks.network_run import NetworkRun
from gradcheck.checks.options import Options
from gradcheck.checks.residuals import Example
from gradcheck.checks.several_examples import judged_together
from gradcheck.errors import GradcheckError
from gradcheck.mistakes.forward_pass import FORWARD_PASS
from gradcheck.mistakes.mistake import Mistake
from gradcheck.mistakes.program import REFERENCE, Array, Call
from gradcheck.network.model import ForwardPass
from gradcheck.results import CheckResult, EquationStatus, Verdict
from gradcheck.subjects.network_class import NetworkSubject, UserNetwork

_UNIT: Final = unit_roundoff(np.dtype(np.float64))


def check_on_own_forward_pass(subject: NetworkSubject, options: Options) -> CheckResult | None:
    """Return (BP1) to (BP4) of a class beside the wrong forward pass that its `feedforward` makes; None where no mistake is that one.

    What holds is carried forward: right for a wrong input.

    Examples
    --------
    >>> from gradcheck.examples.network_right import Network
    >>> check_on_own_forward_pass(NetworkSubject("Network", Network), Options(seed=0)) is None  # it is right
    True
    """
    run = NetworkRun(subject, options)
    listening = Listening(run)
    outputs = _outputs(subject, listening.networks)
    made = next((one for one in FORWARD_PASS if _makes(outputs, one)), None)
    if made is None:
        return None
    factors = {"sigma": sigma_part(run), "cost_derivative": cost_derivative_part(run, listening.networks[0])}
    wrong = frozenset(name for name, part in factors.items() if part and part.verdict is Verdict.DISAGREE)
    as_written = NetworkAsWritten(run, wrong) if wrong else None
    judged: list[Example] = []
    for heard in listening.examples:
        call, answer = heard.question.last, heard.answer
        if not heard.has_every_layer:
            return None
        theirs = as_written(call.network) if as_written else None
        judged.append(Example(call, answer, theirs, forward=_forward(made, call)))
    if not judged:
        return None
    equations = tuple(
        dataclasses.replace(one, status=EquationStatus.CARRIED) if one.status is EquationStatus.HOLDS else one
        for one in judged_together(judged)
    )
    title = f"{subject.name}: backprop on its own forward pass"
    return CheckResult(title, Verdict.DISAGREE, parts=tuple(equation_parts(run, equations)))


def _outputs(subject: NetworkSubject, networks: list[Exposing]) -> list[tuple[Call, Array]]:
    """Return what `feedforward` of a class says of examples; nothing where it stops."""
    said = []
    try:
        for call in (call for one in networks for call in one.examples().calls):
            user = UserNetwork(subject, call.network.sizes)
            user.load([np.array(w) for w in call.network.weights], [np.array(b) for b in call.network.biases])
            said.append((call, np.asarray(call_user("feedforward", user.feedforward, np.array(call.x)))))
    except GradcheckError:
        return []
    return said


def _makes(outputs: list[tuple[Call, Array]], mistake: Mistake) -> bool:
    """Tell whether a mistaken forward pass has these outputs, to rounding, where they are no right ones."""
    try:
        wrong = [(call, _forward(mistake, call), said) for call, said in outputs]
    except ValueError:  # it cannot be made on these widths
        return False
    is_seen = any(np.any(forward.output != call.network.feedforward(call.x).output) for call, forward, _ in wrong)
    return is_seen and all(_fits(call, forward, said) for call, forward, said in wrong)


def _fits(call: Call, forward: ForwardPass, said: Array) -> bool:
    bound = forward_rounding(call.network, forward, _UNIT).activations[-1]
    is_alike = said.shape == forward.output.shape
    return is_alike and bool(np.all(np.abs(said - forward.output) <= BOTH_SIDES * bound))


def _forward(mistake: Mistake, call: Call) -> ForwardPass:
    """Return the forward pass that is made with a mistake."""
    forward: ForwardPass = mistake.wrong(REFERENCE.forward)(call.network, call.x)
    return forward
