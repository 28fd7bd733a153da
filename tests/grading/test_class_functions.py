"""Submissions of functions as students type them: right ones and mistakes get what they deserve, through the real sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradcheck.grading.class_run import grade_class, settings_for
from gradcheck.grading.isolation import Tier
from gradcheck.grading.parts import SubmissionProtocol
from gradcheck.grading.results_folder import ResultsFolder
from gradcheck.grading.seeds import seeds_of
from gradcheck.grading.starting_rubric import starting_rubric
from gradcheck.grading.submissions import submissions_in
from gradcheck.grading.worker import Course
from tests.grading.class_of_500_for_tests import lost_by
from tests.grading.student_functions_for_tests import FUNCTION_MISTAKES, FUNCTIONS


@pytest.mark.parametrize("protocol", FUNCTIONS, ids=lambda one: str(one.value))
def test_functions_lose_what_their_mistakes_deserve(protocol: SubmissionProtocol, tmp_path: Path) -> None:
    rubric, right, mistakes = starting_rubric(protocol), FUNCTIONS[protocol], FUNCTION_MISTAKES[protocol]
    course = Course(rubric, seeds_of("correct horse battery staple"), settings_for(rubric, Tier.T2))
    (tmp_path / "in").mkdir()
    for number, text in enumerate([right, *(one.made_in(right) for one in mistakes)]):
        (tmp_path / "in" / f"student{number}.py").write_text(text)
    sheets = grade_class(course, submissions_in(tmp_path / "in", rubric), ResultsFolder(tmp_path / "out"))
    lost = [lost_by(sheet) for sheet in sheets]
    assert lost == [frozenset(), *(one.deserves.must for one in mistakes)]
