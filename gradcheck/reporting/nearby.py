"""The section on a nearby point: what happened at the point given, and what was found beside it."""

from __future__ import annotations

from gradcheck.reporting.kinks import side_words
from gradcheck.reporting.layout import Line, Style, sentence
from gradcheck.reporting.levels import Explain
from gradcheck.reporting.points import ELSEWHERE, elsewhere, why_not_here
from gradcheck.reporting.reasons import explanation
from gradcheck.reporting.words import essence, listed
from gradcheck.results import CheckResult, Reason, Status, Verdict


def nearby_lines(result: CheckResult, explain: Explain = Explain.NUMBERS) -> list[Line]:
    """Return one sentence on the point given and one on the nearby point; nothing where there is none.

    Examples
    --------
    >>> nearby = CheckResult("gradient", Verdict.AGREE)
    >>> for line in nearby_lines(CheckResult("gradient", Verdict.AGREE, Reason.VACUOUS, nearby=nearby)):
    ...     print(line.text)
    At the point given both gradients are zero, to within what can be measured: that
    proves nothing.
    At a point nearby, chosen at random, your gradient agrees.
    """
    if result.nearby is None:
        return []
    there = found_nearby(result.nearby, explain)
    found = [*sentence(_here(result)), *sentence(there, style=Style[result.nearby.verdict.name])]
    if result.verdict is Verdict.DISAGREE and elsewhere(result) is not None:
        found += sentence("What follows is about that point nearby.")
    return found


def found_nearby(nearby: CheckResult, explain: Explain = Explain.NUMBERS) -> str:
    """Return in one sentence what a check at a nearby point found.

    Examples
    --------
    >>> found_nearby(CheckResult("gradient", Verdict.INCONCLUSIVE, Reason.NOISE))
    'At a point nearby nothing was decided either: the cost is too noisy to measure its slope (noise).'
    """
    starts = {
        Verdict.AGREE: "At a point nearby, chosen at random, your gradient agrees",
        Verdict.DISAGREE: f"{ELSEWHERE.capitalize()}, your gradient is wrong",
        Verdict.INCONCLUSIVE: "At a point nearby nothing was decided either",
    }
    words = essence(nearby, explain)
    return f"{starts[nearby.verdict]}{f': {words}' if words else ''}."


def _here(result: CheckResult) -> str:
    """Return in one sentence what happened at the point given."""
    reason = why_not_here(result)
    if reason is Reason.KINK:
        kink = "At the point given the cost has a kink (relu, max or abs where they bend)"
        if result.verdict is Verdict.AGREE:
            return f"{kink}; you accept subgradients, and nothing measured there or close by refutes yours."
        return f"{kink}: there is no single right gradient there to compare yours with. {side_words(result.blocks)}".rstrip()
    if reason is Reason.VACUOUS:
        open_here = [block.name for block in result.blocks if block.status is Status.VACUOUS and block.size]
        where = "" if len(open_here) == len(result.blocks) or not open_here else f" of {listed(open_here)}"
        return (
            f"At the point given both gradients{where} are zero, to within what can be measured: that proves nothing."
        )
    return f"At the point given nothing was decided{'' if reason is None else f': {explanation(reason).short}'}."
