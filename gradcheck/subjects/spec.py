"""gradcheck.toml: what a user declares of the subjects in a folder."""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
from pathlib import Path
from typing import Any, Final

from gradcheck.errors import UsageError

FILE_NAME: Final = "gradcheck.toml"


@dataclasses.dataclass(frozen=True)
class SubjectSpec:
    """What is declared of one subject; None where nothing is said.

    Attributes
    ----------
    target : str
        file.py, file.py:Name, module:Name or module:cost,gradient.
    activation : tuple of str
        One for all layers, or one for each layer after the input.
    cost : str or None
    l1, l2 : float or None
        Weight decay: l2/2 sum w**2 + l1 sum |w|, biases left alone.
    batch : str or None
        What a backprop of several columns returns: sum or mean.
    at : str or None
        The name in the file that holds the parameters to check at, or a function that returns them.
    data : tuple of str
        Names in the file handed on as further arguments.
    shapes : tuple of (name, shape)
        Arguments to draw at random.

    Examples
    --------
    >>> SubjectSpec("network.py", cost="cross_entropy").activation
    ()
    """

    target: str
    activation: tuple[str, ...] = ()
    cost: str | None = None
    l1: float | None = None
    l2: float | None = None
    batch: str | None = None
    at: str | None = None
    data: tuple[str, ...] = ()
    shapes: tuple[tuple[str, tuple[int, ...]], ...] = ()

    def over(self, other: SubjectSpec) -> SubjectSpec:
        """Return this spec with what it leaves unsaid taken from `other`."""
        said = {
            field.name: getattr(self, field.name) or getattr(other, field.name)
            if getattr(self, field.name) in (None, ())
            else getattr(self, field.name)
            for field in dataclasses.fields(self)
        }
        return SubjectSpec(**said)


def read_spec(path: Path) -> tuple[SubjectSpec, ...]:
    """Return the subjects that a gradcheck.toml, or [tool.gradcheck] of a pyproject.toml, declares.

    Raises
    ------
    UsageError
        If the file is not TOML, has a key that is not known, or a value of the wrong kind.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "gradcheck.toml").write_text('[[subject]]\\ntarget = "net.py"\\nactivation = "tanh"')
    >>> read_spec(folder / "gradcheck.toml")[0].activation
    ('tanh',)
    """
    try:
        data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not TOML: {error}") from error
    if path.name == "pyproject.toml":
        for key in ("tool", "gradcheck"):
            data = data.get(key, {})
            if not isinstance(data, dict):
                raise UsageError(f"{path}: {key} is {data!r}: a table is required")
    _known(data, ("subject",), str(path))
    subjects = data.get("subject", [])
    if not isinstance(subjects, list) or not all(isinstance(table, dict) for table in subjects):
        raise UsageError(f"{path}: subject is {subjects!r}: one [[subject]] table for each subject is required")
    return tuple(_subject(table, f"{path}, [[subject]] number {number}") for number, table in enumerate(subjects, 1))


def spec_beside(folder: Path) -> tuple[SubjectSpec, ...]:
    """Return what the folder's gradcheck.toml, or else its pyproject.toml, declares; nothing where there is neither.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> spec_beside(pathlib.Path(tempfile.mkdtemp()))
    ()
    """
    for name in (FILE_NAME, "pyproject.toml"):
        if (folder / name).is_file():
            return read_spec(folder / name)
    return ()


def _subject(table: dict[str, Any], where: str) -> SubjectSpec:
    """Return one validated table."""
    _known(table, tuple(field.name for field in dataclasses.fields(SubjectSpec)), where)
    if not isinstance(table.get("target"), str):
        raise UsageError(
            f'{where}: target is {table.get("target")!r}: a string such as "network.py:Network" is required'
        )
    return SubjectSpec(
        target=table["target"],
        activation=_texts(table, "activation", where),
        cost=_text(table, "cost", where),
        l1=_number(table, "l1", where),
        l2=_number(table, "l2", where),
        batch=_text(table, "batch", where),
        at=_text(table, "at", where),
        data=_texts(table, "data", where),
        shapes=_shapes(table, where),
    )


def _known(table: dict[str, Any], names: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in names:
            near = difflib.get_close_matches(key, names, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise UsageError(f"{where}: the key {key!r} is not known: one of {', '.join(names)} is required{hint}")


def _text(table: dict[str, Any], key: str, where: str) -> str | None:
    value = table.get(key)
    if value is not None and not isinstance(value, str):
        raise UsageError(f"{where}: {key} is {value!r}: a string is required")
    return value


def _texts(table: dict[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = table.get(key, [])
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(item, str) for item in values):
        raise UsageError(f"{where}: {key} is {value!r}: a string or a list of strings is required")
    return tuple(values)


def _number(table: dict[str, Any], key: str, where: str) -> float | None:
    value = table.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0.0:
        raise UsageError(f"{where}: {key} is {value!r}: a number of at least 0 is required")
    return float(value)


def _shapes(table: dict[str, Any], where: str) -> tuple[tuple[str, tuple[int, ...]], ...]:
    value = table.get("shapes", {})
    if not isinstance(value, dict):
        raise UsageError(f"{where}: shapes is {value!r}: a table such as {{ w = [4, 3] }} is required")
    for name, shape in value.items():
        if not isinstance(shape, list) or not all(type(n) is int and n > 0 for n in shape):
            raise UsageError(f"{where}: the shape of {name} is {shape!r}: a list of whole numbers above 0 is required")
    return tuple((name, tuple(shape)) for name, shape in value.items())
