"""Programs that were not written for this purpose: scikit-learn's own backpropagation."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from gradcheck.checks.options import Options
from gradcheck.checks.targets import check_target
from gradcheck.results import CheckResult, Verdict
from gradcheck.subjects.spec import SubjectSpec

PROGRAM = Path(__file__).parent / "programs" / "sklearn_mlp.py"


def checked(name: str) -> CheckResult:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # lbfgs stopped early, and says so
        report = check_target(SubjectSpec(f"{PROGRAM}:{name}", at="theta"), Options(seed=3), import_timeout=120.0)
    assert report.failures == ()
    return report.results[0]


@pytest.mark.parametrize("name", ["tanh_loss", "logistic_loss"])
def test_scikit_learns_gradient_agrees(name: str) -> None:
    result = checked(name)
    assert result.verdict is Verdict.AGREE
    assert result.parameters == 974
    assert result.forward_passes < 40
    assert result.blocks[0].digits is not None
    assert result.blocks[0].digits > 8


def test_a_thousandth_off_in_one_of_its_974_weights_is_found() -> None:
    result = checked("one_weight_wrong")
    assert result.verdict is Verdict.DISAGREE
    assert result.worst is not None
    assert result.worst.index == (0,)
