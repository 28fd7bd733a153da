"""Lines with a style each, and the two ways to make them: wrapped sentences and aligned tables."""

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
class Line:
    """One line of a report.

    Examples
    --------
    >>> Line("AGREE  gradient", Style.AGREE).text
    'AGREE  gradient'
    """

    text: str
    style: Style = Style.PLAIN


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
    wrapped = textwrap.wrap(
        DIFFERENCE.sub(rf"{TIE}-{TIE}", printable(text)),
        WIDTH,
        initial_indent=mark,
        subsequent_indent=" " * len(mark),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [Line(one.rstrip().replace(TIE, " "), style) for one in wrapped]


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
    return [Line((GUTTER + GUTTER.join(_padded(row.cells, widths, left))).rstrip(), row.style) for row in every]


def code(text: str) -> list[Line]:
    """Return code indented and unbroken, so that it can be pasted.

    Examples
    --------
    >>> code("x = 1")[0].text
    '    x = 1'
    """
    return [Line(f"    {_escaped(one.expandtabs(4).rstrip())}".rstrip(), Style.CODE) for one in text.split("\n")]


def _padded(cells: tuple[str, ...], widths: list[int], left: int) -> list[str]:
    """Return the cells at the widths of their columns."""
    words = [cell.ljust(width) for cell, width in zip(cells[:left], widths[:left], strict=True)]
    return words + [cell.rjust(width) for cell, width in zip(cells[left:], widths[left:], strict=True)]


def _escaped(text: str) -> str:
    """Return `text` with control characters, lone surrogates and the like as Python would escape them."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in text)
