"""A mistake as a student types it: an edit of the text of a right program, with the items that it deserves to cost."""

from __future__ import annotations

import dataclasses

from gradcheck.grading.expected_losses import Expected

EQUATIONS = frozenset({"bp1", "bp2", "bp3", "bp4"})

UNTOLD = "?"
"""Wrong throughout backprop: some of (BP1) to (BP4), and nobody can say which."""


@dataclasses.dataclass(frozen=True)
class Typed:
    """An edit of a source that makes one mistake.

    Attributes
    ----------
    source : str
        What the right program is called.
    mistake : str
        Its id in the catalogue, or words in brackets for one that is not in it.
    loses : str
        The ids of the items that it deserves to cost; behind a `?` those of which it costs some.
    edits : tuple of (str, str)
        What stands there, once, and what is typed instead.
    """

    source: str
    mistake: str
    loses: str
    edits: tuple[tuple[str, str], ...]

    @property
    def deserves(self) -> Expected:
        """The items that it should cost."""
        sure, _, possible = self.loses.partition(UNTOLD)
        is_untold = UNTOLD in self.loses
        may = frozenset(possible.split()) or (EQUATIONS if is_untold else frozenset())
        return Expected(frozenset(sure.split()), may)

    def made_in(self, text: str) -> str:
        """Return the text with the mistake in it.

        Raises
        ------
        ValueError
            If a part of it does not stand there exactly once.
        """
        for old, new in self.edits:
            if text.count(old) != 1:
                raise ValueError(
                    f"{self.mistake} in {self.source}: {old!r} stands there {text.count(old)} times, not once"
                )
            text = text.replace(old, new)
        return text


def typed(source: str, mistake: str, loses: str, *edits: tuple[str, str]) -> Typed:
    """Return an edit of a source."""
    return Typed(source, mistake, loses, edits)
