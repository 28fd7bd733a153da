"""The mistake that a wrong gradient was made with: each edit of the reference, and pairs of them, on the same inputs."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Sequence
from typing import Final

from gradcheck.checks.candidates import Candidates, Made
from gradcheck.checks.digits import common_digits, digits_held, is_finite
from gradcheck.checks.hearing import Heard
from gradcheck.mistakes.mistake import Edit
from gradcheck.results import Diagnosis, Explains

MATCHING_DIGITS: Final = 1 / 2
"""An edit explains an answer where at least this share of its dtype's digits is the same (dimensionless): 7.8 of float64's. In
reports/diagnosis.md true matches share 10.7 digits of float64 or more, and edits of other programs 4.2 or less."""


@dataclasses.dataclass(frozen=True)
class Explanation:
    """Mistakes that together give the claimed answers, and the fewest digits to which they do.

    Examples
    --------
    >>> Explanation((), 15.0).digits
    15.0
    """

    edits: tuple[Edit, ...]
    digits: float


def explain(heard: Sequence[Heard], candidates: Candidates | None = None) -> tuple[Explanation, ...]:
    """Return the mistakes that give everything that was heard, single ones first, pairs only where no single one does.

    Every one that explains it equally is returned, in the order of the catalogue. The candidates are those of the questions heard.

    Examples
    --------
    >>> explain(())
    ()
    """
    if not heard:
        return ()
    return _Search(heard, candidates or Candidates([one.question for one in heard])).explanations()


def in_steps(found: tuple[Explanation, ...], steps: frozenset[str]) -> tuple[Explanation, ...]:
    """Return those explanations that lie in steps known to be wrong by themselves, where some do; all of them where none does.

    Examples
    --------
    >>> in_steps((Explanation((), 15.0),), frozenset({"nabla_a"}))
    (Explanation(edits=(), digits=15.0),)
    """
    there = tuple(one for one in found if one.edits and all(edit.mistake.slot in steps for edit in one.edits))
    return there or found


class _Search:
    """The mistakes that can be made where some questions were asked, beside what was answered."""

    def __init__(self, heard: Sequence[Heard], candidates: Candidates) -> None:
        self.claimed = [one.answer for one in heard]
        self.candidates = candidates
        self.wanted = MATCHING_DIGITS * min(map(digits_held, self.claimed))

    def explanations(self) -> tuple[Explanation, ...]:
        """Return all single edits that match, else all pairs."""
        single = self._alike(self.candidates.single)
        return single or self._alike(self.candidates.pairs(self.claimed, self.wanted))

    def _digits(self, made: Made) -> float:
        """Return the fewest digits to which edits give what was heard; 0 where they cannot be made, or give what is right."""
        if not self.candidates.is_possible(made, self.wanted):
            return 0.0
        fewest, is_seen = math.inf, False
        for number, (claimed, right) in enumerate(zip(self.claimed, self.candidates.right, strict=True)):
            predicted = self.candidates.answer(made, number, claimed)
            if predicted is None:
                return 0.0
            if not is_finite(claimed) and not is_finite(predicted):  # steps that run away: the other calls tell
                continue
            fewest = min(fewest, common_digits(predicted, claimed))
            if not fewest >= self.wanted:
                return 0.0
            is_seen = is_seen or not common_digits(predicted, right) >= self.wanted
        return fewest if is_seen else 0.0

    def _alike(self, sets: Iterable[Made]) -> tuple[Explanation, ...]:
        """Return the edits that explain every answer, of the same mistakes only those in the most layers."""
        kept: dict[tuple[str, ...], Explanation] = {}
        for made in sets:
            digits = self._digits(made)
            if digits >= self.wanted:
                kept.setdefault(tuple(sorted(edit.mistake.id for edit in made.edits)), Explanation(made.edits, digits))
        return tuple(kept.values())


def as_diagnosis(found: Explanation, num_layers: int) -> Diagnosis:
    """Return an explanation as a diagnosis, in words.

    Examples
    --------
    >>> as_diagnosis(Explanation((), 15.0), 3).kind
    <Explains.MISTAKE: 'mistake'>
    """
    return Diagnosis(
        id=" + ".join(dict.fromkeys(edit.mistake.id for edit in found.edits)),
        equation=", ".join(
            dict.fromkeys(one for edit in found.edits for one in equation_of(edit, num_layers).split(", "))
        ),
        sentence="; and ".join(dict.fromkeys(edit.mistake.sentence for edit in found.edits)),
        kind=Explains.MISTAKE,
        where=" and ".join(filter(None, dict.fromkeys(where_of(edit, num_layers) for edit in found.edits))),
        hint=" ".join(dict.fromkeys(_closed(edit.mistake.hint) for edit in found.edits)),
        digits=found.digits if math.isfinite(found.digits) else None,
    )


def _closed(hint: str) -> str:
    return hint if hint.endswith((".", "?")) else f"{hint}."


def equation_of(edit: Edit, num_layers: int) -> str:
    """Return the equations an edit breaks in the layers it is made in: a sigma' is (BP1)'s at the output and (BP2)'s below.

    Examples
    --------
    >>> from gradcheck.mistakes.mistake import Mistake
    >>> no_sigma_prime = Mistake("x", "(BP1), (BP2)", "sigma_prime", "", "", "", lambda right: right)
    >>> equation_of(Edit(no_sigma_prime, frozenset({2})), 3), equation_of(Edit(no_sigma_prime, frozenset({3})), 3)
    ('(BP2)', '(BP1)')
    """
    equation = edit.mistake.equation
    if equation != "(BP1), (BP2)" or not edit.layers:
        return equation
    if edit.layers == {num_layers}:
        return "(BP1)"
    return equation if num_layers in edit.layers else "(BP2)"


def where_of(edit: Edit, num_layers: int) -> str:
    """Return the layers of an edit in words; nothing where it is made in all of them.

    Examples
    --------
    >>> from gradcheck.mistakes.mistake import Mistake
    >>> mistake = Mistake("x", "(BP2)", "back", "", "", "", lambda right: right)
    >>> where_of(Edit(mistake, frozenset({2, 3})), 4), where_of(Edit(mistake, frozenset({3})), 4)
    ('hidden layers', 'layer 3')
    """
    layers, hidden = edit.layers, set(range(2, num_layers))
    if not layers or (layers == hidden | {num_layers}):
        return ""
    if layers == {num_layers}:
        return "output layer"
    if layers == hidden:
        return "hidden layers" if len(hidden) > 1 else "hidden layer"
    return f"layer {min(layers)}"
