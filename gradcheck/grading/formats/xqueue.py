"""The reply of an external grader to edX's queue; one without a score is no reply, and the submission stays ungraded."""

from __future__ import annotations

from gradcheck.grading.formats import html_feedback
from gradcheck.grading.formats.standing import is_settled
from gradcheck.grading.formats.words import as_json, rounded
from gradcheck.results.grades import GradeSheet, ItemStatus


def render(sheet: GradeSheet) -> str:
    """Return a sheet as the queue's reply, its message well-formed XML.

    Examples
    --------
    >>> from gradcheck.results.grades import SheetStatus
    >>> "score" in render(GradeSheet("ada", SheetStatus.UNGRADED))
    False
    """
    is_right = bool(sheet.items) and all(item.status is ItemStatus.PASS for item in sheet.items)
    score = {"correct": is_right, "score": rounded(sheet.percent / 100.0)} if is_settled(sheet) else {}
    return as_json({**score, "msg": html_feedback.render(sheet)})
