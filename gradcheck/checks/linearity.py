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

NOT_LINEAR: Final = FaultKind.LINEARITY
"""The kind of fault that a map is which should be linear and is not."""

FACTOR: Final = -2.0
"""What an argument is multiplied by (dimensionless): a power of 2, so that right code answers to the last digit, and negative, so
that |u| and max(u, 0) are seen."""


ODD_FACTORS: Final = (1.2, 1.4)
"""What the arguments of a sum are multiplied by to tell a map that is not linear from rounding (dimensionless): a map in proportion at
FACTOR is so here, while every rounding falls anew. No small whole numbers of last digits are in these ratios."""

SHARE_OF_EXCESS: Final = 1.0 / 8.0
"""How well what a sum is answered too much must grow in proportion (dimensionless): beyond ROUNDINGS it is known to a share of 1/64;
one last digit more or less of one or two is half of it or more."""

SUMS: Final = 3
"""Sums that must all be wrong (a count). Where terms cancel to their last digits, as in a saturated softmax, the answers of right code
are rounding and nothing else: of 30,000 such sums 5,500 were seen to fail, none of them by an amount that grows in proportion."""


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
    dtype : numpy.dtype
        Of the argument.

    Examples
    --------
    >>> [field.name for field in dataclasses.fields(LinearMap)]
    ['name', 'argument', 'apply', 'layout', 'dtype']
    """

    name: str
    argument: str
    apply: Callable[[Vector], Claim]
    layout: Layout
    dtype: np.dtype[Any]

    def allowed(self, leaf: Leaf, claims: tuple[Claim, ...]) -> float:
        """Return by how much two answers for one leaf may differ, given the size of what was answered.

        Never less than what a measurement would let pass: a backward pass that iterates to a tolerance is no fault.
        """
        answers = [claim.vector[leaf.place] for claim in claims if claim.vector is not None]
        size = max(float(np.max(np.abs(answer), initial=0.0)) for answer in answers)
        position = self.layout.leaves.index(leaf)
        dtypes = [leaf.dtype, self.dtype, *(np.asarray(claim.leaves[position]).dtype for claim in claims)]
        coarsest = np.finfo(max(dtypes, key=lambda dtype: np.finfo(dtype).eps))
        # Below its smallest normal number a dtype has fewer digits the smaller a number is.
        rounding = max(float(coarsest.eps) * size, float(coarsest.tiny))
        return max(ROUNDINGS * rounding, SAFETY * WANTED_ACCURACY * size)


@np.errstate(all="ignore")
def broken_linearity(linear: LinearMap, first: Claim, u: Vector, draw: Callable[[], Vector]) -> Fault | None:
    """Return a fault if a map is not linear: 0 for 0, -2 times for -2 times, a sum for a sum; 5 calls of it where it is.

    (BP2) to (BP4) are linear in delta, whatever the layer is; `first` is what the map says for `u`, and `draw` gives another
    random argument each time.

    Examples
    --------
    >>> from gradcheck.checks.claims import read_claim
    >>> from gradcheck.parameters import lay_out
    >>> layout = lay_out({"x": np.ones(2)})
    >>> u = np.array([1.0, 2.0])
    >>> square = LinearMap("backward", "cotangent", lambda u: read_claim(layout, {"x": u**2}), layout, u.dtype)
    >>> broken_linearity(square, square.apply(u), u, lambda: np.ones(2)).sentence.split(":")[0]
    'backward of -2 times a cotangent gives 16 at x[1] where -2 times what it gives for that cotangent is -8'
    """
    fault = _of_zero(linear, first, linear.apply(np.zeros_like(u)))
    if fault is not None or first.vector is None:
        return fault
    if not np.max(np.abs(first.vector), initial=0.0) < np.sqrt(np.finfo(np.float64).max):
        return None  # a multiple of it may overflow
    fault = _unequal(linear, (first, linear.apply(FACTOR * u)), FACTOR * first.vector, MULTIPLE)
    return fault or _of_sum(linear, first, u, draw)


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


def _of_sum(linear: LinearMap, first: Claim, u: Vector, draw: Callable[[], Vector]) -> Fault | None:
    """Return a fault unless the answer to a sum is the sum of the answers, in one of several sums, or differs by rounding alone."""
    fault = None
    for _ in range(SUMS):
        v = draw()
        second, both = linear.apply(v), linear.apply(u + v)
        if first.vector is None or second.vector is None or both.vector is None:
            return _unsound(linear, "another", second if second.vector is None else both)
        excess = both.vector - first.vector - second.vector
        fault = _unequal(linear, (first, both, second), first.vector + second.vector, SUM)
        if fault is None or not all(_scales(linear, fault.where, (u, v, u + v), excess, by) for by in ODD_FACTORS):
            return None
        u, first = v, second
    return fault


def _scales(
    linear: LinearMap, name: str, arguments: tuple[Vector, Vector, Vector], excess: Vector, factor: float
) -> bool:
    """Tell whether what a sum is answered too much, in one leaf, grows with its arguments: rounding does not."""
    u, v, both = (linear.apply(factor * argument).vector for argument in arguments)
    if u is None or v is None or both is None:
        return False
    place = next(leaf.place for leaf in linear.layout.leaves if leaf.name == name)
    grown = factor * excess[place]
    return bool(np.max(np.abs((both - u - v)[place] - grown)) <= SHARE_OF_EXCESS * np.max(np.abs(grown)))


def _unequal(linear: LinearMap, claims: tuple[Claim, ...], wanted: Vector, words: str) -> Fault | None:
    """Return a fault where the second of some claims is not what was wanted, told at the worst component."""
    found = claims[1].vector
    if found is None:
        return _unsound(linear, "another", claims[1])
    for leaf in linear.layout.leaves:
        gap = np.abs(found[leaf.place] - wanted[leaf.place])
        if np.all(gap <= linear.allowed(leaf, claims)):
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
