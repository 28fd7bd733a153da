"""The right functions of an assignment, from the course's own file: the only code but ours that runs in the grader's process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from gradcheck.grading.parts import Part
from gradcheck.subjects.load import attribute, load
from gradcheck.subjects.targets import parse_target


class Reference:
    """The functions of a reference.

    Parameters
    ----------
    path : Path

    Raises
    ------
    UsageError
        If it cannot be loaded.

    Examples
    --------
    >>> from gradcheck.examples import sigma_pair_right
    >>> Reference(Path(sigma_pair_right.__file__)).value("swish", Part.FUNCTION).__name__
    'swish'
    """

    def __init__(self, path: Path) -> None:
        self.loaded = load(parse_target(str(path)))

    def value(self, name: str, part: Part) -> Callable[..., Any]:
        """Return the function of a name, as one that returns its value alone: no cache, and no grads.

        Raises
        ------
        LoadError
            If the reference has none of that name.
        """
        function = attribute(self.loaded, name)
        if part not in (Part.FORWARD, Part.BACKWARD, Part.LOSS, Part.GRADS):
            return function  # type: ignore[no-any-return]

        def first(*arguments: Any) -> Any:
            returned = function(*arguments)
            return returned[0] if isinstance(returned, tuple) and len(returned) == 2 else returned

        return first
