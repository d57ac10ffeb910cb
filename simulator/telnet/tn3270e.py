"""TN3270E: the messages of its negotiation, the header of its records, and a BIND image (RFC 2355)."""

from __future__ import annotations

import re

from msgspec import Struct

from simulator.telnet.codes import DataType, RejectReason, Tn3270eFunction, Tn3270eWord
from simulator.telnet.stream import TelnetViolation

W = Tn3270eWord
_NAME = re.compile(rb"[!-~]{1,32}")  # of a device or a resource; x3270 keeps 32 characters of either

#: A message by its first words, and whether a device, functions or nothing follows.
FORMS = {
    "SEND DEVICE-TYPE": (W.SEND, W.DEVICE_TYPE),
    "DEVICE-TYPE REQUEST": (W.DEVICE_TYPE, W.REQUEST),
    "DEVICE-TYPE IS": (W.DEVICE_TYPE, W.IS),
    "DEVICE-TYPE REJECT": (W.DEVICE_TYPE, W.REJECT),
    "FUNCTIONS REQUEST": (W.FUNCTIONS, W.REQUEST),
    "FUNCTIONS IS": (W.FUNCTIONS, W.IS),
}
_BY_WORDS = {bytes(form): name for name, form in FORMS.items()}


class Tn3270eMessage(Struct, frozen=True):
    """One message of the negotiation.

    Attributes:
        name: its words: a key of ``FORMS``.
        device: the device type, in a request for one and in its answer.
        resource: the resource (an LU name) that is asked for or assigned, or empty.
        functions: the numbers of the functions, in their order.
        reason: why a device type is rejected.
    """

    name: str
    device: str = ""
    resource: str = ""
    functions: tuple[int, ...] = ()
    reason: RejectReason | None = None

    def encode(self) -> bytes:
        """The content of the subnegotiation."""
        content = bytes(FORMS[self.name]) + self.device.encode("ascii")
        if self.resource:
            content += bytes([W.CONNECT]) + self.resource.encode("ascii")
        if self.reason is not None:
            content += bytes([W.REASON, self.reason])
        return content + bytes(self.functions)


def read_tn3270e(content: bytes) -> Tn3270eMessage:
    """Read the content of a subnegotiation.

    Raises:
        TelnetViolation: it is no message of TN3270E.
    """
    name = _BY_WORDS.get(content[:2])
    rest = content[2:]
    if name in ("DEVICE-TYPE REQUEST", "DEVICE-TYPE IS"):
        device, connect, resource = rest.partition(bytes([W.CONNECT]))
        if _NAME.fullmatch(device) and (not connect or _NAME.fullmatch(resource)):
            return Tn3270eMessage(name, device.decode(), resource.decode())
    elif name in ("FUNCTIONS REQUEST", "FUNCTIONS IS"):
        if len(set(rest)) == len(rest) <= len(Tn3270eFunction):
            return Tn3270eMessage(name, functions=tuple(rest))
    elif name == "DEVICE-TYPE REJECT":
        if len(rest) == 2 and rest[0] == W.REASON and rest[1] in RejectReason._value2member_map_:
            return Tn3270eMessage(name, reason=RejectReason(rest[1]))
    elif name is not None and not rest:
        return Tn3270eMessage(name)
    raise TelnetViolation(
        "A TN3270E subnegotiation is malformed.",
        got=content[:40].hex(" ") or "no content",
        expected=f"{name} as in RFC 2355 section 7" if name else f"one of {', '.join(FORMS)}",
    )


HEADER_LENGTH = 5


class RecordHeader(Struct, frozen=True):
    """The five bytes before a record's data (RFC 2355 section 8.1).

    Attributes:
        data_type: the kind of the data.
        request: the request flag.
        response: the response flag: of data whether an answer is wanted, of an answer whether it is good.
        sequence: the number that an answer repeats.
    """

    data_type: DataType
    request: int = 0
    response: int = 0
    sequence: int = 0

    def encode(self) -> bytes:
        """The five bytes."""
        return bytes([self.data_type, self.request, self.response]) + self.sequence.to_bytes(2, "big")


def read_header(data: bytes) -> tuple[RecordHeader, bytes]:
    """Take the header off a record.

    Raises:
        TelnetViolation: the record is too short, or its data type unknown.
    """
    if len(data) < HEADER_LENGTH or data[0] not in DataType._value2member_map_:
        raise TelnetViolation(
            "A record has no TN3270E header.",
            got=data[:HEADER_LENGTH].hex(" ") or "an empty record",
            expected=f"{HEADER_LENGTH} bytes, the first of them a data type from 0 to {max(DataType)}",
        )
    header = RecordHeader(DataType(data[0]), data[1], data[2], int.from_bytes(data[3:5], "big"))
    return header, data[HEADER_LENGTH:]


def bind_image(rows: int, columns: int) -> bytes:
    """The BIND of a session with a screen of one size (SNA Formats, BIND RU: LU type 2).

    The last byte says which of the four sizes before it count; 7f: the default and the alternate one.
    """
    size = bytes([rows, columns])
    return bytes.fromhex("31010303b1903080008785858507000200000000") + size * 2 + b"\x7f" + bytes(4)


def is_bind(image: bytes) -> bool:
    """Return True if an image is a BIND."""
    return image[:1] == b"\x31"
