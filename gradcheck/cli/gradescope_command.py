"""`gradcheck gradescope`: the zip that Gradescope takes."""

from __future__ import annotations

from pathlib import Path

import click

from gradcheck.cli.grade_command import A_FILE, rubric_at


@click.command()
@click.argument("rubric", type=A_FILE)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default="autograder.zip", show_default=True)
@click.option("--secret-file", type=A_FILE, help="The course's secret. [default: a new one, in the zip]")
def gradescope(rubric: Path, out: Path, secret_file: Path | None) -> None:
    """Write an autograder for Gradescope that grades by a RUBRIC: upload the zip under "Configure Autograder"."""
    from gradcheck.errors import UsageError
    from gradcheck.grading.autograder import autograder_zip

    try:
        written = autograder_zip(rubric_at(rubric), out, secret_file)
    except UsageError as error:
        raise click.UsageError(str(error)) from error
    click.echo(f"{written} is written: it holds the course's secret and the rubric, and is for Gradescope alone.")
