"""The files of one submission, read from a folder or a zip: bounded, never through a link, and nothing that points outside."""

from __future__ import annotations

import dataclasses
import os
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Final

from gradcheck.errors import LoadError
from gradcheck.grading.submission_names import printable

MOST_FILES: Final = 1000
"""Files that a submission may have (a count)."""

DEEPEST: Final = 20
"""Folders within folders (a count)."""

LONGEST_PATH: Final = 240
"""Of a file within its submission, in UTF-8 (bytes)."""

MOST_RATIO: Final = 200
"""How many times its packed size a file of a zip may have: text reaches some 20, zlib's most is 1032 (dimensionless)."""

SMALL: Final = 1 << 20
"""Below this a file may be packed as well as it likes (bytes)."""

_JUNK: Final = frozenset({"__MACOSX", "__pycache__", "Thumbs.db", "desktop.ini"})
"""What systems leave behind; of hidden files and folders nothing is read either."""

_ARCHIVES: Final = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz", ".rar", ".7z")

_READ_ONLY: Final = (
    os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
)


@dataclasses.dataclass(frozen=True)
class SubmittedFile:
    """One file of a submission.

    Attributes
    ----------
    path : str
        Within the submission, with / between folders; checked: no "..", not absolute, no control characters.
    content : bytes

    Examples
    --------
    >>> SubmittedFile("network.py", b"x = 1").path
    'network.py'
    """

    path: str
    content: bytes = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True)
class ReadFiles:
    """What was read of one submission.

    Attributes
    ----------
    files : tuple of SubmittedFile
        By path.
    notes : tuple of str
        What was left out.

    Examples
    --------
    >>> ReadFiles(()).notes
    ()
    """

    files: tuple[SubmittedFile, ...]
    notes: tuple[str, ...] = ()


class _Gathered:
    """Files as they are read, held to the limits."""

    def __init__(self, most_bytes: int) -> None:
        self.left, self.most = most_bytes, most_bytes
        self.files: dict[str, bytes] = {}
        self.notes: list[str] = []

    def add(self, path: str, file: IO[bytes]) -> None:
        """Read one file, no further than the limit."""
        if len(self.files) >= MOST_FILES:
            raise LoadError(f"it has more than {MOST_FILES} files: hand in the program and what it needs")
        content = file.read(self.left + 1)
        self.left -= len(content)
        if self.left < 0:
            raise LoadError(f"it has more than {self.most / SMALL:g} MiB: hand in the program and what it needs")
        self.files[path] = content

    def read(self) -> ReadFiles:
        """Return what was read, by path."""
        return ReadFiles(tuple(SubmittedFile(*one) for one in sorted(self.files.items())), tuple(self.notes))


def files_of_folder(folder: Path, most_bytes: int) -> ReadFiles:
    """Read the files of a folder and those in it; links are left out, and said to be.

    Raises
    ------
    LoadError
        If there are too many, too much, too deep, or one cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "network.py").write_text("x = 1")
    >>> files_of_folder(folder, 1000).files
    (SubmittedFile(path='network.py'),)
    """
    gathered = _Gathered(most_bytes)
    for path, entry in _walked(folder, ""):
        if _is_odd(path):
            gathered.notes.append(f"the name {printable(path)} cannot be written everywhere: the file was left out")
        else:
            _add_file(gathered, path, Path(entry.path))
    return gathered.read()


def file_alone(path: Path, most_bytes: int) -> bytes:
    """Return the content of one file.

    Raises
    ------
    LoadError
        If it is a link or no plain file, is too large, or cannot be read.

    Examples
    --------
    >>> len(file_alone(Path(__file__), 1_000_000)) > 1000
    True
    """
    gathered = _Gathered(most_bytes)
    _add_file(gathered, path.name, path)
    if path.name not in gathered.files:
        raise LoadError("it is a symbolic link or no plain file: hand in the file itself")
    return gathered.files[path.name]


def files_of_zip(archive: IO[bytes], most_bytes: int) -> ReadFiles:
    """Read the files of a zip, in memory: nothing is unpacked anywhere.

    Raises
    ------
    LoadError
        If it is no zip or broken, encrypted, packed in another way than zips usually are, has a path that leads out of it, a link,
        an archive, the same name twice, or is a bomb: too many files, too much, or packed beyond belief.

    Examples
    --------
    >>> import io
    >>> packed = io.BytesIO()
    >>> with zipfile.ZipFile(packed, "w") as file:
    ...     file.writestr("network.py", "x = 1")
    >>> files_of_zip(packed, 1000).files
    (SubmittedFile(path='network.py'),)
    """
    gathered = _Gathered(most_bytes)
    try:
        with zipfile.ZipFile(archive) as packed:
            members = packed.infolist()
            for member in members:
                _refuse_member(member)
            _refuse_sizes(members, most_bytes)
            for member in members:
                _add_member(gathered, packed, member)
    except LoadError:
        raise
    except (
        Exception
    ) as error:  # a stranger's bytes: whatever the reader stumbles over, it is this archive that is broken
        raise LoadError(f"the zip is broken ({printable(str(error))[:200]}): pack it again") from error
    _refuse_file_as_folder(gathered.files)
    return gathered.read()


def is_junk(path: str) -> bool:
    """Tell whether a file is nothing that was handed in: hidden, compiled, or left behind by a system.

    Examples
    --------
    >>> is_junk("__MACOSX/._network.py"), is_junk("network.py")
    (True, False)
    """
    parts = PurePosixPath(path).parts
    return any(part in _JUNK or part.startswith(".") for part in parts) or path.endswith(".pyc")


def is_archive(path: str) -> bool:
    """Tell whether a file is named as an archive is.

    Examples
    --------
    >>> is_archive("hw.ZIP"), is_archive("mnist.pkl.gz")
    (True, False)
    """
    return path.lower().endswith(_ARCHIVES)


def _walked(folder: Path, before: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield what is in a folder and the folders in it, with its path; links are yielded and not followed."""
    if before.count("/") > DEEPEST:
        raise LoadError(f"it has folders more than {DEEPEST} deep: hand in the program and what it needs")
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        raise LoadError(f"the folder {printable(before) or 'itself'} cannot be read: {error.strerror}") from error
    for entry in entries:
        path = f"{before}{entry.name}"
        if is_junk(entry.name):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walked(Path(entry.path), f"{path}/")
        else:
            yield path, entry


def _add_file(gathered: _Gathered, path: str, file: Path) -> None:
    """Read a plain file; anything else, a pipe say, is left out: to open one could wait for ever."""
    if file.is_symlink():
        gathered.notes.append(f"{printable(path)} is a symbolic link: it was left out")
        return
    try:
        descriptor = os.open(file, _READ_ONLY)
    except OSError as error:  # among these: it has become a link since
        raise LoadError(f"{printable(path)} cannot be read: {error.strerror}") from error
    with os.fdopen(descriptor, "rb") as opened:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            gathered.notes.append(f"{printable(path)} is no plain file: it was left out")
            return
        gathered.add(path, opened)


def _refuse_member(member: zipfile.ZipInfo) -> None:
    """Refuse what no honest zip has."""
    path, shown = member.orig_filename, printable(member.orig_filename[:LONGEST_PATH])
    kind = stat.S_IFMT(member.external_attr >> 16)
    if path.startswith(("/", "\\")) or path[1:2] == ":" or ".." in path.replace("\\", "/").split("/"):
        raise LoadError(f"the zip has the path {shown}, which leads out of it: pack the files from within their folder")
    if "\0" in path or "\\" in path:
        raise LoadError(f"the zip has the path {shown}, which means different files on different systems: rename it")
    if member.flag_bits & 0x1:
        raise LoadError(f"the zip is encrypted ({shown}): pack it without a password")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise LoadError(f"the zip has a symbolic link or a device, {shown}: pack the files themselves")
    if is_archive(path) and not is_junk(path):
        raise LoadError(f"the zip has an archive in it, {shown}: pack the files themselves")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise LoadError(f"the zip is packed in an unusual way ({shown}): pack it again as an ordinary zip")


def _refuse_sizes(members: list[zipfile.ZipInfo], most_bytes: int) -> None:
    """Refuse a bomb by what it says of itself; what it does not say is found when it is read."""
    if len(members) > MOST_FILES:
        raise LoadError(f"the zip has {len(members)} entries: {MOST_FILES} are the most that are read")
    for member in members:
        if member.file_size > SMALL and member.file_size > MOST_RATIO * max(1, member.compress_size):
            raise LoadError(
                f"{printable(member.filename)} is {member.file_size:,} bytes, packed into {member.compress_size:,}: "
                f"more than {MOST_RATIO} times are not unpacked"
            )
    total = sum(member.file_size for member in members)
    if total > most_bytes:
        raise LoadError(
            f"the zip has {total / SMALL:,.1f} MiB of files: {most_bytes / SMALL:g} MiB are the most that are read"
        )


def _add_member(gathered: _Gathered, packed: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    path = member.filename
    if member.is_dir() or is_junk(path):
        return
    if _is_odd(path):
        gathered.notes.append(f"the name {printable(path)} cannot be written everywhere: the file was left out")
        return
    path = str(PurePosixPath(path))
    if path in gathered.files:
        raise LoadError(f"the zip has {path} twice: which one is meant?")
    with packed.open(member) as file:
        gathered.add(path, file)


def _refuse_file_as_folder(files: dict[str, bytes]) -> None:
    """Refuse a zip in which one name is a file and a folder."""
    for path in files:
        for parent in PurePosixPath(path).parents:
            if str(parent) in files:
                raise LoadError(f"the zip has {parent} as a file and as a folder: pack it again")


def _is_odd(path: str) -> bool:
    """Tell whether a path has characters that do not show, or is too long or too deep to be written."""
    return (
        printable(path) != path
        or len(path.encode("utf-8", "replace")) > LONGEST_PATH
        or path.count("/") > DEEPEST
        or any(len(part.encode("utf-8", "replace")) > LONGEST_PATH for part in path.split("/"))
    )
