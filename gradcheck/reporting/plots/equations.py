"""The picture of the equations: the network layer by layer, and beside each layer which of (BP1) to (BP4) hold there."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from gradcheck.reporting.equations import COLUMNS, MARKS, broken_words
from gradcheck.reporting.extra import required
from gradcheck.reporting.plots.canvas import (
    FAINT,
    GREEN,
    INK,
    ORANGE,
    PAPER,
    SKY,
    VERMILLION,
    WIDTH,
    new_figure,
    write,
)
from gradcheck.reporting.plots.picture import Picture, figure_of
from gradcheck.results import CheckResult, EquationResult, EquationStatus

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS: Final = {
    EquationStatus.HOLDS: GREEN,
    EquationStatus.BROKEN: VERMILLION,
    EquationStatus.CARRIED: ORANGE,
    EquationStatus.VACUOUS: SKY,
    EquationStatus.UNJUDGED: FAINT,
}

PATTERNS: Final = {
    EquationStatus.BROKEN: "xxx",
    EquationStatus.CARRIED: "///",
    EquationStatus.VACUOUS: "...",
}
"""What tells the statuses apart without their colours, beside the words in them."""

MOST_NEURONS: Final = 7
"""Neurons of a layer drawn at most (a count)."""

NETWORK: Final = (0.3, 1.7)
"""Where the neurons stand, from left to right [inches]."""

TILES: Final = (1.85, 2.77, 3.69)
"""Where the tiles begin [inches]."""

TILE: Final = (0.86, 0.44)
"""Width and height of a tile [inches]."""

ROW: Final = 0.72
"""From one layer to the next [inches]."""


def plot_equations(result: CheckResult) -> Figure:
    """Return the picture of (BP1) to (BP4) at each layer of a network, the output layer at the top.

    Raises
    ------
    ValueError
        If the result is not of a network, or its equations were not looked at.
    MissingExtra
        If matplotlib is not installed.

    Examples
    --------
    >>> from gradcheck.results import Verdict
    >>> holds = EquationResult("BP1", 3, EquationStatus.HOLDS, sizes=(2, 3, 1))
    >>> figure = plot_equations(CheckResult("Network", Verdict.AGREE, equations=(holds,)))
    >>> len(figure.get_axes())
    1
    """
    return figure_of(equations_picture(result), "no equation was looked at, as it is of a network class")


def equations_picture(result: CheckResult) -> Picture | None:
    """Return the picture, where there are equations.

    Examples
    --------
    >>> from gradcheck.results import Verdict
    >>> equations_picture(CheckResult("gradient", Verdict.AGREE)) is None
    True
    """
    equations = result.equations
    if not equations:
        return None
    wrong = broken_words(equations)
    counts = [(status, sum(one.status is status for one in equations)) for status in MARKS]
    told = ", ".join(f"{count} {MARKS[status]}" for status, count in counts if count)
    is_carried = any(one.status is EquationStatus.CARRIED for one in equations)
    whole = (
        "No equation fails by itself: what they were given is wrong already." if is_carried else "No equation fails."
    )
    verdict = f"{wrong}." if wrong else whole
    words = f"The layers from the output at the top to the input, and beside each its equations: {told}."
    return Picture("equations", "The equations, layer by layer", words, lambda: _draw(equations), verdict=verdict)


def _draw(equations: tuple[EquationResult, ...]) -> Figure:
    last = max(len(one.sizes) or one.layer for one in equations)
    sizes = equations[0].sizes or (0,) * last
    height = ROW * last + 0.35
    figure = new_figure(height)
    figure.set_layout_engine("none")
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=(0.0, WIDTH), ylim=(0.0, height))
    axes.set_axis_off()
    _connect(axes, sizes)
    for layer in range(1, last + 1):
        _neurons(axes, layer, sizes[layer - 1], name=_name(layer, last))
        _tiles(axes, layer, [one for one in equations if one.layer == layer])
    for x, (name, _) in zip(TILES, COLUMNS, strict=True):
        write(axes, x + TILE[0] / 2, height - 0.16, name, ha="center", va="center", color=INK)
    return figure


def _name(layer: int, last: int) -> str:
    return {1: "1 (input)", last: f"{layer} (output)"}.get(layer, str(layer))


def _height_of(layer: int) -> float:
    return ROW * (layer - 0.5) + 0.08


def _places(size: int) -> list[float]:
    """Return where the neurons of a layer are drawn."""
    shown = min(size, MOST_NEURONS)
    middle, width = sum(NETWORK) / 2, NETWORK[1] - NETWORK[0]
    return [middle + width * (n - (shown - 1) / 2) / MOST_NEURONS for n in range(shown)]


def _connect(axes: Axes, sizes: tuple[int, ...]) -> None:
    """Draw the weights, as lines."""
    for layer in range(1, len(sizes)):
        pairs = [(below, above) for below in _places(sizes[layer - 1]) for above in _places(sizes[layer])]
        x = [place for below, above in pairs for place in (below, above, math.nan)]
        y = [_height_of(layer), _height_of(layer + 1), math.nan] * len(pairs)
        axes.plot(x, y, color=FAINT, linewidth=0.5, alpha=0.6, zorder=1)


def _neurons(axes: Axes, layer: int, size: int, *, name: str) -> None:
    """Draw the neurons of a layer, and say which it is and how many they are."""
    patches = required("matplotlib.patches")
    y = _height_of(layer)
    for x in _places(size):
        axes.add_patch(patches.Circle((x, y), 0.075, facecolor=PAPER, edgecolor=INK, linewidth=1.0, zorder=2))
    more = f", {size:,} neurons" if size > MOST_NEURONS else ""
    write(axes, 0.04, y + 0.17, f"{name}{more}", ha="left", va="bottom", color=INK, fontsize=9.0, zorder=3)


def _tiles(axes: Axes, layer: int, here: list[EquationResult]) -> None:
    """Draw a tile for each equation of a layer."""
    for x, (_, names) in zip(TILES, COLUMNS, strict=True):
        found = [one for one in here if one.equation in names]
        if found:
            _tile(axes, x, _height_of(layer), min(found, key=lambda one: [*MARKS].index(one.status)))


def _tile(axes: Axes, x: float, y: float, one: EquationResult) -> None:
    """Draw one tile: its colour, its pattern and its words say the same."""
    patches = required("matplotlib.patches")
    colour, (width, height) = COLOURS[one.status], TILE
    place = {"xy": (x, y - height / 2), "width": width, "height": height}
    axes.add_patch(patches.Rectangle(**place, facecolor=colour, alpha=0.16, linewidth=0.0))
    # The pattern keeps to the edge at the left: behind the words it would make them hard to read.
    edge = {"xy": (x, y - height / 2), "width": 0.14, "height": height}
    axes.add_patch(
        patches.Rectangle(**edge, facecolor="none", edgecolor=colour, hatch=PATTERNS.get(one.status), linewidth=0.0)
    )
    axes.add_patch(patches.Rectangle(**place, facecolor="none", edgecolor=colour, linewidth=1.6))
    middle = x + 0.14 + (width - 0.14) / 2
    write(axes, middle, y + 0.09, one.equation, ha="center", va="center", color=INK, fontsize=9.0)
    weight = "bold" if one.status is EquationStatus.BROKEN else "normal"
    write(axes, middle, y - 0.1, MARKS[one.status], ha="center", va="center", color=INK, fontsize=9.0, weight=weight)
