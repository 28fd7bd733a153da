"""What a test did, put onto its report: as plain data, so that it travels between processes, and as properties for JUnit XML."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, Final

import pytest

import gradcheck
from gradcheck.pytest_plugin.ledger import GRAVITY, Ledger
from gradcheck.results.codec import encode

EXPLANATION: Final = "Explanation:"
"""The first of the notes in which Hypothesis names the lines that only failing examples ran."""

INDENT: Final = " " * 8
"""How far those lines are indented; what follows them is not."""

DEADLINE: Final = (
    "gradcheck: a check makes tens of forward passes; give this test @settings(deadline=None), or a longer one"
)


def add_properties(item: pytest.Item, ledger: Ledger) -> None:
    """Give a test the properties gradcheck_..., which JUnit XML shows, as record_property does."""
    records = [*ledger.records.values()]
    gravest = max(records, key=lambda record: GRAVITY[record.outcome])
    found: dict[str, object] = {"gradcheck_verdict": gravest.outcome}
    if gravest.reason:
        found["gradcheck_reason"] = gravest.reason
    found |= {
        "gradcheck_checks": sum(record.checks for record in records),
        "gradcheck_forward_passes": sum(record.forward_passes for record in records),
        "gradcheck_seed": ledger.settings.seed,
    }
    others = [(name, value) for name, value in item.user_properties if not name.startswith("gradcheck_")]
    item.user_properties[:] = [*others, *found.items()]


def tell_all(nodeid: str, ledger: Ledger) -> dict[str, Any]:
    """Return all that a ledger holds as dictionaries, lists, strings and numbers; the results only where a report is wanted."""
    ledger.is_told = True
    wanted = ledger.settings.report is not None
    return {
        "nodeid": nodeid,
        "explain": ledger.settings.explain,
        "records": [dataclasses.asdict(record) for record in ledger.records.values()],
        "found": [encode(found) for found in ledger.found.values()] if wanted else [],
    }


def reword(error: BaseException) -> None:
    """Say what Hypothesis says of a failure without our own lines, and what to do about a deadline.

    Examples
    --------
    >>> error = AssertionError("wrong")
    >>> error.__notes__ = ["x=0", "Explanation:", "    These lines ...:", f"        {gradcheck.__file__}:3", "        (and 8 more)", "To repeat"]
    >>> reword(error)
    >>> error.__notes__
    ['x=0', 'To repeat']
    """
    for one in getattr(error, "exceptions", ()):  # several failures of one test
        reword(one)
    if type(error).__name__ == "DeadlineExceeded":
        error.add_note(DEADLINE)
    notes: list[str] = getattr(error, "__notes__", [])
    if EXPLANATION not in notes:
        return
    start = notes.index(EXPLANATION)
    end = next((n for n in range(start + 2, len(notes)) if not notes[n].startswith(INDENT)), len(notes))
    heading, lines = notes[start : start + 2], notes[start + 2 : end]
    home = str(Path(gradcheck.__file__).parent)
    kept = [line for line in lines if not line.strip().startswith((home, "(and "))]
    if any(line.strip().startswith(home) for line in lines):
        error.__notes__ = [*notes[:start], *(heading if kept else []), *kept, *notes[end:]]
