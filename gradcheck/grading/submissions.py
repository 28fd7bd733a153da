"""What was handed in: read whole, bounded, and without running any of it."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class SubmittedFile:
    """One file of a submission.

    Attributes
    ----------
    path : str
        Within the submission, with / between folders; checked: no "..", no absolute path, no control characters.
    content : bytes

    Examples
    --------
    >>> SubmittedFile("network.py", b"x = 1").path
    'network.py'
    """

    path: str
    content: bytes = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True)
class Submission:
    """One submission, whole.

    Attributes
    ----------
    name : str
        That of its folder or file, made safe as a file name and as text, and distinct among all submissions.
    files : tuple of SubmittedFile
        All that was handed in and read, by path; a notebook as the program made of its code cells.
    sha256 : str
        Of the paths and the content of the files: the same for the same files, whoever hands them in and under whatever name.
    entry : str
        The path, among `files`, of the program to be graded; empty where there is a problem.
    notes : tuple of str
        Sentences for the student: what was left out, renamed or taken for what.
    problem : str
        Why it cannot be graded, one sentence that the student may read; empty where it can be.

    Examples
    --------
    >>> Submission("ada", (SubmittedFile("network.py", b"x = 1"),), entry="network.py").source
    'x = 1'
    """

    name: str
    files: tuple[SubmittedFile, ...] = ()
    sha256: str = ""
    entry: str = ""
    notes: tuple[str, ...] = ()
    problem: str = ""

    @property
    def source(self) -> str:
        """The text of the program to be graded, bytes that are no UTF-8 replaced; empty where there is a problem."""
        found = [one.content for one in self.files if one.path == self.entry]
        return found[0].decode("utf-8", "replace") if found else ""
