"""Standard output and standard error while a command runs: a failed write is reported once.

Python's own streams keep what is written in a buffer, so that a full disk may be noticed only when the
program has ended, or never. Here every write goes through a file that knows what a failure means.
"""

from __future__ import annotations

import io
import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TextIO

from simulator.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Output(io.RawIOBase):
    """A standard stream that reports its first failure and is silent after it.

    Args:
        file: the stream's own file, or None if the program was started without one.
        told: raise an error at a failure; False for standard error, since no stream is left to report it on.
    """

    def __init__(self, file: io.FileIO | None, *, told: bool) -> None:
        self._file = file
        self._told = told
        self._failed = False

    def writable(self) -> bool:
        """Return True: it is written to."""
        return True

    def isatty(self) -> bool:
        """Return True if it is a terminal."""
        return self._file is not None and self._file.isatty()

    def fileno(self) -> int:
        """The number of its file."""
        return super().fileno() if self._file is None else self._file.fileno()

    def write(self, data: Any) -> int | None:
        """Write bytes.

        Raises:
            OutputError: they cannot be written. A reader that has gone is no error: it has seen enough.
        """
        problem = "it is closed" if self._file is None else ""
        if self._file is not None and not self._failed:
            try:
                return self._file.write(data)
            except BrokenPipeError:
                self._failed = True
            except OSError as error:
                problem = os.strerror(error.errno or 0).lower()
        if problem and self._told and not self._failed:
            self._failed = True
            raise OutputError(
                "Standard output cannot be written.",
                got=problem,
                expected="a terminal, a pipe or a file with room",
                advice="The output so far is incomplete: make room, or send it elsewhere.",
            )
        return memoryview(data).nbytes


@contextmanager
def watched_streams() -> Iterator[None]:
    """Watch both standard streams; they are flushed at the end.

    Raises:
        OutputError: standard output could not be written.
    """
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _watched(sys.stdout, told=True), _watched(sys.stderr, told=False)
    try:
        yield
        sys.stdout.flush()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OutputError):
                stream.flush()
        sys.stdout, sys.stderr = before


def _watched(stream: TextIO | None, *, told: bool) -> TextIO:
    """The same stream on a watched file, or the stream itself where it is no plain file.

    A console of Windows writes text of its own, and a test or a notebook has a stream in memory.
    """
    buffer = getattr(stream, "buffer", None)
    file = getattr(buffer, "raw", buffer)  # with PYTHONUNBUFFERED the buffer is the file itself
    if stream is not None and not isinstance(file, io.FileIO):
        return stream
    encoding = stream.encoding if stream is not None else "utf-8"
    lines = stream is not None and stream.isatty()
    watched: Any = Output(file, told=told)
    return io.TextIOWrapper(io.BufferedWriter(watched), encoding, "backslashreplace", line_buffering=lines)
