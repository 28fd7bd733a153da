"""The search for the smallest failing network: what it counts, where it stops, what it makes of code that raises."""

from __future__ import annotations

import itertools

import pytest

from gradcheck import CheckResult, Options, Reason, Verdict
from gradcheck.checks.search import CASES, SHRINKS, Budget, Search, remaining, search
from gradcheck.errors import BudgetExceeded, UserCodeError
from gradcheck.results import BlockResult, Fault, FaultKind, Status
from gradcheck.strategies.cases import NetworkCase
from gradcheck.strategies.recipes import recipe_cases

AGREES = CheckResult("case", Verdict.AGREE)
DISAGREES = CheckResult("case", Verdict.DISAGREE)


def is_deep(case: NetworkCase) -> bool:
    """Tell whether there is a hidden layer."""
    return len(case.network.sizes) > 2


def spend(options: Options, passes: int) -> None:
    """Make forward passes as a counted cost does."""
    for number in range(1, passes + 1):
        if options.max_forward_passes is not None and number > options.max_forward_passes:
            raise BudgetExceeded("used up")
        assert options.progress is not None
        options.progress(number)


def test_agreement_on_every_case_is_agree_with_the_fewest_digits() -> None:
    digits = itertools.count(9.0, -0.125)

    def judge(case: NetworkCase, options: Options) -> CheckResult:
        return CheckResult("case", Verdict.AGREE, blocks=(BlockResult("w", (1,), Status.AGREE, digits=next(digits)),))

    seen = search(recipe_cases(), judge, Budget(Options(seed=0)))
    assert (seen.verdict, seen.reason, seen.agreed) == (Verdict.AGREE, None, CASES)
    assert seen.digits == 9.0 - 0.125 * (CASES - 1)
    assert seen.smallest is None


def test_the_first_and_the_smallest_failing_case_are_kept() -> None:
    def judge(case: NetworkCase, options: Options) -> CheckResult:
        return DISAGREES if is_deep(case) and case.network.sizes[0] > 1 else AGREES

    seen = search(recipe_cases(), judge, Budget(Options(seed=0)))
    assert seen.verdict is Verdict.DISAGREE
    assert seen.smallest is not None
    assert seen.smallest.network.sizes == (2, 1, 1)
    assert seen.first is not None
    assert is_deep(seen.first)


def test_shrinking_ends_after_so_many_cases() -> None:
    judged: list[NetworkCase] = []

    def judge(case: NetworkCase, options: Options) -> CheckResult:
        judged.append(case)
        # Fails less and less often as it goes on: there is always something left to try.
        return DISAGREES if float(case.network.weights[0].sum()) != 1.0 else AGREES

    search(recipe_cases(), judge, Budget(Options(seed=0)))
    assert len(judged) <= CASES + SHRINKS


def test_one_kind_of_failure_is_not_shrunk_into_another() -> None:
    fault = Fault(FaultKind.SHAPE, "w", "the shape is another")

    def judge(case: NetworkCase, options: Options) -> CheckResult:
        if is_deep(case):
            return CheckResult("case", Verdict.DISAGREE, faults=(fault,))
        return DISAGREES if case.network.sizes == (1, 2) else AGREES

    seen = search(recipe_cases(), judge, Budget(Options(seed=3)))
    assert seen.first is not None
    assert seen.smallest is not None
    assert is_deep(seen.first) == is_deep(seen.smallest)


def test_code_that_raises_is_shrunk_to_where_it_raises_the_same() -> None:
    def judge(case: NetworkCase, options: Options) -> CheckResult:
        if is_deep(case):
            raise UserCodeError("raised") from IndexError("deep")
        return AGREES

    seen = search(recipe_cases(), judge, Budget(Options(seed=0)))
    assert seen.smallest is not None
    assert seen.smallest.network.sizes == (1, 1, 1)


def test_code_that_disagrees_by_chance_keeps_what_was_seen() -> None:
    turns = itertools.cycle([AGREES, AGREES, DISAGREES])
    seen = search(recipe_cases(), lambda case, options: next(turns), Budget(Options(seed=0)))
    assert seen.verdict is Verdict.DISAGREE


def test_passes_are_counted_case_by_case_also_where_the_code_raised() -> None:
    passes = examples = 0

    def judge(case: NetworkCase, options: Options) -> CheckResult:
        nonlocal passes, examples
        passes, examples = passes + 3, examples + 3 * case.m
        spend(options, 3)
        if case.m == 1 and is_deep(case):
            raise UserCodeError("raised") from IndexError("deep")
        return DISAGREES if case.m > 1 else AGREES

    budget = Budget(Options(seed=0))
    seen = search(recipe_cases(max_examples=4), judge, budget)
    assert (seen.forward_passes, seen.example_passes) == (passes, examples)
    assert budget.spent == passes


def test_nothing_is_judged_when_the_budget_is_used_up() -> None:
    spent = 0

    def judge(case: NetworkCase, options: Options) -> CheckResult:
        nonlocal spent
        spend(options, 4)
        spent += 4
        return AGREES

    seen = search(recipe_cases(), judge, Budget(Options(seed=0, max_forward_passes=10)))
    assert (spent, seen.forward_passes, seen.agreed) == (8, 10, 2)
    assert (seen.verdict, seen.reason) == (Verdict.INCONCLUSIVE, Reason.BUDGET)


def test_the_budget_shows_every_pass_to_the_users_own_counter() -> None:
    shown: list[int] = []
    budget = Budget(Options(seed=0, progress=shown.append))
    spend(budget.left(), 2)
    spend(budget.left(), 1)
    assert shown == [1, 2, 3]


def test_what_remains_is_refused_when_it_is_nothing() -> None:
    assert remaining(Options(), 10**9).max_forward_passes is None
    assert remaining(Options(max_forward_passes=3), 2).max_forward_passes == 1
    with pytest.raises(BudgetExceeded, match="budget of 3 forward passes"):
        remaining(Options(max_forward_passes=3), 3)


def test_more_inconclusive_cases_than_agreeing_ones_are_inconclusive() -> None:
    seen = Search(agreed=12)
    seen.reasons.update({Reason.KINK: 8, Reason.VACUOUS: 4})
    assert seen.verdict is Verdict.AGREE
    seen.reasons.update({Reason.VACUOUS: 1})
    assert (seen.verdict, seen.reason) == (Verdict.INCONCLUSIVE, Reason.KINK)


def test_a_search_that_saw_nothing_is_no_agreement() -> None:
    assert Search().verdict is Verdict.INCONCLUSIVE


def test_the_same_seed_judges_the_same_cases() -> None:
    def sizes(seed: int) -> list[tuple[int, ...]]:
        seen: list[tuple[int, ...]] = []

        def judge(case: NetworkCase, options: Options) -> CheckResult:
            seen.append(case.network.sizes)
            return DISAGREES if is_deep(case) else AGREES

        search(recipe_cases(), judge, Budget(Options(seed=seed)))
        return seen

    assert sizes(5) == sizes(5)
    assert sizes(5) != sizes(6)
