"""Figures without any state but their own: the colours, the size of letters, and how text is put in."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from gradcheck.reporting.extra import required
from gradcheck.reporting.layout import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK: Final = "#1b1b1b"
PAPER: Final = "#fefefe"
FAINT: Final = "#8c8c8c"

# The palette of Okabe and Ito, which the colour-blind can tell apart.
BLUE: Final = "#0072b2"
GREEN: Final = "#009e73"
VERMILLION: Final = "#d55e00"
ORANGE: Final = "#e69f00"
SKY: Final = "#56b4e9"
PURPLE: Final = "#cc79a7"

WIDTH: Final = 4.6
"""Of a figure [inches]: on a telephone of 400 pixels its letters are still 10 pixels high."""

LETTERS: Final = 10.0
"""Height of letters [points]."""

STYLE: Final = {
    "figure.facecolor": PAPER,
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": LETTERS,
    "axes.titlesize": LETTERS,
    "axes.labelsize": LETTERS,
    "xtick.labelsize": LETTERS - 1,
    "ytick.labelsize": LETTERS - 1,
    "legend.fontsize": LETTERS - 1,
    "legend.frameon": False,
    "text.color": INK,
    "text.parse_math": True,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.grid": False,
    "lines.linewidth": 1.8,
    "hatch.linewidth": 0.8,
    "svg.fonttype": "none",
    "svg.hashsalt": "gradcheck",
    "svg.image_inline": True,
}
"""What a figure of ours is made with, whatever the user's own settings are."""


@contextlib.contextmanager
def own_style() -> Iterator[None]:
    """Draw with our settings alone; those of the user are back afterwards.

    Examples
    --------
    >>> import matplotlib
    >>> before = matplotlib.rcParams["font.size"]
    >>> with own_style():
    ...     inside = matplotlib.rcParams["font.size"]
    >>> inside, matplotlib.rcParams["font.size"] == before
    (10.0, True)
    """
    matplotlib = required("matplotlib")
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)
        yield


def new_figure(height: float, width: float = WIDTH) -> Figure:
    """Return an empty figure [inches], which belongs to nobody else: nothing of pyplot is touched.

    Examples
    --------
    >>> with own_style():
    ...     new_figure(2.0).get_size_inches().tolist()
    [4.6, 2.0]
    """
    figure: Figure = required("matplotlib.figure").Figure(figsize=(width, height), layout="constrained")
    required("matplotlib.backends.backend_svg").FigureCanvasSVG(figure)
    return figure


def write(axes: Axes | Figure, x: float, y: float, words: str, **style: Any) -> None:
    """Write words as they are: a name with a dollar sign in it is no formula, and one with a control character no end of the picture.

    Examples
    --------
    >>> with own_style():
    ...     axes = new_figure(1.0).subplots()
    ...     write(axes, 0.0, 0.0, "cost $x$")
    >>> axes.texts[0].get_parse_math()
    False
    """
    axes.text(x, y, printable(words), parse_math=False, **style)
