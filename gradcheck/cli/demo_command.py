"""`gradcheck demo`: the shipped examples, checked."""

from __future__ import annotations

import contextlib
import sys

import click

from gradcheck.cli.printing import EVERYTHING, print_report


@click.command()
@click.option("--all", "scope", flag_value="all", help="Check every shipped example and show a table.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
def demo(scope: str | None, seed: int) -> None:
    """Check shipped examples: the chapter's network, right and then wrong.

    Exit code 0 when every verdict was the expected one.
    """
    from gradcheck.checks.examples import RIGHT_THEN_WRONG, check_example, example_names
    from gradcheck.checks.options import Options

    unexpected = 0
    for name in example_names() if scope == "all" else RIGHT_THEN_WRONG:
        with contextlib.redirect_stdout(sys.stderr):
            outcome = check_example(name, Options(seed=seed))
        unexpected += not outcome.is_expected
        if scope == "all":
            found = "no verdict" if outcome.found is None else outcome.found.name
            click.echo(f"{'' if outcome.is_expected else 'UNEXPECTED '}{found:12} {name}")
        else:
            print_report(outcome.report, "text", EVERYTHING)
            click.echo()
    if unexpected:
        click.echo(f"{unexpected} verdicts are not the expected ones.")
    else:
        more = "" if scope == "all" else " `gradcheck demo --all` checks every shipped example."
        click.echo(f"Every verdict is the expected one.{more}")
    sys.exit(min(unexpected, 1))
