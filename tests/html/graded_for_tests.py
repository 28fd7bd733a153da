"""Graded submissions for the pages: planted mistakes told at every level, a class made by hand, and hostile ones."""

from __future__ import annotations

import dataclasses
import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

import numpy as np

from gradcheck.grading.feedback import feedback_of
from gradcheck.grading.outcomes import Outcome
from gradcheck.grading.parts import SubmissionProtocol
from gradcheck.grading.rubric_model import Item
from gradcheck.grading.starting_rubric import starting_rubric
from gradcheck.mistakes.catalogue import CATALOGUE
from gradcheck.reporting.html.templates import own_text
from gradcheck.results import CheckResult
from gradcheck.results.grades import GradeSheet, ItemGrade, ItemStatus, SheetStatus, Visibility
from tests.golden.grading.cases import CASES, FLAG, ISOLATION
from tests.grading.sources_for_tests import edited, graded
from tests.html.pages_for_tests import HOSTILE, wrong_item

SEED: Final = 7190413322051

PLANTED: Final = {
    "sigma_prime": ("return s * (1.0 - s)", "return s * (1.0 + s)"),
    "bp2": (" * sigmoid_prime(zs[i - 1])", ""),
}
"""A mistake for each of these items."""


@cache
def planted() -> tuple[ItemGrade, ...]:
    """Return the items that the planted mistakes cost, really graded, and one made by hand that has every kind of value."""
    found = [item for id, edit in PLANTED.items() for item in graded(edited(edit), id).items]
    return (*found, wrong_item())


def told_at(level: int, items: tuple[ItemGrade, ...]) -> GradeSheet:
    """Return a sheet with these items told at a level, as the engine tells them."""
    told = [
        dataclasses.replace(
            item,
            status=ItemStatus.FAIL,
            explain=level,
            seed=SEED,
            feedback=feedback_of(Outcome(ItemStatus.FAIL, item.result), level),
        )
        for item in items
    ]
    return GradeSheet("ada", SheetStatus.GRADED, tuple(told), rubric="Backpropagation", isolation=ISOLATION)


def right_values(data: Any) -> Iterator[float]:
    """Yield every value that a right program would have given, from a result as JSON data, whatever record it stands in."""
    if isinstance(data, Mapping):
        names = {"estimated", "slope_left", "slope_right"} & data.keys()
        values = [data[name] for name in names] + list((data.get("right") or {}).get("values", ()))
        yield from (abs(float(one)) for one in values if one is not None)
        data = list(data.values())
    if isinstance(data, list | tuple):
        for one in data:
            yield from right_values(one)


def right_values_told(page: str, result: CheckResult) -> list[str]:
    """Return the numbers of a page, wherever in the file, that are right values of a result to the digits that are shown."""
    for ours in ("page.css", "page.js", "table.js"):
        page = page.replace(own_text(ours), "")
    right = [one for one in right_values(result.as_dict()) if math.isfinite(one) and one > 0.0]
    found = []
    for number in re.finditer(r"\d*\.(\d{3,})(?:e([-+]?\d+))?", page):
        unit = 10.0 ** (int(number[2] or 0) - len(number[1]))
        found += [number[0] for value in right if abs(float(number[0]) - value) <= 0.51 * unit]
    return found


def hidden_sheet() -> GradeSheet:
    """Return a sheet with an item of each visibility, each with words of its own."""
    items = [
        ItemGrade(
            f"id-{one.value}",
            f"title-{one.value}",
            ItemStatus.FAIL,
            0.0,
            2.0,
            visibility=one,
            feedback=f"feedback-{one.value}",
            student_output=f"output-{one.value}",
            diagnosis=("secret-mistake",),
            seed=SEED,
        )
        for one in Visibility
    ]
    return GradeSheet(
        "ada", SheetStatus.GRADED, tuple(items), rubric="Backpropagation", seed_id="spring", flags=(FLAG,)
    )


def hostile_sheet() -> GradeSheet:
    """Return a sheet in which whatever can be someone's text is hostile."""
    items = [
        dataclasses.replace(
            item,
            title=HOSTILE,
            equation=HOSTILE,
            status=ItemStatus.FAIL,
            points=0.0,
            feedback=HOSTILE,
            student_output=HOSTILE,
            diagnosis=(HOSTILE,),
            visibility=Visibility.VISIBLE,
        )
        for item in CASES["all_right"].items
    ]
    flag = dataclasses.replace(FLAG, sentence=HOSTILE)
    return dataclasses.replace(
        CASES["all_right"], submission=HOSTILE, rubric=HOSTILE, items=tuple(items), flags=(flag,), notes=(HOSTILE,)
    )


CYCLE: Final = ("all_right", "partial", "all_right", "timeout", "flagged", "all_right", "one_item_ungraded")


def class_of(size: int) -> tuple[GradeSheet, ...]:
    """Return a class in which these cases follow each other, and one that could not be run."""
    cases = itertools.cycle(CYCLE)
    sheets = [dataclasses.replace(CASES[next(cases)], submission=f"student{n:04d}") for n in range(size - 1)]
    first, *others = sheets[8].items  # 5.25 points, beside others' 5.5: not in the order of their letters
    sheets[8] = dataclasses.replace(sheets[8], items=(dataclasses.replace(first, points=0.25), *others))
    return (*sheets, dataclasses.replace(CASES["error"], submission="charles & sons"))


def drawn_class(generator: np.random.Generator, size: int) -> tuple[GradeSheet, ...]:
    """Draw a class that was asked for all that the rubric to start from for networks asks, with mistakes of the catalogue."""
    items = starting_rubric(SubmissionProtocol.NETWORK).items
    return tuple(_drawn(generator, f"student{n:04d}", items) for n in range(size))


def _drawn(generator: np.random.Generator, name: str, asked: Sequence[Item]) -> GradeSheet:
    """Draw one submission: a fifth of its items are wrong, one submission in fifty is flagged."""
    wrong = generator.random(len(asked)) < 0.2
    items = [
        ItemGrade(
            item.id,
            item.title,
            ItemStatus.FAIL if is_wrong else ItemStatus.PASS,
            0.0 if is_wrong else item.points,
            item.points,
            item.part.equation,
            feedback="It is not right." if is_wrong else "",
            diagnosis=(str(generator.choice([one.id for one in CATALOGUE])),) if is_wrong else (),
        )
        for item, is_wrong in zip(asked, wrong, strict=True)
    ]
    flags = (FLAG,) if generator.random() < 0.02 else ()
    return GradeSheet(name, SheetStatus.GRADED, tuple(items), rubric="Backpropagation", flags=flags)
