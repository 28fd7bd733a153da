"""The report of a session on disk: all results as JSON, and as text at the level of each test."""

from __future__ import annotations

import dataclasses
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from gradcheck.reporting import data, text
from gradcheck.reporting.levels import Explain
from gradcheck.results import CheckResult, Failure, Report


def write(folder: Path, tests: Sequence[dict[str, Any]]) -> str:
    """Write gradcheck.json and gradcheck.txt, each whole or not at all, and return a line that says so.

    Parameters
    ----------
    folder : Path
    tests : sequence of dict
        What `telling.tell_all` returned of each.

    Raises
    ------
    OSError
        If a file cannot be written; one that was there is left as it was.

    Examples
    --------
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = write(folder, [])
    >>> sorted(one.name for one in folder.iterdir())
    ['gradcheck.json', 'gradcheck.txt']
    """
    found = [(test["explain"], one) for test in tests for one in _titled(test)]
    results = tuple(one for _, one in found if isinstance(one, CheckResult))
    failures = tuple(one for _, one in found if isinstance(one, Failure))
    pages = [_page(one, Explain(explain)) for explain, one in found]
    _replace(folder / "gradcheck.json", data.render(Report(results, failures)) + "\n")
    _replace(folder / "gradcheck.txt", "\n\n".join(pages) + "\n")
    return f"report: {folder / 'gradcheck.json'}, {folder / 'gradcheck.txt'}"


def _titled(test: dict[str, Any]) -> Iterator[CheckResult | Failure]:
    """Yield what a test found, each under the name of the test and the line that checks it."""
    for record, plain in zip(test["records"], test["found"], strict=True):
        place = test["nodeid"] + (f", line {record['line']}" if record["line"] else "")
        if "verdict" in plain:
            result = CheckResult.from_dict(plain)
            yield dataclasses.replace(result, title=f"{place}: {result.title}")
        else:
            failure = Report.from_dict({**Report().as_dict(), "failures": [plain]}).failures[0]
            yield dataclasses.replace(failure, target=place)


def _page(one: CheckResult | Failure, explain: Explain) -> str:
    """Return one result as text, or what was in place of one."""
    if isinstance(one, CheckResult):
        return text.render(one, explain)
    return f"{one.traceback}ERROR  {one.target}: {one.sentence}"


def _replace(path: Path, words: str) -> None:
    """Write a file whole: what was there before stays until all of it is on disk."""
    handle, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(words)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
