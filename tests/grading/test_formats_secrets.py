"""No student-facing text holds what its items do not tell: reference values, seeds, diagnoses, what is hidden."""

from __future__ import annotations

import dataclasses
import json
import math

import pytest

from gradcheck.grading.formats.gradescope import instructor_notes
from gradcheck.grading.formats.junit import render_class
from gradcheck.grading.formats.registry import FORMATS, Audience
from gradcheck.results.grades import GradeSheet, Visibility
from tests.golden.grading.cases import CASES, CLAIMED, ESTIMATED, FLAG, FOUND, SEEDS, sheet

STUDENT = [one.name for one in FORMATS.values() if one.audience is Audience.STUDENT]

HIDDEN_FEEDBACK = "only of the hidden item"


def full_of_secrets() -> GradeSheet:
    """Return a sheet each of whose items carries a result, a seed and a diagnosis; the last two are not shown."""
    items = [
        dataclasses.replace(item, result=FOUND, diagnosis=("bp1-no-sigma-prime",), explain=1)
        for item in CASES["partial"].items
    ]
    items[2:] = [dataclasses.replace(item, feedback=HIDDEN_FEEDBACK) for item in items[2:]]
    return sheet("blaise", tuple(items), flags=(FLAG,))


def secrets() -> set[str]:
    """Return the numbers and names that no student may read, each as it would be written."""
    values = [CLAIMED, ESTIMATED, FOUND.worst.bound if FOUND.worst else math.nan]
    digits = {repr(abs(value)) for value in values} | {f"{abs(value):.6g}" for value in values}
    return digits | {str(seed) for seed in SEEDS} | {"bp1-no-sigma-prime", "fake-backprop", "812", "sigma'(z)"}


def read_by_students(name: str, text: str) -> str:
    """Return what of a format students see at once: of Gradescope's tests, those that are visible."""
    if name != "gradescope":
        return text
    data = json.loads(text)
    data["tests"] = [test for test in data["tests"] if test["visibility"] == "visible"]
    return json.dumps(data)


@pytest.mark.parametrize("name", STUDENT)
def test_no_secret_is_read_by_students(name: str) -> None:
    text = read_by_students(name, FORMATS[name].render(full_of_secrets()))
    assert [secret for secret in secrets() if secret in text] == []
    assert HIDDEN_FEEDBACK not in text
    assert "A mini-batch" not in text


@pytest.mark.parametrize("name", STUDENT)
def test_no_secret_is_in_a_sheet_that_does_not_count(name: str) -> None:
    items = full_of_secrets().items
    text = read_by_students(name, FORMATS[name].render(sheet("emmy", items, status=CASES["ungraded"].status)))
    assert [secret for secret in secrets() if secret in text] == []
    assert HIDDEN_FEEDBACK not in text


def test_gradescope_keeps_seeds_for_tests_that_are_never_shown() -> None:
    tests = json.loads(FORMATS["gradescope"].render(full_of_secrets()))["tests"]
    told = [test["visibility"] for test in tests if "seed" in test["extra_data"]]
    assert told == [Visibility.HIDDEN.value]


def test_the_search_for_secrets_finds_them_in_the_report() -> None:
    text = FORMATS["report"].render(full_of_secrets())
    assert {repr(abs(ESTIMATED)), str(SEEDS[0]), "bp1-no-sigma-prime", HIDDEN_FEEDBACK} <= {
        *(secret for secret in secrets() if secret in text),
        *([HIDDEN_FEEDBACK] if HIDDEN_FEEDBACK in text else []),
    }


def test_instructors_are_told_seeds_and_flags() -> None:
    told = instructor_notes(full_of_secrets())
    assert "fake-backprop-cost-ratio (review)" in told
    assert "812 times the work (limit 25)" in told
    assert all(str(seed) in told for seed in SEEDS)
    assert all(str(seed) in render_class([full_of_secrets()]) for seed in SEEDS)
