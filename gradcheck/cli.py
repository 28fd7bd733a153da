"""The command line: parse, call, exit code. Nothing heavy is imported before a command runs."""

from __future__ import annotations

import contextlib
import enum
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from gradcheck import __version__

if TYPE_CHECKING:
    from gradcheck.checks.options import Options
    from gradcheck.reporting.levels import Explain
    from gradcheck.results import Report
    from gradcheck.subjects.spec import SubjectSpec


class Exit(enum.IntEnum):
    """What the exit code of `check` means.

    Examples
    --------
    >>> int(Exit.DISAGREES)
    1
    """

    AGREES = 0
    DISAGREES = 1
    MISUSE = 2
    INCONCLUSIVE = 3
    USER_CODE_RAISED = 4


GRAVITY: Final = (Exit.USER_CODE_RAISED, Exit.MISUSE, Exit.DISAGREES, Exit.INCONCLUSIVE, Exit.AGREES)
"""With several targets the first of these that occurred is the exit code: what was not checked at all comes before what was."""

INTERRUPTED: Final = 130
"""The exit code after ctrl-C, as shells give it: 128 and the number of the signal."""

EVERYTHING: Final = 4
"""The level of `--explain` at which a report tells all: the default."""

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


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="gradcheck")
def main() -> None:
    """Tell whether a gradient written by hand is right, and if not, where and why."""


@main.command()
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
    help="How much text and junit tell: 0 pass or fail, 1 where, 2 how and a hint, 3 the mistake by name, 4 the right numbers too. "
    "json always tells all.",
)
@click.option("--format", "layout", type=click.Choice(["text", "json", "junit"]), default="text", show_default=True)
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
    _own_the_process()
    from gradcheck.errors import UsageError
    from gradcheck.results import Report

    try:
        specs = _specs(targets, given)
        options = _options(given)
    except UsageError as error:
        raise click.UsageError(str(error)) from error
    try:
        reports = [_check_one(spec, options, given["import_timeout"]) for spec in specs]
    except KeyboardInterrupt:
        click.echo("interrupted: nothing is reported", err=True)
        sys.exit(INTERRUPTED)
    whole = Report(
        tuple(result for report in reports for result in report.results),
        tuple(failure for report in reports for failure in report.failures),
    )
    _print(whole, given["layout"], given["explain"])
    sys.exit(exit_code(whole))


@main.command()
@click.option("--all", "scope", flag_value="all", help="Check every shipped example and show a table.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
def demo(scope: str | None, seed: int) -> None:
    """Check shipped examples: the chapter's network, right and then wrong.

    Exit code 0 when every verdict was the expected one.
    """
    _own_the_process()
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
            _print(outcome.report, "text", EVERYTHING)
            click.echo()
    if unexpected:
        click.echo(f"{unexpected} verdicts are not the expected ones.")
    else:
        more = "" if scope == "all" else " `gradcheck demo --all` checks every shipped example."
        click.echo(f"Every verdict is the expected one.{more}")
    sys.exit(min(unexpected, 1))


@main.command()
@click.argument("identifier", required=False, metavar="[ID]")
@click.option("--format", "layout", type=click.Choice(["text", "json"]), default="text", show_default=True)
def mistakes(identifier: str | None, layout: str) -> None:
    """List the mistakes that are known by name, or show the one called ID."""
    from gradcheck.errors import UsageError
    from gradcheck.mistakes.catalogue import CATALOGUE, mistake_named
    from gradcheck.mistakes.listing import as_json, listing, page

    try:
        shown = CATALOGUE if identifier is None else (mistake_named(identifier),)
    except UsageError as error:
        raise click.UsageError(str(error)) from error
    if layout == "json":
        click.echo(as_json(shown))
    else:
        click.echo(listing() if identifier is None else page(shown[0]))


@main.command()
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


def entrypoint() -> None:
    """Run the command line."""
    main(prog_name="gradcheck")


def exit_code(report: Report) -> int:
    """Return the exit code of `check` for what was found.

    Examples
    --------
    >>> from gradcheck.results import CheckResult, Report, Verdict
    >>> exit_code(Report((CheckResult("a", Verdict.AGREE), CheckResult("b", Verdict.DISAGREE))))
    1
    """
    from gradcheck.results import FailureKind, Verdict

    by_verdict = {
        Verdict.AGREE: Exit.AGREES,
        Verdict.DISAGREE: Exit.DISAGREES,
        Verdict.INCONCLUSIVE: Exit.INCONCLUSIVE,
    }
    by_failure = {FailureKind.MISUSE: Exit.MISUSE, FailureKind.USER_CODE: Exit.USER_CODE_RAISED}
    seen = {by_verdict[result.verdict] for result in report.results}
    seen |= {by_failure[failure.kind] for failure in report.failures}
    # Nothing found and nothing failed is nothing checked.
    return next((int(code) for code in GRAVITY if code in seen), int(Exit.MISUSE))


def _own_the_process() -> None:
    """Set what must be set before numpy is imported: one BLAS thread, for small arrays that several only slow down."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def _specs(targets: tuple[str, ...], given: dict[str, Any]) -> list[SubjectSpec]:
    """Return one spec for each target, with what the options say."""
    from gradcheck.checks.targets import specs_here
    from gradcheck.subjects.spec import SubjectSpec

    said = {name: given[name] for name in ("cost", "l1", "l2", "batch", "at", "data", "shapes")}
    activation = tuple(name.strip() for name in given["activation"].split(",") if name.strip())
    if targets:
        return [SubjectSpec(target, activation=activation, **said) for target in targets]
    here = specs_here(Path.cwd())
    return [SubjectSpec(spec.target, activation=activation, **said).over(spec) for spec in here]


def _options(given: dict[str, Any]) -> Options:
    from gradcheck.checks.options import Locate, Options, Subgradients

    return Options(
        seed=given["seed"],
        max_forward_passes=given["budget"],
        locate=Locate(given["locate"]),
        subgradients=Subgradients(given["subgradients"]),
    ).seeded()


def _check_one(spec: SubjectSpec, options: Options, import_timeout: float) -> Report:
    """Check one target; what the user's code prints goes to standard error, so that the report stays whole."""
    import dataclasses

    from gradcheck.checks.targets import check_target

    with _progress(spec.target) as on_pass, contextlib.redirect_stdout(sys.stderr):
        return check_target(spec, dataclasses.replace(options, progress=on_pass), import_timeout=import_timeout)


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


def _print(report: Report, layout: str, level: int) -> None:
    """Print a report as text, JSON or JUnit XML; failures in text go to standard error."""
    from gradcheck.reporting.levels import Explain

    explain = Explain(level)
    if layout == "json":
        from gradcheck.reporting.data import render as render_json

        click.echo(render_json(report))
        return
    if layout == "junit":
        from gradcheck.reporting.junit import render as render_junit

        click.echo(render_junit(_repeating(report, explain), explain))
        return
    _print_text(_repeating(report, explain), explain)
    for failure in report.failures:
        click.echo(f"{failure.traceback}ERROR  {failure.target}: {failure.sentence}", err=True)


def _repeating(report: Report, explain: Explain) -> Report:
    """Return the report with commands that reproduce it at the same level."""
    import dataclasses

    if explain == EVERYTHING:
        return report
    level = f" --explain {int(explain)}"
    results = [dataclasses.replace(one, reproduce=one.reproduce and one.reproduce + level) for one in report.results]
    return dataclasses.replace(report, results=tuple(results))


def _print_text(report: Report, explain: Explain) -> None:
    """Print the results as text, in colours where standard output is a terminal and NO_COLOR is not set."""
    from gradcheck.reporting.text import render, render_styled

    for number, result in enumerate(report.results):
        if number:
            click.echo()
        if not sys.stdout.isatty():
            click.echo(render(result, explain))
            continue
        from rich.console import Console

        Console(highlight=False).print(render_styled(result, explain), soft_wrap=True)
