"""matplotlib without windows, while somebody else's file is imported."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Final

_SILENCED: Final = {"matplotlib": "use", "matplotlib.pyplot": "show"}
"""By module, the function that would open a window, or choose where it opens."""

_VARIABLE: Final = "MPLBACKEND"


@contextmanager
def plots_off() -> Iterator[None]:
    """Let matplotlib draw into memory only: `plt.show()` and `matplotlib.use(...)` return and do nothing.

    Where matplotlib was imported before, its backend is put back afterwards; otherwise the environment variable
    MPLBACKEND stays at Agg, unless the load failed. matplotlib is not imported here.

    Examples
    --------
    >>> import os
    >>> with plots_off():
    ...     raise RuntimeError(os.environ["MPLBACKEND"])
    Traceback (most recent call last):
    RuntimeError: Agg
    """
    already, before = sys.modules.get("matplotlib"), os.environ.get(_VARIABLE)
    silencer = _Silencer()
    try:
        os.environ[_VARIABLE] = "Agg"
        with _drawing_into_memory(already):
            silencer.start()
            try:
                yield
            finally:
                silencer.stop()
    except BaseException:
        _put_back(before)
        raise
    if already is not None:
        _put_back(before)


def _put_back(value: str | None) -> None:
    """Set the environment variable as it was."""
    if value is None:
        os.environ.pop(_VARIABLE, None)
    else:
        os.environ[_VARIABLE] = value


@contextmanager
def _drawing_into_memory(matplotlib: Any) -> Iterator[None]:
    """Switch the backend of a matplotlib that is imported already, and switch it back."""
    if matplotlib is None or not hasattr(matplotlib, "use"):
        yield
        return
    # Read past RcParams' own access, which would choose a backend, and open its toolkit, where none is chosen yet.
    before = dict.get(matplotlib.rcParams, "backend")
    matplotlib.use("Agg")
    try:
        yield
    finally:
        if isinstance(before, str):
            with suppress(ImportError):
                matplotlib.use(before)
        else:
            dict.__setitem__(matplotlib.rcParams, "backend", before)


class _Silencer(MetaPathFinder):
    """Replaces functions of matplotlib, now where it is imported, and otherwise as soon as it is."""

    def __init__(self) -> None:
        self.replaced: list[tuple[ModuleType, str, Any]] = []

    def start(self) -> None:
        """Silence what is imported, and listen for what will be."""
        for name in _SILENCED:
            if name in sys.modules:
                self.silence(sys.modules[name])
        sys.meta_path.insert(0, self)

    def stop(self) -> None:
        """Stop listening, and put the functions back."""
        with suppress(ValueError):
            sys.meta_path.remove(self)
        for module, function, original in self.replaced:
            setattr(module, function, original)

    def silence(self, module: ModuleType) -> None:
        """Replace a module's function by one that does nothing."""
        function = _SILENCED[module.__name__]
        original = getattr(module, function, None)
        if original is not None:
            self.replaced.append((module, function, original))
            setattr(module, function, _do_nothing)

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Find a module as the others do, and have it silenced once it is executed."""
        if name not in _SILENCED:
            return None
        finders = [finder for finder in sys.meta_path if finder is not self]
        specs = (finder.find_spec(name, path, target) for finder in finders)
        spec = next((spec for spec in specs if spec is not None), None)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def execute_and_silence(module: ModuleType) -> None:
                execute(module)
                self.silence(module)

            spec.loader.exec_module = execute_and_silence  # type: ignore[method-assign]
        return spec


def _do_nothing(*args: object, **kwargs: object) -> None:
    """Stand in for a function that would open a window."""
