"""`gradcheck report`: a result that was kept as JSON, as a page; a folder of graded submissions, as pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gradcheck.cli.graded_pages import show_graded
from gradcheck.cli.printing import EVERYTHING, print_report

if TYPE_CHECKING:
    from gradcheck.results import Report


@click.command()
@click.argument("file", type=click.Path(exists=True, path_type=Path), metavar="RESULT.json|FOLDER")
@click.option(
    "--format",
    "layout",
    type=click.Choice(["html", "text", "json", "junit"]),
    default="html",
    show_default=True,
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="[default: standard output]"
)
@click.option(
    "--explain",
    type=click.IntRange(0, 4),
    default=EVERYTHING,
    show_default=True,
    metavar="LEVEL",
    help="How much it tells, as for check; json always tells all.",
)
def report(file: Path, layout: str, out: Path | None, explain: int) -> None:
    """Render a result again: what `gradcheck check --format json` printed, or gradcheck.json of a session of pytest.

    Of what `gradcheck grade` wrote, report.json gives the page for the student, and the folder of results a report.html beside
    each report.json and class.html, the page for whoever runs the course. Nothing is checked or graded again. Exit code 0:
    rendered; 2: no result, or not readable by this version.
    """
    if not file.is_dir() and not _is_graded(file):
        print_report(_read(file), layout, explain, out=out)
        return
    if layout != "html" or explain != EVERYTHING:
        raise click.UsageError("what was graded is shown as html, and tells as much as its rubric lets it")
    if file.is_dir() and out is not None:
        raise click.UsageError(f"the pages of a class link to each other: they are written into {file}, without --out")
    show_graded(file, out)


def _is_graded(file: Path) -> bool:
    """Tell whether a file is the report of a graded submission."""
    from gradcheck.grading.formats.report import is_report

    try:
        return is_report(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False


def _read(file: Path) -> Report:
    """Return the report in a file.

    Raises
    ------
    click.UsageError
        If there is none.
    """
    from gradcheck.reporting.data import parse

    try:
        return parse(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise click.UsageError(f"{file} holds no result of gradcheck check --format json: {error}") from error
