"""Whatever a result holds, infinite, NaN, tiny, nameless or with letters that no font has: a page is made of it."""

from __future__ import annotations

from hypothesis import Phase, given, settings

from gradcheck.reporting.html.pages import page
from gradcheck.results import CheckResult, Component, Report, Verdict
from tests.html.pages_for_tests import Page, session_of
from tests.results_for_tests import RESULTS

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""Without shrinking: a page takes a second, and a result has many parts."""


@settings(max_examples=8, deadline=None, phases=PHASES)
@given(RESULTS)
def test_a_page_is_made_of_any_result(result: CheckResult) -> None:
    told = page(Report((result,)))
    read = Page(told)
    assert told.count("<script") == 1 and not read.all("img")
    assert len(read.all("h1")) == 1
    told.encode()


@settings(max_examples=3, deadline=None, phases=PHASES)
@given(RESULTS)
def test_a_session_page_is_made_of_any_result(result: CheckResult) -> None:
    assert "gradients: made by hand" in page(session_of(Report((result,))))


def test_names_and_numbers_that_broke_a_picture_before() -> None:
    one = Component("\x00\ud800$", (), 1e308, -5e-324, 0.0)
    result = CheckResult("\x1b[2J", Verdict.DISAGREE, wrong=(one,), measured=(one, Component("w", (), 1.0, 1.0, -1.0)))
    assert "Claimed against estimated" in page(Report((result,)))
