"""The JSON Schema of a report, made from the records that it holds: no field can be forgotten."""

from __future__ import annotations

import dataclasses
import enum
import inspect
import types
import typing
from typing import Any, Final

from gradcheck.grading.formats.report import DERIVED, SCHEMA_NAME
from gradcheck.results.codec import SCHEMA_VERSION
from gradcheck.results.grades import GradeSheet

NOT_FINITE: Final = {"enum": ["nan", "inf", "-inf"], "description": "A number that JSON lacks."}
POINTS: Final = {"anyOf": [{"type": "number", "minimum": 0}, NOT_FINITE]}
SHA256: Final = {"type": "string", "pattern": "^([0-9a-f]{64})?$"}
COUNTED: Final = {"type": ["number", "null"], "minimum": 0, "description": "null where the points do not count."}

NARROWER: Final[dict[str, dict[str, Any]]] = {
    "ItemGrade.points": POINTS,
    "ItemGrade.max_points": POINTS,
    "ItemGrade.explain": {"type": "integer", "minimum": 0, "maximum": 4},
    "Isolation.tier": {"enum": ["T0", "T1", "T2", "T3", "T4"]},
    "Isolation.landlock_abi": {"type": "integer", "minimum": 0},
    "GradeSheet.sha256": SHA256,
    "GradeSheet.rubric_sha256": SHA256,
}
"""What a field's type does not say."""

NO_TOTAL: Final = {
    "if": {"properties": {"status": {"const": "ungraded"}}, "required": ["status"]},
    "then": {"properties": {"total": {"type": "null"}, "percent": {"type": "null"}}},
}
"""What was not graded has no points."""


def report_schema() -> dict[str, Any]:
    """Return the schema of `report.json`."""
    defs: dict[str, Any] = {}
    sheet = _object(GradeSheet, defs)
    derived = {
        "schema": {"const": SCHEMA_NAME},
        "total": COUNTED,
        "max_points": {"type": ["number", "null"], "minimum": 0},
        "percent": {**COUNTED, "maximum": 100},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": SCHEMA_NAME,
        **sheet,
        "properties": {**derived, **sheet["properties"]},
        "required": [*DERIVED, *sheet["required"]],
        **NO_TOTAL,
        "$defs": dict(sorted(defs.items())),
    }


def _object(kind: type, defs: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a record."""
    hints = typing.get_type_hints(kind)
    names = [field.name for field in dataclasses.fields(kind)]
    return {
        "description": (inspect.getdoc(kind) or "").splitlines()[0],
        "type": "object",
        "properties": {
            name: NARROWER.get(f"{kind.__name__}.{name}") or _named(name, hints[name], defs) for name in names
        },
        "required": names,
        "additionalProperties": False,
    }


def _named(name: str, hint: Any, defs: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a field."""
    return {"const": SCHEMA_VERSION} if name == "schema_version" else _of(hint, defs)


def _of(hint: Any, defs: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a type, as the codec writes its values."""
    if isinstance(hint, types.UnionType):
        arm = next(one for one in hint.__args__ if one is not type(None))
        return {"anyOf": [_of(arm, defs), {"type": "null"}]}
    if typing.get_origin(hint) is tuple:
        return {"type": "array", "items": _of(hint.__args__[0], defs)}
    if dataclasses.is_dataclass(hint):
        if hint.__name__ not in defs:
            defs[hint.__name__] = {}  # taken, for a record may hold others of its kind
            defs[hint.__name__] = _object(typing.cast(type, hint), defs)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    if issubclass(hint, enum.Enum):
        return {"enum": [member.value for member in hint]}
    if hint is float:
        return {"anyOf": [{"type": "number"}, NOT_FINITE]}
    return {"type": {bool: "boolean", int: "integer", str: "string"}[hint]}
