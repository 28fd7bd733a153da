"""The words a result is made of: verdicts, statuses, reasons, faults."""

from __future__ import annotations

import enum


class Verdict(enum.Enum):
    """The three answers to "is this gradient right?".

    Examples
    --------
    >>> [verdict.value for verdict in Verdict]
    ['agree', 'disagree', 'inconclusive']
    """

    AGREE = "agree"
    DISAGREE = "disagree"
    INCONCLUSIVE = "inconclusive"


class Status(enum.Enum):
    """The answer for one block: a verdict, or that this point proves nothing about it.

    Examples
    --------
    >>> Status("vacuous").name
    'VACUOUS'
    """

    AGREE = "agree"
    DISAGREE = "disagree"
    INCONCLUSIVE = "inconclusive"
    VACUOUS = "vacuous"


class Reason(enum.Enum):
    """Why a check is inconclusive.

    Examples
    --------
    >>> Reason.KINK.value
    'kink'
    """

    NOISE = "noise"
    KINK = "kink"
    NONDETERMINISTIC = "nondeterministic"
    VACUOUS = "vacuous"
    DOMAIN = "domain"
    TRUNCATION = "truncation"
    DTYPE = "dtype"
    BUDGET = "budget"


class Inexact(enum.Enum):
    """Why a gradient is called inaccurate rather than wrong, where a block is inconclusive for its dtype.

    Examples
    --------
    >>> Inexact.SLIGHT.value
    'slight'
    """

    COARSE = "coarse"
    """The cost or the parameters are computed in few digits (float32), and that rounding of the claim is all that limits."""
    ROUNDING = "rounding"
    """The rounding of the claim itself, measured in float64, is larger than the error of the slope."""
    CANCELLATION = "cancellation"
    """The gap is no more than a rounding of the terms that such a gradient subtracts from each other."""
    SLIGHT = "slight"
    """The gap stands out of all errors, and is smaller than mistakes make."""
    JUMPS = "jumps"
    """The claim jumps from point to point by more than the gap: a gradient that is constant in pieces."""


class FaultKind(enum.Enum):
    """A fault of the gradient that is no matter of numbers.

    Examples
    --------
    >>> FaultKind.SHAPE.value
    'shape'
    """

    STRUCTURE = "structure"
    SHAPE = "shape"
    DTYPE = "dtype"
    NAN = "NaN"
    MUTATION = "mutation"
    STALE = "stale"
    ACCUMULATION = "accumulation"
    NONDETERMINISTIC = "nondeterministic"
    LINEARITY = "linearity"
    OUTPUT = "output"


class ErrorSource(enum.Enum):
    """Where the truncation error of an estimate comes from.

    Examples
    --------
    >>> ErrorSource.MEASURED.value
    'measured'
    """

    ASSUMED = "assumed"
    MEASURED = "measured"


class Arbiter(enum.Enum):
    """What measured the slope that decided a block.

    Examples
    --------
    >>> Arbiter.COMPLEX_STEP.value
    'complex step'
    """

    DIFFERENCES = "differences"
    COMPLEX_STEP = "complex step"


class Explains(enum.Enum):
    """What kind of explanation a diagnosis is; what a learner is told first comes first.

    Examples
    --------
    >>> [kind.value for kind in Explains]
    ['pattern', 'mistake', 'comparison']
    """

    PATTERN = "pattern"
    """How the claim differs: a constant ratio, a transpose; of any cost."""
    MISTAKE = "mistake"
    """A named mistake whose gradient is the claimed one, to rounding."""
    COMPARISON = "comparison"
    """What was compared with what, in numbers."""


class EquationStatus(enum.Enum):
    """Whether one equation holds at one layer of what a backprop returned.

    Examples
    --------
    >>> EquationStatus("carried").name
    'CARRIED'
    """

    HOLDS = "holds"
    BROKEN = "broken"
    CARRIED = "carried"
    """It holds of what came in, and what came in was wrong already."""
    VACUOUS = "vacuous"
    """Both sides are 0: nothing is proved."""
    UNJUDGED = "unjudged"


class CountedStep(enum.Enum):
    """What a function that was counted is to a backprop.

    Examples
    --------
    >>> CountedStep("sigma").name
    'SIGMA'
    """

    FORWARD_PASS = "forward pass"
    """The whole of (25)."""
    SIGMA = "sigma"
    """Of one layer of a forward pass."""
    SIGMA_PRIME = "sigma prime"
    """Of one layer of a backward pass."""
    COST_DERIVATIVE = "cost derivative"
    """Of the output layer of a backward pass."""


class FailureKind(enum.Enum):
    """Why a target gave no result.

    Examples
    --------
    >>> FailureKind.MISUSE.value
    'misuse'
    """

    MISUSE = "misuse"
    USER_CODE = "user code"
