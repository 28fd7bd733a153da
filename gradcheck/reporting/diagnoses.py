"""What explains a disagreement, in words: the named mistakes or a hint at them, patterns, and what was compared."""

from __future__ import annotations

import math
from typing import Final

from gradcheck.reporting.layout import Line, Style, sentence
from gradcheck.reporting.levels import Explain
from gradcheck.results import Diagnosis, Explains

ORDER: Final = (Explains.MISTAKE, Explains.PATTERN, Explains.COMPARISON)
"""In which order the kinds are told: the mistake itself first."""


def diagnosis_sections(diagnosis: tuple[Diagnosis, ...], explain: Explain) -> list[list[Line]]:
    """Return the sections that a level may show.

    Examples
    --------
    >>> left_out = Diagnosis(
    ...     "bp2-no-sigma-prime", "(BP2)", "sigma'(z) is left out", Explains.MISTAKE, "hidden layers", "count the factors of (BP2)"
    ... )
    >>> diagnosis_sections((left_out,), Explain.MISTAKE)[0][1].text
    "- (BP2), hidden layers: sigma'(z) is left out (bp2-no-sigma-prime)."
    >>> diagnosis_sections((left_out,), Explain.HOW)[0][0].text
    'Hint: count the factors of (BP2).'
    """
    mistakes, patterns, compared = (_of_kind(diagnosis, kind) for kind in ORDER)
    told = _mistakes(mistakes) if explain >= Explain.MISTAKE else _hints(mistakes)
    if not mistakes and explain < Explain.NUMBERS:  # there a comparison is told whole
        told = _hints(compared)
    best_first = "" if len(compared) == 1 else ", best first"
    heading = "Found besides:" if mistakes else f"What explains it{best_first}:"
    found = [
        told if explain >= Explain.HOW else [],
        _listed(patterns, "How it differs:") if explain >= Explain.HOW else [],
        _listed(compared, heading) if explain >= Explain.NUMBERS else [],
    ]
    return [section for section in found if section]


def named(diagnosis: tuple[Diagnosis, ...], explain: Explain) -> list[Diagnosis]:
    """Return the explanations that the first line may name at a level: mistakes, else patterns.

    Examples
    --------
    >>> named((Diagnosis("factor", "", "it is doubled", Explains.PATTERN),), Explain.WHERE)
    []
    """
    for kind, least in ((Explains.MISTAKE, Explain.MISTAKE), (Explains.PATTERN, Explain.HOW)):
        found = _of_kind(diagnosis, kind)
        if found and explain >= least:
            return found
    return []


def place(one: Diagnosis) -> str:
    """Return the equation and the layers or the block of an explanation, unless its own words say where.

    Examples
    --------
    >>> place(Diagnosis("bp2-no-sigma-prime", "(BP2)", "sigma'(z) is left out", where="hidden layers"))
    '(BP2), hidden layers'
    """
    where = "" if one.kind is Explains.PATTERN and one.where in one.sentence else one.where
    return ", ".join(words for words in (one.equation, where) if words)


def in_short(explanations: list[Diagnosis]) -> str:
    """Return the first explanation, and how many others explain it as well.

    Examples
    --------
    >>> in_short([Diagnosis("bp1-sign", "(BP1)", "it is y - a.", Explains.MISTAKE)] * 2)
    'it is y - a, or 1 other mistake'
    """
    others = len(explanations) - 1 if explanations[0].kind is Explains.MISTAKE else 0
    more = f", or {others} other mistake{'s' if others > 1 else ''}" if others else ""
    return _clause(explanations[0]) + more


def _of_kind(diagnosis: tuple[Diagnosis, ...], kind: Explains) -> list[Diagnosis]:
    """Return the explanations of one kind."""
    return [one for one in diagnosis if one.kind is kind]


def _mistakes(mistakes: list[Diagnosis]) -> list[Line]:
    """Name the mistakes, and say how closely they give the claim again."""
    if not mistakes:
        return []
    heading = "The mistake that explains it:"
    if len(mistakes) > 1:
        heading = f"{len(mistakes)} mistakes explain it equally well:"
    found = [line for one in mistakes for line in sentence(f"{_clause_at(one)} ({one.id}).", mark="- ")]
    digits = min((one.digits for one in mistakes if one.digits is not None), default=None)
    if digits is not None and digits > 0:
        exactly = "exactly your numbers" if digits == math.inf else f"your numbers, to {math.floor(digits)} digits"
        which = "this mistake" if len(mistakes) == 1 else "any one of them"
        found += sentence(f"A right program with {which} in it gives {exactly}.")
    return [Line(heading, Style.HEADING), *found]


def _hints(explanations: list[Diagnosis]) -> list[Line]:
    """Say where to look, without the answer."""
    hints = dict.fromkeys(
        one.hint if one.hint.endswith((".", "?")) else f"{one.hint}." for one in explanations if one.hint
    )
    return [line for hint in hints for line in sentence(f"Hint: {hint}")]


def _listed(explanations: list[Diagnosis], heading: str) -> list[Line]:
    """List explanations under a heading, each with the question it leads to."""
    found = [line for one in explanations for line in sentence(_with_hint(one), mark="- ")]
    return [Line(heading, Style.HEADING), *found] if found else []


def _with_hint(one: Diagnosis) -> str:
    return f"{_clause_at(one)}. {one.hint}" if one.hint else _clause_at(one)


def _clause_at(one: Diagnosis) -> str:
    """Return what an explanation says, behind where."""
    return ": ".join(words for words in (place(one), _clause(one)) if words)


def _clause(one: Diagnosis) -> str:
    """Return what an explanation says, without a full stop."""
    return one.sentence.rstrip().removesuffix(".")
