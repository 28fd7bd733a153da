"""One result as a part of a page: the verdict first, then why, then the pictures, then the details and the price."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

from gradcheck.reporting.extra import required
from gradcheck.reporting.html.pieces import Piece, pieces, table_piece
from gradcheck.reporting.layout import printable
from gradcheck.reporting.levels import Explain
from gradcheck.reporting.plots.picture import Picture
from gradcheck.reporting.plots.pictures import pictures_of
from gradcheck.reporting.plots.price import price_picture
from gradcheck.reporting.plots.svg import inline_svg
from gradcheck.reporting.text import price_lines, sections
from gradcheck.reporting.words import essence, title
from gradcheck.results import CheckResult, Verdict

MARKS: Final = {Verdict.AGREE: "✓", Verdict.DISAGREE: "✗", Verdict.INCONCLUSIVE: "?"}
"""What stands beside the name of a verdict, which is told by more than a colour."""


@dataclasses.dataclass(frozen=True)
class Shown:
    """A picture as it stands in a page.

    Examples
    --------
    >>> Shown("price", "The price", "", "24 passes", "<svg></svg>", None).heading
    'The price'
    """

    name: str
    heading: str
    verdict: str
    words: str
    svg: Any
    table: Piece | None


@dataclasses.dataclass(frozen=True)
class Told:
    """All that a page tells of one result.

    Attributes
    ----------
    name : str
        Unlike that of any other result of the page: its anchor, and what the names of its pictures begin with.
    verdict, mark : str
    title, essence : str
    why, details : list of list of Piece
        Sections.
    price : list of Piece
    pictures, bars : list of Shown
        The one of the price by itself.

    Examples
    --------
    >>> told = tell(CheckResult("gradient", Verdict.AGREE), "check-1")
    >>> told.mark, told.title, told.pictures
    ('✓', 'gradient', [])
    """

    name: str
    verdict: str
    mark: str
    title: str
    essence: str
    why: list[list[Piece]]
    details: list[list[Piece]]
    price: list[Piece]
    pictures: list[Shown]
    bars: list[Shown]


def tell(result: CheckResult, name: str, explain: Explain = Explain.NUMBERS) -> Told:
    """Return what a page tells of a result; below `Explain.NUMBERS` no right value is in it, nor in its pictures.

    Raises
    ------
    MissingExtra
        If matplotlib is not installed.

    Examples
    --------
    >>> tell(CheckResult("gradient", Verdict.INCONCLUSIVE), "check-1").why[0][0].words
    'Nothing was decided: your gradient may be right, and it may be wrong.'
    """
    bars = price_picture(result)
    return dataclasses.replace(
        tell_plainly(result, name, explain),
        pictures=[show(picture, name) for picture in pictures_of(result, explain)],
        bars=[] if bars is None else [show(bars, name)],
    )


def tell_plainly(result: CheckResult, name: str, explain: Explain = Explain.NUMBERS) -> Told:
    """Return the same without pictures.

    Examples
    --------
    >>> tell_plainly(CheckResult("gradient", Verdict.AGREE, parameters=2, forward_passes=24), "check-1").bars
    []
    """
    said = sections(result, explain)
    return Told(
        name=name,
        verdict=result.verdict.name,
        mark=MARKS[result.verdict],
        title=title(result, explain),
        essence=printable(essence(result, explain)),
        why=[pieces(section) for section in said.why],
        details=[pieces(section) for section in said.details],
        price=pieces(price_lines(result)),
        pictures=[],
        bars=[],
    )


def show(picture: Picture, of: str) -> Shown:
    """Return a picture of the result `of` as it stands in a page.

    Examples
    --------
    >>> from gradcheck.reporting.plots.canvas import new_figure
    >>> shown = show(Picture("empty", "Nothing", "No <b>.", lambda: new_figure(1.0)), "check-1")
    >>> shown.name, str(shown.svg).count("<b>")
    ('check-1-empty', 0)
    """
    name = f"{of}-{picture.name}"
    words = " ".join(filter(None, (picture.verdict, picture.words)))
    svg = required("markupsafe").Markup(inline_svg(picture.figure(), name, words))
    table = None if picture.table is None else table_piece(picture.table)
    return Shown(name, picture.heading, picture.verdict, picture.words, svg, table)
