"""What was handed in: read whole, bounded, and without running any of it."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import os
from itertools import takewhile
from pathlib import Path, PurePosixPath
from typing import Final

from gradcheck.errors import LoadError, UsageError
from gradcheck.grading.entries import entry_among
from gradcheck.grading.folder_files import file_alone, files_of_folder
from gradcheck.grading.gathering import ReadFiles, SubmittedFile, is_junk
from gradcheck.grading.rubric import Rubric
from gradcheck.grading.submission_names import SafeName, safe_names
from gradcheck.grading.zip_files import files_of_zip

_PROGRAMS: Final = (".py", ".ipynb")


@dataclasses.dataclass(frozen=True)
class Submission:
    """One submission, whole.

    Attributes
    ----------
    name : str
        That of its folder or file, made safe as a file name and as text, and distinct among all submissions.
    files : tuple of SubmittedFile
        All that was handed in and read, by path; a notebook that is the program as the text of its code cells.
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


def submissions_in(path: Path, rubric: Rubric) -> tuple[Submission, ...]:
    """Read the submissions of a course, by name; one that cannot be read says so, and hinders no other.

    Parameters
    ----------
    path : Path
        A folder with a file (.py, .ipynb, .zip) or a folder for each submission; a folder that is one submission, since the file
        that the rubric wants is directly in it; or the file of one submission.
    rubric : Rubric
        Says what the program is called, and how much may be handed in.

    Raises
    ------
    UsageError
        If there is nothing at `path`, or no submission.

    Examples
    --------
    >>> import tempfile
    >>> from gradcheck.grading.parts import SubmissionProtocol
    >>> from gradcheck.grading.starting_rubric import starting_rubric
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "ada.py").write_text("class Network: ...")
    >>> [one.name for one in submissions_in(folder, starting_rubric(SubmissionProtocol.NETWORK))]
    ['ada']
    """
    if not path.exists():
        raise UsageError(f"there is nothing at {path}: a folder of submissions, or the file of one, is required")
    is_class = path.is_dir() and not (path / rubric.assignment.file).is_file()
    places = _places(path, rubric) if is_class else [Path(os.path.realpath(path))]
    if not places:
        raise UsageError(f"{path} has no submission in it: a file (.py, .ipynb, .zip) or a folder for each is required")
    names = safe_names([_called(place) for place in places], [place.name for place in places])
    read = [_submission(name, place, rubric) for name, place in zip(names, places, strict=True)]
    return tuple(sorted(read, key=lambda one: one.name))


def hash_of(files: tuple[SubmittedFile, ...]) -> str:
    """Return the SHA-256 of paths and contents, each with its length before it, so that none runs into the next.

    Examples
    --------
    >>> hash_of((SubmittedFile("a", b"bc"),)) == hash_of((SubmittedFile("ab", b"c"),))
    False
    """
    whole = hashlib.sha256()
    for one in sorted(files, key=lambda file: file.path):
        for data in (one.path.encode(), one.content):
            whole.update(len(data).to_bytes(8, "big"))
            whole.update(data)
    return whole.hexdigest()


def stage(submission: Submission, folder: Path) -> Path:
    """Write the files of a submission, whole, into an empty folder, and return where its program is; the sandbox loads that.

    Raises
    ------
    UsageError
        If the submission has a problem, or something is in the folder already.

    Examples
    --------
    >>> import tempfile
    >>> ada = Submission("ada", (SubmittedFile("src/network.py", b"x = 1"),), entry="src/network.py")
    >>> stage(ada, Path(tempfile.mkdtemp())).read_text()
    'x = 1'
    """
    if submission.problem:
        raise UsageError(f"{submission.name} cannot be staged: {submission.problem}")
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty: a submission is written into a folder of its own")
    for one in submission.files:
        target = folder.joinpath(*PurePosixPath(one.path).parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            file.write(one.content)
    return folder.joinpath(*PurePosixPath(submission.entry).parts)


def _places(folder: Path, rubric: Rubric) -> list[Path]:
    """Return what lies in the folder of a course, by name, without what is the course's own."""
    own = [one.resolve() for one in (rubric.path, rubric.reference) if one is not None]
    try:
        found = [one for one in folder.iterdir() if not is_junk(one.name) and one.resolve() not in own]
    except OSError as error:
        raise UsageError(f"{folder} cannot be read: {error.strerror or error}") from error
    return sorted(found, key=lambda one: one.name)


def _called(place: Path) -> str:
    """Return what a submission is called after: its folder's name, or its file's without the ending."""
    return place.name if place.is_dir() and not place.is_symlink() else place.stem


def _submission(name: SafeName, place: Path, rubric: Rubric) -> Submission:
    """Read one submission; whatever is wrong with it is its problem alone."""
    notes = (name.note,) if name.note else ()
    files: tuple[SubmittedFile, ...] = ()
    try:
        read = _files_at(place, rubric)
        files, notes = _without_outer_folders(read.files), (*notes, *read.notes)
        entry = entry_among(files, rubric.assignment.file)
    except LoadError as error:
        return Submission(name.name, files, hash_of(files), notes=notes, problem=str(error))
    return Submission(name.name, entry.files, hash_of(entry.files), entry.path, (*notes, *entry.notes))


def _files_at(place: Path, rubric: Rubric) -> ReadFiles:
    """Return the files of a folder, of a zip, or a file as its own only one."""
    most_bytes = rubric.limits.submission_mb << 20
    if place.is_symlink():
        raise LoadError("it is a symbolic link: put the files themselves in its place")
    if place.is_dir():
        read = files_of_folder(place, most_bytes)
        zips = [one for one in read.files if one.path.lower().endswith(".zip")]
        has_program = any(one.path.lower().endswith(_PROGRAMS) for one in read.files)
        if len(zips) != 1 or has_program:
            return read
        # As course platforms give them out: a folder for each student, with the zip that was handed in.
        inner = files_of_zip(io.BytesIO(zips[0].content), most_bytes)
        return ReadFiles(inner.files, (*read.notes, *inner.notes, f"read from {zips[0].path}"))
    content = file_alone(place, most_bytes)
    if place.suffix.lower() == ".zip":
        return files_of_zip(io.BytesIO(content), most_bytes)
    if place.suffix.lower() in _PROGRAMS:
        path = PurePosixPath(rubric.assignment.file).with_suffix(place.suffix.lower())  # its own name is the student's
        return ReadFiles((SubmittedFile(str(path), content),))
    raise LoadError(f"it is a file that ends in {place.suffix or 'nothing'}: a .py, an .ipynb or a .zip is required")


def _without_outer_folders(files: tuple[SubmittedFile, ...]) -> tuple[SubmittedFile, ...]:
    """Return the files without the folders that all of them are in."""
    parents = [PurePosixPath(one.path).parts[:-1] for one in files]
    shared = len(list(takewhile(lambda level: len(set(level)) == 1, zip(*parents, strict=False))))
    return tuple(SubmittedFile("/".join(PurePosixPath(one.path).parts[shared:]), one.content) for one in files)
