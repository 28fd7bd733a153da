"""Write every golden file of grading again, and the shipped JSON Schema: python -m tests.golden.grading.regenerate."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from gradcheck.grading.formats import report
from gradcheck.grading.formats.registry import CLASS_FORMATS, FORMATS
from tests.golden.grading.cases import CASES
from tests.golden.grading.report_schema import report_schema

FOLDER = Path(__file__).parent
SCHEMA = Path(report.__file__).with_name("report.schema.json")


def texts() -> dict[str, str]:
    """Return every golden text by its path: each case in each format, and the class of them all; pages are looked at in tests/html."""
    formats = [one for one in FORMATS.values() if one.name != "html"]
    tables = [one for one in CLASS_FORMATS.values() if one.name != "html"]
    found = {f"{case}/{one.file_name}": one.render(sheet) for case, sheet in CASES.items() for one in formats}
    return {**found, **{f"class/{one.file_name}": one.render(CASES.values()) for one in tables}}


def schema_text() -> str:
    """Return the shipped JSON Schema."""
    return json.dumps(report_schema(), indent=2) + "\n"


def regenerate() -> None:
    """Write them all."""
    for folder in FOLDER.iterdir():
        if folder.is_dir() and folder.name != "__pycache__":
            shutil.rmtree(folder)
    for name, text in texts().items():
        path = FOLDER / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    SCHEMA.write_text(schema_text(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    regenerate()
