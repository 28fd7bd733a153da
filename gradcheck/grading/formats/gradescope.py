"""Gradescope's `results.json`.

Every test has its own score: a total of ours would override what an instructor later changes of one. Its output is plain
text, which Gradescope shows as it stands: its Markdown is documented as "basic", and what that escapes is not.

Points that do not count are left out altogether: no score of the whole, tests with a status alone. Gradescope then has no
number that it could take for points, not even a zero, and shows what is said. No test is added for the instructor's eyes,
since a hidden test hides the total from students; `instructor_notes` belongs on standard output, which instructors alone see.
"""

from __future__ import annotations

from typing import Any

from gradcheck.grading.formats import report
from gradcheck.grading.formats.escaping import one_line
from gradcheck.grading.formats.instructor import isolation_sentence, notes
from gradcheck.grading.formats.standing import is_settled, withheld
from gradcheck.grading.formats.words import NOT_GRADED, as_json, item_text, rounded, standing_sentence, summary
from gradcheck.results.grades import GradeSheet, ItemGrade, ItemStatus, Visibility


def render(sheet: GradeSheet) -> str:
    """Return a sheet as `results.json`.

    Examples
    --------
    >>> import json
    >>> from gradcheck.results.grades import SheetStatus
    >>> sheet = GradeSheet("ada", SheetStatus.GRADED, (ItemGrade("bp1", "BP1", ItemStatus.PASS, 2.0, 2.0),))
    >>> json.loads(render(sheet))["tests"][0]["score"]
    2.0
    """
    settled = is_settled(sheet)
    give = _scores if settled else _no_scores
    tests = [{**give(item), **_test(item, str(position))} for position, item in enumerate(sheet.items, start=1)]
    if not settled or not tests:
        tests.insert(0, _informational(standing_sentence(sheet)))
    extra = {
        "report_sha256": report.fingerprint(sheet),
        "seed_id": sheet.seed_id,
        "isolation": isolation_sentence(sheet.isolation),
    }
    return as_json(
        {
            **({"score": 0.0} if settled and not sheet.items else {}),
            **_frame(summary(sheet)),
            "execution_time": round(float(sheet.seconds), 3),
            "tests": tests,
            "extra_data": extra,
        }
    )


def failing(sentence: str) -> str:
    """Return a `results.json` that gives no points and no zero: what stands until a submission is graded.

    Examples
    --------
    >>> "score" in failing("The grader was stopped.")
    False
    """
    words = f"{NOT_GRADED} {sentence}".strip()
    return as_json({**_frame(words), "tests": [_informational(words)]})


def instructor_notes(sheet: GradeSheet) -> str:
    """Return what whoever runs the course should know, as text for the autograder's standard output.

    Examples
    --------
    >>> from gradcheck.results.grades import SheetStatus
    >>> item = ItemGrade("bp1", "BP1", ItemStatus.PASS, 2.0, 2.0, visibility=Visibility.HIDDEN)
    >>> print(instructor_notes(GradeSheet("ada", SheetStatus.GRADED, (item,))).splitlines()[0])
    1 item is not shown to students at once: Gradescope hides their total from them until it is.
    """
    count = len(withheld(sheet))
    items = "1 item is" if count == 1 else f"{count} items are"
    then = "it is" if count == 1 else "they are"
    hidden = f"{items} not shown to students at once: Gradescope hides their total from them until {then}."
    return "\n".join([*([hidden] if count else []), *notes(sheet)]) + "\n"


def _frame(output: str) -> dict[str, Any]:
    """Return what every `results.json` of ours says: how its texts are meant, and who sees what."""
    return {
        "output": output,
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": Visibility.VISIBLE.value,
        "stdout_visibility": Visibility.HIDDEN.value,
    }


def _informational(sentence: str) -> dict[str, Any]:
    """Return a failed test without points."""
    return {"name": "Grading", "status": "failed", "output": sentence, "visibility": Visibility.VISIBLE.value}


def _scores(item: ItemGrade) -> dict[str, float]:
    """Return the points of a test."""
    return {"score": rounded(item.points), "max_score": rounded(item.max_points)}


def _no_scores(item: ItemGrade) -> dict[str, float]:
    """Return nothing: the test informs, whatever it found."""
    return {}


def _test(item: ItemGrade, number: str) -> dict[str, Any]:
    """Return one item as a test without its points; its seed only where students never see the test."""
    seed = {"seed": item.seed} if item.visibility is Visibility.HIDDEN else {}
    return {
        "name": one_line(item.title),
        "number": number,
        "status": "passed" if item.status is ItemStatus.PASS else "failed",
        "output": item_text(item),
        "visibility": item.visibility.value,
        "tags": [one_line(item.equation)] if item.equation else [],
        "extra_data": {"item": item.id, **seed},
    }
