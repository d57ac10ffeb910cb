"""The screen of a 3270 terminal: a write makes it, typing changes it, a key sends back what was modified."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from simulator.errors import DecisionError
from simulator.telnet import data_stream as stream
from simulator.telnet.data_stream import (
    CODE_PAGE,
    Aid,
    FieldColour,
    InsertCursor,
    RepeatTo,
    SetAddress,
    StartField,
    TerminalInput,
    WriteCommand,
    WriteText,
)
from simulator.telnet.stream import TelnetViolation
from simulator.visible import clean

if TYPE_CHECKING:
    from collections.abc import Iterator


class ScreenField(Struct, frozen=True):
    """A field: the places behind its attribute, up to the next attribute.

    Attributes:
        address: its first place; the attribute is the place before it.
        length: its places.
        attribute: the six bits of its attribute.
        colour: its colour, if the write named one.
    """

    address: int
    length: int
    attribute: int
    colour: FieldColour

    @property
    def is_protected(self) -> bool:
        """Return True if nothing can be typed here."""
        return bool(self.attribute & stream.PROTECTED)

    @property
    def is_hidden(self) -> bool:
        """Return True if what is typed here is not shown."""
        return self.attribute & stream.DISPLAY_BITS == stream.HIDDEN

    @property
    def is_intensified(self) -> bool:
        """Return True if it is shown brighter."""
        return self.attribute & stream.DISPLAY_BITS == stream.INTENSIFIED


class Screen(Struct, frozen=True):
    """The contents of a terminal's screen at one moment.

    Attributes:
        lines: the rows as text, each as long as the screen is wide; hidden fields are blank.
        fields: its fields in the order of the screen; none in plain telnet.
        cursor: the cursor's row and column, both counted from 1.
    """

    lines: tuple[str, ...]
    fields: tuple[ScreenField, ...] = ()
    cursor: tuple[int, int] = (1, 1)

    def __str__(self) -> str:
        return "\n".join(line.rstrip() for line in self.lines)

    def framed(self) -> str:
        """The screen with a border, for a terminal; text from outside cannot move what is around it."""
        width = max(map(len, self.lines))
        edge = "─" * width
        rows = (f"│{clean(line)[:width]:<{width}}│" for line in self.lines)
        return "\n".join((f"┌{edge}┐", *rows, f"└{edge}┘"))


class Display:
    """A terminal's screen, which writes and typing change.

    Attributes:
        cells: the character at each place in the terminal's code page; 0 for none.
        attributes: the attribute at each place where a field begins.
        cursor: the cursor's address.
        locked: the keyboard is locked until the server restores it.
    """

    def __init__(self) -> None:
        self.cells = bytearray(stream.CELLS)
        self.attributes: dict[int, tuple[int, FieldColour]] = {}
        self.cursor = 0
        self.locked = True

    def write(self, data: bytes) -> None:
        """Carry out a server's write.

        Raises:
            TelnetViolation: the record is no write that this terminal knows.
        """
        if len(data) < 2 or data[0] not in WriteCommand._value2member_map_:
            raise TelnetViolation(
                "A record from the server is no write that this terminal knows.",
                got=data[:2].hex(" ") or "an empty record",
                expected="Write (f1) or Erase/Write (f5), and a control character",
            )
        orders = list(stream.read_orders(data[2:]))  # all of them, before anything is changed
        if data[0] != WriteCommand.WRITE:
            self.cells = bytearray(stream.CELLS)
            self.attributes.clear()
            self.cursor = 0
        elif data[1] & stream.RESET_MODIFIED:
            self._set_modified(False)
        self._carry_out(orders)
        if data[1] & stream.RESTORE:
            self.locked = False

    def _carry_out(self, orders: list[stream.Order]) -> None:
        """Write what the orders say, round the end of the screen to its beginning."""
        address = self.cursor
        for order in orders:
            match order:
                case SetAddress(target):
                    address = target
                case StartField(attribute, colour):
                    self._put(address, 0)
                    self.attributes[address] = (attribute, colour)
                    address = (address + 1) % stream.CELLS
                case InsertCursor():
                    self.cursor = address
                case RepeatTo(target, character):
                    self._fill(address, (target - address) % stream.CELLS or stream.CELLS, character)
                    address = target
                case WriteText(data):
                    for character in data:
                        self._put(address, character)
                        address = (address + 1) % stream.CELLS

    def _put(self, address: int, character: int) -> None:
        """Put a character in a place; an attribute that was there goes."""
        self.cells[address] = character
        self.attributes.pop(address, None)

    def _fill(self, address: int, length: int, character: int) -> None:
        """Put one character in many places, without a step for each: a write may have thousands of these."""
        first = min(length, stream.CELLS - address)
        self.cells[address : address + first] = bytes([character]) * first
        self.cells[: length - first] = bytes([character]) * (length - first)
        for place in [one for one in self.attributes if (one - address) % stream.CELLS < length]:
            del self.attributes[place]

    def _set_modified(self, modified: bool, only: int | None = None) -> None:
        """Mark one field, or all, as modified or not."""
        for address, (attribute, colour) in self.attributes.items():
            if only in (None, address):
                bits = attribute | stream.MODIFIED if modified else attribute & ~stream.MODIFIED
                self.attributes[address] = (bits, colour)

    def fields(self) -> Iterator[ScreenField]:
        """The fields in the order of the screen; the last one goes on at the screen's beginning."""
        starts = sorted(self.attributes)
        for index, start in enumerate(starts):
            end = starts[(index + 1) % len(starts)]
            length = (end - start - 1) % stream.CELLS
            attribute, colour = self.attributes[start]
            yield ScreenField((start + 1) % stream.CELLS, length, attribute, colour)

    def open_fields(self) -> list[ScreenField]:
        """The fields that can be typed in."""
        return [field for field in self.fields() if not field.is_protected and field.length]

    def field_at(self, address: int) -> ScreenField | None:
        """The field that a place belongs to, or None outside the fields and on an attribute."""
        for field in self.fields():
            if (address - field.address) % stream.CELLS < field.length:
                return field
        return None

    def type(self, text: str) -> None:
        """Type at the cursor, character by character, and go on behind a field's end as a terminal does.

        Raises:
            DecisionError: the keyboard is locked, or the cursor is where nothing can be typed.
        """
        for character in text.encode(CODE_PAGE, "replace"):
            field = self.field_at(self.cursor)
            if self.locked or field is None or field.is_protected:
                raise DecisionError(
                    "Nothing can be typed now.",
                    got="a locked keyboard" if self.locked else "the cursor outside an unprotected field",
                    expected="an unlocked keyboard, and the cursor in a field that is not protected",
                    advice="Wait for the server's write, or move to the next field.",
                )
            self.cells[self.cursor] = character
            self._set_modified(True, (field.address - 1) % stream.CELLS)
            self.cursor = (self.cursor + 1) % stream.CELLS
            self._skip()

    def _skip(self) -> None:
        """Move on from an attribute: behind it, or to the next unprotected field (automatic skip)."""
        if self.cursor not in self.attributes:
            return
        attribute, _ = self.attributes[self.cursor]
        if attribute & stream.PROTECTED and attribute & stream.NUMERIC:
            self.tab()
        else:
            self.cursor = (self.cursor + 1) % stream.CELLS

    def tab(self) -> None:
        """Move the cursor to the next unprotected field, or stay where there is none."""
        starts = [field.address for field in self.open_fields()]
        if starts:
            self.cursor = next((start for start in starts if start > self.cursor), starts[0])

    def press(self, aid: Aid) -> bytes:
        """Press a key: the record's data that it sends; the keyboard is locked from here on."""
        self.locked = True
        if aid is Aid.CLEAR:
            return bytes([aid])
        modified = tuple(
            (field.address, _text(self._content(field).replace(b"\0", b"")))
            for field in self.fields()
            if field.attribute & stream.MODIFIED
        )
        return TerminalInput(aid, self.cursor, modified).encode()

    def _content(self, field: ScreenField) -> bytes:
        """The characters of a field, 0 where there is none."""
        return bytes(self.cells[(field.address + step) % stream.CELLS] for step in range(field.length))

    def screen(self) -> Screen:
        """The screen as it is shown."""
        shown = bytearray(self.cells)
        for field in self.fields():
            if field.is_hidden:
                for step in range(field.length):
                    shown[(field.address + step) % stream.CELLS] = 0
        text = _text(bytes(shown))
        rows = tuple(text[at : at + stream.COLUMNS] for at in range(0, stream.CELLS, stream.COLUMNS))
        row, column = divmod(self.cursor, stream.COLUMNS)
        return Screen(rows, tuple(self.fields()), (row + 1, column + 1))


def _text(cells: bytes) -> str:
    """Cells as text: a space where there is no character."""
    return cells.replace(b"\0", b"\x40").decode(CODE_PAGE)
