"""What pydantic has against a rubric's tables, in sentences: what was seen, and what is required instead."""

from __future__ import annotations

import difflib
import enum
import types
import typing
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from gradcheck.grading.rubric_model import RubricTables
from gradcheck.subjects.toml_lines import KeyPath

Problem = tuple[KeyPath, str]
"""Where something is wrong, and the sentence that says what: it goes on after the key path in words."""

LONGEST: Final = 60
"""A value longer than this is cut in a sentence (characters)."""

_EXPECTED: Final = {
    "assignment": "a table [assignment] with title and protocol",
    "item": "one [[item]] table for each thing that earns points",
    "title": "a line of text",
    "id": 'a short name such as "bp1"',
    "points": "a number above 0",
    "parameters": "a table such as { w = [4, 3] }",
    "shape": "a list of whole numbers such as [4, 3]",
    "layer": "a whole number (2 for the first hidden layer)",
    "neuron": "a whole number (0 for the first neuron)",
    "activation": "the name of an activation function",
}
"""What a key is for, where it is missing; the rest have their words from their type."""


def problems_seen_by_pydantic(error: ValidationError) -> list[Problem]:
    """Return what is wrong, each with its key path.

    Examples
    --------
    >>> try:
    ...     _ = RubricTables.model_validate({"assignment": {"title": "Backprop", "protocol": "network"}, "item": [3]})
    ... except ValidationError as error:
    ...     problems_seen_by_pydantic(error)
    [(('item', 0), ' is 3: a table is required')]
    """
    found = error.errors(include_url=False)
    wrong = [one["loc"] for one in found]
    # A list of which an element is wrong is also said to be too short: that is no second fault.
    own = [
        one
        for one in found
        if not any(len(loc) > len(one["loc"]) and loc[: len(one["loc"])] == one["loc"] for loc in wrong)
    ]
    return [(tuple(one["loc"]), _sentence(tuple(one["loc"]), typing.cast(dict[str, Any], one))) for one in own]


def shown(value: object) -> str:
    """Return a value as a sentence shows it, cut where it is long.

    Examples
    --------
    >>> shown("tanh"), shown(True), shown("x" * 100)[-5:]
    ("'tanh'", 'true', 'xx...')
    """
    if isinstance(value, bool):
        return str(value).lower()
    words = repr(value)
    return words if len(words) <= LONGEST else words[: LONGEST - 3] + "..."


def meant(word: object, known: typing.Iterable[str]) -> str:
    """Return a question for a word that is close to one that is known; nothing for others.

    Examples
    --------
    >>> meant("visble", ["visible", "hidden"])
    '; did you mean visible?'
    """
    near = difflib.get_close_matches(str(word), list(known), 1)
    return f"; did you mean {near[0]}?" if near else ""


def _sentence(loc: KeyPath, one: dict[str, Any]) -> str:
    if one["type"] == "extra_forbidden":
        keys = _keys_beside(loc)
        return f" is not known: one of {', '.join(keys)} is required{meant(loc[-1], keys)}"
    if one["type"] == "missing":
        return f" is missing: {_expected(loc)} is required"
    return f" is {shown(one['input'])}: {_required(loc, one)}"


def _expected(loc: KeyPath) -> str:
    """Return what a missing key is for."""
    choices = _choices(loc)
    return f"one of {', '.join(choices)}" if choices else _EXPECTED[str(loc[-1])]


def _required(loc: KeyPath, one: dict[str, Any]) -> str:
    """Return what is required where something else stands."""
    context = one.get("ctx", {})
    if one["type"] == "enum":
        choices = _choices(loc)
        return f"one of {', '.join(choices)} is required{meant(one['input'], choices)}"
    if one["type"] == "too_long":
        return f"{context['max_length']} at most are required"
    if one["type"] == "string_too_long":
        return f"{context['max_length']} characters at most are required"
    return f"{_WORDS[one['type']].format(**context)} is required"


_WORDS: Final = {
    "string_type": "a string",
    "string_too_short": "some text",
    "string_pattern_mismatch": "a name of at most 40 lower case letters, digits, - and _ that begins with no sign",
    "tuple_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "bool_type": "true or false",
    "float_type": "a number",
    "int_type": "a whole number",
    "finite_number": "a finite number",
    "greater_than": "a number above {gt:g}",
    "greater_than_equal": "a number of at least {ge:g}",
    "less_than_equal": "a number of {le:g} at most",
    "too_short": "at least one",
}
"""What is required, by pydantic's name of the error."""


def _keys_beside(loc: KeyPath) -> list[str]:
    """Return the keys that the table of a key path has."""
    model = _annotation_at(loc[:-1])
    return [field.alias or name for name, field in model.model_fields.items()]


def _choices(loc: KeyPath) -> list[str]:
    """Return the words that may stand at a key path; none where any may."""
    kind = _annotation_at(loc)
    is_choice = isinstance(kind, type) and issubclass(kind, enum.Enum)
    return [one.value for one in kind] if is_choice else []


def _annotation_at(path: KeyPath) -> Any:
    """Return the type of what stands at a key path: a model, an enum, or a plain type."""
    here: Any = RubricTables
    for key in path:
        if isinstance(here, type) and issubclass(here, BaseModel):
            named = {field.alias or name: field.annotation for name, field in here.model_fields.items()}
            here = _bare(named[str(key)])
        else:  # the element of a list, or what a table of tables has under any name
            here = _bare(typing.get_args(here)[-1 if typing.get_origin(here) is dict else 0])
    return here


def _bare(annotation: Any) -> Any:
    """Return an annotation without what is said about it, and without None."""
    while typing.get_origin(annotation) in (typing.Annotated, types.UnionType, typing.Union):
        annotation = typing.get_args(annotation)[0]
    return annotation
