"""Results as JSON, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NoReturn

from gradcheck.results import SCHEMA_VERSION, CheckResult


def render(result: CheckResult) -> str:
    """Return one result as strict JSON: ASCII, and numbers that JSON lacks as the strings "nan", "inf" and "-inf".

    Examples
    --------
    >>> from gradcheck.results import Verdict
    >>> parse(render(CheckResult("gradient", Verdict.AGREE)))[0].title
    'gradient'
    """
    return json.dumps(result.as_dict(), indent=2, allow_nan=False)


def render_many(results: Sequence[CheckResult]) -> str:
    """Return the results of several targets as one JSON object with `schema_version` and `results`.

    Examples
    --------
    >>> print(render_many([]))
    {
      "schema_version": 1,
      "results": []
    }
    """
    encoded = [result.as_dict() for result in results]
    return json.dumps({"schema_version": SCHEMA_VERSION, "results": encoded}, indent=2, allow_nan=False)


def parse(text: str) -> list[CheckResult]:
    """Return the results that `render` or `render_many` wrote.

    Raises
    ------
    ValueError
        If the text is no such JSON, or of another schema version.

    Examples
    --------
    >>> from gradcheck.results import Verdict
    >>> results = CheckResult("w", Verdict.AGREE), CheckResult("b", Verdict.AGREE)
    >>> [result.title for result in parse(render_many(results))]
    ['w', 'b']
    """
    data = json.loads(text, parse_constant=_refuse)
    if not isinstance(data, dict):
        raise ValueError(f"the JSON holds {_kind(data)}: an object with schema_version is required")
    if "results" not in data:
        return [CheckResult.from_dict(data)]
    version, listed = data.get("schema_version"), data["results"]
    if version != SCHEMA_VERSION:
        raise ValueError(f"schema_version is {version!r}: this gradcheck reads version {SCHEMA_VERSION}")
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise ValueError(f"results is {_kind(listed)}: a list of objects is required")
    unknown = set(data) - {"schema_version", "results"}
    if unknown:
        raise ValueError(f"unknown fields {sorted(unknown)} beside results")
    return [CheckResult.from_dict(one) for one in listed]


def _refuse(constant: str) -> NoReturn:
    """Refuse NaN and Infinity, which are no JSON."""
    raise ValueError(f"{constant} stands where a number is required: it is not JSON")


def _kind(data: Any) -> str:
    """Return what a piece of JSON is, for a message."""
    return f"a {type(data).__name__}, {str(data)[:40]!r}"
