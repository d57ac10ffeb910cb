"""A small writer and reader of DER (ITU-T X.690), for bytes that the library cannot write or will not read.

The library refuses to sign certificates with SHA-1, and to read one with a single field that it dislikes. The
reader is as tolerant as OpenSSL's: it takes lengths that are written longer than necessary, which BER allows.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

from msgspec import Struct

BOOLEAN = 0x01
INTEGER = 0x02
BIT_STRING = 0x03
OCTET_STRING = 0x04
NULL = 0x05
OBJECT_IDENTIFIER = 0x06
ENUMERATED = 0x0A
UTF8_STRING = 0x0C
UTC_TIME = 0x17
GENERALIZED_TIME = 0x18
SEQUENCE = 0x30
SET = 0x31

_TAG_NAMES = {
    BOOLEAN: "BOOLEAN",
    INTEGER: "INTEGER",
    BIT_STRING: "BIT STRING",
    OCTET_STRING: "OCTET STRING",
    OBJECT_IDENTIFIER: "OBJECT IDENTIFIER",
    ENUMERATED: "ENUMERATED",
    GENERALIZED_TIME: "GeneralizedTime",
    SEQUENCE: "SEQUENCE",
    SET: "SET",
}


class Element(Struct, frozen=True, gc=False):
    """The place of one DER value: its tag, and the offsets of its start, its content and its end."""

    tag: int
    start: int
    content: int
    end: int


def encode(tag: int, *parts: bytes) -> bytes:
    """Write one value: the tag, the length, and the parts as its content."""
    content = b"".join(parts)
    if len(content) < 0x80:
        return bytes((tag, len(content))) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def sequence(*parts: bytes) -> bytes:
    """Write a SEQUENCE of encoded values."""
    return encode(SEQUENCE, *parts)


def integer(value: int, tag: int = INTEGER) -> bytes:
    """Write an INTEGER, or an ENUMERATED, in as few octets as hold it with its sign."""
    return encode(tag, value.to_bytes((value + (value < 0)).bit_length() // 8 + 1, "big", signed=True))


def generalized_time(time: datetime) -> bytes:
    """Write a GeneralizedTime in the form of RFC 5280, section 4.1.2.5.2: in UTC, without fractions."""
    return encode(GENERALIZED_TIME, f"{time.astimezone(UTC):%Y%m%d%H%M%SZ}".encode())


def time(moment: datetime) -> bytes:
    """Write a date as RFC 5280, section 4.1.2.5, has it: UTCTime through 2049, then GeneralizedTime."""
    moment = moment.astimezone(UTC)
    if moment.year > 2049:
        return generalized_time(moment)
    return encode(UTC_TIME, f"{moment:%y%m%d%H%M%SZ}".encode())


def bit_string(content: bytes) -> bytes:
    """Write a BIT STRING of whole octets."""
    return encode(BIT_STRING, b"\x00", content)


def object_identifier(dotted: str) -> bytes:
    """Write an OBJECT IDENTIFIER from its dotted form."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    return encode(OBJECT_IDENTIFIER, b"".join(_base128(arc) for arc in (first * 40 + second, *rest)))


def is_object_identifier(dotted_form: str) -> bool:
    """Return True for the dotted form of an object identifier that can be written.

    The library takes at most 63 octets, and so much is enough for every arc of 20 digits.
    """
    arcs = dotted_form.split(".")
    if len(arcs) < 2 or not all(re.fullmatch("0|[1-9][0-9]{0,19}", arc) for arc in arcs):
        return False
    first, second = int(arcs[0]), int(arcs[1])
    return (first == 2 or (first < 2 and second < 40)) and len(object_identifier(dotted_form)) <= 2 + 63


def read_element(data: bytes, start: int = 0) -> Element:
    """Find the value that begins at ``start``.

    Raises:
        ValueError: the bytes end before the value does, or the length is not one of DER.
    """
    size = len(data)
    if start + 2 > size:
        raise ValueError("the bytes end where a value should begin")
    tag, length, content = data[start], data[start + 1], start + 2
    if length & 0x80:
        octets = length & 0x7F
        content += octets
        if not 1 <= octets <= 4 or content > size:  # 4 GB: no certificate is longer
            raise ValueError("a length that DER does not allow")
        length = int.from_bytes(data[start + 2 : content], "big")
    end = content + length
    if end > size:
        raise ValueError("the bytes end before the value does")
    return Element(tag, start, content, end)


def children(data: bytes, parent: Element) -> list[Element]:
    """Find the values inside a constructed one, in order.

    Raises:
        ValueError: a value runs over the end of its parent.
    """
    found: list[Element] = []
    offset, end = parent.content, parent.end
    while offset < end:
        element = read_element(data, offset)
        offset = element.end
        found.append(element)
    if offset != end:
        raise ValueError("a value runs over the end of what holds it")
    return found


def expect(element: Element, tag: int) -> None:
    """Make sure that a value has a tag.

    Raises:
        ValueError: it has another.
    """
    if element.tag != tag:
        found = _TAG_NAMES.get(element.tag, f"tag {element.tag:02x}")
        raise ValueError(f"{found} stands where {_TAG_NAMES.get(tag, f'tag {tag:02x}')} belongs")


def whole(data: bytes, tag: int) -> Element:
    """Find the one value of that tag that the bytes are.

    Raises:
        ValueError: it is another value, or octets follow it.
    """
    element = read_element(data)
    if element.end != len(data):
        raise ValueError("octets follow the value")
    expect(element, tag)
    return element


def children_of(data: bytes, parent: Element, tag: int) -> list[Element]:
    """Find the values inside a constructed one that has a tag.

    Raises:
        ValueError: it has another tag, or a value runs over its end.
    """
    expect(parent, tag)
    return children(data, parent)


def read_integer(data: bytes, element: Element) -> int:
    """Read the content of an INTEGER, whatever its tag.

    Raises:
        ValueError: it has no octets, or needless ones in front, which OpenSSL refuses, too.
    """
    content = data[element.content : element.end]
    if not content:
        raise ValueError("an INTEGER has no octets")
    if len(content) > 1 and (content[0], content[1] >> 7) in ((0, 0), (0xFF, 1)):
        raise ValueError("an INTEGER has needless octets in front")
    return int.from_bytes(content, "big", signed=True)


def read_bits(data: bytes, element: Element) -> tuple[int, bytes]:
    """Read the content of a BIT STRING, whatever its tag: the number of unused bits, and the octets.

    Raises:
        ValueError: it does not say how many bits are unused, or says a number that cannot be.
    """
    content = data[element.content : element.end]
    if not content or content[0] > 7:
        raise ValueError("a BIT STRING has an impossible number of unused bits")
    return content[0], content[1:]


def read_dotted(data: bytes, element: Element) -> str:
    """Read the dotted form of an OBJECT IDENTIFIER.

    Raises:
        ValueError: it is another value, or no identifier.
    """
    expect(element, OBJECT_IDENTIFIER)
    return dotted(data[element.content : element.end])


@lru_cache  # certificates name the same few dozen identifiers again and again
def dotted(content: bytes) -> str:
    """Read the dotted form of an object identifier from its content octets.

    Raises:
        ValueError: it has no arcs, or one that does not end.
    """
    arcs: list[int] = []
    arc = 0
    if not content or content[-1] & 0x80:
        raise ValueError("an OBJECT IDENTIFIER is empty or has no end")
    for octet in content:
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(str(number) for number in (first, arcs[0] - 40 * first, *arcs[1:]))


def _base128(arc: int) -> bytes:
    """Write one arc: seven bits an octet, every octet but the last marked."""
    octets = [arc & 0x7F]
    while arc := arc >> 7:
        octets.append(arc & 0x7F | 0x80)
    return bytes(reversed(octets))
