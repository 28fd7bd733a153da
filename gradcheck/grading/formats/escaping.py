"""Texts of a submission made harmless for the place they are shown in.

A name, a message or an output may hold anything. Every function here starts with `visible`: escape sequences of terminals
are taken out, and what remains that cannot be seen (control, bidirectional, zero-width characters) is written as Python
would write it.
"""

from __future__ import annotations

import html
import re
from typing import Final

ANSI: Final = re.compile(
    "(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    "|(?:\x1b[\\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\\\|\x9c)"  # OSC, DCS and the like: titles, links
    "|\x1b[ -/]*[0-~]"
)
"""The escape sequences of ECMA-48."""

MARKDOWN: Final = re.compile(r"[\\`*_{}\[\]#+!~^=$:@.]")
"""What may mean something inside a line of Markdown, in one dialect or another, beside & < > and |."""

FORMULA: Final = re.compile("\\s*[-=+@\uff1d\uff0b\uff0d\uff20]")
"""How a cell begins that a spreadsheet computes, in the full-width forms of the same characters too."""

NAME_LIMIT: Final = 200
"""The longest name that is shown [characters]."""

CELL_LIMIT: Final = 10_000
"""The longest text of a cell [characters]; spreadsheets hold 32767."""


def visible(text: str) -> str:
    r"""Return a text without escape sequences and with whatever cannot be seen written out; line ends and tabs stay.

    Examples
    --------
    >>> visible("\x1b[31mred\x1b[0m\r\nsecret\u202etxt.exe\x00")
    'red\nsecret\\u202etxt.exe\\x00'
    """
    plain = ANSI.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(one if one.isprintable() or one in "\n\t" else _written_out(one) for one in plain)


def _written_out(character: str) -> str:
    """Return a character as Python would escape it."""
    return character.encode("unicode_escape").decode("ascii")


def one_line(text: str, limit: int = NAME_LIMIT) -> str:
    r"""Return a text on one line of at most `limit` characters.

    Examples
    --------
    >>> one_line("two\nlines"), one_line("abcdef", limit=4)
    ('two\\nlines', 'abc…')
    """
    line = visible(text).replace("\n", r"\n").replace("\t", r"\t")
    return line if len(line) <= limit else line[: limit - 1] + "…"


def shortened(text: str, limit: int) -> str:
    """Return the first `limit` characters of a text, and how many more there were.

    Examples
    --------
    >>> shortened("abcdef", 4)
    'abcd\\n[2 more characters]'
    """
    return text if len(text) <= limit else f"{text[:limit]}\n[{len(text) - limit} more characters]"


def in_html(text: str) -> str:
    """Return a text for HTML or XML, between tags or in a quoted attribute.

    Examples
    --------
    >>> in_html("<script>alert('x')</script>")
    '&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;'
    """
    return html.escape(visible(text), quote=True)


def in_markdown(text: str, limit: int = NAME_LIMIT) -> str:
    """Return a text for the inside of a line of Markdown, a table's cell among them.

    Examples
    --------
    >>> in_markdown("a|b <b> [x](y) _z_")
    'a&#124;b &lt;b&gt; \\\\[x\\\\](y) \\\\_z\\\\_'
    """
    marked = MARKDOWN.sub(r"\\\g<0>", one_line(text, limit))
    return marked.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("|", "&#124;")


def fenced(text: str) -> str:
    """Return a text as a block of code in Markdown, its fence longer than any within.

    Examples
    --------
    >>> print(fenced("a"))
    ```text
    a
    ```
    """
    inside = visible(text)
    longest = max((len(run) for run in re.findall("`+", inside)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{inside}\n{fence}"


def in_cell(text: str) -> str:
    """Return a text for a cell of a spreadsheet: one that would be computed begins with an apostrophe.

    Examples
    --------
    >>> in_cell("=1+1"), in_cell("ada")
    ("'=1+1", 'ada')
    """
    cell = one_line(text, CELL_LIMIT)
    return f"'{cell}" if FORMULA.match(cell) else cell


def in_workflow_log(text: str) -> str:
    """Return a text for the log of a GitHub workflow, where "::" and "##[" would be commands: a notice of points among them.

    Examples
    --------
    >>> in_workflow_log("::notice title=Autograding complete::Points 9/9")
    ': :notice title=Autograding complete: :Points 9/9'
    """
    return re.sub(r"##(?=\[)", "## ", re.sub(":(?=:)", ": ", visible(text)))
