"""A file is written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradcheck import whole_files
from gradcheck.whole_files import write_whole


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_whole(tmp_path / "results.json", "old")

    def full(descriptor: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(whole_files.os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        write_whole(path, "new")
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["results.json"]
