"""What the user of a check may choose; no step and no tolerance is among it."""

from __future__ import annotations

import dataclasses
import enum
import secrets
from collections.abc import Callable
from numbers import Integral

from gradcheck.errors import UsageError


class Locate(enum.Enum):
    """How far a disagreement is followed into a block.

    Examples
    --------
    >>> Locate("auto")
    <Locate.AUTO: 'auto'>
    """

    AUTO = "auto"
    """Every component of a small block, the largest error of a large one."""
    NEVER = "never"
    """Not at all: every block is judged, no component is."""
    FIRST = "first"
    """Not at all, and no block is judged after the first that disagrees."""
    FULL = "full"
    """Every component of every block that disagrees."""


@dataclasses.dataclass(frozen=True)
class Options:
    """Options of a check.

    Attributes
    ----------
    seed : int, optional
        Reproduces a check; None draws a new one, which every report shows.
    max_forward_passes : int, optional
        A budget: what it leaves undecided is INCONCLUSIVE (budget); None for no budget.
    locate : Locate
    progress : callable, optional
        Called with the number of forward passes after each one.

    Raises
    ------
    UsageError
        If a value is out of range.

    Examples
    --------
    >>> Options(seed=7).locate
    <Locate.AUTO: 'auto'>
    """

    seed: int | None = None
    max_forward_passes: int | None = None
    locate: Locate = Locate.AUTO
    progress: Callable[[int], None] | None = None

    def __post_init__(self) -> None:
        for name, least in (("seed", 0), ("max_forward_passes", 1)):
            value = getattr(self, name)
            if value is None:
                continue
            if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
                raise UsageError(f"{name} is {value!r}: a whole number of at least {least} is required")
            object.__setattr__(self, name, int(value))  # numpy's integers are no JSON
        if not isinstance(self.locate, Locate):
            choices = ", ".join(f"Locate.{choice.name}" for choice in Locate)
            raise UsageError(f"locate is {self.locate!r}: one of {choices} is required")

    def left(self, spent: int) -> Options | None:
        """Return the options with what `spent` passes leave of the budget, or None where they leave nothing."""
        if self.max_forward_passes is None:
            return self
        left = self.max_forward_passes - spent
        return dataclasses.replace(self, max_forward_passes=left) if left > 0 else None

    def seeded(self) -> Options:
        """Return the options with a seed: the one given, or a new one."""
        return self if self.seed is not None else dataclasses.replace(self, seed=secrets.randbelow(2**31))


DEFAULT_OPTIONS = Options()
