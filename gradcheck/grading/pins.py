"""The packages that grading needs, each pinned to the version that is installed here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from importlib import metadata
from typing import Final

REQUIREMENT: Final = re.compile(
    r"\s*(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[(?P<extras>[^\]]*)\])?(?P<rest>[^;]*)(?:;(?P<marker>.*))?"
)
"""A requirement as PEP 508 writes it, as far as it matters here."""

EXTRA: Final = re.compile(r"""extra\s*==\s*["']([^"']+)["']""")


def pinned(requirements: Iterable[str]) -> tuple[str, ...]:
    """Return these requirements and all that they require, as "name==version" in alphabetical order.

    What a marker asks for and is not installed is left out.

    Examples
    --------
    >>> [line.split("==")[0] for line in pinned(["click"])]
    ['click']
    """
    found: dict[str, str] = {}
    waiting = list(requirements)
    seen = set()
    while waiting:
        one = waiting.pop()
        name, extras = _parsed(one)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            installed = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        found[name] = installed.version
        waiting.extend(_required(installed, extras))
    return tuple(f"{name}=={version}" for name, version in sorted(found.items()))


def _parsed(requirement: str) -> tuple[str, frozenset[str]]:
    """Return the normalised name of a requirement, and its extras."""
    match = REQUIREMENT.match(requirement)
    if match is None:
        raise ValueError(f"{requirement!r} is no requirement: a package's name was required")
    extras = frozenset(part.strip() for part in (match["extras"] or "").split(",") if part.strip())
    return normalised(match["name"]), extras


def normalised(name: str) -> str:
    """Return a package's name as PEP 503 compares it.

    Examples
    --------
    >>> normalised("Pydantic_Core")
    'pydantic-core'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def _required(installed: metadata.Distribution, extras: frozenset[str]) -> Iterator[str]:
    """Yield what an installed package requires, with these of its extras."""
    for requirement in installed.requires or ():
        wanted = EXTRA.search(requirement)
        if wanted is None or wanted[1] in extras:
            yield requirement
