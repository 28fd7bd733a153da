"""gradcheck.toml and [tool.gradcheck] of a pyproject.toml, read; whatever is wrong is told with its line."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from gradcheck.errors import UsageError
from gradcheck.network.activations import activation_named
from gradcheck.network.costs import cost_named
from gradcheck.subjects.spec import KEYS, Origin, SubjectSpec
from gradcheck.subjects.spec_place import FILE_NAME, PYPROJECT, TABLE, declares, parsed, shown, text_of
from gradcheck.subjects.targets import parse_target
from gradcheck.subjects.toml_lines import TomlLines

BATCHES: Final = ("sum", "mean")


def read_spec(path: Path) -> tuple[SubjectSpec, ...]:
    """Return the subjects that a gradcheck.toml, or [tool.gradcheck] of a pyproject.toml, declares.

    Raises
    ------
    UsageError
        If the file cannot be read, is not TOML, has a key that is not known, or a value that is none of those a key may have.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "gradcheck.toml").write_text('[[subject]]\\ntarget = "net.py"\\nactivation = "tanh"')
    >>> read_spec(folder / "gradcheck.toml")[0].activation
    ('tanh',)
    """
    return tuple(_File(path).subjects())


def spec_beside(folder: Path) -> tuple[SubjectSpec, ...]:
    """Return what the folder's gradcheck.toml, or else its pyproject.toml, declares; nothing where there is neither.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> spec_beside(pathlib.Path(tempfile.mkdtemp()))
    ()
    """
    path = next((folder / name for name in (FILE_NAME, PYPROJECT) if (folder / name).is_file()), None)
    return read_spec(path) if path is not None and declares(path) else ()


class _File:
    """One file with what it says, and where each key of it stands."""

    def __init__(self, path: Path) -> None:
        self.path, text = path, text_of(path)
        self.data, self.lines = parsed(text, path), TomlLines(text)
        self.table = TABLE.get(path.name, ())

    def subjects(self) -> list[SubjectSpec]:
        """Return the subjects, each validated."""
        table = self.data
        for end, key in enumerate(self.table, start=1):
            table = table.get(key, {})
            if not isinstance(table, dict):
                raise UsageError(f"{self._at(*self.table[:end])}: {key} is {table!r}: a table is required")
        for key in table:
            _known(key, ("subject",), self._at(*self.table, key))
        subjects = table.get("subject", [])
        if not isinstance(subjects, list) or not all(isinstance(one, dict) for one in subjects):
            where = self._at(*self.table, "subject")
            raise UsageError(f"{where}: subject is {subjects!r}: one [[subject]] table for each subject is required")
        return [_Subject(one, self._origin(number, one)).spec() for number, one in enumerate(subjects)]

    def _origin(self, number: int, subject: dict[str, Any]) -> Origin:
        start = (*self.table, "subject", number)
        lines = {key: self.lines.of((*start, key)) for key in subject}
        return Origin(self.path, number + 1, {**lines, "": self.lines.of(start)})

    def _at(self, *path: str) -> str:
        return shown(self.path, self.lines.of(path))


class _Subject:
    """One [[subject]] table, read key by key."""

    def __init__(self, table: dict[str, Any], origin: Origin) -> None:
        self.table, self.origin = table, origin

    def spec(self) -> SubjectSpec:
        """Return what it says."""
        for key in self.table:
            _known(key, tuple(one.name for one in KEYS), self.origin.at(key))
        spec = SubjectSpec(
            target=self._target(),
            activation=self._texts("activation"),
            cost=self._text("cost"),
            l1=self._number("l1"),
            l2=self._number("l2"),
            batch=self._text("batch"),
            at=self._text("at"),
            data=self._texts("data"),
            shapes=self._shapes(),
        )
        for name in spec.activation:
            self._accepted("activation", activation_named, name)
        if spec.cost is not None:
            self._accepted("cost", cost_named, spec.cost)
        if spec.batch is not None and spec.batch not in BATCHES:
            raise self._wrong("batch", f"choose one of {', '.join(BATCHES)}")
        return dataclasses.replace(spec, origin=self.origin)

    def _target(self) -> str:
        target = self.table.get("target")
        if not isinstance(target, str):
            raise self._wrong("target", 'a string such as "network.py:Network" is required')
        self._accepted("target", parse_target, target)
        return target

    def _accepted(self, key: str, read: Callable[[str], object], value: str) -> None:
        """Let a value be read by what will use it, which says what it accepts."""
        try:
            read(value)
        except UsageError as error:
            raise UsageError(f"{self.origin.at(key)}: {error}") from error

    def _wrong(self, key: str, required: str) -> UsageError:
        return UsageError(f"{self.origin.at(key)}: {key} is {self.table.get(key)!r}: {required}")

    def _text(self, key: str) -> str | None:
        value = self.table.get(key)
        if value is not None and not isinstance(value, str):
            raise self._wrong(key, "a string is required")
        return value

    def _texts(self, key: str) -> tuple[str, ...]:
        value = self.table.get(key, [])
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not all(isinstance(item, str) for item in values):
            raise self._wrong(key, "a string or a list of strings is required")
        return tuple(values)

    def _number(self, key: str) -> float | None:
        value = self.table.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0.0:
            raise self._wrong(key, "a number of at least 0 is required")
        return float(value)

    def _shapes(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        value = self.table.get("shapes", {})
        if not isinstance(value, dict):
            raise self._wrong("shapes", "a table such as { w = [4, 3] } is required")
        for name, shape in value.items():
            if not isinstance(shape, list) or not all(type(n) is int and n > 0 for n in shape):
                where = self.origin.at("shapes")
                raise UsageError(
                    f"{where}: the shape of {name} is {shape!r}: a list of whole numbers above 0 is required"
                )
        return tuple((name, tuple(shape)) for name, shape in value.items())


def _known(key: str, names: tuple[str, ...], where: str) -> None:
    if key not in names:
        near = difflib.get_close_matches(key, names, 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise UsageError(f"{where}: the key {key!r} is not known: one of {', '.join(names)} is required{hint}")
