"""Which files a submission may read and write: a list of paths for Landlock, the kernel's own sandbox of files."""

from __future__ import annotations

import dataclasses
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

WRITE_FILE: Final = 1 << 1
READ_FILE: Final = 1 << 2
READ_FOLDER: Final = 1 << 3
REMOVE_FILE: Final = 1 << 5
MAKE_FILE: Final = 1 << 8
TRUNCATE: Final = 1 << 14

READ: Final = READ_FILE | READ_FOLDER
SCRATCH: Final = READ | WRITE_FILE | REMOVE_FILE | MAKE_FILE | TRUNCATE
"""Plain files; no folders in it, whose depth would hide what is in them, no links, sockets, pipes or devices."""

DEVICES: Final = ("/dev/null", "/dev/zero", "/dev/urandom")

_FILE_RIGHTS_BY_ABI: Final = {1: 13, 2: 14, 3: 15, 4: 15}
_SCOPES: Final = 0b11
_NETWORK: Final = 0b11

ALONE: Final = ("site-packages", "dist-packages")
"""Folders of installed packages, of which only those that are allowed are readable."""


@dataclasses.dataclass(frozen=True)
class Rule:
    """Rights on a file, or on a folder and all that is in it.

    Examples
    --------
    >>> Rule("/dev/null", READ_FILE).rights
    4
    """

    path: str
    rights: int


def handled(abi: int) -> tuple[int, ...]:
    """Return all that a kernel's Landlock can forbid, as the words of its ruleset: files, network (from 4), scopes (from 6).

    Examples
    --------
    >>> handled(1), handled(0)
    ((8191,), ())
    """
    if abi <= 0:
        return ()
    files = (1 << _FILE_RIGHTS_BY_ABI.get(abi, 16)) - 1
    return (files,) if abi < 4 else (files, _NETWORK) if abi < 6 else (files, _NETWORK, _SCOPES)


def rules(library: Iterable[Path], code: Path, scratch: Path, abi: int) -> tuple[Rule, ...]:
    """Return the rules of a submission: it reads the library and its own code, and writes in its scratch folder.

    Parameters
    ----------
    library : paths
        The interpreter's and the allowed packages'.
    code, scratch : Path
    abi : int
        The kernel's.

    Examples
    --------
    >>> from pathlib import Path
    >>> [rule.path for rule in rules([], Path("/code"), Path("/scratch"), 7)][:2]
    ['/code', '/scratch']
    """
    all_of_it = handled(abi)[0] if abi else 0
    found = [Rule(str(code), READ), Rule(str(scratch), SCRATCH & all_of_it)]
    found += [Rule(device, READ_FILE) for device in DEVICES if Path(device).exists()]
    null = Path("/dev/null")
    found += [Rule(str(null), READ_FILE | WRITE_FILE)] if null.exists() else []
    for path in library:
        if path.name in ALONE:
            continue
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode) or stat.S_ISREG(mode):
            found.append(Rule(str(path), READ if stat.S_ISDIR(mode) else READ_FILE))
    return tuple(found)


def standard_library(stdlib: Path) -> Iterator[Path]:
    """Yield what is in the folder of the standard library, entry by entry, without the packages installed beside it.

    Examples
    --------
    >>> import sysconfig
    >>> any(path.name == "site-packages" for path in standard_library(Path(sysconfig.get_path("stdlib"))))
    False
    """
    yield from (path for path in sorted(stdlib.iterdir()) if path.name not in ALONE)


def shared_libraries(folders: Iterable[Path]) -> Iterator[Path]:
    """Yield the folders of the system's shared libraries; where Python is in one of them, its libraries one by one.

    Examples
    --------
    >>> [path for path in shared_libraries([]) if path.suffix != ".cache"]
    []
    """
    for folder in dict.fromkeys(folders):
        entries = list(folder.iterdir())
        if any(entry.name.startswith("python") and entry.is_dir() for entry in entries):
            yield from (entry for entry in entries if ".so" in entry.name and entry.is_file())
        else:
            yield folder
    cache = Path("/etc/ld.so.cache")
    if cache.exists():
        yield cache
