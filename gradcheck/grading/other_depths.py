"""A backprop whose equations hold on the networks that it is listened to on, and whose gradient does not: what they say at other depths."""

from __future__ import annotations

from typing import Final

from gradcheck.checks.equation_parts import equation_parts
from gradcheck.checks.exposing import LAYERS, WIDTHS
from gradcheck.checks.network_run import NetworkRun
from gradcheck.checks.options import Options
from gradcheck.grading.narrow_networks import equations_on
from gradcheck.grading.parts import EQUATIONS
from gradcheck.results import CheckResult, EquationStatus, Verdict
from gradcheck.subjects.network_class import NetworkSubject

DEPTHS: Final = tuple(layers for layers in range(2, LAYERS + 3) if layers != LAYERS)
"""Layers of the networks (counts): all but those of the networks that it was listened to on."""


def is_unexplained(whole: CheckResult) -> bool:
    """Tell whether backprop is wrong though each equation holds, and what stands before them: none of a wrong input either.

    Examples
    --------
    >>> backprop = CheckResult("backprop", Verdict.DISAGREE, part="backprop")
    >>> is_unexplained(CheckResult("Network", Verdict.DISAGREE, parts=(backprop, CheckResult("BP1", Verdict.AGREE, part="BP1"))))
    True
    """
    wrong = {part.part for part in whole.parts if part.verdict is Verdict.DISAGREE}
    judged = {part.part for part in whole.parts} & {part.value for part in EQUATIONS}
    carried = any(one.status is EquationStatus.CARRIED for part in whole.parts for one in part.equations)
    return wrong == {"backprop"} and bool(judged) and not carried


def check_on_other_depths(subject: NetworkSubject, options: Options) -> CheckResult | None:
    """Return (BP1) to (BP4) of a class on networks of the first depth at which one of them is broken; None where there is none.

    Examples
    --------
    >>> from gradcheck.examples.network_right import Network
    >>> check_on_other_depths(NetworkSubject("Network", Network), Options(seed=0)) is None
    True
    """
    if len(subject.declared.activations) > 1:  # as deep as is declared, and no other depth
        return None
    run = NetworkRun(subject, options)
    for layers in DEPTHS:
        sizes = tuple(WIDTHS[i] for i in range(layers))
        equations = equations_on(run, sizes)
        if any(one.status is EquationStatus.BROKEN for one in equations):
            title = f"{subject.name}: backprop of {layers} layers"
            return CheckResult(title, Verdict.DISAGREE, parts=tuple(equation_parts(run, equations)))
    return None
