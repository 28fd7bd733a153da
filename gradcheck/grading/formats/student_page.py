"""`report.html`: what a student reads, as one page: what is wrong and what to do next first; of an item no more than its feedback tells."""

from __future__ import annotations

import dataclasses
from typing import Final

from gradcheck.grading.feedback import retold
from gradcheck.grading.formats.escaping import one_line, shortened, visible
from gradcheck.grading.formats.outcome_words import LEFT_OUT_STYLE, OutcomeShown, outcome_shown
from gradcheck.grading.formats.standing import is_left_out, is_settled, item_counts, shown, withheld
from gradcheck.grading.formats.words import CARRIED, points, standing_sentence
from gradcheck.reporting.html.pieces import Piece, pieces
from gradcheck.reporting.html.templates import fill
from gradcheck.reporting.layout import printable
from gradcheck.reporting.text import sections
from gradcheck.reporting.words import essence
from gradcheck.results.grades import GradeSheet, ItemGrade, SheetStatus

LONGEST: Final = 20_000
"""The longest text that is shown of a submission [characters]."""

HINT: Final = "Hint: "


@dataclasses.dataclass(frozen=True)
class TitledItem:
    """One item as a page tells of it.

    Attributes
    ----------
    name : str
        Its anchor: its id is the course's.
    title, points : str
    outcome : OutcomeShown
    essence : str
        The one thing to know about what is wrong; empty where the level tells none.
    hints : tuple of str
    words : tuple of str
        Paragraphs that stand before the report.
    why, details : tuple of list of Piece
        Sections: why it is wrong, hints left out; and what was looked at.

    Examples
    --------
    >>> TitledItem("item-1", "BP1", "2 of 2", OutcomeShown("right", "✓", "agree")).is_open
    False
    """

    name: str
    title: str
    points: str
    outcome: OutcomeShown
    essence: str = ""
    hints: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    why: tuple[list[Piece], ...] = ()
    details: tuple[list[Piece], ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether there is something to do about it, or to read."""
        return bool(self.essence or self.hints or self.words or self.why or self.details)

    @property
    def explanation(self) -> str:
        """The first thing that explains it; empty where a hint stands in its place, or there is none."""
        listed = [item for section in self.why for piece in section if piece.kind == "list" for item in piece.items]
        return listed[0] if listed and not self.hints and self.essence not in listed[0] else ""

    @property
    def has_case(self) -> bool:
        """Whether it shows the smallest case on which it fails."""
        return any(piece.kind == "code" for section in self.why for piece in section)


@dataclasses.dataclass(frozen=True)
class Printed:
    """What a submission printed, and in which items.

    Examples
    --------
    >>> Printed("delta 0.3", ("The output error",)).titles
    ('The output error',)
    """

    text: str
    titles: tuple[str, ...]


def render(sheet: GradeSheet) -> str:
    """Return the page of one submission, which stands alone; the same for the same sheet, byte by byte.

    Raises
    ------
    MissingExtra
        If jinja2 is not installed.

    Examples
    --------
    >>> page = render(GradeSheet("ada", SheetStatus.ERROR, reason="<b>", rubric="Backpropagation"))
    >>> page[:15], "could not be run: &lt;b&gt;" in page
    ('<!doctype html>', True)
    """
    told = [_told(item, f"item-{number}") for number, item in enumerate(shown(sheet), 1)] if is_settled(sheet) else []
    to_do = _of_style(told, "disagree") or _of_style(told, "inconclusive")
    ran = sheet.status is not SheetStatus.ERROR
    return fill(
        "student.html.j2",
        title=" - ".join(one_line(words) for words in (sheet.rubric, sheet.submission) if words),
        rubric=one_line(sheet.rubric or "Graded"),
        submission=one_line(sheet.submission),
        standing=standing_sentence(sheet),
        overall=_overall(sheet, told),
        items=told,
        first=next(iter(to_do), None) if ran else None,
        others=len(to_do) - 1,
        articles=[one for one in told if one.is_open] if ran else [],
        ran=ran,
        left_out=bool(_of_style(told, LEFT_OUT_STYLE)),
        carried=f"{CARRIED[0].lower()}{CARRIED[1:]}"
        if told and any(one.carried_forward for one in shown(sheet))
        else "",
        notes=[visible(note) for note in sheet.notes],
        printed=_printed(sheet) if told else [],
    )


def _overall(sheet: GradeSheet, told: list[TitledItem]) -> OutcomeShown:
    """Return what became of the whole submission: what stands first of all."""
    if not is_settled(sheet):
        return OutcomeShown("not graded", "!", "inconclusive")
    if sheet.status is SheetStatus.ERROR:
        return OutcomeShown("could not be run", "✗", "disagree")
    if not told:
        return OutcomeShown("nothing of it is shown yet", "-", "faint")
    wrong, undecided = (len(_of_style(told, style)) for style in ("disagree", "inconclusive"))
    counted = len(told) - len(_of_style(told, LEFT_OUT_STYLE))
    if wrong:
        return OutcomeShown(f"{wrong} of {counted} items not right", "✗", "disagree")
    if undecided:
        return OutcomeShown(f"{undecided} of {counted} items undecided", "?", "inconclusive")
    return OutcomeShown("all that is shown is right" if withheld(sheet) else "all right", "✓", "agree")


def _of_style(told: list[TitledItem], style: str) -> list[TitledItem]:
    return [one for one in told if one.outcome.style == style]


def _told(item: ItemGrade, name: str) -> TitledItem:
    """Return an item with what its feedback tells."""
    told = retold(item)
    blank = TitledItem(
        name,
        one_line(item.title),
        points((item,)).removesuffix(" points") if item_counts(item) and item.max_points else "",
        outcome_shown(item),
        words=() if is_left_out(item) else _paragraphs(told.words),
    )
    if told.result is None:
        return blank
    said = sections(told.result, told.explain)
    why = [pieces(section) for section in said.why]
    return dataclasses.replace(
        blank,
        essence=printable(essence(told.result, told.explain)),
        hints=tuple(piece.words for section in why for piece in section if _is_hint(piece)),
        why=tuple(filter(None, ([piece for piece in section if not _is_hint(piece)] for section in why))),
        details=tuple(pieces(section) for section in said.details),
    )


def _is_hint(piece: Piece) -> bool:
    return piece.kind == "sentence" and piece.words.startswith(HINT)


def _paragraphs(words: str) -> tuple[str, ...]:
    """Return the paragraphs of a text, with what cannot be seen written out."""
    return tuple(one for one in visible(shortened(words, LONGEST)).split("\n\n") if one.strip())


def _printed(sheet: GradeSheet) -> list[Printed]:
    """Return what the submission printed, each text once."""
    titles: dict[str, list[str]] = {}
    for item in shown(sheet):
        text = visible(shortened(item.student_output, LONGEST))
        if text.strip():
            titles.setdefault(text, []).append(one_line(item.title))
    return [Printed(text, tuple(of)) for text, of in titles.items()]
