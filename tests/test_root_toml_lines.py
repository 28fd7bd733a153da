"""The lines of TOML keys: every way to write one, beside what tomllib reads of the same text."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcheck import UsageError
from gradcheck.toml_lines import KeyPath, line_of, lines_of, read_toml, words_of

EVERY_WAY = '''# a comment with [[brackets]] and "quotes"
title = "a # no comment, [no] {table}"
path = 'C:\\'   # one backslash
long = """
first ] }
"" \\""" still in it
last"""   # after
literal = \'\'\'
x = 1
\'\'\'
a.b . "c d" = 1
when = 1979-05-27 07:32:00
list = [ # with a comment, ]
  1,
  [2, "]"],

  { x = [4,
    5], 'y' = "}" },
]
[table]
key = -0.5e-3
[table.inner]
"key.with" = true
[[item]]
id = "one"
[item.modified]
layer = 2
[[item]]
id = "two"
[[item.sub]]
n = 1
[[item.sub]]
n = 2
'''

EXPECTED = {
    ("title",): 2,
    ("path",): 3,
    ("long",): 4,
    ("literal",): 8,
    ("a", "b", "c d"): 11,
    ("when",): 12,
    ("list",): 13,
    ("list", 0): 14,
    ("list", 1): 15,
    ("list", 1, 1): 15,
    ("list", 2): 17,
    ("list", 2, "x"): 17,
    ("list", 2, "x", 1): 18,
    ("list", 2, "y"): 18,
    ("table",): 20,
    ("table", "key"): 21,
    ("table", "inner"): 22,
    ("table", "inner", "key.with"): 23,
    ("item",): 24,
    ("item", 0): 24,
    ("item", 0, "id"): 25,
    ("item", 0, "modified"): 26,
    ("item", 0, "modified", "layer"): 27,
    ("item", 1): 28,
    ("item", 1, "id"): 29,
    ("item", 1, "sub", 0): 30,
    ("item", 1, "sub", 0, "n"): 31,
    ("item", 1, "sub", 1, "n"): 33,
}


def paths_in(value: Any, path: KeyPath = ()) -> set[KeyPath]:
    """Return the path of everything in what tomllib read."""
    inner = list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ())
    return {(*path, key) for key, _ in inner}.union(*(paths_in(one, (*path, key)) for key, one in inner))


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_every_key_of_every_kind_has_its_line(newline: str) -> None:
    lines = lines_of(EVERY_WAY.replace("\n", newline))
    assert {path: lines.get(path) for path in EXPECTED} == EXPECTED


def test_the_paths_are_those_that_tomllib_reads() -> None:
    assert set(lines_of(EVERY_WAY)) == paths_in(tomllib.loads(EVERY_WAY))


strings = st.text("ab\"'\\#[]{}=,. \n", max_size=6)


def as_toml(text: str) -> str:
    """Write a basic string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


@given(st.lists(st.tuples(strings, st.lists(strings, max_size=3)), max_size=4, unique_by=lambda pair: pair[0]))
def test_whatever_stands_in_keys_and_strings_the_lines_are_right(pairs: list[tuple[str, list[str]]]) -> None:
    text = "".join(f"{as_toml(key)} = [{', '.join(map(as_toml, values))}]\n" for key, values in pairs)
    lines = lines_of(text)
    assert set(lines) == paths_in(tomllib.loads(text))
    assert [lines[key,] for key, _ in pairs] == list(range(1, len(pairs) + 1))


def test_what_is_not_there_has_the_line_of_the_table_around_it() -> None:
    lines = lines_of(EVERY_WAY)
    assert line_of(lines, ("item", 1, "points")) == 28
    assert line_of(lines, ("nothing", "here")) == 1


def test_key_paths_in_words() -> None:
    assert words_of(("item", 0)) == "item 1"
    assert words_of(("functions", "affine", "parameters", "x", "shape", 1)) == "functions.affine.parameters.x.shape 2"
    assert words_of(("layer1", "w")) == "layer1.w"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"a = 1\nb = \n", r"some.toml is not TOML: Invalid value \(at line 2, column 5\)"),
        (b"a = 1\nb = '\xff'\n", r"some.toml, line 2: the byte 0xff is not UTF-8"),
        (b"a = " + b"[" * 100_000, "some.toml is no TOML that can be read: .* nested too deep"),
    ],
)
def test_what_is_not_toml_is_refused_with_its_place(tmp_path: Path, content: bytes, sentence: str) -> None:
    file = tmp_path / "some.toml"
    file.write_bytes(content)
    with pytest.raises(UsageError, match=sentence):
        read_toml(file)


def test_where_something_stands_is_told_with_file_line_and_key(tmp_path: Path) -> None:
    file = tmp_path / "some.toml"
    file.write_text(EVERY_WAY)
    read = read_toml(file)
    assert read.where(("item", 1, "points")) == f"{file}, line 28: item 2, points"
    assert read.where(()) == f"{file}, line 1"
    assert read.text == EVERY_WAY


def test_a_file_that_is_not_there_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none.toml cannot be read: No such file"):
        read_toml(tmp_path / "none.toml")
