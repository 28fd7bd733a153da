"""The formats of a sheet and of a class, on disk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from gradcheck.errors import UsageError
from gradcheck.grading.formats import github_classroom
from gradcheck.grading.formats.registry import CLASS_FORMATS, named
from gradcheck.results.grades import GradeSheet
from gradcheck.whole_files import write_whole

ALWAYS: Final = "report"
"""The format that every submission's folder has."""

GITHUB_OUTPUT: Final = "GITHUB_OUTPUT"
"""Names, in a workflow, the file that a step's outputs are appended to."""


def write_sheet(sheet: GradeSheet, folder: Path, names: Iterable[str] = ()) -> tuple[Path, ...]:
    """Write a submission's report, last, and the formats of these names into its folder: a report says that all is there.

    Raises
    ------
    UsageError
        If there is no format of a name.
    """
    formats = [named(name) for name in dict.fromkeys([*(name for name in names if name != ALWAYS), ALWAYS])]
    texts = [(folder / one.file_name, one.render(sheet)) for one in formats]
    return tuple(write_whole(path, text) for path, text in texts)


def write_class(sheets: Iterable[GradeSheet], folder: Path, names: Iterable[str] = ()) -> tuple[Path, ...]:
    """Write the gradebook and the item analysis, and what else of these names there is for a class."""
    found = tuple(sheets)
    chosen = [CLASS_FORMATS[name] for name in dict.fromkeys(["gradebook", "items", *names]) if name in CLASS_FORMATS]
    return tuple(write_whole(folder / one.file_name, one.render(found)) for one in chosen)


def tell_github(sheet: GradeSheet, environment: Mapping[str, str]) -> bool:
    """Append a sheet to the outputs of a workflow's step, and return whether there was a file to append to.

    Raises
    ------
    UsageError
        If there is one and it cannot be written to.

    Examples
    --------
    >>> from gradcheck.results.grades import SheetStatus
    >>> tell_github(GradeSheet("ada", SheetStatus.UNGRADED), {})
    False
    """
    if not environment.get(GITHUB_OUTPUT):
        return False
    path = Path(environment[GITHUB_OUTPUT])
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(github_classroom.output_line(github_classroom.render(sheet)))
    except OSError as error:
        words = f"{path}, which {GITHUB_OUTPUT} names, cannot be written to: {error.strerror or error}"
        raise UsageError(f"{words}; leave it unset outside of a workflow") from error
    return True
