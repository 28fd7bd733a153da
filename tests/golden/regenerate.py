"""Write every golden text again, and remove those that no case has: python -m tests.golden.regenerate."""

from __future__ import annotations

from pathlib import Path

from gradcheck.reporting.text import render
from tests.golden.cases import CASES

FOLDER = Path(__file__).parent


def regenerate() -> None:
    """Write the golden texts."""
    for path in FOLDER.glob("*.txt"):
        path.unlink()
    for name, result in CASES.items():
        (FOLDER / f"{name}.txt").write_text(render(result) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    regenerate()
