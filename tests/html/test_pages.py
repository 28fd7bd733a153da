"""The pages as text: the same byte for byte, nothing from outside, nothing of the user's as markup, in order for who cannot see."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
from collections import Counter

import pytest

from gradcheck.reporting import data, text
from gradcheck.reporting.html.pages import page
from gradcheck.reporting.html.told import tell_plainly
from gradcheck.reporting.levels import Explain
from gradcheck.results import CheckResult, Report, Verdict
from tests.golden.cases import CASES
from tests.html.pages_for_tests import (
    HOSTILE,
    RIGHT_VALUES,
    Page,
    agreeing_result,
    every_page,
    hostile_report,
    session_of,
    wrong_network,
)

PAGES = every_page()


@pytest.fixture(scope="module")
def rendered() -> dict[str, str]:
    return {name: page(report) for name, report in PAGES.items()}


def test_the_same_report_is_the_same_page_byte_for_byte_in_another_process_too(rendered: dict[str, str]) -> None:
    code = (
        "import sys; from gradcheck.reporting.html.pages import page; from tests.html.pages_for_tests import every_page;"
        "sys.stdout.buffer.write(page(every_page()['check']).encode())"
    )
    folder = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
    environment = {**os.environ, "PYTHONHASHSEED": "77", "PYTHONPATH": os.pathsep.join([folder, *sys.path])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, check=True)
    assert done.stdout.decode() == rendered["check"]


def test_a_users_own_settings_of_matplotlib_change_no_page_and_are_left_as_they_were(rendered: dict[str, str]) -> None:
    import matplotlib

    with matplotlib.rc_context({"font.size": 31.0, "axes.facecolor": "red", "svg.hashsalt": None}):
        before = dict(matplotlib.rcParams)
        assert page(PAGES["check"]) == rendered["check"]
        assert dict(matplotlib.rcParams) == before


def test_a_result_read_back_from_its_json_is_the_same_page(rendered: dict[str, str]) -> None:
    assert page(data.parse(data.render(PAGES["session"]))) == rendered["session"]


@pytest.mark.parametrize("name", ["check", "checks", "session"])
def test_nothing_is_fetched_from_outside(rendered: dict[str, str], name: str) -> None:
    assert not re.search(r"https?:|//|@import|url\((?!#)", rendered[name])
    for tag, attributes in Page(rendered[name]).elements:
        for attribute in {"src", "href", "action", "data", "srcset", "poster"} & set(attributes):
            assert attributes[attribute].startswith(("#", "data:,")), (tag, attributes)


@pytest.mark.parametrize("name", ["hostile", "hostile session"])
def test_what_is_the_users_is_text_and_never_markup(rendered: dict[str, str], name: str) -> None:
    read = Page(rendered[name])
    assert read.text.count(" ".join(HOSTILE.split())) >= 5
    assert rendered[name].count("<script") == 1
    assert not read.all("img")
    assert not any(attribute.startswith("on") for _, attributes in read.elements for attribute in attributes)
    assert "49" not in [attributes.get("id") for _, attributes in read.elements]


def test_a_page_lets_no_script_run_but_its_own(rendered: dict[str, str]) -> None:
    (policy,) = [one["content"] for one in Page(rendered["check"]).all("meta") if "http-equiv" in one]
    assert policy.startswith("default-src 'none';")
    assert re.search(r"script-src 'sha256-[A-Za-z0-9+/=]+';", policy)


@pytest.mark.parametrize("name", list(PAGES))
def test_headings_tables_pictures_and_names_are_in_order(rendered: dict[str, str], name: str) -> None:
    read = Page(rendered[name])
    levels = [int(tag[1]) for tag, _ in read.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(later <= level + 1 for level, later in itertools.pairwise(levels))
    assert all(one["scope"] in ("col", "row") for one in read.all("th"))
    assert len(read.all("table")) == len(read.all("caption"))
    names = Counter(attributes["id"] for _, attributes in read.elements if "id" in attributes)
    assert max(names.values()) == 1
    assert all(one["href"][1:] in names for one in read.all("a", "use") if one["href"].startswith("#"))
    pictures = read.all("svg")
    assert pictures and all(one["role"] == "img" and one["aria-labelledby"] in names for one in pictures)
    assert all(found in names for found in re.findall(r"url\(#([^)]*)\)", rendered[name]))


def test_pictures_have_the_colours_of_the_page_and_no_others(rendered: dict[str, str]) -> None:
    found = re.findall(r"<svg.*?</svg>", rendered["check"], re.DOTALL)
    assert len(found) == 6  # equations, matrix, compared, steps, remainder, stillness; of a network no price
    assert not [colour for one in found for colour in re.findall(r"#[0-9a-f]{6}\b", one, re.IGNORECASE)]


def words(told: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", told))


@pytest.mark.parametrize("name", list(CASES))
def test_a_page_says_all_that_the_text_says(name: str) -> None:
    result = CASES[name]
    told = tell_plainly(result, "check-1")
    said = [told.verdict, told.title, told.essence]
    for pieces in (*told.why, *told.details, told.price):
        for piece in pieces:
            said += [piece.words, *piece.items, *piece.header, *(cell for row in piece.rows for cell in row.cells)]
    assert not words(text.render(result)) - words(" ".join(said))


@pytest.mark.parametrize("explain", [Explain.VERDICT, Explain.WHERE, Explain.HOW, Explain.MISTAKE])
def test_below_the_last_level_no_right_value_is_anywhere_in_the_file(explain: Explain) -> None:
    report = Report((wrong_network(),))
    told, of_session = page(report, explain), page(session_of(report, int(explain)))
    for value in RIGHT_VALUES:
        assert not re.search(rf"{abs(value):.4}", told + of_session)
    assert re.search(f"{RIGHT_VALUES[0]:.4}", page(report))


def test_the_verdict_comes_first_then_why_then_pictures_then_details(rendered: dict[str, str]) -> None:
    told = Page(rendered["check"]).text
    order = ["✗ DISAGREE", "The smallest case found on which it fails", "(BP2) fails in layer 2.", "Blocks", "seed: 1"]
    places = [told.index(one) for one in order]
    assert places == sorted(places)


def test_several_results_are_listed_first_each_with_its_verdict(rendered: dict[str, str]) -> None:
    told = Page(rendered["checks"]).text
    listed = "✗ DISAGREE Network: backprop ✓ AGREE gradient ? INCONCLUSIVE abs ! ERROR net.py"
    assert listed in told
    assert "no such file" in told


def test_a_report_of_nothing_says_so() -> None:
    assert "Nothing was checked" in Page(page(Report())).text


def test_a_session_tells_of_every_gradient_and_shows_the_wrong_ones_in_full(rendered: dict[str, str]) -> None:
    read = Page(rendered["session"])
    assert "5 gradients: made by hand" in read.text
    assert "✗ disagree test_a.py::Network: backprop 1 1 910 0.25" in read.text
    assert "! not checked test_b.py::net.py 9 1 0 0.00" in read.text
    assert read.text.index("The equations, layer by layer") < read.text.index("Those that agree")
    assert len(read.all("details")) > 1


def test_a_session_draws_no_more_than_a_few_gradients() -> None:
    many = session_of(Report(tuple([wrong_network()] * 7)))
    assert page(many).count(">The equations, layer by layer</h3>") == 5


def test_each_gradient_of_a_session_tells_as_much_as_its_test() -> None:
    told = Page(page(session_of(Report((wrong_network(),)), explain=0))).text
    assert "(BP2)" not in told


def test_a_number_is_never_broken_in_two() -> None:
    assert '<span class="value">1e-06</span>' in page(Report((agreeing_result(),)))


def test_a_notebook_shows_a_result_with_its_style_under_names_of_its_own() -> None:
    first, second = wrong_network()._repr_html_(), agreeing_result()._repr_html_()
    assert "✗ DISAGREE" in Page(first).text and "<svg" in first and "--paper" in first
    assert "<script" not in first

    def names(fragment: str) -> set[str]:
        return {attributes["id"] for _, attributes in Page(fragment).elements if "id" in attributes}

    assert names(first) and not names(first) & names(second)


def test_a_hostile_result_in_a_notebook_is_text() -> None:
    fragment = hostile_report().results[0]._repr_html_()
    assert "<script" not in fragment and not Page(fragment).all("img")


def test_every_element_is_closed(rendered: dict[str, str]) -> None:
    for name, told in rendered.items():
        plain = re.sub(r"<(script|style)>.*?</\1>", "", told, flags=re.DOTALL)
        for tag in {"section", "article", "table", "figure", "p", "ul", "li", "details", "pre", "code", "svg", "g"}:
            opened = len(re.findall(rf"<{tag}(?=[\s>])(?![^>]*/>)", plain))
            assert opened == plain.count(f"</{tag}>"), (name, tag)


def test_an_inconclusive_result_says_what_to_do() -> None:
    result = CheckResult("abs", Verdict.INCONCLUSIVE)
    assert "What to do: run the check again" in Page(page(Report((result,)))).text
