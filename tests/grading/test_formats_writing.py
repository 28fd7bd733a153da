"""Formats on disk, the report last."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradcheck.errors import UsageError
from gradcheck.grading.formats.registry import FORMATS
from gradcheck.grading.formats.writing import write_class, write_sheet
from tests.golden.grading.cases import CASES


def test_a_sheet_is_written_in_each_format_with_the_report_last(tmp_path: Path) -> None:
    paths = write_sheet(CASES["partial"], tmp_path / "blaise", ["gradescope", "report", "junit", "junit"])
    assert [path.name for path in paths] == ["results.json", "junit.xml", "report.json"]
    assert paths[0].read_text() == FORMATS["gradescope"].render(CASES["partial"])
    assert sorted(path.name for path in (tmp_path / "blaise").iterdir()) == sorted(path.name for path in paths)


def test_an_unknown_format_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="'moodle'"):
        write_sheet(CASES["partial"], tmp_path / "blaise", ["gradescope", "moodle"])
    assert list(tmp_path.iterdir()) == []


def test_a_class_has_its_gradebook_and_its_items_and_junit_where_asked(tmp_path: Path) -> None:
    assert [path.name for path in write_class(CASES.values(), tmp_path)] == ["gradebook.csv", "items.csv"]
    names = [path.name for path in write_class(iter(CASES.values()), tmp_path, ["junit", "gradescope"])]
    assert names == ["gradebook.csv", "items.csv", "junit.xml"]
    assert (tmp_path / "gradebook.csv").read_bytes().count(b"\r\n") == len(CASES) + 2
