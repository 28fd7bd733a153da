"""The process that forks for submissions: its folders, how it is started and told, how it is asked, how it ends."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.grading import confinement
from gradcheck.grading.channel import Channel, Gone, Output, Silence
from gradcheck.grading.failures import SandboxError, harmless
from gradcheck.grading.isolation import NOBODY, Layer
from gradcheck.grading.landlock import READ_FOLDER, Rule, handled, rules
from gradcheck.grading.limits import DEFAULT_LIMITS, Limits
from gradcheck.grading.packages import ALWAYS, importable, interpreter, link_packages
from gradcheck.grading.protocol import Bounds, Frame, Kind, ProtocolError, encode
from gradcheck.grading.seccomp import Files, seccomp_filter
from gradcheck.grading.settings import Isolation, Settings

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


class ZygoteProcess:
    """A process with numpy and nothing of ours, running; it forks confined processes for as long as it does.

    Parameters
    ----------
    settings : Settings
    isolation : Isolation
    processor : str
        As the kernel calls it.

    Raises
    ------
    SandboxError
        If it cannot be started as confined as is asked for.
    UsageError
        If an allowed package is not installed.

    Examples
    --------
    >>> from gradcheck.grading.isolation import probe
    >>> process = ZygoteProcess(Settings(), Isolation((Layer.LIMITS,), 0), probe().processor)
    >>> process.versions["numpy"] == np.__version__
    True
    >>> process.stop()
    >>> process.is_running
    False
    """

    def __init__(self, settings: Settings, isolation: Isolation, processor: str) -> None:
        self.settings, self.isolation, self.processor = settings, isolation, processor
        self._requests = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._make_folders()
        try:
            self.versions = self._start()
        except BaseException:
            self.stop()
            raise

    @property
    def is_running(self) -> bool:
        """Whether it can be asked."""
        return self._process is not None and self._process.poll() is None

    def fork(self, limits: Limits) -> Channel:
        """Return a channel to a fork that is confined and knows of no submission yet."""
        ours, theirs = socket.socketpair()
        reading, writing = os.pipe()
        try:
            told = {
                "resources": [limits.cpu_seconds, limits.memory_bytes, limits.scratch_bytes, limits.open_files],
                "reply_bytes": limits.reply_bytes,
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
        return channel

    def _await_confinement(self, channel: Channel) -> None:
        """Wait until a fork says that it is confined, before it knows of any submission; what goes wrong before is no submission's fault."""
        try:
            frame = channel.receive(Bounds(), time.monotonic() + ANSWERING)
            is_confined = (frame.kind, frame.request, frame.value) == (Kind.VALUE, 0, None)
        except (Silence, Gone, ProtocolError):
            is_confined = False
        if is_confined:
            return
        self.end()
        channel.close()
        words = harmless((channel.output.kept if channel.output else b"").decode("utf-8", "replace"))
        raise SandboxError(
            f"a submission's process could not be confined, so nothing is run in it: {words or 'it said nothing'}"
        )

    def end(self) -> list[Any]:
        """End the fork and all it left; return its exit code or -signal, CPU seconds and memory."""
        return list(self._ask(Kind.END, None))

    def stop(self) -> None:
        """End the process and all that is in its session, and remove its folder."""
        process, self._process = self._process, None
        if process is not None:
            self._channel.close()
            try:
                process.wait(timeout=ANSWERING)  # it ends what it forked, and then itself
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

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
            self.stop()
            raise SandboxError(
                f"the sandbox's process failed ({type(error).__name__} {error}): {words or 'it said nothing'}"
            ) from error
        if frame.request != self._requests or frame.kind is not Kind.VALUE:
            self.stop()
            raise SandboxError(f"the sandbox's process could not be set up: {harmless(str(frame.value))}")
        return frame.value

    def _start(self) -> dict[str, str]:
        """Start the process and tell it all; return the versions of what it imported."""
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
                "-u",  # what is printed is out at once, however the process ends
                "-c",
                _BOOT,
                str(self.folder / "child"),
                str(self.folder / "packages"),
            ]
            self._process = subprocess.Popen(
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
        return dict(self._ask(Kind.CONFIGURE, self._configuration(library, python.library)))

    def _make_folders(self) -> None:
        confinement.hide_memory()
        self.folder = Path(tempfile.mkdtemp(prefix="gradcheck-sandbox-"))
        self.code, self.scratch = self.folder / "code", self.folder / "scratch"
        for folder in (self.folder / "child", self.folder / "packages", self.code, self.scratch):
            folder.mkdir(mode=0o700)
        here = Path(__file__).parent
        for name in CHILD_FILES:
            shutil.copyfile(here / name, self.folder / "child" / name)
        if self._uid:
            self.folder.chmod(0o711)
            (self.folder / "packages").chmod(0o755)
            self.code.chmod(0o755)
            os.chown(self.scratch, self._uid, self._uid)

    @property
    def _uid(self) -> int:
        return NOBODY if Layer.OTHER_USER in self.isolation.layers else 0

    def _environment(self) -> dict[str, str]:
        one = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        return {**one, "TMPDIR": str(self.scratch), "HOME": str(self.scratch), "LANG": "C.UTF-8", "MPLBACKEND": "Agg"}

    def _configuration(self, library: tuple[Path, ...], folders: tuple[Path, ...]) -> dict[str, Any]:
        """Return what the zygote is told, once."""
        layers, abi = self.isolation.layers, self.isolation.landlock_abi
        is_landlocked = Layer.LANDLOCK in layers
        found = rules(library, self.code, self.scratch, abi) if is_landlocked else ()
        found += tuple(
            Rule(str(folder), READ_FOLDER)
            for folder in (*folders, self.folder / "packages")
            if found and folder.is_dir()
        )
        names = [name for package in (ALWAYS, *self.settings.packages) for name in importable(package)]
        return {
            "imports": list(dict.fromkeys((*WARMED, *names))),
            "namespaces": int(Layer.NAMESPACES in layers),
            "scratch": str(self.scratch),
            "scratch_bytes": DEFAULT_LIMITS.scratch_bytes,
            "code": str(self.code),
            "machine": self.processor,
            "uid": self._uid,
            "seccomp": self._filter(),
            "handled": list(handled(abi)) if is_landlocked else [],
            "paths": [rule.path for rule in found],
            "rights": [rule.rights for rule in found],
        }

    def _filter(self) -> npt.NDArray[np.int64]:
        """Return the filter of system calls, one word an instruction; empty where there is none."""
        if Layer.SECCOMP not in self.isolation.layers:
            return np.zeros(0, np.int64)
        files = Files.BY_LANDLOCK if Layer.LANDLOCK in self.isolation.layers else Files.READ_ONLY
        return np.frombuffer(seccomp_filter(self.processor, files), np.int64)

    def _last_words(self) -> str:
        with contextlib.suppress(OSError):
            return harmless((self.folder / "errors").read_text(errors="replace")[-1000:])
        return ""
