"""A small writer and reader of DER (ITU-T X.690), for bytes that the library cannot write or does not show.

The library refuses to sign certificates with SHA-1, and it does not show the raw bytes of an extension.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

BIT_STRING = 0x03
OCTET_STRING = 0x04
NULL = 0x05
OBJECT_IDENTIFIER = 0x06
SEQUENCE = 0x30


class Element(NamedTuple):
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
    if start + 2 > len(data):
        raise ValueError("the bytes end where a value should begin")
    tag, length, content = data[start], data[start + 1], start + 2
    if length & 0x80:
        octets = length & 0x7F
        content += octets
        if not 1 <= octets <= 4 or content > len(data):  # 4 GB: no certificate is longer
            raise ValueError("a length that DER does not allow")
        length = int.from_bytes(data[start + 2 : content], "big")
    if content + length > len(data):
        raise ValueError("the bytes end before the value does")
    return Element(tag, start, content, content + length)


def children(data: bytes, parent: Element) -> list[Element]:
    """Find the values inside a constructed one, in order.

    Raises:
        ValueError: a value runs over the end of its parent.
    """
    found: list[Element] = []
    offset = parent.content
    while offset < parent.end:
        element = read_element(data, offset)
        offset = element.end
        found.append(element)
    if offset != parent.end:
        raise ValueError("a value runs over the end of what holds it")
    return found


@lru_cache  # certificates name the same few dozen identifiers again and again
def dotted(content: bytes) -> str:
    """Read the dotted form of an object identifier from its content octets."""
    arcs: list[int] = []
    arc = 0
    for octet in content:
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    if not arcs:
        raise ValueError("an object identifier without arcs")
    first = min(arcs[0] // 40, 2)
    return ".".join(str(number) for number in (first, arcs[0] - 40 * first, *arcs[1:]))


def _base128(arc: int) -> bytes:
    """Write one arc: seven bits an octet, every octet but the last marked."""
    octets = [arc & 0x7F]
    while arc := arc >> 7:
        octets.append(arc & 0x7F | 0x80)
    return bytes(reversed(octets))
