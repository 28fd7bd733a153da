"""The interpreter and the packages that submissions may import, as files: these and no others."""

from __future__ import annotations

import dataclasses
import functools
import importlib.metadata
import json
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from gradcheck.errors import UsageError
from gradcheck.grading.failures import SandboxError
from gradcheck.grading.landlock import shared_libraries, standard_library

ALWAYS: Final = "numpy"
"""What every submission may import, beside the standard library."""

OURS: Final = "gradcheck"

_ASK: Final = """import sys, json, ctypes
maps = [line.split(None, 5)[5].strip() for line in open("/proc/self/maps") if ".so" in line]
print(json.dumps([sys.path, maps, list(sys.version_info[:2])]))"""


@dataclasses.dataclass(frozen=True)
class Interpreter:
    """A Python and where its library is.

    Attributes
    ----------
    python : Path
        The program itself, no link to it.
    library : tuple of Path
        The folders it imports from.
    shared : tuple of Path
        The folders of the shared libraries it uses.

    Examples
    --------
    >>> Interpreter(Path("/usr/bin/python3.11"), (), ()).python.name
    'python3.11'
    """

    python: Path
    library: tuple[Path, ...]
    shared: tuple[Path, ...]

    def readable(self) -> tuple[Path, ...]:
        """Return what a submission must read of it, without the packages that are installed in it."""
        entries = [entry for folder in self.library if folder.is_dir() for entry in standard_library(folder)]
        archives = [path for path in self.library if path.is_file()]
        return (*entries, *archives, *shared_libraries(self.shared))


@functools.cache
def interpreter(python: str) -> Interpreter:
    """Return what an interpreter, started without site-packages, says of itself.

    Raises
    ------
    SandboxError
        If it cannot be run.

    Examples
    --------
    >>> import sys
    >>> any(path.name.startswith("python3") for path in interpreter(sys.executable).library)
    True
    """
    program = Path(python).resolve()
    try:
        done = subprocess.run([program, "-I", "-S", "-c", _ASK], capture_output=True, check=True, env={}, timeout=60)
        path, maps, _ = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise SandboxError(f"{python} cannot be run as Python: {error}") from error
    shared = dict.fromkeys(Path(os.path.realpath(one)).parent for one in maps)
    library = tuple(Path(one) for one in path if one)
    return Interpreter(program, library, tuple(folder for folder in shared if folder not in library))


@functools.cache
def package_files(name: str) -> tuple[Path, ...]:
    """Return the files and folders that an installed package has at the top of its site-packages.

    Raises
    ------
    UsageError
        If it is not installed, or is gradcheck itself: a submission that can import the answers needs no backprop.

    Examples
    --------
    >>> "numpy" in [path.name for path in package_files("numpy")]
    True
    """
    if name.lower() == OURS:
        raise UsageError(f"{OURS} is no package to be allowed: a submission could ask it for the answers")
    try:
        distribution = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        raise UsageError(f"the package {name!r} is allowed, but not installed here: pip install {name}") from None
    tops = dict.fromkeys(
        file.parts[0] for file in distribution.files or () if file.parts[0] not in ("..", "__pycache__")
    )
    found = tuple(Path(str(distribution.locate_file(top))).resolve() for top in tops)
    if not found:
        raise UsageError(f"the package {name!r} does not say which files it has: it cannot be allowed by itself")
    return tuple(path for path in found if path.exists())


def importable(name: str) -> tuple[str, ...]:
    """Return the modules that a package brings, to be imported before any submission is.

    Examples
    --------
    >>> importable("numpy")
    ('numpy',)
    """
    names = [path.name.removesuffix(".py") for path in package_files(name) if path.suffix in ("", ".py")]
    return tuple(one for one in names if one.isidentifier() and not one.startswith("_"))


def link_packages(names: Iterable[str], folder: Path) -> tuple[Path, ...]:
    """Fill a folder with links to the files of packages, so that these and no others are found in it; return the files.

    Raises
    ------
    UsageError
        If a package is not installed.
    """
    files = tuple(dict.fromkeys(path for name in dict.fromkeys((ALWAYS, *names)) for path in package_files(name)))
    for path in files:
        (folder / path.name).symlink_to(path)
    return files
