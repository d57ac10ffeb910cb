"""The 3270 data stream and its screen, against the bytes that real terminals send and read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.errors import DecisionError
from simulator.security import SecurityLevel
from simulator.telnet.data_stream import (
    CELLS,
    PROTECTED,
    Aid,
    FieldColour,
    InsertCursor,
    RepeatTo,
    SetAddress,
    StartField,
    TerminalInput,
    WriteCommand,
    WriteText,
    encode_address,
    encode_write,
    place,
    read_address,
    read_input,
    read_orders,
)
from simulator.telnet.logon import LogonScreen, level_on, typed_of
from simulator.telnet.nvt import Paper, echo, pieces, take_line
from simulator.telnet.screen import Display
from simulator.telnet.stream import TelnetViolation
from tests.played import for_each
from tests.telnet.sessions import LOGON

# Measured with s3270 4.1: "alice", Tab, "secret", Enter, in fields of eight places filled with spaces.
TYPED = bytes.fromhex("7d4ad611c9408193898385404040114a50a285839985a34040")


def test_addresses_are_those_of_the_real_thing() -> None:
    """Row 1 column 30 is 40 5d, row 8 column 2 is c8 f1; every address comes back, in either form."""
    assert bytes.fromhex("405d") == encode_address(place(1, 30))
    assert bytes.fromhex("c8f1") == encode_address(place(8, 2))
    for address in range(CELLS):
        assert address == read_address(encode_address(address))
        assert address == read_address(address.to_bytes(2, "big"))  # fourteen bits


@pytest.mark.parametrize("pair", ["", "40", "8040", "bfff", "ffff", "3fff", "0780"])
def test_an_address_beyond_the_screen_is_refused(pair: str) -> None:
    """Cut off, of a reserved form, or beyond 24 × 80."""
    with pytest.raises(TelnetViolation, match="An address"):
        read_address(bytes.fromhex(pair))


def test_input_is_read_as_s3270_sends_it() -> None:
    """AID, cursor and the modified fields of a real terminal, and written the same."""
    typed = read_input(TYPED)
    assert TerminalInput(Aid.ENTER, 662, ((576, "alice   "), (656, "secret  "))) == typed
    assert TYPED == typed.encode()
    assert TerminalInput(Aid.CLEAR, 0) == read_input(b"\x6d")


@pytest.mark.parametrize("bad", ["", "7d40", "7d4040c1", "7d4040114040c11100", "7d40401df0", "7d404013"])
def test_malformed_input_is_refused(bad: str) -> None:
    """Bytes that are no read modified are refused in words."""
    with pytest.raises(TelnetViolation):
        read_input(bytes.fromhex(bad))


ORDERS = st.one_of(
    st.integers(0, CELLS - 1).map(SetAddress),
    st.builds(StartField, st.integers(0, 63), st.sampled_from(FieldColour)),
    st.just(InsertCursor()),
    st.builds(RepeatTo, st.integers(0, CELLS - 1), st.integers(0, 255)),
)


@given(st.lists(ORDERS, max_size=20))
def test_orders_come_back(orders: list[SetAddress | StartField | InsertCursor | RepeatTo]) -> None:
    """What is written is read as the same orders, and leaves a screen of 24 × 80."""
    data = encode_write(WriteCommand.ERASE_WRITE, orders)
    assert orders == list(read_orders(data[2:]))
    display = Display()
    display.write(data)
    assert [80] * 24 == [len(line) for line in display.screen().lines]


@given(st.binary(max_size=60), st.sampled_from([b"", b"\xf5\xc3", b"\xf1\xc2"]))
def test_any_bytes_are_a_write_or_a_violation(data: bytes, begin: bytes) -> None:
    """No bytes raise anything else, and a write that is refused changes nothing."""
    display = Display()
    before = display.screen()
    try:
        display.write(begin + data)
    except TelnetViolation:
        assert before == display.screen()


def test_the_screen_of_the_measured_write() -> None:
    """The fields of the screen that s3270 was measured with: typing, Tab and Enter make its very bytes."""
    display = Display()
    spaces = WriteText(b"\x40" * 8)
    user = [SetAddress(575), StartField(0), InsertCursor(), spaces, StartField(0x30)]
    password = [SetAddress(655), StartField(0x0C), spaces, StartField(0x30)]
    display.write(encode_write(WriteCommand.ERASE_WRITE, [*user, *password]))
    display.type("alice")
    display.tab()
    display.type("secret")
    assert "secret" not in repr(display.screen())
    assert TYPED == display.press(Aid.ENTER)
    with pytest.raises(DecisionError, match="locked keyboard"):
        display.type("x")


def test_behind_a_full_field_the_cursor_skips_to_the_next() -> None:
    """A ninth letter goes to the password; on an attribute, or in a protected field, nothing can be typed."""
    display = Display()
    display.write(LOGON.write(colours=True))
    user, password = (field.address for field in display.open_fields())
    display.type("12345678")
    assert password == display.cursor
    display.type("12345678")
    assert user == display.cursor
    for cursor in (user - 1, 0):
        display.cursor = cursor
        with pytest.raises(DecisionError, match="outside an unprotected field"):
            display.type("9")


def test_behind_an_attribute_that_does_not_skip_the_cursor_goes_on() -> None:
    """Only a protected numeric field is skipped (GA23-0059): another one begins behind its attribute."""
    for attribute in (0, PROTECTED):
        display = Display()
        orders = (StartField(0), InsertCursor(), WriteText(b"\0\0"), StartField(attribute))
        display.write(encode_write(WriteCommand.ERASE_WRITE, orders))
        display.type("ab")
        assert 4 == display.cursor


@for_each("level", SecurityLevel)
@for_each("colours", [True, False])
def test_the_logon_screen_names_every_level(level: SecurityLevel, colours: bool) -> None:
    """Client, standing and level stand on the screen, whatever they are, and can be read from it."""
    display = Display()
    display.write(LogonScreen("host", "alice", "a known user", level.value).write(colours))
    screen = display.screen()
    assert level.value == level_on(screen)
    assert "Client.....: alice" in str(screen)
    assert (15, 17) == screen.cursor
    assert colours is any(field.colour is not FieldColour.DEFAULT for field in screen.fields)


@settings(max_examples=30)
@given(st.text(max_size=400), st.text(max_size=400), st.text(max_size=200))
def test_no_text_breaks_the_logon_screen(client: str, standing: str, message: str) -> None:
    """A long, foreign or hostile name moves neither the level nor the fields to type in."""
    logon = LogonScreen("h" * 300, client, standing, "CLIENT_AUTHENTICATED", message)
    display = Display()
    display.write(logon.write(colours=True))
    assert "CLIENT_AUTHENTICATED" == level_on(display.screen())
    display.type("bob")
    display.tab()
    display.type("pw")
    assert ("bob", "pw") == typed_of(read_input(display.press(Aid.ENTER)))


def test_another_key_leaves_the_screen() -> None:
    """PF3 types nothing."""
    display = Display()
    display.write(LOGON.write(colours=False))
    assert typed_of(read_input(display.press(Aid.PF3))) is None


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        (b"alice\r\nsecret\r\n", ["alice", "secret"]),
        (b"alice\r\0secret\r\0", ["alice", "secret"]),
        (b"alixx\x7f\x08ce\r\0", ["alice"]),
        (b"alice\r", []),
        (b"al", []),
        ("żółw\r\n".encode(), ["żółw"]),
    ],
)
@pytest.mark.parametrize("size", [1, 100])
def test_lines_are_read_however_they_end(typed: bytes, lines: list[str], size: int) -> None:
    """CR LF of line mode, CR NUL of character mode; rubbed out characters are gone; a cut changes nothing."""
    kept = bytearray()
    found = []
    for at in range(0, len(typed), size):
        for piece in pieces(typed[at : at + size]):
            kept += piece
            line = take_line(kept)
            found += [] if line is None else [line]
    assert lines == found


def test_an_echo_shows_what_was_typed_once() -> None:
    """A line end is one line end, however it is cut; rubbing out takes a character from the screen."""
    paper = Paper()
    for piece in (b"alx", b"\x7f", b"ice\r", b"\0", b"next"):
        paper.write(echo(piece).decode())
    assert ("alice", "next") == tuple(line.rstrip() for line in paper.screen().lines[:2])


def test_paper_scrolls() -> None:
    """The last 24 rows are on the screen, and a long line goes on in the next row."""
    paper = Paper()
    paper.write("".join(f"{number}\r\n" for number in range(40)) + "x" * 90)
    lines = [line.rstrip() for line in paper.screen().lines]
    assert (24, "18", "x" * 80, "x" * 10) == (len(lines), lines[0], lines[-2], lines[-1])
