"""A point nearby, judged in place of the one given: said in the first line, and kept apart from the point given."""

from __future__ import annotations

import dataclasses
from xml.etree import ElementTree

import pytest

from gradcheck.reporting.data import parse
from gradcheck.reporting.data import render as render_json
from gradcheck.reporting.junit import render as render_junit
from gradcheck.reporting.text import lines, render
from gradcheck.results import CheckResult, Reason, Report, Verdict
from tests.golden.cases import CASES
from tests.golden.nearby_cases import AGREES_NEARBY, NEARBY, WRONG_NEARBY
from tests.golden.pieces import FORWARD, VACUOUS, network

ELSEWHERE = "(at a point nearby, not at the one given"


def flat(result: CheckResult) -> str:
    """Return a report on one line."""
    return " ".join(render(result).split())


def first(result: CheckResult) -> str:
    """Return the first line of a report."""
    return lines(result)[0].text


@pytest.mark.parametrize("name", ["agree_nearby_vacuous", "agree_nearby_accepted_kink", "disagree_nearby_kink"])
def test_the_first_line_says_which_point_it_is_about(name: str) -> None:
    assert ELSEWHERE in first(NEARBY[name])
    assert ELSEWHERE not in first(dataclasses.replace(NEARBY[name], nearby=None))


@pytest.mark.parametrize("name", ["disagree_nearby_kink", "disagree_nearby_vacuous", "disagree_nearby_copied"])
def test_a_disagreement_nearby_shows_the_numbers_of_that_point(name: str) -> None:
    result = NEARBY[name]
    assert first(result) == (
        "DISAGREE  gradient - w1[2, 0]: claimed -0.412381, estimated 0.137460 (at a point nearby, not at the one given)"
    )
    assert (
        "At a point nearby, not at the one given, your gradient is wrong: w1[2, 0]: claimed -0.412381, estimated "
        "0.137460. What follows is about that point nearby. Worst component, w1[2, 0]: difference 5.5e-01"
    ) in flat(result)
    assert "\nBlocks at the point nearby:\n" in render(result)
    assert "\nBlocks:\n" not in render(result)


def test_what_happened_at_the_point_given_is_one_sentence() -> None:
    kink = "At the point given the cost has a kink (relu, max or abs where they bend)"
    zero = "are zero, to within what can be measured: that proves nothing."
    assert f"{kink}: there is no single right gradient there to compare yours with." in flat(
        NEARBY["disagree_nearby_kink"]
    )
    assert f"{kink}; you accept subgradients, and nothing measured there or close by refutes yours." in flat(
        NEARBY["agree_nearby_accepted_kink"]
    )
    assert f"At the point given both gradients {zero}" in flat(NEARBY["agree_nearby_vacuous"])
    assert f"At the point given both gradients of b2 {zero}" in flat(NEARBY["agree_here_and_nearby"])
    assert "At the point given nothing was decided. At" in flat(NEARBY["disagree_nearby_copied"])
    noisy = dataclasses.replace(NEARBY["disagree_nearby_copied"], reason=Reason.NOISE)
    assert "At the point given nothing was decided: the cost is too noisy to measure its slope." in flat(noisy)


def test_an_agreement_nearby_says_so_and_shows_both_tables() -> None:
    report = render(NEARBY["agree_nearby_vacuous"])
    found = "At a point nearby, chosen at random, your gradient agrees: 2 of 2 blocks agree, to 9.4 digits or more."
    assert found in " ".join(report.split())
    assert report.index("Blocks at the point nearby:") < report.index("Blocks at the point given:")
    assert "What follows" not in report


@pytest.mark.parametrize("verdict", [Verdict.DISAGREE, Verdict.INCONCLUSIVE])
def test_an_agreement_is_of_no_other_point_than_one_that_agrees(verdict: Verdict) -> None:
    other = dataclasses.replace(
        NEARBY["agree_nearby_vacuous"], nearby=dataclasses.replace(WRONG_NEARBY, verdict=verdict)
    )
    assert ELSEWHERE not in first(other)


def test_a_kink_is_told_before_a_vacuous_block() -> None:
    kinked = NEARBY["disagree_nearby_kink"]
    both = dataclasses.replace(kinked, reason=None, blocks=(VACUOUS, *kinked.blocks))
    assert "At the point given the cost has a kink" in flat(both)


def test_a_point_nearby_is_found_without_blocks_at_the_point_given() -> None:
    whole = network(Verdict.DISAGREE, FORWARD, dataclasses.replace(NEARBY["disagree_nearby_kink"], blocks=()))
    assert "w1[2, 0]: difference 5.5e-01" in flat(dataclasses.replace(whole, nearby=WRONG_NEARBY))
    assert "At the point given nothing was decided." in flat(dataclasses.replace(whole, nearby=WRONG_NEARBY))


def test_a_kink_that_was_accepted_stands_in_the_first_line() -> None:
    assert first(NEARBY["agree_nearby_accepted_kink"]).endswith(
        "(at a point nearby, not at the one given, where a kink was accepted)"
    )


def test_an_agreement_at_the_point_given_stays_about_that_point() -> None:
    result = NEARBY["agree_here_and_nearby"]
    assert first(result).endswith("; nothing is proved about b2 here, but a point nearby agrees")
    report = render(result)
    assert report.index("Blocks:") < report.index("Blocks at the point nearby:")


def test_blocks_copied_from_the_point_nearby_are_shown_once() -> None:
    assert render(NEARBY["disagree_nearby_copied"]).count("Blocks") == 1


def test_an_open_kink_says_whether_a_point_nearby_agrees_and_how_to_accept_it() -> None:
    agrees, alone = NEARBY["inconclusive_nearby_agrees"], CASES["inconclusive_kink"]
    assert first(agrees).endswith("(kink); at a point nearby your gradient agrees")
    assert "At a point nearby, chosen at random, your gradient agrees: 2 of 2 blocks agree" in flat(agrees)
    assert "nearby" not in render(alone)
    assert "Blocks at the point nearby" not in render(agrees)
    for result in (agrees, alone):
        assert "--subgradients accept on the command line" in flat(result)
        assert "gradcheck.Options(subgradients=gradcheck.Subgradients.ACCEPT)." in flat(result)


def test_a_point_nearby_that_is_open_too_says_why() -> None:
    result = NEARBY["inconclusive_nearby_open"]
    assert "Nothing was decided at the point given: your gradient may be right" in flat(result)
    assert "At a point nearby nothing was decided either: the cost is too noisy to measure its slope (noise)." in flat(
        result
    )
    assert "- at the point nearby: one evaluation of the cost is uncertain by 2.1e-04" in flat(result)
    assert "agrees" not in first(result)


def test_a_wrong_point_nearby_is_told_even_where_the_verdict_is_open() -> None:
    result = dataclasses.replace(NEARBY["inconclusive_nearby_open"], nearby=WRONG_NEARBY)
    assert "At a point nearby, not at the one given, your gradient is wrong: w1[2, 0]: claimed" in flat(result)
    assert first(result).endswith("(vacuous)")


def test_the_first_line_of_a_whole_and_of_its_part_say_which_point() -> None:
    report = render(NEARBY["disagree_nearby_of_a_part"]).split("\n")
    assert ELSEWHERE in report[0]
    (line,) = (line for line in report if line.startswith("  DISAGREE  "))
    assert ELSEWHERE in line
    assert report[2].startswith("At the point given the cost has a kink")
    assert "Blocks of Network: backprop at the point nearby:" in report
    assert "Blocks of Network: backprop at the point given:" in report


def test_notes_of_a_point_nearby_of_a_part_are_shown() -> None:
    part = dataclasses.replace(NEARBY["inconclusive_nearby_open"], title="backprop")
    report = flat(network(Verdict.INCONCLUSIVE, part, reason=Reason.VACUOUS))
    assert "- backprop: at the point nearby: one evaluation of the cost is uncertain by 2.1e-04" in report


def test_a_note_of_both_points_stands_once() -> None:
    result = NEARBY["inconclusive_nearby_open"]
    assert result.nearby is not None
    assert render(dataclasses.replace(result, notes=result.nearby.notes)).count("one evaluation of the cost") == 1


def test_columns_are_explained_once() -> None:
    for name in ("agree_nearby_accepted_kink", "disagree_nearby_kink", "agree_nearby_vacuous", "agree_part_blocks"):
        report = render(CASES[name])
        assert report.count("(digits: how many digits of the slope were compared;") == 1
        assert report.rindex("\nBlocks") < report.index("(digits: ")


@pytest.mark.parametrize("name", NEARBY)
def test_a_point_nearby_reads_back_from_json(name: str) -> None:
    assert parse(render_json(NEARBY[name])).results[0].as_dict() == NEARBY[name].as_dict()


def test_a_point_nearby_is_no_case_of_its_own_in_junit() -> None:
    (suite,) = ElementTree.fromstring(render_junit(Report((NEARBY["disagree_nearby_kink"],))))
    (case,) = suite
    failure = case.find("failure")
    assert failure is not None
    assert failure.get("message") == first(NEARBY["disagree_nearby_kink"])
    assert failure.text == render(NEARBY["disagree_nearby_kink"])


def test_an_agreement_nearby_passes_in_junit() -> None:
    (suite,) = ElementTree.fromstring(render_junit(Report((NEARBY["agree_nearby_vacuous"], AGREES_NEARBY))))
    assert (suite.get("tests"), suite.get("failures")) == ("2", "0")
