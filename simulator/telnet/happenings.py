"""The name of each item in the tables of :mod:`simulator.telnet.states`, and its words for a reader."""

from __future__ import annotations

from simulator.telnet.codes import FOLLOWS, INFO, IS, SEND, RejectReason, Tn3270eFunction, option_name
from simulator.telnet.codes import TelnetOption as Option
from simulator.telnet.environment import read_variables
from simulator.telnet.stream import (
    CommandItem,
    NegotiationItem,
    SubnegotiationItem,
    TelnetItem,
    TelnetViolation,
)
from simulator.telnet.tn3270e import Tn3270eMessage, read_tn3270e

_FIRST_BYTES = {
    (Option.START_TLS, FOLLOWS): "START-TLS FOLLOWS",
    (Option.TERMINAL_TYPE, SEND): "TERMINAL-TYPE SEND",
    (Option.TERMINAL_TYPE, IS): "TERMINAL-TYPE IS",
    (Option.NEW_ENVIRON, SEND): "NEW-ENVIRON SEND",
    (Option.NEW_ENVIRON, IS): "NEW-ENVIRON IS",
    (Option.NEW_ENVIRON, INFO): "NEW-ENVIRON INFO",
}


def name_of(item: NegotiationItem | SubnegotiationItem) -> str:
    """The name of a negotiation or subnegotiation.

    Raises:
        TelnetViolation: a subnegotiation says nothing that its option knows.
    """
    if isinstance(item, NegotiationItem):
        return f"{item.verb.name} {option_name(item.option)}"
    if item.option == Option.TN3270E:
        return read_tn3270e(item.content).name
    name = _FIRST_BYTES.get((item.option, item.content[0]) if item.content else (-1, -1))  # type: ignore[arg-type]
    if name is None or (name == "START-TLS FOLLOWS" and len(item.content) > 1):
        raise TelnetViolation(
            f"A subnegotiation of {option_name(item.option)} is malformed.",
            got=item.content[:40].hex(" ") or "no content",
            expected=" or ".join(
                known for (option, _), known in _FIRST_BYTES.items() if option == item.option
            )
            or "none of this option",
        )
    return name


def describe(item: TelnetItem) -> str:
    """An item in words: ``DO TN3270E``, ``DEVICE-TYPE IS IBM-3278-4-E CONNECT LU000001``, ``12 bytes``."""
    match item:
        case NegotiationItem():
            return name_of(item)
        case SubnegotiationItem(option=option, content=content):
            try:
                name = name_of(item)
                variables = read_variables(content[1:]) if option == Option.NEW_ENVIRON else ()
            except TelnetViolation:
                return f"SB {option_name(option)}, {len(content)} bytes"
            if option == Option.TN3270E:
                return describe_tn3270e(read_tn3270e(content))
            if name == "TERMINAL-TYPE IS":
                return f"{name} {content[1:].decode('ascii', 'backslashreplace')}"
            return " ".join([name, *map(str, variables)])
        case CommandItem(command=command):
            return command.name
    return f"{len(item.raw)} bytes"


def describe_tn3270e(message: Tn3270eMessage) -> str:
    """A message of TN3270E in words."""
    parts = [message.name, message.device]
    if message.resource:
        parts.append(f"CONNECT {message.resource}")
    if message.reason is not None:
        parts.append(RejectReason(message.reason).name.replace("_", "-"))
    names = Tn3270eFunction._value2member_map_
    parts += [
        Tn3270eFunction(code).name.replace("_", "-") if code in names else str(code)
        for code in message.functions
    ]
    return " ".join(filter(None, parts))
