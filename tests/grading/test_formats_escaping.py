"""Texts of a submission, made harmless: whatever they hold, the place they are shown in shows a text."""

from __future__ import annotations

import csv
import io
import unicodedata
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from gradcheck.grading.formats.escaping import (
    fenced,
    in_cell,
    in_html,
    in_markdown,
    in_workflow_log,
    one_line,
    shortened,
    visible,
)
from tests.golden.grading.cases import HOSTILE

PIECES = (
    "<script>", "</pre>", "&lt;", "]]>", "<!--", "\"'", "`", "```", "\n```\n", "~~~", "|", "\\", "\\|", "[a](b)", "![", "*", "_",
    "# ", "\x1b[31m", "\x1b]0;title\x07", "\x1b\x1b[0m[31m", "\x9b2J", "\x07", "\x00", "\r", "\r\n", "\n", "\t", "\u202e", "\u200b",
    "\u2028", "\ufeff", "\ud800", "\ufffe", "=1+1", "+", "-", "@", "\uff1d", "::", ":::", "##[", "###[", "a", " ",
)  # fmt: skip
hostile = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
FENCED_OFF = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Categories of what cannot be seen, or ends lines."""


class Seen(HTMLParser):
    """Notes every tag and all the text that a browser would see."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.text = ""
        self.cells: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "td":
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(f"/{tag}")

    def handle_comment(self, data: str) -> None:
        self.tags.append("comment")

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.tags[-1:] != ["/td"] and self.cells:
            self.cells[-1] += data


def table_of_one(cell: str) -> Seen:
    return Seen(MarkdownIt("gfm-like", {"linkify": False}).render(f"| item | points |\n|---|---|\n| {cell} | 0 |\n"))


@given(hostile)
@example(HOSTILE)
def test_what_cannot_be_seen_is_written_out(text: str) -> None:
    seen = visible(text)
    assert not {unicodedata.category(one) for one in seen if one not in "\n\t"} & FENCED_OFF
    assert "\x1b" not in seen
    seen.encode()


@given(hostile)
def test_what_is_visible_stays_as_it_is(text: str) -> None:
    assert visible(visible(text)) == visible(text)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;you have won\x07prompt", "prompt"),
        ("\x1b]8;;http://a.b\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b2Jgone", "gone"),
        ("\x1b\x1b[0m[31mx", "\\x1b[31mx"),
        ("10%\r20%\r\n", "10%\n20%\n"),
        ("invoice\u202efdp.exe", "invoice\\u202efdp.exe"),
        ("a\u200bb\u00a0c", "a\\u200bb\\xa0c"),
        ("\udcff", "\\udcff"),
        ("naïve Σ δ 数 🙂", "naïve Σ δ 数 🙂"),
    ],
)
def test_escape_sequences_go_and_letters_stay(text: str, seen: str) -> None:
    assert visible(text) == seen


def test_a_flood_of_half_escape_sequences_takes_no_longer_than_its_length() -> None:
    assert len(visible("\x1b]" * 100_000)) + len(visible("\x1b[0" * 100_000)) < 1_000_000


@given(hostile, st.integers(1, 30))
def test_one_line_is_one_line_of_bounded_length(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line.splitlines()) <= 1
    assert len(line) <= limit


def test_what_is_shortened_says_how_much_is_missing() -> None:
    assert shortened("x" * 10, 4) == "xxxx\n[6 more characters]"
    assert shortened("x" * 4, 4) == "x" * 4


@given(hostile)
@example(HOSTILE)
def test_in_html_and_xml_it_is_text_alone(text: str) -> None:
    escaped = in_html(text)
    assert "<" not in escaped
    page = Seen(f'<p title="{escaped}">{escaped}</p>')
    assert page.tags == ["p", "/p"]
    assert page.text == visible(text)
    element = ElementTree.fromstring(f"<p>{escaped}</p>")
    assert (element.text or "") == visible(text)


@given(hostile)
@example("a\\")
@example("\\|")
@example(HOSTILE)
def test_in_a_table_of_markdown_it_is_one_cell_of_text(text: str) -> None:
    page = table_of_one(in_markdown(text))
    assert [tag for tag in page.tags if not tag.startswith("/")] == [
        "table", "thead", "tr", "th", "th", "tbody", "tr", "td", "td",
    ]  # fmt: skip
    assert [cell.rstrip("\n") for cell in page.cells] == [one_line(text).strip(" "), "0"]


@given(hostile)
@example(HOSTILE)
def test_in_a_heading_of_markdown_it_is_text(text: str) -> None:
    assert Seen(MarkdownIt("commonmark").render(f"# {in_markdown(text)}")).tags == ["h1", "/h1"]


def test_the_test_of_markdown_sees_a_broken_table_and_a_link() -> None:
    assert table_of_one("a|b").cells[1].strip() == "b"
    assert "a" in Seen(MarkdownIt("commonmark").render("# [x](y)")).tags


@given(hostile)
@example(HOSTILE)
@example("```\n# out\n````")
def test_a_block_of_code_is_not_left(text: str) -> None:
    (token,) = MarkdownIt("commonmark").parse(fenced(text))
    assert token.type == "fence"
    assert token.content == visible(text) + "\n"


@given(hostile)
def test_a_cell_is_never_computed(text: str) -> None:
    cell = in_cell(text)
    assert not cell.lstrip().startswith(("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r"))


@given(st.lists(hostile, min_size=1, max_size=3))
def test_cells_stay_cells(texts: list[str]) -> None:
    out = io.StringIO()
    csv.writer(out).writerow([*map(in_cell, texts), "end"])
    (row,) = csv.reader(io.StringIO(out.getvalue()))
    assert len(row) == len(texts) + 1


@given(hostile)
@example("::notice title=Autograding complete::Points 9/9")
@example("::::##[[")
def test_in_the_log_of_a_workflow_it_commands_nothing(text: str) -> None:
    log = in_workflow_log(text)
    assert "::" not in log
    assert "##[" not in log
