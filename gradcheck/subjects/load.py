"""Other people's Python files as modules: imported, not run, and without a trace in their folder or in this process."""

from __future__ import annotations

import dataclasses
import difflib
import importlib
import importlib.util
import keyword
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from gradcheck.errors import LoadError, UsageError, UserCodeError
from gradcheck.subjects import user_folders
from gradcheck.subjects.import_errors import explain_import
from gradcheck.subjects.locating import check_text, find_file
from gradcheck.subjects.python2 import explain_python_2
from gradcheck.subjects.surroundings import surroundings
from gradcheck.subjects.targets import Target, parse_target
from gradcheck.subjects.time_limit import can_limit, run_within
from gradcheck.subjects.tracebacks import UserFile, describe, user_traceback

__all__ = ["LoadedModule", "Target", "attribute", "explain_python_2", "load", "parse_target", "user_traceback"]

IMPORT_TIMEOUT: Final = 10.0
"""How long a file may take to be imported (seconds)."""

_SHOWN_NAMES: Final = 20
"""How many names a message lists (counts)."""


@dataclasses.dataclass(frozen=True)
class LoadedModule:
    """A user's module, imported.

    Attributes
    ----------
    module : ModuleType
    path : Path or None
        Its file; None for a module that has none.
    notes : tuple of str
        What the user may want to know about how it was imported.

    Examples
    --------
    >>> import math
    >>> LoadedModule(math, None).module.pi > 3
    True
    """

    module: ModuleType
    path: Path | None
    notes: tuple[str, ...] = ()


def load(target: Target, *, timeout: float = IMPORT_TIMEOUT) -> LoadedModule:
    """Import a user's file or module; whatever happens, the state of this process is put back.

    The file is imported, not run: what stands under `if __name__ == "__main__":` is left alone. Its folder (for a
    module, the current one) is first on sys.path meanwhile and last afterwards. It sees sys.argv as its own path alone,
    no standard input, and standard error in the place of standard output. It is imported anew each time, and so are the
    files beside it: what an earlier call imported from users' folders is taken out of sys.modules first.

    Parameters
    ----------
    target : Target
    timeout : float
        Limit of the time for importing (seconds); `math.inf` for none. It holds in the main thread of systems that
        have timers (not on Windows); elsewhere there is no limit, and a note says so.

    Returns
    -------
    LoadedModule

    Raises
    ------
    LoadError
        If it is not there, is no Python 3, needs a module that is missing, exits, waits for input or takes too long.
    UserCodeError
        If it raises; the user's exception is the `__cause__`.
    UsageError
        If `timeout` is not positive.

    Examples
    --------
    >>> from gradcheck.examples import network_right
    >>> load(parse_target(network_right.__file__ + ":Network")).path.name
    'network_right.py'
    """
    if not (timeout > 0):
        raise UsageError(f"timeout is {timeout!r} s: it must be positive (math.inf for no limit)")
    path = find_file(target)
    user_folders.forget()
    if path is None:
        return _load_module(target.place, timeout)
    return _load_file(path, timeout)


def attribute(loaded: LoadedModule, name: str) -> Any:
    """Return what a module has under a name, with dots for names inside names.

    Parameters
    ----------
    loaded : LoadedModule
    name : str

    Returns
    -------
    object

    Raises
    ------
    LoadError
        If there is nothing of that name; the message lists names like it, and the public names there are.
    UserCodeError
        If looking it up raises anything but an AttributeError.

    Examples
    --------
    >>> import math
    >>> attribute(LoadedModule(math, None), "sqrt")(9)
    3.0
    """
    found: Any = loaded.module
    place = loaded.path.name if loaded.path is not None else loaded.module.__name__
    for part in name.split("."):
        try:
            found = getattr(found, part)
        except AttributeError:
            raise LoadError(_no_such_name(found, part, place)) from None
        except Exception as error:
            raise UserCodeError(f"{place} raised an exception when asked for {part!r}: {describe(error)}") from error
        place = f"{place}:{part}" if found is not None else place
    return found


def _load_file(path: Path, timeout: float) -> LoadedModule:
    """Import a file by its path."""
    file = UserFile(path, str(path.resolve().parent))
    check_text(path)
    name, notes = _registered_name(path, file.folder)
    module = _import(lambda: _execute(path, name), file, timeout)
    return LoadedModule(module, path, (*notes, *_notes(timeout)))


def _load_module(name: str, timeout: float) -> LoadedModule:
    """Import a module by its name, from the current folder or wherever Python finds it."""
    file = UserFile(Path(name), os.path.realpath(os.getcwd()))
    try:
        module = _import(lambda: importlib.import_module(name), file, timeout)
    except LoadError as error:
        missing = error.__cause__.name if isinstance(error.__cause__, ModuleNotFoundError) else None
        if missing is None or not f"{name}.".startswith(f"{missing}."):
            raise
        raise LoadError(
            f"there is no module {name!r} in {os.getcwd()}, nor is one installed ({missing!r} is not found)"
            f"{_alike_module(name)}: name the file instead, as in folder/file.py"
        ) from error.__cause__
    path = getattr(module, "__file__", None)
    return LoadedModule(module, Path(path) if path else None, _notes(timeout))


def _alike_module(name: str) -> str:
    """Return the files of the current folder whose names are like a module's."""
    alike = difflib.get_close_matches(name, [file.stem for file in Path.cwd().glob("*.py")], n=3)
    return f"; did you mean {' or '.join(alike)}?" if alike else ""


def _import(act: Callable[[], ModuleType], file: UserFile, timeout: float) -> ModuleType:
    """Import in surroundings of the user's own, and put what went wrong into words."""
    try:
        with surroundings(file):
            return run_within(timeout, act, is_users=file.owns)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise explain_import(error, file, seconds=timeout) from error


def _execute(path: Path, name: str) -> ModuleType:
    """Execute a file as a module that is registered under a name."""
    loader = user_folders.UncachedLoader(name, str(path))
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    if spec is None:
        raise LoadError(f"{path} cannot be imported as {name!r}: rename the file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    loader.exec_module(module)
    # A file may put something else in its place, as Python allows, or take itself out.
    return sys.modules.get(name) or module


def _registered_name(path: Path, folder: str) -> tuple[str, tuple[str, ...]]:
    """Return the name for sys.modules, and a note where it is not the file's own."""
    stem = path.stem
    if not stem.isidentifier() or keyword.iskeyword(stem):
        return _free_name(stem), ()
    if not user_folders.is_known_elsewhere(stem, folder):
        return stem, ()
    note = f"{path.name} has the name of another module, which is what `import {stem}` means: better rename yours"
    return _free_name(stem), (note,)


def _free_name(stem: str) -> str:
    """Return a name that nobody else uses."""
    name = f"gradcheck_user_{re.sub(r'[^0-9A-Za-z_]', '_', stem)}"
    while name in sys.modules:
        name += "_"
    return name


def _notes(timeout: float) -> tuple[str, ...]:
    """Return what is to be said after an import."""
    notes = [
        f"{name}, beside your file, has the name of another module, which is what a later import means: rename yours"
        for name in user_folders.shadowed()
    ]
    if not can_limit():
        notes.append(f"importing had no limit of {timeout:g} s here: that needs the main thread, and not Windows")
    return tuple(notes)


def _public_names(thing: object) -> list[str]:
    """Return the names a thing has that are its own to offer: no modules, nothing that starts with an underscore."""
    held = getattr(thing, "__dict__", {})
    return [name for name, value in held.items() if not name.startswith("_") and not isinstance(value, ModuleType)]


def _no_such_name(thing: object, name: str, place: str) -> str:
    """Say that a name is missing, and which there are."""
    names = _public_names(thing)
    lowered = {one.lower(): one for one in names}
    alike = [lowered[one] for one in difflib.get_close_matches(name.lower(), lowered, n=3)]
    hint = f"did you mean {' or '.join(alike)}? " if alike else ""
    more = f" and {len(names) - _SHOWN_NAMES} more" if len(names) > _SHOWN_NAMES else ""
    listed = f"its names are {', '.join(names[:_SHOWN_NAMES])}{more}" if names else "it has no public names at all"
    return f"{place} has no {name!r}: {hint}{listed}"
