"""A rubric: what an assignment asks for, for how many points, read from rubric.toml."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gradcheck.grading.rubric_model import Assignment, FunctionTable, Item, Limits, NetworkTable, Policy


@dataclasses.dataclass(frozen=True)
class Rubric:
    """A rubric that was read and found to be sound.

    Attributes
    ----------
    assignment : Assignment
    network : NetworkTable or None
        For the protocol network; None for the others.
    functions : mapping of str to FunctionTable
        For the protocols pair, layers and loss; empty for networks.
    items : tuple of Item
        In the order of the file, with what they leave unsaid filled in from the policy.
    policy : Policy
    limits : Limits
    path : Path
        Where it was read.
    sha256 : str
        Of the bytes of the file.
    """

    assignment: Assignment
    network: NetworkTable | None
    functions: Mapping[str, FunctionTable]
    items: tuple[Item, ...]
    policy: Policy
    limits: Limits
    path: Path
    sha256: str

    @property
    def max_points(self) -> float:
        """The points possible."""
        return sum(item.points for item in self.items)

    def names_of(self, item: Item) -> tuple[str, ...]:
        """Return what the class of an item may be called, best first."""
        return item.names or self.assignment.names
