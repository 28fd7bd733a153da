"""The files of a submission's zip: nothing is unpacked anywhere, and nothing is read that no honest zip has."""

from __future__ import annotations

import stat
import zipfile
from pathlib import PurePosixPath
from typing import IO, Final

from gradcheck.errors import LoadError
from gradcheck.grading.gathering import (
    LONGEST_PATH,
    MOST_FILES,
    SMALL,
    Gathered,
    ReadFiles,
    is_archive,
    is_junk,
    is_odd,
)
from gradcheck.grading.submission_names import printable

MOST_RATIO: Final = 200
"""How many times its packed size a file of a zip may have: text reaches some 20, zlib's most is 1032 (dimensionless)."""


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
    gathered = Gathered(most_bytes)
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


def _add_member(gathered: Gathered, packed: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    path = member.filename
    if member.is_dir() or is_junk(path):
        return
    if is_odd(path):
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
