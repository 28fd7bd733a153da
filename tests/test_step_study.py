"""The study of steps: the errors are those of (46) and its relatives, the passes are counted apart, and what cannot be studied is left."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gradcheck.checks.dispatch import check_subject
from gradcheck.checks.options import Options
from gradcheck.checks.steps import STEPS, with_step_study
from gradcheck.results import CheckResult, Component, StepStudy, Verdict
from gradcheck.subjects.functions import SigmaSubject
from gradcheck.subjects.layers import LayerSubject
from gradcheck.subjects.network_class import NetworkSubject
from gradcheck.subjects.protocol import GradientSubject


def subject_of(gradient: Any) -> GradientSubject:
    """Return the cost sum exp(w)."""
    return GradientSubject("exp", lambda w: np.sum(np.exp(w)), gradient, at=np.array([1.0, -1.0]))


def studied(subject: Any, result: CheckResult | None = None, seed: int = 3) -> StepStudy:
    """Return the study of a subject."""
    options = Options(seed=seed)
    found = with_step_study(subject, result or check_subject(subject, options), options).steps
    assert found is not None
    return found


@pytest.mark.equation("46")
def test_the_errors_fall_with_the_first_the_second_and_the_fourth_power_of_the_step() -> None:
    study = studied(subject_of(np.exp))
    by_step = {round(-np.log(one.step) / np.log(3.0)): one for one in study.steps}
    assert len(by_step) == STEPS == 28
    for kind, power, number in (("plain", 1, 6), ("central", 2, 5), ("extrapolated", 4, 3)):
        ratio = getattr(by_step[number], kind) / getattr(by_step[number + 1], kind)
        assert np.log(ratio) / np.log(3.0) == pytest.approx(power, abs=0.1)
    assert study.estimated == pytest.approx(study.claimed, abs=10.0 * study.error)
    assert by_step[27].plain > 1e-6  # 2e-16 over a step of 1e-13: nothing but noise is left


def test_what_a_study_takes_is_counted_in_it_and_not_in_the_check() -> None:
    subject, options = subject_of(lambda w: 2 * np.exp(w)), Options(seed=3)
    calls = {"cost": 0}

    def counted(w: Any) -> Any:
        calls["cost"] += 1
        return np.sum(np.exp(w))

    subject = GradientSubject("exp", counted, subject.gradient, subject.at)
    result = check_subject(subject, options)
    before = dict(calls)
    with_study = with_step_study(subject, result, options)
    assert with_study.forward_passes == result.forward_passes == before["cost"]
    assert with_study.steps is not None
    assert with_study.steps.forward_passes == calls["cost"] - before["cost"] == 73
    assert (with_study.steps.claimed / with_study.steps.estimated) == pytest.approx(2.0)


def test_the_worst_component_is_the_one_that_is_studied() -> None:
    study = studied(subject_of(lambda w: np.exp(w) * np.array([1.0, 1.5])))
    assert study.where == "parameters[1]"
    assert study.claimed / study.estimated == pytest.approx(1.5)


def test_a_component_that_the_studied_network_lacks_is_replaced_by_a_direction() -> None:
    result = CheckResult("g", Verdict.DISAGREE, worst=Component("nowhere", (7,), 1.0, 2.0, 1e-9))
    assert studied(subject_of(np.exp), result).where == "parameters, along a random direction"


def test_a_study_stays_within_the_budget() -> None:
    subject, options = subject_of(np.exp), Options(seed=3, max_forward_passes=80)
    result = check_subject(subject, options)
    assert result.verdict is Verdict.AGREE and result.forward_passes > 80 - 73
    assert with_step_study(subject, result, options) is result
    assert with_step_study(subject, result, Options(seed=3, max_forward_passes=200)).steps is not None


@pytest.mark.parametrize(
    "gradient",
    [lambda w: np.ones(3), lambda w: w * np.nan],
    ids=["shape", "NaN"],
)
def test_a_gradient_with_a_fault_is_not_studied(gradient: Any) -> None:
    subject, options = subject_of(gradient), Options(seed=3)
    result = check_subject(subject, options)
    assert result.faults and with_step_study(subject, result, options) is result


def test_a_cost_that_raises_at_points_of_ours_leaves_the_result_as_it_was() -> None:
    def cost(w: Any) -> Any:
        raise RuntimeError("no more")

    result = CheckResult("g", Verdict.AGREE)
    subject = GradientSubject("g", cost, np.cos, at=np.ones(2))
    assert with_step_study(subject, result, Options(seed=1)) is result


def test_a_layer_and_a_sigma_are_studied_too() -> None:
    def forward(x: Any, w: Any) -> Any:
        return np.tanh(x @ w), (x, w)

    def backward(u: Any, cache: Any) -> Any:
        x, w = cache
        z = u / np.cosh(x @ w) ** 2
        return z @ w.T, 2.0 * x.T @ z

    generator = np.random.default_rng(0)
    layer = LayerSubject(
        "tanh", forward, backward, (generator.normal(size=(2, 3)), generator.normal(size=(3, 2))), ("x", "w")
    )
    study = studied(layer)
    assert study.where.startswith("w[") and study.where.endswith("of the layer under a random cotangent")
    assert study.claimed / study.estimated == pytest.approx(2.0)
    sigma = studied(SigmaSubject("tanh_prime", np.tanh, lambda z: 1 - np.tanh(z) ** 2))
    assert sigma.claimed == pytest.approx(sigma.estimated)


def test_a_network_class_is_studied_on_a_random_network() -> None:
    from gradcheck.examples.network_bp1_sign_wrong import Network

    worst = Component("weights[2]", (0, 1), 1.0, -1.0, 1e-9)
    study = studied(NetworkSubject("Network", Network), CheckResult("Network", Verdict.DISAGREE, worst=worst))
    assert study.where == "weights[2][0, 1] of a random network"
    assert study.claimed == pytest.approx(-study.estimated)
