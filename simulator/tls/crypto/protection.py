"""Record protection: the AEAD ciphers under the traffic keys of TLS 1.3 and the connection keys of TLS 1.2.

A protector serves one direction under one key. It counts its records; the count is part of every nonce and
never sent in TLS 1.3. A record that does not open is answered with ``bad_record_mac``: whoever does not
hold the keys can neither read nor change one.

Source: RFC 8446 sections 5.2 to 5.4, RFC 5246 section 6.2.3.3, RFC 5288 section 3, RFC 7905 section 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from simulator.tls.wire.alerts import AlertDescription, ProtocolViolation, record_overflow, unexpected_message
from simulator.tls.wire.records import (
    APPLICATION_DATA,
    PLAINTEXT_LIMIT,
    ContentType,
    Record,
    record_header,
)

if TYPE_CHECKING:
    from simulator.tls.wire.registry import CipherSuite

TAG_LENGTH = 16
EXPLICIT_NONCE_LENGTH = 8
INNER_CONTENT_TYPES = {
    int(kind): kind for kind in (ContentType.ALERT, ContentType.HANDSHAKE, ContentType.APPLICATION_DATA)
}


def aead_of(suite: CipherSuite, key: bytes) -> AESGCM | ChaCha20Poly1305:
    """The suite's cipher under a key."""
    return AESGCM(key) if suite.aead == "AES-GCM" else ChaCha20Poly1305(key)


def bad_record(record: Record) -> ProtocolViolation:
    """The violation for a record that does not open."""
    return ProtocolViolation(
        AlertDescription.BAD_RECORD_MAC,
        "A record does not open under the keys of this connection.",
        got=f"{len(record.fragment)} bytes of {record.content_type.name.lower()}",
    )


def opened(content_type: ContentType, plaintext: bytes) -> tuple[ContentType, bytes]:
    """The content type and the plaintext of a record that has opened.

    Raises:
        ProtocolViolation: ``unexpected_message`` for an empty record that may not be.
    """
    if not plaintext and content_type is not ContentType.APPLICATION_DATA:
        raise unexpected_message(
            "A protected record is empty; only application data may be.", got=content_type.name.lower()
        )
    return content_type, plaintext


class Tls13Protector:
    """TLS 1.3: the content type is hidden inside, padding is possible, the header is authenticated.

    Args:
        key: the traffic key.
        iv: 12 bytes; XORed with the sequence number it is the nonce.
        suite: whose cipher it is.
    """

    def __init__(self, key: bytes, iv: bytes, suite: CipherSuite) -> None:
        self.aead = aead_of(suite, key)
        self.iv = int.from_bytes(iv)
        self.sequence_number = 0

    def next_nonce(self) -> bytes:
        """The nonce of the next record; counts it."""
        nonce = (self.iv ^ self.sequence_number).to_bytes(12)
        self.sequence_number += 1
        return nonce

    def seal(self, content_type: int, plaintext: bytes, padding_length: int = 0) -> bytes:
        """The protected record, header included.

        Args:
            content_type: what is inside.
            plaintext: the content.
            padding_length: zero bytes put behind it.
        """
        inner = plaintext + bytes((content_type,)) + bytes(padding_length)
        header = record_header(APPLICATION_DATA, len(inner) + TAG_LENGTH)
        return header + self.aead.encrypt(self.next_nonce(), inner, header)

    def open(self, record: Record) -> tuple[ContentType, bytes]:
        """The hidden content type and the plaintext.

        Raises:
            ProtocolViolation: ``unexpected_message`` for a record that is not protected or holds no content
                type, ``bad_record_mac``, ``record_overflow``.
        """
        if record.content_type is not APPLICATION_DATA:
            raise unexpected_message(
                "A record came in the clear where protection is in force.",
                got=record.content_type.name.lower(),
            )
        try:
            inner = self.aead.decrypt(self.next_nonce(), record.fragment, record.header)
        except InvalidTag:
            raise bad_record(record) from None
        if len(inner) > PLAINTEXT_LIMIT + 1:
            raise record_overflow("A record is too long once opened.", got=f"{len(inner)} bytes")
        content = inner.rstrip(b"\x00")
        content_type = INNER_CONTENT_TYPES.get(content[-1]) if content else None
        if content_type is None:
            raise unexpected_message(
                "A protected record holds no known content type.",
                got=content[-1] if content else "only zero bytes",
            )
        return opened(content_type, content[:-1])


class Tls12Protector:
    """TLS 1.2: the content type stays readable; AES-GCM sends half its nonce with each record.

    Args:
        key: the write key.
        iv: the write IV; 4 bytes for AES-GCM, 12 for ChaCha20-Poly1305.
        suite: whose cipher it is.
    """

    def __init__(self, key: bytes, iv: bytes, suite: CipherSuite) -> None:
        self.aead = aead_of(suite, key)
        self.iv = iv
        self.explicit_length = EXPLICIT_NONCE_LENGTH if suite.aead == "AES-GCM" else 0
        self.sequence_number = 0

    def next_additional_data(self, content_type: int, length: int, legacy_version: int = 0x0303) -> bytes:
        """Sequence number, type, version and plaintext length: what the tag covers besides; counts it."""
        data = self.sequence_number.to_bytes(8) + record_header(content_type, length, legacy_version)
        self.sequence_number += 1
        return data

    def nonce(self, explicit: bytes, sequence_number: bytes) -> bytes:
        """The nonce: fixed and explicit part in AES-GCM, IV XOR sequence number in ChaCha20-Poly1305."""
        if self.explicit_length:
            return self.iv + explicit
        return (int.from_bytes(self.iv) ^ int.from_bytes(sequence_number)).to_bytes(12)

    def seal(self, content_type: int, plaintext: bytes) -> bytes:
        """The protected record, header included; the explicit nonce is the sequence number."""
        additional = self.next_additional_data(content_type, len(plaintext))
        sequence_number = additional[:8]
        explicit = sequence_number[: self.explicit_length]
        sealed = explicit + self.aead.encrypt(self.nonce(explicit, sequence_number), plaintext, additional)
        return record_header(content_type, len(sealed)) + sealed

    def open(self, record: Record) -> tuple[ContentType, bytes]:
        """The content type and the plaintext.

        Raises:
            ProtocolViolation: ``bad_record_mac``, ``record_overflow``, ``unexpected_message`` for an empty
                record that may not be.
        """
        explicit = record.fragment[: self.explicit_length]
        sealed = record.fragment[self.explicit_length :]
        if len(sealed) < TAG_LENGTH:
            raise bad_record(record)
        length = len(sealed) - TAG_LENGTH
        additional = self.next_additional_data(record.content_type, length, record.legacy_version)
        try:
            plaintext = self.aead.decrypt(self.nonce(explicit, additional[:8]), sealed, additional)
        except InvalidTag:
            raise bad_record(record) from None
        if length > PLAINTEXT_LIMIT:
            raise record_overflow("A record is too long once opened.", got=f"{length} bytes")
        return opened(record.content_type, plaintext)
