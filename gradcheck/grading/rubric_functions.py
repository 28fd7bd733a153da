"""[functions] of a rubric.toml: what is called with what."""

from __future__ import annotations

import enum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from gradcheck.grading.rubric_table import Table

Shape = Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(strict=False, min_length=1, max_length=8)]


class Draw(enum.Enum):
    """How the numbers of an argument are drawn.

    Examples
    --------
    >>> Draw("labels").name
    'LABELS'
    """

    NORMAL = "normal"
    """From N(0, 1)."""
    UNIFORM = "uniform"
    """From 0 to 1, both excluded."""
    LABELS = "labels"
    """Whole numbers from 0 to `classes` - 1."""


class Passing(enum.Enum):
    """How the parameters reach a function.

    Examples
    --------
    >>> Passing("dict").name
    'DICT'
    """

    ARGUMENTS = "arguments"
    """One argument each, in the order of the table."""
    DICT = "dict"
    """One dictionary of them, the first argument."""
    LIST = "list"
    """One list of them, the first argument."""


class Argument(Table):
    """An array that a function is called with, drawn anew for each submission.

    Attributes
    ----------
    shape : tuple of int
    draw : Draw
    classes : int
        For labels: how many there are.

    Examples
    --------
    >>> Argument(shape=(4, 3)).draw
    <Draw.NORMAL: 'normal'>
    """

    shape: Shape
    draw: Annotated[Draw, Field(strict=False)] = Draw.NORMAL
    classes: Annotated[int, Field(ge=2)] = 2


Arguments = dict[str, Annotated[Argument, BeforeValidator(lambda value: _as_table(value))]]
"""Name -> a shape such as [4, 3], or a table { shape = [8], draw = "labels", classes = 3 }."""


def _as_table(value: Any) -> Any:
    """Return a bare shape as the table it stands for."""
    return {"shape": value} if isinstance(value, list | tuple) else value


class FunctionTable(Table):
    """[functions.NAME]: a function to be graded with its derivative; NAME_forward and NAME_backward for layers.

    Attributes
    ----------
    parameters : dict of str to Argument
        What it is differentiated by.
    passing : Passing
        How these reach it; layers take them as arguments.
    data : dict of str to Argument
        Further arguments, after the parameters, that it is not differentiated by.
    derivative : str
        pair: what its derivative is called; NAME_prime unless something is said.
    elementwise : bool
        pair: whether it is a sigma with its sigma', number by number, and not a cost with its gradient.

    Examples
    --------
    >>> FunctionTable(parameters={"x": [4, 5]}).parameters["x"].shape
    (4, 5)
    """

    parameters: Annotated[Arguments, Field(min_length=1)]
    passing: Annotated[Passing, Field(strict=False)] = Passing.ARGUMENTS
    data: Arguments = Field(default_factory=dict)
    derivative: str = ""
    elementwise: bool = False
