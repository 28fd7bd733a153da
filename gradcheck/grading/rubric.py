"""A rubric: what an assignment asks for, for how many points, read from rubric.toml."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gradcheck.errors import UsageError
from gradcheck.grading.parts import SubmissionProtocol
from gradcheck.grading.toml_file import TomlFile, read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gradcheck.grading.rubric_errors import Problem
    from gradcheck.grading.rubric_functions import FunctionTable
    from gradcheck.grading.rubric_model import Assignment, Item, Limits, Policy, RubricTables
    from gradcheck.grading.rubric_network import NetworkTable

EXAMPLE: Final = "example:"
"""What a reference starts with that is one of the shipped examples."""

_EXAMPLES: Final = Path(__file__).parent.parent / "examples"

_SHOWN: Final = 10
"""Problems that one message lists (a count)."""


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
        Of the text of the file.

    Examples
    --------
    >>> from gradcheck.grading.starting_rubric import starting_rubric
    >>> starting_rubric(SubmissionProtocol.NETWORK).items[0].id
    'feedforward'
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

    def function_of(self, item: Item) -> FunctionTable:
        """Return the function that an item is about."""
        return self.functions[item.function]

    def functions_named(self, name: str) -> tuple[str, ...]:
        """Return what the functions of [functions.NAME] are called in a submission: one, or one and its derivative."""
        protocol = self.assignment.protocol
        if protocol is SubmissionProtocol.LAYERS:
            return f"{name}_forward", f"{name}_backward"
        if protocol is SubmissionProtocol.PAIR:
            return name, self.functions[name].derivative or f"{name}_prime"
        return (name,)

    @property
    def reference(self) -> Path | None:
        """The course's own file with the right functions; None for networks."""
        return _reference(self.assignment.reference, self.path)


def load_rubric(path: Path) -> Rubric:
    """Read a rubric.

    Raises
    ------
    UsageError
        If it cannot be read, is no TOML, or asks for what cannot be graded: a line for each fault, with the line in the file,
        the key, what was seen and what is required. Or if the extra `grade` is not installed.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "rubric.toml"
    >>> _ = file.write_text("[assignment]\\ntitle = 3")
    >>> try:
    ...     load_rubric(file)
    ... except UsageError as error:
    ...     print(str(error).replace(str(file), "rubric.toml"))
    rubric.toml, line 1: assignment.protocol is missing: one of network, pair, layers, loss is required
    rubric.toml, line 1: item is missing: one [[item]] table for each thing that earns points is required
    rubric.toml, line 2: assignment.title is 3: a string is required
    """
    try:
        import pydantic  # noqa: F401 - the models below cannot be imported without it
    except ImportError as error:
        raise UsageError(
            "to read a rubric pydantic is needed, and it is not installed: python -m pip install 'gradcheck[grade]'"
        ) from error
    from gradcheck.grading.rubric_rules import problems_of_rules

    file = read_toml(path)
    tables = _tables(file)
    problems = problems_of_rules(tables)
    reference = _reference(tables.assignment.reference, path)
    if reference is not None and not reference.is_file():
        problems.append(
            (("assignment", "reference"), f" is {tables.assignment.reference!r}: there is no file {reference}")
        )
    if problems:
        raise _refused(file, problems)
    return Rubric(
        tables.assignment,
        _network_of(tables),
        tables.functions,
        tuple(_filled(item, tables) for item in tables.items),
        tables.policy,
        tables.limits,
        path,
        hashlib.sha256(file.text.encode()).hexdigest(),
    )


def _tables(file: TomlFile) -> RubricTables:
    """Return the tables of a file, each value of its kind."""
    from pydantic import ValidationError

    from gradcheck.grading.rubric_errors import problems_seen_by_pydantic
    from gradcheck.grading.rubric_model import RubricTables

    try:
        return RubricTables.model_validate(file.data)
    except ValidationError as error:
        raise _refused(file, problems_seen_by_pydantic(error)) from None


def _refused(file: TomlFile, problems: list[Problem]) -> UsageError:
    """Return the error that lists what is wrong with a file, from its top to its end."""
    inside = sorted(problems, key=lambda problem: file.line_of(problem[0]))
    lines = [f"{file.where(path)}{sentence}" for path, sentence in inside[:_SHOWN]]
    more = [f"... and {len(inside) - _SHOWN} more"] if len(inside) > _SHOWN else []
    return UsageError("\n".join([*lines, *more]))


def _network_of(tables: RubricTables) -> NetworkTable | None:
    """Return the network that was declared, or the chapter's."""
    from gradcheck.grading.rubric_network import NetworkTable

    is_network = tables.assignment.protocol is SubmissionProtocol.NETWORK
    return tables.network or NetworkTable() if is_network else None


def _filled(item: Item, tables: RubricTables) -> Item:
    """Return an item with what it leaves unsaid."""
    said = item.model_fields_set
    unsaid = {key: getattr(tables.policy, key) for key in ("explain", "visibility") if key not in said}
    if tables.functions and not item.function:
        unsaid["function"] = next(iter(tables.functions))
    return item.model_copy(update=unsaid)


def _reference(said: str, rubric: Path) -> Path | None:
    """Return the file that a reference means."""
    if not said:
        return None
    return _EXAMPLES / f"{said.removeprefix(EXAMPLE)}.py" if said.startswith(EXAMPLE) else rubric.parent / said
