"""The map of what learns nothing: components whose gradient is 0, or too small to be judged, where neurons are saturated or dead."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from gradcheck.reporting import numerals
from gradcheck.reporting.extra import required
from gradcheck.reporting.layout import Row, Style, Table, printable
from gradcheck.reporting.plots.canvas import FAINT, GREEN, INK, SKY, WIDTH, new_figure, write
from gradcheck.reporting.plots.picture import Picture, figure_of
from gradcheck.reporting.words import listed, teller
from gradcheck.results import BlockResult, CheckResult, Matrix

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Maps = list[tuple[str, Matrix]]

MOST_DRAWN: Final = 6
"""Blocks drawn at most (a count)."""

MOST_NAMED: Final = 8
"""Rows or columns named in a sentence at most (a count)."""

DARKEST: Final = 6.0
"""Powers of ten above its resolution from which a component is as dark as can be (a count)."""


def plot_stillness(result: CheckResult) -> Figure:
    """Return a map of each block in which some components have no gradient that could be judged: hatched where that is so.

    Raises
    ------
    ValueError
        If all components that were looked at are large enough.
    MissingExtra
        If matplotlib is not installed.

    Examples
    --------
    >>> from gradcheck.results import Status, Verdict
    >>> block = BlockResult("b", (2,), Status.AGREE, sizes=Matrix(1, 2, (0.0, 1e5)))
    >>> len(plot_stillness(CheckResult("gradient", Verdict.AGREE, blocks=(block,))).get_axes())
    1
    """
    return figure_of(stillness_picture(result), "every component has a gradient large enough to be judged")


def stillness_picture(result: CheckResult) -> Picture | None:
    """Return the picture, where some components have no gradient that could be judged.

    Examples
    --------
    >>> from gradcheck.results import Status, Verdict
    >>> block = BlockResult("w", (2, 2), Status.AGREE, sizes=Matrix(2, 2, (0.0, 0.0, 1e5, 1e4)))
    >>> stillness_picture(CheckResult("gradient", Verdict.AGREE, blocks=(block,))).verdict
    'w: 2 of 4 components, all of row [0].'
    """
    told = result if result.blocks else teller(result)
    maps: Maps = [(printable(block.name), block.sizes) for block in told.blocks if block.sizes is not None]
    if not maps:
        return None
    verdict = " ".join(_sentence(name, sizes) for name, sizes in maps[:MOST_DRAWN])
    words = (
        "Hatched: no gradient that could be judged, as of neurons that are saturated or dead, or of inputs that are 0: nothing is "
        "learnt there, and nothing is proved. Shaded: the darker, the larger; what is pale learns slowly."
    )
    table = _table([block for block in told.blocks if block.sizes is not None])
    return Picture("stillness", "What learns nothing here", words, lambda: _draw(maps[:MOST_DRAWN]), table, verdict)


def _is_still(size: float) -> bool:
    return not size > 1.0


def _sentence(name: str, sizes: Matrix) -> str:
    """Say how many components of a block are still, and in which rows and columns all are."""
    still = [_is_still(size) for size in sizes.values]
    if all(still):
        return f"{name}: all {len(still):,} components."
    if sizes.rows == 1:
        places = [f"[{n}]" for n, one in enumerate(still) if one]
        return f"{name}: {sum(still):,} of {len(still):,} components, {listed(places, MOST_NAMED)}."
    rows = [row for row in range(sizes.rows) if all(still[row * sizes.columns : (row + 1) * sizes.columns])]
    columns = [column for column in range(sizes.columns) if all(still[column :: sizes.columns])]
    where = [
        f"{kind}{'s' if len(some) > 1 else ''} {listed([f'[{n}]' for n in some], MOST_NAMED)}"
        for kind, some, of in (("row", rows, sizes.rows), ("column", columns, sizes.columns))
        if some and of > 1
    ]
    whole = f", all of {' and '.join(where)}" if where else ""
    return f"{name}: {sum(still):,} of {len(still):,} components{whole}."


def _table(blocks: list[BlockResult]) -> Table:
    """Return how many components of each block are still, and the least that would have been seen."""
    rows = []
    for block in blocks:
        values = () if block.sizes is None else block.sizes.values
        still = sum(map(_is_still, values))
        resolution = "-" if block.resolution is None else numerals.limit(block.resolution)
        style = Style.VACUOUS if still == len(values) else Style.PLAIN
        rows.append(Row((block.name, f"{still:,}", f"{len(values):,}", resolution), style))
    return Table(("block", "without a gradient", "components", "would have been seen"), tuple(rows), left=1)


def _draw(maps: Maps) -> Figure:
    cells = [min(0.3, (WIDTH - 0.3) / sizes.columns) for _, sizes in maps]
    heights = [0.42 + cell * sizes.rows for cell, (_, sizes) in zip(cells, maps, strict=True)]
    whole = sum(heights) + 0.1
    figure = new_figure(whole)
    figure.set_layout_engine("none")
    top = whole
    for cell, height, (name, sizes) in zip(cells, heights, maps, strict=True):
        write(figure, 0.02, (top - 0.2) / whole, name, va="center", color=INK)
        place = (0.02, (top - height) / whole, sizes.columns * cell / WIDTH, cell * sizes.rows / whole)
        axes = figure.add_axes(place)
        axes.set(xlim=(0.0, sizes.columns), ylim=(sizes.rows, 0.0))
        axes.set_axis_off()
        _cells(axes, sizes)
        top -= height
    return figure


def _cells(axes: Axes, sizes: Matrix) -> None:
    """Draw a cell for each component: hatched, or as dark as it is far above its resolution."""
    rectangle = required("matplotlib.patches").Rectangle
    for place, size in enumerate(sizes.values):
        row, column = divmod(place, sizes.columns)
        if _is_still(size):
            shade = {"fill": False, "edgecolor": SKY, "hatch": "////"}
        else:
            shade = {"facecolor": (GREEN, 0.1 + 0.7 * min(1.0, math.log10(size) / DARKEST)), "edgecolor": FAINT}
        axes.add_patch(rectangle((column, row), 1.0, 1.0, linewidth=0.5, clip_on=False, **shade))
