"""A class in numbers, as its page shows them: how the points are spread, the commonest mistakes, what a person should look at."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from gradcheck.grading.formats.instructor import flag_sentence
from gradcheck.grading.formats.item_analysis import commonest
from gradcheck.grading.formats.standing import is_settled, item_counts
from gradcheck.results import Explains
from gradcheck.results.grades import GradeSheet, ItemStatus, SheetStatus

TENTHS: Final = 10
"""Parts that the points are spread over (a count), beside one for full points."""

FULL: Final = 100.0
"""Full points [percent]."""


@dataclasses.dataclass(frozen=True)
class Overview:
    """What is to be known of a class first.

    Attributes
    ----------
    submissions, settled, not_run, ungraded, full, rubrics : int
        How many there are, count, could not be run, are not graded, have full points; and rubrics that they were graded by.
    mean, median : float or None
        Of the points of those that count [percent].

    Examples
    --------
    >>> overview([]).submissions
    0
    """

    submissions: int
    settled: int
    not_run: int
    ungraded: int
    full: int
    rubrics: int
    mean: float | None
    median: float | None


@dataclasses.dataclass(frozen=True)
class Share:
    """How many of a class are in one part of it.

    Examples
    --------
    >>> Share("full points", 3, 4).percent
    75.0
    """

    words: str
    count: int
    of: int

    @property
    def percent(self) -> float:
        """The share [percent]."""
        return 100.0 * self.count / self.of if self.of else 0.0


@dataclasses.dataclass(frozen=True)
class MistakeMade:
    """A mistake of the class: who many made it, and in which items it was seen.

    Examples
    --------
    >>> MistakeMade("bp1-sign", "it is y - a", Share("bp1-sign", 3, 4), ("bp1",)).items
    ('bp1',)
    """

    id: str
    sentence: str
    share: Share
    items: tuple[str, ...]


def overview(sheets: Sequence[GradeSheet]) -> Overview:
    """Return what is to be known of a class first.

    Examples
    --------
    >>> overview([GradeSheet("ada", SheetStatus.ERROR)]).not_run
    1
    """
    percents = [sheet.percent for sheet in sheets if is_settled(sheet)]
    return Overview(
        len(sheets),
        len(percents),
        sum(sheet.status is SheetStatus.ERROR for sheet in sheets),
        len(sheets) - len(percents),
        sum(percent >= FULL for percent in percents),
        len({sheet.rubric_sha256 for sheet in sheets}),
        mean=statistics.fmean(percents) if percents else None,
        median=statistics.median(percents) if percents else None,
    )


def spread(sheets: Iterable[GradeSheet]) -> tuple[Share, ...]:
    """Return how many have how many points, the most first.

    Examples
    --------
    >>> [share.count for share in spread([GradeSheet("ada", SheetStatus.ERROR)])]
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    """
    percents = [sheet.percent for sheet in sheets if is_settled(sheet)]
    counts = [0] * (TENTHS + 1)
    for percent in percents:
        counts[max(0, min(int(percent * TENTHS / FULL), TENTHS))] += 1
    width = int(FULL / TENTHS)
    words = [f"{width * n} to below {width * (n + 1)} %" for n in range(TENTHS)] + ["all points"]
    return tuple(Share(*pair, len(percents)) for pair in zip(reversed(words), reversed(counts), strict=True))


def mistakes_made(sheets: Sequence[GradeSheet]) -> tuple[MistakeMade, ...]:
    """Return the mistakes of a class, the commonest first; where several explain one submission equally well, each is counted.

    Examples
    --------
    >>> mistakes_made([])
    ()
    """
    settled = [sheet for sheet in sheets if is_settled(sheet)]
    sentences: dict[str, str] = {}
    items: dict[str, dict[str, None]] = {}
    for item in (item for sheet in settled for item in sheet.items):
        for told in item.result.diagnosis if item.result is not None else ():
            if told.kind is Explains.MISTAKE:  # what else there is tells of this submission's own numbers
                sentences.setdefault(told.id, told.sentence)
        for name in item.diagnosis:
            items.setdefault(name, {})[item.id] = None
    counted = commonest([name for item in sheet.items for name in item.diagnosis] for sheet in settled)
    return tuple(
        MistakeMade(one.id, sentences.get(one.id, ""), Share(one.id, one.count, len(settled)), tuple(items[one.id]))
        for one in counted
    )


def to_look_at(sheet: GradeSheet) -> tuple[str, ...]:
    """Return why a person should look at a submission, in sentences; empty where nobody need.

    Examples
    --------
    >>> to_look_at(GradeSheet("ada", SheetStatus.UNGRADED, reason="The disk was full."))
    ('not graded, by a fault of the grader: The disk was full.',)
    """
    return tuple(_reasons(sheet))


def _reasons(sheet: GradeSheet) -> Iterator[str]:
    """Yield the sentences."""
    if sheet.status is SheetStatus.UNGRADED or not (sheet.items or is_settled(sheet)):
        yield f"not graded, by a fault of the grader: {sheet.reason or 'no reason is known'}"
    for flag in sheet.flags:
        yield flag_sentence(flag)
    for item in sheet.items:
        if item.status is ItemStatus.INCONCLUSIVE:
            yield f"{item.id}: nothing could be shown, so no points"
        elif not item_counts(item) and sheet.status is not SheetStatus.UNGRADED:
            yield f"{item.id}: not graded, by a fault of the grader"
