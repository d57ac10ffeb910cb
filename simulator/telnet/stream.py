"""The byte stream of telnet, cut into items: data, commands, option negotiations and subnegotiations.

Reading is strict where RFC 854 leaves no meaning, and bounded: what a peer sends is either an item or a
:class:`TelnetViolation` in words.
"""

from __future__ import annotations

from msgspec import Struct

from simulator.errors import SimulatorError
from simulator.telnet.codes import VERBS, Command

# x3270 keeps 1,024 bytes of a subnegotiation. The longest one here, a device with a resource, has 73.
MOST_SUBNEGOTIATION = 1024
# A record or a run of text. A screen of 43 × 80 with an attribute at every place needs some 10,000 bytes.
MOST_RECORD = 16_384

IAC = bytes([Command.IAC])


class TelnetViolation(SimulatorError):  # noqa: N818 - it names what the peer did, not a failure of ours
    """The peer broke the protocol. It never leaves ``telnet``: the machine ends the connection."""


class TelnetItem(Struct, frozen=True):
    """Base of the items; ``raw`` is the item as it came, with every IAC."""

    raw: bytes


class DataItem(TelnetItem, frozen=True):
    """Data, each doubled IAC read as one byte."""

    data: bytes


class CommandItem(TelnetItem, frozen=True):
    """A command of two bytes."""

    command: Command


class NegotiationItem(TelnetItem, frozen=True):
    """WILL, WONT, DO or DONT and an option."""

    verb: Command
    option: int


class SubnegotiationItem(TelnetItem, frozen=True):
    """A subnegotiation: its option, and its content with each doubled IAC read as one byte."""

    option: int
    content: bytes


class TelnetReader:
    """Cuts a byte stream into items, however it arrives.

    Attributes:
        buffer: bytes that are fed and not read.
    """

    def __init__(self) -> None:
        self.buffer = bytearray()

    def feed(self, data: bytes) -> None:
        """Add bytes from the peer."""
        self.buffer += data

    def next_item(self) -> TelnetItem | None:
        """Read the next item, or None while more of it is to come.

        Raises:
            TelnetViolation: the bytes are none.
        """
        buffer = self.buffer
        if not buffer:
            return None
        if buffer[0] != Command.IAC or buffer[:2] == IAC + IAC:
            return self._data()
        if len(buffer) < 2:
            return None
        code = buffer[1]
        if code == Command.SB:
            return self._subnegotiation()
        if code in VERBS:
            if len(buffer) < 3:
                return None
            raw = self._take(3)
            return NegotiationItem(raw, Command(code), raw[2])
        if code == Command.SE or code not in Command._value2member_map_:
            raise TelnetViolation(
                "An IAC stands before a byte that is no command.",
                got=f"IAC {code}",
                expected="a command from 239 to 255, and SE only at the end of a subnegotiation",
            )
        return CommandItem(self._take(2), Command(code))

    def _take(self, count: int) -> bytes:
        """Take bytes off the front."""
        raw = bytes(self.buffer[:count])
        del self.buffer[:count]
        return raw

    def _data(self) -> DataItem | None:
        """Read data up to the next command; an IAC at the end waits for the byte behind it."""
        data = bytearray()
        position = 0
        while position < len(self.buffer):
            end = self.buffer.find(Command.IAC, position)
            if end < 0:
                data += self.buffer[position:]
                position = len(self.buffer)
            else:
                data += self.buffer[position:end]
                position = end
                if self.buffer[end : end + 2] != IAC + IAC:
                    break
                data += IAC
                position += 2
        return DataItem(self._take(position), bytes(data))

    def _subnegotiation(self) -> SubnegotiationItem | None:
        """Read a whole subnegotiation (RFC 855)."""
        content = bytearray()
        position = 2
        while True:
            end = self.buffer.find(Command.IAC, position)
            content += self.buffer[position : end if end >= 0 else len(self.buffer)]
            if len(content) > MOST_SUBNEGOTIATION:
                raise TelnetViolation(
                    "A subnegotiation is too long.",
                    got=f"{len(content)} bytes or more",
                    expected=f"at most {MOST_SUBNEGOTIATION}",
                )
            if end < 0 or end + 1 == len(self.buffer):
                return None
            code = self.buffer[end + 1]
            position = end + 2
            if code == Command.SE:
                break
            if code != Command.IAC:
                raise TelnetViolation(
                    "A subnegotiation has a command inside.", got=f"IAC {code}", expected="IAC IAC or IAC SE"
                )
            content += IAC
        if not content:
            raise TelnetViolation("A subnegotiation names no option.", got="IAC SB IAC SE")
        return SubnegotiationItem(self._take(position), content[0], bytes(content[1:]))


def doubled(data: bytes) -> bytes:
    """The data as it is sent: each IAC twice."""
    return data.replace(IAC, IAC + IAC)


def negotiation(verb: Command, option: int) -> bytes:
    """WILL, WONT, DO or DONT and an option, as sent."""
    return bytes([Command.IAC, verb, option])


def subnegotiation(option: int, content: bytes) -> bytes:
    """A subnegotiation as sent."""
    return bytes([Command.IAC, Command.SB, option]) + doubled(content) + bytes([Command.IAC, Command.SE])


def record(data: bytes) -> bytes:
    """A record as sent: the data, and END OF RECORD (RFC 885)."""
    return doubled(data) + bytes([Command.IAC, Command.EOR])
