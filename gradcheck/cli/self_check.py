"""`gradcheck check FILE --rubric RUBRIC`: what a student may know before the course grades."""

from __future__ import annotations

from pathlib import Path

import click

from gradcheck.cli.exits import Exit


def check_yourself(targets: tuple[str, ...], rubric: Path, seed: int | None) -> int:
    """Print what the public items of a rubric come to, and return the exit code: 0 for all points, 1 for less.

    Raises
    ------
    click.UsageError
        If there is not one file, or it or the rubric cannot be read.
    """
    from gradcheck.errors import GradcheckError
    from gradcheck.grading.formats.escaping import visible
    from gradcheck.grading.formats.words import item_text, standing_sentence
    from gradcheck.grading.rubric import load_rubric
    from gradcheck.grading.self_check import grade_yourself

    if len(targets) != 1 or not Path(targets[0]).exists():
        raise click.UsageError("with --rubric one file, or the folder of your submission, is required")
    try:
        sheet = grade_yourself(Path(targets[0]), load_rubric(rubric), seed)
    except GradcheckError as error:
        raise click.UsageError(str(error)) from error
    for note in sheet.notes:
        click.echo(f"- {visible(note)}")
    for item in sheet.items:
        click.echo(f"{item.title}\n{item_text(item)}\n")
    click.echo(standing_sentence(sheet))
    return 0 if sheet.items and all(item.lost == 0.0 for item in sheet.items) else int(Exit.DISAGREES)
