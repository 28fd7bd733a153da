"""What a jvp must keep besides its numbers: linear in the tangents, nothing written to, and the output that the function has."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.arrays import as_array, refuse_unreadable
from gradcheck.checks.answers import ROUNDINGS, component_name, distinguishable, rewritten, same_answer
from gradcheck.checks.claims import Claim, read_claim
from gradcheck.checks.elsewhere import ELSEWHERE
from gradcheck.checks.guards import call_user
from gradcheck.checks.linearity import LinearMap, broken_linearity
from gradcheck.checks.measuring import SAFETY, WANTED_ACCURACY
from gradcheck.checks.meter import Meter
from gradcheck.differences.directions import block_scale
from gradcheck.errors import GradcheckError, UsageError
from gradcheck.parameters import Layout, lay_out
from gradcheck.results import Fault, FaultKind
from gradcheck.subjects.tangents import Pushed, TangentSubject

Vector = npt.NDArray[Any]

OTHER_OUTPUT: Final = FaultKind.OUTPUT
"""The kind of fault that an output is which the function does not have."""

OUTPUT: Final = "output"
"""The name of what a jvp returns a tangent of."""


class JvpCalls:
    """A function and its jvp behind counters, called at their point.

    Parameters
    ----------
    subject : TangentSubject
    meter : Meter
        Counts the function.

    Raises
    ------
    UsageError
        If no input can be differentiated.

    Examples
    --------
    >>> from gradcheck.checks.options import Options
    >>> from gradcheck.subjects.inputs import Inputs
    >>> subject = TangentSubject("square", lambda x: x**2, lambda x, v: 2 * x[0] * v[0], Inputs((3.0,), ("x",)))
    >>> calls = JvpCalls(subject, Meter(Options()))
    >>> calls.function(calls.w), calls.push(np.ones(1)).tangent
    (array(9.), np.float64(6.0))
    """

    def __init__(self, subject: TangentSubject, meter: Meter) -> None:
        self.subject, self.meter = subject, meter
        self.layout: Layout = lay_out(subject.arguments.at)
        self.w = self.layout.to_vector(subject.arguments.at)
        self.fault: Fault | None = None
        """The first input or tangent that was written to."""

    def function(self, w: Vector) -> Vector:
        """Evaluate the function at `w`, of shape (P,)."""
        self.meter.pay_passes(1)
        inputs = self.subject.arguments.filled(self.layout.to_structure(np.array(w)))
        kept = self._kept(inputs)
        out: Vector = np.array(call_user("the function", self.subject.run, inputs))
        self.fault = self.fault or rewritten("the function", "its input", self.subject.arguments.names, kept, inputs)
        return out

    def function_beside(self, steps: Vector) -> Vector | None:
        """Evaluate the function at w + steps; None where it does not work there."""
        try:
            with np.errstate(all="ignore"):
                out = self.function(self.layout.realise(self.w + steps))
        except GradcheckError:  # nobody promised that it works there
            return None
        return out if out.dtype.kind == "f" and np.all(np.isfinite(out)) else None

    def push(self, tangent: Vector) -> Pushed:
        """Call the jvp with a tangent of shape (P,) over all inputs."""
        self.meter.pay_gradient()
        primals = self.subject.arguments.copies()
        tangents = self.layout.to_structure(np.array(tangent))
        each = tuple(tangents.values())
        kept, kept_tangents = self._kept(primals), self._kept(each)
        pushed: Pushed = call_user("the jvp", self.subject.push, primals, tangents)
        refuse_unreadable(pushed.tangent, "the tangent that the jvp returned")
        self.fault = (
            self.fault
            or rewritten("the jvp", "its input", self.subject.arguments.names, kept, primals)
            or rewritten("the jvp", "the tangent of", tuple(tangents), kept_tangents, each)
        )
        return pushed

    def _kept(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(np.array(value) if isinstance(value, np.ndarray) else None for value in values)


@dataclasses.dataclass(frozen=True)
class JvpContracts:
    """What was learnt of a function and its jvp before the numbers are judged.

    Attributes
    ----------
    out : ndarray
        The function's output at the point.
    beside : ndarray or None
        Its output a little beside it.
    fault : Fault or None

    Examples
    --------
    >>> JvpContracts(np.ones(1), None).fault is None
    True
    """

    out: Vector
    beside: Vector | None
    fault: Fault | None = None


def jvp_contracts(calls: JvpCalls, generator: np.random.Generator) -> JvpContracts:
    """Look whether a jvp keeps its contracts; 2 or 3 forward passes and 6 calls of it.

    Examples
    --------
    >>> from gradcheck.checks.options import Options
    >>> from gradcheck.subjects.inputs import Inputs
    >>> subject = TangentSubject("square", lambda x: x**2, lambda x, v: 2 * x[0] * abs(v[0]), Inputs((3.0,), ("x",)))
    >>> jvp_contracts(JvpCalls(subject, Meter(Options())), np.random.default_rng(0)).fault.where
    'output'
    """
    out = calls.function(calls.w)
    if out.dtype.kind != "f":
        raise UsageError(f"the function returned dtype {out.dtype}: a real floating array is required")
    if not np.all(np.isfinite(out)) or calls.fault is not None:
        return JvpContracts(out, None, calls.fault)
    u = gaussian_tangent(calls, generator)
    beside = calls.function_beside(ELSEWHERE * u)
    layout = lay_out({OUTPUT: out})

    def apply(tangent: Vector) -> Claim:
        return in_words_of_a_jvp(read_claim(layout, {OUTPUT: calls.push(tangent).tangent}))

    pushed = calls.push(u)
    first = in_words_of_a_jvp(read_claim(layout, {OUTPUT: pushed.tangent}))
    fault = calls.fault or next(iter(first.faults), None) or _other_output(calls, pushed, out, u)
    if fault is None and same_answer(layout, first, apply(u)):
        fault = broken_linearity(
            LinearMap("the jvp", "tangent", apply, layout, _coarsest(calls)),
            first,
            u,
            lambda: gaussian_tangent(calls, generator),
        )
    return JvpContracts(out, beside, calls.fault or fault)


def gaussian_tangent(calls: JvpCalls, generator: np.random.Generator) -> Vector:
    """Return a random tangent over all inputs, of shape (P,), each input's in its own scale and dtype."""
    tangent = np.zeros(calls.w.size)
    for leaf in calls.layout.leaves:
        if leaf.size:
            tangent[leaf.place] = block_scale(calls.w[leaf.place]) * generator.standard_normal(leaf.size)
    return calls.layout.realise(tangent)


def in_words_of_a_jvp(claim: Claim) -> Claim:
    """Return a claim whose faults are told of a jvp and not of a gradient."""
    faults = (
        dataclasses.replace(fault, sentence=fault.sentence.replace("the gradient", "the jvp")) for fault in claim.faults
    )
    return dataclasses.replace(claim, faults=tuple(faults))


def _coarsest(calls: JvpCalls) -> np.dtype[Any]:
    """Return the dtype of the input with the fewest digits."""
    return max((leaf.dtype for leaf in calls.layout.leaves), key=lambda dtype: np.finfo(dtype).eps)


def _other_output(calls: JvpCalls, pushed: Pushed, out: Vector, u: Vector) -> Fault | None:
    """Return a fault if the jvp returned an output that is not the function's, to rounding; 1 forward pass if it differs at all."""
    if pushed.out is None:
        return None
    returned = as_array(pushed.out, "the output that the jvp returned")
    if returned.shape != out.shape or returned.dtype.kind != "f":
        sentence = f"the jvp returned an output of shape {returned.shape} and dtype {returned.dtype}: the function's has shape {out.shape}"
        return Fault(FaultKind.SHAPE, OUTPUT, f"{sentence} and dtype {out.dtype}")
    if np.array_equal(returned, out):
        return None
    eps = max(float(np.finfo(dtype).eps) for dtype in (_coarsest(calls), out.dtype))
    nudged = calls.function_beside(eps * np.where(u > 0.0, 1.0, -1.0) * calls.w)
    size = float(np.max(np.abs(out), initial=0.0))
    response = 0.0 if nudged is None else float(np.max(np.abs(nudged - out), initial=0.0))
    gap = np.abs(returned - out)
    if np.all(gap <= max(ROUNDINGS * max(eps * size, response), SAFETY * WANTED_ACCURACY * size)):
        return None
    worst = int(np.argmax(np.nan_to_num(gap, nan=np.inf)))
    theirs, ours = distinguishable(returned.flat[worst], out.flat[worst])
    where = component_name(lay_out({OUTPUT: out}).leaves[0], worst)
    return Fault(
        OTHER_OUTPUT,
        OUTPUT,
        f"the jvp returned {theirs} for {where} where the function gives {ours}: they must be the same",
    )
