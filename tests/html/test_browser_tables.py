"""The class's table in a real browser: sorted and filtered by mouse and by keyboard, and told to whoever does not see it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.html.browser_for_tests import WIDE, Opened, seen_as
from tests.html.graded_for_tests import CYCLE, class_of

SIZE = 30


@pytest.fixture
def table(browser: Any, opened: Opened) -> Any:
    """The browser, with the page of the class open."""
    seen_as(browser, WIDE, "light")
    opened("class")
    return browser


def column(browser: Any, number: int) -> list[str]:
    """Return the texts of a column, of the rows that are shown."""
    script = """
    return [...document.querySelectorAll(".sortable tbody tr")].filter(row => row.getClientRects().length)
      .map(row => row.cells[arguments[0]].textContent);
    """
    found: list[str] = browser.execute_script(script, number)
    return found


def head(browser: Any, name: str) -> Any:
    """Return the button of a column's head."""
    (found,) = [one for one in browser.find_elements("css selector", ".sortable thead button") if one.text == name]
    return found


def sorted_by(browser: Any) -> dict[str, str]:
    """Return which columns are said to be sorted, and how."""
    script = """
    return Object.fromEntries([...document.querySelectorAll(".sortable thead th[aria-sort]")]
      .map(one => [one.textContent, one.getAttribute("aria-sort")]));
    """
    found: dict[str, str] = browser.execute_script(script)
    return found


def test_a_column_of_numbers_is_sorted_as_numbers_and_back_and_what_has_none_is_last(table: Any) -> None:
    before = column(table, 0)
    assert before == sorted(before) and len(before) == SIZE and sorted_by(table) == {}
    head(table, "points").click()
    points = column(table, 2)
    numbers = [float(one) for one in points if one]
    assert numbers == sorted(numbers) and {5.25, 5.5} <= set(numbers)
    assert "" in points and set(points[len(numbers) :]) == {""}
    assert sorted_by(table) == {"points": "ascending"}
    head(table, "points").click()
    points = column(table, 2)
    assert [float(one) for one in points if one] == numbers[::-1] and points[-1] == ""
    assert sorted_by(table) == {"points": "descending"}
    assert sorted(column(table, 0)) == before


def test_a_column_of_words_is_sorted_as_words_by_the_keyboard(table: Any) -> None:
    head(table, "percent").click()
    button = head(table, "submission")
    table.execute_script("arguments[0].focus()", button)
    button.send_keys("\ue007")  # enter
    assert column(table, 0) == ["charles & sons", *(one.submission for one in class_of(SIZE)[:-1])]
    assert sorted_by(table) == {"submission": "ascending"}
    assert table.execute_script("return document.activeElement.textContent") == "submission"


def status(browser: Any) -> str:
    """Return what is said of how many are shown."""
    found: str = browser.find_element("css selector", ".filter [role=status]").text
    return found


def test_words_leave_the_rows_that_hold_them_all_and_how_many_is_said(table: Any) -> None:
    assert status(table) == f"{SIZE} of {SIZE} shown"
    words = table.find_element("css selector", ".filter input[type=search]")
    words.send_keys("STUDENT00 ungraded")
    wanted = [f"student{n:04d}" for n in range(SIZE - 1) if CYCLE[n % len(CYCLE)] == "one_item_ungraded"]
    assert column(table, 0) == wanted
    assert status(table) == f"{len(wanted)} of {SIZE} shown"
    head(table, "submission").click()
    head(table, "submission").click()
    assert column(table, 0) == wanted[::-1]
    words.clear()
    words.send_keys("nobody")
    assert column(table, 0) == [] and status(table) == f"0 of {SIZE} shown"


def test_those_that_a_person_should_look_at_are_left_alone_by_a_box(table: Any) -> None:
    box = table.find_element("css selector", ".filter input[type=checkbox]")
    box.click()
    looked_at = {"partial", "flagged", "one_item_ungraded"}
    assert column(table, 0) == [f"student{n:04d}" for n in range(SIZE - 1) if CYCLE[n % len(CYCLE)] in looked_at]
    box.click()
    assert len(column(table, 0)) == SIZE


def test_every_control_has_a_name(table: Any) -> None:
    script = "return [...document.querySelectorAll('input')].map(one => one.labels[0].textContent.trim())"
    assert table.execute_script(script) == ["Only those with", "to be looked at"]


def test_the_table_is_printed_whole_and_its_controls_are_not(table: Any) -> None:
    table.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert not table.find_element("css selector", ".filter").is_displayed()
        assert len(column(table, 0)) == SIZE and head(table, "points").is_displayed()
    finally:
        table.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_without_a_script_the_table_is_whole(table: Any) -> None:
    table.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        table.refresh()
        assert not table.find_elements("css selector", "button, input")
        assert len(table.find_elements("css selector", ".sortable tbody tr")) == SIZE
    finally:
        table.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
