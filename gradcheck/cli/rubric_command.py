"""`gradcheck rubric`: a rubric tried before it grades."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gradcheck.cli.exits import Exit
from gradcheck.cli.grade_command import A_FILE, rubric_at


@click.group()
def rubric() -> None:
    """Try a rubric before it grades."""


@rubric.command("test")
@click.argument("file", type=A_FILE, metavar="RUBRIC")
def try_out(file: Path) -> None:
    """Grade the right program, and one with each mistake that the assignment can show: a table of what each loses.

    It takes some minutes. Exit code 0: the right program has full points, and each mistake loses the points it should and no others;
    1: not so; 2: misuse.
    """
    from gradcheck.errors import UsageError
    from gradcheck.grading.coverage_text import render_coverage
    from gradcheck.grading.engine import grade_program
    from gradcheck.grading.rubric_coverage import Program, cover
    from gradcheck.grading.seeds import seeds_of
    from gradcheck.results.grades import GradeSheet

    read = rubric_at(file)
    seeds = seeds_of("the rubric's own trial")
    tried = 0

    def grade(program: Program) -> GradeSheet:
        nonlocal tried
        tried += 1
        if sys.stderr.isatty():
            click.echo(f"\rprograms tried: {tried}", nl=False, err=True)
        return grade_program(program, read, seeds)

    try:
        coverage = cover(read, grade)
    except UsageError as error:
        raise click.UsageError(str(error)) from error
    if sys.stderr.isatty():
        click.echo(err=True)
    click.echo(render_coverage(coverage))
    sys.exit(0 if coverage.is_sound else int(Exit.DISAGREES))
