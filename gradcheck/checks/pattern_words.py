"""The patterns of a wrong gradient in words, for the one who wrote it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Final

from gradcheck.checks.evidence import decimal_digits
from gradcheck.checks.fits import Fit
from gradcheck.checks.sizes import simple_fraction
from gradcheck.checks.spoken import gradient_of, listed
from gradcheck.checks.supporting import Named
from gradcheck.results import Diagnosis, Explains

MOST_DIGITS: Final = 12
"""Digits of a number that are printed at most (a count): no slope is measured better."""


def told(found: Sequence[Named], everywhere: tuple[str, ...]) -> list[Diagnosis]:
    """Return named patterns as diagnoses; `everywhere` are the leaves of which it is said so when all of them are meant.

    Examples
    --------
    >>> fit = Fit("transposed", math.nan, math.nan, (), (), digits=9.2, names=("w",))
    >>> told([Named(fit)], ())[0].sentence
    'the gradient of w is the transpose of the right one.'
    """
    others = [one for one in found if one.fit.id == "other-leaf"]
    return [*(_told_as(one, everywhere) for one in found if one not in others), *_misplaced(others)]


def _told_as(one: Named, everywhere: tuple[str, ...]) -> Diagnosis:
    fit = one.fit
    is_whole = bool(everywhere) and set(fit.names) == set(everywhere)
    what = "the whole gradient" if is_whole else f"the {gradient_of(*fit.names)}"
    sentence, hint = _WORDS[fit.id](one, what)
    digits = fit.digits if math.isnan(fit.t) else _digits(fit.low, fit.high)
    return Diagnosis(
        _id(one),
        "",
        sentence,
        Explains.PATTERN,
        "" if is_whole else listed(fit.names),
        hint,
        digits if math.isfinite(digits) else None,
    )


def _id(one: Named) -> str:
    if one.size is None or one.ratio is None or one.fit.id != "factor":
        return one.fit.id
    return "sum-not-mean" if abs(one.ratio) > 1 else "mean-twice"


def _factor(one: Named, what: str) -> tuple[str, str]:
    """Say a factor; with what it may come from where it is a known one."""
    # Claimed over right: what the reader's code makes of it.
    low, high = sorted((1.0 / one.fit.low, 1.0 / one.fit.high)) if one.fit.low * one.fit.high > 0.0 else (math.nan,) * 2
    ratio = one.ratio
    if one.size is not None and ratio is not None:
        return _factor_of_size(one, what)
    if ratio == -1:
        return f"{what} has the wrong sign: it is -1 times the right one{_to_digits(low, high)}.", _HINT_SIGN
    if ratio is not None:
        times = {Fraction(2): "twice", Fraction(1, 2): "half"}.get(ratio, f"{ratio} times")
        return f"{what} is {times} the right one{_to_digits(low, high)}.", _HINT_TWO
    fraction = simple_fraction(low, high)
    number = _number(low, high) if fraction is None else str(fraction)
    return f"{what} is {number} times the right one{_to_digits(low, high)}.", _HINT_FACTOR


def _factor_of_size(one: Named, what: str) -> tuple[str, str]:
    ratio, size = one.ratio, one.size
    if ratio is None or size is None:
        return "", ""
    m = size.m
    sign = ", and its sign is turned" if ratio < 0 else ""
    if abs(ratio) > 1:
        words = f"{what} is {ratio} times the right one, and {m} is {size.words}: it is that of a sum over them, not of the mean{sign}."
        return words, "Where does the cost divide by the number of examples, and where does the gradient?"
    words = f"{what} is {ratio} of the right one, and {m} is {size.words}: it is divided by {m} once too often (a mean where a sum belongs, or a mean of a mean){sign}."
    return words, "How often is the gradient divided by the number of examples, and how often is the cost?"


_HINT_SIGN: Final = "Which way round does the difference stand, and is the sign put back for the descent?"
_HINT_TWO: Final = "Does the cost have a factor 1/2 or a square, and what becomes of it in the derivative?"
_HINT_FACTOR: Final = (
    "Is it a number that you know: of examples, of classes, a rate, a weight in the cost that was left out?"
)


def _weight_decay(one: Named, what: str) -> tuple[str, str]:
    w, number = _own(one.fit), _number(*_size(one.fit))
    if one.fit.t > 0.0:
        words = f"{what} is right once {number} * {w} is added: the gradient of a weight decay (L2 regularisation) is missing."
    else:
        words = f"{what} is right once {number} * {w} is taken off: a weight decay (L2 regularisation) too much, or counted twice."
    return (
        words,
        "Compare the regularisation in the cost, its factor and the blocks it is of, with that in the gradient.",
    )


def _beside_decay(one: Named, what: str) -> tuple[str, str]:
    """Say a factor beside a decay: right = claimed / r + t w, so that a decay that is right itself is t r / (r - 1)."""
    ratio, w = one.ratio or Fraction(1), _own(one.fit)
    low, high = _size(one.fit)
    share = abs(float(ratio) / (float(ratio) - 1.0))
    turned = f"divided by {ratio}" if abs(ratio) > 1 else f"multiplied by {1 / ratio}"
    number, decay = _number(low, high), _number(low * share, high * share)
    words = (
        f"{what} is right once it is {turned} and {number} * {w} is {'added' if one.fit.t > 0 else 'taken off'}: "
        f"all but its weight decay of {decay} * {w} is {ratio} times the right one"
    )
    if one.size is None:
        return (
            f"{words}.",
            "Compare the factor of the weight decay with that of the rest, in the cost and in the gradient.",
        )
    mean = "it is that of a sum, not of the mean" if abs(ratio) > 1 else "it is divided by it once too often"
    words = f"{words}, and {one.size.m} is {one.size.words}: {mean}."
    return words, "Which terms of the cost are divided by the number of examples, and which of the gradient?"


def _signs(one: Named, what: str) -> tuple[str, str]:
    w, number = _own(one.fit), _number(*_size(one.fit))
    if one.fit.t > 0.0:
        words = f"{what} is right once {number} * sign({w}) is added: the gradient of an L1 regularisation is missing."
    else:
        words = (
            f"{what} is right once {number} * sign({w}) is taken off: an L1 regularisation too much, or counted twice."
        )
    return (
        words,
        "Compare the regularisation in the cost, its factor and the blocks it is of, with that in the gradient.",
    )


def _constant(one: Named, what: str) -> tuple[str, str]:
    number, side = _number(*_size(one.fit)), "small" if one.fit.t > 0.0 else "large"
    words = f"{what} is off by the same number in every component: each is {number} too {side}."
    return words, "What is added to all components alike, or was broadcast over them?"


def _transposed(_: Named, what: str) -> tuple[str, str]:
    hint = "Write the shape of each factor beside the product: which index of the gradient is which index of the parameter?"
    return f"{what} is the transpose of the right one.", hint


def _shifted(one: Named, what: str) -> tuple[str, str]:
    axis, shift = map(int, one.fit.detail.split(","))
    slices, early = _slices(axis), "early" if shift > 0 else "late"
    words = f"{what} has the right {slices}, each one place too {early}, the one at the end carried round."
    return words, f"Count the {slices} again: does an index begin at 0 or at 1?"


def _reversed(one: Named, what: str) -> tuple[str, str]:
    slices = _slices(int(one.fit.detail.split(",")[0]))
    return f"{what} has the right {slices} in reverse order.", "Was a list built from the last to the first?"


def _slices(axis: int) -> str:
    return {0: "rows", 1: "columns"}.get(axis, f"slices along axis {axis}")


_WORDS: Final[dict[str, Callable[[Named, str], tuple[str, str]]]] = {
    "factor": _factor,
    "weight-decay": _weight_decay,
    "factor-beside-decay": _beside_decay,
    "signs": _signs,
    "constant": _constant,
    "transposed": _transposed,
    "shifted": _shifted,
    "reversed": _reversed,
}


def _misplaced(found: Sequence[Named]) -> list[Diagnosis]:
    """Say of leaves whose right gradient is claimed for another leaf which they are."""
    right = {one.fit.names[0]: one.fit.detail for one in found}
    swapped = [(leaf, other) for leaf, other in right.items() if right.get(other) == leaf and leaf < other]
    told_already = {name for pair in swapped for name in pair}
    pairs = [
        _of_leaves("swapped-leaves", pair, f"the gradients of {pair[0]} and {pair[1]} are swapped.") for pair in swapped
    ]
    moved = [leaf for leaf in right if leaf not in told_already]
    sentences = [f"what is returned for {right[leaf]} is the right gradient of {leaf}" for leaf in moved]
    if not moved:
        return pairs
    sentence = f"gradients are returned in the wrong places: {'; '.join(sentences)}."
    return [*pairs, _of_leaves("misplaced-leaves", moved, sentence)]


def _of_leaves(id: str, names: Sequence[str], sentence: str) -> Diagnosis:
    hint = "Compare the order in which the gradients are returned with that of the parameters."
    return Diagnosis(id, "", sentence, Explains.PATTERN, listed(names), hint)


def _own(fit: Fit) -> str:
    return fit.names[0] if len(fit.names) == 1 else "the parameter"


def _size(fit: Fit) -> tuple[float, float]:
    low, high = sorted((abs(fit.low), abs(fit.high)))
    return low, high


def _digits(low: float, high: float) -> float:
    return decimal_digits(0.5 * (high - low), max(abs(low), abs(high)))


def _number(low: float, high: float) -> str:
    """Return a number with the digits that are known of it."""
    known = min(max(math.floor(_digits(low, high)), 1), MOST_DIGITS) if low < high else MOST_DIGITS
    return f"{0.5 * (low + high):.{known}g}"


def _to_digits(low: float, high: float) -> str:
    digits = _digits(low, high)
    return f", to {math.floor(digits)} digits" if math.isfinite(digits) and digits >= 1.0 else ""
