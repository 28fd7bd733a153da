"""Inside @given: every example is checked, the smallest that fails is the one shown, and a budget is shared."""

from __future__ import annotations

import pytest

from tests.plugin.running_for_tests import SEEDED, run, run_apart, written

pytest_plugins = ("pytester",)

GIVEN = """
from hypothesis import given, settings, strategies as st

QUICK = settings(deadline=None, database=None, max_examples=60, derandomize=False)
POINTS = st.lists(st.integers(1, 50), min_size=1, max_size=6).map(lambda values: np.array(values) / 7)
"""

WRONG_FROM_3 = """
@QUICK
@given(at=POINTS)
def test_wrong_from_3(gradcheck, at):
    gradcheck(lambda w: np.sum(np.sin(w)), lambda w: np.cos(w) + (w.size > 2), at)
"""

RIGHT = """
@QUICK
@given(at=POINTS)
def test_right(gradcheck, at):
    gradcheck(lambda w: np.sum(np.sin(w)), np.cos, at)
"""

SMALLEST = "\nat = array([0.14285714, 0.14285714, 0.14285714])"


@pytest.mark.parametrize("words", [(), ("--gradcheck-budget=400",), ("-n", "2"), ("--gradcheck-seed=123",)])
def test_a_wrong_gradient_shrinks_to_the_smallest_example_and_its_report_is_shown(
    pytester: pytest.Pytester, words: tuple[str, ...]
) -> None:
    written(pytester, GIVEN, WRONG_FROM_3)
    done = run(pytester, SEEDED, *words, "--hypothesis-seed=1")
    done.assert_outcomes(failed=1)
    text = done.stdout.str()
    assert SMALLEST in text
    assert "E         parameters  (3,)   DISAGREE" in text
    assert "Flaky" not in text and "distinct failures" not in text
    assert "Explanation:" not in text and "/gradcheck/" not in text
    assert "1 gradient disagreed" in text


def test_what_hypothesis_says_after_its_lines_is_kept_and_no_heading_without_lines(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the variable CI is set it says how to reproduce a test case too."""
    monkeypatch.setenv("CI", "1")
    written(pytester, GIVEN, WRONG_FROM_3)
    text = run_apart(pytester, SEEDED, "--hypothesis-seed=1").stdout.str()
    assert "temporarily adding @reproduce_failure(" in text
    assert "Explanation:" not in text and "/gradcheck/" not in text


def test_a_budget_is_shared_by_all_examples_and_what_it_leaves_is_not_agreed(pytester: pytest.Pytester) -> None:
    written(pytester, GIVEN, RIGHT)
    run(pytester, SEEDED).assert_outcomes(passed=1)
    done = run(pytester, SEEDED, "--gradcheck-budget=200")
    done.assert_outcomes(failed=1)
    text = done.stdout.str()
    assert "the budget of forward passes ran out (budget)" in text
    assert "the budget of 200 forward passes of this test ran out" in text
    assert "Flaky" not in text and "distinct failures" not in text
    assert "1 gradient inconclusive (1 budget)" in text


def test_what_is_inconclusive_for_another_reason_is_shrunk_with_the_whole_budget(pytester: pytest.Pytester) -> None:
    test = """
@QUICK
@given(n=st.integers(0, 50))
def test_bent(gradcheck, n):
    gradcheck(bent, np.sign, np.zeros(2) if n >= 10 else AT)
"""
    written(pytester, GIVEN, test)
    text = run(pytester, SEEDED, "--gradcheck-budget=200", "--hypothesis-seed=1").stdout.str()
    assert "INCONCLUSIVE  gradient - the cost has a kink here" in text
    assert "n=10" in text
    assert "Flaky" not in text and "distinct failures" not in text


def test_many_examples_leave_one_record(pytester: pytest.Pytester) -> None:
    many = RIGHT.replace("@QUICK", "@settings(deadline=None, database=None, max_examples=500)")
    written(pytester, GIVEN, many)
    done = run(pytester, SEEDED, "--gradcheck-report=out")
    done.stdout.fnmatch_lines(["1 gradient agreed", "forward passes: * in 500 checks; *"])
    assert (pytester.path / "out" / "gradcheck.json").stat().st_size < 20_000


def test_a_raising_cost_is_shrunk_and_shown_with_what_the_user_raised(pytester: pytest.Pytester) -> None:
    test = """
@QUICK
@given(n=st.integers(0, 50))
def test_raising(gradcheck, n):
    def cost(w):
        if n > 9:
            raise ValueError("no data")
        return np.sum(w**2)
    gradcheck(cost, lambda w: 2 * w, AT)
"""
    written(pytester, GIVEN, test)
    text = run(pytester, SEEDED).stdout.str()
    assert '>           raise ValueError("no data")\nE           ValueError: no data' in text
    assert "n=10" in text
    assert "/gradcheck/" not in text


def test_several_failures_of_one_test_tell_nothing_of_our_lines(pytester: pytest.Pytester) -> None:
    test = WRONG_FROM_3.replace("    gradcheck(", "    if at[0] > 5:\n        raise OSError('far')\n    gradcheck(")
    written(pytester, GIVEN, test)
    text = run(pytester, SEEDED, "--hypothesis-seed=1").stdout.str()
    assert "2 distinct failures" in text
    assert "/gradcheck/" not in text


def test_a_deadline_that_a_check_does_not_keep_is_told_with_what_to_do(pytester: pytest.Pytester) -> None:
    test = """
import time

@settings(database=None, deadline=5)
@given(n=st.integers(0, 50))
def test_slow(gradcheck, n):
    def cost(w):
        time.sleep(0.001)
        return np.sum(w**2)
    gradcheck(cost, lambda w: 2 * w, AT)
"""
    written(pytester, GIVEN, test)
    text = run(pytester, SEEDED).stdout.str()
    assert "DeadlineExceeded" in text
    assert "give this test @settings(deadline=None), or a longer one" in text


def test_a_disagreement_does_not_shrink_into_what_is_only_inconclusive(pytester: pytest.Pytester) -> None:
    test = """
@QUICK
@given(n=st.integers(1, 50))
def test_both(gradcheck, n):
    at = np.zeros(2) if 10 <= n < 20 else AT  # a kink
    gradcheck(bent, lambda w: np.sign(w) * (2 if n >= 20 else 1), at)
"""
    written(pytester, GIVEN, test)
    text = run(pytester, SEEDED, "--hypothesis-seed=1").stdout.str()
    assert "2 distinct failures" in text
    assert "GradientMismatch: DISAGREE" in text
    assert "GradientMismatch: INCONCLUSIVE" in text
    assert "n=20" in text
    assert "n=10" in text
