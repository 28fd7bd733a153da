"""`gradcheck sweep`: every weight of one network, as large as is wanted."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

from gradcheck.cli.exits import exit_code, interrupted_by
from gradcheck.cli.printing import EVERYTHING, print_report
from gradcheck.cli.process import ended_as_by_ctrl_c

if TYPE_CHECKING:
    from gradcheck.results import Report
    from gradcheck.subjects.spec import SubjectSpec
    from gradcheck.sweep import Sweep, SweepSettings


def parse_sizes(context: click.Context | None, parameter: click.Parameter | None, value: str) -> tuple[int, ...]:
    """Return the sizes of the layers from a word such as 784,30,10.

    Raises
    ------
    click.BadParameter
        If it is no list of two or more positive numbers.

    Examples
    --------
    >>> parse_sizes(None, None, "784,30,10")
    (784, 30, 10)
    """
    words = [word.strip() for word in value.split(",")]
    if len(words) < 2 or not all(word.isascii() and word.isdigit() and int(word) > 0 for word in words):
        message = f"{value!r} is no network: the neurons of two layers or more are required, as in 784,30,10"
        raise click.BadParameter(message, ctx=context, param=parameter)
    return tuple(map(int, words))


@click.command()
@click.argument("target", required=False)
@click.option(
    "--sizes", required=True, callback=parse_sizes, metavar="N,N,...", help="Neurons a layer, the input first."
)
@click.option(
    "--activation",
    default="",
    metavar="NAME[,NAME...]",
    help="One for all layers, or one each after the input. [default: sigmoid]",
)
@click.option("--cost", metavar="NAME", help="quadratic, cross_entropy or log_likelihood. [default: quadratic]")
@click.option("--l1", type=click.FloatRange(min=0.0), metavar="LAMBDA", help="Weight decay LAMBDA * sum |w|.")
@click.option("--l2", type=click.FloatRange(min=0.0), metavar="LAMBDA", help="Weight decay LAMBDA / 2 * sum w**2.")
@click.option("--batch", type=click.Choice(["sum", "mean"]), help="What backprop returns for several columns.")
@click.option(
    "--form",
    type=click.Choice(["z", "delta"]),
    default="delta",
    show_default=True,
    help="z: costs subtracted as they are; delta: changes by exact identities, in which nothing cancels.",
)
@click.option(
    "--examples", type=click.IntRange(min=1), default=1, show_default=True, metavar="M", help="Examples in the cost."
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="Processes; never more than cores.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Draws the network and its examples."
)
def sweep(target: str | None, **given: Any) -> None:
    """Judge the backprop of a class in TARGET by every one of equation (46)'s costs; without TARGET sweep the reference network.

    Exit codes as those of check.
    """
    try:
        with ended_as_by_ctrl_c():
            code = _without_target(given) if target is None else _of_target(target, given)
    except KeyboardInterrupt as interrupt:
        click.echo("interrupted: nothing is reported", err=True)
        code = interrupted_by(interrupt)
    sys.exit(code)


def _of_target(target: str, given: dict[str, Any]) -> int:
    """Judge what a target has, print it, and return the exit code."""
    from gradcheck.checks.sweep_targets import sweep_target

    spec = _spec(target, given)
    with _progress(target) as progress, contextlib.redirect_stdout(sys.stderr):
        report: Report = sweep_target(spec, given["sizes"], given["examples"], _settings(given, progress))
    print_report(report, "text", EVERYTHING)
    return exit_code(report)


def _without_target(given: dict[str, Any]) -> int:
    """Sweep the reference network and print the counts."""
    from gradcheck.checks.swept_case import drawn_case
    from gradcheck.errors import UsageError
    from gradcheck.subjects.discover import declared_in
    from gradcheck.sweep import sweep as swept

    try:
        case = drawn_case(declared_in(_spec("", given)), given["sizes"], given["examples"], seed=given["seed"])
        with _progress("the reference network") as progress:
            found = swept(case.network, case.x, case.y, settings=_settings(given, progress))
    except UsageError as error:
        raise click.UsageError(str(error)) from error
    click.echo(counts_text(found, given["sizes"]))
    return 0


def counts_text(found: Sweep, sizes: tuple[int, ...]) -> str:
    """Return the counts of a sweep as text.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.network import Network
    >>> from gradcheck.sweep import sweep
    >>> found = sweep(Network.random([2, 3, 1], np.random.default_rng(0)), [0.5, 0.25], [1.0])
    >>> print(counts_text(found, (2, 3, 1)).splitlines()[0])
    the reference network [2, 3, 1]: 26 costs asked for, 1 example each
    """
    counts = found.counts
    lines = [
        f"the reference network {list(sizes)}: {counts.costs:,} costs asked for, {counts.examples:,} example"
        f"{'' if counts.examples == 1 else 's'} each",
        f"evaluated, of one example, equal inputs once: {counts.evaluations:,}, and {counts.for_bounds:,} more to measure the truncation",
        f"multiplications: those of {counts.equivalent_passes:,.1f} full forward passes",
        f"spot checks by true full forward passes: {counts.full_passes:,}, all as the sweep has them",
        f"{found.settings.form.value}-form, {found.settings.difference.value} differences, step {found.settings.realised_step:.1e}",
    ]
    if found.settings.form.value == "delta" and found.plain:
        lines.append(f"no identity, so values were subtracted, at: {', '.join(found.plain)}")
    return "\n".join(lines)


def _spec(target: str, given: dict[str, Any]) -> SubjectSpec:
    from gradcheck.subjects.spec import SubjectSpec

    activation = tuple(name.strip() for name in given["activation"].split(",") if name.strip())
    said = {name: given[name] for name in ("cost", "l1", "l2", "batch")}
    return SubjectSpec(target, activation=activation, **said)


def _settings(given: dict[str, Any], progress: Callable[[int, int], object] | None) -> SweepSettings:
    from gradcheck.sweep import Form, SweepSettings

    return SweepSettings(form=Form(given["form"]), jobs=given["jobs"], seed=given["seed"], progress=progress)


@contextlib.contextmanager
def _progress(words: str) -> Iterator[Callable[[int, int], None] | None]:
    """Give a function that shows, on a terminal, how many of the costs are there."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"sweeping {words}", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
