"""(BP1) to (BP4) as results of their own, from what each says at each layer of the networks a class was listened to on."""

from __future__ import annotations

import dataclasses
from typing import Final

from gradcheck.checks.network_run import NetworkRun
from gradcheck.results import CheckResult, EquationResult, EquationStatus, Reason, Verdict

WORDS: Final = {
    "BP1": "the output error",
    "BP2": "the error of a layer from that of the next",
    "BP3": "the gradient by biases",
    "BP4": "the gradient by weights",
}


def equation_parts(run: NetworkRun, equations: tuple[EquationResult, ...]) -> list[CheckResult]:
    """Return one result for each equation that was judged, with its layers.

    Examples
    --------
    >>> from gradcheck.checks.options import Options
    >>> from gradcheck.examples.network_right import Network as Theirs
    >>> from gradcheck.subjects.network_class import NetworkSubject
    >>> holds = EquationResult("BP3", 2, EquationStatus.HOLDS, 0.0, 1e-16, 6)
    >>> equation_parts(NetworkRun(NetworkSubject("Network", Theirs), Options(seed=0)), (holds,))[0].title
    'Network: (BP3) the gradient by biases'
    """
    found = []
    for equation, words in WORDS.items():
        layers = tuple(one for one in equations if one.equation == equation)
        if layers:
            verdict, reason = _verdict([one.status for one in layers])
            title = f"{run.subject.name}: ({equation}) {words}"
            note = _note(layers)
            part = CheckResult(title, verdict, reason, equations=layers, notes=(note,), part=equation)
            found.append(dataclasses.replace(part, seed=run.options.seed or 0))
    return found


def _verdict(statuses: list[EquationStatus]) -> tuple[Verdict, Reason | None]:
    """Return the verdict on one equation: an equation that was only met by zeros is not agreed upon."""
    if EquationStatus.BROKEN in statuses:
        return Verdict.DISAGREE, None
    if EquationStatus.HOLDS in statuses or EquationStatus.CARRIED in statuses:
        return Verdict.AGREE, None
    return Verdict.INCONCLUSIVE, Reason.VACUOUS


def _note(layers: tuple[EquationResult, ...]) -> str:
    """Return where the equation is broken, or that it holds of a wrong error too, or that it holds."""
    for status, words in (
        (EquationStatus.BROKEN, "broken"),
        (EquationStatus.VACUOUS, "met by nothing but zeros"),
        (EquationStatus.CARRIED, "right for the wrong error it was given"),
    ):
        some = sorted(one.layer for one in layers if one.status is status)
        if some:
            return f"{words} at layer{'s' if len(some) > 1 else ''} {', '.join(map(str, some))}"
    return f"holds at every layer, on {layers[0].examples} examples"
