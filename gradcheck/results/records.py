"""What a check found: frozen records, which carry all that a page shows."""

from __future__ import annotations

import dataclasses
import math
import typing
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from gradcheck.results.codec import SCHEMA_VERSION, decode, encode
from gradcheck.results.kinds import (
    Arbiter,
    CountedStep,
    EquationStatus,
    ErrorSource,
    Explains,
    FailureKind,
    FaultKind,
    Inexact,
    Reason,
    Status,
    Verdict,
)
from gradcheck.results.pictured import Matrix, Session, StepStudy, WeightGradient


@dataclasses.dataclass(frozen=True)
class Fault:
    """One fault of the gradient: its kind, the leaf it was seen in, and a sentence that shows the value.

    Examples
    --------
    >>> Fault(FaultKind.SHAPE, "b1", "the gradient of b1 has shape (3,): (3, 1) was required").kind
    <FaultKind.SHAPE: 'shape'>
    """

    kind: FaultKind
    where: str
    sentence: str


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A measured derivative with the two errors of equation (46), in units of cost per unit of parameter.

    `value`, `truncation_error`, `condition_error` and `step` are numbers for one component or one
    direction, and arrays of shape (P,) for all components.

    Examples
    --------
    >>> estimate = Estimate(2.0, 1e-9, 3e-9, 1e-6, 2, ErrorSource.MEASURED)
    >>> f"{estimate.error:.0e}"
    '4e-09'
    """

    value: Any
    truncation_error: Any
    condition_error: Any
    step: Any
    forward_passes: int
    error_source: ErrorSource

    @property
    def error(self) -> Any:
        """The sum of the truncation error and the condition error."""
        return self.truncation_error + self.condition_error


@dataclasses.dataclass(frozen=True)
class Component:
    """One component of the gradient: claimed, estimated, and the gap that would still be allowed.

    All numbers are in cost per unit of parameter; `bound` is the allowed gap, a multiple of the sum of the three
    errors.

    Examples
    --------
    >>> Component("w", (2, 0), claimed=1.0, estimated=2.0, bound=1e-9).name
    'w[2, 0]'
    """

    block: str
    index: tuple[int, ...]
    claimed: float
    estimated: float
    bound: float
    truncation_error: float = math.nan
    condition_error: float = math.nan
    gradient_noise: float = math.nan

    @property
    def name(self) -> str:
        """The block's name with the index behind it."""
        return f"{self.block}[{', '.join(map(str, self.index))}]" if self.index else self.block


@dataclasses.dataclass(frozen=True)
class BlockResult:
    """What was measured of one leaf, along random directions within it.

    `claimed`, `estimated`, the errors and `bound` are of the directional derivative that decided
    (cost per unit of step). `digits` is how many decimal digits of the best measured one are known to agree;
    an error of the block's gradient larger than `detection_limit` times the block's norm would have been
    seen with probability 1 - `miss_probability`. All three are None where nothing could be measured.

    An error in one component smaller than its resolution [cost per unit of parameter] could have hidden: that is
    `finest_resolution` to `resolution`, the two being one unless the components are of uneven scale. `covered` components have
    a claimed gradient larger than theirs. `leaves_together` leaves shared the directions, `arbiter` measured the slope.

    `inexact` says why a gradient is inaccurate rather than wrong. At a kink `between_slopes` tells whether the claim lies
    between the slopes of both sides along every direction measured, a subgradient; `slope_left` and `slope_right` are
    those of the direction that `claimed` is of (cost per unit of step). All of these are None where there is no such thing to say.

    Of a block that is open, `claimed_alone` is the typical slope its own gradient claims and `least_seen` the least that would
    have been seen (cost per unit of step), also where many leaves shared the directions.

    `sizes` is known of a block of one or two axes, not too large, with components below their resolution: the size of each claimed
    component in units of it (dimensionless); a vector is one row.

    Examples
    --------
    >>> BlockResult("w", (2, 3), Status.AGREE).size
    6
    """

    name: str
    shape: tuple[int, ...]
    status: Status
    reason: Reason | None = None
    claimed: float = math.nan
    estimated: float = math.nan
    truncation_error: float = math.nan
    condition_error: float = math.nan
    gradient_noise: float = math.nan
    bound: float = math.nan
    step: float = math.nan
    directions: int = 0
    digits: float | None = None
    detection_limit: float | None = None
    miss_probability: float | None = None
    components_measured: int = 0
    components_wrong: int = 0
    covered: int | None = None
    resolution: float | None = None
    finest_resolution: float | None = None
    leaves_together: int = 1
    arbiter: Arbiter = Arbiter.DIFFERENCES
    inexact: Inexact | None = None
    between_slopes: bool | None = None
    slope_left: float | None = None
    slope_right: float | None = None
    claimed_alone: float | None = None
    least_seen: float | None = None
    sizes: Matrix | None = None

    @property
    def size(self) -> int:
        """The number of components."""
        return math.prod(self.shape)


@dataclasses.dataclass(frozen=True)
class Census:
    """How the errors of one block lie, where they are too many to list: counts, not names.

    `wrong` of the `measured` components are wrong; where `measured` is less than `size` they are a random sample, and
    `wrong_rows` and `wrong_columns` are the rows and columns (of the first and the last axis) in which an error was seen
    by measuring each as a whole. `rows` and `columns` are how many there are, 0 where the block was not looked at so.

    Examples
    --------
    >>> Census("w", (3, 4), wrong=12, measured=12).share
    1.0
    """

    block: str
    shape: tuple[int, ...]
    wrong: int
    measured: int
    rows: int = 0
    columns: int = 0
    wrong_rows: tuple[int, ...] = ()
    wrong_columns: tuple[int, ...] = ()

    @property
    def share(self) -> float:
        """The wrong share of the components measured (dimensionless)."""
        return self.wrong / self.measured if self.measured else math.nan


@dataclasses.dataclass(frozen=True)
class Diagnosis:
    """One explanation of a disagreement, with the equation it breaks.

    Attributes
    ----------
    id : str
    equation : str
        Such as "(BP2)"; empty where no equation is known.
    sentence : str
        The explanation, for a learner.
    kind : Explains
    where : str
        The layers or the block it was seen in; empty where that is everywhere.
    hint : str
        Where to look, without the answer; empty where there is none.
    digits : float or None
        Decimal digits to which it reproduces the claim.

    Examples
    --------
    >>> Diagnosis("other-cost", "(BP1)", "This is the gradient of the cross-entropy cost.").equation
    '(BP1)'
    """

    id: str
    equation: str
    sentence: str
    kind: Explains = Explains.COMPARISON
    where: str = ""
    hint: str = ""
    digits: float | None = None


@dataclasses.dataclass(frozen=True)
class EquationResult:
    """Whether one equation holds at one layer of what a backprop returned, an earlier mistake carried forward.

    Attributes
    ----------
    equation : str
        "BP1", "BP2", "BP3" or "BP4".
    layer : int
        From 2 to L.
    status : EquationStatus
    residual, bound : float
        The worst residual's size, and what rounding allows of it [the quantity's own unit]; NaN where it was not judged.
    examples : int
        Examples it was looked at on.
    sizes : tuple of int
        Those of the networks it was looked at on; empty where they are not known.
    weights : WeightGradient or None
        Of (BP4), where the gradient by the weights is wrong, be it for an earlier mistake: on one example.

    Examples
    --------
    >>> EquationResult("BP2", 3, EquationStatus.BROKEN, residual=0.5, bound=1e-15).status.value
    'broken'
    """

    equation: str
    layer: int
    status: EquationStatus
    residual: float = math.nan
    bound: float = math.nan
    examples: int = 0
    sizes: tuple[int, ...] = ()
    weights: WeightGradient | None = None


@dataclasses.dataclass(frozen=True)
class PassCount:
    """How often one call of the user's backprop, of one example, calls one of their functions.

    Attributes
    ----------
    function : str
        What the user calls it.
    step : CountedStep
    sizes : tuple of int
        Those of the network, inputs first.
    calls : int
        Without those made from inside another counted function.

    Examples
    --------
    >>> PassCount("sigmoid", CountedStep.SIGMA, (2, 3, 4), calls=2).parameters
    25
    """

    function: str
    step: CountedStep
    sizes: tuple[int, ...]
    calls: int

    @property
    def parameters(self) -> int:
        """P, the number of the network's weights and biases."""
        return sum((before + 1) * n for before, n in pairwise(self.sizes))


@dataclasses.dataclass(frozen=True)
class CheckResult:
    """The outcome of one check: the verdict, where it fails, what it cost, and what reproduces it.

    Attributes
    ----------
    title : str
        What was checked, in words.
    verdict : Verdict
    reason : Reason or None
        Why it is inconclusive.
    faults : tuple of Fault
        Faults of the gradient that are no matter of numbers.
    blocks : tuple of BlockResult
        One for each leaf of the parameters.
    worst : Component or None
        The worst component found.
    wrong : tuple of Component
        The located wrong components, worst first.
    measured : tuple of Component
        Components that were measured by themselves, right or wrong, in blocks that disagree; of many those furthest off.
    census : tuple of Census
        One for each block with more wrong components than are listed.
    nearby : CheckResult or None
        The same check at a nearby generic point, where the point given could not decide (a kink, nothing but vacuous blocks).
    diagnosis : tuple of Diagnosis
        Best first; empty when nothing fits.
    equations : tuple of EquationResult
        Of a known network: each equation at each layer, the output layer first.
    own_passes : tuple of PassCount
        Of a network: what one call of its backprop costs, by function and size; empty where nothing could be counted.
    notes : tuple of str
        Sentences the reader needs beside the verdict.
    parts : tuple of CheckResult
        The checks this one is made of, in the order of blame.
    counterexample : str or None
        Python code of the smallest case found on which it fails.
    parameters : int
        P, the number of components; (46) would take P + 1 forward passes.
    forward_passes, gradient_calls : int
        Exact.
    example_passes : int
        Forward passes times the examples in each, where the batch is known; else 0.
    seed : int
    reproduce : str
        The command or call that gives this result again.
    accepts_subgradients : bool
        Whether a claim that lies between the slopes of a kink was to be accepted (Subgradients.ACCEPT).
    part : str
        Of a part of a network check, the name it has in every check: "sigmoid_prime" or whatever the user's sigma' is called,
        "feedforward", "cost", "cost_derivative", "zs", "deltas[0]", "backprop", "BP1" to "BP4", "backprop_of_columns",
        "update_mini_batch"; empty for a check that is no part of another.
    steps : StepStudy or None
        One direction measured with steps of every size, where that was asked for.

    Examples
    --------
    >>> result = CheckResult("cost and gradient", Verdict.AGREE, parameters=3, forward_passes=24, seed=1)
    >>> CheckResult.from_dict(result.as_dict()) == result
    True
    """

    title: str
    verdict: Verdict
    reason: Reason | None = None
    faults: tuple[Fault, ...] = ()
    blocks: tuple[BlockResult, ...] = ()
    worst: Component | None = None
    wrong: tuple[Component, ...] = ()
    measured: tuple[Component, ...] = ()
    census: tuple[Census, ...] = ()
    nearby: CheckResult | None = None
    diagnosis: tuple[Diagnosis, ...] = ()
    equations: tuple[EquationResult, ...] = ()
    own_passes: tuple[PassCount, ...] = ()
    notes: tuple[str, ...] = ()
    parts: tuple[CheckResult, ...] = ()
    counterexample: str | None = None
    parameters: int = 0
    forward_passes: int = 0
    gradient_calls: int = 0
    example_passes: int = 0
    seed: int = 0
    reproduce: str = ""
    accepts_subgradients: bool = False
    part: str = ""
    steps: StepStudy | None = None
    schema_version: int = SCHEMA_VERSION

    def as_dict(self) -> dict[str, Any]:
        """Return the result as dictionaries, lists, strings and finite numbers, ready for JSON."""
        encoded = encode(self)
        return typing.cast(dict[str, Any], encoded)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> CheckResult:
        """Return the result that `as_dict` wrote.

        Raises
        ------
        ValueError
            If the schema version is another, or a field is missing or unknown.
        """
        return typing.cast(CheckResult, decode(cls, data))

    def __str__(self) -> str:
        from gradcheck.reporting.text import render

        return render(self)

    def _repr_html_(self) -> str:
        from gradcheck.reporting.html.notebook import fragment

        return fragment(self)


@dataclasses.dataclass(frozen=True)
class Failure:
    """A target that gave no result: what was wrong with the call, or what the user's own code raised.

    Examples
    --------
    >>> Failure("net.py", FailureKind.MISUSE, "net.py: there is no such file").traceback
    ''
    """

    target: str
    kind: FailureKind
    sentence: str
    traceback: str = ""


@dataclasses.dataclass(frozen=True)
class Report:
    """All that one run of the command found, or one session of pytest.

    Examples
    --------
    >>> report = Report((CheckResult("square", Verdict.AGREE),))
    >>> Report.from_dict(report.as_dict()) == report
    True
    """

    results: tuple[CheckResult, ...] = ()
    failures: tuple[Failure, ...] = ()
    session: Session | None = None
    schema_version: int = SCHEMA_VERSION

    def as_dict(self) -> dict[str, Any]:
        """Return the report as dictionaries, lists, strings and finite numbers, ready for JSON."""
        return typing.cast(dict[str, Any], encode(self))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Report:
        """Return the report that `as_dict` wrote.

        Raises
        ------
        ValueError
            If the schema version is another, or a field is unknown.
        """
        return typing.cast(Report, decode(cls, data))
