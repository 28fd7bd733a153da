"""The parent's side: strangers' submissions run in confined forks, one at a time, and are asked through sessions."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from gradcheck.errors import UsageError
from gradcheck.grading.failures import SandboxError
from gradcheck.grading.isolation import Layer, probe
from gradcheck.grading.limits import DEFAULT_LIMITS, Limits
from gradcheck.grading.protocol import Kind
from gradcheck.grading.session import Session
from gradcheck.grading.settings import DEFAULT_SETTINGS, Isolation, Settings, chosen_layers
from gradcheck.grading.staging import empty, stage

if TYPE_CHECKING:
    from gradcheck.grading.zygote import ZygoteProcess


class Zygote:
    """A process that holds numpy and nothing of ours, and forks for each submission; a context manager.

    One submission at a time: grade in parallel with one zygote a job.

    Parameters
    ----------
    settings : Settings

    Raises
    ------
    SandboxError
        If a required layer is missing, or the process cannot be started, or can do what it must not.
    UsageError
        If an allowed package is not installed.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.examples import network_right
    >>> with Zygote() as zygote, zygote.submission(Path(network_right.__file__)) as session:
    ...     session.call("sigmoid", np.zeros(2))
    array([0.5, 0.5])
    """

    def __init__(self, settings: Settings = DEFAULT_SETTINGS) -> None:
        self.settings, self.machine = settings, probe(settings.python)
        self.isolation = Isolation(chosen_layers(settings, self.machine), self.machine.landlock_abi)
        self._process: ZygoteProcess | None = None
        self._session: Session | None = None

    def __enter__(self) -> Zygote:
        self._running()
        return self

    def __exit__(self, *_: object) -> None:
        if self._session is not None:
            self._session.close()
        if self._process is not None:
            self._process.stop()

    @property
    def versions(self) -> dict[str, str]:
        """The versions of what submissions may import."""
        return self._running().versions

    @property
    def folder(self) -> Path:
        """Where it keeps its files while it runs."""
        return self._running().folder

    @contextlib.contextmanager
    def submission(self, source: Path, limits: Limits = DEFAULT_LIMITS, *, entry: str = "") -> Iterator[Session]:
        """Fork for a submission, a file or a folder with its entry file, import it there, and give a session to ask it.

        Raises
        ------
        SubmissionError
            If it cannot be imported.
        UsageError
            If it is no submission, or another session is open.
        SandboxError
            If the sandbox fails.
        """
        if self._session is not None:
            raise UsageError(
                "one session of this zygote is open: close it first, or grade with another zygote beside it"
            )
        process = self._running()
        try:
            path = stage(Path(source), entry, process.code)
            with self._forked(process, limits) as session:
                session.load(path)
                yield session
        finally:
            _clean(process)

    @contextlib.contextmanager
    def _forked(self, process: ZygoteProcess, limits: Limits) -> Iterator[Session]:
        session = self._session = Session(process.fork(limits), limits, process.end, process.scratch)
        try:
            yield session
        finally:
            self._session = None
            session.close()

    def _running(self) -> ZygoteProcess:
        """Return the process, a new one where there is none, tried out before any submission runs in it."""
        # Here, where it is known that this is Linux: elsewhere it cannot even be imported.
        from gradcheck.grading.zygote import ZygoteProcess

        if self._process is not None and self._process.is_running:
            return self._process
        if self._process is not None:
            self._process.stop()
        self._process = process = ZygoteProcess(self.settings, self.isolation, self.machine.processor)
        try:
            self._try_out(process)
        except BaseException:
            process.stop()
            raise
        return process

    def _try_out(self, process: ZygoteProcess) -> None:
        """Try in a fork what must not be possible, and what must, before any submission runs."""
        secret, code = process.folder / "secret", process.code / "tried.py"
        for path in (secret, code):
            path.write_text("not for submissions")
            path.chmod(0o644)
        with self._forked(process, DEFAULT_LIMITS) as session:
            done = session.request(Kind.TRY, [str(secret), str(code), str(process.scratch)])
        _clean(process)
        layers = self.isolation.layers
        wrong = [act for act in done if act in ("read", "write") and Layer.LANDLOCK in layers]
        wrong += [act for act in done if act in ("socket", "fork", "chmod") and Layer.SECCOMP in layers]
        if wrong:
            raise SandboxError(
                f"the sandbox does not hold here: a process in it could {', '.join(wrong)}; no submission is run"
            )
        if "no code" in done or ("no scratch" in done and Layer.LANDLOCK in layers):
            raise SandboxError(
                f"a process in the sandbox cannot reach its own folders in {process.folder}: is {process.folder.parent} closed to others?"
            )


def _clean(process: ZygoteProcess) -> None:
    """Leave nothing of one submission to the next; a process whose folders cannot be emptied is not used again."""
    try:
        empty(process.code)
        empty(process.scratch)
    except OSError:
        process.stop()
