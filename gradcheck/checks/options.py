"""What the user of a check may choose; no step and no tolerance is among it."""

from __future__ import annotations

import dataclasses
import enum
import secrets
import zlib
from collections.abc import Callable
from numbers import Integral
from typing import Any

import numpy as np

from gradcheck.arrays import shown
from gradcheck.errors import UsageError


class Locate(enum.Enum):
    """How far a disagreement is followed into a block.

    Examples
    --------
    >>> Locate("auto")
    <Locate.AUTO: 'auto'>
    """

    AUTO = "auto"
    """Where few components of a block are wrong, which they are; where many are, how many and where most of them lie."""
    NEVER = "never"
    """Not at all: every block is judged, no component is."""
    FIRST = "first"
    """Not at all, and no block is judged after the first that disagrees."""
    FULL = "full"
    """Every component of every block, one by one."""


class Subgradients(enum.Enum):
    """What becomes of a point where the cost has a kink.

    Examples
    --------
    >>> Subgradients("accept")
    <Subgradients.ACCEPT: 'accept'>
    """

    REFUSE = "refuse"
    """INCONCLUSIVE: there is no single right answer there."""
    ACCEPT = "accept"
    """AGREE where the claim lies between the slopes of both sides, and the code agrees at nearby points."""


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
    subgradients : Subgradients
    executor : concurrent.futures.Executor, or anything with its submit, optional
        Evaluates the cost at several points side by side; the result does not depend on it. What it hands to another process
        must pickle.
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
    subgradients: Subgradients = Subgradients.REFUSE
    executor: Any = None
    progress: Callable[[int], None] | None = None

    def __post_init__(self) -> None:
        for name, least in (("seed", 0), ("max_forward_passes", 1)):
            value = getattr(self, name)
            if value is None:
                continue
            if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
                raise UsageError(f"{name} is {value!r}: a whole number of at least {least} is required")
            object.__setattr__(self, name, int(value))  # numpy's integers are no JSON
        for name, kind in (("locate", Locate), ("subgradients", Subgradients)):
            value = getattr(self, name)
            if not isinstance(value, kind):
                choices = ", ".join(map(str, kind))
                raise UsageError(f"{name} is {value!r}: one of {choices} is required")
        if self.executor is not None and not callable(getattr(self.executor, "submit", None)):
            raise UsageError(
                f"executor is {self.executor!r}: an object with submit, as in concurrent.futures, is required"
            )

        if self.progress is not None and not callable(self.progress):
            raise UsageError(
                f"progress is {shown(self.progress)}: a function of the number of forward passes is required"
            )

    def left(self, spent: int) -> Options | None:
        """Return the options with what `spent` passes leave of the budget, or None where they leave nothing."""
        if self.max_forward_passes is None:
            return self
        left = self.max_forward_passes - spent
        return dataclasses.replace(self, max_forward_passes=left) if left > 0 else None

    def generator(self, *purpose: str) -> np.random.Generator:
        """Return the stream of random numbers for one purpose: independent of those for any other, the same in every run.

        Examples
        --------
        >>> Options(seed=1).generator("directions", "w").random() != Options(seed=1).generator("directions", "b").random()
        True
        """
        return np.random.default_rng([self.seed or 0, *(zlib.crc32(word.encode()) for word in purpose)])

    def derived(self, *purpose: str) -> Options:
        """Return the options for a check within this one: its directions are independent of all others.

        Examples
        --------
        >>> Options(seed=1).derived("nearby").seed != 1
        True
        """
        return dataclasses.replace(self, seed=int(self.generator(*purpose).integers(2**31)))

    def seeded(self) -> Options:
        """Return the options with a seed: the one given, or a new one."""
        return self if self.seed is not None else dataclasses.replace(self, seed=secrets.randbelow(2**31))


DEFAULT_OPTIONS = Options()


def seeded(options: Any) -> Options:
    """Return the options of a check with a seed, or say what was given for them.

    Examples
    --------
    >>> seeded({})
    Traceback (most recent call last):
    ...
    gradcheck.errors.UsageError: options is {}: gradcheck.Options(...) is required, or nothing at all for the defaults
    """
    if not isinstance(options, Options):
        raise UsageError(
            f"options is {shown(options)}: gradcheck.Options(...) is required, or nothing at all for the defaults"
        )
    return options.seeded()
