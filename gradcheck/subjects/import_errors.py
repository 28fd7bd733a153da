"""What went wrong when a user's file was imported, in words."""

from __future__ import annotations

import difflib
import traceback
from pathlib import Path

from gradcheck.errors import GradcheckError, LoadError, UserCodeError
from gradcheck.subjects.python2 import explain_python_2
from gradcheck.subjects.surroundings import NoInputError
from gradcheck.subjects.time_limit import TimeIsUp
from gradcheck.subjects.tracebacks import UserFile, describe, is_ours

_MAIN = 'put such code under `if __name__ == "__main__":`, where it runs only when the file itself is run'


def explain_import(error: BaseException, file: UserFile, *, seconds: float) -> GradcheckError:
    """Return the error to raise for what a user's file raised when it was imported under a limit of time.

    It is a UserCodeError where the user's code raised; a LoadError where it could not be read or did not end.

    Examples
    --------
    >>> from pathlib import Path
    >>> str(explain_import(SystemExit(2), UserFile(Path("/home/ada/network.py"), "/home/ada"), seconds=10.0))[:59]
    'network.py calls sys.exit() when it is imported (SystemExit'
    """
    place, old = _place(error, file), explain_python_2(error)
    hint = f"; {old}" if old else ""
    if isinstance(error, TimeIsUp):
        return _too_slow(error, file, seconds)
    if isinstance(error, NoInputError):
        return LoadError(f"{place} waits for input when it is imported: {_MAIN}")
    if isinstance(error, SystemExit):
        return LoadError(f"{place} calls sys.exit() when it is imported ({describe(error)}): {_MAIN}")
    if isinstance(error, SyntaxError) and error.filename and Path(error.filename).is_file():
        return LoadError(f"{_unreadable(error)}{hint}")
    if isinstance(error, ModuleNotFoundError) and error.name:
        return LoadError(f"{place} {_missing(error, error.name, file)}{hint}")
    if isinstance(error, ImportError) and "attempted relative import" in str(error):
        return LoadError(
            f"{place} imports with a leading dot, so it is part of a package: name it as the package's "
            f"module, {file.path.parent.name}.{file.path.stem}, from the folder {file.path.parent.parent}"
        )
    return UserCodeError(f"{place} raised an exception when it was imported: {describe(error)}{hint}")


def _too_slow(error: TimeIsUp, file: UserFile, seconds: float) -> LoadError:
    """Say where the importing was when its time was up."""
    frame = file.line(error)
    where = f" (it was at line {frame.lineno} of {Path(frame.filename).name})" if frame else ""
    return LoadError(
        f"importing {file.path.name} took more than {seconds:g} s{where}: it seems to train, or to wait for something, "
        f"when it is imported; {_MAIN}, or raise the limit with --import-timeout"
    )


def _unreadable(error: SyntaxError) -> str:
    """Say which line is no Python 3."""
    line = (error.text or "").strip()
    shown = f": {line}" if line else ""
    return f"{Path(error.filename or '').name}, line {error.lineno}, is not valid Python{shown} ({error.msg})"


def _missing(error: ModuleNotFoundError, name: str, file: UserFile) -> str:
    """Say which module is missing, who asks for it, and what beside the file has a name like it."""
    top = name.partition(".")[0]
    frames = [one for one in traceback.extract_tb(error.__traceback__) if not is_ours(one.filename)]
    verb = "imports" if frames and file.owns(frames[-1].filename) else "imports something that needs"
    alike = difflib.get_close_matches(top, [one.stem for one in Path(file.folder).glob("*.py")], n=1)
    hint = f" (there is {alike[0]}.py)" if alike and alike[0] != top else ""
    return (
        f"{verb} {name!r}, which is not installed and not beside it{hint}: install it into this "
        f"Python's environment, or put {top}.py into {file.folder}"
    )


def _place(error: BaseException, file: UserFile) -> str:
    """Return `network.py, line 3,`: the innermost of the user's frames."""
    frame = file.line(error)
    return file.path.name if frame is None else f"{Path(frame.filename).name}, line {frame.lineno},"
