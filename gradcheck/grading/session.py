"""One submission and item, asked question by question; whatever is not a proper answer in time is a failure, named."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from gradcheck.errors import UsageError
from gradcheck.grading.channel import Channel, Gone, Silence
from gradcheck.grading.failures import Failure, Raised, SubmissionError, harmless, raised_error
from gradcheck.grading.limits import Limits
from gradcheck.grading.protocol import Bounds, Frame, Handle, Keep, Kind, ProtocolError, Unencodable, encode
from gradcheck.grading.returned import Returned, Usage
from gradcheck.grading.staging import used_bytes


class Session:
    """Questions to one fork.

    Parameters
    ----------
    channel : Channel
    limits : Limits
    end : callable
        Ends the fork and all it left, and returns its exit code or -signal, CPU seconds and memory.
    scratch : Path

    Attributes
    ----------
    failure : SubmissionError or None
        What ended it before its time; whoever judges its answers must ask for it at the end: checks may forgive what a call raises.

    Examples
    --------
    >>> from gradcheck.examples import network_right
    >>> from gradcheck.grading.sandbox import Zygote
    >>> with Zygote() as zygote, zygote.submission(Path(network_right.__file__)) as session:
    ...     network = session.make("Network", [2, 3, 1])
    ...     [b.shape for b in session.get(network, "biases")]
    [(3, 1), (1, 1)]
    """

    def __init__(self, channel: Channel, limits: Limits, end: Callable[[], Sequence[Any]], scratch: Path) -> None:
        self.channel, self.limits, self.scratch = channel, limits, scratch
        self.failure: SubmissionError | None = None
        self.requests = 0
        self._end: Callable[[], Sequence[Any]] | None = end
        self._ended: Sequence[Any] = (0, 0.0, 0)
        self.begun = time.monotonic()
        self._waited = 0.0  # for its answers: how long its questions take to think up is no fault of the submission's
        self._wall = 0.0
        channel.glance = self._glance

    def load(self, path: Path) -> None:
        """Import the submission.

        Raises
        ------
        SubmissionError
            If it raises, or does not come to an end in time.
        """
        self.request(Kind.LOAD, [str(path)], self.limits.import_seconds, "importing it")

    def call(self, name: str, *arguments: Any) -> Any:
        """Return what a function of the submission returns.

        Raises
        ------
        SubmissionError
            If there is none of that name, or it does not answer.
        """
        return self.call_on(None, name, arguments).value

    def make(self, name: str, *arguments: Any) -> Handle:
        """Call a class, or a function that makes an object, and leave the object in the submission's process.

        Raises
        ------
        SubmissionError
            If there is none of that name, or it does not answer.
        """
        handle = self.call_on(None, name, arguments, keep=Keep.ALL).value
        if not isinstance(handle, Handle):
            raise self.fail(Failure.MALFORMED, f"{name} was answered with something that is no object")
        return handle

    def call_on(
        self,
        owner: Handle | None,
        name: str,
        arguments: Sequence[Any],
        *,
        state: dict[str, Any] | None = None,
        keep: Keep = Keep.NOTHING,
    ) -> Returned:
        """Set attributes of an object, or of the submission where there is none, call its function, and tell all that changed.

        Raises
        ------
        SubmissionError
        """
        value = self.request(Kind.CALL, [owner, name, state or {}, list(arguments), int(keep)], None, name)
        match value:
            case [returned, list(written), dict(attributes)] if all(
                isinstance(one, list) and len(one) == 2 and type(one[0]) is int for one in written
            ):
                return Returned(returned, tuple((place, array) for place, array in written), attributes)
        raise self.fail(Failure.MALFORMED, f"{name} was answered with something else than what a call returns")

    def get(self, owner: Handle | None, name: str) -> Any:
        """Return the value of an attribute.

        Raises
        ------
        SubmissionError
        """
        return self.request(Kind.GET, [owner, name], None, name)

    def look(self, owner: Handle | None, names: Sequence[str]) -> dict[str, Any]:
        """Return what kind of thing each name is that is there, and how it is called.

        Raises
        ------
        SubmissionError
        """
        looked = self.request(Kind.LOOK, [owner, list(names)])
        if not isinstance(looked, dict):
            raise self.fail(Failure.MALFORMED, "its names were answered with something else than a list of them")
        return looked

    def request(self, kind: Kind, value: Any, seconds: float | None = None, what: str = "the question") -> Any:
        """Ask, and return the value of the answer.

        Raises
        ------
        SubmissionError
            If there is no proper answer in time; after all failures but RAISED, MISSING, MEMORY and UNREADABLE it cannot be asked again.
        UsageError
            If the question cannot be sent.
        """
        if self.failure is not None or self._end is None:
            because = "it is closed" if self.failure is None else str(self.failure)
            raise SubmissionError(Failure.LATE, f"{what} was asked after the end: {because}")
        self.requests += 1
        try:
            raw = encode(Frame(kind, self.requests, value))
        except Unencodable as error:
            raise UsageError(
                f"{what} cannot be asked with {error}: numbers, texts and arrays of numbers are required"
            ) from error
        if len(raw) > self.limits.reply_bytes:
            raise UsageError(
                f"{what} cannot be asked in {len(raw)} bytes: {self.limits.reply_bytes} are allowed (reply_bytes)"
            )
        return self._understood(self._exchange(raw, seconds or self.limits.call_seconds, what), what)

    def close(self) -> None:
        """End the fork, and all it left behind; `usage` is known then."""
        if self._end is None:
            return
        end, self._end = self._end, None
        try:
            self._ended = end()
        finally:
            self._wall = time.monotonic() - self.begun
            self.channel.close()

    @property
    def usage(self) -> Usage:
        """What was used, of processor time and memory once it is closed."""
        output = self.channel.output
        text = b"" if output is None else output.kept
        return Usage(
            cpu_seconds=float(self._ended[1]),
            wall_seconds=self._wall or time.monotonic() - self.begun,
            memory_bytes=int(self._ended[2]),
            calls=self.requests,
            output=harmless(text.decode("utf-8", "replace"), len(text) + 1),
            output_bytes=0 if output is None else output.total,
        )

    def _exchange(self, raw: bytes, seconds: float, what: str) -> Frame:
        """Send a request and return the frame that answers it; anything else ends the session."""
        asked, left = time.monotonic(), self.limits.wall_seconds - self._waited
        deadline = asked + min(seconds, left)
        bounds = Bounds(size=self.limits.reply_bytes)
        try:
            if self.channel.is_spoken_to():
                raise self.fail(Failure.MALFORMED, f"it answered before it was asked for {what}")
            self.channel.send(raw, deadline)
            frame = self.channel.receive(bounds, deadline)
        except Silence:
            raise self._silent(what, seconds, left) from None
        except Gone:
            raise self._gone(what) from None
        except ProtocolError as error:
            kind = Failure.OUTPUT if "at most" in str(error) else Failure.MALFORMED
            raise self.fail(kind, f"{what} was answered with bytes that are no answer: {error}") from error
        finally:
            self._waited += time.monotonic() - asked
        if frame.request != self.requests:
            raise self.fail(
                Failure.MALFORMED, f"{what} was question {self.requests}, and question {frame.request} was answered"
            )
        return frame

    def _understood(self, frame: Frame, what: str) -> Any:
        """Return the value of an answer, or raise what it says was raised."""
        if frame.kind is Kind.VALUE:
            return frame.value
        if frame.kind is Kind.MISSING and isinstance(frame.value, str):
            raise SubmissionError(Failure.MISSING, f"{harmless(frame.value)} is not in it")
        if frame.kind is Kind.REFUSED and isinstance(frame.value, str):
            words = f"{what} returned {harmless(frame.value)}: numbers, or lists of arrays of numbers, are required"
            raise SubmissionError(Failure.UNREADABLE, words)
        match frame:
            case Frame(Kind.RAISED, _, [str(exception), str(builtin), str(words), int(line)]):
                raise raised_error(what, Raised(harmless(exception), harmless(builtin), harmless(words), line))
        raise self.fail(Failure.MALFORMED, f"{what} was answered with a frame that is no answer")

    def fail(self, failure: Failure, words: str) -> SubmissionError:
        """End the session for a reason, and return the error to raise."""
        self.failure = SubmissionError(failure, words)
        self.close()
        return self.failure

    def _silent(self, what: str, seconds: float, left: float) -> SubmissionError:
        if left <= seconds:
            return self.fail(
                Failure.LATE, f"the {self.limits.wall_seconds:g} s for this item were over before {what} was answered"
            )
        return self.fail(Failure.TIMEOUT, f"{what} did not come to an end within {seconds:g} s")

    def _gone(self, what: str) -> SubmissionError:
        """Say how the process ended."""
        self.close()
        code, cpu, _ = self._ended
        if code == -signal.SIGXCPU or (code < 0 and cpu >= self.limits.cpu_seconds):
            return self.fail(Failure.TIMEOUT, f"{what} used more than {self.limits.cpu_seconds} s of processor time")
        if code < 0:
            return self.fail(Failure.KILLED, f"{what} ended the process by {_signal_name(-code)}")
        return self.fail(Failure.KILLED, f"{what} ended the process, with exit code {code}, without an answer")

    def _glance(self) -> None:
        """End the session when it prints or stores too much."""
        printed = 0 if self.channel.output is None else self.channel.output.total
        if printed > self.limits.output_bytes:
            raise self.fail(Failure.OUTPUT, f"it printed more than {self.limits.output_bytes} bytes")
        if used_bytes(self.scratch) > self.limits.scratch_bytes:
            raise self.fail(
                Failure.OUTPUT, f"it stored more than {self.limits.scratch_bytes} bytes in its scratch folder"
            )


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
