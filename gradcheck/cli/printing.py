"""Reports on standard output, failures on standard error."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from gradcheck.reporting.levels import Explain
    from gradcheck.results import Report

EVERYTHING: Final = 4
"""The level of `--explain` at which a report tells all: the default."""


def print_report(report: Report, layout: str, level: int) -> None:
    """Print a report as text, JSON or JUnit XML; failures in text go to standard error.

    Examples
    --------
    >>> from gradcheck.results import CheckResult, Report, Verdict
    >>> print_report(Report((CheckResult("gradient", Verdict.AGREE),)), "text", level=0)
    AGREE  gradient
    <BLANKLINE>
    forward passes: 0, gradient calls: 0
    seed: 0
    """
    from gradcheck.reporting.levels import Explain

    explain = Explain(level)
    if layout == "json":
        from gradcheck.reporting.data import render as render_json

        click.echo(render_json(report))
        return
    if layout == "junit":
        from gradcheck.reporting.junit import render as render_junit

        click.echo(render_junit(_repeating(report, explain), explain))
        return
    _print_text(_repeating(report, explain), explain)
    for failure in report.failures:
        click.echo(f"{failure.traceback}ERROR  {failure.target}: {failure.sentence}", err=True)


def _repeating(report: Report, explain: Explain) -> Report:
    """Return the report with commands that reproduce it at the same level."""
    import dataclasses

    if explain == EVERYTHING:
        return report
    level = f" --explain {int(explain)}"
    results = [dataclasses.replace(one, reproduce=one.reproduce and one.reproduce + level) for one in report.results]
    return dataclasses.replace(report, results=tuple(results))


def _print_text(report: Report, explain: Explain) -> None:
    """Print the results as text, in colours where standard output is a terminal and NO_COLOR is not set."""
    from gradcheck.reporting.text import render, render_styled

    for number, result in enumerate(report.results):
        if number:
            click.echo()
        if not sys.stdout.isatty():
            click.echo(render(result, explain))
            continue
        from rich.console import Console

        Console(highlight=False).print(render_styled(result, explain), soft_wrap=True)
