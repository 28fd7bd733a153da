"""Each page in a real browser, opened from disk: no error, no request, no script but ours, readable when narrow and when dark."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gradcheck.reporting.html.pages import page
from tests.golden.pieces import CODE
from tests.html.pages_for_tests import every_page

PAGES = every_page()
NARROW, WIDE = 400, 1400

Opened = Callable[[str], None]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("pages")
    for name, report in PAGES.items():
        (found / f"{name}.html").write_text(page(report), encoding="utf-8")
    return found


@pytest.fixture
def opened(browser: Any, folder: Path) -> Opened:
    """Give a function that opens a page from disk, with the records empty before."""

    def opened(name: str) -> None:
        browser.get("about:blank")
        browser.get_log("browser"), browser.get_log("performance")
        browser.get((folder / f"{name}.html").as_uri())

    return opened


def requests(browser: Any) -> list[str]:
    """Return the addresses that were asked for."""
    messages = [json.loads(one["message"])["message"] for one in browser.get_log("performance")]
    return [one["params"]["request"]["url"] for one in messages if one["method"] == "Network.requestWillBeSent"]


def seen_as(browser: Any, width: int, scheme: str) -> None:
    """Give the window a width, and day or night."""
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
    )
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


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
    told = page(PAGES["check"]).replace("</main>", "<script>document.title = 'pwned'</script></main>")
    (folder / "planted.html").write_text(told)
    browser.get((folder / "planted.html").as_uri())
    assert browser.title != "pwned"
    assert any("Content Security Policy" in one["message"] for one in browser.get_log("browser"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("name", ["check", "hostile", "session"])
def test_no_page_is_wider_than_the_window_and_its_words_stand_out(
    browser: Any, opened: Opened, name: str, width: int, scheme: str
) -> None:
    seen_as(browser, width, scheme)
    opened(name)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    least, where = browser.execute_script(CONTRASTS)
    assert least >= 4.5, where  # of the accessibility guidelines, for small letters
    assert browser.execute_script(LETTERS) >= 9.0


CONTRASTS = """
const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
function light(colour) {
  canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
  const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function behind(element) {
  for (let one = element; one; one = one.parentElement) {
    const colour = getComputedStyle(one).backgroundColor;
    if (!/, 0\\)$/.test(colour)) return colour;
  }
}
let least = 99, where = "";
for (const one of document.querySelectorAll("h1,h2,h3,h4,p,li,th,td,figcaption,summary,code,button,a,svg text")) {
  const style = getComputedStyle(one), inside = one instanceof SVGElement;
  const [a, b] = [light(inside ? style.fill : style.color), light(behind(one))].sort((x, y) => y - x);
  const contrast = (a + 0.05) / (b + 0.05);
  if (contrast < least) { least = contrast; where = one.outerHTML.slice(0, 200); }
}
return [least, where];
"""
"""The least contrast of any words with what is behind them (dimensionless), and which those are."""

LETTERS = """
return Math.min(...[...document.querySelectorAll("svg text")].filter(one => one.getBoundingClientRect().height)
  .map(one => parseFloat(getComputedStyle(one).fontSize) * Math.hypot(one.getScreenCTM().a, one.getScreenCTM().b)));
"""
"""The height of the smallest letters of any picture [pixels]."""


def test_the_smallest_case_is_copied_by_its_button(browser: Any, opened: Opened) -> None:
    seen_as(browser, WIDE, "light")
    opened("check")
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


def test_every_control_is_reached_by_the_keyboard_alone(browser: Any, opened: Opened) -> None:
    opened("check")
    reached = browser.execute_script(
        "return [...document.querySelectorAll('a, button, summary, .wide[role], pre')].every(one => one.tabIndex >= 0)"
    )
    assert reached is True
