"""The virtual terminal of plain telnet: lines that are typed, their echo, and text on a screen (RFC 854)."""

from __future__ import annotations

import re

from simulator.telnet.data_stream import COLUMNS, ROWS
from simulator.telnet.screen import Screen

USER_PROMPT, PASSWORD_PROMPT = "login: ", "Password: "
CRLF, CR_NUL = b"\r\n", b"\r\0"
_ENDS = (CRLF, CR_NUL, b"\n", b"\r")  # a client in line mode sends the first, in character mode the second
_RUBOUT = b"\x08\x7f"
# A rubbed out character goes from the screen, a CR to the next line; the second half of an end adds nothing.
_ECHOES = {0x08: b"\b \b", 0x7F: b"\b \b", 0x0D: CRLF, 0x0A: b"", 0x00: b""}

# The second half of an end whose CR came before, a line with its end, or characters without one.
_PIECES = re.compile(rb"[\n\0]|[^\r\n\0]*\r[\n\0]?|[^\r\n\0]+")


def pieces(data: bytes) -> list[bytes]:
    """Typed bytes cut behind each line end, so that each line is echoed, or not, by itself."""
    return _PIECES.findall(data)


def take_line(data: bytearray) -> str | None:
    """Take the first complete line off what was typed, without rubbed out characters; or None.

    A CR whose next byte is still to come does not end a line yet.
    """
    at = min((place for place in (data.find(b"\r"), data.find(b"\n")) if place >= 0), default=-1)
    if at < 0 or bytes(data[at:]) == b"\r":
        return None
    end = next(end for end in _ENDS if data[at:].startswith(end))
    line = bytearray()
    for code in data[:at]:
        if code in _RUBOUT:
            del line[-1:]
        else:
            line.append(code)
    del data[: at + len(end)]
    return line.decode("utf-8", "replace")


def echo(data: bytes) -> bytes:
    """The echo of typed bytes."""
    shown = bytearray()
    for code in data.replace(CR_NUL, b"\r").replace(CRLF, b"\r"):
        shown += _ECHOES.get(code, bytes([code]))
    return bytes(shown)


class Paper:
    """The text of a session as a screen shows it: it scrolls, and each character moves the cursor."""

    def __init__(self) -> None:
        self.rows = [""]
        self.column = 0

    def write(self, text: str) -> None:
        """Add text; control characters other than line ends and backspace are dropped."""
        for character in text:
            if character == "\n":
                self.rows = [*self.rows, ""][-ROWS:]
            elif character == "\r":
                self.column = 0
            elif character == "\b":
                self.column = max(0, self.column - 1)
            elif character.isprintable():
                self._put(character)

    def _put(self, character: str) -> None:
        """Write a character at the cursor, at the end of a row in the next one."""
        if self.column == COLUMNS:
            self.rows = [*self.rows, ""][-ROWS:]
            self.column = 0
        row = self.rows[-1].ljust(self.column)
        self.rows[-1] = row[: self.column] + character + row[self.column + 1 :]
        self.column += 1

    def screen(self) -> Screen:
        """The screen as it is shown."""
        rows = [row.ljust(COLUMNS) for row in self.rows] + [" " * COLUMNS] * (ROWS - len(self.rows))
        return Screen(tuple(rows), cursor=(len(self.rows), min(self.column, COLUMNS - 1) + 1))
