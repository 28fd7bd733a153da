"""A class in which all but one are hostile: none gains a point, learns a secret, outlives its limit, leaves a trace or stops the others."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import markdown_it

from gradcheck.results.grades import SheetStatus
from tests.grading.asking_for_tests import needs_sandbox
from tests.grading.hostile_class_for_tests import HONEST, graded, told
from tests.grading.hostile_shell_for_tests import MARK
from tests.grading.hostile_sources_for_tests import HOSTILE

pytestmark = needs_sandbox

SAMPLE: Final = (
    "writes_results_itself",
    "exits_with_success",
    "exits_politely_at_import",
    "skips_the_test",
    "equals_everything",
    "returns_objects_in_arrays",
    "patches_the_protocol",
    "answers_before_it_is_asked",
    "answers_with_wrong_ids",
    "imports_gradcheck",
    "reads_the_environment",
    "reads_other_submissions",
    "walks_the_frames",
    "calls_home_by_udp",
    "leaves_a_note_for_the_next",
    "marks_up_its_messages",
    "turns_its_text_around",
    "never_is_imported",
    "leaves_a_daemon",
    "fills_the_memory_at_import",
    "kills_its_parent",
    "closes_its_socket",
)
"""Those that are quick to grade, of every kind; all of them: tests.evidence.security."""


def test_every_attack_is_a_program_of_its_own() -> None:
    for name, source in HOSTILE.items():
        compile(source, name, "exec")
    assert len(set(HOSTILE.values())) == len(HOSTILE) >= 45


def test_none_gains_learns_leaves_or_stops_anything(tmp_path: Path) -> None:
    """In one test, so that the class is graded once however many workers pytest has."""
    attacked = graded({name: HOSTILE[name] for name in SAMPLE}, tmp_path)
    sheets = {name: sheet for name, sheet in attacked.sheets.items() if name != HONEST}
    assert len(sheets) == len(SAMPLE)
    assert [name for name, one in sheets.items() if one.status is SheetStatus.UNGRADED or one.total] == []
    assert (attacked.sheets[HONEST].total, attacked.sheets[HONEST].percent) == (18.0, 100.0)
    assert (attacked.written, attacked.left) == ((), ())
    everything = told(attacked)
    assert len(everything) > len(SAMPLE)
    assert [file for file, text in everything.items() if MARK in text or "found a note" in text] == []
    assert_no_text_acts(everything)


def assert_no_text_acts(everything: dict[str, str]) -> None:
    """No text of a submission does anything where it is shown."""
    assert any("red" in text for file, text in everything.items() if file.startswith("marks_up_its_messages"))
    for file, text in everything.items():
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202e\u2066\u200b]", text), file
        shown = markdown_it.MarkdownIt().render(text) if Path(file).suffix == ".md" else text
        assert "<script" not in shown or Path(file).suffix == ".json", file
