"""Streams to put in the place of standard input, output and error while somebody else's file is imported."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class NoInputError(EOFError):
    """Somebody asked for input where there is none.

    Examples
    --------
    >>> issubclass(NoInputError, EOFError)
    True
    """


def no_input() -> TextIO:
    """Return an input that is closed: reading from it raises NoInputError, an EOFError.

    Examples
    --------
    >>> no_input().readline()
    Traceback (most recent call last):
    gradcheck.subjects.streams.NoInputError: standard input is closed
    """
    return io.TextIOWrapper(io.BufferedReader(_NoInput()), encoding="utf-8")


def onto(stream: TextIO | None) -> TextIO:
    """Return an output that writes to `stream` and can be closed, detached or wrapped without harm to it.

    Examples
    --------
    >>> import io
    >>> there = io.StringIO()
    >>> here = onto(there)
    >>> print("loading", file=here)
    >>> here.close()
    >>> there.getvalue()
    'loading\\n'
    """
    return io.TextIOWrapper(_Onto(stream), encoding="utf-8", errors="replace", newline="", write_through=True)  # type: ignore[type-var]


class _NoInput(io.RawIOBase):
    """Bytes that are asked for in vain."""

    def readable(self) -> bool:
        """Say yes: the attempt is what is reported."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Raise NoInputError."""
        raise NoInputError("standard input is closed")


class _Onto(io.RawIOBase):
    """Bytes that go to a stream of text."""

    def __init__(self, stream: TextIO | None) -> None:
        self.stream = stream

    def writable(self) -> bool:
        """Say yes."""
        return True

    def write(self, data: ReadableBuffer) -> int:
        """Write the bytes, as text, to the stream."""
        text = bytes(data)
        if self.stream is not None:
            self.stream.write(text.decode("utf-8", errors="replace"))
            self.stream.flush()
        return len(text)

    def fileno(self) -> int:
        """Return the stream's own number, for programs that are started with it."""
        if self.stream is None:
            raise io.UnsupportedOperation("fileno")
        return self.stream.fileno()
