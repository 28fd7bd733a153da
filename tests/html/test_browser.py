"""Each page in a real browser, opened from disk: no error, no request, no script but ours, readable when narrow and when dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.golden.pieces import CODE
from tests.html.browser_for_tests import (
    CONTRASTS,
    LETTERS,
    NARROW,
    PAGES,
    WIDE,
    Opened,
    requests,
    seen_as,
)


@pytest.mark.parametrize("name", list(PAGES))
def test_a_page_opens_from_disk_without_an_error_a_request_or_a_script_of_anyone_elses(
    browser: Any, opened: Opened, name: str
) -> None:
    opened(name)
    before = browser.title
    browser.execute_async_script("setTimeout(arguments[0], 50)")
    assert browser.get_log("browser") == []
    asked = [address for address in requests(browser) if not address.startswith("data:")]
    assert asked == [browser.current_url]
    assert browser.title == before != "pwned"
    assert browser.execute_script("return document.images.length") == 0


def test_the_record_of_errors_and_requests_sees_both(browser: Any, folder: Path) -> None:
    bad = folder / "bad.html"
    bad.write_text("<!doctype html><img src='nowhere.png'><script>undefined_name()</script>")
    browser.get_log("browser"), browser.get_log("performance")
    browser.get(bad.as_uri())
    assert any(address.endswith("nowhere.png") for address in requests(browser))
    assert any("undefined_name" in one["message"] for one in browser.get_log("browser"))


def test_the_page_forbids_a_script_that_got_in_all_the_same(browser: Any, folder: Path) -> None:
    told = PAGES["check"]().replace("</main>", "<script>document.title = 'pwned'</script></main>")
    (folder / "planted.html").write_text(told)
    browser.get((folder / "planted.html").as_uri())
    assert browser.title != "pwned"
    assert any("Content Security Policy" in one["message"] for one in browser.get_log("browser"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize(
    "name", ["check", "hostile", "session", "student", "hostile student", "class", "hostile class"]
)
def test_no_page_is_wider_than_the_window_and_its_words_stand_out(
    browser: Any, opened: Opened, name: str, width: int, scheme: str
) -> None:
    seen_as(browser, width, scheme)
    opened(name)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    least, where = browser.execute_script(CONTRASTS)
    assert least >= 4.5, where  # of the accessibility guidelines, for small letters
    assert browser.execute_script(LETTERS) >= 9.0


@pytest.mark.parametrize("name", ["check", "student"])
def test_the_smallest_case_is_copied_by_its_button(browser: Any, opened: Opened, name: str) -> None:
    seen_as(browser, WIDE, "light")
    opened(name)
    browser.execute_script(
        "window.copied = ''; document.addEventListener('copy', () => copied = String(document.activeElement.value))"
    )
    (button,) = browser.find_elements("css selector", ".code button")
    button.click()
    assert button.text == "Copied"
    assert browser.execute_script("return copied") == CODE


def test_a_link_to_a_gradient_that_is_folded_away_opens_it(browser: Any, opened: Opened) -> None:
    seen_as(browser, WIDE, "light")
    opened("session")
    folded = "return document.querySelector('.folded').open"
    assert browser.execute_script(folded) is False
    name = browser.execute_script("return document.querySelector('.folded .check').id")
    browser.find_element("css selector", f"a[href='#{name}']").click()
    browser.execute_async_script("setTimeout(arguments[0], 50)")
    assert browser.execute_script(folded) is True


@pytest.mark.parametrize("name", ["check", "student", "class"])
def test_every_control_is_reached_by_the_keyboard_alone(browser: Any, opened: Opened, name: str) -> None:
    opened(name)
    reached = browser.execute_script(
        "return [...document.querySelectorAll('a, button, input, summary, .wide[role], pre')].every(one => one.tabIndex >= 0)"
    )
    assert reached is True
