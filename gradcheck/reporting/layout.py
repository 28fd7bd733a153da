"""Lines with a style each, and the ways to make them: wrapped sentences, aligned tables and code; each line knows which it is of."""

from __future__ import annotations

import dataclasses
import enum
import re
import textwrap
from collections.abc import Sequence
from typing import Final

WIDTH: Final = 80
"""Columns a sentence is wrapped at (a count): the narrowest terminal in use; tables and code are never broken."""

GUTTER: Final = "  "

TIE: Final = "\0"
"""Stands for a space at which no line is broken; printable text holds none."""

DIFFERENCE: Final = re.compile(r"(?<=\d) - (?=\d)")
"""The minus between two numbers: 1 - 1e-06 stays on one line."""


class Style(enum.Enum):
    """How a terminal may show a line; the words never depend on it.

    Examples
    --------
    >>> Style["DISAGREE"].value
    'disagree'
    """

    PLAIN = "plain"
    HEADING = "heading"
    CODE = "code"
    FAINT = "faint"
    AGREE = "agree"
    DISAGREE = "disagree"
    INCONCLUSIVE = "inconclusive"
    VACUOUS = "vacuous"


@dataclasses.dataclass(frozen=True)
class Row:
    """One row of a table: its cells, and the style of the line they become.

    Examples
    --------
    >>> Row(("w", "(2, 3)")).style
    <Style.PLAIN: 'plain'>
    """

    cells: tuple[str, ...]
    style: Style = Style.PLAIN


@dataclasses.dataclass(frozen=True)
class Sentence:
    """A sentence before it was wrapped, with the mark before it.

    Examples
    --------
    >>> Sentence("it is doubled", mark="- ").style
    <Style.PLAIN: 'plain'>
    """

    text: str
    mark: str = ""
    style: Style = Style.PLAIN


@dataclasses.dataclass(frozen=True)
class Table:
    """A table before it was aligned: the first `left` columns hold words, the others numbers.

    Examples
    --------
    >>> Table(("block", "digits"), (Row(("w", "11.6")),), left=1).rows[0].cells
    ('w', '11.6')
    """

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    left: int


@dataclasses.dataclass(frozen=True)
class Code:
    """Code before it was indented.

    Examples
    --------
    >>> Code("x = 1").text
    'x = 1'
    """

    text: str


@dataclasses.dataclass(frozen=True)
class Line:
    """One line of a report; `piece` is what it is a line of, for pages that wrap and align by themselves.

    Examples
    --------
    >>> Line("AGREE  gradient", Style.AGREE).text
    'AGREE  gradient'
    """

    text: str
    style: Style = Style.PLAIN
    piece: Sentence | Table | Code | None = dataclasses.field(default=None, compare=False, repr=False)


def printable(text: str) -> str:
    r"""Return `text` on one line, with what a terminal would obey instead of show written as an escape.

    Examples
    --------
    >>> printable("two\nlines"), printable("\x1b[2J")
    ('two lines', '\\x1b[2J')
    """
    return _escaped(" ".join(text.split()))


def sentence(text: str, *, mark: str = "", style: Style = Style.PLAIN) -> list[Line]:
    """Return a sentence wrapped at 80 columns, with `mark` before it and the later lines below its first word.

    Examples
    --------
    >>> [line.text for line in sentence("one " * 21, mark="- ")][1]
    '  one one'
    """
    piece = Sentence(printable(text), mark, style)
    wrapped = textwrap.wrap(
        DIFFERENCE.sub(rf"{TIE}-{TIE}", piece.text),
        WIDTH,
        initial_indent=mark,
        subsequent_indent=" " * len(mark),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [Line(one.rstrip().replace(TIE, " "), style, piece) for one in wrapped]


def table(header: Sequence[str], rows: Sequence[Row], *, left: int) -> list[Line]:
    """Return an aligned table, indented: the first `left` columns to the left, the others (numbers) to the right.

    Examples
    --------
    >>> for line in table(["block", "digits"], [Row(("w", "11.6")), Row(("b", "9.0"))], left=1):
    ...     print(line.text)
      block  digits
      w        11.6
      b         9.0
    """
    every = [Row(tuple(header), Style.HEADING), *(Row(tuple(map(printable, row.cells)), row.style) for row in rows)]
    widths = [max(len(row.cells[i]) for row in every) for i in range(len(header))]
    piece = Table(every[0].cells, tuple(every[1:]), left)
    return [Line((GUTTER + GUTTER.join(_padded(row.cells, widths, left))).rstrip(), row.style, piece) for row in every]


def code(text: str) -> list[Line]:
    """Return code indented and unbroken, so that it can be pasted.

    Examples
    --------
    >>> code("x = 1")[0].text
    '    x = 1'
    """
    lines = [_escaped(one.expandtabs(4).rstrip()) for one in text.split("\n")]
    piece = Code("\n".join(lines))
    return [Line(f"    {one}".rstrip(), Style.CODE, piece) for one in lines]


def _padded(cells: tuple[str, ...], widths: list[int], left: int) -> list[str]:
    """Return the cells at the widths of their columns."""
    words = [cell.ljust(width) for cell, width in zip(cells[:left], widths[:left], strict=True)]
    return words + [cell.rjust(width) for cell, width in zip(cells[left:], widths[left:], strict=True)]


def _escaped(text: str) -> str:
    """Return `text` with control characters, lone surrogates and the like as Python would escape them."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in text)
