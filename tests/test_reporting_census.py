"""A census in words: its counts, what they leave likely, and the rows and columns."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.reporting.census import census_lines
from gradcheck.reporting.layout import WIDTH
from gradcheck.results import Census, CheckResult, Component, Verdict


def told(*census: Census) -> list[str]:
    return [line.text for line in census_lines(CheckResult("gradient", Verdict.DISAGREE, census=census))]


def test_no_census_no_words() -> None:
    assert told() == []


@pytest.mark.parametrize(
    ("wrong", "measured", "words"),
    [
        (8, 8, "w: 8 of 8 components measured at random are wrong: at least 54 % of its 23,520 (99 % confidence)."),
        (0, 16, "w: 0 of 16 components measured at random are wrong: at most 30 % of its 23,520 (99 % confidence)."),
        (
            1,
            16,
            "w: 1 of 16 components measured at random is wrong: at most 38 % of its 23,520 (99 % confidence).",
        ),
        (
            8,
            16,
            "w: 8 of 16 components measured at random are wrong: between 22 % and 78 % of its 23,520 (99 % confidence).",
        ),
    ],
)
def test_a_sample_says_what_it_leaves_likely(wrong: int, measured: int, words: str) -> None:
    assert " ".join(told(Census("w", (30, 784), wrong=wrong, measured=measured))) == words


def test_the_components_listed_and_the_rows_searched_narrow_what_a_sample_leaves_likely() -> None:
    census = Census("w", (10, 30), 1, 16, rows=10, columns=30, wrong_rows=(3,), wrong_columns=tuple(range(30)))
    listed = tuple(Component("w", (3, k), 2.0, 1.0, 1e-9) for k in range(8))
    result = CheckResult("gradient", Verdict.DISAGREE, wrong=listed, census=(census,))
    first = " ".join(line.text for line in census_lines(result)).split(". w:")[0]
    assert first.endswith("is wrong: between 2 % and 10 % of its 300 (99 % confidence)")


def test_all_measured_needs_no_likelihood() -> None:
    assert told(Census("w", (3, 4), wrong=11, measured=12)) == ["w: 11 of its 12 components are wrong."]
    assert told(Census("w", (3, 4), wrong=12, measured=12)) == ["w: all of its 12 components are wrong."]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((17,), "w: 1 of its 30 rows holds wrong components: 17."),
        ((3, 4, 9), "w: 3 of its 30 rows hold wrong components: 3 and 4, 9."),
        ((9, 3, 4, 5), "w: 4 of its 30 rows hold wrong components: 3 to 5, 9."),
        (tuple(range(30)), "w: each of its 30 rows holds wrong components."),
        ((), "w: none of its 30 rows, measured as wholes, is seen to be wrong."),
        (tuple(range(0, 30, 2)), "w: 15 of its 30 rows hold wrong components: 0, 2, 4, 6, 8, 10, 12, 14 and 7 more."),
    ],
)
def test_rows_are_named_and_neighbours_put_together(rows: tuple[int, ...], words: str) -> None:
    assert " ".join(told(Census("w", (30, 784), wrong=0, measured=0, rows=30, wrong_rows=rows))) == words


def test_columns_and_axes_of_a_tensor() -> None:
    matrix = Census("w", (30, 784), wrong=0, measured=0, rows=30, columns=784, wrong_rows=(1,), wrong_columns=(2, 3))
    assert told(matrix) == [
        "w: 1 of its 30 rows holds wrong components: 1.",
        "w: 2 of its 784 columns hold wrong components: 2 and 3.",
    ]
    tensor = Census("k", (8, 3, 5), wrong=0, measured=0, rows=8, columns=5, wrong_rows=(1, 7), wrong_columns=(2,))
    assert told(tensor) == [
        "k: 2 of its 8 slices along its first axis hold wrong components: 1, 7.",
        "k: 1 of its 5 slices along its last axis holds wrong components: 2.",
    ]


def test_every_census_has_its_own_words() -> None:
    assert [line.split(":")[0] for line in told(Census("a", (9,), 9, 9), Census("b", (9,), 9, 9))] == ["a", "b"]


INDICES = st.lists(st.integers(0, 10**6), unique=True, max_size=40).map(tuple)


@settings(max_examples=100, deadline=None, database=None)
@given(
    st.builds(
        Census,
        st.text(st.characters(), max_size=20),
        st.lists(st.integers(0, 99), max_size=3).map(tuple),
        wrong=st.integers(0, 10**6),
        measured=st.integers(0, 10**6),
        rows=st.integers(0, 10**6),
        columns=st.integers(0, 10**6),
        wrong_rows=INDICES,
        wrong_columns=INDICES,
    )
)
def test_any_census_can_be_told_within_the_page(census: Census) -> None:
    for line in told(census):
        assert line.isprintable() and line == line.rstrip()
        assert len(line) <= WIDTH or " " not in line.strip()


@settings(max_examples=200, deadline=None, database=None)
@given(measured=st.integers(1, 200), data=st.data())
def test_the_percentages_hold_the_share_seen(measured: int, data: st.DataObject) -> None:
    wrong = data.draw(st.integers(0, measured))
    words = " ".join(told(Census("w", (10**6,), wrong=wrong, measured=measured))).split(": ")[-1].split(" of its")[0]
    figures = [float(word) for word in words.replace("%", "").split() if word.isdigit()]
    low, high = (figures[0], 100.0) if "at least" in words else (0.0, figures[0]) if "at most" in words else figures
    share = 100.0 * wrong / measured
    assert 0.0 <= low <= share <= high <= 100.0
    assert high - low > 100.0 / math.sqrt(measured) / 2.0 or high - low >= 1.0
