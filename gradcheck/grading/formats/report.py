"""`report.json`: all that was found of one submission, for whoever runs the course; its JSON Schema is shipped beside it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from importlib import resources
from typing import Any, Final, NoReturn, cast

from gradcheck.grading.formats.standing import is_settled
from gradcheck.grading.formats.words import as_json, rounded
from gradcheck.results.codec import SCHEMA_VERSION
from gradcheck.results.grades import GradeSheet

SCHEMA_NAME: Final = f"gradcheck-report/{SCHEMA_VERSION}"
"""Names the schema, and with it the version of the records that the report holds."""

DERIVED: Final = ("schema", "total", "max_points", "percent")
"""What the report tells beside the records' own fields, for programs that only want the points."""


def render(sheet: GradeSheet) -> str:
    """Return a sheet as JSON, with everything; `total` and `percent` are null where the points do not count.

    Examples
    --------
    >>> from gradcheck.results.grades import SheetStatus
    >>> sheet = GradeSheet("ada", SheetStatus.UNGRADED, reason="the grader was stopped")
    >>> parse(render(sheet)) == sheet
    True
    """
    settled = is_settled(sheet)
    derived = {
        "schema": SCHEMA_NAME,
        "total": rounded(sheet.total) if settled else None,
        "max_points": rounded(sheet.max_points) if math.isfinite(sheet.max_points) else None,
        "percent": rounded(sheet.percent) if settled else None,
    }
    return as_json({**derived, **sheet.as_dict()})


def parse(text: str) -> GradeSheet:
    """Return the sheet that `render` wrote.

    Raises
    ------
    ValueError
        If the text is no such JSON, or of another schema.

    Examples
    --------
    >>> parse('{"schema": "x/1"}')
    Traceback (most recent call last):
        ...
    ValueError: the schema is 'x/1': 'gradcheck-report/1' was required
    """
    data = json.loads(text, parse_constant=_refuse)
    found = data.get("schema") if isinstance(data, dict) else None
    if found != SCHEMA_NAME:
        raise ValueError(f"the schema is {found!r}: {SCHEMA_NAME!r} was required")
    return GradeSheet.from_dict({name: value for name, value in data.items() if name not in DERIVED})


def is_report(text: str) -> bool:
    """Tell whether a text is a report, of this version or another, and no other result of ours.

    Examples
    --------
    >>> is_report('{"schema": "gradcheck-report/99"}'), is_report('{"schema_version": 1}'), is_report("no JSON")
    (True, False, False)
    """
    try:
        data = json.loads(text)
    except ValueError:
        return False
    found = data.get("schema") if isinstance(data, dict) else None
    return isinstance(found, str) and found.startswith("gradcheck-report/")


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a report.

    Examples
    --------
    >>> schema()["properties"]["schema"]
    {'const': 'gradcheck-report/1'}
    """
    text = resources.files("gradcheck.grading.formats").joinpath("report.schema.json").read_text(encoding="utf-8")
    return cast(dict[str, Any], json.loads(text))


def fingerprint(sheet: GradeSheet) -> str:
    """Return the SHA-256 of the report without its times: equal sheets have equal ones, on any machine.

    Examples
    --------
    >>> from gradcheck.results.grades import SheetStatus
    >>> slow, fast = (GradeSheet("ada", SheetStatus.UNGRADED, seconds=seconds) for seconds in (9.0, 1.0))
    >>> fingerprint(slow) == fingerprint(fast)
    True
    """
    items = tuple(dataclasses.replace(item, seconds=0.0) for item in sheet.items)
    timeless = dataclasses.replace(sheet, items=items, seconds=0.0)
    return hashlib.sha256(json.dumps(timeless.as_dict(), sort_keys=True).encode()).hexdigest()


def _refuse(constant: str) -> NoReturn:
    """Refuse NaN and Infinity, which are no JSON."""
    raise ValueError(f"{constant} stands where a number is required: it is not JSON")
