"""Where the arguments of a user's function come from: names in the user's file, or shapes to draw."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any, Final

import numpy as np

from gradcheck.errors import USER_CODE_RAISES, UsageError, UserCodeError
from gradcheck.subjects.spec import SubjectSpec

POINT_NAMES: Final = ("at", "params", "parameters", "theta", "w0", "x0")
"""Names that a file may hold the parameters under, where it has none called like the function's own first argument."""


class Arguments:
    """Finds values for a function's arguments: a spec first, then the names in the file.

    Parameters
    ----------
    module : module
    spec : SubjectSpec
    generator : numpy.random.Generator
        Draws those for which only a shape is given, from N(0, 1).

    Examples
    --------
    >>> import types
    >>> module = types.ModuleType("net")
    >>> module.w = np.ones(2)
    >>> Arguments(module, SubjectSpec("net.py"), np.random.default_rng(0)).of("cost", lambda w: w @ w)
    (array([1., 1.]), ())
    """

    def __init__(self, module: ModuleType, spec: SubjectSpec, generator: np.random.Generator) -> None:
        self.module, self.spec = module, spec
        try:
            self.drawn = {name: generator.standard_normal(shape) for name, shape in spec.shapes}
        except (MemoryError, ValueError) as error:
            raise UsageError(f"the shapes {dict(spec.shapes)} are too large to draw: {error}") from error

    def of(self, name: str, function: Callable[..., Any]) -> tuple[Any, tuple[Any, ...]]:
        """Return the point to check a function at and the data that follow it.

        Raises
        ------
        UsageError
            If the file holds no value for one of them; the sentence says what would help.
        """
        try:
            names = [p.name for p in inspect.signature(function).parameters.values() if p.default is p.empty]
        except (TypeError, ValueError) as error:
            raise UsageError(
                f"{name} does not say what arguments it takes ({error}): wrap it in a def of your own"
            ) from error
        if not names:
            raise UsageError(f"{name}() takes no argument: a function of the parameters is required")
        first = self._point(name, names)
        data = self.spec.data or tuple(names[1:])
        return first, tuple(self._value(name, names, item) for item in data)

    def each(self, name: str, names: tuple[str, ...]) -> tuple[Any, ...]:
        """Return a value for each argument of a function."""
        return tuple(self._value(name, list(names), item) for item in names)

    def _point(self, function: str, names: list[str]) -> Any:
        """Return the parameters: those named in the spec, else those called like the argument, else by a usual name."""
        if self.spec.at is not None:
            return self._value(function, names, self.spec.at)
        for name in (names[0], *POINT_NAMES):
            if self._has(name):
                return self._value(function, names, name)
        return self._value(function, names, names[0])

    def _has(self, name: str) -> bool:
        return name in self.drawn or (hasattr(self.module, name) and not callable(getattr(self.module, name)))

    def _value(self, function: str, names: list[str], name: str) -> Any:
        """Return the value of one name; a function without arguments is called for it."""
        if name in self.drawn:
            return self.drawn[name]
        if not hasattr(self.module, name):
            call = f"{function}({', '.join(names)})"
            raise UsageError(
                f"{call} needs a value for {name}: write {name} = ... beside it in the file, or give --at NAME, --data NAME, "
                f"or a shape to draw it from (--shape {name}=4x3); in gradcheck.toml these are at, data and shapes"
            )
        value = getattr(self.module, name)
        if not callable(value) or inspect.isclass(value):
            return value
        try:
            return value()
        except USER_CODE_RAISES as error:
            raise UserCodeError(f"{name}() raised {type(error).__name__}: {error}") from error
