"""Pictures of wrong matrices: claimed, right, and the one less the other, so that a transpose, a missing row or a factor is seen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from gradcheck.reporting import numerals
from gradcheck.reporting.extra import required
from gradcheck.reporting.layout import Row, Table, printable
from gradcheck.reporting.plots.canvas import BLUE, FAINT, INK, VERMILLION, WIDTH, new_figure, write
from gradcheck.reporting.plots.picture import Picture, figure_of
from gradcheck.reporting.words import deciding
from gradcheck.results import BlockResult, CheckResult, Matrix, WeightGradient

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LARGEST: Final = 40
"""Rows or columns of a matrix that is drawn (a count)."""

MOST_DRAWN: Final = 3
"""Matrices drawn at most (a count)."""

SHADE: Final = 0.8
"""How dark the largest number is (a share)."""

LEGEND: Final = "Blue (-) is below 0, orange (+) above; the stronger, the larger. An empty cell is 0, or nearly."

SIGNED: Final = 12
"""Columns up to which each cell has its sign written in it (a count)."""


def plot_matrices(result: CheckResult) -> Figure:
    """Return the first wrong matrix as it was claimed, as it should be, and what lies between them.

    Of a network the gradient by the weights of the output-most wrong layer, by (BP1) to (BP4); else a wrong block all of whose
    components were measured, by differences.

    Raises
    ------
    ValueError
        If there is no wrong matrix.
    MissingExtra
        If matplotlib is not installed.

    Examples
    --------
    >>> from gradcheck.results import Component, Status, Verdict
    >>> wrong = tuple(Component("w", (k,), claimed=2.0, estimated=1.0, bound=1e-9) for k in range(2))
    >>> blocks = (BlockResult("w", (2,), Status.DISAGREE),)
    >>> figure = plot_matrices(CheckResult("gradient", Verdict.DISAGREE, blocks=blocks, wrong=wrong, measured=wrong))
    >>> len(figure.get_axes())
    3
    """
    return figure_of(next(iter(matrix_pictures(result)), None), "no matrix was found wrong in which all was measured")


def matrix_pictures(result: CheckResult) -> list[Picture]:
    """Return a picture of each wrong matrix, the first few.

    Examples
    --------
    >>> from gradcheck.results import Verdict
    >>> matrix_pictures(CheckResult("gradient", Verdict.AGREE))
    []
    """
    layers = [(f"nabla_w of layer {one.layer}", one.weights) for one in result.equations if one.weights is not None]
    found = layers or _measured(deciding(result))
    drawable = [(name, both) for name, both in found if _is_drawable(both)]
    by = "what (BP1) to (BP4) give" if layers else "what differences give"
    return [_picture(number, name, both, by) for number, (name, both) in enumerate(drawable[:MOST_DRAWN], 1)]


def _is_drawable(both: WeightGradient) -> bool:
    each = (both.claimed, both.right)
    return all(0 < one.rows <= LARGEST and 0 < one.columns <= LARGEST for one in each) and len(both.right.values) > 1


def _measured(told: CheckResult) -> list[tuple[str, WeightGradient]]:
    """Return the wrong blocks of which all components were measured by themselves; a vector as one row."""
    wrong = {one.block for one in told.wrong}
    return [
        (printable(block.name), both)
        for block in told.blocks
        if block.name in wrong and (both := _as_matrices(block, told))
    ]


def _as_matrices(block: BlockResult, told: CheckResult) -> WeightGradient | None:
    """Return a block as matrices; None where it is none, or some components are missing."""
    components = {one.index: one for one in told.measured if one.block == block.name}
    if not 1 <= len(block.shape) <= 2 or len(components) != block.size:
        return None
    rows, columns = block.shape if len(block.shape) == 2 else (1, block.size)
    each = [components[index] for index in sorted(components)]
    claimed = Matrix(rows, columns, tuple(one.claimed for one in each))
    return WeightGradient(claimed, Matrix(rows, columns, tuple(one.estimated for one in each)))


def _picture(number: int, name: str, both: WeightGradient, by: str) -> Picture:
    heading = f"{name}, claimed and right"
    if not both.fits:
        claimed, right = (f"{one.rows} by {one.columns}" for one in (both.claimed, both.right))
        words = f"At the left what was claimed, a matrix of {claimed}; at the right {by}, one of {right}. {LEGEND}"
        return Picture(f"matrix-{number}", heading, words, lambda: _draw(both), _table(both.right))
    words = f"From the left: what was claimed, {by}, and the first less the second. {LEGEND}"
    return Picture(f"matrix-{number}", heading, words, lambda: _draw(both), _table(both.difference), _largest(both))


def _largest(both: WeightGradient) -> str:
    """Say where the largest difference is."""
    gaps = both.difference
    sizes = [math.inf if math.isnan(value) else abs(value) for value in gaps.values]
    place = max(range(len(sizes)), key=sizes.__getitem__)
    row, column = divmod(place, gaps.columns)
    claimed, right = numerals.values_apart(both.claimed.values[place], both.right.values[place])
    index = f"[{row}, {column}]" if gaps.rows > 1 else f"[{column}]"
    return f"They differ most at {index}: claimed {claimed}, right {right}."


def _table(matrix: Matrix) -> Table:
    """Return a matrix in numbers."""
    rows = (Row((f"row [{n}]", *(f"{value:.3g}" for value in matrix.row(n)))) for n in range(matrix.rows))
    return Table(("", *(f"column [{n}]" for n in range(matrix.columns))), tuple(rows), left=1)


def _draw(both: WeightGradient) -> Figure:
    panels = [("claimed", both.claimed), ("right", both.right)]
    if both.fits:
        panels.append(("claimed - right", both.difference))
    wide = sum(panel.columns for _, panel in panels) + 1.5 * (len(panels) - 1)
    cell = min(0.42, (WIDTH - 0.2) / wide)
    height = cell * max(panel.rows for _, panel in panels) + 0.5
    figure = new_figure(height)
    figure.set_layout_engine("none")
    largest = _size(both.claimed, both.right)
    x = 0.1
    for name, panel in panels:
        axes = figure.add_axes((x / WIDTH, 0.0, panel.columns * cell / WIDTH, 1.0 - 0.3 / height))
        _cells(axes, panel, of=_size(panel) if name == "claimed - right" else largest)
        axes.set(xlim=(-0.06, panel.columns + 0.06), ylim=(height / cell - 0.3 / cell, -0.06))
        axes.set_axis_off()
        write(
            figure,
            (x + panel.columns * cell / 2) / WIDTH,
            1.0 - 0.14 / height,
            name,
            ha="center",
            va="center",
            color=INK,
        )
        x += (panel.columns + 1.5) * cell
    return figure


def _size(*matrices: Matrix) -> float:
    """Return the largest size of a number that is one."""
    return max((abs(value) for one in matrices for value in one.values if math.isfinite(value)), default=0.0)


def _cells(axes: Axes, matrix: Matrix, *, of: float) -> None:
    """Draw the numbers as cells, each as dark as its share of the largest."""
    rectangle = required("matplotlib.patches").Rectangle
    for place, value in enumerate(matrix.values):
        row, column = divmod(place, matrix.columns)
        is_number = math.isfinite(value)
        share = abs(value) / of if is_number and of > 0.0 else 0.0
        colour = VERMILLION if value > 0.0 else BLUE
        shade = {"facecolor": (colour, SHADE * math.sqrt(share))} if is_number else {"fill": False, "hatch": "xxx"}
        edge = {"edgecolor": FAINT, "linewidth": 0.5, "clip_on": False}
        axes.add_patch(rectangle((column, row), 1.0, 1.0, **shade, **edge))
        if matrix.columns <= SIGNED and share > 0.02:
            sign = "+" if value > 0.0 else "-"
            write(axes, column + 0.5, row + 0.5, sign, ha="center", va="center", color=INK, fontsize=9.0)
