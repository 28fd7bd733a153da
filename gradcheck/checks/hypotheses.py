"""Simple patterns: what the right gradient of a leaf would be, if the claimed one is wrong in this way."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.axes import has_rows_and_columns
from gradcheck.checks.measuring import Setting
from gradcheck.checks.preflight import GRADIENT_ROUNDINGS
from gradcheck.parameters import Leaf

Vector = npt.NDArray[Any]


@dataclasses.dataclass(frozen=True)
class Term:
    """A vector of a leaf's shape, flat, with the rounding error of each of its components [cost per unit of parameter].

    Examples
    --------
    >>> Term(np.ones(2), np.zeros(2)).values
    array([1., 1.])
    """

    values: Vector
    noise: Vector

    def reordered(self, order: Vector) -> Term:
        """Return it with its components in another order."""
        return Term(self.values[order], self.noise[order])


@dataclasses.dataclass(frozen=True)
class Hypothesis:
    """The right gradient of a leaf is `base`, or base + t * along with a number t that has to be found.

    Attributes
    ----------
    id : str
        Of the pattern, as in Diagnosis.
    leaf : Leaf
    base : Term
    along : Term or None
        None where there is nothing to be found.
    detail : str
        Which one of several patterns with one id it is: an axis, another leaf.

    Examples
    --------
    >>> [field.name for field in dataclasses.fields(Hypothesis)]
    ['id', 'leaf', 'base', 'along', 'detail']
    """

    id: str
    leaf: Leaf
    base: Term
    along: Term | None = None
    detail: str = ""


BESIDE_DECAY: Final = "factor-beside-decay"
"""A known factor in all of the gradient but a multiple of w: the mean was forgotten before the weight decay was added."""


def with_a_number(setting: Setting, leaf: Leaf, ratios: Sequence[Fraction] = ()) -> list[Hypothesis]:
    """Return the patterns of one unknown number, simplest first: a factor, and a multiple of w, of its signs or of 1 that is missing.

    Last come known ratios of claimed to right with a multiple of w beside them.

    Examples
    --------
    >>> with_a_number.__name__
    'with_a_number'
    """
    claimed = claimed_of(setting, leaf)
    w = setting.problem.w[leaf.place]
    eps = np.finfo(np.float64).eps
    terms = {"weight-decay": w, "signs": np.sign(w), "constant": np.ones(leaf.size)}
    nothing = Term(np.zeros(leaf.size), np.zeros(leaf.size))
    found = [Hypothesis("factor", leaf, nothing, claimed)] if np.any(claimed.values) else []
    for name, values in terms.items():
        if np.any(values):
            found.append(Hypothesis(name, leaf, claimed, Term(values, GRADIENT_ROUNDINGS * eps * np.abs(values))))
    if not np.any(w):
        return found
    decay = Term(w, GRADIENT_ROUNDINGS * eps * np.abs(w))
    divided = ((ratio, Term(claimed.values / float(ratio), claimed.noise / abs(float(ratio)))) for ratio in ratios)
    return [*found, *(Hypothesis(BESIDE_DECAY, leaf, base, decay, str(ratio)) for ratio, base in divided)]


def without_a_number(setting: Setting, leaf: Leaf) -> list[Hypothesis]:
    """Return the patterns with nothing to be found: the claimed components in another order, or those of another leaf.

    Examples
    --------
    >>> without_a_number.__name__
    'without_a_number'
    """
    claimed = claimed_of(setting, leaf)
    found = [
        Hypothesis(name, leaf, claimed.reordered(order), detail=detail) for name, detail, order in _orders(leaf.shape)
    ]
    for other in setting.problem.layout.leaves:
        if other.name != leaf.name and other.shape == leaf.shape and leaf.size:
            found.append(Hypothesis("other-leaf", leaf, claimed_of(setting, other), detail=other.name))
    return [one for one in found if not np.array_equal(one.base.values, claimed.values)]


def claimed_of(setting: Setting, leaf: Leaf) -> Term:
    """Return the claimed gradient of one leaf.

    Examples
    --------
    >>> claimed_of.__name__
    'claimed_of'
    """
    return Term(setting.claimed[leaf.place], setting.gradient_noise[leaf.place])


def _orders(shape: tuple[int, ...]) -> Iterator[tuple[str, str, Vector]]:
    """Return (id, detail, order): the right gradient is claimed[order]."""
    numbers = np.arange(int(np.prod(shape, dtype=int))).reshape(shape)
    if len(shape) == 2 and has_rows_and_columns(shape):
        # The claim was made as the transpose and written into this shape; for a square one both ways are the same.
        yield "transposed", "", numbers.reshape(shape[::-1]).T.ravel()
        if shape[0] != shape[1]:
            yield "transposed", "", numbers.T.reshape(shape).ravel()
    for axis, length in enumerate(shape):
        if length < 2:
            continue
        for shift in (1, -1) if length > 2 else (1,):
            yield "shifted", f"{axis},{shift}", np.roll(numbers, shift, axis).ravel()
        if length > 3:  # of 3 or fewer, reversed is shifted, or a swap that any order may be
            yield "reversed", f"{axis},0", np.flip(numbers, axis).ravel()
