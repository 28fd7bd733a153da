"""Every shipped example has the verdict that its name promises, and a result with all that a report shows."""

from __future__ import annotations

import pytest

from gradcheck import Options, Verdict
from gradcheck.checks.examples import RIGHT_THEN_WRONG, ExampleOutcome, check_example, example_names
from gradcheck.results import CheckResult, Failure, FailureKind, Report

RIGHT = [name for name in example_names() if name.endswith("_right")]


# The right ones for a second seed too: a false alarm is the worse mistake.
@pytest.mark.parametrize(("name", "seed"), [*((name, 0) for name in example_names()), *((name, 7) for name in RIGHT)])
def test_the_verdict_is_the_one_its_name_says(name: str, seed: int) -> None:
    outcome = check_example(name, Options(seed=seed))
    promised = {"right": Verdict.AGREE, "wrong": Verdict.DISAGREE}[name.rsplit("_", 1)[1]]
    assert outcome.promised is promised
    assert outcome.found is promised, outcome.report
    assert outcome.is_expected
    assert not outcome.report.failures
    for result in outcome.report.results:
        assert result.seed == seed
        assert result.reproduce.endswith(f"--seed {seed}")
        assert result.forward_passes > 0
        if name.startswith("network") and result.verdict is Verdict.AGREE:
            without = "cross_entropy" in name  # whose class has no cost_derivative
            assert len(result.parts) == (8 if without else 9)
            assert all(part.verdict is Verdict.AGREE for part in result.parts)
        elif result.faults and not result.blocks:
            assert result.faults[0].kind.value in ("structure", "shape")
        else:
            assert result.blocks
        if name.startswith("network") and result.verdict is Verdict.DISAGREE:
            assert result.counterexample is not None
            assert result.faults or result.worst is not None


def test_the_first_two_that_are_shown_are_shipped() -> None:
    assert set(RIGHT_THEN_WRONG) <= set(example_names())
    assert [name.rsplit("_", 1)[1] for name in RIGHT_THEN_WRONG] == ["right", "wrong"]


@pytest.mark.parametrize(
    ("verdicts", "found"),
    [
        ((), None),
        ((Verdict.AGREE, Verdict.AGREE), Verdict.AGREE),
        ((Verdict.AGREE, Verdict.DISAGREE, Verdict.INCONCLUSIVE), Verdict.DISAGREE),
        ((Verdict.AGREE, Verdict.INCONCLUSIVE), Verdict.INCONCLUSIVE),
    ],
)
def test_the_gravest_verdict_counts_and_none_is_none(verdicts: tuple[Verdict, ...], found: Verdict | None) -> None:
    report = Report(tuple(CheckResult("part", verdict) for verdict in verdicts))
    assert ExampleOutcome("net_right", Verdict.AGREE, report).found is found
    assert ExampleOutcome("net_right", Verdict.AGREE, report).is_expected is (found is Verdict.AGREE)


def test_a_failure_is_no_verdict() -> None:
    failure = Failure("net.py", FailureKind.USER_CODE, "it raised")
    report = Report((CheckResult("part", Verdict.AGREE),), (failure,))
    assert ExampleOutcome("net_right", Verdict.AGREE, report).found is None
