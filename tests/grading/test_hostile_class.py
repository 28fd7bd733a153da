"""A class in which all but one are hostile: none gains a point, learns a secret, outlives its limit, leaves a trace or stops the others."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import markdown_it
import pytest

from gradcheck.results.grades import SheetStatus
from tests.grading.asking_for_tests import needs_sandbox
from tests.grading.hostile_class_for_tests import HONEST, Attacked, graded, told
from tests.grading.hostile_shell_for_tests import MARK
from tests.grading.hostile_sources_for_tests import HOSTILE

pytestmark = needs_sandbox

SAMPLE: Final = (
    "writes_results_itself",
    "exits_with_success",
    "exits_politely_at_import",
    "skips_the_test",
    "equals_everything",
    "is_a_float_that_lies",
    "returns_objects_in_arrays",
    "patches_numpy",
    "patches_the_protocol",
    "answers_before_it_is_asked",
    "answers_with_wrong_ids",
    "answers_with_nan",
    "answers_at_random",
    "writes_to_what_it_is_asked_about",
    "chooses_what_is_differentiated",
    "imports_gradcheck",
    "reads_the_environment_of_all_processes",
    "reads_other_submissions",
    "walks_the_frames",
    "walks_the_garbage",
    "calls_home_by_udp",
    "leaves_a_note_for_the_next",
    "marks_up_its_messages",
    "turns_its_text_around",
    "never_is_imported",
    "leaves_a_daemon",
    "fills_the_memory_at_import",
    "recurses_deeply",
    "kills_its_parent",
    "closes_its_socket",
)
"""Those that are quick to grade, of every kind; all of them: tests.evidence.security."""


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Attacked:
    return graded({name: HOSTILE[name] for name in SAMPLE}, tmp_path_factory.mktemp("hostile"))


def test_every_attack_is_a_program_of_its_own() -> None:
    for name, source in HOSTILE.items():
        compile(source, name, "exec")
    assert len(set(HOSTILE.values())) == len(HOSTILE) >= 45


@pytest.mark.parametrize("name", SAMPLE)
def test_it_gains_no_point(name: str, attacked: Attacked) -> None:
    sheet = attacked.sheets[name]
    assert (sheet.status is not SheetStatus.UNGRADED, sheet.total) == (True, 0.0)


def test_the_honest_one_beside_them_has_full_marks(attacked: Attacked) -> None:
    honest = attacked.sheets[HONEST]
    assert (honest.total, honest.percent) == (18.0, 100.0)


def test_no_secret_is_told_anywhere(attacked: Attacked) -> None:
    everything = told(attacked)
    assert len(everything) > len(SAMPLE)
    assert [file for file, text in everything.items() if MARK in text] == []


def test_nothing_is_left_behind(attacked: Attacked) -> None:
    assert (attacked.written, attacked.left) == ((), ())


def test_no_text_of_theirs_acts_where_it_is_shown(attacked: Attacked) -> None:
    everything = told(attacked)
    assert any("red" in text for file, text in everything.items() if file.startswith("marks_up_its_messages"))
    for file, text in everything.items():
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202e\u2066\u200b]", text), file
        shown = markdown_it.MarkdownIt().render(text) if Path(file).suffix == ".md" else text
        assert "<script" not in shown or Path(file).suffix == ".json", file


def test_none_finds_what_another_left(attacked: Attacked) -> None:
    assert [file for file, text in told(attacked).items() if "found a note" in text] == []
