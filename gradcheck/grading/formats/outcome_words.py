"""What became of an item in a word or two, with a mark and a colour, for the pages."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Final

from gradcheck.grading.formats.standing import is_left_out
from gradcheck.results.grades import ItemGrade, ItemStatus

OUTCOMES: Final[Mapping[ItemStatus, str]] = {
    ItemStatus.PASS: "right",
    ItemStatus.PARTIAL: "partly right",
    ItemStatus.FAIL: "not right",
    ItemStatus.MISSING: "missing",
    ItemStatus.ERROR: "error",
    ItemStatus.TIMEOUT: "too slow",
    ItemStatus.LIMIT: "stopped at a limit",
    ItemStatus.INCONCLUSIVE: "inconclusive",
    ItemStatus.UNGRADED: "not graded",
}

MARKS: Final[Mapping[ItemStatus, str]] = dict.fromkeys(ItemStatus, "✗") | {
    ItemStatus.PASS: "✓",
    ItemStatus.PARTIAL: "◐",
    ItemStatus.INCONCLUSIVE: "?",
    ItemStatus.UNGRADED: "!",
}
"""What stands beside the outcome, which is told by more than a colour."""

STYLES: Final[Mapping[ItemStatus, str]] = dict.fromkeys(ItemStatus, "disagree") | {
    ItemStatus.PASS: "agree",
    ItemStatus.INCONCLUSIVE: "inconclusive",
    ItemStatus.UNGRADED: "inconclusive",
}
"""The class of the style sheet that colours it."""

LEFT_OUT_STYLE: Final = "faint"
"""And that of what counts neither way."""


@dataclasses.dataclass(frozen=True)
class OutcomeShown:
    """What became of an item, as a page shows it.

    Examples
    --------
    >>> OutcomeShown("right", "✓", "agree").mark
    '✓'
    """

    words: str
    mark: str
    style: str


def outcome_shown(item: ItemGrade) -> OutcomeShown:
    """Return what became of an item.

    Examples
    --------
    >>> outcome_shown(ItemGrade("bp1", "BP1", ItemStatus.TIMEOUT, 0.0, 2.0)).words
    'too slow'
    >>> outcome_shown(ItemGrade("bp1", "BP1", ItemStatus.MISSING, 0.0, 0.0))
    OutcomeShown(words='left out', mark='-', style='faint')
    """
    if is_left_out(item):
        return OutcomeShown("left out", "-", LEFT_OUT_STYLE)
    words = f"{OUTCOMES[item.status]}{', carried forward' if item.carried_forward else ''}"
    return OutcomeShown(words, MARKS[item.status], STYLES[item.status])
