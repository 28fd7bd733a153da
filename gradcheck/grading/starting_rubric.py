"""The rubrics to start from, one for each protocol: commented, shipped, and grading as they stand."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from gradcheck.errors import UsageError
from gradcheck.grading.parts import SubmissionProtocol
from gradcheck.grading.rubric import Rubric, load_rubric

FILE_NAME: Final = "rubric.toml"

_FOLDER: Final = Path(__file__).parent / "rubrics"


def starting_rubric(protocol: SubmissionProtocol) -> Rubric:
    """Return the rubric to start from for one protocol.

    Raises
    ------
    UsageError
        If the extra `grade` is not installed.

    Examples
    --------
    >>> starting_rubric(SubmissionProtocol.LAYERS).functions_named("affine")
    ('affine_forward', 'affine_backward')
    """
    return load_rubric(_file_of(protocol))


def write_rubric(protocol: SubmissionProtocol, folder: Path) -> Path:
    """Write the rubric to start from as `rubric.toml` into a folder, and return where it is.

    Raises
    ------
    UsageError
        If there is one already, which is never overwritten, or the folder cannot be written to.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_rubric(SubmissionProtocol.PAIR, folder).name
    'rubric.toml'
    """
    path = folder / FILE_NAME
    text = _file_of(protocol).read_text(encoding="utf-8")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{path} is there already, and is left as it is: move it, or work in another folder") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error
    return path


def _file_of(protocol: SubmissionProtocol) -> Path:
    return _FOLDER / f"{protocol.value}.toml"
