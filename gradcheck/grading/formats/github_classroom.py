"""The result of a step that GitHub Classroom's reporter reads, and the line that hands it over.

The reporter prints names and messages into the log of the workflow, where a line may be a command, and Classroom reads
the points from a notice in that log: a submission that prints such a notice must not be heard.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any

from gradcheck.grading.formats.escaping import in_workflow_log, one_line
from gradcheck.grading.formats.standing import is_settled, shown, withheld
from gradcheck.grading.formats.words import NOT_SHOWN, as_json, item_text, points, rounded, standing_sentence
from gradcheck.results.grades import GradeSheet, ItemGrade, ItemStatus, SheetStatus


def render(sheet: GradeSheet) -> str:
    """Return a sheet as the JSON of one grading step; where points do not count it is an error of 0 points possible.

    Examples
    --------
    >>> import json
    >>> data = json.loads(render(GradeSheet("ada", SheetStatus.UNGRADED, reason="the grader was stopped")))
    >>> data["status"], data["max_score"]
    ('error', 0)
    """
    if not is_settled(sheet):
        return _step("error", 0, [_case("Grading", "error", 0.0, standing_sentence(sheet))])
    cases = [_item(item) for item in shown(sheet)]
    hidden = withheld(sheet)
    if hidden:
        given = sum(item.points for item in hidden)
        cases.append(_case(NOT_SHOWN, _status(hidden), given, points(hidden)))
    if sheet.status is SheetStatus.ERROR:
        cases.insert(0, _case("Grading", "fail", 0.0, standing_sentence(sheet)))
        return _step("fail", rounded(sheet.max_points), cases)
    return _step(_status(sheet.items), rounded(sheet.max_points), cases)


def output_line(step: str) -> str:
    """Return the line for the file that $GITHUB_OUTPUT names, from what `render` returned.

    Examples
    --------
    >>> output_line("{}")
    'result=e30=\\n'
    """
    return f"result={base64.b64encode(step.encode()).decode('ascii')}\n"


def _step(status: str, max_score: float, cases: list[dict[str, Any]]) -> str:
    """Return the JSON of a step."""
    return as_json({"version": 3, "status": status, "max_score": max_score, "tests": cases})


def _item(item: ItemGrade) -> dict[str, Any]:
    """Return one item as a test."""
    return _case(item.title, _status((item,)), item.points, item_text(item), round(float(item.seconds), 3))


def _case(name: str, status: str, score: float, message: str, duration: float = 0.0) -> dict[str, Any]:
    """Return one test, with the keys that the reporter reads."""
    return {
        "name": in_workflow_log(one_line(name)),
        "status": status,
        "score": rounded(score),
        "message": in_workflow_log(message),
        "test_code": "",
        "task_id": 0,
        "filename": "",
        "line_no": 0,
        "duration": duration,
    }


def _status(items: Iterable[ItemGrade]) -> str:
    """Return the reporter's word for some items together."""
    return "pass" if all(item.status is ItemStatus.PASS for item in items) else "fail"
