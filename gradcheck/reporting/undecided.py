"""The section of an inconclusive result: what was not decided, why, and what to do next."""

from __future__ import annotations

import dataclasses
from typing import Final

from gradcheck.reporting.kinks import kink_advice, side_words
from gradcheck.reporting.layout import Line, sentence
from gradcheck.reporting.levels import Explain
from gradcheck.reporting.nearby import found_nearby
from gradcheck.reporting.smallness import explained, still_open, told_by_numbers
from gradcheck.reporting.words import deciding, listed
from gradcheck.results import BlockResult, CheckResult, Reason, Status

MOST_LISTED: Final = 10
"""Open blocks listed with their numbers at most, for each reason (a count)."""


def undecided_lines(result: CheckResult, explain: Explain = Explain.NUMBERS) -> list[Line]:
    """Say what was not decided and, for each reason there is, what it means and what to do next.

    Examples
    --------
    >>> from gradcheck.results import Verdict
    >>> undecided_lines(CheckResult("gradient", Verdict.INCONCLUSIVE, Reason.BUDGET))[0].text
    'Nothing was decided: your gradient may be right, and it may be wrong.'
    """
    told = deciding(result)
    told = dataclasses.replace(told, reason=result.reason or told.reason)
    found = _opening(told, explain)
    for words, (reason, blocks) in explained(told).items():
        kinked = reason is Reason.KINK
        advice = kink_advice(told, words.advice) if kinked else words.advice
        side = side_words(tuple(blocks)) if kinked else ""
        found += [
            Line(""),
            *sentence(words.sentence),
            *(sentence(side) if side else []),
            *(_numbers(blocks) if explain >= Explain.NUMBERS else []),
            *sentence(f"What to do: {advice}"),
        ]
    return found


def _opening(told: CheckResult, explain: Explain) -> list[Line]:
    """Say what was not decided, and what a nearby point told."""
    names = [block.name for block in still_open(told)]
    if names and any(block.status is Status.AGREE for block in told.blocks):
        found = sentence(f"Not decided: {listed(names)}. Your gradient may be right there, and it may be wrong.")
    else:
        here = " at the point given" if told.nearby is not None else ""
        found = sentence(f"Nothing was decided{here}: your gradient may be right, and it may be wrong.")
    return found + (sentence(found_nearby(told.nearby, explain)) if told.nearby is not None else [])


def _numbers(blocks: list[BlockResult]) -> list[Line]:
    """Say of each of these blocks what its own numbers tell."""
    known = [words for block in blocks if (words := told_by_numbers(block))]
    found = [line for one in known[:MOST_LISTED] for line in sentence(one, mark="- ")]
    left = len(known) - MOST_LISTED
    return [
        *found,
        *(sentence(f"and {left:,} more block{'s' if left > 1 else ''} alike", mark="- ") if left > 0 else []),
    ]
