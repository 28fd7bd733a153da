"""Where the random points come from: a secret of the course and what was handed in, so that nobody but the course can tell them.

A regrade with the same secret asks the very same questions; identical submissions are asked identical ones; and whoever has not the
secret cannot tell them beforehand, not even from the seeds of other submissions.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import hmac
import os
import secrets
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from gradcheck.errors import UsageError

VARIABLE: Final = "GRADCHECK_SECRET"
"""The environment variable that may hold the secret."""

FILE_NAME: Final = ".gradcheck-secret"
"""The file in the results folder that the secret is kept in where nothing else is said: readable by its owner alone."""

SHORTEST: Final = 16
"""A secret has at least so many characters (a count)."""

_STRETCHES: Final = 200_000
"""Rounds of PBKDF2 that make the key of a secret: one tenth of a second for the course, and as much for each guess (a count)."""

_BITS: Final = 48
"""Of a seed: a whole number that every reader of JSON keeps exactly (bits)."""


@dataclasses.dataclass(frozen=True)
class Seeds:
    """The seeds of a course.

    Attributes
    ----------
    key : bytes
        Made of the secret, and as secret as it.

    Examples
    --------
    >>> seeds = Seeds(b"k" * 32)
    >>> seeds.seed("ab12", "bp1") == seeds.seed("ab12", "bp1"), seeds.seed("ab12", "bp1") == seeds.seed("ab12", "bp2")
    (True, False)
    >>> "k" in repr(seeds)
    False
    """

    key: bytes = dataclasses.field(repr=False)

    def seed(self, submission_sha256: str, item: str, round: int = 0) -> int:
        """Return the seed of one item of one submission.

        Parameters
        ----------
        submission_sha256 : str
            Of its content: the name plays no part.
        item : str
            The item's id.
        round : int
            0, and more for whatever is drawn again.
        """
        parts = (b"seed", submission_sha256.encode(), item.encode(), str(round).encode())
        return int.from_bytes(self._digest(parts)[: _BITS // 8], "big")

    @property
    def id(self) -> str:
        """Names the secret without telling it: results with equal ids were made with the same one."""
        return self._digest((b"id",)).hex()[:12]

    def _digest(self, parts: tuple[bytes, ...]) -> bytes:
        """Return the HMAC of some parts, each with its length before it."""
        message = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
        return hmac.digest(self.key, message, "sha256")


def seeds_of(secret: str) -> Seeds:
    """Return the seeds that a secret makes.

    Raises
    ------
    UsageError
        If the secret is too short to be one.

    Examples
    --------
    >>> len(seeds_of("correct horse battery staple").id)
    12
    """
    stripped = secret.strip()
    if len(stripped) < SHORTEST:
        raise UsageError(
            f"the course secret has {len(stripped)} characters: at least {SHORTEST} are required, since who guesses it knows the questions; "
            "python -c 'import secrets; print(secrets.token_hex())' makes one"
        )
    return Seeds(hashlib.pbkdf2_hmac("sha256", stripped.encode(), b"gradcheck course secret", _STRETCHES))


def course_seeds(
    results: Path, *, secret_file: Path | None = None, environment: Mapping[str, str] | None = None
) -> Seeds:
    """Return the seeds of a course: from a file that is named, else from GRADCHECK_SECRET, else from the results folder.

    Where there is none of these a new secret is drawn and kept in the results folder, so that a later regrade is exact; it is for
    whoever runs the course, and is to be left out of what is given to students.

    Parameters
    ----------
    results : Path
        The results folder; made where there is none.
    secret_file : Path, optional
        Its whole text is the secret.
    environment : mapping, optional
        os.environ unless something is said.

    Raises
    ------
    UsageError
        If the file cannot be read or written, others may read it, or the secret is too short.

    Examples
    --------
    >>> results = Path(tempfile.mkdtemp())
    >>> first, again = (course_seeds(results, environment={}) for _ in range(2))
    >>> first == again
    True
    """
    if secret_file is not None:
        return seeds_of(_secret_in(secret_file))
    said = (os.environ if environment is None else environment).get(VARIABLE)
    if said is not None:
        return seeds_of(said)
    kept = results / FILE_NAME
    if not kept.exists():
        _write_new(kept)
    return seeds_of(_secret_in(kept))


def _secret_in(path: Path) -> str:
    """Return the text of a file that its owner alone may read."""
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the course secret in {path} cannot be read: {error}") from error
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UsageError(
            f"the course secret in {path} can be read by others (mode {mode & 0o777:o}): chmod 600 it first"
        )
    return text


def _write_new(path: Path) -> None:
    """Write a new secret, whole and never readable by others; one that another grader has just written stays."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, written = tempfile.mkstemp(prefix=FILE_NAME, dir=path.parent)  # with mode 0600
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(secrets.token_hex(32) + "\n")
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(written, path)
        finally:
            os.unlink(written)
    except OSError as error:
        raise UsageError(f"a new course secret cannot be written to {path}: {error.strerror or error}") from error
