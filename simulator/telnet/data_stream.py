"""The 3270 data stream as values: the server's writes and the terminal's input (IBM GA23-0059)."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from simulator.telnet.stream import TelnetViolation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CODE_PAGE = "cp037"  # EBCDIC of the United States, and s3270's own default
COLUMNS = 80
ROWS = 24
CELLS = ROWS * COLUMNS


class WriteCommand(IntEnum):
    """A command of the server, as a remote terminal's (a channel's code differs: Erase/Write is 05 there)."""

    WRITE = 0xF1
    ERASE_WRITE = 0xF5


class Aid(IntEnum):
    """The key that made the terminal send (attention identifier)."""

    ENTER = 0x7D
    CLEAR = 0x6D
    PF3 = 0xF3


class FieldColour(IntEnum):
    """A colour of the extended attributes (type 42)."""

    DEFAULT = 0x00
    BLUE = 0xF1
    RED = 0xF2
    PINK = 0xF3
    GREEN = 0xF4
    TURQUOISE = 0xF5
    YELLOW = 0xF6
    WHITE = 0xF7


SBA, SF, SFE, SA, IC, RA, EUA, PT, MF, GE = 0x11, 0x1D, 0x29, 0x28, 0x13, 0x3C, 0x12, 0x05, 0x2C, 0x08
FIELD_ATTRIBUTE, COLOUR = 0xC0, 0x42  # types of extended attributes
PROTECTED, NUMERIC, DISPLAY_BITS, MODIFIED = 0x20, 0x10, 0x0C, 0x01  # bits of a field attribute
INTENSIFIED, HIDDEN = 0x08, 0x0C  # values of the display bits
RESTORE, RESET_MODIFIED = 0x02, 0x01  # write control character: unlock the keyboard, reset modified fields
WCC = 0xC3  # reset the partition, RESTORE, RESET_MODIFIED

#: Six bits as a graphic byte (GA23-0059, figure C-1): addresses and attributes survive a text line so.
SIX_BITS = bytes.fromhex(
    "40c1c2c3c4c5c6c7c8c94a4b4c4d4e4f" "50d1d2d3d4d5d6d7d8d95a5b5c5d5e5f"
    "6061e2e3e4e5e6e7e8e96a6b6c6d6e6f" "f0f1f2f3f4f5f6f7f8f97a7b7c7d7e7f"
)  # fmt: skip


def encode_address(address: int) -> bytes:
    """A place of the screen as two bytes of six bits, as any screen below 4,096 places has it."""
    return bytes([SIX_BITS[address >> 6], SIX_BITS[address & 0x3F]])


def read_address(pair: bytes, cells: int = CELLS) -> int:
    """Read a place of the screen: fourteen bits if the two highest are 00, else two times six.

    Raises:
        TelnetViolation: it is no address, or beyond the screen.
    """
    if len(pair) < 2:
        raise TelnetViolation("An address is cut off.", got=f"{len(pair)} bytes", expected="2 bytes")
    first, second = pair
    if first & 0xC0 == 0x00:
        address = (first << 8) | second
    elif first & 0xC0 == 0x80:
        raise TelnetViolation("An address has a reserved form.", got=pair.hex(" "), expected="12 or 14 bits")
    else:
        address = ((first & 0x3F) << 6) | (second & 0x3F)
    if address >= cells:
        raise TelnetViolation(
            "An address is beyond the screen.", got=address, expected=f"0 to {cells - 1}, row by row"
        )
    return address


def place(row: int, column: int) -> int:
    """The address of a row and a column, both counted from 1 as terminals show them."""
    return (row - 1) * COLUMNS + column - 1


class Order(Struct, frozen=True):
    """Base of the orders and texts of a write."""


class SetAddress(Order, frozen=True):
    """Go on at another place (SBA)."""

    address: int


class StartField(Order, frozen=True):
    """A field begins with this attribute (SF); with a colour it is an extended one (SFE)."""

    attribute: int
    colour: FieldColour = FieldColour.DEFAULT


class InsertCursor(Order, frozen=True):
    """The cursor goes here (IC)."""


class RepeatTo(Order, frozen=True):
    """One character up to an address (RA)."""

    address: int
    character: int


class WriteText(Order, frozen=True):
    """Characters, in the code page of the terminal."""

    data: bytes


def encode_write(command: WriteCommand, orders: Iterable[Order], wcc: int = WCC) -> bytes:
    """A write as a record's data."""
    return bytes([command, wcc]) + b"".join(map(_encode_order, orders))


def _encode_order(order: Order) -> bytes:
    """The bytes of one order."""
    match order:
        case SetAddress(address):
            return bytes([SBA]) + encode_address(address)
        case StartField(attribute, FieldColour.DEFAULT):
            return bytes([SF, SIX_BITS[attribute]])
        case StartField(attribute, colour):
            return bytes([SFE, 2, FIELD_ATTRIBUTE, SIX_BITS[attribute], COLOUR, colour])
        case InsertCursor():
            return bytes([IC])
        case RepeatTo(address, character):
            return bytes([RA]) + encode_address(address) + bytes([character])
        case WriteText(data):
            return data
    raise AssertionError(order)


def read_orders(data: bytes, cells: int = CELLS) -> Iterator[Order]:
    """Read the orders and texts behind the write control character.

    Raises:
        TelnetViolation: an order is cut off, unknown, or points beyond the screen.
    """
    position = 0
    while position < len(data):
        code = data[position]
        if code >= 0x40 or code == 0x00:
            end = position
            while end < len(data) and (data[end] >= 0x40 or data[end] == 0x00):
                end += 1
            yield WriteText(data[position:end])
            position = end
            continue
        order, length = _read_order(code, data[position + 1 :], cells)
        yield order
        position += 1 + length


def _read_order(code: int, rest: bytes, cells: int) -> tuple[Order, int]:
    """One order and the number of bytes behind its code."""
    if code == SBA:
        return SetAddress(read_address(rest[:2], cells)), 2
    if code == IC:
        return InsertCursor(), 0
    if code == RA and len(rest) >= 3:
        return RepeatTo(read_address(rest[:2], cells), rest[2]), 3
    if code == SF and rest:
        return StartField(rest[0] & 0x3F), 1
    if code == SFE and rest and len(rest) > rest[0] * 2:
        pairs = dict(zip(rest[1 : 1 + rest[0] * 2 : 2], rest[2 : 2 + rest[0] * 2 : 2], strict=True))
        colour = pairs.get(COLOUR, FieldColour.DEFAULT)
        if colour in FieldColour._value2member_map_:
            return StartField(pairs.get(FIELD_ATTRIBUTE, 0) & 0x3F, FieldColour(colour)), 1 + rest[0] * 2
    raise TelnetViolation(
        "An order of the 3270 data stream is unknown here or cut off.",
        got=bytes([code, *rest[:6]]).hex(" "),
        expected="SBA, SF, SFE with a colour, IC or RA, whole",
    )


class TerminalInput(Struct, frozen=True):
    """The input that a terminal sends when a key is pressed (read modified).

    Attributes:
        aid: the key.
        cursor: the cursor's address.
        fields: each modified field by its first address, with its text; places without a character are left
            out.
    """

    aid: int
    cursor: int
    fields: tuple[tuple[int, str], ...] = ()

    def encode(self) -> bytes:
        """The input as a record's data."""
        return bytes([self.aid]) + encode_address(self.cursor) + b"".join(
            bytes([SBA]) + encode_address(address) + text.encode(CODE_PAGE, "replace")
            for address, text in self.fields
        )  # fmt: skip


def read_input(data: bytes, cells: int = CELLS) -> TerminalInput:
    """Read a terminal's record.

    Raises:
        TelnetViolation: it has not the form of read modified.
    """
    if not data:
        raise TelnetViolation("A record from the terminal is empty.", expected="a key, at least")
    if len(data) == 1:  # a short read: CLEAR and the PA keys send neither cursor nor fields
        return TerminalInput(data[0], 0)
    cursor = read_address(data[1:3], cells)
    fields: list[tuple[int, str]] = []
    for order in read_orders(data[3:], cells):
        match order:
            case SetAddress(address):
                fields.append((address, ""))
            case WriteText(text) if fields and not fields[-1][1]:
                fields[-1] = (fields[-1][0], text.replace(b"\0", b"").decode(CODE_PAGE))
            case _:
                raise TelnetViolation(
                    "A record from the terminal has an order that no terminal sends.",
                    got=type(order).__name__,
                    expected="an address and the text of its field, field by field",
                )
    return TerminalInput(data[0], cursor, tuple(fields))
