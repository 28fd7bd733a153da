"""What the checks of one test did: what they spent of its budget, and one record for each gradient."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

import pytest

from gradcheck.pytest_plugin.settings import Settings, settings_for
from gradcheck.results import CheckResult, Status, Verdict

GRAVITY: Final = {Verdict.AGREE.value: 0, Verdict.INCONCLUSIVE.value: 1, Verdict.DISAGREE.value: 2}


@dataclasses.dataclass(frozen=True)
class GradientRecord:
    """What was found of one gradient, in one check or, on many examples, in many: a line of a test that checks one.

    Attributes
    ----------
    title : str
    line : int
        Of the test's file; 0 where there is none.
    verdict : str
        The gravest of its checks'.
    reason : str
        Why it is inconclusive; empty where it is not.
    checks : int
    parameters : int
        Components, in the check that decided; `covered` of the `components` looked at have a gradient larger than their resolution.
    forward_passes, plain_passes : int
        What all its checks took, and what (46) would take for them, P + 1 each.
    seconds : float
    """

    title: str
    line: int = 0
    verdict: str = Verdict.AGREE.value
    reason: str = ""
    checks: int = 0
    components: int = 0
    covered: int = 0
    forward_passes: int = 0
    plain_passes: int = 0
    seconds: float = 0.0


class Ledger:
    """What the checks of one test did.

    Parameters
    ----------
    settings : Settings
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.spent = 0
        self.has_failed = False
        self.is_told = True
        self.records: dict[tuple[int, str], GradientRecord] = {}
        self.results: dict[tuple[int, str], CheckResult] = {}

    def left(self) -> int | None:
        """Return the forward passes that the next check may make, None for any number.

        After a failure each has the whole budget: Hypothesis replays and shrinks the failing example, and must see it fail again.
        """
        budget = self.settings.budget
        return budget if budget is None or self.has_failed else max(budget - self.spent, 0)

    def add(self, result: CheckResult, *, line: int, seconds: float) -> None:
        """Record one check."""
        key = (line, result.title)
        before = self.records.get(key, GradientRecord(result.title, line))
        sums = {
            "checks": before.checks + 1,
            "forward_passes": before.forward_passes + result.forward_passes,
            "plain_passes": before.plain_passes + (result.parameters + 1 if result.parameters else 0),
            "seconds": before.seconds + seconds,
        }
        self.spent += result.forward_passes
        self.has_failed |= result.verdict is Verdict.DISAGREE
        self.is_told = False
        if before.checks == 0 or GRAVITY[result.verdict.value] >= GRAVITY[before.verdict]:
            self.results[key] = result
            before = dataclasses.replace(before, **_found(result))
        self.records[key] = dataclasses.replace(before, **sums)


def _found(result: CheckResult) -> dict[str, Any]:
    blocks = [block for block in _blocks(result) if block.covered is not None or block.status is not Status.AGREE]
    return {
        "verdict": result.verdict.value,
        "reason": result.reason.value if result.reason is not None else "",
        "components": sum(block.size for block in blocks),
        "covered": sum(block.covered or 0 for block in blocks),
    }


def _blocks(result: CheckResult) -> list[Any]:
    return [*result.blocks, *(block for part in result.parts for block in part.blocks)]


LEDGER: Final = pytest.StashKey[Ledger]()


def ledger_of(node: pytest.Item | pytest.Session) -> Ledger:
    """Return the ledger of a test, made on its first check."""
    if LEDGER not in node.stash:
        node.stash[LEDGER] = Ledger(settings_for(node))
    return node.stash[LEDGER]
