"""The parent's side: a zygote process with numpy ready, and one confined fork of it for each submission and item."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.errors import UsageError
from gradcheck.grading import confinement
from gradcheck.grading.channel import Channel, Gone, Output, Silence
from gradcheck.grading.failures import SandboxError, harmless
from gradcheck.grading.isolation import NOBODY, Layer, probe
from gradcheck.grading.landlock import READ_FOLDER, Rule, handled, rules
from gradcheck.grading.limits import DEFAULT_LIMITS, Limits
from gradcheck.grading.packages import ALWAYS, importable, interpreter, link_packages
from gradcheck.grading.protocol import Bounds, Frame, Kind, ProtocolError, encode
from gradcheck.grading.seccomp import Files, seccomp_filter
from gradcheck.grading.session import Session
from gradcheck.grading.settings import DEFAULT_SETTINGS, Isolation, Settings, chosen_layers
from gradcheck.grading.staging import empty, stage

CHILD_FILES: Final = ("protocol.py", "confinement.py", "answering.py", "runner.py")
"""All that is ours in the child's folder."""

STARTING: Final = 60.0
"""How long a zygote may take to import what is allowed, on a busy machine [seconds]."""

ANSWERING: Final = 10.0
"""How long a zygote may take to fork, or to end what it forked [seconds]."""

WARMED: Final = ("numpy", "numpy.random", "numpy.linalg", "numpy.fft")
"""What numpy imports only when it is first used: imported before any fork, so that no fork pays for it."""

_BOOT: Final = (
    "import sys; sys.path.insert(0, sys.argv[1]); sys.path.append(sys.argv[2]); import runner; del sys.path[0]; "
    "runner.serve(int(sys.argv[3]))"
)


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
    >>> from gradcheck.examples import network_right
    >>> with Zygote() as zygote, zygote.submission(Path(network_right.__file__)) as session:
    ...     session.call("sigmoid", np.zeros(2))
    array([0.5, 0.5])
    """

    def __init__(self, settings: Settings = DEFAULT_SETTINGS) -> None:
        self.settings, self.machine = settings, probe(settings.python)
        self.isolation = Isolation(chosen_layers(settings, self.machine), self.machine.landlock_abi)
        self.process: subprocess.Popen[bytes] | None = None
        self.versions: dict[str, str] = {}
        self._session: Session | None = None
        self._requests = 0

    def __enter__(self) -> Zygote:
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._session is not None:
            self._session.close()
        self._stop()

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
        if self.process is None or self.process.poll() is not None:
            self._stop()
            self._start()
        path = stage(Path(source), entry, self._code)
        try:
            with self._forked(limits) as session:
                session.load(path)
                yield session
        finally:
            self._clean()

    @contextlib.contextmanager
    def _forked(self, limits: Limits) -> Iterator[Session]:
        self._session = session = self._fork(limits)
        try:
            yield session
        finally:
            self._session = None
            session.close()

    def _clean(self) -> None:
        """Leave nothing of one submission to the next; a folder that cannot be emptied is not used again."""
        try:
            empty(self._code)
            empty(self._scratch)
        except OSError:
            self._stop()

    def _fork(self, limits: Limits) -> Session:
        ours, theirs = socket.socketpair()
        reading, writing = os.pipe()
        try:
            told = {
                "resources": [limits.cpu_seconds, limits.memory_bytes, limits.scratch_bytes, limits.open_files],
                "bounds": [65536, limits.reply_bytes, 65536],
                "scratch_bytes": limits.scratch_bytes,
            }
            self._ask(Kind.FORK, told, (theirs.fileno(), writing))
        except BaseException:
            ours.close()
            os.close(reading)
            raise
        finally:
            theirs.close()
            os.close(writing)
        channel = Channel(ours, Output(reading, limits.kept_output_bytes))
        self._await_confinement(channel)
        return Session(channel, limits, self._ended, self._scratch)

    def _await_confinement(self, channel: Channel) -> None:
        """Wait until a fork says that it is confined, before it knows of any submission; what goes wrong before is no submission's fault."""
        try:
            frame = channel.receive(Bounds(), time.monotonic() + ANSWERING)
            is_confined = (frame.kind, frame.request, frame.value) == (Kind.VALUE, 0, None)
        except (Silence, Gone, ProtocolError):
            is_confined = False
        if is_confined:
            return
        self._ended()
        channel.close()
        words = harmless((channel.output.kept if channel.output else b"").decode("utf-8", "replace"))
        raise SandboxError(
            f"a submission's process could not be confined, so nothing is run in it: {words or 'it said nothing'}"
        )

    def _filter(self) -> npt.NDArray[np.int64]:
        """Return the filter of system calls, one word an instruction; empty where there is none."""
        if Layer.SECCOMP not in self.isolation.layers:
            return np.zeros(0, np.int64)
        files = Files.BY_LANDLOCK if Layer.LANDLOCK in self.isolation.layers else Files.READ_ONLY
        return np.frombuffer(seccomp_filter(self.machine.processor, files), np.int64)

    def _ended(self) -> list[Any]:
        """End the fork and all it left; return its exit code or -signal, CPU seconds and memory."""
        ended = self._ask(Kind.END, None)
        return list(ended)

    def _ask(self, kind: Kind, value: Any, descriptors: tuple[int, ...] = ()) -> Any:
        """Ask the zygote; one that does not answer as it should is ended, and the next submission gets a new one."""
        self._requests += 1
        deadline = time.monotonic() + (STARTING if kind is Kind.CONFIGURE else ANSWERING)
        try:
            self._channel.send(encode(Frame(kind, self._requests, value)), deadline)
            if descriptors:
                socket.send_fds(self._channel.end, [b"+"], list(descriptors))
            frame = self._channel.receive(Bounds(), deadline)
        except (Silence, Gone, ProtocolError, OSError) as error:
            words = self._last_words()
            self._stop()
            raise SandboxError(
                f"the sandbox's process failed ({type(error).__name__} {error}): {words or 'it said nothing'}"
            ) from error
        if frame.request != self._requests or frame.kind is not Kind.VALUE:
            self._stop()
            raise SandboxError(f"the sandbox's process could not be set up: {harmless(str(frame.value))}")
        return frame.value

    def _start(self) -> None:
        """Start the process in a folder of its own, and try whether it is as confined as it says."""
        self._make_folders()
        try:
            self._start_process()
            self._try_out()
        except BaseException:
            self._stop()
            raise

    def _start_process(self) -> None:
        python = interpreter(self.settings.python)
        allowed = link_packages(self.settings.packages, self.folder / "packages")
        ours, theirs = socket.socketpair()
        self._channel = Channel(ours)
        with theirs, open(self.folder / "errors", "wb") as errors:
            words = [
                str(python.python),
                "-I",
                "-S",
                "-B",
                "-c",
                _BOOT,
                str(self.folder / "child"),
                str(self.folder / "packages"),
            ]
            self.process = subprocess.Popen(
                [*words, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                env=self._environment(),
                cwd=self.folder,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        library = (*python.readable(), *allowed)
        self.versions = self._ask(Kind.CONFIGURE, self._configuration(library, python.library))

    def _make_folders(self) -> None:
        confinement.hide_memory()
        self.folder = Path(tempfile.mkdtemp(prefix="gradcheck-"))
        self._code, self._scratch = self.folder / "code", self.folder / "scratch"
        for folder in (self.folder / "child", self.folder / "packages", self._code, self._scratch):
            folder.mkdir(mode=0o700)
        here = Path(__file__).parent
        for name in CHILD_FILES:
            shutil.copyfile(here / name, self.folder / "child" / name)
        if self._uid:
            self.folder.chmod(0o711)
            (self.folder / "packages").chmod(0o755)
            self._code.chmod(0o755)
            os.chown(self._scratch, self._uid, self._uid)

    @property
    def _uid(self) -> int:
        return NOBODY if Layer.OTHER_USER in self.isolation.layers else 0

    def _environment(self) -> dict[str, str]:
        one = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        return {**one, "TMPDIR": str(self._scratch), "HOME": str(self._scratch), "LANG": "C.UTF-8", "MPLBACKEND": "Agg"}

    def _configuration(self, library: tuple[Path, ...], folders: tuple[Path, ...]) -> dict[str, Any]:
        """Return what the zygote is told, once."""
        layers, abi = self.isolation.layers, self.isolation.landlock_abi
        is_landlocked = Layer.LANDLOCK in layers
        found = rules(library, self._code, self._scratch, abi) if is_landlocked else ()
        found += tuple(
            Rule(str(folder), READ_FOLDER)
            for folder in (*folders, self.folder / "packages")
            if found and folder.is_dir()
        )
        names = [name for package in (ALWAYS, *self.settings.packages) for name in importable(package)]
        return {
            "imports": list(dict.fromkeys((*WARMED, *names))),
            "namespaces": int(Layer.NAMESPACES in layers),
            "scratch": str(self._scratch),
            "scratch_bytes": DEFAULT_LIMITS.scratch_bytes,
            "code": str(self._code),
            "machine": self.machine.processor,
            "uid": self._uid,
            "seccomp": self._filter(),
            "handled": list(handled(abi)) if is_landlocked else [],
            "paths": [rule.path for rule in found],
            "rights": [rule.rights for rule in found],
        }

    def _try_out(self) -> None:
        """Try in a fork what must not be possible, and what must, before any submission runs."""
        secret, code = self.folder / "secret", self._code / "tried.py"
        for path in (secret, code):
            path.write_text("not for submissions")
            path.chmod(0o644)
        with self._forked(DEFAULT_LIMITS) as session:
            done = session.request(Kind.TRY, [str(secret), str(code), str(self._scratch)])
        self._clean()
        layers = self.isolation.layers
        wrong = [act for act in done if act in ("read", "write") and Layer.LANDLOCK in layers]
        wrong += [act for act in done if act in ("socket", "fork", "chmod") and Layer.SECCOMP in layers]
        if wrong:
            raise SandboxError(
                f"the sandbox does not hold here: a process in it could {', '.join(wrong)}; no submission is run"
            )
        if "no code" in done or ("no scratch" in done and Layer.LANDLOCK in layers):
            raise SandboxError(
                f"a process in the sandbox cannot reach its own folders in {self.folder}: is {self.folder.parent} closed to others?"
            )

    def _last_words(self) -> str:
        with contextlib.suppress(OSError):
            return harmless((self.folder / "errors").read_text(errors="replace")[-1000:])
        return ""

    def _stop(self) -> None:
        """End the process and all that is in its session, and remove its folder."""
        process, self.process = self.process, None
        if process is not None:
            self._channel.close()
            try:
                process.wait(timeout=ANSWERING)  # it ends what it forked, and then itself
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
