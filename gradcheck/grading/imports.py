"""What a submission's text says it imports, beside what it may: advice for a person, since the sandbox has no more than that."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Final

from gradcheck.results.grades import Flag, FlagCode, Severity

_IMPORT: Final = re.compile(r"^[ \t]*(?:from[ \t]+(\w+)[\w.]*[ \t]+import\b|import[ \t]+([\w., \t]+))", re.MULTILINE)

_SHOWN: Final = 5
"""Names that a sentence lists (a count)."""


def flag_of_imports(source: str, packages: Iterable[str], files: Iterable[str]) -> Iterator[Flag]:
    """Yield a flag where a program imports what is neither Python's, nor allowed, nor its own.

    Examples
    --------
    >>> [flag.sentence for flag in flag_of_imports("import os, torch\\nfrom numpy import dot", ("numpy",), ())]
    ['its text imports torch, which the rubric does not allow']
    >>> list(flag_of_imports("from layers import relu", (), ("layers.py",)))
    []
    """
    own = {part.removesuffix(".py") for path in files for part in PurePosixPath(path).parts}
    allowed = {name.replace("-", "_").lower() for name in packages} | {"numpy"} | own | set(sys.stdlib_module_names)
    others = sorted({name for name in _imported(source) if name not in allowed and name.lower() not in allowed})
    if others:
        named = ", ".join(others[:_SHOWN]) + (f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else "")
        yield Flag(FlagCode.IMPORTS, Severity.REVIEW, f"its text imports {named}, which the rubric does not allow")


def _imported(source: str) -> Iterator[str]:
    for found in _IMPORT.finditer(source):
        if found.group(1):
            yield found.group(1)
            continue
        for one in found.group(2).split(","):
            name = one.strip().partition(" ")[0].partition(".")[0]
            if name.isidentifier():
                yield name
