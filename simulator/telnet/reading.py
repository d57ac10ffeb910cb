"""Application data of a telnet session in words: its negotiation, the rows of a screen, what was typed."""

from __future__ import annotations

from simulator.telnet.codes import Command, DataType
from simulator.telnet.data_stream import Aid, read_input
from simulator.telnet.express_logon import PASSWORD_PLACEHOLDER
from simulator.telnet.happenings import describe, name_of
from simulator.telnet.logon import typed_of
from simulator.telnet.nvt import Paper
from simulator.telnet.screen import Display, Screen
from simulator.telnet.stream import (
    CommandItem,
    DataItem,
    NegotiationItem,
    SubnegotiationItem,
    TelnetReader,
    TelnetViolation,
)
from simulator.telnet.tn3270e import read_header

TYPED = "typed, with Enter"  # begins what a terminal sends


def phrases_of(data: bytes) -> tuple[str, ...]:
    """The negotiation, item by item, and what was typed: ``DO TN3270E``, ``BIND-IMAGE``, ``typed …``.

    Text and screens are no phrases.
    """
    return tuple(words for words, _ in _told(data) if words)


def names_of(data: bytes) -> tuple[str, ...]:
    """The same by name alone, without values: ``DEVICE-TYPE IS``, ``FUNCTIONS REQUEST``."""
    reader = TelnetReader()
    reader.feed(data)
    found = []
    try:
        while item := reader.next_item():
            if isinstance(item, NegotiationItem | SubnegotiationItem):
                found.append(name_of(item))
    except TelnetViolation:
        pass
    return tuple(found)


def screen_in(data: bytes) -> Screen | None:
    """The screen that the server's data shows on a terminal, or None: a 3270's write, or lines of text."""
    return next((screen for _, screen in reversed(_told(data)) if screen is not None), None)


def _told(data: bytes) -> list[tuple[str, Screen | None]]:
    """The words or the screen of each item of whole application data; what is no telnet tells nothing."""
    reader = TelnetReader()
    reader.feed(data)
    found: list[tuple[str, Screen | None]] = []
    content = b""
    try:
        while item := reader.next_item():
            if isinstance(item, DataItem):
                content += item.data
            elif isinstance(item, CommandItem):
                found.append(_record(content) if item.command is Command.EOR else (item.command.name, None))
                content = b""
            else:
                found.append((describe(item), None))
    except TelnetViolation:
        pass
    if content:  # no record: text
        paper = Paper()
        paper.write(content.decode("utf-8", "replace"))
        found.append(("", paper.screen()))
    return found


def _typed(content: bytes) -> str:
    """The input of one key. A password is told by its length alone, unless it is the placeholder for one."""
    typed = typed_of(read_input(content))
    if typed is None:
        return f"the key {Aid(content[0]).name}"
    user, password = typed
    secret = password if password == PASSWORD_PLACEHOLDER else f"of {len(password)} characters"
    return f"{TYPED}: user {user or 'empty'}, password {secret if password else 'empty'}"


def _record(content: bytes) -> tuple[str, Screen | None]:
    """One record. Its first byte says what it is: the codes of keys, writes and TN3270E headers differ."""
    try:
        if content[:1] and content[0] in DataType._value2member_map_:
            header, content = read_header(content)
            if header.data_type is not DataType.DATA_3270:
                return header.data_type.name.replace("_", "-"), None
        if content[:1] and content[0] in Aid._value2member_map_:
            return _typed(content), None
        display = Display()
        display.write(content)
    except TelnetViolation:
        return "", None
    return "", display.screen()
