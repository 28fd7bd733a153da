"""Results as JSON, and back."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from gradcheck.results import CheckResult, Report


def render(result: CheckResult | Report) -> str:
    """Return a result, or the report of a whole run, as strict JSON.

    ASCII, with the schema version; numbers that JSON lacks are the strings "nan", "inf" and "-inf".

    Examples
    --------
    >>> print(render(Report()))
    {
      "results": [],
      "failures": [],
      "session": null,
      "schema_version": 1
    }
    """
    return json.dumps(result.as_dict(), indent=2, allow_nan=False)


def parse(text: str) -> Report:
    """Return the report that `render` wrote; one result is a report of one.

    Raises
    ------
    ValueError
        If the text is no such JSON, or of another schema version.

    Examples
    --------
    >>> from gradcheck.results import Verdict
    >>> parse(render(CheckResult("gradient", Verdict.AGREE))).results[0].title
    'gradient'
    """
    data = json.loads(text, parse_constant=_refuse)
    if not isinstance(data, dict):
        raise ValueError(f"the JSON holds {_kind(data)}: an object with schema_version is required")
    return Report.from_dict(data) if "results" in data else Report((CheckResult.from_dict(data),))


def _refuse(constant: str) -> NoReturn:
    """Refuse NaN and Infinity, which are no JSON."""
    raise ValueError(f"{constant} stands where a number is required: it is not JSON")


def _kind(data: Any) -> str:
    """Return what a piece of JSON is, for a message."""
    return f"a {type(data).__name__}, {str(data)[:40]!r}"
