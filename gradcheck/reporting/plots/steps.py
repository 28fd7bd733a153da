"""The step plot: what differences are off by at every step, between the truncation of long steps and the noise of short ones."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING, Final

from gradcheck.reporting import numerals
from gradcheck.reporting.layout import Row, Table, printable
from gradcheck.reporting.plots.axes import set_logarithmic
from gradcheck.reporting.plots.canvas import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    ORANGE,
    PURPLE,
    VERMILLION,
    new_figure,
)
from gradcheck.reporting.plots.picture import Picture, figure_of
from gradcheck.results import CheckResult, StepStudy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

KINDS: Final = (
    ("plain", "(46)", BLUE, "o"),
    ("central", "central", ORANGE, "s"),
    ("extrapolated", "extrapolated", PURPLE, "^"),
)
"""What differences there are, what they are called, and how they are drawn."""

TRUNCATING: Final = (1e-5, 1e-2)
"""Steps between which the truncation error of (46) is taken to be C'' h / 2 [in units of the direction]."""


def plot_steps(result: CheckResult) -> Figure:
    """Return the errors of (46), of central and of extrapolated differences against the step, both logarithmic.

    With the line of the measured noise of one evaluation over the step, the slope of the truncation error of (46), and the step at
    which the check would measure.

    Raises
    ------
    ValueError
        If no steps were studied; `gradcheck check --format html` and `gradcheck.checks.steps.with_step_study` do that.
    MissingExtra
        If matplotlib is not installed.

    Examples
    --------
    >>> from gradcheck.results import StepErrors, Verdict
    >>> steps = tuple(StepErrors(10.0**-n, plain=10.0**-n, central=100.0**-n) for n in range(1, 6))
    >>> study = StepStudy("w", steps, claimed=1.0, estimated=1.0, error=1e-11, chosen=1e-3, noise=1e-16)
    >>> plot_steps(CheckResult("gradient", Verdict.AGREE, steps=study)).get_axes()[0].get_xlabel()
    'step (in units of the direction)'
    """
    lacking = "no steps were studied, as gradcheck check --format html does"
    return figure_of(steps_picture(result), lacking)


def steps_picture(result: CheckResult) -> Picture | None:
    """Return the picture, where steps were studied.

    Examples
    --------
    >>> from gradcheck.results import Verdict
    >>> steps_picture(CheckResult("gradient", Verdict.AGREE)) is None
    True
    """
    study = result.steps
    if study is None or not any(math.isfinite(one.plain) for one in study.steps):
        return None
    words = (
        f"Of {printable(study.where)}. To the right steps are too long for the curvature of the cost, to the left rounding, of "
        f"{numerals.error(study.noise)} in one value of the cost, is divided by too short a step. The check measures at the step "
        f"{numerals.error(study.chosen)}, where it knows the slope to {numerals.error(study.error)}."
    )
    return Picture("steps", "The error at every step", words, lambda: _draw(study), _table(study), _gap(study))


def _gap(study: StepStudy) -> str:
    """Say how far the claim is off, where that is more than the errors explain."""
    gap = abs(study.claimed - study.estimated)
    if gap <= 4.0 * study.error or not math.isfinite(gap):
        return ""
    return f"Your gradient is off by {numerals.error(gap)} here, differences at the chosen step by {numerals.error(study.error)}."


def _table(study: StepStudy) -> Table:
    rows = (
        Row((numerals.error(one.step), *(numerals.error(getattr(one, kind)) for kind, *_ in KINDS)))
        for one in reversed(study.steps)
    )
    return Table(("step", *(f"error of {name}" for _, name, *_ in KINDS)), tuple(rows), left=1)


def _draw(study: StepStudy) -> Figure:
    figure = new_figure(3.7)
    axes = figure.subplots()
    steps = [one.step for one in study.steps]
    errors = [getattr(one, kind) for one in study.steps for kind, *_ in KINDS]
    gap = abs(study.claimed - study.estimated)
    is_off = gap > 4.0 * study.error
    set_logarithmic(axes, steps, [*errors, *([gap] if is_off else []), study.error])
    for kind, name, colour, marker in KINDS:
        line = [getattr(one, kind) for one in study.steps]
        axes.plot(steps, line, color=colour, marker=marker, markersize=3.5, linewidth=1.2, label=name)
    _lines(axes, study, steps)
    if is_off:
        axes.axhline(gap, color=VERMILLION, linewidth=1.8, linestyle=(0, (6, 2)), label="your gradient is off by")
    axes.plot([study.chosen], [study.error], marker="*", markersize=13, color=GREEN, linestyle="none", label="chosen")
    axes.axvline(study.chosen, color=GREEN, linewidth=0.8)
    axes.set(xlabel="step (in units of the direction)", ylabel="error of the slope")
    figure.legend(loc="outside upper left", ncols=3, handlelength=1.6, columnspacing=1.0)
    return figure


def _lines(axes: Axes, study: StepStudy, steps: list[float]) -> None:
    """Draw what the measured noise does at every step, and what truncation does to (46)."""
    if study.noise > 0.0:
        noise = [study.noise / t for t in steps]
        axes.plot(steps, noise, color=INK, linewidth=1.0, linestyle=":", label="noise / step")
    rates = [
        one.plain / one.step for one in study.steps if TRUNCATING[0] <= one.step <= TRUNCATING[1] and one.plain > 0.0
    ]
    if rates:
        rate = statistics.median(rates)
        axes.plot(steps, [rate * t for t in steps], color=FAINT, linewidth=1.0, linestyle="--", label="truncation")
