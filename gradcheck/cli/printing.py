"""Reports on standard output, failures on standard error."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from gradcheck.reporting.levels import Explain
    from gradcheck.results import Report

EVERYTHING: Final = 4
"""The level of `--explain` at which a report tells all: the default."""


def print_report(report: Report, layout: str, level: int, *, out: Path | None = None) -> None:
    """Print a report as text, JSON, JUnit XML or a page, or write it to a file, whole; failures in text go to standard error.

    Raises
    ------
    click.UsageError
        If a page is wanted and what makes it is not installed, or the file cannot be written.

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
    if layout != "json":
        report = _repeating(report, explain)
    if layout == "text" and out is None and sys.stdout.isatty():
        _print_styled(report, explain)
    elif out is not None:
        write_page(_rendered(report, layout, explain), out)
    elif words := _rendered(report, layout, explain):
        click.echo(words)
    if layout == "text":
        for failure in report.failures:
            click.echo(f"{failure.traceback}ERROR  {failure.target}: {failure.sentence}", err=True)


def _rendered(report: Report, layout: str, explain: Explain) -> str:
    """Return a report in one of its layouts."""
    if layout == "html":
        return page_of(report, explain)
    if layout == "text":
        from gradcheck.reporting.text import render

        return "\n\n".join(render(result, explain) for result in report.results)
    if layout == "junit":
        from gradcheck.reporting.junit import render as render_junit

        return render_junit(report, explain)
    from gradcheck.reporting.data import render as render_json

    return render_json(report)


def page_of(report: Report, explain: Explain) -> str:
    """Return the page of a report: of a session of pytest where it is one, else of a run of the command.

    Raises
    ------
    click.UsageError
        If what makes pages is not installed.
    """
    from gradcheck.reporting.extra import MissingExtra
    from gradcheck.reporting.html.pages import page

    try:
        return page(report, explain)
    except MissingExtra as error:
        raise click.UsageError(str(error)) from error


def write_page(text: str, out: Path) -> None:
    """Write a file whole, and say so.

    Raises
    ------
    click.UsageError
        If it cannot be written.
    """
    from gradcheck.whole_files import write_whole

    try:
        write_whole(out, text if text.endswith("\n") else f"{text}\n")
    except OSError as error:
        raise click.UsageError(f"{out} could not be written: {error}") from error
    click.echo(f"{out} is written", err=True)


def _repeating(report: Report, explain: Explain) -> Report:
    """Return the report with commands that reproduce it at the same level."""
    import dataclasses

    if explain == EVERYTHING:
        return report
    level = f" --explain {int(explain)}"
    results = [dataclasses.replace(one, reproduce=one.reproduce and one.reproduce + level) for one in report.results]
    return dataclasses.replace(report, results=tuple(results))


def _print_styled(report: Report, explain: Explain) -> None:
    """Print the results on a terminal, in colours where NO_COLOR is not set."""
    from rich.console import Console
    from rich.text import Text

    from gradcheck.reporting.text import render_styled

    styled = Text("\n\n").join(render_styled(result, explain) for result in report.results)
    if styled:
        Console(highlight=False).print(styled, soft_wrap=True)
