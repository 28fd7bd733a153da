"""The folder that results are written to: a folder for each submission, there whole or not at all, and the tables of the class."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from gradcheck.errors import UsageError
from gradcheck.grading.formats import report
from gradcheck.grading.formats.places import REPORT, folder_name
from gradcheck.grading.formats.registry import named
from gradcheck.grading.formats.writing import write_class, write_sheet
from gradcheck.results.grades import GradeSheet

WRITING: Final = ".writing-"
"""What the name of a folder begins with that is not whole yet."""

REPLACED: Final = ".replaced-"
"""And one that a newer is about to replace."""


class ResultsFolder:
    """A folder of results.

    Parameters
    ----------
    path : Path
    formats : iterable of str
        Beside the report.

    Raises
    ------
    UsageError
        If it cannot be made, or a format is not known.

    Examples
    --------
    >>> import tempfile
    >>> from gradcheck.results.grades import SheetStatus
    >>> results = ResultsFolder(Path(tempfile.mkdtemp()), ["markdown"])
    >>> results.keep(GradeSheet("ada", SheetStatus.ERROR, reason="it is empty"))
    >>> results.kept("ada").reason, sorted(path.name for path in (results.path / "ada").iterdir())
    ('it is empty', ['feedback.md', 'report.json'])
    """

    def __init__(self, path: Path, formats: Iterable[str] = ()) -> None:
        self.path, self.formats = path, tuple(formats)
        self.files = {REPORT, *(named(name).file_name for name in self.formats)}
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._recover()
        except OSError as error:
            raise UsageError(f"{path} cannot be written to: {error.strerror or error}") from error

    def has_results(self) -> bool:
        """Tell whether something was graded into it."""
        return any((one / REPORT).is_file() for one in self.path.iterdir() if not one.name.startswith("."))

    def folder_of(self, name: str) -> Path:
        """Return the folder of a submission; a table of the class keeps its name."""
        return self.path / folder_name(name)

    def kept(self, name: str) -> GradeSheet | None:
        """Return the sheet of a submission that is there whole; None where there is none, or none of ours."""
        try:
            return report.parse((self.folder_of(name) / REPORT).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def all_kept(self, names: Iterable[str]) -> tuple[GradeSheet, ...]:
        """Return the sheets of these submissions that are there."""
        return tuple(one for one in map(self.kept, names) if one is not None)

    def is_complete(self, name: str) -> bool:
        """Tell whether a submission's folder has a file for each format."""
        return all((self.folder_of(name) / file).is_file() for file in self.files)

    def keep(self, sheet: GradeSheet) -> None:
        """Write a submission's folder: whoever looks, whenever the grader ends, finds the old one or the new one, whole."""
        folder = self.folder_of(sheet.submission)
        writing, replaced = (folder.with_name(f"{start}{folder.name}") for start in (WRITING, REPLACED))
        shutil.rmtree(writing, ignore_errors=True)
        write_sheet(sheet, writing, self.formats)
        _settle(writing)
        if folder.exists():
            folder.rename(replaced)
        writing.rename(folder)
        shutil.rmtree(replaced, ignore_errors=True)
        _settle(self.path)

    def write_tables(self, sheets: Iterable[GradeSheet]) -> None:
        """Write the gradebook, the item analysis and, where pages are asked for, that of the class."""
        write_class(sheets, self.path, self.formats)

    def _recover(self) -> None:
        """Put back what a grader had moved aside when it was ended, and take away what it had not finished."""
        for replaced in self.path.glob(f"{REPLACED}*"):
            folder = self.path / replaced.name.removeprefix(REPLACED)
            if folder.exists():
                shutil.rmtree(replaced, ignore_errors=True)
            else:
                replaced.rename(folder)
        for writing in self.path.glob(f"{WRITING}*"):
            shutil.rmtree(writing, ignore_errors=True)


def _settle(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
