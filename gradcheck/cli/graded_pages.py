"""What was graded before, as pages: one to standard output or a file, those of a class into its folder."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gradcheck.cli.printing import write_page


def show_graded(path: Path, out: Path | None) -> None:
    """Show the page of a report.json, or write those of a folder of results into it.

    Raises
    ------
    click.UsageError
        If there is nothing to be shown, what makes pages is not installed, or a file cannot be written.
    """
    from gradcheck.errors import UsageError
    from gradcheck.grading.graded_pages import student_page_of

    try:
        if path.is_dir():
            _write_class(path)
        elif out is None:
            click.echo(student_page_of(path))
        else:
            write_page(student_page_of(path), out)
    except UsageError as error:
        raise click.UsageError(str(error)) from error
    except OSError as error:
        raise click.UsageError(f"{error.filename or path} could not be written: {error.strerror or error}") from error


def _write_class(folder: Path) -> None:
    """Write the page of each submission and that of the class, and show how far it is."""
    from gradcheck.grading.graded_pages import reports_in, write_class_page, write_student_page

    reports = reports_in(folder)
    with click.progressbar(reports, label="pages", file=sys.stderr) as shown:
        sheets = [write_student_page(one) for one in shown]
    click.echo(f"{len(sheets)} submissions: {write_class_page(sheets, folder)}")
