"""The program in a notebook: its code cells, without what only a notebook understands. Nothing of it is run."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import Any, Final

from gradcheck.errors import LoadError

_CELL_OF_CODE: Final = frozenset({"time", "timeit", "capture", "prun"})
"""Cell magics below which Python follows; below all others something else does."""

_MAGIC: Final = re.compile(r"(?:[%!]|\?{1,2}\w|[\w.]+\s*\?{1,2}$|[\w., ]+=\s*(?:%\w|!))")
"""A line that IPython takes for itself: %magic, !shell, ?help, help?, and name = %magic or !shell."""

_TOKEN: Final = re.compile(
    r"(?P<long>'''|\"\"\")|(?P<string>'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\")|(?P<comment>#[^\n]*)"
    r"|(?P<open>[\[({])|(?P<close>[\])}])|(?P<joined>\\\n)|(?P<newline>\n)"
)


@dataclasses.dataclass(frozen=True)
class NotebookProgram:
    """The program in a notebook.

    Attributes
    ----------
    source : str
        The code cells, one after the other, with a comment before each.
    cells : int
        How many there were (a count).
    dropped : int
        Lines of magics and shell commands that are left out (a count).

    Examples
    --------
    >>> NotebookProgram("x = 1", 1, 2).note
    'a notebook: the program is made of its 1 code cell; 2 lines of magics and shell commands are left out'
    """

    source: str
    cells: int
    dropped: int

    @property
    def note(self) -> str:
        """The sentence that says what it was made of."""
        cells = f"{self.cells} code cell{'s' if self.cells != 1 else ''}"
        lines = f"{self.dropped} line{'s' if self.dropped != 1 else ''} of magics and shell commands"
        left = f"; {lines} {'are' if self.dropped != 1 else 'is'} left out" if self.dropped else ""
        return f"a notebook: the program is made of its {cells}{left}"


def program_in(text: str) -> NotebookProgram:
    """Return the program in the text of an .ipynb file.

    Raises
    ------
    LoadError
        If the text is no notebook, or has no code.

    Examples
    --------
    >>> cell = {"cell_type": "code", "source": ["%matplotlib inline\\n", "x = 1"]}
    >>> print(program_in(json.dumps({"cells": [cell]})).source)
    # code cell 1
    pass  # left out: %matplotlib inline
    x = 1
    <BLANKLINE>
    """
    sources = _code_cells(_parsed(text))
    if not any(source.strip() for source in sources):
        raise LoadError("the notebook has no code cells: the program is to stand in one")
    found, dropped = [], 0
    for number, source in enumerate(sources, 1):
        kept, count = _without_magics(source)
        found.append(f"# code cell {number}\n{kept.rstrip()}\n")
        dropped += count
    return NotebookProgram("\n".join(found), len(sources), dropped)


def _parsed(text: str) -> Any:
    """Return what the JSON says."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise LoadError(
            f"the notebook is broken: it is no JSON ({error.msg} at line {error.lineno}): save it again, or hand in a .py file"
        ) from error
    except (RecursionError, ValueError) as error:  # nested too deep; a number of too many digits
        raise LoadError("the notebook is broken: its JSON cannot be read: hand in a .py file") from error


def _code_cells(notebook: Any) -> list[str]:
    """Return the text of each code cell; older notebooks have theirs in worksheets, under another key."""
    notebook = notebook if isinstance(notebook, dict) else {}
    sheets = notebook.get("worksheets")
    sheets = [one for one in sheets if isinstance(one, dict)] if isinstance(sheets, list) else []
    lists = [one.get("cells") for one in (notebook, *sheets)]
    cells = [cell for one in lists if isinstance(one, list) for cell in one]
    if not any(isinstance(one, list) for one in lists):
        raise LoadError("the notebook is broken: it has no cells: save it again, or hand in a .py file")
    code = [cell for cell in cells if isinstance(cell, dict) and cell.get("cell_type") == "code"]
    return [_text_of(cell.get("source", cell.get("input", ""))) for cell in code]


def _text_of(source: Any) -> str:
    """Return a cell's text, which is one string or a list of lines."""
    lines = source if isinstance(source, list) else [source]
    if not all(isinstance(line, str) for line in lines):
        raise LoadError(
            "the notebook is broken: the source of a code cell is no text: save it again, or hand in a .py file"
        )
    return "".join(lines).replace("\r\n", "\n")


def _without_magics(source: str) -> tuple[str, int]:
    """Return a cell with its magics as comments, and how many lines they were."""
    head = re.match(r"\s*%%(\w*)", source)
    if head and head[1] not in _CELL_OF_CODE:
        lines = source.strip().split("\n")
        return "\n".join(f"# left out: {line}" for line in lines), len(lines)
    begins = _statement_lines(source)
    lines, dropped = source.split("\n"), 0
    for number, line in enumerate(lines):
        if number in begins and _MAGIC.match(line.strip()):
            indent = line[: len(line) - len(line.lstrip())]
            lines[number] = f"{indent}pass  # left out: {line.strip()}"
            dropped += 1
    return "\n".join(lines), dropped


def _statement_lines(source: str) -> set[int]:
    """Return the lines, counted from 0, that begin outside of any string, bracket or continued line."""
    begins, line, depth, at = {0}, 0, 0, 0
    while (match := _TOKEN.search(source, at)) is not None:
        at = match.end()
        if match["long"]:
            end = source.find(match["long"], at)
            at = len(source) if end < 0 else end + 3
        depth = max(0, depth + bool(match["open"]) - bool(match["close"]))
        line += source.count("\n", match.start(), at)
        if match["newline"] and depth == 0:
            begins.add(line)
    return begins
