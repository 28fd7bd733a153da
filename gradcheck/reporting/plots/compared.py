"""The picture of claimed against estimated: where a point lies off the line by more than its bar, the claim is wrong."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from gradcheck.reporting import numerals
from gradcheck.reporting.layout import Row, Style, Table, printable
from gradcheck.reporting.plots.axes import set_symmetric
from gradcheck.reporting.plots.canvas import FAINT, GREEN, INK, VERMILLION, new_figure, write
from gradcheck.reporting.plots.picture import Picture, figure_of
from gradcheck.reporting.words import deciding
from gradcheck.results import BlockResult, CheckResult, Component, Status

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_NAMED: Final = 8
"""Wrong points named in the picture (a count)."""

MOST_ROWS: Final = 100
"""Points of the table (a count): the worst of more."""

LONGEST: Final = 20
"""Letters of a name in the picture (a count)."""


@dataclasses.dataclass(frozen=True)
class Point:
    """One slope: of a component along its axis, or of a block along a random direction.

    Examples
    --------
    >>> Point("w[0]", claimed=1.0, estimated=2.0, bound=1e-9, is_wrong=True).gap
    1.0
    """

    name: str
    claimed: float
    estimated: float
    bound: float
    is_wrong: bool

    @property
    def gap(self) -> float:
        """How far apart the two are."""
        return abs(self.claimed - self.estimated)


def plot_claimed_against_estimated(result: CheckResult) -> Figure:
    """Return the scatter of what was claimed against what was estimated by (46)'s relatives, with bars of the allowed gap.

    The components that were measured by themselves, where some were; else the blocks along random directions.

    Raises
    ------
    ValueError
        If nothing was measured.
    MissingExtra
        If matplotlib is not installed.

    Examples
    --------
    >>> from gradcheck.results import Verdict
    >>> block = BlockResult("w", (2,), Status.AGREE, claimed=1.0, estimated=1.0, bound=1e-9)
    >>> figure = plot_claimed_against_estimated(CheckResult("gradient", Verdict.AGREE, blocks=(block,)))
    >>> figure.get_axes()[0].get_ylabel()
    'claimed'
    """
    return figure_of(compared_picture(result), "no slope was measured")


def compared_picture(result: CheckResult) -> Picture | None:
    """Return the picture, where anything but zeros was measured.

    Examples
    --------
    >>> from gradcheck.results import Verdict
    >>> compared_picture(CheckResult("gradient", Verdict.AGREE)) is None
    True
    """
    told = deciding(result)
    points = _points(told)
    if not any(point.claimed or point.estimated for point in points):
        return None
    wrong = sum(point.is_wrong for point in points)
    what = "components, each measured by itself" if told.measured else "blocks, each along a random direction"
    verdict = f"{wrong:,} of {len(points):,} lie off the line by more than is allowed." if wrong else ""
    words = (
        f"The {what}: on the line claimed and estimated are equal; a bar is the allowed gap, often too short to be seen. Crosses are "
        "wrong, circles are not."
    )
    heading = "Claimed against estimated"
    return Picture("compared", heading, words, lambda: _draw(points), _table(points), verdict)


def _points(told: CheckResult) -> list[Point]:
    """Return the components that were measured by themselves, or else the blocks."""
    known: Iterable[Component | BlockResult] = told.measured or told.wrong or told.blocks
    wrong = {(one.block, one.index) for one in told.wrong}
    found = []
    for one in known:
        if not (math.isfinite(one.estimated) and math.isfinite(one.claimed) and 0.0 <= one.bound < math.inf):
            continue
        if isinstance(one, BlockResult):
            is_wrong = one.status is Status.DISAGREE
        else:
            is_wrong = (one.block, one.index) in wrong or not abs(one.claimed - one.estimated) <= one.bound
        found.append(Point(printable(one.name), one.claimed, one.estimated, one.bound, is_wrong))
    return found


def _table(points: list[Point]) -> Table:
    """Return the points in numbers, those that are wrong first."""
    worst = sorted(points, key=lambda point: (not point.is_wrong, -point.gap))[:MOST_ROWS]
    return Table(("of", "claimed", "estimated", "difference", "allowed"), tuple(map(_row, worst)), left=1)


def _row(point: Point) -> Row:
    values = numerals.values_apart(point.claimed, point.estimated)
    gaps = numerals.errors_apart(point.gap, point.bound)
    return Row((point.name, *values, *gaps), Style.DISAGREE if point.is_wrong else Style.PLAIN)


def _draw(points: list[Point]) -> Figure:
    figure = new_figure(3.6)
    figure.set_layout_engine("none")
    wrong = sorted((point for point in points if point.is_wrong), key=lambda point: -point.gap)
    axes = figure.add_axes((0.15, 0.15, 0.56 if wrong else 0.8, 0.8))
    set_symmetric(axes, [value for point in points for value in (point.claimed, point.estimated)])
    ends = axes.get_xlim()
    axes.plot(ends, ends, color=FAINT, linewidth=1.0, zorder=1)
    for alike, colour, marker in ((False, GREEN, "o"), (True, VERMILLION, "X")):
        some = [point for point in points if point.is_wrong is alike]
        axes.errorbar(
            [point.estimated for point in some],
            [point.claimed for point in some],
            xerr=[point.bound for point in some],
            fmt=marker,
            color=colour,
            markersize=7 if alike else 6,
            markerfacecolor=colour if alike else "none",
            elinewidth=1.2,
            capsize=2,
            zorder=3 if alike else 2,
        )
    axes.set(xlabel="estimated (symmetric logarithm)", ylabel="claimed")
    _name(axes, wrong[:MOST_NAMED], left=len(wrong) - MOST_NAMED)
    return figure


def _name(axes: Axes, wrong: list[Point], *, left: int) -> None:
    """Name the wrong points at the right, each joined to its name by a line, no two names over each other."""
    if not wrong:
        return
    from_top = sorted(wrong, key=lambda point: -point.claimed)
    x = (0.74 - 0.15) / 0.56
    for number, point in enumerate(from_top):
        y = 0.97 - number * 0.1
        name = point.name if len(point.name) <= LONGEST else f"{point.name[: LONGEST - 1]}…"
        axes.annotate(
            name,
            (point.estimated, point.claimed),
            (x, y),
            textcoords="axes fraction",
            parse_math=False,
            va="center",
            color=INK,
            fontsize=9.0,
            arrowprops={
                "arrowstyle": "-",
                "color": FAINT,
                "linewidth": 0.7,
                "shrinkA": 2,
                "shrinkB": 4,
                "relpos": (0.0, 0.5),
            },
            annotation_clip=False,
        )
    if left > 0:
        write(
            axes,
            x,
            0.97 - len(from_top) * 0.1,
            f"and {left:,} more",
            transform=axes.transAxes,
            va="center",
            fontsize=9.0,
        )
