"""One browser for all tests of the pages: Debian's Chromium, without a screen and without a network."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.html.browser_for_tests import PAGES, Opened, new_browser


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Give a browser that keeps a record of its console and of its requests."""
    if shutil.which("chromium") is None or shutil.which("chromedriver") is None:
        pytest.skip("there is no browser: Debian's packages chromium and chromium-driver are needed")
    pytest.importorskip("selenium.webdriver", reason="selenium is not installed: pip install '.[test]'")
    found = new_browser(tmp_path_factory.mktemp("chromium"))
    yield found
    found.quit()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with every page in it."""
    found = tmp_path_factory.mktemp("pages")
    for name, rendered in PAGES.items():
        (found / f"{name}.html").write_text(rendered(), encoding="utf-8")
    return found


@pytest.fixture
def opened(browser: Any, folder: Path) -> Opened:
    """Give a function that opens a page from disk, with the records empty before."""

    def opened(name: str) -> None:
        browser.get("about:blank")
        browser.get_log("browser"), browser.get_log("performance")
        browser.get((folder / f"{name}.html").as_uri())

    return opened
