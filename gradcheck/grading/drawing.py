"""The arguments that a function of a rubric is called with, drawn anew for each submission."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from gradcheck.grading.rubric_functions import Argument, FunctionTable

Array = npt.NDArray[Any]


def drawn(table: FunctionTable, generator: np.random.Generator) -> tuple[dict[str, Array], dict[str, Array]]:
    """Return the parameters and the data of a function, by name.

    Examples
    --------
    >>> from gradcheck.grading.rubric_functions import FunctionTable
    >>> parameters, data = drawn(FunctionTable(parameters={"w": [3]}, data={"X": [2, 3]}), np.random.default_rng(0))
    >>> parameters["w"].shape, data["X"].shape
    ((3,), (2, 3))
    """
    parameters = {name: _array(one, generator) for name, one in table.parameters.items()}
    return parameters, {name: _array(one, generator) for name, one in table.data.items()}


def _array(argument: Argument, generator: np.random.Generator) -> Array:
    from gradcheck.grading.rubric_functions import Draw

    if argument.draw is Draw.LABELS:
        return generator.integers(0, argument.classes, argument.shape)
    if argument.draw is Draw.UNIFORM:
        # random() may be 0, which is to be excluded.
        return 1.0 - generator.random(argument.shape) * (1.0 - 2.0**-53) if argument.shape else np.array(0.5)
    return generator.standard_normal(argument.shape)
