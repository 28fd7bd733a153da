"""Errors too many to list, in words: how many of a sample, and in which rows and columns."""

from __future__ import annotations

import itertools
import math
from typing import Final

from gradcheck.reporting.layout import Line, sentence
from gradcheck.results import Census, CheckResult

CONFIDENCE_QUANTILE: Final = 2.576
"""Two-sided quantile of the normal distribution for the 99 % that the sentences state (dimensionless)."""

MOST_RUNS: Final = 8
"""Rows or columns named in one sentence, neighbours counted as one (a count)."""


def census_lines(result: CheckResult) -> list[Line]:
    """Return a few sentences for each census of a result; none where there is no census.

    Examples
    --------
    >>> from gradcheck.results import Verdict
    >>> census = Census("w", (30, 4), wrong=16, measured=120, rows=30, wrong_rows=(4, 5, 6, 17))
    >>> for line in census_lines(CheckResult("gradient", Verdict.DISAGREE, census=(census,))):
    ...     print(line.text)
    w: 16 of its 120 components are wrong.
    w: 4 of its 30 rows hold wrong components: 4 to 6, 17.
    """
    found = []
    for census in result.census:
        found += _sentences(census, sum(one.block == census.block for one in result.wrong))
    return [line for words in found for line in sentence(words)]


def _sentences(census: Census, known: int) -> list[str]:
    """Return what one census says: its counts, then its rows and its columns where they were looked at.

    `known` of its components are wrong, found by whatever means.
    """
    found = [f"{census.block}: {_counts(census, known)}."] if census.measured > 0 else []
    flat = len(census.shape) <= 2
    for axis, many, wrong in (
        ("first", census.rows, census.wrong_rows),
        ("last", census.columns, census.wrong_columns),
    ):
        name = {"first": "row", "last": "column"}[axis] if flat else f"slice along its {axis} axis"
        if many > 0:
            found.append(f"{census.block}: {_slices(name, many, wrong)}.")
    return found


def _counts(census: Census, known: int) -> str:
    """Return how many components are wrong, of a sample or of all."""
    size = math.prod(census.shape)
    if census.measured >= size:
        return f"{'all' if census.wrong == size else f'{census.wrong:,}'} of its {size:,} components are wrong"
    verb = "is" if census.wrong == 1 else "are"
    seen = f"{census.wrong:,} of {census.measured:,} components measured at random {verb} wrong"
    least, most = known / size, _share_of_slices(census)
    return f"{seen}: {_range(census.wrong, census.measured, least, most)} of its {size:,} (99 % confidence)"


def _share_of_slices(census: Census) -> float:
    """Return the share of the components that stand in the rows, and in the columns, that hold wrong ones; 1 where that is unknown."""
    share = 1.0
    for many, wrong in ((census.rows, census.wrong_rows), (census.columns, census.wrong_columns)):
        share *= len(wrong) / many if many and wrong else 1.0
    return share


def _range(wrong: int, measured: int, least: float, most: float) -> str:
    """Return the percentages of the whole that a random sample leaves likely (Wilson's interval), rounded outward.

    `least` and `most` are the shares that are known whatever the sample says.
    """
    share, squared = wrong / measured, CONFIDENCE_QUANTILE**2 / measured
    middle = share + squared / 2.0
    width = math.sqrt(max(0.0, share * (1.0 - share)) * squared + (squared / 2.0) ** 2)
    low = math.floor(100.0 * (middle - width) / (1.0 + squared) + 1e-9)
    high = math.ceil(100.0 * (middle + width) / (1.0 + squared) - 1e-9)
    low, known = max(low, math.floor(100.0 * least + 1e-9)), math.ceil(100.0 * most - 1e-9)
    high = (
        min(high, known) if known >= low else max(high, low)
    )  # a sample that says otherwise has met what the slices hid
    if low <= 0:
        return f"at most {high} %"
    return f"at least {low} %" if high >= 100 else f"between {low} % and {high} %"


def _slices(name: str, many: int, wrong: tuple[int, ...]) -> str:
    """Return which rows or columns are wrong, measured as wholes."""
    plural = name.replace("row", "rows").replace("column", "columns").replace("slice", "slices")
    if not wrong:
        return f"none of its {many:,} {plural}, measured as wholes, is seen to be wrong"
    if len(wrong) == many:
        each = f"its only {name}" if many == 1 else f"each of its {many:,} {plural}"
        return f"{each} holds wrong components"
    runs = _runs(wrong)
    more = f" and {len(runs) - MOST_RUNS:,} more" if len(runs) > MOST_RUNS else ""
    verb = "holds" if len(wrong) == 1 else "hold"
    return f"{len(wrong):,} of its {many:,} {plural} {verb} wrong components: {', '.join(runs[:MOST_RUNS])}{more}"


def _runs(indices: tuple[int, ...]) -> list[str]:
    """Return indices in words, neighbours together."""
    runs = []
    # Neighbours are those whose distance from their rank is the same.
    for _, group in itertools.groupby(enumerate(sorted(indices)), lambda pair: pair[1] - pair[0]):
        run = [index for _, index in group]
        runs.append(str(run[0]) if len(run) == 1 else f"{run[0]} {'and' if len(run) == 2 else 'to'} {run[-1]}")
    return runs
