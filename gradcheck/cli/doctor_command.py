"""`gradcheck doctor`: how safely strangers' code can be run here."""

from __future__ import annotations

import sys

import click


@click.command()
@click.option("--format", "layout", type=click.Choice(["text", "json"]), default="text", show_default=True)
def doctor(layout: str) -> None:
    """Tell how safely strangers' code can be run on this machine, and what is missing.

    Exit code 0 when submissions can be graded here, 1 when not.
    """
    from gradcheck.grading.doctor import as_json, as_text, can_grade
    from gradcheck.grading.isolation import probe

    machine = probe()
    click.echo(as_json(machine) if layout == "json" else as_text(machine))
    sys.exit(0 if can_grade(machine) else 1)
