"""`gradcheck check`: parse, call, print, exit code."""

from __future__ import annotations

import contextlib
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from gradcheck.cli.exits import INTERRUPTED, exit_code
from gradcheck.cli.printing import EVERYTHING, print_report

if TYPE_CHECKING:
    from gradcheck.checks.options import Options
    from gradcheck.results import Report
    from gradcheck.subjects.spec import SubjectSpec

PROGRESS_AFTER: Final = 1.0
"""Work that takes longer shows its progress [seconds]."""


def parse_shapes(
    context: click.Context | None, parameter: click.Parameter | None, values: tuple[str, ...]
) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Return the arguments to draw, from words such as w=4x3.

    Raises
    ------
    click.BadParameter
        If a word is no name with sizes.

    Examples
    --------
    >>> parse_shapes(None, None, ("w=4x3", "b=3"))
    (('w', (4, 3)), ('b', (3,)))
    """
    shapes = []
    for value in values:
        name, _, sizes = value.partition("=")
        if not name or not all(re.fullmatch("0*[1-9][0-9]*", size) for size in sizes.split("x")):
            message = f"{value!r} is no shape: a name and sizes, as in w=4x3, are required"
            raise click.BadParameter(message, ctx=context, param=parameter)
        shapes.append((name, tuple(map(int, sizes.split("x")))))
    return tuple(shapes)


@click.command()
@click.argument("targets", nargs=-1, metavar="TARGET...")
@click.option(
    "--activation",
    default="",
    metavar="NAME[,NAME...]",
    help="Activation of a network: one for all layers, or one each after the input. [default: sigmoid]",
)
@click.option(
    "--cost", metavar="NAME", help="Cost of a network: quadratic, cross_entropy or log_likelihood. [default: quadratic]"
)
@click.option("--l1", type=click.FloatRange(min=0.0), metavar="LAMBDA", help="Weight decay LAMBDA * sum |w|.")
@click.option("--l2", type=click.FloatRange(min=0.0), metavar="LAMBDA", help="Weight decay LAMBDA / 2 * sum w**2.")
@click.option(
    "--batch", type=click.Choice(["sum", "mean"]), help="What a network's backprop returns for several columns."
)
@click.option("--at", metavar="NAME", help="Name in the file that holds the parameters to check at.")
@click.option(
    "--data", multiple=True, metavar="NAME", help="Name in the file to hand on as a further argument; may be repeated."
)
@click.option(
    "--shape",
    "shapes",
    multiple=True,
    callback=parse_shapes,
    metavar="NAME=4x3",
    help="Draw an argument at random in this shape; may be repeated.",
)
@click.option("--seed", type=click.IntRange(min=0), help="Reproduces a check. [default: a new one, shown]")
@click.option(
    "--budget",
    type=click.IntRange(min=1),
    metavar="PASSES",
    help="Forward passes at most; what they leave open is inconclusive.",
)
@click.option(
    "--locate",
    type=click.Choice(["auto", "never", "first", "full"]),
    default="auto",
    show_default=True,
    help="How far a disagreement is followed.",
)
@click.option(
    "--subgradients",
    type=click.Choice(["refuse", "accept"]),
    default="refuse",
    show_default=True,
    help="Whether a claim between the slopes of both sides of a kink is right.",
)
@click.option(
    "--explain",
    type=click.IntRange(0, 4),
    default=EVERYTHING,
    show_default=True,
    metavar="LEVEL",
    help="How much text, junit and html tell: 0 pass or fail, 1 where, 2 how and a hint, 3 the mistake by name, 4 the right numbers too. "
    "json always tells all.",
)
@click.option(
    "--format", "layout", type=click.Choice(["text", "json", "junit", "html"]), default="text", show_default=True
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE",
    help="Write the report to a file. [default: standard output]",
)
@click.option(
    "--rubric",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Check yourself by a course's rubric: its public items, with the feedback that the course allows.",
)
@click.option(
    "--import-timeout",
    type=click.FloatRange(min=0.1),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="How long a file may take to import.",
)
def check(targets: tuple[str, ...], **given: Any) -> None:
    """Check gradients: file.py, file.py:Name, module:Name or module:cost,gradient.

    With no TARGET, those that ./gradcheck.toml names. Exit code 0: all agree; 1: something disagrees; 2: misuse; 3: something is
    inconclusive and nothing disagrees; 4: the user's code raised.
    """
    if given["rubric"] is not None:
        from gradcheck.cli.self_check import check_yourself

        sys.exit(check_yourself(targets, given["rubric"], given["seed"]))
    from gradcheck.errors import UsageError
    from gradcheck.results import Report

    try:
        specs = _specs(targets, given)
        options = _options(given)
    except UsageError as error:
        raise click.UsageError(str(error)) from error
    try:
        reports = [_check_one(spec, options, given) for spec in specs]
    except KeyboardInterrupt:
        click.echo("interrupted: nothing is reported", err=True)
        sys.exit(INTERRUPTED)
    whole = Report(
        tuple(result for report in reports for result in report.results),
        tuple(failure for report in reports for failure in report.failures),
    )
    print_report(whole, given["layout"], given["explain"], out=given["out"])
    sys.exit(exit_code(whole))


def _specs(targets: tuple[str, ...], given: dict[str, Any]) -> list[SubjectSpec]:
    """Return one spec for each target, with what the options say."""
    import dataclasses

    from gradcheck.checks.targets import specs_here
    from gradcheck.subjects.spec import SubjectSpec

    said = {name: given[name] for name in ("cost", "l1", "l2", "batch", "at", "data", "shapes")}
    activation = tuple(name.strip() for name in given["activation"].split(",") if name.strip())
    if targets:
        return [SubjectSpec(target, activation=activation, **said) for target in targets]
    here = specs_here(Path.cwd())
    if not activation and not any(value not in (None, ()) for value in said.values()):
        return [*here]
    # What is wrong may now be what the options say: the place in the file is not told.
    return [
        SubjectSpec(spec.target, activation=activation, **said).over(dataclasses.replace(spec, origin=None))
        for spec in here
    ]


def _options(given: dict[str, Any]) -> Options:
    from gradcheck.checks.options import Locate, Options, Subgradients

    return Options(
        seed=given["seed"],
        max_forward_passes=given["budget"],
        locate=Locate(given["locate"]),
        subgradients=Subgradients(given["subgradients"]),
    ).seeded()


def _check_one(spec: SubjectSpec, options: Options, given: dict[str, Any]) -> Report:
    """Check one target, for a page with the steps of its picture; what the user's code prints goes to standard error, so that the report stays whole."""
    import dataclasses

    from gradcheck.checks.steps import with_step_study
    from gradcheck.checks.targets import as_checked, check_target

    look = with_step_study if given["layout"] == "html" else as_checked
    with _progress(spec.target) as on_pass, contextlib.redirect_stdout(sys.stderr):
        watched = dataclasses.replace(options, progress=on_pass)
        return check_target(spec, watched, import_timeout=given["import_timeout"], look=look)


@contextlib.contextmanager
def _progress(target: str) -> Iterator[Callable[[int], None] | None]:
    """Give a function that shows, on a terminal, that long work goes on."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    status = Console(stderr=True).status(f"checking {target}")
    begun, total, shown = time.monotonic(), 0, False

    def on_pass(_: int) -> None:
        nonlocal total, shown
        total += 1
        if total % 100 == 0 and time.monotonic() - begun > PROGRESS_AFTER:
            status.update(f"checking {target}: {total:,} forward passes")
            if not shown:
                shown = True
                status.start()

    try:
        yield on_pass
    finally:
        status.stop()
