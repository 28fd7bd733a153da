"""The tables of a rubric.toml as frozen pydantic models; importing this needs the extra `grade`."""

from __future__ import annotations

import enum
from typing import Annotated

from pydantic import Field

from gradcheck.grading.parts import Part, SubmissionProtocol
from gradcheck.grading.rubric_functions import FunctionTable
from gradcheck.grading.rubric_network import NetworkTable
from gradcheck.grading.rubric_table import Table, Texts
from gradcheck.results.grades import Severity, Visibility

Above0 = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
Level = Annotated[int, Field(ge=0, le=4)]


class Partial(enum.Enum):
    """How the points of an item that is partly right are shared out.

    Examples
    --------
    >>> Partial("layers").name
    'LAYERS'
    """

    NONE = "none"
    LAYERS = "layers"
    """An equal share for each layer."""
    BLOCKS = "blocks"
    """An equal share for each array: each nabla_b and nabla_w, or the gradient by each input."""


class IfMissing(enum.Enum):
    """What becomes of an item that a submission has nothing for.

    Examples
    --------
    >>> IfMissing("zero").name
    'ZERO'
    """

    ZERO = "zero"
    """No points of those possible."""
    LEAVE_OUT = "leave_out"
    """The item counts neither way: for this submission its points are not among those possible."""


class CarriedForward(enum.Enum):
    """What is given for a step that is right of a wrong input.

    Examples
    --------
    >>> CarriedForward("credit").name
    'CREDIT'
    """

    CREDIT = "credit"
    """The step's points: one mistake costs once."""
    NONE = "none"
    """Nothing: every step that comes out wrong loses its points."""


class Assignment(Table):
    """[assignment]: what is to be handed in.

    Attributes
    ----------
    title : str
    protocol : SubmissionProtocol
    file : str
        The file that a submission's program is in, such as "network.py".
    names : tuple of str
        network: what the class may be called, the first that a file has is graded. Empty for the other protocols.
    packages : tuple of str
        What a submission may import beside the standard library.
    reference : str
        pair, layers and loss: a file beside the rubric, or "example:NAME" for a shipped example, with the right functions.
        It is the course's own code and is run as such. Empty for networks, whose reference is the chapter's equations.

    Examples
    --------
    >>> Assignment(title="Backprop", protocol=SubmissionProtocol.NETWORK, names=("Network",)).file
    'network.py'
    """

    title: Annotated[str, Field(min_length=1, max_length=200)]
    protocol: Annotated[SubmissionProtocol, Field(strict=False)]
    file: str = "network.py"
    names: Texts = ()
    packages: Texts = ("numpy",)
    reference: str = ""


class Modified(Table):
    """The one modified neuron of an item.

    Attributes
    ----------
    layer : int
        l, 2 for the first hidden layer.
    neuron : int
        Its row, counted from 0.
    activation : str
        f, its activation function.

    Examples
    --------
    >>> Modified(layer=2, neuron=0, activation="tanh").neuron
    0
    """

    layer: Annotated[int, Field(ge=2)]
    neuron: Annotated[int, Field(ge=0)]
    activation: str


class Item(Table):
    """[[item]]: something to be graded, and its points.

    Attributes
    ----------
    id : str
        Lower case letters, digits, - and _; a column of the gradebook.
    title : str
    points : float
    part : Part
    visibility : Visibility
        Filled from the policy where nothing is said.
    explain : int
        How much the feedback tells, 0 to 4; filled from the policy where nothing is said.
    partial : Partial
    given : tuple of str
        Ids of items that this one stands on: where the submission's own is wrong the reference's answer is given in its
        place, so that a mistake there costs nothing here.
    requires : tuple of str
        Ids of items without whose points this one earns none.
    if_missing : IfMissing
    names : tuple of str
        network: what the class of this item may be called; those of the assignment where none is given.
    function : str
        pair, layers, loss: the NAME in [functions.NAME]; filled where there is only one.
    modified : Modified or None
        For the part modified_neuron.

    Examples
    --------
    >>> Item(id="bp1", title="The output error", points=2.0, part=Part.BP1).partial
    <Partial.NONE: 'none'>
    """

    id: Annotated[str, Field(pattern="^[a-z0-9][a-z0-9_-]{0,39}$")]
    title: Annotated[str, Field(min_length=1, max_length=200)]
    points: Above0
    part: Annotated[Part, Field(strict=False)]
    visibility: Annotated[Visibility, Field(strict=False)] = Visibility.VISIBLE
    explain: Level = 2
    partial: Annotated[Partial, Field(strict=False)] = Partial.NONE
    given: Texts = ()
    requires: Texts = ()
    if_missing: Annotated[IfMissing, Field(strict=False)] = IfMissing.ZERO
    names: Texts = ()
    function: str = ""
    modified: Modified | None = None


class Policy(Table):
    """[policy]: what holds for all items.

    Attributes
    ----------
    carried_forward : CarriedForward
    fake_backprop : Severity
        What a gradient found to be made by differences or autodiff leads to: a person's review, or the loss of its points.
    explain, visibility
        Those of items that say nothing.

    Examples
    --------
    >>> Policy().explain
    2
    """

    carried_forward: Annotated[CarriedForward, Field(strict=False)] = CarriedForward.CREDIT
    fake_backprop: Annotated[Severity, Field(strict=False)] = Severity.REVIEW
    explain: Level = 2
    visibility: Annotated[Visibility, Field(strict=False)] = Visibility.VISIBLE


class Limits(Table):
    """[limits]: what a submission may use.

    Attributes
    ----------
    wall_seconds, cpu_seconds : float
        For one item [seconds].
    memory_mb : int
        Address space of its process [MiB].
    output_kb : int
        What it prints and is kept [KiB].
    submission_mb : int
        What it may hand in, unpacked [MiB].

    Examples
    --------
    >>> Limits().wall_seconds
    20.0
    """

    wall_seconds: Annotated[float, Field(ge=0.1, le=3600.0)] = 20.0
    cpu_seconds: Annotated[float, Field(ge=0.1, le=3600.0)] = 10.0
    memory_mb: Annotated[int, Field(ge=128, le=65536)] = 512
    output_kb: Annotated[int, Field(ge=0, le=1024)] = 16
    submission_mb: Annotated[int, Field(ge=1, le=256)] = 16


class RubricTables(Table):
    """A whole rubric.toml, as it stands in the file.

    Examples
    --------
    >>> RubricTables.model_fields["items"].alias
    'item'
    """

    assignment: Assignment
    network: NetworkTable | None = None
    functions: dict[str, FunctionTable] = Field(default_factory=dict)
    items: Annotated[tuple[Item, ...], Field(strict=False, alias="item", min_length=1)]
    policy: Policy = Policy()
    limits: Limits = Limits()
