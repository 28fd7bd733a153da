"""The folders that users' files lie in: what is imported from them, and how it is forgotten again."""

from __future__ import annotations

import os
import sys
import types
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    ModuleSpec,
    PathFinder,
    SourceFileLoader,
)
from pathlib import Path
from typing import Any, Final

from gradcheck.subjects.ownership import is_import_machinery, is_users

_STANDARD: Final = sys.stdlib_module_names | {"test"}
"""Names of the standard library; Python leaves its own tests out of the list."""

_folders: list[str] = []
"""Folders that loaded files lie in: our finder answers for them."""

_tail: list[str] = []
"""What the loads so far put at the end of sys.path, newest first."""

_brought: dict[str, types.ModuleType] = {}
"""Modules that the loads since the last `forget()` imported from users' folders."""

_visits: list[tuple[set[str], list[str]]] = []
"""For each of those loads the names in sys.modules before it, and the folders it opened."""


class UncachedLoader(SourceFileLoader):
    """Loads a source file without reading bytecode, which may be old, or leaving any beside it.

    Examples
    --------
    >>> UncachedLoader("network", "network.py").get_filename()
    'network.py'
    """

    def path_stats(self, path: Any) -> Any:
        """Say that nothing is known of the file's age: then no cache is read, and none is written."""
        raise OSError(f"{path}: no bytecode is kept of a user's file")


class _UserFinder(FileFinder):
    """Finds modules in a user's folder; there `random` means the user's random.py only to the user's files."""

    def find_spec(self, fullname: str, target: types.ModuleType | None = None) -> ModuleSpec | None:
        """Find a module in the folder."""
        if fullname in _STANDARD and not is_users(_importing_file(), os.path.realpath(self.path)):
            return None
        return super().find_spec(fullname, target)


@contextmanager
def opened(folder: str) -> Iterator[None]:
    """Put a folder first on sys.path; afterwards at its end, or, after a failure, nowhere.

    What the user's file added to sys.path goes to the end too, where it shadows nothing.

    Examples
    --------
    >>> import sys
    >>> before = list(sys.path)
    >>> with opened("/home/ada"):
    ...     raise RuntimeError(sys.path[0])
    Traceback (most recent call last):
    RuntimeError: /home/ada
    >>> sys.path == before
    True
    """
    path, entries, before, earlier = sys.path, list(sys.path), set(sys.modules), list(_folders)
    _enter(folder)
    path[:] = [folder, *entries]
    try:
        yield
    except BaseException:
        sys.path, path[:], _folders[:] = path, entries, earlier
        _close_finders(folder)
        _drop(_modules_since(before, [folder]))
        raise
    theirs = getattr(sys, "path", None)
    listed = theirs if isinstance(theirs, list) else []
    added = [entry for entry in listed if isinstance(entry, str) and entry not in (folder, *entries)]
    base = [entry for entry in entries if entry not in _tail]
    older = [entry for entry in _tail if entry in entries]
    _tail[:] = [entry for entry in dict.fromkeys([folder, *added, *older]) if entry not in base]
    sys.path, path[:] = path, [*base, *_tail]
    _visits.append((before, [folder, *map(_absolute, added)]))
    _keep(_modules_since(*_visits[-1]), folder)


def forget() -> None:
    """Forget what earlier loads imported, so that no file gets the siblings of another, or an old version of its own.

    Examples
    --------
    >>> forget()
    """
    for before, folders in _visits:
        # What functions imported after the load; anything that another loader put there is somebody else's.
        late = _modules_since(before, folders).items()
        _drop({name: module for name, module in late if isinstance(_held(module).get("__loader__"), UncachedLoader)})
    _drop(_brought)
    _brought.clear()
    _visits.clear()


def is_known_elsewhere(name: str, folder: str) -> bool:
    """Tell whether a name means a module of Python's, or an installed one, or one imported already.

    Examples
    --------
    >>> is_known_elsewhere("random", "/home/ada"), is_known_elsewhere("chapter_two_network", "/home/ada")
    (True, False)
    """
    there = sys.modules.get(name)
    if name in _STANDARD or (there is not None and not _lies_in(there, [folder])):
        return True
    others = [entry for entry in sys.path if entry not in _tail and _absolute(entry) != folder]
    found = PathFinder.find_spec(name, others)
    return found is not None and found.origin is not None


def shadowed() -> list[str]:
    """Return the names of files imported by the last load that mean other modules outside their folder.

    Examples
    --------
    >>> shadowed()
    []
    """
    return sorted(name for name in _brought if "." not in name and sys.modules.get(name) is not _brought[name])


def _enter(folder: str) -> None:
    """Make our finder the one for a folder."""
    if folder not in _folders:
        _folders.append(folder)
    if _finder_for not in sys.path_hooks:
        sys.path_hooks.insert(0, _finder_for)
    _close_finders(folder)


def _close_finders(folder: str) -> None:
    """Make Python ask again who finds the modules of a folder."""
    for entry in [entry for entry in sys.path_importer_cache if is_users(_absolute(entry), folder)]:
        del sys.path_importer_cache[entry]


def _finder_for(entry: str) -> _UserFinder:
    """Answer for the users' folders and those in them: the hook for sys.path_hooks."""
    place = _absolute(entry)
    if not os.path.isdir(place) or not any(is_users(place, folder) for folder in _folders):
        raise ImportError(f"{entry} is no folder of a user's", path=entry)
    return _UserFinder(place, (ExtensionFileLoader, EXTENSION_SUFFIXES), (UncachedLoader, SOURCE_SUFFIXES))


def _modules_since(before: set[str], folders: Iterable[str]) -> dict[str, types.ModuleType]:
    """Return the modules imported since, of packages that were not there before, from some folders."""
    places = list(folders)
    new = {name: module for name, module in list(sys.modules.items()) if name.partition(".")[0] not in before}
    tops = {name for name, module in new.items() if "." not in name and _lies_in(module, places)}
    return {name: module for name, module in new.items() if name.partition(".")[0] in tops}


def _keep(modules: dict[str, types.ModuleType], folder: str) -> None:
    """Remember what was imported, and take out of sys.modules what would stand in the way of other modules."""
    tops = {name for name in modules if "." not in name and is_known_elsewhere(name, folder)}
    _drop({name: module for name, module in modules.items() if name.partition(".")[0] in tops})
    _brought.update(modules)


def _drop(modules: dict[str, types.ModuleType]) -> None:
    """Take modules out of sys.modules."""
    for name, module in modules.items():
        if sys.modules.get(name) is module:
            del sys.modules[name]


def _lies_in(module: object, folders: Iterable[str]) -> bool:
    """Tell whether a top-level module is a file or a folder of one of the folders, whatever its __getattr__ says."""
    known = _held(module)
    places = [place for place in (known.get("__file__"), *(known.get("__path__") or ())) if isinstance(place, str)]
    parents = {str(parent) for place in places for parent in list(Path(os.path.realpath(place)).parents)[:2]}
    return any(folder in parents for folder in folders)


def _held(module: object) -> dict[str, Any]:
    """Return what a module really holds, whatever it answers."""
    return types.ModuleType.__getattribute__(module, "__dict__") if isinstance(module, types.ModuleType) else {}


def _absolute(entry: str) -> str:
    """Return an entry of sys.path as an absolute path; the empty one is the current folder."""
    return os.path.abspath(entry or ".")


def _importing_file() -> str:
    """Return the file that the import being answered stands in."""
    frame: types.FrameType | None = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if file != __file__ and not is_import_machinery(file):
            return os.path.realpath(file)
        frame = frame.f_back
    return ""
