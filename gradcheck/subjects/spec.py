"""What a user declares of a subject, in gradcheck.toml or on the command line: every key, and what it is for."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from gradcheck.subjects.spec_place import shown


@dataclasses.dataclass(frozen=True)
class Key:
    """One key of a [[subject]] table: its name, an example of it as TOML, and what it says.

    Examples
    --------
    >>> KEYS[0].name
    'target'
    """

    name: str
    example: str
    meaning: str


KEYS: Final = (
    Key(
        "target",
        '"network.py"',
        "What is checked: file.py, file.py:Name, file.py:cost,gradient or package.module:Name.",
    ),
    Key(
        "activation",
        '["sigmoid", "softmax"]',
        "Of a network: one activation for all layers, or one for each after the input: sigmoid, tanh, relu, leaky_relu, elu, softplus, "
        "gelu, gelu_tanh, swish, linear or softmax. Without it: sigmoid.",
    ),
    Key("cost", '"cross_entropy"', "Of a network: quadratic, cross_entropy or log_likelihood. Without it: quadratic."),
    Key("l1", "0.01", "Weight decay l1 * sum |w|, biases left alone."),
    Key("l2", "0.01", "Weight decay l2 / 2 * sum w**2, biases left alone."),
    Key("batch", '"sum"', "What a network's backprop returns for several columns: sum or mean."),
    Key("at", '"params"', "Name in the file of the parameters to check at, or of a function that returns them."),
    Key("data", '["X", "y"]', "Names in the file that are handed on as further arguments."),
    Key("shapes", "{ w = [4, 3], b = [3] }", "Arguments to draw at random, each with its shape."),
)
"""The schema of a [[subject]] table; all but target may be left out."""


@dataclasses.dataclass(frozen=True)
class Origin:
    """Where a subject is declared: the file, the table's place in it (from 1), and the lines of the table ("") and of its keys.

    Examples
    --------
    >>> Origin(Path("/nowhere/gradcheck.toml"), 2, {"": 6, "target": 7}).at("target")
    '/nowhere/gradcheck.toml, line 7, [[subject]] number 2'
    """

    path: Path
    number: int
    lines: Mapping[str, int]

    @property
    def line(self) -> int:
        """The table's line; 0 where it is not known."""
        return self.lines.get("", 0)

    def at(self, key: str = "") -> str:
        """Return the place of a key, or of the table, in words."""
        return f"{shown(self.path, self.lines.get(key, self.line))}, [[subject]] number {self.number}"


@dataclasses.dataclass(frozen=True)
class SubjectSpec:
    """What is declared of one subject; None where nothing is said. What each key says stands in `KEYS`.

    Attributes
    ----------
    target : str
    activation, data : tuple of str
    cost, batch, at : str or None
    l1, l2 : float or None
    shapes : tuple of (name, shape)
    origin : Origin or None
        Where it is declared; no key, and None for what stands in no file.

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
    origin: Origin | None = dataclasses.field(default=None, compare=False, repr=False)

    def over(self, other: SubjectSpec) -> SubjectSpec:
        """Return this spec with what it leaves unsaid taken from `other`."""
        said = {
            field.name: getattr(self, field.name) or getattr(other, field.name)
            if getattr(self, field.name) in (None, ())
            else getattr(self, field.name)
            for field in dataclasses.fields(self)
        }
        return SubjectSpec(**said)
