"""Results as plain JSON data, and back."""

from __future__ import annotations

import dataclasses
import enum
import math
import types
import typing
from collections.abc import Mapping
from typing import Any

SCHEMA_VERSION = 1
"""Raised by one whenever a field of these classes changes its name or its meaning."""


def encode(value: Any) -> Any:
    """Return `value` as plain JSON data; a number that JSON lacks becomes the string Python prints for it."""
    if dataclasses.is_dataclass(value):
        return {field.name: encode(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(float(value))
    return value


def decode(kind: Any, data: Mapping[str, Any]) -> Any:
    """Return the value of type `kind` that `encode` wrote, if it was this version that wrote it."""
    version = data.get("schema_version")
    if version != SCHEMA_VERSION:
        raise ValueError(f"schema_version is {version!r}: this gradcheck reads version {SCHEMA_VERSION}")
    return _decoded(kind, data)


def _decoded(kind: Any, data: Any) -> Any:
    """Return the value of type `kind` that `encode` wrote as `data`."""
    if isinstance(kind, types.UnionType):
        return None if data is None else _decoded(next(arm for arm in kind.__args__ if arm is not type(None)), data)
    if typing.get_origin(kind) is tuple:
        _require(data, list, list)
        return tuple(_decoded(kind.__args__[0], item) for item in data)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        _require(data, Mapping, kind)
        unknown = set(data) - set(hints)
        if unknown:
            raise ValueError(f"unknown fields {sorted(unknown)} of {kind.__name__}")
        fields = dataclasses.fields(kind)
        required = {
            f.name for f in fields if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
        }
        missing = required - set(data)  # the others came later than the data: they have their defaults
        if missing:
            raise ValueError(f"missing fields {sorted(missing)} of {kind.__name__}")
        return typing.cast(Any, kind)(**{name: _decoded(hints[name], item) for name, item in data.items()})
    if kind is bool:
        if not isinstance(data, bool):
            raise ValueError(f"{str(data)[:40]!r} stands where bool is required")
        return data
    if kind in _JSON_TYPES:
        _require(data, _JSON_TYPES[kind], kind)
    return kind(data)


_JSON_TYPES: dict[Any, Any] = {str: str, int: int, float: (int, float, str)}
"""What JSON holds for a field of each plain type: a float that JSON lacks is a string."""


def _require(data: Any, required: Any, kind: Any) -> None:
    """Raise ValueError unless `data` can be a `kind`: int(1.5) and tuple("text") would make something of anything."""
    if not isinstance(data, required) or isinstance(data, bool):
        raise ValueError(f"{str(data)[:40]!r} stands where {kind.__name__} is required")
