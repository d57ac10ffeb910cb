"""A reader of BER (ITU-T X.690) for files of other tools: lengths that come last, texts in pieces.

A certificate is DER, and ``pki/der.py`` reads it strictly. PKCS#12 and PKCS#7 files may be BER: Windows, old
Java and smart-card tools write lengths as "until the end mark" and octet strings in pieces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from simulator.pki.der import OCTET_STRING

if TYPE_CHECKING:
    from collections.abc import Iterator

CONSTRUCTED = 0x20
UNTIL_THE_END_MARK = 0x80
END_MARK = b"\x00\x00"
# A PKCS#12 file nests its parts 12 deep. Python's own limit of recursion is far away.
MOST_DEPTH = 24
MOST_PARTS = 100_000  # of one value; the largest lists of CAs have some thousand


class BerValue(NamedTuple):
    """The place of one value: its tag, where it starts and ends, and where its content does."""

    tag: int
    start: int
    content: int
    content_end: int
    end: int


def read_part(data: bytes, start: int, end: int, depth: int = 0) -> BerValue:
    """Find the value that begins at ``start`` and lies before ``end``.

    Raises:
        ValueError: the bytes end before the value does, it is nested too deep, or it is not BER.
    """
    if start + 2 > end:
        raise ValueError("the bytes end where a value should begin")
    tag, length, content = data[start], data[start + 1], start + 2
    if tag & 0x1F == 0x1F:
        raise ValueError("a tag of more than one octet, which no file of keys or certificates has")
    if length == UNTIL_THE_END_MARK:
        if not tag & CONSTRUCTED or depth >= MOST_DEPTH:
            raise ValueError("a length without an end, or one too many levels")
        inner = content
        while data[inner : min(inner + 2, end)] != END_MARK:
            inner = read_part(data, inner, end, depth + 1).end
        return BerValue(tag, start, content, inner, inner + 2)
    if length & 0x80:
        octets = length & 0x7F
        content += octets
        if octets > 4 or content > end:  # 4 GB: no file that is read here is longer
            raise ValueError("a length that is too long")
        length = int.from_bytes(data[start + 2 : content], "big")
    if content + length > end:
        raise ValueError("the bytes end before the value does")
    return BerValue(tag, start, content, content + length, content + length)


def parts_of(data: bytes, parent: BerValue) -> Iterator[BerValue]:
    """Find the values inside a constructed one, one after the other.

    Raises:
        ValueError: as :func:`read_part`, or there are too many.
    """
    offset, count = parent.content, 0
    while offset < parent.content_end:
        part = read_part(data, offset, parent.content_end)
        offset, count = part.end, count + 1
        if count > MOST_PARTS:
            raise ValueError(f"more than {MOST_PARTS:,} parts")
        yield part


def first_of(data: bytes, parent: BerValue) -> BerValue:
    """The first value inside a constructed one.

    Raises:
        ValueError: there is none.
    """
    return read_part(data, parent.content, parent.content_end)


def content_of(data: bytes, part: BerValue) -> bytes:
    """The content octets of a value."""
    return data[part.content : part.content_end]


def octets_of(data: bytes, part: BerValue) -> bytes:
    """The octets of an OCTET STRING, whole or in pieces.

    Raises:
        ValueError: it is no octet string, or a piece is itself in pieces.
    """
    if not part.tag & CONSTRUCTED:
        return content_of(data, part)
    pieces = list(parts_of(data, part))
    if any(piece.tag != OCTET_STRING for piece in pieces):
        raise ValueError("an octet string in pieces that are not octet strings")
    return b"".join(content_of(data, piece) for piece in pieces)
