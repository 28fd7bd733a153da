"""Write reports/security.md: every hostile submission graded beside an honest one, and what became of it."""

from __future__ import annotations

import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gradcheck.grading.isolation import probe
from gradcheck.results.grades import GradeSheet, SheetStatus
from tests.grading.hostile_class_for_tests import HONEST, LIMITS, Attacked, graded, told
from tests.grading.hostile_shell_for_tests import MARK
from tests.grading.hostile_sources_for_tests import HOSTILE, KINDS

REPORT: Final = Path(__file__).parent.parent.parent / "reports" / "security.md"

TESTS: Final = tuple(
    f"tests/grading/test_{name}.py"
    for name in (
        "isolation",
        "lying",
        "reaching_out",
        "using_up",
        "protocol",
        "submissions",
        "formats_escaping",
        "formats_secrets",
    )
)
"""Attacks on one wall at a time."""


def is_contained(sheet: GradeSheet, everything: dict[str, str]) -> bool:
    """Tell whether a submission gained nothing, told no secret, and was graded."""
    own = [text for file, text in everything.items() if file.startswith(f"{sheet.submission}/")]
    return sheet.status is not SheetStatus.UNGRADED and sheet.total == 0.0 and not any(MARK in text for text in own)


def outcome(sheet: GradeSheet) -> str:
    """Return what became of the items of a sheet, in words."""
    counts: dict[str, int] = {}
    for item in sheet.items:
        counts[item.status.value] = counts.get(item.status.value, 0) + 1
    return ", ".join(f"{count} {status}" for status, count in sorted(counts.items())) or sheet.status.value


def table(attacked: Attacked) -> Iterator[str]:
    """Yield the lines on every attack, by kind."""
    everything = told(attacked)
    for kind, attacks in KINDS.items():
        yield from (
            "",
            f"## {kind.capitalize()}",
            "",
            "| attack | points | items | contained |",
            "| --- | ---: | --- | --- |",
        )
        for name in attacks:
            sheet = attacked.sheets[name]
            word = "yes" if is_contained(sheet, everything) else "**no**"
            yield f"| {name.replace('_', ' ')} | {sheet.total:g} of {sheet.max_points:g} | {outcome(sheet)} | {word} |"


def single_walls() -> str:
    """Return what pytest counts of the tests of one wall at a time."""
    root = REPORT.parent.parent
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *TESTS], cwd=root, capture_output=True, text=True, check=False
    )
    counts = re.findall(r"(\d+ (?:passed|failed|skipped|errors?))", done.stdout.splitlines()[-1])
    return ", ".join(counts) or "could not be run"


def page(attacked: Attacked, walls: str) -> str:
    """Return the report."""
    everything = told(attacked)
    sheets = [sheet for name, sheet in attacked.sheets.items() if name != HONEST]
    contained = sum(is_contained(sheet, everything) for sheet in sheets)
    honest = attacked.sheets[HONEST]
    isolation = probe(sys.executable)
    layers = ", ".join(sorted(one.value for one in isolation.layers))
    lines = [
        "# Hostile submissions",
        "",
        "Remade by `python -m tests.evidence.security` (`tox -e security`).",
        f"Python {platform.python_version()}, {platform.system()} {platform.release()}; layers of isolation: {layers};"
        f" Landlock ABI {isolation.landlock_abi}.",
        f"Limits of an item: {LIMITS['wall_seconds']:g} s by the clock, {LIMITS['cpu_seconds']:g} s of processor, {LIMITS['memory_mb']} MiB.",
        "",
        f"**Contained: {contained} of {len(sheets)}.** Contained is what gained no point, told no secret in any file of the results",
        "(one was planted in the grader's environment, in a file beside the class, in the course's secret and in another",
        "submission), and was graded: not left to a fault of ours.",
        f"The honest submission graded beside them has {honest.total:g} of {honest.max_points:g} points.",
        f"Files written where none should be: {len(attacked.written)}. Processes left running: {len(attacked.left)}.",
        f"Tests of one wall at a time (`{'`, `'.join(Path(one).stem for one in TESTS)}`): {walls}.",
        *table(attacked),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Grade them and write the report."""
    with tempfile.TemporaryDirectory() as folder:
        REPORT.write_text(page(graded(HOSTILE, Path(folder)), single_walls()))
    print(f"wrote {REPORT.name}")


if __name__ == "__main__":
    main()
