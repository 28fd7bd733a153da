"""The steps that the page of a session draws of what the fixture checked and did not agree; nothing is imported before that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gradcheck.checks.options import Options
from gradcheck.pytest_plugin.judging import Study
from gradcheck.results import CheckResult
from gradcheck.subjects.network_class import Declared


def of_gradient(cost: Callable[[Any], Any], gradient: Any, at: Any) -> Study:
    """Return what studies a gradient, by equation (46) with steps of every size; see `gradcheck.check` for the parameters.

    Examples
    --------
    >>> from gradcheck.results import Verdict
    >>> study = of_gradient(lambda w: w * w, lambda w: 2 * w, 3.0)
    >>> study(CheckResult("gradient", Verdict.INCONCLUSIVE), Options(seed=1)).steps.where
    'parameters, along a random direction'
    """

    def study(result: CheckResult, options: Options) -> CheckResult:
        from gradcheck.checks.steps import with_step_study
        from gradcheck.subjects.protocol import GivenGradient, GradientSubject

        claim = gradient if callable(gradient) else GivenGradient(gradient)
        return with_step_study(GradientSubject("gradient", cost, claim, at), result, options)

    return study


def of_layer(forward: Callable[..., Any], backward: Callable[..., Any], inputs: Sequence[Any]) -> Study:
    """Return what studies a layer under a random cotangent; see `gradcheck.check_vjp` for the parameters."""

    def study(result: CheckResult, options: Options) -> CheckResult:
        from gradcheck.checks.steps import with_step_study
        from gradcheck.subjects.inputs import as_inputs
        from gradcheck.subjects.layers import LayerSubject

        given = as_inputs(inputs, forward, of="forward")
        return with_step_study(LayerSubject("layer", forward, backward, given.values, given.names), result, options)

    return study


def of_network(network: Any, declared: Declared | None) -> Study:
    """Return what studies a network class on a random network; see `gradcheck.check_network` for the parameters."""

    def study(result: CheckResult, options: Options) -> CheckResult:
        from gradcheck.checks.steps import with_step_study
        from gradcheck.subjects.network_class import NetworkSubject

        subject = network
        if not isinstance(subject, NetworkSubject):
            subject = NetworkSubject(getattr(network, "__name__", "Network"), network, declared or Declared())
        return with_step_study(subject, result, options)

    return study
