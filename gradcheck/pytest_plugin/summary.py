"""The summary at the end of a session: what was found of all gradients, and what it cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from gradcheck.pytest_plugin.ledger import NOT_CHECKED, GradientRecord
from gradcheck.results import Verdict

SLOW: Final = 1.0
"""A gradient whose checks take longer than this may be named among the slowest [seconds]."""

MOST_NAMED: Final = 3
"""Slow gradients named at most (a count)."""


def summary_lines(tests: Sequence[dict[str, Any]], *, seed: int) -> list[str]:
    """Return the summary of what tests told; the first line is complete alone.

    Parameters
    ----------
    tests : sequence of dict
        What `telling.tell_all` returned of each.
    seed : int
        Of the session.

    Examples
    --------
    >>> record = {"title": "gradient", "line": 3, "checks": 1, "components": 2, "covered": 2, "forward_passes": 24, "plain_passes": 3}
    >>> print(*summary_lines([{"nodeid": "test_a.py::test_b", "records": [record]}], seed=1), sep="\\n")
    1 gradient agreed
    components with a gradient large enough to be judged: 2 of 2
    forward passes: 24 in 1 check; equation (46) would take 3 (P + 1 for each)
    seed: 1 (repeat with --gradcheck-seed=1)
    """
    named = [(test["nodeid"], GradientRecord(**record)) for test in tests for record in test["records"]]
    records = [record for _, record in named]
    lines = [_outcomes(records)] if records else ["no gradient was checked"]
    if components := sum(record.components for record in records):
        covered = sum(record.covered for record in records)
        lines.append(f"components with a gradient large enough to be judged: {covered:,} of {components:,}")
    if any(record.forward_passes for record in records):
        lines.append(_price(records))
    return [*lines, *_slowest(named), f"seed: {seed} (repeat with --gradcheck-seed={seed})"]


def _outcomes(records: Sequence[GradientRecord]) -> str:
    """Count the gradients by outcome, and the inconclusive ones by reason."""
    counts = Counter(record.outcome for record in records)
    reasons = Counter(record.reason for record in records if record.outcome == Verdict.INCONCLUSIVE.value)
    why = ", ".join(f"{count:,} {reason or 'no reason'}" for reason, count in reasons.most_common())
    words = {
        Verdict.AGREE.value: "agreed",
        Verdict.DISAGREE.value: "disagreed",
        Verdict.INCONCLUSIVE.value: f"inconclusive ({why})",
        NOT_CHECKED: "not checked (its code raised, or the call was wrong)",
    }
    told = [f"{counts[outcome]:,} {word}" for outcome, word in words.items() if counts[outcome]]
    whole = _count(len(records), "gradient")
    return f"{whole}: {', '.join(told)}" if len(told) > 1 else f"{whole} {told[0].split(' ', 1)[1]}"


def _price(records: Sequence[GradientRecord]) -> str:
    """Say what the checks took, beside (46) for those that are of one P each."""
    passes = sum(record.forward_passes for record in records)
    price = f"forward passes: {passes:,} in {_count(sum(record.checks for record in records), 'check')}"
    beside = [record for record in records if record.plain_passes]
    if not beside:
        return price
    of_them = sum(record.forward_passes for record in beside)
    where = "" if of_them == passes else f"for {of_them:,} of them "
    return f"{price}; {where}equation (46) would take {sum(one.plain_passes for one in beside):,} (P + 1 for each)"


def _slowest(named: Sequence[tuple[str, GradientRecord]]) -> list[str]:
    """Name the gradients that took longest, where some took long."""
    slow = sorted((one for one in named if one[1].seconds > SLOW), key=lambda one: -one[1].seconds)[:MOST_NAMED]
    found = [
        f"  {record.seconds:.1f} s  {nodeid}{f', line {record.line}' if record.line else ''} ({_count(record.checks, 'check')})"
        for nodeid, record in slow
    ]
    return ["slowest:", *found] if found else []


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
