"""Records: content cut into pieces for the wire, and put together again.

A record is five bytes of header (type, version, length) and a fragment. Records and messages have
boundaries of their own: one record may hold several messages, one message may need several records.

:class:`RecordReader` turns bytes into records, :class:`HandshakeReassembler` turns the handshake fragments
in them into messages, :class:`RecordWriter` goes the other way. Protection is in
:mod:`simulator.tls.crypto.protection`. Source: RFC 8446 section 5, RFC 5246 section 6.2.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from simulator.errors import SimulatorError
from simulator.tls.wire.alerts import illegal_parameter, protocol_version, record_overflow, unexpected_message

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADER = struct.Struct(">BHH")  # type, version, length
RECORD_HEADER_LENGTH = HEADER.size
RECORD_VERSION = 0x0303
# Of a first ClientHello, so that servers of every age can read it (RFC 5246 appendix E.1). TLS 1.3 leaves the
# choice (RFC 8446 section 5.1), and OpenSSL chooses the same.
FIRST_RECORD_VERSION = 0x0301
MAX_FRAGMENT = 2**14  # RFC 8446 section 5.1
PLAINTEXT_LIMIT = MAX_FRAGMENT
CIPHERTEXT_LIMIT_13 = 2**14 + 256
CIPHERTEXT_LIMIT_12 = 2**14 + 2048

# A message may announce 16 MiB. Chains and lists of authorities are the long ones: OpenSSL takes 100 KiB of
# these two, Go 256 KiB of a Certificate and 64 KiB of any other message, rustls 64 KiB of any. A ClientHello
# may be as long as its vectors are when all are full; this is OpenSSL's CLIENT_HELLO_MAX_LENGTH too.
MESSAGE_LIMIT = 2**16
LONG_MESSAGE_LIMIT = 2**17
CLIENT_HELLO_LIMIT = 2 + 32 + 33 + 2 + 65_534 + 256 + 2 + 65_535
LIMITS_OF_TYPES = {1: CLIENT_HELLO_LIMIT, 11: LONG_MESSAGE_LIMIT, 13: LONG_MESSAGE_LIMIT}
HANDSHAKE_HEADER_LENGTH = 4


@dataclass(frozen=True, slots=True)
class RecordStyle:
    """The layout of messages in records.

    Attributes:
        coalesce: put the messages of one flight with the same protection into shared records.
        max_fragment: most plaintext bytes in one record, 1 to 16,384.
    """

    coalesce: bool = False
    max_fragment: int = MAX_FRAGMENT


class ContentType(IntEnum):
    """Record content types."""

    CHANGE_CIPHER_SPEC = 20
    ALERT = 21
    HANDSHAKE = 22
    APPLICATION_DATA = 23


CONTENT_TYPES = {int(kind): kind for kind in ContentType}
# Looked up once and not for every record: to find a member of an Enum by its class costs several steps.
HANDSHAKE, APPLICATION_DATA = ContentType.HANDSHAKE, ContentType.APPLICATION_DATA


class Record(Struct, frozen=True):
    """A record as it came.

    Attributes:
        content_type: the type in the header, for protected TLS 1.3 records always ``APPLICATION_DATA``.
        legacy_version: the version in the header.
        fragment: what follows the header.
    """

    content_type: ContentType
    legacy_version: int
    fragment: bytes

    @property
    def header(self) -> bytes:
        """The five bytes before the fragment."""
        return record_header(self.content_type, len(self.fragment), self.legacy_version)

    @property
    def raw(self) -> bytes:
        """The whole record."""
        return self.header + self.fragment


class Protector(Protocol):
    """One direction's record protection."""

    def seal(self, content_type: int, plaintext: bytes) -> bytes:
        """The protected record, header included."""
        ...

    def open(self, record: Record) -> tuple[ContentType, bytes]:
        """The content type and plaintext of a protected record."""
        ...


def record_header(content_type: int, length: int, legacy_version: int = RECORD_VERSION) -> bytes:
    """The header of a record with that much fragment."""
    return HEADER.pack(content_type, legacy_version, length)


def records_of(stream: bytes) -> list[bytes]:
    """Cut a stream at its record boundaries; an incomplete record comes last, as it is."""
    records, start = [], 0
    while start < len(stream):
        end = start + RECORD_HEADER_LENGTH + int.from_bytes(stream[start + 3 : start + RECORD_HEADER_LENGTH])
        records.append(stream[start:end])
        start = end
    return records


def next_record_size(stream: bytes | bytearray) -> int:
    """The number of bytes to read next: a whole record, or 0 until it has arrived.

    Bytes that cannot be a record are read at once and whole, so that a machine can refuse them.
    """
    if stream and (stream[0] not in CONTENT_TYPES or stream[1:2] not in (b"", b"\x03")):
        return len(stream)
    if len(stream) < RECORD_HEADER_LENGTH:
        return 0
    length = int.from_bytes(stream[3:RECORD_HEADER_LENGTH])
    if length > CIPHERTEXT_LIMIT_12:  # the longer of the two versions' limits
        return len(stream)
    end = RECORD_HEADER_LENGTH + length
    return end if len(stream) >= end else 0


class RecordReader:
    """Bytes in, records out.

    Attributes:
        limit: longest fragment that is taken; :data:`PLAINTEXT_LIMIT` until the peer protects its records,
            then :data:`CIPHERTEXT_LIMIT_13` or :data:`CIPHERTEXT_LIMIT_12`.
    """

    def __init__(self) -> None:
        self.limit = PLAINTEXT_LIMIT
        self.buffer = bytearray()

    def feed(self, data: bytes) -> None:
        """Take bytes from the link, cut anywhere."""
        self.buffer += data

    def next_record(self) -> Record | None:
        """The next whole record, or None if more bytes are needed.

        Raises:
            ProtocolViolation: the header is malformed or announces too much; the rest need not have arrived.
        """
        buffer = self.buffer
        if len(buffer) < RECORD_HEADER_LENGTH:
            return None
        content_type, version, length = HEADER.unpack_from(buffer)
        if content_type not in CONTENT_TYPES:
            raise unexpected_message(
                "A record has a content type that does not exist; perhaps the peer does not speak TLS.",
                got=content_type,
                expected=", ".join(str(kind.value) for kind in ContentType),
            )
        if version >> 8 != 3:
            raise protocol_version(
                "A record has a version that does not exist.",
                got=f"0x{version:04x}",
                expected="0x03 in the first byte",
            )
        self.check_length(content_type, length)
        end = RECORD_HEADER_LENGTH + length
        if len(buffer) < end:
            return None
        content = bytes(buffer[RECORD_HEADER_LENGTH:end])
        del buffer[:end]
        return Record(CONTENT_TYPES[content_type], version, content)

    def check_length(self, content_type: int, length: int) -> None:
        """Refuse a record that is too long, or empty where that is forbidden.

        Raises:
            ProtocolViolation: ``record_overflow`` or ``unexpected_message``.
        """
        if length > self.limit:
            raise record_overflow(
                "A record is too long.", got=f"{length} bytes", expected=f"at most {self.limit}"
            )
        if length == 0 and content_type != ContentType.APPLICATION_DATA:
            raise unexpected_message(
                "A record is empty; only application data may be.", got=ContentType(content_type).name.lower()
            )


class HandshakeReassembler:
    """Handshake fragments in, whole messages out."""

    def __init__(self) -> None:
        self.buffer = bytearray()

    def feed(self, fragment: bytes) -> None:
        """Take the plaintext of a handshake record.

        Raises:
            ProtocolViolation: it is empty (RFC 8446 section 5.1).
        """
        if not fragment:
            raise unexpected_message("A handshake record has an empty plaintext.")
        self.buffer += fragment

    def next_message(self) -> bytes | None:
        """The next whole message with its header, or None if more bytes are needed.

        Raises:
            ProtocolViolation: the message announces more than this implementation takes.
        """
        buffer = self.buffer
        if len(buffer) < HANDSHAKE_HEADER_LENGTH:
            return None
        length = int.from_bytes(buffer[1:HANDSHAKE_HEADER_LENGTH])
        limit = LIMITS_OF_TYPES.get(buffer[0], MESSAGE_LIMIT)
        if length > limit:
            raise illegal_parameter(
                f"A handshake message of type {buffer[0]} is too long.",
                got=f"{length} bytes",
                expected=f"at most {limit}",
            )
        end = HANDSHAKE_HEADER_LENGTH + length
        if len(buffer) < end:
            return None
        message = bytes(buffer[:end])
        del buffer[:end]
        return message

    @property
    def holds_partial_message(self) -> bool:
        """Something was fed that is not read yet: keys may not change now (RFC 8446 section 5.1)."""
        return bool(self.buffer)


def fragment(content: bytes, max_fragment: int = MAX_FRAGMENT) -> list[bytes]:
    """Content cut into pieces of at most ``max_fragment`` bytes; empty content is one empty piece.

    Raises:
        SimulatorError: ``max_fragment`` is not 1 to 16,384.
    """
    if not 1 <= max_fragment <= MAX_FRAGMENT:
        raise SimulatorError(
            "No such record size.",
            got=max_fragment,
            expected=f"1 to {MAX_FRAGMENT} bytes",
            advice="Choose another max_fragment.",
        )
    if len(content) <= max_fragment:
        return [content]
    return [content[at : at + max_fragment] for at in range(0, len(content), max_fragment)]


class RecordWriter:
    """Content in, records out, under the protection in force.

    Args:
        style: the layout of messages in records.

    Attributes:
        protector: this direction's protection, or None while records are sent in the clear.
        legacy_version: the version in the header of a record in the clear; 0x0301 for a first ClientHello.
    """

    def __init__(self, style: RecordStyle | None = None) -> None:
        self.style = style or RecordStyle()
        self.protector: Protector | None = None
        self.legacy_version = RECORD_VERSION

    def record(self, content_type: int, content: bytes) -> bytes:
        """One record with exactly this content."""
        if self.protector is not None:
            return self.protector.seal(content_type, content)
        return record_header(content_type, len(content), self.legacy_version) + content

    def write(self, content_type: int, content: bytes) -> bytes:
        """The records that carry some content, as many as its length asks for."""
        if len(content) <= self.style.max_fragment:
            return self.record(content_type, content)
        pieces = fragment(content, self.style.max_fragment)
        return b"".join([self.record(content_type, piece) for piece in pieces])

    def write_messages(self, messages: Sequence[bytes]) -> list[bytes]:
        """The records of some handshake messages under the same protection, laid out as the style says.

        Args:
            messages: whole messages with their headers, in order.

        Returns:
            For each message the records whose last byte is its own: nothing where a later message fills
            the record up. Put together they are the bytes to send.
        """
        if not (self.style.coalesce and messages):
            return [self.write(HANDSHAKE, message) for message in messages]
        ends = []
        position = 0
        for message in messages:
            position += len(message)
            ends.append(position)
        wires = [b""] * len(messages)
        position = owner = 0
        for piece in fragment(b"".join(messages), self.style.max_fragment):
            position += len(piece)
            while ends[owner] < position:
                owner += 1
            wires[owner] += self.record(ContentType.HANDSHAKE, piece)
        return wires
