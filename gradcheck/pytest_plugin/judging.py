"""The one door to a check within a test: its seed, its budget, its record; and what its verdict does to the test."""

from __future__ import annotations

import dataclasses
import shlex
import time
import warnings
from collections.abc import Callable

import pytest

from gradcheck.checks.options import DEFAULT_OPTIONS, Options, Subgradients
from gradcheck.errors import GradcheckError, GradientMismatch, InconclusiveWarning
from gradcheck.pytest_plugin.ledger import Ledger, ledger_of
from gradcheck.pytest_plugin.settings import Inconclusive
from gradcheck.reporting.levels import Explain
from gradcheck.reporting.text import render
from gradcheck.reporting.words import headline
from gradcheck.results import CheckResult, Reason, Verdict

Node = pytest.Item | pytest.Session
"""A test, or the session for what is checked outside of any."""


def judge(
    item: Node, check: Callable[[Options], CheckResult], *, said: Options = DEFAULT_OPTIONS, line: int = 0
) -> CheckResult:
    """Run a check with the seed and the budget of a test, record it there, and return its result.

    Parameters
    ----------
    item : Item or Session
    check : callable
        check(options) -> CheckResult.
    said : Options
        What the call says: what it leaves at its default is the test's.
    line : int
        Of the test's file, where the check stands; 0 where there is none.

    Raises
    ------
    UsageError
        If the call is wrong.
    UserCodeError
        If the user's own code raises; its exception is the cause.
    """
    __tracebackhide__ = True
    ledger = ledger_of(item)
    began = time.perf_counter()
    result = _checked(ledger, check, said)
    result = dataclasses.replace(result, reproduce=_command(item, ledger, result.seed))
    ledger.add(result, line=line, seconds=time.perf_counter() - began)
    return result


def tell(item: Node, result: CheckResult, *, line: int = 0) -> None:
    """Let the verdict of a check decide about the test: nothing, a failure, a warning or a skip.

    Raises
    ------
    GradientMismatch
        If it disagrees, or is inconclusive and that is to fail; the report is its text.
    """
    __tracebackhide__ = True
    settings = ledger_of(item).settings
    if result.verdict is Verdict.AGREE:
        return
    explain = Explain(settings.explain)
    if result.verdict is Verdict.DISAGREE:
        raise GradientMismatch(render(result, explain))
    if settings.inconclusive is Inconclusive.SKIP:
        pytest.skip(headline(result, explain))
    if settings.inconclusive is Inconclusive.WARN:
        warnings.warn_explicit(headline(result, explain), InconclusiveWarning, str(item.path), max(line, 1))
        return
    # Another line than that of DISAGREE: by type and line Hypothesis tells failures apart.
    raise GradientMismatch(render(result, explain))


def _checked(ledger: Ledger, check: Callable[[Options], CheckResult], said: Options) -> CheckResult:
    """Return the result of a check, or say that nothing is left for it."""
    __tracebackhide__ = True
    left = said.max_forward_passes if said.max_forward_passes is not None else ledger.left()
    settings = ledger.settings
    seed = settings.seed if said.seed is None else said.seed
    if left == 0:
        note = f"the budget of {settings.budget} forward passes of this test ran out: raise it (--gradcheck-budget) to decide the rest"
        return CheckResult("gradient", Verdict.INCONCLUSIVE, Reason.BUDGET, notes=(note,), seed=seed)
    subgradients = (
        Subgradients(settings.subgradients) if said.subgradients is Subgradients.REFUSE else said.subgradients
    )
    try:
        return check(dataclasses.replace(said, seed=seed, max_forward_passes=left, subgradients=subgradients))
    except GradcheckError as error:
        raise error.with_traceback(None) from error.__cause__


def _command(item: Node, ledger: Ledger, seed: int) -> str:
    """Return the command that runs the test again with the same seed."""
    return f"pytest {shlex.quote(item.nodeid)} --gradcheck-seed={seed}"
