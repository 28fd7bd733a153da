"""TOML files: where something stands in one, in words, and files that are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradcheck import UsageError
from gradcheck.grading.toml_file import read_toml, words_of

TEXT = 'title = "x"\n\n[[item]]\nid = "a"\n[[item]]\nid = "b"\nof = { c = [\n1,\n2] }\n'


@pytest.mark.parametrize(
    "written", [TEXT, "\ufeff" + TEXT, TEXT.replace("\n", "\r\n")], ids=["plain", "marked", "crlf"]
)
def test_where_something_stands_is_told_with_file_line_and_key(tmp_path: Path, written: str) -> None:
    file = tmp_path / "some.toml"
    file.write_bytes(written.encode())
    read = read_toml(file)
    assert read.where(("item", 1, "id")) == f"{file}, line 6: item 2, id"
    assert read.where(("item", 1, "of", "c", 1)) == f"{file}, line 9: item 2, of.c 2"
    assert read.where(("item", 1, "points")) == f"{file}, line 5: item 2, points"
    assert read.where(("nothing",)) == f"{file}, line 1: nothing"
    assert read.where(()) == f"{file}, line 1"
    assert read.text == TEXT


def test_key_paths_in_words() -> None:
    assert words_of(("item", 0)) == "item 1"
    assert words_of(("functions", "affine", "parameters", "x", "shape", 1)) == "functions.affine.parameters.x.shape 2"
    assert words_of(("layer1", "w")) == "layer1.w"
    assert words_of(("a b", "c")) == '"a b".c'


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"a = 1\nb = \n", r"some.toml is not TOML: Invalid value \(at line 2, column 5\)"),
        (b"a = 1\nb = '\xff'\n", "some.toml, line 2: the byte 0xff is not UTF-8: save the file as UTF-8"),
        (b"a = " + b"[" * 100_000, r"some.toml is no TOML that can be read: .* nested too deep"),
    ],
)
def test_what_is_not_toml_is_refused_with_its_place(tmp_path: Path, content: bytes, sentence: str) -> None:
    file = tmp_path / "some.toml"
    file.write_bytes(content)
    with pytest.raises(UsageError, match=sentence):
        read_toml(file)


def test_a_file_that_is_not_there_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none.toml cannot be read: No such file"):
        read_toml(tmp_path / "none.toml")
