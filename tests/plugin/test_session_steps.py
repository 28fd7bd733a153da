"""The steps that a session's page draws: measured once for each gradient that does not agree, and only where a report is wanted."""

from __future__ import annotations

import types
from typing import Any

import pytest

from gradcheck.checks.options import Options
from gradcheck.pytest_plugin.nodes import Part
from gradcheck.reporting.data import parse
from gradcheck.results import CheckResult, Verdict
from tests.plugin.running_for_tests import KINK, RIGHT, SEEDED, WRONG, run, written

pytest_plugins = ("pytester",)

COUNTED = """
CALLS = []

def counted(w):
    CALLS.append(1)
    print("evaluated")
    return cost(w)

def test_counted(gradcheck):
    gradcheck(counted, wrong, AT)

def test_count():
    import pathlib
    pathlib.Path("calls").write_text(str(len(CALLS)))
"""

GIVEN = """
from hypothesis import Phase, given, settings, strategies as st

@settings(deadline=None, database=None, phases=[Phase.generate])
@given(st.floats(1.0, 2.0))
def test_given(gradcheck, scale):
    gradcheck(cost, wrong, scale * AT)
"""

LAYER = "def test_layer(gradcheck):\n    gradcheck.check_vjp(lambda x: (x**2, x), lambda u, x: u * x, [AT])\n"

STUDIES = """
from gradcheck.checks import steps

measured = steps.with_step_study

def counted(*given):
    with open("studies", "a") as file:
        file.write("one\\n")
    return measured(*given)

steps.with_step_study = counted
"""

HEADING = "The error at every step"


def test_what_does_not_agree_is_measured_once_for_a_report_and_no_check_pays_for_it(pytester: pytest.Pytester) -> None:
    written(pytester, RIGHT, WRONG, KINK, LAYER, COUNTED, GIVEN)
    pytester.makeconftest(STUDIES)
    done = run(pytester, SEEDED, "--gradcheck-report=out", "--gradcheck-budget=200", "--show-capture=no")
    found = parse((pytester.path / "out" / "gradcheck.json").read_text())
    assert found.session is not None
    named = {one.test.rpartition("::")[2]: found.results[one.place] for one in found.session.gradients}
    studied = {name for name, one in named.items() if one.steps is not None}
    assert studied == {"test_wrong", "test_kink", "test_layer", "test_counted", "test_given"}
    assert (pytester.path / "studies").read_text() == "one\n" * len(studied)
    wrong, counted = named["test_wrong"].steps, named["test_counted"]
    assert wrong is not None and wrong.claimed / wrong.estimated == pytest.approx(2.0 / 3.0)
    calls = int((pytester.path / "calls").read_text())
    assert counted.steps is not None and calls == counted.forward_passes + counted.steps.forward_passes
    page = (pytester.path / "out" / "gradcheck.html").read_text()
    assert (
        page.count(f">{HEADING}</h3>")
        == page.count("beside the check, for the pictures of the steps: ")
        == len(studied)
    )
    assert "evaluated" not in done.stdout.str()  # what a cost prints meanwhile is captured with its test


def test_without_a_report_no_steps_are_measured(pytester: pytest.Pytester) -> None:
    written(pytester, COUNTED)
    pytester.makeconftest(STUDIES)
    run(pytester, SEEDED)
    assert not (pytester.path / "studies").exists()


@pytest.mark.parametrize(("name", "studied"), [("backprop", 1), ("BP2", 0)])
def test_of_a_network_class_backprop_has_the_steps(name: str, studied: int) -> None:
    asked: list[CheckResult] = []
    offer = types.SimpleNamespace(study=lambda result, options: asked.append(result) or result)
    result = CheckResult("Network", Verdict.DISAGREE)
    part: Any = types.SimpleNamespace(name=name, offer=offer)
    assert Part.study(part, result, Options(seed=1)) is result
    assert len(asked) == studied
