"""The zip that an instructor uploads to Gradescope: two scripts, the rubric, gradcheck itself, and pinned requirements.

gradcheck's own files are in the zip, for the version that runs here need not be published anywhere; all else comes by pip
when Gradescope builds the image. The same rubric and version give the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Final

import gradcheck
from gradcheck.errors import UsageError
from gradcheck.grading.formats import gradescope
from gradcheck.grading.gradescope_run import STOPPED
from gradcheck.grading.pins import pinned
from gradcheck.whole_files import write_bytes_whole

OURS: Final = ("gradcheck[grade]",)
"""What stands for all that the grader needs."""

SCRIPTS: Final = ("setup.sh", "run_autograder", "start.py")
"""Kept in gradcheck/grading/container; the first two are started by Gradescope."""

EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The time of every file: the first that a zip can tell."""

PACKAGE: Final = Path(gradcheck.__file__).parent


def gradescope_zip(
    rubric: Path, out: Path, *, beside: Mapping[str, bytes] | None = None, packages: Iterable[str] = ()
) -> Path:
    """Write the zip, and return where.

    Parameters
    ----------
    rubric : Path
        A rubric that was tested; its text is stored as it is.
    out : Path
    beside : mapping of str to bytes
        Further files by their path from the rubric's folder: a reference of the instructor's, the course secret.
    packages : iterable of str
        Those that the rubric allows submissions, as requirements.

    Raises
    ------
    UsageError
        If there is no such rubric, an allowed package is not installed here, or a file beside it has no place in the zip.
    """
    if not rubric.is_file():
        raise UsageError(f"{rubric}: there is no such file: a rubric was required")
    return write_bytes_whole(out, zipped(contents(rubric.read_bytes(), beside or {}, packages)))


def contents(rubric: bytes, beside: Mapping[str, bytes], packages: Iterable[str]) -> dict[str, bytes]:
    """Return the files of the zip by their names."""
    files = {
        **{name: (PACKAGE / "grading" / "container" / name).read_bytes() for name in SCRIPTS},
        "requirements.txt": "".join(f"{line}\n" for line in requirements(packages)).encode(),
        "failing.json": gradescope.failing(STOPPED).encode(),
        "rubric.toml": rubric,
        **{f"vendor/gradcheck/{name}": data for name, data in own_files()},
    }
    for name, data in beside.items():
        if name in files or not _is_within(name):
            raise UsageError(f"{name!r} has no place beside the rubric: a relative path that is not taken was required")
        files[name] = data
    return files


def requirements(packages: Iterable[str]) -> tuple[str, ...]:
    """Return the pinned requirements of the grader and of the packages that submissions may use.

    Raises
    ------
    UsageError
        If one of these packages is not installed here, so that there is no version to pin.

    Examples
    --------
    >>> any(line.startswith("numpy==") for line in requirements(["numpy"]))
    True
    """
    allowed = tuple(packages)
    for package in allowed:
        if not pinned([package]):
            raise UsageError(f"{package} is not installed here: install the version that submissions are to have")
    return tuple(line for line in pinned([*OURS, *allowed]) if not line.startswith("gradcheck=="))


def own_files() -> Iterator[tuple[str, bytes]]:
    """Yield gradcheck's own files by their path from the package's folder."""
    for path in PACKAGE.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(PACKAGE).as_posix(), path.read_bytes()


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return files as a zip that depends on nothing else: sorted, of one time, scripts executable.

    Examples
    --------
    >>> zipped({"b": b"2", "a": b"1"}) == zipped({"a": b"1", "b": b"2"})
    True
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system = 3  # Unix, whatever this machine is: permissions are kept there alone
            entry.external_attr = (0o755 if files[name].startswith(b"#!") else 0o644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    return buffer.getvalue()


def _is_within(name: str) -> bool:
    """Return whether a path stays in the folder it is relative to."""
    path = PurePosixPath(name)
    return bool(name) and not path.is_absolute() and ".." not in path.parts and "\\" not in name
