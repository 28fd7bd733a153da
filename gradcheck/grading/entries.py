"""Which file of a submission is the program to be graded, and what has to be said of it before it is run."""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess
import sys
from pathlib import PurePosixPath
from typing import Final

from gradcheck.errors import LoadError
from gradcheck.grading.gathering import SubmittedFile
from gradcheck.grading.notebooks import program_in
from gradcheck.subjects.python2 import explain_python_2
from gradcheck.subjects.targets import check_bytes

_SHOWN: Final = 5
"""Candidates that a sentence lists (a count)."""

_SECONDS: Final = 10.0
"""Time that the reading of one file's grammar may take [seconds]."""

_LIKE_PYTHON_2: Final = re.compile(
    rb"^[ \t]*(?:print[ \t]+[^\s(=.,:)]|print[ \t]*$|except[ \t]+[\w.()]+[ \t]*,)", re.MULTILINE
)
"""What may be Python 2: only then is its grammar looked at."""

_GRAMMAR: Final = """
import json, sys
try:
    compile(sys.stdin.buffer.read(), "", "exec", dont_inherit=True)
except SyntaxError as error:
    sys.stdout.write(json.dumps([str(error.msg)[:500], error.lineno or 0]))
"""
"""Reads a program and runs none of it; in a process of its own, since a text can be made that ends the one that compiles it."""


@dataclasses.dataclass(frozen=True)
class Entry:
    """The program of a submission.

    Attributes
    ----------
    path : str
        Where it is among the files.
    files : tuple of SubmittedFile
        All files, a notebook that is the program turned into one.
    notes : tuple of str

    Examples
    --------
    >>> Entry("network.py", (SubmittedFile("network.py", b"x = 1"),)).notes
    ()
    """

    path: str
    files: tuple[SubmittedFile, ...]
    notes: tuple[str, ...] = ()


def entry_among(files: tuple[SubmittedFile, ...], wanted: str) -> Entry:
    """Return the program: the file of the name that the rubric wants, or else the only .py, or else the only notebook.

    Raises
    ------
    LoadError
        If there is none, or there are several and nothing says which; or it is no text, a broken notebook, or Python 2.

    Examples
    --------
    >>> entry_among((SubmittedFile("hw3.py", b"x = 1"),), "network.py")
    Entry(path='network.py', files=(SubmittedFile(path='network.py'),), notes=('hw3.py is taken as network.py',))
    """
    chosen = _chosen(files, wanted)
    others = tuple(one for one in files if one is not chosen)
    made, notes = _as_program(chosen, others, wanted)
    check_bytes(made.path, made.content)
    sentence = _python_2(made)
    if sentence:
        raise LoadError(sentence)
    return Entry(made.path, tuple(sorted((made, *others), key=lambda one: one.path)), notes)


def _chosen(files: tuple[SubmittedFile, ...], wanted: str) -> SubmittedFile:
    """Return the file that is meant."""
    stem = wanted.removesuffix(".py")
    for name in (wanted, f"{stem}.ipynb"):
        named = [one for one in files if PurePosixPath(one.path).name == name]
        if named:
            return _shallowest(named, name)
    for ending in (".py", ".ipynb"):
        found = [one for one in files if one.path.lower().endswith(ending)]
        if len(found) == 1:
            return found[0]
        if found:
            paths = [one.path for one in found]
            more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
            raise LoadError(f"none of its files is called {wanted}: which is meant, {', '.join(paths[:_SHOWN])}{more}?")
    there = ", ".join(one.path for one in files[:_SHOWN]) or "nothing that can be read"
    raise LoadError(f"it has no program: {wanted} is to be handed in, and there is {there}")


def _shallowest(named: list[SubmittedFile], name: str) -> SubmittedFile:
    """Return the file that lies in the fewest folders."""
    depth = min(one.path.count("/") for one in named)
    top = [one for one in named if one.path.count("/") == depth]
    if len(top) > 1:
        raise LoadError(
            f"it has {name} in several places: which is meant, {', '.join(one.path for one in top[:_SHOWN])}?"
        )
    return top[0]


def _as_program(
    chosen: SubmittedFile, others: tuple[SubmittedFile, ...], wanted: str
) -> tuple[SubmittedFile, tuple[str, ...]]:
    """Return the chosen file as a Python file, under the name that is wanted where no other file could know it by its own."""
    path, content, notes = PurePosixPath(chosen.path), chosen.content, []
    is_notebook = path.suffix.lower() == ".ipynb"
    if is_notebook:
        program = program_in(content.decode("utf-8-sig", "replace"))
        content = program.source.encode()
        notes.append(f"{path} is {program.note}")
    is_alone = not any(one.path.lower().endswith(".py") for one in others)
    target = path.with_name(wanted) if is_alone else path.with_suffix(".py")
    if str(target) != chosen.path and any(one.path == str(target) for one in others):
        raise LoadError(f"{path} cannot be read as {target}, which is there too: hand in one of them")
    if path.name != target.name and not is_notebook:
        notes.append(f"{path.name} is taken as {target.name}")
    return SubmittedFile(str(target), content), tuple(notes)


def _python_2(program: SubmittedFile) -> str | None:
    """Return the sentence for a program in Python 2."""
    has_tabs_and_spaces = b"\n\t" in program.content and b"\n " in program.content
    if not has_tabs_and_spaces and not _LIKE_PYTHON_2.search(program.content):
        return None
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", _GRAMMAR],
            input=program.content,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
        message, line = json.loads(done.stdout or b"null") or (None, 0)
    except (subprocess.TimeoutExpired, ValueError):  # it is told when it is run, in its sandbox
        return None
    if message is None:
        return None
    return explain_python_2(SyntaxError(message, (program.path, line, None, None)))
