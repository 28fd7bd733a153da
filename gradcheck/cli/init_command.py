"""`gradcheck init`: a gradcheck.toml to start from, or a rubric."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import click

from gradcheck.cli.exits import Exit


@click.command()
@click.argument("targets", nargs=-1, metavar="[rubric | TARGET...]")
@click.option(
    "--protocol",
    type=click.Choice(["network", "pair", "layers", "loss"]),
    help="With rubric: the shape of the submissions. [default: network]",
)
def init(targets: tuple[str, ...], protocol: str | None) -> None:
    """Write a gradcheck.toml into the current folder, with comments that explain every key.

    With TARGETs (file.py, file.py:Name) it names each thing in them that can be checked; without, it names none yet. A gradcheck.toml
    that is there already is left as it is. Exit code 0: written; 2: not written; 4: the user's code raised.

    `gradcheck init rubric` writes a rubric.toml instead, with which `gradcheck grade` grades a class as it stands.
    """
    if targets == ("rubric",):
        _write_rubric(protocol or "network")
        return
    if protocol is not None:
        raise click.UsageError("--protocol is that of a rubric: write gradcheck init rubric --protocol " + protocol)
    from gradcheck.errors import UsageError, UserCodeError
    from gradcheck.subjects.spec_file import read_spec
    from gradcheck.subjects.starting_spec import starting_spec, template, write_new
    from gradcheck.subjects.tracebacks import user_traceback

    try:
        with contextlib.redirect_stdout(sys.stderr):
            text = starting_spec(targets) if targets else template()
        path = write_new(Path.cwd(), text)
        subjects = [spec.target for spec in read_spec(path)]
    except UsageError as error:
        raise click.UsageError(str(error)) from error
    except UserCodeError as error:
        click.echo(f"{user_traceback(error.__cause__ or error, inside=None)}ERROR  {error}", err=True)
        sys.exit(Exit.USER_CODE_RAISED)
    if subjects:
        click.echo(f"{path.name} names {', '.join(subjects)}: `gradcheck check` checks that, and so does `pytest`.")
    else:
        click.echo(f"{path.name} is written: open it, name your own file as the target, then run `gradcheck check`.")


def _write_rubric(protocol: str) -> None:
    """Write the rubric to start from."""
    from gradcheck.errors import UsageError
    from gradcheck.grading.parts import SubmissionProtocol
    from gradcheck.grading.starting_rubric import write_rubric

    try:
        path = write_rubric(SubmissionProtocol(protocol), Path.cwd())
    except UsageError as error:
        raise click.UsageError(str(error)) from error
    click.echo(f"{path.name} is written: open it, then run `gradcheck grade {path.name} submissions/ --out results/`.")
