"""What a verdict is in words: the first line of a report, and the pieces it is made of."""

from __future__ import annotations

import math

from gradcheck.reporting import numerals
from gradcheck.reporting.diagnoses import in_short, named, place
from gradcheck.reporting.layout import printable
from gradcheck.reporting.levels import Explain, notes_at
from gradcheck.reporting.locating import failing_place, worst_block
from gradcheck.reporting.points import ELSEWHERE, elsewhere, why_not_here
from gradcheck.reporting.smallness import explanation_of
from gradcheck.results import BlockResult, CheckResult, Component, Reason, Status, Verdict


def headline(result: CheckResult, explain: Explain = Explain.NUMBERS) -> str:
    """Return the first line of a report, complete alone: the verdict, of what, and the one thing to know about it.

    Examples
    --------
    >>> worst = Component("w", (2, 0), claimed=1.0, estimated=2.0, bound=1e-9)
    >>> headline(CheckResult("gradient", Verdict.DISAGREE, worst=worst))
    'DISAGREE  gradient - w[2, 0]: claimed 1.00000, estimated 2.00000'
    >>> headline(CheckResult("gradient", Verdict.DISAGREE, worst=worst), Explain.WHERE)
    'DISAGREE  gradient - w[2, 0] is wrong'
    """
    return f"{result.verdict.name}  {subject(result, explain)}"


def subject(result: CheckResult, explain: Explain = Explain.NUMBERS) -> str:
    """Return the headline behind the verdict.

    Examples
    --------
    >>> from gradcheck.results import Reason
    >>> subject(CheckResult("gradient", Verdict.INCONCLUSIVE, Reason.BUDGET))
    'gradient - the budget of forward passes ran out (budget)'
    """
    return " - ".join(words for words in (title(result, explain), printable(essence(result, explain))) if words)


def title(result: CheckResult, explain: Explain = Explain.NUMBERS) -> str:
    """Return what was checked, with the equation and the layers of the explanation behind it.

    Examples
    --------
    >>> title(CheckResult("gradient", Verdict.AGREE))
    'gradient'
    """
    return printable(result.title + _place_named(result, explain))


def essence(result: CheckResult, explain: Explain = Explain.NUMBERS) -> str:
    """Return the one thing to know beside the verdict; empty when the result holds no more.

    Examples
    --------
    >>> essence(CheckResult("backprop", Verdict.AGREE, notes=("25 of 25 random networks agree",)))
    '25 of 25 random networks agree'
    """
    if explain is Explain.VERDICT and result.verdict is Verdict.DISAGREE:
        return ""
    nearby = elsewhere(result)
    if nearby is not None:
        accepted = result.verdict is Verdict.AGREE and why_not_here(result) is Reason.KINK
        where = f"({ELSEWHERE}{', where a kink was accepted' if accepted else ''})"
        return f"{essence(nearby, explain)} {where}".lstrip()
    if result.verdict is Verdict.DISAGREE:
        return _of_disagreement(result, explain)
    return _of_doubt(result) if result.verdict is Verdict.INCONCLUSIVE else _of_agreement(result, explain)


def compared(name: str, claimed: float, estimated: float, quantity: str = "") -> str:
    """Return a name with what was claimed and what was estimated, told apart.

    Examples
    --------
    >>> compared("w", 1.0, 2.0, "slope ")
    'w: claimed slope 1.00000, estimated 2.00000'
    """
    first, second = numerals.values_apart(claimed, estimated)
    words = f"claimed {quantity}{first}, estimated {second}"
    if math.isnan(claimed) and math.isnan(estimated):
        return f"{name}: the two could not be compared ({words})"
    return f"{name}: {words}"


def shows_details(result: CheckResult) -> bool:
    """Tell whether a result says itself where it fails.

    Examples
    --------
    >>> shows_details(CheckResult("gradient", Verdict.AGREE))
    False
    """
    measured = result.worst or result.wrong or result.blocks or result.equations
    return bool(measured or result.faults or result.diagnosis or result.counterexample or result.nearby)


def teller(result: CheckResult) -> CheckResult:
    """Return the result itself where it says where it fails, or the first of its parts with the same verdict.

    Examples
    --------
    >>> parts = CheckResult("feedforward", Verdict.AGREE), CheckResult("backprop", Verdict.DISAGREE)
    >>> teller(CheckResult("Network", Verdict.DISAGREE, parts=parts)).title
    'backprop'
    """
    if shows_details(result):
        return result
    return next((part for part in result.parts if part.verdict is result.verdict), result)


def deciding(result: CheckResult) -> CheckResult:
    """Return what tells where it fails: the result itself or one of its parts, at the point nearby where that decided.

    Examples
    --------
    >>> nearby = CheckResult("gradient", Verdict.DISAGREE, seed=1)
    >>> deciding(CheckResult("gradient", Verdict.DISAGREE, nearby=nearby)).seed
    1
    """
    told = teller(result)
    return elsewhere(told) or told


def _of_doubt(result: CheckResult) -> str:
    """Return why nothing was decided, and that a nearby point agrees where one does."""
    words = explanation_of(result, result.reason).short + ("" if result.reason is None else f" ({result.reason.value})")
    agrees = result.nearby is not None and result.nearby.verdict is Verdict.AGREE
    return f"{words}; at a point nearby your gradient agrees" if agrees else words


def _place_named(result: CheckResult, explain: Explain) -> str:
    """Return the equation and the layers of the explanation that the first line names; they stand behind the title."""
    explanations = named((elsewhere(result) or result).diagnosis, explain)
    words = place(explanations[0]) if explanations and result.verdict is Verdict.DISAGREE else ""
    return f"{' ' if words.startswith('(') else ', '}{words}" if words else ""


def _of_disagreement(result: CheckResult, explain: Explain) -> str:
    """Return what explains it, else where it disagrees most: a component, a fault, or a block along one direction."""
    explanations = named(result.diagnosis, explain)
    if explanations:
        return in_short(explanations)
    words = _apart(result) if explain is Explain.NUMBERS else failing_place(result, explain)
    if words:
        return words
    part = teller(result)
    if part is not result:
        return subject(part, explain).removeprefix(f"{printable(result.title)}: ")
    return next(iter(notes_at(result.notes, explain)), "")


def _apart(result: CheckResult) -> str:
    """Return where it disagrees most, in numbers."""
    if result.worst is not None:
        return compared(result.worst.name, result.worst.claimed, result.worst.estimated)
    if result.wrong:
        return compared(result.wrong[0].name, result.wrong[0].claimed, result.wrong[0].estimated)
    if result.faults:
        return result.faults[0].sentence
    block = worst_block(result)
    if block is not None:
        return compared(f"{block.name} along a random direction", block.claimed, block.estimated, "slope ")
    return ""


def _of_agreement(result: CheckResult, explain: Explain) -> str:
    """Return how many parts or blocks agree, and to how many digits."""
    if result.parts:
        return f"{sum(part.verdict is Verdict.AGREE for part in result.parts)} of {len(result.parts)} parts agree"
    if not result.blocks:
        return next(iter(notes_at(result.notes, explain)), "")
    agreeing = [block for block in result.blocks if block.status is Status.AGREE]
    agree = "blocks agree" if len(result.blocks) > 1 else "block agrees"
    words = f"{len(agreeing):,} of {len(result.blocks):,} {agree}"
    least = min((block.digits for block in agreeing if block.digits is not None), default=None)
    if least is not None:
        words += f", to {numerals.digits(least)} digits{' or more' if least < math.inf else ''}"
    vacuous = [block.name for block in result.blocks if block.status is Status.VACUOUS]
    if not vacuous:
        return words
    agrees = result.nearby is not None and result.nearby.verdict is Verdict.AGREE
    return f"{words}; nothing is proved about {listed(vacuous)}{' here, but a point nearby agrees' if agrees else ''}"


def listed(names: list[str], most: int = 3) -> str:
    """Return names as a list in a sentence, the first few of many.

    Examples
    --------
    >>> listed(["b1", "w1"]), listed(["a", "b", "c", "d"])
    ('b1 and w1', 'a, b, c and 1 other')
    """
    if len(names) > most:
        left = len(names) - most
        names = [*names[:most], f"{left:,} other{'s' if left > 1 else ''}"]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def parts_of_bound(one: Component | BlockResult) -> str:
    """Return what the allowed gap is made of, "= 4 x (...)"; empty where its errors were not measured.

    Examples
    --------
    >>> parts_of_bound(Component("w", (), 1.0, 2.0, 8.0, 1.0, 0.5, 0.5))
    '= 4 x (truncation 1.0e+00 + condition 5.0e-01 + gradient rounding 5.0e-01)'
    """
    errors = one.truncation_error, one.condition_error, one.gradient_noise
    total = sum(errors)
    if not math.isfinite(one.bound) or not 0.0 < total < math.inf:
        return ""
    truncation, condition, rounding = map(numerals.error, errors)
    made_of = f"truncation {truncation} + condition {condition} + gradient rounding {rounding}"
    return f"= {one.bound / total:.3g} x ({made_of})"
