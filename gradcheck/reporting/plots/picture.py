"""One picture of a page: what it shows in words, its numbers as a table, and the figure, drawn when it is asked for."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from gradcheck.reporting.layout import Table
from gradcheck.reporting.plots.canvas import own_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclasses.dataclass(frozen=True)
class Picture:
    """A picture with all that stands around it.

    Attributes
    ----------
    name : str
        In letters of an identifier: unlike that of any other picture of one result.
    heading : str
    words : str
        What is to be seen, in sentences: also what a screen reader says in its place.
    draw : callable
        Draws it.
    table : Table or None
        Its numbers; None where they stand in the text of the page already.
    verdict : str
        The first of its words, where they are to be told from the rest; else empty.

    Examples
    --------
    >>> from gradcheck.reporting.plots.canvas import new_figure
    >>> Picture("empty", "Nothing", "Nothing is to be seen.", lambda: new_figure(1.0)).figure().get_axes()
    []
    """

    name: str
    heading: str
    words: str
    draw: Callable[[], Figure]
    table: Table | None = None
    verdict: str = ""

    def figure(self) -> Figure:
        """Return the figure, drawn anew, in our own style.

        Raises
        ------
        MissingExtra
            If matplotlib is not installed.
        """
        with own_style():
            return self.draw()


def figure_of(picture: Picture | None, lacking: str) -> Figure:
    """Return the figure of a picture.

    Raises
    ------
    ValueError
        If there is no picture, with what the result lacks.

    Examples
    --------
    >>> figure_of(None, "this result has no blocks")
    Traceback (most recent call last):
    ...
    ValueError: there is nothing to draw: this result has no blocks
    """
    if picture is None:
        _refuse(lacking)
    return picture.figure()


def _refuse(lacking: str) -> NoReturn:
    raise ValueError(f"there is nothing to draw: {lacking}")
