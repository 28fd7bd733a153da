"""Names of submissions made safe: as file names, as text on a page, and distinct from each other."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Final

LONGEST: Final = 80
"""A name may be this long (characters)."""

LONGEST_IN_BYTES: Final = 160
"""And this long in UTF-8: file systems end at 255, and more is put behind it (bytes)."""

_NOWHERE: Final = frozenset('<>:"/\\|?*%')
"""Characters that some file system, shell or URL takes for something else."""

_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)
"""What Windows takes for a device."""

_INVISIBLE: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0").union(map(chr, range(0xFE00, 0xFE10)))
"""Letters, signs and marks that show nothing."""

_STACKED: Final = re.compile("([\u0300-\u036f]{2})[\u0300-\u036f]+")
"""More than two accents on one letter: they would cover the lines above and below."""

_BEFORE: Final = frozenset("-=+@~.")
"""What a name may not begin with: an option, a formula of a spreadsheet, a home, a hidden file."""


@dataclasses.dataclass(frozen=True)
class SafeName:
    """A name, and the sentence that says what was changed in it.

    Examples
    --------
    >>> SafeName("ada").note
    ''
    """

    name: str
    note: str = ""


def safe_names(names: Sequence[str], originals: Sequence[str]) -> tuple[SafeName, ...]:
    """Return names that are safe and distinct, in the order of those given; what each becomes depends on no order.

    Names that differ in nothing but case, or in how an accent is written, count as one: all of them get a part of their hash.

    Parameters
    ----------
    names : sequence of str
        What is to be shown.
    originals : sequence of str
        What they come from, all different: the files' whole names.

    Examples
    --------
    >>> [one.name for one in safe_names(["ada", "../bob", "con", "-rf"], ["ada.py", "../bob", "con", "-rf"])]
    ['ada', '_bob', '_con', '_-rf']
    >>> [one.name for one in safe_names(["Ada", "ada"], ["Ada.py", "ada.zip"])]
    ['Ada-069606', 'ada-5a3861']
    """
    made = [_safe(name, original) for name, original in zip(names, originals, strict=True)]
    final, taken = made, [False] * len(made)
    for digits in (6, 16, 64):  # somebody may have a name like another's with its hash
        counts = Counter(map(_alike, final))
        taken = [before or counts[_alike(one)] > 1 for before, one in zip(taken, final, strict=True)]
        final = [
            f"{one}-{_hash_of(original, digits)}" if counts[_alike(last)] > 1 else last
            for one, last, original in zip(made, final, originals, strict=True)
        ]
    whys = ["it is another's too" if one else "" for one in taken]
    rows = zip(names, final, whys, strict=True)
    return tuple(SafeName(name, _note(shown, name, why)) for shown, name, why in rows)


def printable(text: str) -> str:
    r"""Return text with every character that does not show itself, or moves others about, written as \u and its number.

    Examples
    --------
    >>> printable("a\u202eb\x1b[0m")
    'a\\u202eb\\u001b[0m'
    """
    return "".join(one if _is_shown(one) else f"\\u{ord(one):04x}" for one in text)


def _safe(name: str, original: str) -> str:
    """Return a name that is safe by itself."""
    kept = _STACKED.sub(r"\1", "".join(filter(_is_shown, unicodedata.normalize("NFKC", name))))
    kept = "".join("_" if one in _NOWHERE else one for one in kept)
    kept = " ".join(kept.split()).strip(". ")
    if not kept:
        return f"submission-{_hash_of(original)}"
    if kept[0] in _BEFORE or _RESERVED.match(kept):
        kept = "_" + kept
    if len(kept) <= LONGEST and len(kept.encode()) <= LONGEST_IN_BYTES:
        return kept
    cut = kept[:LONGEST].encode()[:LONGEST_IN_BYTES].decode("utf-8", "ignore").rstrip(". ")
    return f"{cut}-{_hash_of(original)}"


def _is_shown(character: str) -> bool:
    """Tell whether a character shows itself and nothing else: no control, direction, joiner, private or lone half of a pair."""
    return character == " " or (unicodedata.category(character)[0] not in "CZ" and character not in _INVISIBLE)


def _alike(name: str) -> str:
    """Return what two names have in common that a file system may take for one."""
    return unicodedata.normalize("NFKC", name.casefold())


def _hash_of(name: str, digits: int = 6) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:digits]


def _note(name: str, final: str, why: str) -> str:
    """Return the sentence for a name that was changed."""
    if name == final:
        return ""
    reason = f" ({why})" if why else ""
    return f'the name "{printable(name[: 2 * LONGEST])}" is written "{final}" here{reason}'
