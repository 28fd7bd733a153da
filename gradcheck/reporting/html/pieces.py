"""The lines of the text report as what they are lines of: headings, sentences, lists, tables and code, for a page to lay out."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Iterator
from typing import Final

from gradcheck.reporting.layout import Code, Line, Row, Sentence, Style, Table

STATUS: Final = (Style.AGREE, Style.DISAGREE, Style.INCONCLUSIVE, Style.VACUOUS, Style.FAINT)
"""Styles that a page shows; the others are those of headings and code."""


@dataclasses.dataclass(frozen=True)
class Piece:
    """One piece of a page: `kind` is heading, sentence, list, table or code, and tells which of the others it has.

    Examples
    --------
    >>> Piece("heading", words="Blocks").items
    ()
    """

    kind: str
    words: str = ""
    style: str = ""
    items: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    left: int = 0


def pieces(lines: Iterable[Line]) -> list[Piece]:
    """Return what lines are lines of, one item of a list after the other as one list.

    Examples
    --------
    >>> from gradcheck.reporting.layout import sentence
    >>> found = pieces([Line("Notes:", Style.HEADING), *sentence("one " * 30, mark="- "), *sentence("two", mark="- ")])
    >>> [(piece.kind, len(piece.items)) for piece in found]
    [('heading', 0), ('list', 2)]
    """
    found: list[Piece] = []
    for piece in _each(lines):
        if piece.kind == "list" and found and found[-1].kind == "list":
            found[-1] = dataclasses.replace(found[-1], items=(*found[-1].items, *piece.items))
        else:
            found.append(piece)
    return found


def table_piece(table: Table) -> Piece:
    """Return a table as a piece.

    Examples
    --------
    >>> table_piece(Table(("block",), (), left=1)).header
    ('block',)
    """
    return Piece("table", header=table.header, rows=table.rows, left=table.left)


def _each(lines: Iterable[Line]) -> Iterator[Piece]:
    """Yield one piece for all the lines of each."""
    for _, group in itertools.groupby(lines, key=_owner):
        of_one = list(group)
        made_of = of_one[0].piece
        if isinstance(made_of, Sentence):
            yield _of_sentence(made_of)
        elif isinstance(made_of, Table):
            yield table_piece(made_of)
        elif isinstance(made_of, Code):
            yield Piece("code", words=made_of.text)
        else:
            yield from filter(None, map(_alone, of_one))


def _owner(line: Line) -> int:
    """Return what is the same for the lines of one piece and for no others."""
    return id(line.piece)


def _of_sentence(sentence: Sentence) -> Piece:
    if sentence.mark.strip():
        return Piece("list", items=(sentence.text,))
    return Piece("sentence", words=sentence.text, style=_shown(sentence.style))


def _alone(line: Line) -> Piece | None:
    """Return a line that is a piece by itself; None for an empty one."""
    words = line.text.strip()
    if line.style is Style.HEADING:
        return Piece("heading", words=words.removesuffix(":"))
    return Piece("sentence", words=words, style=_shown(line.style)) if words else None


def _shown(style: Style) -> str:
    return style.value if style in STATUS else ""
