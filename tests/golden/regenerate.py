"""Write every golden text again, and remove those that no case has: python -m tests.golden.regenerate."""

from __future__ import annotations

from pathlib import Path

from gradcheck.reporting.levels import Explain
from gradcheck.reporting.text import render
from tests.golden.cases import CASES, LEVELLED

FOLDER = Path(__file__).parent


def texts() -> dict[str, str]:
    """Return every golden text by its file's stem: each case in full, some also at the lower levels that differ."""
    found = {name: render(result) for name, result in CASES.items()}
    for name in LEVELLED:
        told = [render(CASES[name], level) for level in Explain]
        for level in list(Explain)[:-1]:
            if level is Explain.VERDICT or told[level] != told[level - 1]:
                found[f"{name}_explain_{int(level)}"] = told[level]
    return found


def regenerate() -> None:
    """Write the golden texts."""
    for path in FOLDER.glob("*.txt"):
        path.unlink()
    for name, text in texts().items():
        (FOLDER / f"{name}.txt").write_text(text + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    regenerate()
