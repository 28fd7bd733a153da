"""What a student may read of an item: never more than the rubric's level allows, and below the last level no right value."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterator
from typing import Final

from gradcheck.grading.outcomes import Outcome
from gradcheck.reporting.levels import Explain
from gradcheck.reporting.text import render
from gradcheck.results import CheckResult, Diagnosis, Explains
from gradcheck.results.grades import ItemGrade, ItemStatus

_PRICE: Final = "\n\nforward passes: "
"""What the last section of a report begins with: its price, and the seed, which is the course's."""

_NUMBER: Final = re.compile(r"(?<![\w.])-?\d+\.(\d{3,})(e[-+]?\d+)?")
"""A number with three decimals or more: others meet right values by chance."""

_OPTION: Final = re.compile(r"[:;] if [^:;]*--[a-z].*")
"""What a sentence says last of how to declare another network: the course declares it, and not whoever hands in."""

_BARE: Final = {
    ItemStatus.ERROR: "Your code raised an error, or returned what is no answer.",
    ItemStatus.TIMEOUT: "Your code did not answer within its limits of time.",
    ItemStatus.LIMIT: "Your code was stopped at a limit.",
    ItemStatus.MISSING: "It is not in what you handed in.",
}


@dataclasses.dataclass(frozen=True)
class Retold:
    """What an item's feedback tells, as what it was made of.

    Attributes
    ----------
    words : str
        What stands before the report, or all of the feedback where there is none.
    result : CheckResult or None
        What the report is of, without what no student may read.
    explain : Explain
        The level that the report was made at: it is to be shown at no other.

    Examples
    --------
    >>> Retold("it is missing").result is None
    True
    """

    words: str
    result: CheckResult | None = None
    explain: Explain = Explain.VERDICT


def feedback_of(outcome: Outcome, level: int) -> str:
    """Return what is told of an outcome at a level.

    Examples
    --------
    >>> feedback_of(Outcome(ItemStatus.MISSING, words="there is no backprop(x, y)"), 1)
    'It is not in what you handed in: there is no backprop(x, y)'
    >>> feedback_of(Outcome(ItemStatus.PASS), 4)
    ''
    """
    explain = Explain(level)
    if outcome.status is ItemStatus.PASS:
        return ""
    if outcome.status in _BARE:
        bare = _BARE[outcome.status]
        return f"{bare.rstrip('.')}: {outcome.words}" if outcome.words and explain > Explain.VERDICT else bare
    if outcome.result is None:
        return outcome.words
    words = [outcome.words] if outcome.words and explain > Explain.VERDICT else []
    return "\n\n".join([*words, _report(outcome.result, explain)])


def retold(item: ItemGrade) -> Retold:
    """Return what an item's feedback tells, for a page that lays it out; never more than the feedback, word by word.

    The report is made again of the item's result: where that gives other words than the feedback has, which another version
    wrote, or a person, the feedback alone is told.

    Examples
    --------
    >>> retold(ItemGrade("bp1", "BP1", ItemStatus.MISSING, 0.0, 2.0, feedback="It is missing.")).words
    'It is missing.'
    """
    if item.result is None or not item.feedback:
        return Retold(item.feedback)
    shown = _for_students(item.result)
    explain = _level(shown, Explain(item.explain))
    report = "" if explain is None else _text(shown, explain)
    if explain is None or not report or not item.feedback.endswith(report):
        return Retold(item.feedback)
    return Retold(item.feedback.removesuffix(report).rstrip(), shown, explain)


def diagnosis_of(outcome: Outcome) -> tuple[str, ...]:
    """Return the ids of the mistakes and patterns that fit, mistakes first; for the course's statistics.

    Examples
    --------
    >>> diagnosis_of(Outcome(ItemStatus.PASS))
    ()
    """
    found = outcome.result.diagnosis if outcome.result is not None and not outcome.is_right else ()
    order = sorted(found, key=lambda one: (one.kind is not Explains.MISTAKE, one.kind is Explains.COMPARISON))
    return tuple(dict.fromkeys(one.id for one in order))


def tells_right_values(text: str, result: CheckResult) -> bool:
    """Tell whether one of a text's numbers is a right value of a result, to the digits that are shown.

    Examples
    --------
    >>> from gradcheck.results import Component, Verdict
    >>> result = CheckResult("f", Verdict.DISAGREE, worst=Component("w", (0,), 1.0, 0.123456, 0.0))
    >>> tells_right_values("it should be 0.1235", result), tells_right_values("it is 0.2235", result)
    (True, False)
    """
    right = [value for value in _right_values(result) if math.isfinite(value) and value != 0.0]
    for found in _NUMBER.finditer(text):
        shown = float(found.group(0))
        near = 0.51 * 10.0 ** (int((found.group(2) or "e0")[1:]) - len(found.group(1)))
        if any(abs(shown - value) <= near for value in right):
            return True
    return False


def _report(result: CheckResult, explain: Explain) -> str:
    """Return the report without its price, at this level or, where that would tell a right value, at a lower one."""
    shown = _for_students(result)
    level = _level(shown, explain)
    return "" if level is None else _text(shown, level)


def _level(shown: CheckResult, explain: Explain) -> Explain | None:
    """Return the highest level up to this one at which no right value is told that is not to be; None where each tells one."""
    if explain is Explain.NUMBERS:
        return explain
    levels = sorted((one for one in Explain if one <= explain), reverse=True)
    return next((one for one in levels if not tells_right_values(_text(shown, one), shown)), None)


def _text(shown: CheckResult, explain: Explain) -> str:
    """Return the report of what a student may read, without its price."""
    return render(shown, explain).rpartition(_PRICE)[0]


def _for_students(result: CheckResult) -> CheckResult:
    """Return a result without what repeats it, and what declares it: the seed is the course's, and so are the options."""
    told = [dataclasses.replace(one, sentence=_OPTION.sub("", one.sentence)) for one in result.diagnosis]
    return dataclasses.replace(
        result,
        seed=0,
        reproduce="",
        diagnosis=tuple(told),
        notes=tuple(_OPTION.sub("", note) for note in result.notes),
        nearby=result.nearby and _for_students(result.nearby),
        parts=tuple(map(_for_students, result.parts)),
    )


def _right_values(result: CheckResult) -> Iterator[float]:
    """Yield every value that a right program would have given, also those that pictures alone show."""
    yield from (one.estimated for one in (*result.wrong, *result.measured, *([result.worst] if result.worst else [])))
    yield from (value for one in result.equations if one.weights for value in one.weights.right.values)
    if result.steps is not None:
        yield result.steps.estimated
    for block in result.blocks:
        yield from (value for value in (block.estimated, block.slope_left, block.slope_right) if value is not None)
    yield from (value for told in result.diagnosis for value in _right_in(told))
    for inner in (*result.parts, *([result.nearby] if result.nearby else [])):
        yield from _right_values(inner)


def _right_in(told: Diagnosis) -> Iterator[float]:
    """Yield the numbers of a sentence that compares values: among them are right ones."""
    if told.kind is Explains.COMPARISON:
        yield from (float(found.group(0)) for found in _NUMBER.finditer(told.sentence))
