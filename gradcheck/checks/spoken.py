"""Names of leaves in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from gradcheck.parameters import leaf_names


def gradient_of(*names: str) -> str:
    """Return what the gradient of some leaves is called; that of a lone array needs no name.

    Examples
    --------
    >>> gradient_of("w", "b"), gradient_of("parameters")
    ('gradient of w and b', 'gradient')
    """
    return "gradient" if list(names) == leaf_names(0.0) else f"gradient of {listed(names)}"


def listed(names: Sequence[str]) -> str:
    """Return names as a list in a sentence.

    Examples
    --------
    >>> listed(("w", "b", "c")), listed(("w",))
    ('w, b and c', 'w')
    """
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
