"""What the checks of one test did: what they spent of its budget, and one record for each gradient."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

from gradcheck.pytest_plugin.current import LEDGER
from gradcheck.pytest_plugin.settings import Settings, settings_for
from gradcheck.results import BlockResult, CheckResult, Failure, Reason, Verdict

NOT_CHECKED: Final = "not checked"
"""In place of a verdict, where the user's code raised or the call was wrong."""

GRAVITY: Final = {Verdict.AGREE.value: 0, Verdict.INCONCLUSIVE.value: 1, NOT_CHECKED: 2, Verdict.DISAGREE.value: 3}
"""Of several outcomes the gravest is told, and of equally grave ones the last: the smallest example, where Hypothesis shrinks."""


@dataclasses.dataclass(frozen=True)
class GradientRecord:
    """What was found of one gradient: a line of a test that checks one, be it once or on many examples.

    Attributes
    ----------
    title : str
    line : int
        Of the test's file; 0 where there is none.
    outcome : str
        The gravest of its checks': a verdict's value, or "not checked".
    reason : str
        Why it is inconclusive; empty where it is not.
    components, covered : int
        Components in the check that decided, and how many of them have a gradient large enough to be judged.
    checks : int
    forward_passes, plain_passes : int
        What all its checks took, and what (46) would take for them: P + 1 each; 0 for a class, of which networks of many P are run.
    seconds : float
        Of all its checks.

    Examples
    --------
    >>> GradientRecord("gradient", line=12).outcome
    'agree'
    """

    title: str
    line: int = 0
    outcome: str = Verdict.AGREE.value
    reason: str = ""
    components: int = 0
    covered: int = 0
    checks: int = 0
    forward_passes: int = 0
    plain_passes: int = 0
    seconds: float = 0.0


class Ledger:
    """What the checks of one test did.

    Parameters
    ----------
    settings : Settings
        Of the test.

    Examples
    --------
    >>> ledger = Ledger(Settings(seed=1, budget=30))
    >>> result = CheckResult("gradient", Verdict.AGREE, parameters=2, forward_passes=24)
    >>> ledger.add(result, line=3, seconds=0.1)
    >>> ledger.spend(result)
    >>> ledger.left(), ledger.records[3].plain_passes
    (6, 3)
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.has_failed = False
        self.is_told = True
        self.records: dict[int | str, GradientRecord] = {}
        self.found: dict[int | str, CheckResult | Failure] = {}
        self._spent = 0
        self._studies: dict[int | str, Callable[[CheckResult], CheckResult]] = {}
        self.warned: set[int] = set()

    def left(self) -> int | None:
        """Return the forward passes that the next check may make, None for any number.

        After a failure each has the whole budget: Hypothesis replays and shrinks the failing example, and must see it fail again.
        """
        budget = self.settings.budget
        return budget if budget is None or self.has_failed else max(budget - self._spent, 0)

    def add(
        self,
        result: CheckResult,
        *,
        line: int,
        seconds: float,
        study: Callable[[CheckResult], CheckResult] | None = None,
    ) -> None:
        """Record one check; `study` adds to its result what a page shows of one that does not agree."""
        record = self._record(result.title, line, seconds)
        # Of a class the P that a result tells is that of its smallest network that fails: not what the passes were made for.
        plain = result.parameters + 1 if result.parameters and result.counterexample is None else 0
        record = dataclasses.replace(
            record,
            forward_passes=record.forward_passes + result.forward_passes,
            plain_passes=record.plain_passes + plain,
        )
        self._keep(record, result.verdict.value, result)
        key = record.line or record.title
        if self.found[key] is result:
            self._studies.pop(key, None)
            if study is not None and result.verdict is not Verdict.AGREE and self.settings.report is not None:
                self._studies[key] = study
        self.has_failed |= result.verdict is Verdict.DISAGREE

    def spend(self, result: CheckResult) -> None:
        """Take what a check took off the budget; where it ran out, all of it: no check after that is to be less strict."""
        self._spent += result.forward_passes
        if ran_out(result):
            self._spent = max(self._spent, self.settings.budget or 0)

    def study(self) -> None:
        """Add to what was found what the report's page shows of it: once a gradient, however many examples of it failed."""
        while self._studies:
            key, study = self._studies.popitem()
            found = self.found[key]
            if isinstance(found, CheckResult):
                self.found[key] = study(found)

    def add_failure(self, failure: Failure, *, line: int, seconds: float) -> None:
        """Record one check that gave no result."""
        self._keep(self._record("gradient", line, seconds), NOT_CHECKED, failure)
        self.has_failed = True

    def _record(self, title: str, line: int, seconds: float) -> GradientRecord:
        """Return the record so far of the gradient that a line checks, with one more check."""
        before = self.records.get(line or title, GradientRecord(title, line))
        return dataclasses.replace(before, checks=before.checks + 1, seconds=before.seconds + seconds)

    def _keep(self, record: GradientRecord, outcome: str, found: CheckResult | Failure) -> None:
        """Take what was found as that of the gradient, if nothing graver was found of it."""
        key = record.line or record.title
        if key not in self.found or GRAVITY[outcome] >= GRAVITY[record.outcome]:
            self.found[key] = found
            record = dataclasses.replace(record, outcome=outcome, **_told_by(found))
        self.records[key] = record
        self.is_told = False


def ran_out(result: CheckResult) -> bool:
    """Tell whether the budget left something undecided.

    Examples
    --------
    >>> ran_out(CheckResult("gradient", Verdict.INCONCLUSIVE, Reason.BUDGET))
    True
    """
    reasons = (result.reason, *(block.reason for block in result.blocks))
    return Reason.BUDGET in reasons or any(map(ran_out, result.parts))


def _told_by(found: CheckResult | Failure) -> dict[str, Any]:
    """Return what a record tells of the check that decided."""
    if isinstance(found, Failure):
        return {"title": "gradient", "reason": "", "components": 0, "covered": 0}
    blocks = [*_measured(found)]
    return {
        "title": found.title,
        "reason": found.reason.value if found.reason is not None else "",
        "components": sum(block.size for block in blocks),
        "covered": sum(block.covered or 0 for block in blocks),
    }


def _measured(result: CheckResult) -> Iterator[BlockResult]:
    """Yield the blocks, of a result or of its parts, of which it is known how many components are covered, or that none is."""
    for one in (result, *result.parts):
        # Decided at a point nearby, it is there that components were covered.
        blocks = one.blocks if one.nearby is None or one.verdict is Verdict.INCONCLUSIVE else one.nearby.blocks
        yield from (block for block in blocks if block.covered is not None or one.verdict is Verdict.INCONCLUSIVE)


def ledger_of(node: pytest.Item | pytest.Session) -> Ledger:
    """Return the ledger of a test, made at its first check.

    Raises
    ------
    pytest.UsageError
        If a marker of the test says something that it cannot.
    """
    if LEDGER not in node.stash:
        node.stash[LEDGER] = Ledger(settings_for(node))
    return node.stash[LEDGER]
