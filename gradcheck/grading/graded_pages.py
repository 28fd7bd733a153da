"""The pages of what was graded before, made again from the reports: nothing is graded."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gradcheck.errors import UsageError
from gradcheck.grading.formats import class_page, report, student_page
from gradcheck.grading.formats.places import CLASS_PAGE, REPORT, STUDENT_PAGE
from gradcheck.grading.formats.registry import named
from gradcheck.results.grades import GradeSheet
from gradcheck.whole_files import write_whole


def reports_in(folder: Path) -> tuple[Path, ...]:
    """Return the reports in a folder of results, by name.

    Raises
    ------
    UsageError
        If there is none, or pages cannot be made here.

    Examples
    --------
    >>> import tempfile
    >>> reports_in(Path(tempfile.mkdtemp()))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    gradcheck.errors.UsageError: ... holds no results: a folder that `gradcheck grade` wrote is required, with a report.json for each submission
    """
    named("html")
    found = sorted(path for path in folder.glob(f"*/{REPORT}") if not path.parent.name.startswith("."))
    if not found:
        raise UsageError(
            f"{folder} holds no results: a folder that `gradcheck grade` wrote is required, with a {REPORT} for each submission"
        )
    return tuple(found)


def sheet_in(file: Path) -> GradeSheet:
    """Return the sheet that a report holds.

    Raises
    ------
    UsageError
        If it holds none.
    """
    try:
        return report.parse(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{file} holds no report of gradcheck grade: {error}") from error


def student_page_of(file: Path) -> str:
    """Return the page of the student whose report a file holds.

    Raises
    ------
    UsageError
        If it holds none, or pages cannot be made here.
    """
    named("html")
    return student_page.render(sheet_in(file))


def write_student_page(file: Path) -> GradeSheet:
    """Write the page of a student beside the report, and return the sheet."""
    sheet = sheet_in(file)
    write_whole(file.with_name(STUDENT_PAGE), student_page.render(sheet))
    return sheet


def write_class_page(sheets: Iterable[GradeSheet], folder: Path) -> Path:
    """Write the page of a class into its folder of results, and return where it is."""
    return write_whole(folder / CLASS_PAGE, class_page.render(sheets))
