"""Taylor's remainder: how fast what the claimed slope leaves of the cost vanishes with the step, and what that means, in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from gradcheck.reporting import numerals
from gradcheck.reporting.layout import Row, Table, printable
from gradcheck.reporting.plots.axes import set_logarithmic
from gradcheck.reporting.plots.canvas import FAINT, GREEN, INK, VERMILLION, new_figure
from gradcheck.reporting.plots.picture import Picture, figure_of
from gradcheck.results import CheckResult, StepErrors, StepStudy, Verdict

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CLEAR: Final = 100.0
"""Remainders of so many times the noise of one evaluation show their slope (dimensionless): it is known to a percent then."""

LONGEST: Final = 0.1
"""Steps from here on are too long for the first terms of a series [in units of the direction]."""

FITTED: Final = 5
"""Steps the slope is taken from, the shortest clear ones (a count): two and a half decades."""

FEWEST: Final = 3
"""Steps without which there is no slope (a count)."""

WRONG_BELOW, RIGHT_FROM = 1.2, 1.8
"""A slope of 1 is that of a wrong gradient, one of 2 or more of a right one (dimensionless); between them nothing is said."""


def plot_remainder(result: CheckResult) -> Figure:
    """Return |C(w + t v) - C(w) - t times the claimed slope| against t, both logarithmic: slope 2 where the gradient is right, else 1.

    Raises
    ------
    ValueError
        If no steps were studied, or the cost is straight along the direction.
    MissingExtra
        If matplotlib is not installed.

    Examples
    --------
    >>> steps = tuple(StepErrors(10.0**-n, plain=0.0, remainder=100.0**-n) for n in range(1, 6))
    >>> study = StepStudy("w", steps, claimed=1.0, estimated=1.0, noise=1e-16)
    >>> plot_remainder(CheckResult("gradient", Verdict.AGREE, steps=study)).get_axes()[0].get_xlabel()
    'step t (in units of the direction)'
    """
    return figure_of(remainder_picture(result), "no steps were studied, or nothing of the cost stands out of its noise")


def remainder_picture(result: CheckResult) -> Picture | None:
    """Return the picture, where steps were studied and the remainder stands out of the noise.

    Examples
    --------
    >>> steps = tuple(StepErrors(10.0**-n, plain=0.0, remainder=3 * 10.0**-n) for n in range(1, 6))
    >>> study = StepStudy("w", steps, noise=1e-16)
    >>> remainder_picture(CheckResult("gradient", Verdict.DISAGREE, steps=study)).verdict
    'slope 1.0: the gradient is wrong along this direction.'
    """
    study = result.steps
    fitted = [] if study is None else _clear(study)
    if study is None or len(fitted) < FEWEST:
        return None
    slope = _slope(fitted)
    words = (
        f"What is left of the cost when the claimed slope is taken off, of {printable(study.where)}: |C(w + t v) - C(w) - t g.v|. A right "
        "gradient leaves the curvature, which falls with the square of the step; a wrong one leaves its error, which falls with the step."
    )
    verdict = slope_in_words(slope, result.verdict)
    return Picture(
        "remainder", "Taylor's remainder", words, lambda: _draw(study, slope, fitted), _table(study), verdict
    )


def slope_in_words(slope: float, verdict: Verdict) -> str:
    """Return what the slope of the remainder means, beside the verdict of the whole check.

    Examples
    --------
    >>> slope_in_words(2.0, Verdict.AGREE), slope_in_words(2.0, Verdict.DISAGREE)
    ('slope 2.0: right.', 'slope 2.0: right along this direction.')
    """
    number = f"slope {slope:.1f}"
    if slope >= RIGHT_FROM:
        return f"{number}: right{'' if verdict is Verdict.AGREE else ' along this direction'}."
    if slope <= WRONG_BELOW and verdict is Verdict.DISAGREE:
        return f"{number}: the gradient is wrong along this direction."
    if slope <= WRONG_BELOW and verdict is Verdict.INCONCLUSIVE:
        return f"{number}: the gradient is wrong along this direction, or the cost has a kink here."
    return f"{number}: this picture alone does not tell; the verdict above rests on more than it."


def _clear(study: StepStudy) -> list[StepErrors]:
    """Return the shortest steps whose remainder stands out of the noise."""
    known = [one for one in study.steps if math.isfinite(one.remainder) and one.step <= LONGEST]
    # A remainder that dips back into the noise at a longer step says nothing at the shorter ones.
    hidden = max((one.step for one in known if not one.remainder > CLEAR * study.noise), default=0.0)
    return [one for one in known if one.step > hidden and one.remainder > 0.0][:FITTED]


def _slope(fitted: list[StepErrors]) -> float:
    """Return the slope of a straight line through the logarithms, by least squares."""
    x, y = [math.log(one.step) for one in fitted], [math.log(one.remainder) for one in fitted]
    middle, height = sum(x) / len(x), sum(y) / len(y)
    above = sum((a - middle) * (b - height) for a, b in zip(x, y, strict=True))
    return above / sum((a - middle) ** 2 for a in x)


def _table(study: StepStudy) -> Table:
    rows = (Row((numerals.error(one.step), numerals.error(one.remainder))) for one in reversed(study.steps))
    return Table(("step", "remainder"), tuple(rows), left=1)


def _draw(study: StepStudy, slope: float, fitted: list[StepErrors]) -> Figure:
    figure = new_figure(3.0)
    axes = figure.subplots()
    steps, left = [one.step for one in study.steps], [one.remainder for one in study.steps]
    set_logarithmic(axes, steps, left)
    colour = GREEN if slope >= RIGHT_FROM else VERMILLION
    axes.plot(steps, left, color=colour, marker="o", markersize=3.5, linewidth=1.2, label="remainder")
    anchor = fitted[len(fitted) // 2]
    for number, style in ((1, ":"), (2, "--")):
        line = [anchor.remainder * (t / anchor.step) ** number for t in steps]
        axes.plot(
            steps, line, color=FAINT if number == 2 else INK, linewidth=1.0, linestyle=style, label=f"slope {number}"
        )
    if study.noise > 0.0:
        axes.axhline(study.noise, color=INK, linewidth=0.8, label="noise of one value")
    axes.set(xlabel="step t (in units of the direction)", ylabel="remainder")
    figure.legend(loc="outside upper left", ncols=4, handlelength=1.4, columnspacing=0.9)
    return figure
