"""What is kept of the checks of one test, and what its budget leaves."""

from __future__ import annotations

import dataclasses

import pytest

from gradcheck.pytest_plugin.ledger import NOT_CHECKED, Ledger, ran_out
from gradcheck.pytest_plugin.settings import Settings
from gradcheck.results import BlockResult, CheckResult, Failure, FailureKind, Reason, Status, Verdict

AGREES = CheckResult("gradient", Verdict.AGREE, parameters=3, forward_passes=20)
DISAGREES = CheckResult("gradient", Verdict.DISAGREE, parameters=4, forward_passes=50)
KINK = CheckResult("gradient", Verdict.INCONCLUSIVE, Reason.KINK, forward_passes=10)
OUT = CheckResult("gradient", Verdict.INCONCLUSIVE, Reason.BUDGET, forward_passes=10)
RAISED = Failure("test_a.py::test_b", FailureKind.USER_CODE, "the cost raised ValueError")


def ledger(*found: CheckResult | Failure, budget: int | None = 100, line: int = 3) -> Ledger:
    made = Ledger(Settings(seed=1, budget=budget))
    for one in found:
        if isinstance(one, Failure):
            made.add_failure(one, line=line, seconds=0.5)
        else:
            made.add(one, line=line, seconds=0.5)
            made.spend(one)
    return made


@pytest.mark.parametrize(
    ("found", "left"),
    [
        ([], 100),
        ([AGREES], 80),
        ([AGREES] * 5, 0),
        ([AGREES] * 6, 0),
        ([KINK, AGREES], 70),
        ([AGREES, DISAGREES], 100),
        ([DISAGREES, AGREES, AGREES], 100),
        ([AGREES, RAISED], 100),
        ([AGREES, OUT], 0),
        ([OUT, DISAGREES], 100),
    ],
)
def test_a_budget_is_shared_until_a_check_fails(found: list[CheckResult | Failure], left: int) -> None:
    assert ledger(*found).left() == left
    assert ledger(*found, budget=None).left() is None


def test_the_gravest_is_kept_and_of_equally_grave_ones_the_last() -> None:
    smaller = CheckResult("gradient", Verdict.DISAGREE, parameters=2, forward_passes=50)
    kept = ledger(AGREES, KINK, RAISED, DISAGREES, smaller, AGREES, RAISED)
    (record,) = kept.records.values()
    assert [*kept.found.values()] == [smaller]
    assert (record.outcome, record.reason, record.checks, record.seconds) == ("disagree", "", 7, 3.5)
    assert (record.forward_passes, record.plain_passes) == (20 + 10 + 50 + 50 + 20, 4 + 5 + 3 + 4)
    assert ledger(AGREES, KINK, AGREES).records[3].reason == "kink"
    assert ledger(KINK, RAISED).records[3].outcome == NOT_CHECKED


def test_two_lines_are_two_gradients_and_without_a_line_the_title_tells_them_apart() -> None:
    kept = ledger(AGREES)
    kept.add(DISAGREES, line=4, seconds=0.1)
    kept.add(CheckResult("BP1", Verdict.AGREE), line=0, seconds=0.1)
    kept.add(CheckResult("BP2", Verdict.AGREE), line=0, seconds=0.1)
    assert [(one.line, one.title) for one in kept.records.values()] == [
        (3, "gradient"),
        (4, "gradient"),
        (0, "BP1"),
        (0, "BP2"),
    ]


def test_the_smallest_network_that_fails_is_not_what_all_passes_were_made_for() -> None:
    fails = dataclasses.replace(DISAGREES, counterexample="Network([1, 1])")
    assert ledger(fails).records[3].plain_passes == 0
    assert ledger(DISAGREES).records[3].plain_passes == 5


def test_components_are_counted_where_it_is_known_how_many_are_covered() -> None:
    seen = BlockResult("w", (2, 3), Status.AGREE, covered=5)
    unknown = BlockResult("b", (7,), Status.AGREE)
    kept = ledger(CheckResult("gradient", Verdict.AGREE, blocks=(seen, unknown)))
    assert (kept.records[3].components, kept.records[3].covered) == (6, 5)
    nearby = CheckResult("gradient", Verdict.AGREE, blocks=(seen,))
    there = CheckResult("gradient", Verdict.AGREE, blocks=(unknown,), nearby=nearby)
    assert ledger(there).records[3].covered == 5
    open_ = CheckResult("gradient", Verdict.INCONCLUSIVE, Reason.KINK, blocks=(unknown,), nearby=nearby)
    assert (ledger(open_).records[3].components, ledger(open_).records[3].covered) == (7, 0)
    whole = CheckResult("network", Verdict.AGREE, parts=(there, nearby))
    assert ledger(whole).records[3].components == 12


def test_a_budget_that_ran_out_in_a_block_or_a_part_ran_out() -> None:
    block = BlockResult("w", (2,), Status.INCONCLUSIVE, Reason.BUDGET)
    inside = CheckResult("gradient", Verdict.INCONCLUSIVE, Reason.KINK, blocks=(block,))
    assert ran_out(inside)
    assert ran_out(CheckResult("network", Verdict.INCONCLUSIVE, Reason.NOISE, parts=(inside,)))
    assert not ran_out(KINK)
