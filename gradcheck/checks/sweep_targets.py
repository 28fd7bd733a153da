"""From what a user types to the verdict on every weight: load the file, find its networks, sweep each."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Sequence
from pathlib import Path

from gradcheck.checks.every_weight import check_every_weight
from gradcheck.checks.options import Options
from gradcheck.checks.swept_case import drawn_case
from gradcheck.checks.targets import command_of, failure_of, subjects_in, titled
from gradcheck.errors import UsageError, UserCodeError
from gradcheck.results import CheckResult, Report
from gradcheck.subjects.load import load
from gradcheck.subjects.network_class import NetworkSubject
from gradcheck.subjects.spec import SubjectSpec
from gradcheck.subjects.targets import parse_target
from gradcheck.sweep import SweepSettings


def sweep_target(spec: SubjectSpec, sizes: Sequence[int], examples: int, settings: SweepSettings) -> Report:
    """Judge every weight of each network class that a target offers, and say so too when it offers none or raises.

    Equation (46) for every component.

    Parameters
    ----------
    spec : SubjectSpec
    sizes : sequence of int
        Neurons a layer, the input layer first.
    examples : int
    settings : SweepSettings

    Examples
    --------
    >>> spec = SubjectSpec("gradcheck.examples.network_right:Network")
    >>> sweep_target(spec, (4, 3, 2), 1, SweepSettings()).results[0].verdict
    <Verdict.AGREE: 'agree'>
    >>> sweep_target(SubjectSpec("nowhere.py"), (4, 3, 2), 1, SweepSettings()).failures[0].kind
    <FailureKind.MISUSE: 'misuse'>
    """
    path: Path | None = None
    results: list[CheckResult] = []
    try:
        loaded = load(parse_target(spec.target))
        path = loaded.path
        seen = subjects_in(loaded, spec, Options(seed=settings.seed))
        networks = [(one, one.subject) for one in seen if isinstance(one.subject, NetworkSubject)]
        if not networks:
            words = ", ".join(one.words for one in seen)
            raise UsageError(
                f"{spec.target} offers {words}: a class with weights, biases and backprop is required; use gradcheck check for the rest"
            )
        for found, subject in networks:
            case = drawn_case(subject.declared, sizes, examples, seed=settings.seed)
            result = titled(check_every_weight(subject, case, settings), spec, found, loaded)
            results.append(dataclasses.replace(result, reproduce=_command(spec, sizes, examples, settings)))
    except (UserCodeError, UsageError) as error:
        return Report(tuple(results), (failure_of(spec, error, path),))
    return Report(tuple(results))


def _command(spec: SubjectSpec, sizes: Sequence[int], examples: int, settings: SweepSettings) -> str:
    """Return the command that repeats a result."""
    said = command_of(spec).replace("gradcheck check", "gradcheck sweep", 1)
    words = ["--sizes", ",".join(map(str, sizes)), "--form", settings.form.value, "--examples", str(examples)]
    return f"{said} {shlex.join(words)} --seed {settings.seed}"
