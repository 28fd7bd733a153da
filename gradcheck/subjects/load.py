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
from importlib.machinery import PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from gradcheck.errors import USER_CODE_RAISES, LoadError, UsageError, UserCodeError
from gradcheck.subjects.import_errors import explain_import
from gradcheck.subjects.surroundings import forget, surroundings
from gradcheck.subjects.targets import Target, check_text, find_file
from gradcheck.subjects.time_limit import can_limit, run_within
from gradcheck.subjects.tracebacks import UserFile, describe

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


def load(target: Target, *, timeout: float = 10.0) -> LoadedModule:
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
    >>> from gradcheck.subjects.targets import parse_target
    >>> load(parse_target(network_right.__file__ + ":Network")).path.name
    'network_right.py'
    """
    if not (timeout > 0):
        raise UsageError(f"timeout is {timeout!r} s: it must be positive (math.inf for no limit)")
    path = find_file(target)
    forget()
    return _load_module(target.place, timeout) if path is None else _load_file(path, timeout)


def attribute(loaded: LoadedModule, name: str) -> Any:
    """Return what a module has under a name, with dots for names inside names.

    Parameters
    ----------
    loaded : LoadedModule
    name : str

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
        except USER_CODE_RAISES as error:
            raise UserCodeError(f"{place} raised an exception when asked for {part!r}: {describe(error)}") from error
        place = f"{place}:{part}" if found is not None else place
    return found


def _load_file(path: Path, timeout: float) -> LoadedModule:
    """Import a file by its path, under its own name where that is free."""
    file = UserFile(path, str(path.resolve().parent))
    check_text(path)
    name, notes = path.stem, _notes(timeout)
    nameable = name.isidentifier() and not keyword.iskeyword(name)
    if nameable and _is_taken(name, file):
        note = f"{path.name} has the name of another module, which is what `import {name}` means: better rename yours"
        nameable, notes = False, (note, *notes)
    if not nameable:
        name = f"gradcheck_user_{re.sub(r'[^0-9A-Za-z_]', '_', name)}"
    return LoadedModule(_import(lambda: _execute(path, name), file, timeout), path, notes)


def _load_module(name: str, timeout: float) -> LoadedModule:
    """Import a module by its name, from the current folder or wherever Python finds it."""
    file = UserFile(Path(name), os.path.realpath(os.getcwd()))
    try:
        module = _import(lambda: importlib.import_module(name), file, timeout)
    except LoadError as error:
        missing = error.__cause__.name if isinstance(error.__cause__, ModuleNotFoundError) else None
        if missing is None or not f"{name}.".startswith(f"{missing}."):
            raise
        alike = difflib.get_close_matches(name, [beside.stem for beside in Path.cwd().glob("*.py")], n=3)
        hint = f"; did you mean {' or '.join(alike)}?" if alike else ""
        raise LoadError(
            f"there is no module {name!r} in {os.getcwd()}, nor is one installed ({missing!r} is not found)"
            f"{hint}: name the file instead, as in folder/file.py"
        ) from error.__cause__
    path = getattr(module, "__file__", None)
    return LoadedModule(module, Path(path) if path else None, _notes(timeout))


def _import(act: Callable[[], ModuleType], file: UserFile, timeout: float) -> ModuleType:
    """Import in surroundings of the user's own, and put what went wrong into words."""
    try:
        with surroundings(file):
            return run_within(timeout, act)
    except BaseException as error:
        forget()
        if isinstance(error, KeyboardInterrupt):
            raise
        raise explain_import(error, file, seconds=timeout) from error


def _execute(path: Path, name: str) -> ModuleType:
    """Execute a file as a module that is registered under a name."""
    loader = SourceFileLoader(name, str(path))
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    if spec is None:
        raise LoadError(f"{path} cannot be imported as {name!r}: rename the file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    loader.exec_module(module)
    # A file may put something else in its place, as Python allows.
    return sys.modules.get(name) or module


def _is_taken(name: str, file: UserFile) -> bool:
    """Tell whether a name means a module of Python's, or an installed one, or one imported already."""
    if name in sys.stdlib_module_names:
        return True
    if name in sys.modules:
        return not file.brought(sys.modules[name])
    found = PathFinder.find_spec(name, [entry for entry in sys.path if os.path.realpath(entry) != file.folder])
    return found is not None and found.origin is not None


def _notes(timeout: float) -> tuple[str, ...]:
    """Return what is to be said where no limit of the time holds."""
    if can_limit():
        return ()
    return (f"importing had no limit of {timeout:g} s here: that needs the main thread, and not Windows",)


def _no_such_name(thing: object, name: str, place: str) -> str:
    """Say that a name is missing, and which there are: no modules, nothing that starts with an underscore."""
    held = getattr(thing, "__dict__", {}).items()
    names = [one for one, value in held if not one.startswith("_") and not isinstance(value, ModuleType)]
    lowered = {one.lower(): one for one in names}
    alike = [lowered[one] for one in difflib.get_close_matches(name.lower(), lowered, n=3)]
    hint = f"did you mean {' or '.join(alike)}? " if alike else ""
    more = f" and {len(names) - _SHOWN_NAMES} more" if len(names) > _SHOWN_NAMES else ""
    listed = f"its names are {', '.join(names[:_SHOWN_NAMES])}{more}" if names else "it has no public names at all"
    return f"{place} has no {name!r}: {hint}{listed}"
