"""Contracts of a linear map: a backward pass is linear in its cotangent, a forward derivative in its tangents."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.answers import ROUNDINGS, component_name, distinguishable
from gradcheck.checks.claims import Claim
from gradcheck.checks.measuring import SAFETY, WANTED_ACCURACY
from gradcheck.parameters import Layout, Leaf
from gradcheck.results import Fault, FaultKind

Vector = npt.NDArray[Any]

NOT_LINEAR: Final = FaultKind.STRUCTURE
"""The kind of fault that a map is which should be linear and is not."""

FACTOR: Final = -2.0
"""What an argument is multiplied by (dimensionless): a power of 2, so that right code answers to the last digit, and negative, so
that |u| and max(u, 0) are seen."""


@dataclasses.dataclass(frozen=True)
class LinearMap:
    """A map that the user wrote and that has to be linear.

    Attributes
    ----------
    name, argument : str
        What the user calls it and what it is linear in.
    apply : callable
        What it says for an argument of shape (n,): a Claim in the form of `layout`.
    layout : Layout
        Of what it returns.
    eps : float
        Machine precision of the argument (dimensionless).

    Examples
    --------
    >>> [field.name for field in dataclasses.fields(LinearMap)]
    ['name', 'argument', 'apply', 'layout', 'eps']
    """

    name: str
    argument: str
    apply: Callable[[Vector], Claim]
    layout: Layout
    eps: float

    def allowed(self, leaf: Leaf, claims: list[Claim], nudged: Vector | None = None) -> float:
        """Return by how much two answers for one leaf may differ, given the size of what was answered.

        Roundings, which cancellation enlarges: `nudged`, the answer to the first argument changed in its last digits, tells how
        much. Never less than what a measurement would let pass: a backward pass that iterates to a tolerance is no fault.
        """
        answers = [claim.vector[leaf.place] for claim in claims if claim.vector is not None]
        size = max(float(np.max(np.abs(answer), initial=0.0)) for answer in answers)
        eps = max(self.eps, self.layout.eps(leaf), *(claim.eps(self.layout.leaves.index(leaf)) for claim in claims))
        rounding = max(eps * size, float(np.finfo(np.float64).tiny))
        if nudged is not None:
            rounding = max(rounding, float(np.max(np.abs(nudged[leaf.place] - answers[0]), initial=0.0)))
        return max(ROUNDINGS * rounding, SAFETY * WANTED_ACCURACY * size)


@np.errstate(all="ignore")
def broken_linearity(linear: LinearMap, first: Claim, u: Vector, v: Vector) -> Fault | None:
    """Return a fault if a map is not linear: 0 for 0, -2 times for -2 times, a sum for a sum; 5 calls of it at most.

    (BP2) to (BP4) are linear in delta, whatever the layer is; `first` is what the map says for `u`, and `v` another argument.

    Examples
    --------
    >>> from gradcheck.checks.claims import read_claim
    >>> from gradcheck.parameters import lay_out
    >>> layout = lay_out({"x": np.ones(2)})
    >>> square = LinearMap("backward", "cotangent", lambda u: read_claim(layout, {"x": u**2}), layout, 2.0**-52)
    >>> u = np.array([1.0, 2.0])
    >>> broken_linearity(square, square.apply(u), u, np.ones(2)).sentence.split(":")[0]
    'backward of -2 times a cotangent gives 16 at x[1] where -2 times what it gives for that cotangent is -8'
    """
    fault = _of_zero(linear, first, linear.apply(np.zeros_like(u)))
    if fault is not None or first.vector is None:
        return fault
    if not np.max(np.abs(first.vector), initial=0.0) < np.sqrt(np.finfo(np.float64).max):
        return None  # a multiple of it may overflow
    multiplied = linear.apply(FACTOR * u)
    fault = _unequal(linear, (first, multiplied), FACTOR * first.vector, MULTIPLE)
    return fault or _of_sum(linear, first, u, v)


def _of_zero(linear: LinearMap, first: Claim, zero: Claim) -> Fault | None:
    """Return a fault unless the answer to zeros is zeros."""
    if zero.vector is None:
        return _unsound(linear, "a zero", zero)
    for leaf in linear.layout.leaves:
        answer = zero.vector[leaf.place]
        wrong = np.flatnonzero(~(answer == 0.0))
        if wrong.size == 0:
            continue
        worst = int(wrong[np.argmax(np.abs(np.nan_to_num(answer[wrong], nan=np.inf)))])
        seen = f"{linear.name} gives {answer[worst]:.6g} at {component_name(leaf, worst)} for a {linear.argument} of zeros: 0 is required; "
        if not np.isfinite(answer[worst]):
            return Fault(FaultKind.NAN, leaf.name, f"{seen}does it divide by the {linear.argument} or by its size?")
        if first.vector is not None and np.array_equal(answer, first.vector[leaf.place]):
            return Fault(NOT_LINEAR, leaf.name, f"{seen}the same as for any other: the {linear.argument} is not used")
        return Fault(NOT_LINEAR, leaf.name, f"{seen}is a constant added that has no {linear.argument} as a factor?")
    return None


MULTIPLE: Final = (
    "{name} of -2 times a {argument} gives {seen} at {where} where -2 times what it gives for that {argument} is {wanted}: it must be "
    "linear in the {argument}; does it use a power, the sign or the size of it?"
)
"""The words for an answer that is not proportional."""

SUM: Final = (
    "{name} of the sum of two {argument}s gives {seen} at {where} where the sum of its answers to them is {wanted}: it must be "
    "linear in the {argument}; does it use a maximum, a norm or a condition on it?"
)
"""The words for answers that do not add up."""


def _of_sum(linear: LinearMap, first: Claim, u: Vector, v: Vector) -> Fault | None:
    """Return a fault unless the answer to a sum is the sum of the answers."""
    nudged = linear.apply(u * (1.0 + linear.eps * np.where(v > 0.0, 1.0, -1.0)))
    second, both = linear.apply(v), linear.apply(u + v)
    if first.vector is None or second.vector is None:
        return _unsound(linear, "another", second)
    return _unequal(linear, (first, both, second), first.vector + second.vector, SUM, nudged.vector)


def _unequal(
    linear: LinearMap, claims: tuple[Claim, ...], wanted: Vector, words: str, nudged: Vector | None = None
) -> Fault | None:
    """Return a fault where the second of some claims is not what was wanted, told at the worst component."""
    found = claims[1].vector
    if found is None:
        return _unsound(linear, "another", claims[1])
    for leaf in linear.layout.leaves:
        gap = np.abs(found[leaf.place] - wanted[leaf.place])
        if np.all(gap <= linear.allowed(leaf, list(claims), nudged)):
            continue
        worst = int(np.argmax(np.nan_to_num(gap, nan=np.inf)))
        seen, due = found[leaf.start + worst], wanted[leaf.start + worst]
        where = component_name(leaf, worst)
        numbers = dict(zip(("seen", "wanted"), distinguishable(seen, due), strict=True))
        return Fault(
            NOT_LINEAR, leaf.name, words.format(name=linear.name, argument=linear.argument, where=where, **numbers)
        )
    return None


def _unsound(linear: LinearMap, which: str, claim: Claim) -> Fault:
    """Return the first fault of a claim, with the argument it was made for."""
    fault = claim.faults[0]
    return dataclasses.replace(fault, sentence=f"for {which} {linear.argument}, {fault.sentence}")
