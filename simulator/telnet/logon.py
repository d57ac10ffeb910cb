"""The logon screen: who the client is to the server and at which level, and fields for user and password."""

from __future__ import annotations

import re
from textwrap import wrap
from typing import TYPE_CHECKING

from msgspec import Struct

from simulator.telnet import data_stream as stream
from simulator.telnet.data_stream import (
    CODE_PAGE,
    Aid,
    FieldColour,
    InsertCursor,
    Order,
    SetAddress,
    StartField,
    TerminalInput,
    WriteCommand,
    WriteText,
    place,
)
from simulator.visible import clean

if TYPE_CHECKING:
    from simulator.telnet.screen import Screen

_LABELS = ("Client", "Standing", "Level")
_FIRST_ROW = 5  # of the labels
_VALUE_COLUMN = 15
_VALUE_WIDTH = stream.COLUMNS - _VALUE_COLUMN
_USER_ROW, _PASSWORD_ROW, _MESSAGE_ROW = 15, 16, 19
_INPUT_COLUMN = 16
_INPUT_LENGTH = 8  # characters of a user ID, and of a password, as RACF has them
USER_ADDRESS = place(_USER_ROW, _INPUT_COLUMN + 1)
PASSWORD_ADDRESS = place(_PASSWORD_ROW, _INPUT_COLUMN + 1)

_LABEL, _VALUE = stream.PROTECTED | stream.NUMERIC, stream.PROTECTED | stream.NUMERIC | stream.INTENSIFIED
_OPEN, _SECRET = 0, stream.HIDDEN
# At the very place of the label: a long name that goes on in the next row cannot pose as a level.
_LEVEL = re.compile(r"^ ?Level\.{6}: +([A-Z_]+)$", re.MULTILINE)


class LogonScreen(Struct, frozen=True):
    """A logon screen: fields on a 3270, lines in plain telnet.

    Attributes:
        host: the host's name, in the heading.
        client: who the client is to the server: a user, or the subject of a certificate.
        standing: what the server knows of the client, in words.
        level: the level of the session, by its name; empty for a screen that says nothing of the client.
        message: words below the fields: an answer to what was typed, or the reason of a refusal.
        asks: user and password can be typed.
    """

    host: str
    client: str = ""
    standing: str = ""
    level: str = ""
    message: str = ""
    asks: bool = True

    @property
    def heading(self) -> str:
        """The first line."""
        return f"Logon to {clean(self.host)}"[: stream.COLUMNS - 2]

    def rows(self) -> list[tuple[int, str, str]]:
        """The row, the label and the text of each line about the client; a long text goes on below it.

        The client gets at most four rows: a longer name of a certificate ends in dots, the level stays.
        """
        found: list[tuple[int, str, str]] = []
        row = _FIRST_ROW
        if not self.level:
            return found
        for label, text in zip(_LABELS, (self.client, self.standing, self.level), strict=True):
            lines = wrap(clean(text), _VALUE_WIDTH, max_lines=4, placeholder=" ...") or [""]
            for line in lines:
                found.append((row, label, line))
                label = ""
                row += 1
        return found

    def write(self, colours: bool) -> bytes:
        """The screen as an Erase/Write.

        Args:
            colours: the device has extended colours; without them bright fields are white on a 3279 and
                brighter on a 3278.
        """
        field = _Fields(colours)
        orders = [*field.text(1, (stream.COLUMNS - len(self.heading)) // 2, self.heading, FieldColour.WHITE)]
        for row, label, text in self.rows():
            if label:
                orders += field.text(row, 1, f"{label:.<11}:", FieldColour.TURQUOISE, bright=False)
            colour = _colour_of(self.level) if label == "Level" else FieldColour.GREEN
            orders += field.text(row, _VALUE_COLUMN - 1, text, colour)
        if self.asks:
            orders += field.text(_USER_ROW, 1, "User     ===>", FieldColour.TURQUOISE, bright=False)
            orders += field.entry(_USER_ROW, _OPEN, first=True)
            orders += field.text(_PASSWORD_ROW, 1, "Password ===>", FieldColour.TURQUOISE, bright=False)
            orders += field.entry(_PASSWORD_ROW, _SECRET, first=False)
            orders += field.text(24, 1, "Enter: log on    PF3: leave", FieldColour.BLUE, bright=False)
        for row, line in enumerate(wrap(clean(self.message), stream.COLUMNS - 2, max_lines=4), _MESSAGE_ROW):
            orders += field.text(row, 1, line, FieldColour.YELLOW)
        return stream.encode_write(WriteCommand.ERASE_WRITE, orders)

    def text(self) -> str:
        """The screen as lines of plain telnet, without the prompt."""
        lines = [self.heading, ""]
        lines += [f"{f'{label:.<11}:' if label else '':12} {text}" for _, label, text in self.rows()]
        lines += ["", *wrap(clean(self.message), stream.COLUMNS, max_lines=4)] if self.message else []
        return "\r\n".join([*lines, "", ""])


class _Fields:
    """Writes fields, with colours or without."""

    def __init__(self, colours: bool) -> None:
        self.colours = colours

    def start(self, row: int, column: int, attribute: int, colour: FieldColour) -> list[Order]:
        """Begin a field whose attribute stands in this column."""
        shown = colour if self.colours else FieldColour.DEFAULT
        return [SetAddress(place(row, column)), StartField(attribute, shown)]

    def text(
        self, row: int, column: int, text: str, colour: FieldColour, *, bright: bool = True
    ) -> list[Order]:
        """A protected field of text."""
        attribute = _VALUE if bright else _LABEL
        return [*self.start(row, column, attribute, colour), WriteText(text.encode(CODE_PAGE, "replace"))]

    def entry(self, row: int, attribute: int, *, first: bool) -> list[Order]:
        """A field to type in, with the cursor in the first one."""
        end = SetAddress(place(row, _INPUT_COLUMN + _INPUT_LENGTH + 1))
        cursor: list[Order] = [InsertCursor()] if first else []
        begin = self.start(row, _INPUT_COLUMN, attribute, FieldColour.RED)
        return [*begin, *cursor, end, StartField(_LABEL)]


def _colour_of(level: str) -> FieldColour:
    """Red for a refusal or no encryption, yellow for a client that is not authenticated, else green."""
    if level in ("REFUSED", "CLEARTEXT"):
        return FieldColour.RED
    return FieldColour.GREEN if level.startswith("CLIENT_") else FieldColour.YELLOW


def level_on(screen: Screen) -> str | None:
    """The level that a screen names, or None if it names none."""
    found = _LEVEL.search(str(screen))
    return found[1] if found else None


def typed_of(typed: TerminalInput) -> tuple[str, str] | None:
    """User and password of a terminal's input; None where the key leaves the screen."""
    if typed.aid != Aid.ENTER:
        return None
    fields = dict(typed.fields)
    return fields.get(USER_ADDRESS, "").strip(), fields.get(PASSWORD_ADDRESS, "").strip()
