"""Write reports/class_page.md: how long the page of a class takes to be made, to open in Chromium, to sort and to filter.

    python -m tests.evidence.class_page_speed

Debian's packages chromium and chromium-driver are needed; half a minute.
"""

from __future__ import annotations

import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from gradcheck import __version__
from gradcheck.grading.formats.class_page import render
from tests.html.browser_for_tests import new_browser
from tests.html.graded_for_tests import drawn_class

REPORT = Path(__file__).parent.parent.parent / "reports" / "class_page.md"
SIZES = (100, 1_000, 5_000)
ROUNDS = 7
SEED = 2027

LOADED = "const one = performance.getEntriesByType('navigation')[0]; return one.loadEventEnd - one.startTime"
"""From the first byte to where all is laid out and the script has run [milliseconds]."""

SORTED = """
const button = [...document.querySelectorAll(".sortable thead button")].find(one => one.textContent === "percent");
const begun = performance.now(); button.click(); document.body.offsetHeight; return performance.now() - begun;
"""

FILTERED = """
const input = document.querySelector(".filter input"); input.value = input.value ? "" : "student00";
const begun = performance.now();
input.dispatchEvent(new Event("input")); document.body.offsetHeight;
return performance.now() - begun;
"""


def opened(browser: Any, page: Path) -> float:
    """Return how long a page takes to open from disk [milliseconds]."""
    browser.get("about:blank")
    browser.get(page.as_uri())
    found: float = browser.execute_script(LOADED)
    return found


def median(measure: Callable[[], float]) -> float:
    """Return the median of some rounds."""
    return statistics.median(measure() for _ in range(ROUNDS))


def row(browser: Any, size: int, folder: Path) -> str:
    """Return the line of a class of some size."""
    sheets = drawn_class(np.random.default_rng(SEED), size)
    begun = time.perf_counter()
    text = render(sheets)
    made = time.perf_counter() - begun
    page = folder / "class.html"
    page.write_text(text, encoding="utf-8")
    loaded = median(lambda: opened(browser, page))
    times = [median(lambda script=script: float(browser.execute_script(script))) for script in (SORTED, FILTERED)]
    return f"| {size:,} | {len(text) / 1e6:.2f} | {made:.2f} | {loaded:,.0f} | {times[0]:,.0f} | {times[1]:,.0f} |"


def main() -> None:
    """Measure and write."""
    with tempfile.TemporaryDirectory() as folder:
        browser = new_browser(Path(folder) / "profile")
        try:
            version = browser.capabilities["browserVersion"]
            rows = [row(browser, size, Path(folder)) for size in SIZES]
        finally:
            browser.quit()
    lines = [
        "# The page of a class, in a browser",
        "",
        "Remade by `python -m tests.evidence.class_page_speed`.",
        f"gradcheck {__version__}, Python {platform.python_version()}, Chromium {version} without a screen, {platform.machine()}, a machine "
        "shared with others.",
        f"Classes drawn from the seed {SEED}, twelve items each; in the browser medians of {ROUNDS} rounds, each until all is laid out.",
        "",
        "| submissions | size [MB] | made [s] | opened from disk [ms] | sorted by a column [ms] | filtered by a word [ms] |",
        "|---:|---:|---:|---:|---:|---:|",
        *rows,
    ]
    REPORT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"wrote {REPORT.name}")


if __name__ == "__main__":
    main()
