"""The tables of reports/grading.md."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from gradcheck.mistakes.catalogue import CATALOGUE
from gradcheck.results.grades import GradeSheet
from tests.evidence.grading_speed import Speed
from tests.grading.class_of_500_for_tests import Kind, Member, lost_by
from tests.grading.source_mistakes_for_tests import MISTAKES, NOT_TYPED

BARS = {Kind.RIGHT: "100 %", Kind.SINGLE: "100 %", Kind.HOSTILE: "100 %"}
"""What must be reached (of the submissions)."""


@dataclasses.dataclass(frozen=True)
class Graded:
    """One submission with what it got."""

    member: Member
    sheet: GradeSheet

    @property
    def is_as_deserved(self) -> bool:
        """Whether it lost what it deserves to lose, and nothing else."""
        return self.member.is_met_by(self.sheet)

    @property
    def items(self) -> list[bool]:
        """For each item that counts, whether it has the points that it deserves."""
        lost, deserves = lost_by(self.sheet), self.member.deserves
        counted = [item.id for item in self.sheet.items if item.max_points > 0.0]
        return [id in deserves.may or (id in lost) == (id in deserves.must) for id in counted]

    @property
    def codes(self) -> list[str]:
        """What it is flagged for."""
        return [flag.code.value for flag in self.sheet.flags]


def _of(graded: Sequence[Graded], kind: Kind) -> list[Graded]:
    return [one for one in graded if one.member.kind is kind]


def _share(right: int, of: int) -> str:
    return f"{1000 * right // of / 10:g} %"


def agreement(graded: Sequence[Graded]) -> str:
    """Return how many of each kind got what they deserve."""
    lines = [
        "## Points given beside points deserved\n",
        "A submission is as deserved if it lost points of all items that it should, and of no others. What it deserves is written beside",
        "the edit that is typed, and for single mistakes held against the catalogue (`tests/grading/test_class.py`). Where backprop is wrong",
        "throughout (its own forward pass, the order of what it returns, what it remembers of earlier calls) it deserves to lose *some* of",
        "(BP1) to (BP4), whichever, and no other item: these are weaker claims, and are counted by themselves. A pair deserves to lose what",
        "both of its mistakes do. A gradient that is no backpropagation deserves a flag or no points for (BP1) to (BP4), and no other loss;",
        "a hostile submission deserves nothing.\n",
        "| | submissions | bar | as deserved | | items as deserved |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for kind in Kind:
        some = _of(graded, kind)
        if not some:
            lines.append(f"| {kind.value} | 0 | {BARS.get(kind, '')} | - | - | - |")
            continue
        right = sum(one.is_as_deserved for one in some)
        items = [each for one in some for each in one.items]
        told = "-" if kind is Kind.HOSTILE else f"{sum(items)} of {len(items)}"
        share = _share(right, len(some))
        lines.append(f"| {kind.value} | {len(some)} | {BARS.get(kind, '')} | {right} | {share} | {told} |")
    loose = [one.is_as_deserved for one in _of(graded, Kind.SINGLE) if not one.member.deserves.must]
    exact = [one.is_as_deserved for one in _of(graded, Kind.SINGLE) if one.member.deserves.must]
    lines += [
        "",
        f"Of the single mistakes {sum(exact)} of {len(exact)} lost exactly their items, and {sum(loose)} of {len(loose)} some of those that "
        "cannot be told apart.",
    ]
    return "\n".join([*lines, ""])


def by_item(graded: Sequence[Graded]) -> str:
    """Return the single mistakes by the items that they should cost."""
    groups: dict[str, list[bool]] = {}
    for one in _of(graded, Kind.SINGLE):
        deserves = one.member.deserves
        words = " ".join(sorted(deserves.must)) or f"some of {' '.join(sorted(deserves.may))}"
        groups.setdefault(words, []).append(one.is_as_deserved)
    lines = [
        "## Single mistakes, by the items they deserve to lose\n",
        "| items | submissions | as deserved |",
        "| --- | ---: | ---: |",
    ]
    lines += [f"| {words} | {len(some)} | {sum(some)} |" for words, some in sorted(groups.items())]
    return "\n".join([*lines, ""])


def not_as_deserved(graded: Sequence[Graded]) -> str:
    """Return every submission that did not get what it deserves."""
    lines = ["## Not as deserved\n"]
    for one in graded:
        if one.is_as_deserved:
            continue
        deserves, lost = one.member.deserves, " ".join(item.id for item in one.sheet.items if item.lost > 0.0)
        may = f", perhaps {' '.join(sorted(deserves.may))}" if deserves.may else ""
        lines.append(
            f"- `{one.member.name}` lost {lost or 'nothing'}; it deserves to lose {' '.join(sorted(deserves.must)) or 'nothing for sure'}{may}"
            f"{'. ' + one.member.story if one.member.story else ''}"
        )
    return "\n".join([*lines, *(["None."] if len(lines) == 1 else []), ""])


def flags(graded: Sequence[Graded]) -> str:
    """Return the submissions that are flagged without cause."""
    lines = ["## Flagged without cause\n"]
    for one in graded:
        kind = one.member.kind
        undue = [code for code in one.codes if kind is not Kind.BROKEN or code.startswith("fake")]
        if undue and kind not in (Kind.FAKE, Kind.HOSTILE):
            lines.append(f"- `{one.member.name}` ({kind.value}): {', '.join(undue)}. {one.member.story}".rstrip())
    return "\n".join([*lines, *(["None."] if len(lines) == 1 else []), ""])


def fakes(graded: Sequence[Graded]) -> str:
    """Return what the gradients that are no backpropagation are flagged for."""
    lines = ["## Gradients that are no backpropagation\n", "| | flags |", "| --- | --- |"]
    lines += [f"| `{one.member.name}` | {', '.join(one.codes) or '**none**'} |" for one in _of(graded, Kind.FAKE)]
    return "\n".join([*lines, ""])


def speed_table(speeds: Sequence[Speed], graded: Sequence[Graded], jobs: int) -> str:
    """Return how many submissions a second."""
    lines = [
        "## Submissions a second\n",
        "Each way takes its turns beside the other, in one run; the ratio is the median of the turns'. *One question*: an object is made and",
        "one backprop asked for, forked from the zygote in the sandbox, beside an interpreter of its own with no isolation. *Whole grading*:",
        "every item of the rubric, judged, with the zygote kept, beside a new interpreter, as confined, for each submission.\n",
        "| | jobs | forked from the zygote | a fresh interpreter each | ratio |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    lines += [f"| {one.work} | {one.jobs} | {one.forked:.3g} | {one.fresh:.3g} | {one.ratio:.3g} |" for one in speeds]
    seconds = sorted(one.sheet.seconds for one in graded)
    lines += [
        "",
        f"The class of this report: {len(graded) * jobs / sum(seconds):.2g} submissions a second at {jobs} jobs, by the seconds that each took: "
        f"{seconds[len(seconds) // 2]:.2g} at the median, {seconds[-1]:.2g} at most.",
        "",
    ]
    return "\n".join(lines)


def not_typed() -> str:
    """Return the mistakes of the catalogue that this class has not."""
    ids = {one.mistake for one in MISTAKES}
    lines = [
        "## Mistakes of the catalogue that are not typed\n",
        f"{len(ids)} of {len(CATALOGUE)} are typed, in {len(MISTAKES)} edits of right programs; the others, and why not:\n",
    ]
    lines += [f"- {why}: {', '.join(f'`{id}`' for id in some)}" for why, some in NOT_TYPED.items()]
    return "\n".join([*lines, ""])
