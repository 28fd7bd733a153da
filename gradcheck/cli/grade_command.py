"""`gradcheck grade`: a class graded by a rubric."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from gradcheck.cli.exits import Exit, interrupted_by
from gradcheck.cli.process import ended_as_by_ctrl_c

if TYPE_CHECKING:
    from gradcheck.grading.jobs import Jobs
    from gradcheck.grading.results_folder import ResultsFolder
    from gradcheck.grading.rubric import Rubric
    from gradcheck.grading.submissions import Submission
    from gradcheck.grading.worker import Course
    from gradcheck.results.grades import GradeSheet

A_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("rubric", type=A_FILE)
@click.argument("submissions", type=click.Path(exists=True, path_type=Path))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder for the results.")
@click.option(
    "--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Submissions graded side by side."
)
@click.option(
    "--format",
    "formats",
    multiple=True,
    metavar="NAME",
    help="Also write this into each submission's folder: gradescope, prairielearn, github-classroom, junit, markdown, coderunner, "
    "coursera, xqueue or html, a page for the student; may be repeated.",
)
@click.option(
    "--resume", "how", flag_value="resume", help="Go on: what is graded already, and would be again, is kept."
)
@click.option("--only", metavar="NAME", help="Grade this submission again, exactly as before, and no other.")
@click.option(
    "--require-isolation",
    "tier",
    type=click.Choice(["T0", "T1", "T2", "T3", "T4"]),
    default="T2",
    show_default=True,
    help="Without it nothing is graded; `gradcheck doctor` tells what this machine has.",
)
@click.option(
    "--secret-file",
    type=A_FILE,
    help="The course's secret, which the random numbers are made of. [default: kept in OUT]",
)
@click.option("--backend", type=click.Choice(["loky", "dask"]), default="loky", show_default=True)
@click.option("--scheduler", default="", metavar="ADDRESS", help="Of a Dask cluster, such as tcp://127.0.0.1:8786.")
def grade(rubric: Path, submissions: Path, **given: Any) -> None:
    """Grade the SUBMISSIONS of a class, a folder, by a RUBRIC.

    OUT gets gradebook.csv, items.csv, and a folder for each submission with its report.json; with --format html also class.html, a
    page with the whole class on it. Try the rubric first: `gradcheck rubric test`. Exit code 0: every submission was graded; 1: some were not, or not wholly; 2: misuse; 130: interrupted (143: by SIGTERM,
    129: by SIGHUP), and what is finished is whole.
    """
    from gradcheck.errors import GradcheckError

    try:
        with ended_as_by_ctrl_c():
            code = _interruptible(_ready(rubric, submissions, given))
    except KeyboardInterrupt as interrupt:  # a second one, while the first was answered
        click.echo("interrupted again: what is graded is whole; --resume goes on", err=True)
        code = interrupted_by(interrupt)
    except GradcheckError as error:
        raise click.UsageError(str(error)) from error
    sys.exit(code)


def _interruptible(work: _Work) -> int:
    """Grade, and return the exit code; ctrl-C, SIGTERM and SIGHUP leave what is finished whole."""
    try:
        sheets = _graded(work)
        code = _told(sheets, work.results)
        _hand_over(sheets, work.results)
        return code
    except KeyboardInterrupt as interrupt:
        done = len(work.results.all_kept(one.name for one in work.handed_in))
        click.echo(f"interrupted: {done} of {len(work.handed_in)} are graded and whole; --resume goes on", err=True)
        return interrupted_by(interrupt)


class _Work(NamedTuple):
    """All that grading takes."""

    course: Course
    handed_in: tuple[Submission, ...]
    only: str | None
    results: ResultsFolder
    jobs: Jobs


def _ready(rubric_file: Path, path: Path, given: dict[str, Any]) -> _Work:
    """Read all that grading takes; the command ends where it is interrupted meanwhile."""
    try:
        return _prepared(rubric_file, path, given)
    except KeyboardInterrupt as interrupt:
        click.echo("interrupted: nothing was graded yet", err=True)
        sys.exit(interrupted_by(interrupt))


def _prepared(rubric_file: Path, path: Path, given: dict[str, Any]) -> _Work:
    """Read all that grading takes, before anything is run."""
    from gradcheck.errors import UsageError
    from gradcheck.grading.class_run import settings_for
    from gradcheck.grading.isolation import Tier
    from gradcheck.grading.jobs import Backend, Jobs
    from gradcheck.grading.results_folder import ResultsFolder
    from gradcheck.grading.rubric import load_rubric
    from gradcheck.grading.seeds import course_seeds
    from gradcheck.grading.submissions import submissions_in
    from gradcheck.grading.worker import Course

    rubric, only = load_rubric(rubric_file), given["only"]
    handed_in = submissions_in(path, rubric)
    if only is not None and only not in {one.name for one in handed_in}:
        raise UsageError(f"there is no submission {only!r}: {', '.join(one.name for one in handed_in)} are there")
    settings = settings_for(rubric, Tier[given["tier"]])
    results = ResultsFolder(given["out"], given["formats"])
    if results.has_results() and given["how"] is None and only is None:
        raise UsageError(f"{given['out']} has results in it: --resume goes on with them, or name another folder")
    course = Course(rubric, course_seeds(given["out"], secret_file=given["secret_file"]), settings)
    return _Work(course, handed_in, only, results, Jobs(given["jobs"], Backend(given["backend"]), given["scheduler"]))


def _graded(work: _Work) -> tuple[GradeSheet, ...]:
    """Grade, show how far it is, and write the tables of all that is there of the class."""
    from gradcheck.grading.class_run import grade_again, grade_class

    chosen = [one for one in work.handed_in if work.only in (None, one.name)]
    graded = grade_class if work.only is None else grade_again
    try:
        with _progress(len(chosen)) as shown:
            return graded(work.course, chosen, work.results, jobs=work.jobs, shown=shown)
    finally:
        work.results.write_tables(work.results.all_kept(one.name for one in work.handed_in))


def _hand_over(sheets: tuple[GradeSheet, ...], results: ResultsFolder) -> None:
    """Give a workflow of GitHub Classroom, which grades one repository's submission, the result that its reporter reads."""
    from gradcheck.grading.formats.writing import tell_github

    if len(sheets) == 1 and "github-classroom" in results.formats:
        tell_github(sheets[0], os.environ)


def _told(sheets: tuple[GradeSheet, ...], results: ResultsFolder) -> int:
    """Say where the results are, and return the exit code."""
    from gradcheck.grading.class_run import has_ungraded

    lacking = [one.submission for one in sheets if has_ungraded(one)]
    flagged = sum(bool(one.flags) for one in sheets)
    page = f", {results.path / 'class.html'}" if "html" in results.formats else ""
    click.echo(f"{len(sheets)} submissions: {results.path / 'gradebook.csv'}{page}")
    if flagged:
        click.echo(f"{flagged} have flags: a person should look at them")
    if lacking:
        click.echo(f"{len(lacking)} are not graded, for faults of the grader's: {', '.join(lacking[:10])}", err=True)
    return int(Exit.DISAGREES) if lacking else 0


@contextlib.contextmanager
def _progress(total: int) -> Iterator[Callable[[GradeSheet, int, int], None]]:
    """Give what shows how far it is: a bar with counts and the time left on a terminal, a line each elsewhere."""
    if not sys.stderr.isatty():
        yield lambda sheet, done, of: click.echo(f"{done} of {of}: {_line(sheet)}", err=True)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("grading"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[last]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("grading", total=total, last="")
        yield lambda sheet, done, of: bar.update(task, completed=done, last=_line(sheet).replace("[", "("))


def _line(sheet: GradeSheet) -> str:
    from gradcheck.grading.formats.words import standing_sentence

    if sheet.status.value != "graded":
        return f"{sheet.submission}: {sheet.status.value}"
    return f"{sheet.submission}: {standing_sentence(sheet)}"


def rubric_at(path: Path) -> Rubric:
    """Read a rubric for a command.

    Raises
    ------
    click.UsageError
        With what is wrong in it.
    """
    from gradcheck.errors import UsageError
    from gradcheck.grading.rubric import load_rubric

    try:
        return load_rubric(path)
    except UsageError as error:
        raise click.UsageError(str(error)) from error
