"""A terminal for tests: the command behind a pseudo terminal, and what a reader sees of it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import termios
from pathlib import Path
from select import select
from time import monotonic

from tests.peers import ROOT
from tests.processes import COMMAND, Process

PATIENCE_S = 30.0  # for one thing to appear on a busy machine
PICTURE = "\x1b[H\x1b[2J"
OTHER_SCREEN, USUAL_SCREEN = "\x1b[?1049h", "\x1b[?1049l"
CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Screen:
    """The command in a window of so many columns and lines.

    Args:
        columns, lines: the window.
        arguments: the words after ``clientauth``.
        code: what is run; it finds the arguments in ``sys.argv``.
        environment: variables beside the usual ones.
    """

    def __init__(
        self,
        columns: int,
        lines: int,
        *arguments: str,
        code: str = COMMAND,
        **environment: str,
    ) -> None:
        self.said = ""
        self._bytes = b""
        self.terminal, inside = pty.openpty()
        self.resize(columns, lines)
        self.before = termios.tcgetattr(self.terminal)
        settings = {"PYTHONPATH": str(ROOT), "TERM": "xterm", "PYTHONIOENCODING": "utf-8"} | environment
        kept = {name: text for name, text in os.environ.items() if name not in ("COLUMNS", "LINES")}
        self.process = Process(
            *arguments,
            streams=(inside, inside, inside),
            cwd=Path.cwd(),
            environment=kept | settings,
            code=code,
            own_terminal=True,  # signals of keys go to whose terminal it is
        )
        os.close(inside)

    def __enter__(self) -> Screen:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.terminal)

    def resize(self, columns: int, lines: int) -> None:
        """Give the window another size; the command hears of it as of any window's."""
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def wait(self, *phrases: str) -> None:
        """Read on until these phrases stand, in order, in what comes from now on; they may come at once."""
        at, end = len(self.said), monotonic() + PATIENCE_S
        for words in phrases:
            while (found := self.said.find(words, at)) < 0:
                assert monotonic() < end, f"{words!r} did not come: {self.said[at:]!r}"
                assert self._read(), f"it ended before {words!r}: {self.said[at:]!r}"
            at = found + len(words)

    def press(self, keys: str, words: str) -> None:
        """Press keys, and wait for these words."""
        os.write(self.terminal, keys.encode())
        self.wait(words)

    def rest(self) -> None:
        """Wait until the command sleeps: its last words can be read before its call to write them returns."""
        end, stat = monotonic() + PATIENCE_S, Path(f"/proc/{self.process.pid}/stat")
        while stat.read_text(encoding="utf-8").rpartition(") ")[2][0] != "S":
            assert monotonic() < end, "it does not wait for keys"

    def end(self, keys: str = "") -> int:
        """Press the last keys, read to the end, and give the exit status."""
        os.write(self.terminal, keys.encode())
        return self.ended()

    def ended(self) -> int:
        """Read to the end and give the exit status."""
        end = monotonic() + PATIENCE_S
        while self._read():
            assert monotonic() < end, f"it did not end: {self.said[-500:]!r}"
        return self.process.wait(PATIENCE_S)

    def picture(self) -> dict[int, str]:
        """The last picture that was painted: its lines by their numbers, from 1."""
        return lines_of(self.said.rpartition(PICTURE)[2])

    def _read(self) -> bool:
        """Take what has come; False at the end."""
        if not select([self.terminal], [], [], 0.1)[0]:
            return True
        try:
            more = os.read(self.terminal, 65536)
        except OSError:  # Linux says the end of a pseudo terminal so
            return False
        self._bytes += more
        self.said = self._bytes.decode("utf-8", "ignore")
        return bool(more)


def lines_of(painted: str) -> dict[int, str]:
    """The lines of a picture by their numbers, without colours."""
    placed = re.split(r"\x1b\[(\d+);1H", painted)[1:]
    return {int(row): CODES.sub("", text) for row, text in zip(placed[::2], placed[1::2], strict=True)}
