"""A class of 500 submissions, drawn: right ones, single mistakes, pairs of mistakes, broken ones, fakes and hostile ones."""

from __future__ import annotations

import dataclasses
import enum
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from gradcheck.grading.expected_losses import Expected
from gradcheck.grading.submission_names import LONGEST
from gradcheck.results.grades import GradeSheet
from tests.grading.broken_sources_for_tests import BROKEN, NOT_BROKEN
from tests.grading.fakes_for_tests import FAKES, HONEST_ONES, program
from tests.grading.hostile_sources_for_tests import HOSTILE
from tests.grading.source_mistakes_for_tests import MISTAKES, source_of
from tests.grading.student_sources_for_tests import SOURCES
from tests.grading.typed_mistake_for_tests import EQUATIONS, Typed

SIZE: Final = 500
RIGHT: Final = 75
PAIRS: Final = 60

NOTHING: Final = Expected()
"""What a right submission deserves to lose."""


class Kind(enum.Enum):
    """What a submission of the class is."""

    RIGHT = "right"
    SINGLE = "single mistakes"
    PAIR = "pairs of mistakes"
    BROKEN = "broken"
    FAKE = "made by differences, complex steps or dual numbers"
    HOSTILE = "hostile"


@dataclasses.dataclass(frozen=True)
class Member:
    """One submission of the class, and what it deserves.

    Attributes
    ----------
    name : str
        Of its file.
    kind : Kind
    content : bytes
    deserves : Expected
        The items that it should cost; none of them for a right one, and nothing is said of a hostile one.
    ending : str
    story : str
        What was typed, in a line.
    """

    name: str
    kind: Kind
    content: bytes
    deserves: Expected = NOTHING
    ending: str = ".py"
    story: str = ""

    def is_met_by(self, sheet: GradeSheet) -> bool:
        """Tell whether it got what it deserves."""
        lost = lost_by(sheet)
        if sheet.status.value == "ungraded":
            return False
        if self.kind is Kind.HOSTILE:
            return sheet.total == 0.0
        if self.kind is Kind.FAKE:  # a person is told, or the points are gone: the rubric leaves it to review
            is_told = any(flag.code.value.startswith("fake") for flag in sheet.flags)
            return lost <= self.deserves.may and (is_told or bool(lost))
        return self.deserves.is_met_by(lost) if self.deserves != NOTHING else not lost


def lost_by(sheet: GradeSheet) -> frozenset[str]:
    """Return the items that lost points."""
    return frozenset(item.id for item in sheet.items if item.lost > 0.0)


def class_of_500(generator: np.random.Generator) -> tuple[Member, ...]:
    """Draw the class: as many single mistakes as there is room for, each of the catalogue at least once."""
    others = [*_broken(), *_fakes(), *_hostile(), *_right(generator), *_pairs(generator)]
    members = [*others, *_singles(generator, SIZE - len(others))]
    if len({one.name for one in members}) < SIZE:
        raise ValueError("two submissions of the class have one name")
    return tuple(sorted(members, key=lambda one: one.name))


def handed_in(members: tuple[Member, ...], folder: Path) -> Path:
    """Write the submissions into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in members:
        (folder / f"{one.name}{one.ending}").write_bytes(one.content)
    return folder


RENAMED: Final = {
    "delta": ("delta_l", "err_signal", "dz"),
    "zs": ("z_list", "all_the_zs"),
    "sum_b": ("total_b", "acc_b"),
    "back": ("from_behind", "wTd"),
    "nabla_b": ("grad_b", "db_list"),
    "acts": ("outputs_so_far", "a_list"),
    "layers": ("stack", "my_layers"),
    "pre": ("weighted", "nets"),
}
"""Names that students choose otherwise; only one that the text does not have yet is put in."""


def _right(generator: np.random.Generator) -> Iterator[Member]:
    for number in range(RIGHT):
        name = list(SOURCES)[number % len(SOURCES)]
        text = SOURCES[name]
        for old, choices in RENAMED.items():
            new = str(generator.choice(choices))
            if generator.random() < 0.7 and not re.search(rf"\b{new}\b", text):
                text = re.sub(rf"\b{old}\b", new, text)
        yield Member(f"right-{number:02d}-{name}", Kind.RIGHT, f"# handed in by student {number}\n{text}".encode())
    for one in NOT_BROKEN:
        yield Member(f"right-{_slug(one.name)}", Kind.RIGHT, one.content, ending=one.ending)
    for name, body in HONEST_ONES.items():
        yield Member(f"right-{_slug(name)}", Kind.RIGHT, program(body).encode())


def _singles(generator: np.random.Generator, count: int) -> Iterator[Member]:
    by_mistake: dict[str, list[int]] = {}
    for number in generator.permutation(len(MISTAKES)):
        by_mistake.setdefault(MISTAKES[number].mistake, []).append(int(number))
    first = [numbers[0] for numbers in by_mistake.values()]
    rest = generator.permutation([number for numbers in by_mistake.values() for number in numbers[1:]])
    for number in [*first, *map(int, rest)][:count]:
        one = MISTAKES[number]
        name = f"single-{number:03d}-{one.source}-{one.mistake}"
        yield Member(name, Kind.SINGLE, source_of(one).encode(), one.deserves, story=_story(one))


def _pairs(generator: np.random.Generator) -> Iterator[Member]:
    found: set[tuple[int, int]] = set()
    while len(found) < PAIRS:
        i, j = sorted(map(int, generator.choice(len(MISTAKES), 2, replace=False)))
        text = _made_together(MISTAKES[i], MISTAKES[j])
        if text is None or (i, j) in found:
            continue
        found.add((i, j))
        one, two = MISTAKES[i], MISTAKES[j]
        name = f"pair-{i:03d}-{j:03d}-{one.source}-{one.mistake}-and-{two.mistake}"
        deserves = Expected(one.deserves.must | two.deserves.must)
        yield Member(
            name[:LONGEST].rstrip("-"), Kind.PAIR, text.encode(), deserves, story=f"{_story(one)}, {_story(two)}"
        )


def _made_together(one: Typed, two: Typed) -> str | None:
    """Return a program with two mistakes in different equations; None where they are not two that can be told apart.

    The same slip in (BP3) and (BP4) is none of these: it is one slip in delta.
    """
    costs = one.deserves, two.deserves
    if one.source != two.source or any(each.may or not each.must for each in costs) or costs[0].must & costs[1].must:
        return None
    if one.mistake.partition("-")[2] == two.mistake.partition("-")[2]:
        return None
    try:
        return two.made_in(source_of(one))
    except ValueError:
        return None


def _broken() -> Iterator[Member]:
    for one in BROKEN:
        yield Member(f"broken-{_slug(one.name)}", Kind.BROKEN, one.content, one.deserves, one.ending, one.name)


def _fakes() -> Iterator[Member]:
    for name, body in FAKES.items():
        yield Member(f"fake-{_slug(name)}", Kind.FAKE, program(body).encode(), Expected(may=EQUATIONS))


def _hostile() -> Iterator[Member]:
    for name, source in list(HOSTILE.items())[::2]:  # half of them: all are in reports/security.md
        yield Member(f"hostile-{_slug(name)}", Kind.HOSTILE, source.encode())


def _story(one: Typed) -> str:
    """Return the edits in a line."""
    parts = [f"`{' '.join(old.split())}` -> `{' '.join(new.split())}`" for old, new in one.edits]
    return "; ".join(parts)


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")
