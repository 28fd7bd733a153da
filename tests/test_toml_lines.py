"""The line of each key of a TOML text: whatever the text looks like, no wrong one is told."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.subjects.toml_lines import TomlLines

WHOLE = '''# target = "not this"
"a b" = 1
'c' . "d\\u0065" = """
e = 1
[[f]]
\\""" g = 2"""
[ x ]  # [y]
list = [  # one
  "]", # ]
  { k = 1, 'l' = [2, 3] },
  1979-05-27 07:32:00,
]
[[subject]]
target = 'a = "b"'
[[subject]]
text = \'\'\'
target = 1\'\'\'
[subject.shapes]
w = [4, 3]
[[subject]]
shapes.w = { deep = { deeper = "}" } }
shapes.b = 1
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("a b",), 2),
        (("c", "de"), 3),
        (("x",), 7),
        (("x", "list"), 8),
        (("x", "list", 0), 9),
        (("x", "list", 1, "k"), 10),
        (("x", "list", 1, "l", 1), 10),
        (("x", "list", 2), 11),
        (("subject", 0), 13),
        (("subject", 0, "target"), 14),
        (("subject", 1), 15),
        (("subject", 1, "text"), 16),
        (("subject", 1, "shapes"), 18),
        (("subject", 1, "shapes", "w"), 19),
        (("subject", 2), 20),
        (("subject", 2, "shapes", "w", "deep", "deeper"), 21),
        (("subject", 2, "shapes"), 21),
        (("subject", 2, "shapes", "b"), 22),
        (("subject", 1, "target"), 15),  # it is not there: its table's
        (("e",), 0),
        (("f", 0), 0),
        (("nowhere",), 0),
    ],
)
def test_each_key_has_its_line_and_what_is_none_has_that_around_it(path: tuple[str | int, ...], line: int) -> None:
    tomllib.loads(WHOLE)
    assert TomlLines(WHOLE).of(path) == line


def test_of_a_broken_text_what_stands_before_the_fault_is_known() -> None:
    lines = TomlLines('a = 1\n[[subject]]\ntarget = "x"\nbroken = \nafter = 1\n')
    assert (lines.of(("subject", 0, "target")), lines.of(("subject", 0, "after"))) == (3, 2)


def test_a_deep_text_is_no_trouble() -> None:
    assert TomlLines("a = " + "[" * 100_000).of(("a",)) == 1


TRICKY = st.sampled_from(['"', "'", "#", "=", "[", "]", "{", "}", ",", ".", "\\", "a", "é", " ", "\n", '"""', "[["])
WORDS = st.lists(TRICKY, max_size=6).map("".join)
SCALARS = WORDS | st.integers(-9, 9) | st.booleans()
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3))


def as_toml(value: Any) -> str:
    """Write a value in one line, an array over several."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {as_toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[\n" + "".join(f" {as_toml(one)}, # ]\n" for one in value) + "]"
    return json.dumps(value)


@given(tables=st.lists(st.dictionaries(WORDS, VALUES, max_size=4), max_size=4), comment=WORDS)
@settings(max_examples=200)
def test_keys_of_drawn_texts_have_the_lines_they_were_written_on(tables: list[dict[str, Any]], comment: str) -> None:
    text, expected = "", {}
    for number, table in enumerate(tables):
        expected["subject", number] = text.count("\n") + 1
        text += f"[[subject]] # {comment.replace(chr(10), ' ')}\n"
        for key, value in table.items():
            expected["subject", number, key] = text.count("\n") + 1
            text += f"{json.dumps(key)} = {as_toml(value)}\n"
    assert tomllib.loads(text).get("subject", []) == tables
    lines = TomlLines(text)
    assert {path: lines.of(path) for path in expected} == expected
