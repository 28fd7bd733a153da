"""The one door to a check within a test: its seed, its budget, its record; and what its verdict does to the test."""

from __future__ import annotations

import dataclasses
import functools
import os
import shlex
import time
import warnings
from collections.abc import Callable

import pytest

from gradcheck.checks.options import DEFAULT_OPTIONS, Options, Subgradients, seeded
from gradcheck.errors import GradcheckError, GradientMismatch, InconclusiveWarning, UsageError, UserCodeError
from gradcheck.pytest_plugin.choices import OF_ONE_TEST, Inconclusive
from gradcheck.pytest_plugin.ledger import Ledger, ledger_of, ran_out
from gradcheck.pytest_plugin.settings import SESSION
from gradcheck.reporting.levels import Explain
from gradcheck.reporting.text import render
from gradcheck.reporting.words import headline
from gradcheck.results import CheckResult, Failure, FailureKind, Reason, Verdict
from gradcheck.subjects.tracebacks import is_ours, user_traceback

Node = pytest.Item | pytest.Session
"""A test, or the session for what is checked outside of any."""


Study = Callable[[CheckResult, Options], CheckResult]
"""study(result, options) -> result with what a page shows beside it."""


def judge(
    item: Node,
    check: Callable[[Options], CheckResult],
    *,
    said: Options = DEFAULT_OPTIONS,
    line: int = 0,
    study: Study | None = None,
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
    study : callable or None
        Called when the test is over, where the result does not agree and a report is wanted.

    Raises
    ------
    UsageError
        If the call is wrong.
    UserCodeError
        If the user's own code raises; its exception is the cause, with the user's part of its traceback.
    """
    __tracebackhide__ = True
    try:
        ledger = ledger_of(item)
    except pytest.UsageError as error:  # of a marker that was added while the test ran
        raise UsageError(str(error)) from None
    began = time.perf_counter()
    try:
        options = _options(ledger, said)
        is_spent = said.max_forward_passes is None and ledger.left() == 0
        result = _nothing_left(ledger, options) if is_spent else check(options)
    except GradcheckError as error:
        ledger.add_failure(_failure(item, error), line=line, seconds=time.perf_counter() - began)
        raise error.with_traceback(None) from _of_the_user(error.__cause__)
    result = dataclasses.replace(result, reproduce=_command(item, result))
    later = None if study is None else functools.partial(_studied, study, options)
    ledger.add(result, line=line, seconds=time.perf_counter() - began, study=later)
    if said.max_forward_passes is None:  # a check with a budget of its own takes nothing off the test's
        ledger.spend(result)
    return result


def tell(item: Node, result: CheckResult, *, line: int = 0) -> None:
    """Let the verdict of a check decide about the test: nothing, a failure, a warning (once a gradient) or a skip.

    Raises
    ------
    GradientMismatch
        If it disagrees, or is inconclusive and that is to fail; the report is its text.
    """
    __tracebackhide__ = True
    ledger = ledger_of(item)
    if result.verdict is Verdict.AGREE:
        return
    explain = Explain(ledger.settings.explain)
    if result.verdict is Verdict.DISAGREE:
        raise GradientMismatch(render(result, explain))
    policy = ledger.settings.inconclusive
    if policy is Inconclusive.SKIP:
        pytest.skip(headline(result, explain))
    if policy is Inconclusive.WARN:
        if line not in ledger.warned:
            warnings.warn_explicit(headline(result, explain), InconclusiveWarning, str(item.path), max(line, 1))
            ledger.warned.add(line)  # not where a filter makes it an error, which Hypothesis must see again
        return
    # What is open for want of passes stays open when it is judged again; all else needs the passes it had.
    ledger.has_failed |= not ran_out(result)
    # Not the line that raises for DISAGREE: by type and line Hypothesis tells failures apart.
    raise GradientMismatch(render(result, explain))


def _options(ledger: Ledger, said: Options) -> Options:
    """Return what holds for a check: what the call says, else what the test does; no limit where nothing is left of that."""
    if not isinstance(said, Options):
        seeded(said)  # raises, and says what is required
    settings, left = ledger.settings, said.max_forward_passes or ledger.left()
    seed = settings.seed if said.seed is None else said.seed
    accepts = Subgradients.ACCEPT in (said.subgradients, Subgradients(settings.subgradients))
    subgradients = Subgradients.ACCEPT if accepts else Subgradients.REFUSE
    return dataclasses.replace(said, seed=seed, max_forward_passes=left or None, subgradients=subgradients)


def _nothing_left(ledger: Ledger, options: Options) -> CheckResult:
    """Return that nothing is left of the test's budget for a check."""
    budget = ledger.settings.budget
    note = f"the budget of {budget} forward passes of this test ran out: raise it to decide the rest"
    return CheckResult("gradient", Verdict.INCONCLUSIVE, Reason.BUDGET, notes=(note,), seed=options.seed or 0)


def _studied(study: Study, options: Options, result: CheckResult) -> CheckResult:
    """Return a result with what a page shows beside it, if that can be had: its passes are counted apart, and no test pays for them."""
    try:
        return study(result, dataclasses.replace(options, max_forward_passes=None))
    except GradcheckError:
        return result


def _command(item: Node, result: CheckResult) -> str:
    """Return the command that runs the test again with the same seed, where that stands neither in its code nor in its marker."""
    if isinstance(item, pytest.Session):
        return result.reproduce
    session = item.config.stash[SESSION]
    words = [f"--gradcheck-seed={session.seed}"] if result.seed == session.seed else []
    for name in OF_ONE_TEST:
        value = item.config.getoption(f"gradcheck_{name}")
        words += [] if name == "seed" or value is None else [f"--gradcheck-{name}={value}"]
    names = item.nodeid.partition("::")[2]
    # Not the node's id: outside of the root folder that starts with the folder of another file.
    place = os.path.relpath(item.path, item.config.invocation_params.dir)
    return shlex.join(["pytest", f"{place}::{names}" if names else place, *words])


def _failure(item: Node, error: GradcheckError) -> Failure:
    """Return what a check that raised leaves for the report."""
    cause = error.__cause__
    if not isinstance(error, UserCodeError):
        return Failure(item.nodeid, FailureKind.MISUSE, str(error))
    traceback = user_traceback(cause, inside=None) if cause is not None else ""
    return Failure(item.nodeid, FailureKind.USER_CODE, str(error), traceback)


def _of_the_user(cause: BaseException | None) -> BaseException | None:
    """Return what the user's code raised, without the frames of ours that called it."""
    if cause is None:
        return None
    traceback = cause.__traceback__
    while traceback is not None and is_ours(traceback.tb_frame.f_code.co_filename):
        traceback = traceback.tb_next
    return cause.with_traceback(traceback) if traceback is not None else cause
