"""Coursera's `feedback.json`; without the fraction, where points do not count, Coursera takes the grader to have failed."""

from __future__ import annotations

from gradcheck.grading.formats import html_feedback
from gradcheck.grading.formats.standing import is_settled
from gradcheck.grading.formats.words import as_json, rounded
from gradcheck.results.grades import GradeSheet


def render(sheet: GradeSheet) -> str:
    """Return a sheet as `feedback.json`.

    Examples
    --------
    >>> from gradcheck.results.grades import SheetStatus
    >>> "fractionalScore" in render(GradeSheet("ada", SheetStatus.UNGRADED))
    False
    """
    fraction = {"fractionalScore": rounded(sheet.percent / 100.0)} if is_settled(sheet) else {}
    return as_json({**fraction, "feedback": html_feedback.render(sheet), "feedbackType": "HTML"})
