"""The pages that are opened in a browser, and what is asked of it."""

from __future__ import annotations

import functools
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from gradcheck.grading.formats import class_page, student_page
from gradcheck.reporting.html.pages import page
from tests.html.graded_for_tests import class_of, hostile_sheet, told_at
from tests.html.pages_for_tests import every_page, wrong_item

NARROW, WIDE = 400, 1400

Opened = Callable[[str], None]

PAGES: Final[dict[str, Callable[[], str]]] = {
    **{name: functools.partial(page, report) for name, report in every_page().items()},
    "student": lambda: student_page.render(told_at(2, (wrong_item(),))),
    "hostile student": lambda: student_page.render(hostile_sheet()),
    "class": lambda: class_page.render(class_of(30)),
    "hostile class": lambda: class_page.render([*class_of(10), hostile_sheet()]),
}
"""What renders each page, by name."""


FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def new_browser(profile: Path) -> Any:
    """Return Debian's Chromium with a fresh profile, without a screen, which keeps a record of its console and of its requests."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.ChromeService(executable_path=shutil.which("chromedriver"))
    return webdriver.Chrome(options=options, service=service)


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
for (const one of document.querySelectorAll("h1,h2,h3,h4,p,li,th,td,figcaption,summary,code,button,label,input,a,span:not(:empty),svg text")) {
  const style = getComputedStyle(one), inside = one instanceof SVGElement;
  const [a, b] = [light(inside ? style.fill : style.color), light(behind(one))].sort((x, y) => y - x);
  const contrast = (a + 0.05) / (b + 0.05);
  if (contrast < least) { least = contrast; where = one.outerHTML.slice(0, 200); }
}
return [least, where];
"""
"""The least contrast of any words with what is behind them (dimensionless), and which those are."""

LETTERS = """
return Math.min(99, ...[...document.querySelectorAll("svg text")].filter(one => one.getBoundingClientRect().height)
  .map(one => parseFloat(getComputedStyle(one).fontSize) * Math.hypot(one.getScreenCTM().a, one.getScreenCTM().b)));
"""
"""The height of the smallest letters of any picture [pixels]."""
