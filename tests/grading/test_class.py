"""A class as it is handed in: every edit makes what it says, and a sample of it gets what it deserves, through the real sandbox."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gradcheck.grading.class_run import grade_class, settings_for
from gradcheck.grading.expected_losses import Expected, expected_loss
from gradcheck.grading.isolation import Tier
from gradcheck.grading.parts import SubmissionProtocol
from gradcheck.grading.planting import plantings
from gradcheck.grading.results_folder import ResultsFolder
from gradcheck.grading.seeds import seeds_of
from gradcheck.grading.starting_rubric import starting_rubric
from gradcheck.grading.submissions import submissions_in
from gradcheck.grading.worker import Course
from gradcheck.mistakes.catalogue import CATALOGUE, mistake_named
from gradcheck.mistakes.program import Asked
from tests.grading.class_of_500_for_tests import SIZE, Kind, Member, class_of_500, handed_in, lost_by
from tests.grading.source_mistakes_for_tests import MISTAKES, NOT_TYPED, source_of
from tests.grading.student_sources_for_tests import SOURCES
from tests.grading.typed_mistake_for_tests import Typed, typed

RUBRIC = starting_rubric(SubmissionProtocol.NETWORK)


@pytest.fixture(scope="module")
def members() -> tuple[Member, ...]:
    return class_of_500(np.random.default_rng(2027))


def test_every_edit_is_made_once_and_compiles_into_another_program() -> None:
    texts = [source_of(one) for one in MISTAKES]
    for one, text in zip(MISTAKES, texts, strict=True):
        compile(text, f"{one.mistake} in {one.source}", "exec")
    assert len({*texts, *SOURCES.values()}) == len(texts) + len(SOURCES)


def test_an_edit_that_stands_twice_or_nowhere_is_refused() -> None:
    for old in ("a", "nowhere"):
        with pytest.raises(ValueError, match="times, not once"):
            typed("plain", "bp1-sign", "bp1", (old, "b")).made_in("a = a")


def test_every_entry_of_the_catalogue_is_typed_or_said_not_to_be() -> None:
    made = {one.mistake for one in MISTAKES}
    left_out = [id for some in NOT_TYPED.values() for id in some]
    assert made | set(left_out) == {mistake.id for mistake in CATALOGUE}
    assert not made & set(left_out)


def _by_the_catalogue(one: Typed) -> set[Expected]:
    """Return what a mistake may deserve to lose, by where it is planted and what shows it; the rubric's items of one class."""
    extra = [item for item in RUBRIC.items if item.names and item.id in one.deserves.must]
    items = tuple(extra) or tuple(item for item in RUBRIC.items if not item.names)
    asked = (Asked.SUM,) if [item.id for item in extra] == ["matrix_batch"] else (Asked.ONE, Asked.STEP)
    ways = plantings(mistake_named(one.mistake))
    return {expected_loss(RUBRIC, items, planted, question) for planted in ways for question in asked}


def test_what_an_edit_deserves_is_what_the_catalogue_says_of_its_mistake() -> None:
    of_its_own = [one for one in MISTAKES if one.deserves not in _by_the_catalogue(one)]
    # z (1 - z) in sigma' may be meant to be called with a: nobody can say which of the two is wrong. Columns are summed over the wrong
    # axis in two places, of one example and of a mini-batch, whose mean it is not either.
    assert [(one.source, one.mistake) for one in of_its_own] == [
        ("plain", "sigma-prime-formula-with-z"),
        ("columns", "bp3-wrong-axis"),
    ]


def test_the_class_has_500_members_of_every_kind(members: tuple[Member, ...]) -> None:
    assert len(members) == SIZE
    counts = {kind: sum(one.kind is kind for one in members) for kind in Kind}
    assert counts[Kind.SINGLE] >= 200 and counts[Kind.PAIR] == 60 and counts[Kind.BROKEN] >= 50
    assert members == class_of_500(np.random.default_rng(2027))


SAMPLE = (
    "right-00-plain",
    "right-04-columns",
    "right-a-notebook-with-magics",
    "right-single-precision-inside",
    "broken-a-colon-is-missing",
    "broken-the-constructor-raises",
    "broken-backprop-is-missing",
    "broken-backprop-is-to-be-done",
    "broken-update-mini-batch-is-missing",
    "fake-complex-step",
    "single-009-one_loop-forward-w-transposed",
    "single-001-one_loop-forward-bias-forgotten",
    "single-028-loops-forward-bias-subtracted",
    "single-042-plain-bp1-halved",
    "single-062-plain-bp1-sign",
    "single-124-one_loop-sigma-prime-formula-of-tanh",
    "single-152-columns-bp2-w-not-transposed",
    "single-153-plain-bp2-elementwise",
    "single-166-one_loop-bp2-sign",
    "single-253-einsum-bp4-transposed",
    "single-291-one_loop-step-ascends",
    "pair-033-072-dataclass-forward-bias-subtracted-and-bp1-squared",
    "pair-089-316-plain-sigma-prime-plus-for-minus-and-step-one-by-one",
    "pair-178-204-plain-bp2-sigma-prime-of-z-before-and-bp3-times-mean-activation",
    "pair-180-319-plain-bp2-sigma-prime-of-output-z-and-step-biases-never",
    "pair-188-218-plain-bp3-sum-without-axis-and-bp4-uses-x",
    "pair-197-220-plain-bp3-vector-and-bp4-elementwise",
)


def test_a_sample_gets_what_it_deserves(members: tuple[Member, ...], tmp_path: Path) -> None:
    """In one test, so that a class is graded once however many workers pytest has."""
    course = Course(RUBRIC, seeds_of("correct horse battery staple"), settings_for(RUBRIC, Tier.T2))
    some = {one.name: one for one in members if one.name in SAMPLE}
    assert set(some) == set(SAMPLE)
    handed = submissions_in(handed_in(tuple(some.values()), tmp_path / "in"), RUBRIC)
    sheets = grade_class(course, handed, ResultsFolder(tmp_path / "out"))
    assert {one.submission: sorted(lost_by(one)) for one in sheets if not some[one.submission].is_met_by(one)} == {}
    assert len(sheets) == len(SAMPLE)
