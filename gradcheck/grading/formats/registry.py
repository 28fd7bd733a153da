"""The names that `--format` takes: the file each writes for a submission, who may read it, and what renders it."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from gradcheck.errors import UsageError
from gradcheck.grading.formats import (
    class_page,
    coderunner,
    coursera,
    github_classroom,
    gradebook,
    gradescope,
    item_analysis,
    junit,
    markdown,
    places,
    prairielearn,
    report,
    student_page,
    xqueue,
)
from gradcheck.reporting.extra import MissingExtra, required
from gradcheck.results.grades import GradeSheet


class Audience(enum.Enum):
    """Whom a file is for.

    Examples
    --------
    >>> Audience("student").name
    'STUDENT'
    """

    STUDENT = "student"
    """No seed, no result, of an item no more than its feedback; of those not shown at most the sum of their points."""
    INSTRUCTOR = "instructor"


@dataclasses.dataclass(frozen=True)
class Format:
    """One format of a submission's result.

    Examples
    --------
    >>> FORMATS["gradescope"].file_name
    'results.json'
    """

    name: str
    file_name: str
    audience: Audience
    render: Callable[[GradeSheet], str]
    needs: str = ""
    """The package of an extra that it is made with."""


@dataclasses.dataclass(frozen=True)
class ClassFormat:
    """One format of a whole class's results; for whoever runs the course.

    Examples
    --------
    >>> CLASS_FORMATS["gradebook"].file_name
    'gradebook.csv'
    """

    name: str
    file_name: str
    render: Callable[[Iterable[GradeSheet]], str]


FORMATS: Final[Mapping[str, Format]] = {
    one.name: one
    for one in (
        Format("report", places.REPORT, Audience.INSTRUCTOR, report.render),
        Format("gradescope", "results.json", Audience.STUDENT, gradescope.render),
        Format("prairielearn", "prairielearn.json", Audience.STUDENT, prairielearn.render),
        Format("github-classroom", "github-classroom.json", Audience.STUDENT, github_classroom.render),
        Format("junit", "junit.xml", Audience.STUDENT, junit.render),
        Format("markdown", "feedback.md", Audience.STUDENT, markdown.render),
        Format("coderunner", "coderunner.json", Audience.STUDENT, coderunner.render),
        Format("coursera", "feedback.json", Audience.STUDENT, coursera.render),
        Format("xqueue", "xqueue.json", Audience.STUDENT, xqueue.render),
        Format("html", places.STUDENT_PAGE, Audience.STUDENT, student_page.render, needs="jinja2"),
    )
}
"""By the name that `--format` takes; file names differ, so that several can be written into one folder."""

CLASS_FORMATS: Final[Mapping[str, ClassFormat]] = {
    one.name: one
    for one in (
        ClassFormat("gradebook", places.GRADEBOOK, gradebook.render),
        ClassFormat("items", places.ITEMS, item_analysis.render),
        ClassFormat("junit", places.JUNIT, junit.render_class),
        ClassFormat("html", places.CLASS_PAGE, class_page.render),
    )
}
"""By name: the first two are always written, the others where `--format` asks for them."""


def named(name: str) -> Format:
    """Return the format of a name.

    Raises
    ------
    UsageError
        If there is none of that name, or what it is made with is not installed.

    Examples
    --------
    >>> named("moodle")
    Traceback (most recent call last):
        ...
    gradcheck.errors.UsageError: there is no format 'moodle': report, gradescope, prairielearn, github-classroom, junit, markdown, coderunner, coursera, xqueue or html was required
    """
    if name not in FORMATS:
        *others, last = FORMATS
        raise UsageError(f"there is no format {name!r}: {', '.join(others)} or {last} was required")
    found = FORMATS[name]
    try:
        if found.needs:
            required(found.needs)
    except MissingExtra as error:
        raise UsageError(str(error)) from error
    return found
